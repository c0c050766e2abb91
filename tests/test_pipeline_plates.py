"""The story of one plate: a report comes in, a recorder has the car, the check sees it stand, and its plate is read.

All real but the model, which finds the drawn car by its colour: recorded segments, decoding, check, text models, rows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from analytics import faces, plate_evidence, services
from analytics.plates import hide
from analytics.verdict import Verdict
from cameras.footage.frame import Picture
from reports import pipeline
from reports.lifecycle import PlateState
from reports.models import Category, OffenderPlate, PlateSearch, Verification
from reports.personal.traces import traces
from reports.plate_texts import masked, plate_text
from tests import factories
from tests.analytics.faces_again import film
from tests.analytics.offender_scenes import ColourDetector, Scene, Vehicle, pictures
from tests.analytics.plate_drawing import Place
from tests.cameras.clips import name_of
from tests.fakes import NoFaces, NoPlates
from tests.reports import rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVENT = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=9)
TEXT = "B 1357 TKL"
CAR = Vehicle("car", TEXT, Place(x=480, y=260, width=110))
FPS = 0.5


@pytest.fixture
def street(settings: Any, menteng: Any) -> Iterator[None]:
    """A camera whose recorder has two minutes of one parked car, and a model that knows cars."""
    shown = _recorded()
    for minute in (-1, 0):
        at = EVENT + timedelta(minutes=minute)
        path = Path(settings.JSC_FOOTAGE_ROOT) / "simpang" / f"{name_of(at)}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        film(path, islice(shown, round(60 * FPS)), FPS)
    camera = factories.camera("SIMPANG", source_kind="folder", source_settings={"folder": "simpang"})
    factories.zone(camera)
    services.detector_set(ColourDetector())
    faces.face_finder_set(NoFaces())
    hide.plate_finder_set(NoPlates())
    yield
    services.detector_set(None)
    faces.face_finder_set(None)
    hide.plate_finder_set(None)
    plate_evidence.plate_reader_set(None)


def _recorded() -> Iterator[Picture]:
    return pictures(replace(Scene(CAR), seconds=200.0))


def reported(**settings: Any) -> Verification:
    window = {"window_before_s": 60, "window_after_s": 0, "thresholds": {"min_dwell_s": 40}}
    category = factories.category(**{**window, **settings})
    report = factories.report(category, happened_at=EVENT + timedelta(seconds=50))
    pipeline.run_until_quiet()
    report.refresh_from_db()
    return Verification.objects.get(incident=report.incident)


def test_a_parked_cars_plate_is_read_from_the_recorders_footage(street: None, bu_sari: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    look = reported(reads_plates=True)
    assert look.verdict == Verdict.SUPPORTED, look.reasons
    search = PlateSearch.objects.get()
    assert (search.state, search.reason_code, search.reader) == (PlateState.READ, "", plate_evidence.READER)
    plate = OffenderPlate.objects.get()
    assert plate.reason_code == ""
    assert plate_text(plate) == TEXT.replace(" ", "")
    x1, y1, x2, y2 = plate.box
    assert x1 < 480 / 960 < x2 and y1 < 260 / 540 < y2
    assert EVENT - timedelta(minutes=1) <= plate.at <= EVENT + timedelta(minutes=1)
    page = rows.browser(bu_sari).get(f"/admin/reports/incident/{look.incident_id}/change/").content.decode()
    assert masked(TEXT.replace(" ", "")) in page and TEXT not in page
    assert traces([TEXT, TEXT.replace(" ", "")]) == []
    assert not [word for word in (TEXT, TEXT.replace(" ", "")) if word in caplog.text]


def test_switched_off_nobody_looks_for_it(street: None) -> None:
    class Never:
        def sightings(self, *args: Any) -> Any:
            raise AssertionError("nobody may look for plates")

    plate_evidence.plate_reader_set(Never())  # type: ignore[arg-type]
    assert reported().verdict == Verdict.SUPPORTED
    assert not PlateSearch.objects.exists()
    assert not Category.objects.filter(reads_plates=True).exists()


def test_footage_that_was_pulled_again_is_not_read_by_the_old_times(street: None) -> None:
    plate_evidence.plate_reader_set(None)
    reported()
    run = Verification.objects.get().matches.get().run
    assert run is not None and plate_evidence.offenders_of(run)
    type(run.clip).objects.filter(pk=run.clip_id).update(sha256="0" * 64)
    run.clip.refresh_from_db()
    with pytest.raises(plate_evidence.FootageChanged):
        plate_evidence.plates_read(run=run, detector=ColourDetector(), budget_s=10)
    type(run.clip).objects.filter(pk=run.clip_id).update(file="")
    run.clip.refresh_from_db()
    with pytest.raises(plate_evidence.ClipWithoutFile):
        plate_evidence.plates_read(run=run, detector=ColourDetector(), budget_s=10)
