"""``manage.py analyse_clip VIDEO_OR_STILL --check SLUG``: one check on one file, answered as JSON."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser

from analytics import checks
from analytics.against_background import Background
from analytics.checks import words
from analytics.checks.base import CheckUnknown
from analytics.commands import answered, detector_from_settings, json_line
from analytics.runner import AnalysisReport, AnalysisRequest, analyse_file, with_reason
from analytics.verdict import Reason
from analytics.view_gate import DrawnView
from analytics.zones import zones_read
from cameras.footage.frame import Picture
from cameras.footage.pictures import newest_pictures
from cameras.footage.source import FootageError
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput


class Command(JscCommand):
    help = "Jalankan satu pemeriksaan pada satu rekaman atau gambar (JSON di baris terakhir)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", required=True, help=", ".join(checks.MEASUREMENT_KEYS))
        parser.add_argument("--zones", type=Path, help="JSON list of {kind, name, polygon}")
        parser.add_argument(
            "--reference", type=Path, help="picture of the same view without the thing; zones count only in this view"
        )
        parser.add_argument("--start", help="ISO 8601 time of the first frame (without offset: Asia/Jakarta)")
        parser.add_argument("--weights", help="instead of JSC_WEIGHTS")
        parser.add_argument("--evidence", type=Path, help="folder for stills and result.json")
        parser.add_argument("--json", action="store_true", help="JSON only (the default is the same line)")

    @answered
    def handle(self, *args: Any, **options: Any) -> str:
        reference = _picture(options["reference"]) if options["reference"] else None
        request = AnalysisRequest(
            check=options["check"],
            zones=zones_read(options["zones"]) if options["zones"] else (),
            first_frame_at=_time(options["start"]),
            background=None if reference is None else Background(reference),
            view=None if reference is None else DrawnView(reference),
            want_stills=options["evidence"] is not None,
        )
        if request.check not in checks.MEASUREMENT_KEYS:
            raise CheckUnknown(f"unknown check {request.check!r}, known are {', '.join(checks.MEASUREMENT_KEYS)}")
        detector = detector_from_settings(options["weights"]) if checks.is_available(request.check) else None
        report = with_reason(analyse_file(options["file"], request, detector), _unused(request, options["zones"]))
        answer = json_line(report.as_json())
        if options["evidence"] is not None:
            _write(options["evidence"], report, answer)
        return answer


def _unused(request: AnalysisRequest, given: Path | None) -> Reason | None:
    """Zones were given, and the whole picture was judged all the same: nobody must take it for an answer about them."""
    if given is None or not checks.is_available(request.check):
        return None
    wanted = checks.check_for(request.check).zone_kinds
    kinds = {zone.kind for zone in request.zones} - {"privacy"}
    return words.zones_unused(sorted(kinds), wanted) if not kinds & set(wanted) else None


def _picture(path: Path) -> Picture:
    """Decoded in a child process, as everything that comes from outside."""
    came = newest_pictures([path])[path]
    if isinstance(came, FootageError):
        raise UnreadableInput(f"--reference {path.name} cannot be read: {came.detail}", file=str(path.name))
    return came


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableInput(f"--start must be an ISO 8601 time, got {text!r}") from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo("Asia/Jakarta"))


def _write(folder: Path, report: AnalysisReport, answer: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for still in report.stills:
            (folder / still.file_name).write_bytes(still.jpeg)
        (folder / "result.json").write_text(answer + "\n", encoding="utf-8")
    except OSError as error:
        raise UnreadableInput(f"--evidence folder cannot be written: {error}") from error
