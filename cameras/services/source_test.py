"""The test of a camera's source, as a person sees it: steps with words, and one picture with the faces hidden."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from django.conf import settings

from cameras.footage import registry
from cameras.footage.context import Secrets, SourceContext
from cameras.footage.frame import Picture
from cameras.footage.trial import LABELS, WALL_S, TrialReport, TrialStep, trial
from cameras.models import Camera
from cameras.pictures import still_blurred
from cameras.services.clips import source_context
from cameras.source_fields import said
from cameras.words import why
from jsc_project.lib.errors import JscError

log = logging.getLogger(__name__)

AT_ONCE = 4
"""In one process: each holds a thread for up to twenty seconds, and the queue of the lurah needs some too."""
PICTURE_SIDE = 960
JPEG_QUALITY = 80

_free = threading.BoundedSemaphore(AT_ONCE)


class TooManyTests(JscError, RuntimeError):
    code = "too_many_tests"
    retryable = True


@dataclass(frozen=True, slots=True)
class Proposed:
    """A source as somebody means to set it; nothing of it need be stored."""

    kind: str
    settings: Mapping[str, Any]
    secrets: Secrets
    clock_offset_s: float = 0.0


def source_test(proposed: Proposed, *, asked_by: str, wall_s: float = WALL_S) -> dict[str, Any]:
    """``{"ok", "steps": [{"name", "label", "ok", "words", "detail", "code", "ms"}], "picture"}`` in about ``wall_s``.

    ``picture``: a data URL of the blurred picture; None when there is none, or nothing can hide the faces in it.

    Raises:
        TooManyTests: as many as this process bears are under way.
    """
    if not _free.acquire(blocking=False):
        raise TooManyTests("too many tests are under way")
    try:
        # Who knocked where: the console's own record keeps addresses out.
        log.info("%s tests a source of kind %s at %s", asked_by, proposed.kind, registry.recorder_of(proposed.settings))
        return _told(trial(proposed.kind, _context(proposed), wall_s=wall_s))
    finally:
        _free.release()


def camera_test(camera: Camera, *, asked_by: str, wall_s: float = WALL_S) -> dict[str, Any]:
    """The same for a stored camera."""
    try:
        context = source_context(camera)
    except JscError as error:
        step = TrialStep("settings", False, why(error.code), 0, error.detail, error.code)
        return _told(TrialReport([step]))
    proposed = Proposed(camera.source_kind, context.settings, context.secrets, context.clock_offset_s)
    return source_test(proposed, asked_by=asked_by, wall_s=wall_s)


def refused(problems: Mapping[str, list[str]]) -> dict[str, Any]:
    """The answer when the values themselves cannot be used: label -> what is wrong."""
    steps = [
        {**_step(TrialStep("settings", False, why("source_misconfigured"), 0)), "words": f"{label}: {' '.join(lines)}"}
        for label, lines in problems.items()
    ]
    return {"ok": False, "steps": steps, "picture": None}


def _context(proposed: Proposed) -> SourceContext:
    return SourceContext(
        settings=proposed.settings,
        root=Path(settings.JSC_FOOTAGE_ROOT),
        networks=tuple(settings.JSC_CAMERA_NETWORKS),
        secrets=proposed.secrets,
        clock_offset_s=proposed.clock_offset_s,
    )


def _told(report: TrialReport) -> dict[str, Any]:
    picture = None if report.picture is None else _shown(report.picture)
    return {"ok": report.ok, "steps": [_step(step) for step in report.steps], "picture": picture}


def _step(step: TrialStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "label": said(LABELS[step.name]),
        "ok": step.ok,
        "words": said(step.words),
        "detail": step.detail,
        "code": step.code,
        "ms": step.ms,
    }


def _shown(picture: Picture) -> str | None:
    height, width = picture.shape[:2]
    scale = min(1.0, PICTURE_SIDE / max(height, width))
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    done, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    hidden = still_blurred(encoded.tobytes()) if done else None
    return None if hidden is None else f"data:image/jpeg;base64,{base64.b64encode(hidden).decode()}"
