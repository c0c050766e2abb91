"""``patrol``: look at the cameras that are due, or at one, and say what was found."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from django.core.management.base import CommandParser
from django.db import close_old_connections

from cameras.models import Camera
from cameras.patrol.words import words_of
from cameras.services.patrol import patrol_round
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput

ROUND_S = 100.0
PAUSE_S = 5.0


class Command(JscCommand):
    help = "Look at the cameras that are due (once, or for ever), or at the ones named, and record their health."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--once", action="store_true", help="one round of at most 100 s, instead of for ever")
        parser.add_argument("--camera", action="append", default=[], metavar="CODE", help="this camera, due or not")

    def run(self, **options: Any) -> dict[str, Any]:
        only = _cameras(options["camera"]) if options["camera"] else None
        while only is None and not (options["once"] or options["json"]):
            self.tell(patrol_round(ROUND_S).as_json())
            close_old_connections()
            time.sleep(PAUSE_S)
        return patrol_round(ROUND_S, only).as_json()

    def tell(self, answer: dict[str, Any]) -> None:
        for look in answer["looks"]:
            saw = look["sentence"] or words_of(look["saw"]).id if look["saw"] else "baik"
            offset = "" if look["clock_offset_s"] is None else f"  jam {look['clock_offset_s']:+.1f} s"
            self.stdout.write(f"{look['camera']:20} {look['health']:10} {look['took_ms']:6} ms{offset}  {saw}")
        counted = ", ".join(f"{name} {answer[name]}" for name in ("good", "bad", "night", "repeat", "nothing"))
        self.stdout.write(f"{len(answer['looks'])} looks in {answer['seconds']} s: {counted}")


def _cameras(codes: Collection[str]) -> set[int]:
    found = dict(Camera.objects.filter(code__in=codes, active=True).exclude(source_kind="").values_list("code", "pk"))
    missing = sorted(set(codes) - found.keys())
    if missing:
        raise UnreadableInput(f"no such camera in use, or it has no footage source: {', '.join(missing)}")
    return set(found.values())
