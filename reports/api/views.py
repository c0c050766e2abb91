"""The public JSON API. Anybody with a tracking code may ask; nothing here needs or knows a login."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from reports.api.problems import exception_handler
from reports.api.serializers import ProblemSerializer, PublicReportSerializer
from reports.lookup import report_lookup
from reports.selectors.public import public_status

MAX_AGE_S = 30
LANGUAGES = ("id", "en")


def accepted_language(header: str) -> str:
    """``id`` or ``en``, by the header alone: a cookie would make one cached answer speak two languages."""
    for tag, _quality in parse_accept_lang_header(header.lower()):
        if tag.split("-")[0] in LANGUAGES:
            return tag.split("-")[0]
    return LANGUAGES[0]


class PublicView(APIView):
    """Labels by Accept-Language, errors as problem+json, open to browsers of any site (GET only, no credentials)."""

    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = accepted_language(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept-Language"])
        response["Content-Language"] = language
        if request.method in {"GET", "HEAD"}:
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        return response

    def get_exception_handler(self) -> Any:
        return exception_handler


class ReportStatusView(PublicView):
    """How one report stands."""

    @extend_schema(
        operation_id="report_status",
        summary="Status laporan / How a report stands",
        auth=[],
        parameters=[
            OpenApiParameter(
                "tracking_code", OpenApiTypes.STR, OpenApiParameter.PATH, description="as issued; case and dashes free"
            ),
            OpenApiParameter("Accept-Language", OpenApiTypes.STR, OpenApiParameter.HEADER, enum=list(LANGUAGES)),
            OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER),
        ],
        responses={
            200: PublicReportSerializer,
            304: OpenApiResponse(description="unchanged since the given ETag"),
            (404, "application/problem+json"): ProblemSerializer,
            (429, "application/problem+json"): ProblemSerializer,
        },
    )
    def get(self, request: Request, tracking_code: str) -> HttpResponseBase:
        report = report_lookup(request._request, tracking_code)
        answer = PublicReportSerializer(public_status(report)).data
        body = json.dumps(answer, ensure_ascii=False).encode()
        # Strong, over the very bytes: a label changed by an editor or a language changes it as well as a status does.
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        fresh = HttpResponse(body, content_type="application/json")
        response = get_conditional_response(request._request, etag=etag, response=fresh) or fresh
        if isinstance(response, HttpResponseNotModified) or response is fresh:
            response["ETag"] = etag
            response["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
        return response
