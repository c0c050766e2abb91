"""``manage.py read_plates FILE...``: the plates in pictures and clips, each text told only when sure."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Mapping, Sequence
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
        infos = probe_many(files)
        _refuse_none(infos)
        reader, detector = PlateReader(OcrReader()), _detector(options["weights"])
        answers = [_answer(path, infos[path], reader, detector) for path in files]
        _refuse_none({Path(one["file"]): one.get("error") for one in answers})
        return [_as_json(one) for one in answers]

    def is_failure(self, answer: list[dict[str, Any]]) -> bool:
        """Some of the files could not be read: their rows say why, and the others' plates are there all the same."""
        return any("error" in one for one in answer)

    def tell(self, answer: list[dict[str, Any]]) -> None:
        for one in answer:
            self.stdout.write(one["file"])
            if "error" in one:
                self.stdout.write("  " + gettext("tidak terbaca: %(why)s") % {"why": one["error"]["detail"]})
                continue
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


def _answer(
    path: Path, info: MediaInfo | FootageError, reader: PlateReader, detector: YoloDetector | None
) -> dict[str, Any]:
    """The row of one file; one that cannot be read costs the batch nothing but itself."""
    if isinstance(info, FootageError):
        return {"file": str(path), "plates": [], "error": info}
    try:
        plates = plates_in_file(path, info, reader, detector)
    except FootageError as error:
        return {"file": str(path), "plates": [], "error": error}
    return {"file": str(path), "plates": [plate.as_json() for plate in plates]}


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "error": {"code": row["error"].code, "detail": row["error"].detail}} if "error" in row else row


def _refuse_none(outcomes: Mapping[Path, object]) -> None:
    """Raises FootageError, with the name of the first file, where none of them could be read."""
    failed = [(path, one) for path, one in outcomes.items() if isinstance(one, FootageError)]
    if len(failed) < len(outcomes):
        return
    path, error = failed[0]
    more = f" (and none of the other {len(failed) - 1} files can be read)" if len(failed) > 1 else ""
    error.detail = f"{path}: {error.detail}{more}"
    raise error


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
