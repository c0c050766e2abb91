"""Content security policies for the pages that the strict default cannot serve: the admin and the API docs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"

DOCS_CSP: dict[str, list[Any]] = {
    # Swagger UI writes style attributes and draws icons from data addresses; its scripts are files of ours.
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
}


def policy(directives: dict[str, list[Any]]) -> str:
    return "; ".join(f"{name} {' '.join(str(source) for source in sources)}" for name, sources in directives.items())


class AreaCspMiddleware:
    """Sets the policy of an address area. Placed inside django-csp, which leaves a header that is set alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.areas = (
            ("/admin/", policy(settings.JSC_ADMIN_CSP)),
            ("/api/docs/", policy(DOCS_CSP)),
            ("/api/schema/", policy({"default-src": [NONE], "frame-ancestors": [NONE]})),
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for prefix, value in self.areas:
            if request.path_info.startswith(prefix):
                response[HEADER] = value
        return response
