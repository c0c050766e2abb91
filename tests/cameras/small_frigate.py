"""A Frigate on loopback with one picture and an hour of recordings, for tests of what surrounds a source."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2

from tests.cameras.clips import picture_at
from tests.cameras.device_server import Answer, Asked, Device

CAMERA = "gerbang"


class SmallFrigate(Device):
    """``delay_s``: how long every answer takes. ``instead``: answered to everything, when set."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.delay_s = 0.0
        self.instead: Answer | None = None
        self.picture = cv2.imencode(".jpg", picture_at(1.0, (640, 360)))[1].tobytes()

    def answer(self, asked: Asked) -> Answer:
        time.sleep(self.delay_s)
        if self.instead is not None:
            return self.instead
        if asked.path == f"/api/{CAMERA}/latest.jpg":
            return Answer.of(self.picture, "image/jpeg")
        if asked.path == "/api/stats":
            return Answer.of(json.dumps({"cameras": {CAMERA: {"camera_fps": 5.0}}}), "application/json")
        if asked.path == "/api/login":
            return Answer.of("{}", "application/json")
        if asked.path == f"/api/{CAMERA}/recordings":
            return Answer.of(json.dumps(list(self._rows())), "application/json")
        return Answer.missing()

    def _rows(self) -> Iterator[dict[str, Any]]:
        now = self.now().timestamp()
        for n in range(360):
            start = now - 3600 + 10 * n
            yield {"id": f"{start:.3f}-x", "start_time": start, "end_time": start + 10, "duration": 10.0, "motion": 0}


def settings_of(device: Device, **more: Any) -> dict[str, Any]:
    return {"url": device.url, "camera": CAMERA, **more}


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
