"""Where the app above puts a run's pictures into the page of that run: who may look is its to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from analytics.models import AnalysisRun

RunPictures = Callable[[AnalysisRun, Any], SafeString]

_hooks: list[RunPictures] = []


def run_pictures_register(hook: RunPictures) -> RunPictures:
    """Add a maker of HTML for one reader (run, user), without what they may not see. Registering twice counts once."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def run_pictures(run: AnalysisRun, reader: Any) -> SafeString:
    return SafeString("".join(hook(run, reader) for hook in _hooks))
