"""``manage.py detect IMAGE``: what the detector sees in one picture, answered as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from analytics.commands import answered, detector_from_settings, json_line
from cameras.footage.decode import SamplePlan, read_frames
from jsc_project.lib.command import JscCommand

SHOWN_FROM = 0.25
"""The confidence from which ultralytics itself shows a box; checks also use weaker ones, as hints."""


class Command(JscCommand):
    help = "Tampilkan objek yang dikenali dalam satu gambar (JSON di baris terakhir)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("image", type=Path)
        parser.add_argument("--weights", help="instead of JSC_WEIGHTS")
        parser.add_argument("--json", action="store_true", help="JSON only (the default is the same line)")

    @answered
    def handle(self, *args: Any, **options: Any) -> str:
        with read_frames(options["image"], SamplePlan("rate", long_side=None)) as stream:
            frame = next(stream)
        detector = detector_from_settings(options["weights"])
        [found] = detector.detect([frame.picture])
        detections = [
            {
                "class": name,
                "confidence": round(float(confidence), 4),
                "box": [round(min(1.0, max(0.0, float(value))), 4) for value in box],
            }
            for name, confidence, box in zip(found.names, found.confidence, found.xyxy, strict=True)
            if confidence >= SHOWN_FROM
        ]
        detections.sort(key=lambda detection: -float(detection["confidence"]))  # type: ignore[arg-type]
        return json_line({"detections": detections, "detector": detector.identity.as_json()})
