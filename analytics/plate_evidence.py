"""From a recorded run to the plates of those it speaks of: what the pipeline calls, once it is allowed to.

Whether it may be asked at all (which category, what for) is the caller's to know. Nothing is stored or logged here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from analytics.detections import Detector
from analytics.errors import ClipWithoutFile, FootageChanged
from analytics.models import AnalysisRun
from analytics.per_process import PerProcess
from analytics.plates.ocr import READ_MODEL, OcrReader
from analytics.plates.offender import OffenderReading, plan_for, plate_of
from analytics.plates.reader import PlateReader
from analytics.verdict import Offender
from cameras.footage.decode import DecodeLimits, read_frames
from cameras.services.clips import clip_opened

MOST_OFFENDERS = 6
"""Of one run, the longest there first. A row of parked cars is one complaint, and each plate takes seconds."""

READER = READ_MODEL
"""What read them, for the record."""


def offenders_of(run: AnalysisRun) -> list[Offender]:
    """The vehicles that are the violation, longest there first; none of a run of an earlier version."""
    found = [Offender.from_json(value) for value in run.offenders]
    return sorted(found, key=lambda one: (one.start_s - one.end_s, one.start_s))[:MOST_OFFENDERS]


def plates_read(*, run: AnalysisRun, detector: Detector, budget_s: float) -> Sequence[OffenderReading]:
    """One reading for each of ``offenders_of(run)``, in that order. After ``budget_s`` no further frame is looked at.

    Raises:
        ClipWithoutFile: the footage is gone.
        FootageChanged: it was pulled again, and times mean something else now.
        FootageError: it could not be decoded in time (retryable) or at all.
        StorageFailed: it cannot be fetched now.
        TextModelsMissing: there is no reader.
    """
    clip = run.clip
    if not clip.file:
        raise ClipWithoutFile(f"clip {clip.pk} holds no footage")
    if run.thresholds.get("footage", clip.sha256) != clip.sha256:
        raise FootageChanged(f"clip {clip.pk} is other footage than run {run.pk} was made of")
    until, reader = time.monotonic() + budget_s, plate_reader()
    readings = []
    with clip_opened(clip) as path:
        for offender in offenders_of(run):
            limits = DecodeLimits(wall_s=max(10.0, until - time.monotonic()))
            with read_frames(path, plan_for(offender), limits) as frames:
                readings.append(plate_of(frames, offender, reader, detector, until))
    return readings


# -- The reader of this process -------------------------------------------------------

_reader: PerProcess[PlateReader] = PerProcess()


def plate_reader() -> PlateReader:
    """The reader of this process, loaded on first use, after the fork: its threads do not survive one.

    Raises:
        TextModelsMissing: there is none.
    """
    return _reader.get(lambda: PlateReader(OcrReader(threads=1)))


def plate_reader_set(reader: PlateReader | None) -> None:
    """Use this one in this process; None loads the text models at the next need."""
    _reader.put(reader)
