"""What this app's commands share: the detector of the settings, and the JSON contract of answers and errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings

from analytics.yolo import YoloDetector, YoloOptions
from jsc_project.lib.errors import JscError

EXIT_UNREADABLE = 2


def detector_from_settings(weights: str | None = None) -> YoloDetector:
    """The detector that ``weights`` names, else ``JSC_WEIGHTS``.

    Raises:
        WeightsError: see ``analytics.yolo``.
    """
    options = YoloOptions(
        var_dir=settings.VAR_DIR,
        allow_pickle=settings.JSC_ALLOW_PICKLED_WEIGHTS,
        allow_download=getattr(settings, "JSC_ALLOW_WEIGHTS_DOWNLOAD", True),
    )
    return YoloDetector(weights or settings.JSC_WEIGHTS, options)


def json_line(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False, allow_nan=False)


def answered(handle: Callable[..., str]) -> Callable[..., str]:
    """Errors that we raise on purpose become ``{"error": {"code", "detail"}}`` on stdout and exit status 2."""

    @wraps(handle)
    def inner(self: Any, *args: Any, **options: Any) -> str:
        try:
            return handle(self, *args, **options)
        except JscError as error:
            body = {"code": error.code, "detail": error.detail}
            if hint := error.data.get("hint"):
                body["hint"] = hint
            self.stdout.write(json_line({"error": body}))
            self.stdout.flush()
            sys.exit(EXIT_UNREADABLE)

    return inner
