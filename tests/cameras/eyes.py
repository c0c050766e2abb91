"""Cameras that show what a test says, for the patrol: one source for all, told apart by their settings."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import cv2

from cameras.footage import registry
from cameras.footage.context import SourceContext
from cameras.footage.frame import Picture
from cameras.footage.source import Glance

Shown = Picture | Exception | Glance
"""A picture, an error to raise, or a glance as it is."""


@dataclass
class Eyes:
    """``shown``: camera code -> what its next look brings, or a function that makes it. ``slow_s``: how long a look
    lasts; ``clock_offset_s``, ``taken_at``: told with each picture.
    """

    default: Shown
    shown: dict[str, Shown | Callable[[], Shown]] = field(default_factory=dict)
    slow_s: float = 0.0
    clock_offset_s: float | None = None
    taken_at: datetime | None = None
    asked: list[str] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    _now: Counter[str] = field(default_factory=Counter)
    _lock: Any = field(default_factory=threading.Lock)

    def source_for(self, kind: str, context: SourceContext) -> Any:
        assert kind == "eye"
        return _Eye(self, context)

    def look(self, context: SourceContext, folder: Path) -> Glance:
        code, recorder = context.settings["code"], registry.recorder_of(context.settings)
        with self._lock:
            self.asked.append(code)
            for key in (recorder, "all"):
                self._now[key] += 1
                self.most_at_once[key] = max(self.most_at_once[key], self._now[key])
        try:
            time.sleep(self.slow_s)
            return self._answer(code, folder)
        finally:
            with self._lock:
                self._now[recorder] -= 1
                self._now["all"] -= 1

    def _answer(self, code: str, folder: Path) -> Glance:
        shown = self.shown.get(code, self.default)
        what = shown() if callable(shown) else shown
        if isinstance(what, Exception):
            raise what
        if isinstance(what, Glance):
            return what
        path = folder / "still.jpg"
        cv2.imwrite(str(path), what)
        return Glance(path, self.taken_at, self.clock_offset_s)


@dataclass
class _Eye:
    kind: ClassVar[str] = "eye"
    eyes: Eyes
    context: SourceContext

    def glance(self, folder: Path) -> Glance:
        return self.eyes.look(self.context, folder)
