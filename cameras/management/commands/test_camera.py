"""``test_camera CODE``: is this camera's footage to be had, as it is set now? Step by step, twenty seconds at most.

Exit 1 when a step failed, so that a script can ask.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from cameras.models import Camera
from cameras.services.source_test import camera_test
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput


class Command(JscCommand):
    help = "Settings, address, one picture, its decoding, the device's clock, and the footage of the last ten minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("code", metavar="CODE")

    def run(self, **options: Any) -> dict[str, Any]:
        camera = Camera.objects.filter(code=options["code"]).first()
        if camera is None:
            raise UnreadableInput(f"no camera has the code {options['code']!r}")
        answer = camera_test(camera, asked_by="test_camera")
        return {"camera": camera.code, "ok": answer["ok"], "steps": answer["steps"]}

    def is_failure(self, answer: dict[str, Any]) -> bool:
        return not answer["ok"]

    def tell(self, answer: dict[str, Any]) -> None:
        for step in answer["steps"]:
            mark = {True: "ok", False: "!!", None: "--"}[step["ok"]]
            detail = f" ({step['detail']})" if step["detail"] else ""
            self.stdout.write(f"{mark}  {step['label']}: {step['words']}{detail}  {step['ms']} ms")
