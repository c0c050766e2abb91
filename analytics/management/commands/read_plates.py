"""``manage.py read_plates FILE...``: the plates in pictures and clips, each text told only when sure."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.commands import detector_from_settings
from analytics.models import PlateReading
from analytics.plates import decide
from analytics.plates.files import plates_in_file
from analytics.plates.ocr import OcrReader
from analytics.plates.reader import PlateReader
from analytics.uses import PlatesUse, plates_use_told
from analytics.weights import WeightsError
from analytics.yolo import YoloDetector, YoloOptions
from cameras.footage.decode import MediaInfo, probe_many
from cameras.footage.source import FootageError
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput

logger = logging.getLogger(__name__)

WHY_NOT = {
    decide.TOO_SMALL: _("terlalu kecil"),
    decide.CUT_OFF: _("terpotong tepi gambar"),
    decide.NO_SERIES: _("huruf seri tidak terlihat"),
    decide.REPAIRED: _("terlalu banyak karakter yang ditebak"),
    decide.UNEVEN: _("jarak antarkarakter janggal"),
    decide.DISAGREE: _("hasil baca berbeda-beda"),
    decide.DOUBTFUL: _("ada karakter yang meragukan"),
    decide.BAND: _("nomor tidak lazim untuk jenis kendaraan"),
}


class Command(JscCommand):
    help = "Baca pelat nomor dalam gambar atau rekaman; yang meragukan tidak disebut. Setiap pemakaian dicatat."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a picture or a clip")
        parser.add_argument("--purpose", default="", help="what for; kept in the record of this call")
        parser.add_argument("--weights", help="instead of JSC_WEIGHTS; without weights no vehicle is told from another")

    def run(self, **options: Any) -> list[dict[str, Any]]:
        files: list[Path] = options["files"]
        if len(options["purpose"]) > 300:
            raise UnreadableInput(f"--purpose holds at most 300 characters, got {len(options['purpose'])}")
        reading_record(files, options["purpose"])
        infos = _probed(files)
        reader, detector = PlateReader(OcrReader()), _detector(options["weights"])
        answers: list[dict[str, Any]] = []
        for path in files:
            try:
                plates = plates_in_file(path, infos[path], reader, detector)
            except FootageError as error:
                raise _named(error, path) from error
            answers.append({"file": str(path), "plates": [plate.as_json() for plate in plates]})
        return answers

    def tell(self, answer: list[dict[str, Any]]) -> None:
        for one in answer:
            self.stdout.write(one["file"])
            for plate in one["plates"]:
                said = plate["text"] or gettext("tidak yakin: %(why)s") % {"why": WHY_NOT[plate["reason"]]}
                self.stdout.write(f"  {said}  {plate['confidence']:.2f}")
            if not one["plates"]:
                self.stdout.write("  " + gettext("tidak ada pelat"))


def reading_record(files: Sequence[Path], purpose: str) -> PlateReading:
    """Who reads how many files for what, in the database and in the log. No file names: they may hold a plate."""
    who = _who()
    logger.info("plates of %d files read by %s, purpose: %s", len(files), who, purpose or "-")
    with transaction.atomic():
        row = PlateReading.objects.create(username=who, files=len(files), purpose=purpose)
        plates_use_told(PlatesUse(who, len(files), purpose))
    return row


def _who() -> str:
    try:
        return getpass.getuser()[:150]
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return "?"


def _probed(files: Sequence[Path]) -> dict[Path, MediaInfo]:
    """What all the files are, before the first is read: one that is no picture ends the call at once.

    Raises:
        FootageError: of the first that cannot be read, with its name.
    """
    found: dict[Path, MediaInfo] = {}
    for path, info in probe_many(files).items():
        if isinstance(info, FootageError):
            raise _named(info, path)
        found[path] = info
    return found


def _named(error: FootageError, path: Path) -> FootageError:
    error.detail = f"{path}: {error.detail}"
    return error


def _detector(weights: str | None) -> YoloDetector | None:
    """The detector asked for, else that of the settings where its weights are here already: nothing is fetched.

    Raises:
        WeightsError: the weights asked for cannot be used.
    """
    if weights:
        return detector_from_settings(weights)
    options = YoloOptions(var_dir=settings.VAR_DIR, allow_pickle=settings.JSC_ALLOW_PICKLED_WEIGHTS)
    try:
        return YoloDetector(settings.JSC_WEIGHTS, options)
    except WeightsError as error:
        logger.warning("plates are read without knowing the vehicles: %s", error.detail)
        return None
