"""Error reports (Django's page in DEBUG, the mails to ADMINS) without anybody's credentials.

Django hides values by the names of settings and by decorators, and nothing at all in DEBUG. Here, always:

* posted values whose names say secret, password, token ...;
* local variables of such names, and whatever holds a camera's credentials by its type;
* all locals of the frames that handle credentials in the clear: the HTTP libraries, the cipher, the sources;
* and in the finished report every one of the values that were met on the way, wherever else it stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from types import FrameType, TracebackType
from typing import Any
from urllib.parse import quote, quote_plus

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from cameras.footage.context import Secrets, SourceContext

SECRET_NAME = re.compile(
    r"API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE|CREDENTIAL|USERNAME|USERINFO|DSN"
    r"|(DATABASE|BROKER|JSC_MEDIA)_URL|^(CONTEXT|ENTERED|TYPED|PLAIN)$",
    re.IGNORECASE,
)
"""Addresses of servers may carry passwords too."""
DISCREET_MODULES = ("cameras.footage.", "jsc_project.lib.crypto", "cryptography.", "httpx.", "httpcore.", "h11.")
SHORTEST = 4
"""Shorter values stand in every page by chance; masking them would garble it and hide nothing."""


class DiscreetFilter(SafeExceptionReporterFilter):
    hidden_settings = SECRET_NAME

    def is_active(self, request: HttpRequest | None) -> bool:
        """In DEBUG as well: the credentials are the city's, and desks are looked over."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        return self._cleansed(super().get_post_parameters(request)) if request is not None else {}

    def get_cleansed_multivaluedict(self, request: HttpRequest, multivaluedict: Any) -> Any:
        return self._cleansed(super().get_cleansed_multivaluedict(request, multivaluedict))

    def get_traceback_frame_variables(self, request: HttpRequest, tb_frame: FrameType) -> Any:
        told = super().get_traceback_frame_variables(request, tb_frame)
        if str(tb_frame.f_globals.get("__name__", "")).startswith(DISCREET_MODULES):
            return [(name, self.cleansed_substitute) for name, _value in told]
        return [(name, self._value(name, value)) for name, value in told]

    def _cleansed(self, values: Any) -> Any:
        copied = MultiValueDict({name: list(values.getlist(name)) for name in values})
        for name in copied:
            if SECRET_NAME.search(name):
                copied[name] = self.cleansed_substitute
        return copied

    def _value(self, name: str, value: Any) -> Any:
        if SECRET_NAME.search(name) or isinstance(value, Secrets | SourceContext):
            return self.cleansed_substitute
        if isinstance(value, Mapping) and not isinstance(value, MultiValueDict):
            return {key: self._value(str(key), held) for key, held in value.items()}
        return value


class DiscreetReporter(ExceptionReporter):
    """The last word: whatever got past the names is taken out by its value."""

    def get_traceback_html(self) -> SafeString:
        return self._masked(super().get_traceback_html())

    def get_traceback_text(self) -> SafeString:
        return self._masked(super().get_traceback_text())

    def _masked(self, report: str) -> SafeString:
        values = {value for value in self._met() if len(value) >= SHORTEST}
        for value in sorted(values, key=len, reverse=True):
            for shape in {value, html.escape(value), quote(value, safe=""), quote_plus(value), repr(value)[1:-1]}:
                report = report.replace(shape, SafeExceptionReporterFilter.cleansed_substitute)
        return SafeString(report)

    def _met(self) -> Iterator[str]:
        """Values of credentials in what was posted and in the frames of the exception and of what caused it."""
        posted = getattr(self.request, "POST", {}) if self.request is not None else {}
        yield from (value for name, value in posted.items() if name.startswith("secret__") or "password" in name)
        seen: set[int] = set()
        error: BaseException | None = self.exc_value
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            yield from _in_frames(error.__traceback__ or (self.tb if error is self.exc_value else None))
            error = error.__cause__ or error.__context__


def _in_frames(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        for value in list(trace.tb_frame.f_locals.values()):
            held = getattr(value, "secrets", None) if isinstance(value, SourceContext) else value
            if isinstance(held, Secrets):
                yield from held.values()
        trace = trace.tb_next
