"""Reading offenders' plates as a step of the pipeline: when it happens, when not, and what it never holds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from analytics import plate_evidence, services
from analytics.plates.offender import OffenderReading
from analytics.verdict import Offender, Verdict
from cameras.models import Camera, FootageClip
from jsc_project.lib.errors import JscError
from reports import pipeline
from reports.claiming import claim_take
from reports.lifecycle import PlateState, Purpose, VerificationState
from reports.models import Announcement, Category, OffenderPlate, PlateSearch, StatusChange, Verification
from reports.plate_texts import plate_text
from reports.services.incidents import incident_look_again
from reports.steps import plates as step
from reports.steps.base import PLATES, Subject
from tests import factories
from tests.pipeline_world import World
from tests.reports.plate_rows import PLATE, reading
from tests.reports.test_judgements import judged

pytestmark = pytest.mark.django_db

STOOD = Offender(3.0, 170.0, ((3.0, (0.4, 0.4, 0.6, 0.7)),))


@dataclass
class Reader:
    """In place of ``plates_read``: answers, or an error to raise; ``asked`` are the runs."""

    answer: Sequence[OffenderReading] | Exception = field(default_factory=lambda: [reading()])
    asked: list[int] = field(default_factory=list)
    meanwhile: Any = None

    def __call__(self, *, run: Any, detector: Any, budget_s: float) -> Sequence[OffenderReading]:
        self.asked.append(run.pk)
        if self.meanwhile is not None:
            self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr(step, "plates_read", made)
    return made


@pytest.fixture
def seeing(world: World, menteng: Any, gondangdia: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose check says which vehicle it speaks of, and a category that reads plates."""
    plain = services.analyse_file

    def with_offender(path: Path, request: Any, detector: Any) -> Any:
        report = plain(path, request, detector)
        return replace(report, result=replace(report.result, offenders=(STOOD,)))

    monkeypatch.setattr(services, "analyse_file", with_offender)
    factories.category(reads_plates=True)
    world.camera()
    return world


def reported(world: World) -> Verification:
    """Not through ``factories.category``, which would put the setting back."""
    return world.looked(of=Category.objects.get(slug="parkir_liar"))


def test_the_plates_of_those_whom_a_supported_run_speaks_of_are_read_and_kept(seeing: World, reader: Reader) -> None:
    look = reported(seeing)
    assert look.verdict == Verdict.SUPPORTED
    search = PlateSearch.objects.get()
    assert (search.state, search.category, search.incident) == (PlateState.READ, look.category, look.incident)
    assert reader.asked == [search.run_id]
    assert plate_evidence.offenders_of(search.run) == [STOOD]
    plate = search.plates.get()
    assert plate_text(plate) == PLATE
    clip = FootageClip.objects.get()
    assert plate.at == clip.media_start_at + timedelta(seconds=12)
    told = list(StatusChange.objects.filter(subject_kind=PLATES).values_list("old", "new", "step"))
    assert told == [("DUE", "READ", "plates")]


def test_the_verdict_is_decided_before_any_plate_is_looked_for(seeing: World, reader: Reader) -> None:
    states: list[str] = []
    reader.meanwhile = lambda: states.extend(Verification.objects.values_list("state", flat=True))
    reported(seeing)
    assert states == [VerificationState.DECIDED]


def test_nothing_is_looked_for_where_the_category_does_not_read_plates(seeing: World, reader: Reader) -> None:
    Category.objects.update(reads_plates=False)
    assert reported(seeing).verdict == Verdict.SUPPORTED
    assert not PlateSearch.objects.exists()
    assert reader.asked == []


@pytest.mark.parametrize("verdict", [Verdict.CONTRADICTED, Verdict.INCONCLUSIVE])
def test_nothing_is_looked_for_where_nothing_was_seen(verdict: Verdict, seeing: World, reader: Reader) -> None:
    seeing.analyst.verdicts["CAM-1"] = verdict
    reported(seeing)
    assert not PlateSearch.objects.exists()


def test_a_camera_that_is_not_believed_by_itself_accuses_nobody(seeing: World, reader: Reader, bu_sari: Any) -> None:
    judged(Camera.objects.get(code="CAM-1"), "-----", bu_sari)
    seeing.camera("CAM-2", lat=-6.1952)
    look = reported(seeing)
    assert look.verdict == Verdict.SUPPORTED
    assert look.matches.filter(run__verdict=Verdict.SUPPORTED).count() == 2
    assert [search.run.clip.camera.code for search in PlateSearch.objects.all()] == ["CAM-2"]


def test_a_camera_that_saw_nothing_is_not_asked_for_plates(seeing: World, reader: Reader) -> None:
    seeing.camera("CAM-2", lat=-6.1952)
    seeing.analyst.verdicts["CAM-1"] = Verdict.INCONCLUSIVE
    reported(seeing)
    assert [search.run.clip.camera.code for search in PlateSearch.objects.all()] == ["CAM-2"]


def test_of_a_closing_that_shows_it_still_there_the_plates_are_read_as_well(seeing: World, reader: Reader) -> None:
    look = reported(seeing)
    look.purpose = Purpose.CLOSURE
    look.pk, look.state, look.verdict = None, VerificationState.PENDING, ""
    look.save()
    seeing.run()
    assert sorted(PlateSearch.objects.values_list("verification__purpose", flat=True)) == ["closure", "opening"]


class Gone(JscError):
    code = "clip_without_file"


class Later(JscError):
    code = "footage_timed_out"
    retryable = True


@pytest.mark.parametrize(("error", "tries"), [(Gone("gone"), 1), (Later("slow"), 3), (RuntimeError("a fault"), 3)])
def test_a_failure_is_told_and_changes_nothing_of_the_verdict(
    error: Exception, tries: int, seeing: World, reader: Reader
) -> None:
    reader.answer = error
    look = reported(seeing)
    assert (look.state, look.verdict) == (VerificationState.DECIDED, Verdict.SUPPORTED)
    for _ in range(tries - 1):
        PlateSearch.objects.update(next_run=timezone.now())
        seeing.run()
    search = PlateSearch.objects.get()
    assert len(reader.asked) == tries
    assert search.state == PlateState.FAILED
    assert search.reason_code == getattr(error, "code", "unexpected_error")
    assert not OffenderPlate.objects.exists()


def test_an_earlier_run_that_marked_nobody_is_told_to_be_one(seeing: World, reader: Reader) -> None:
    reader.answer = Later("slow")
    reported(seeing)
    search = PlateSearch.objects.get()
    type(search.run).objects.update(offenders=[])
    PlateSearch.objects.update(next_run=timezone.now())
    seeing.run()
    search.refresh_from_db()
    assert (search.state, search.reason_code) == (PlateState.FAILED, step.NO_VEHICLE)


def test_switched_off_before_it_is_read_nothing_is(seeing: World, reader: Reader) -> None:
    reader.answer = Later("slow")
    reported(seeing)
    reader.answer = [reading()]
    Category.objects.update(reads_plates=False)
    PlateSearch.objects.update(next_run=timezone.now())
    seeing.run()
    assert PlateSearch.objects.get().reason_code == step.SWITCHED_OFF
    assert len(reader.asked) == 1


def test_switched_off_while_it_is_read_nothing_is_kept(seeing: World, reader: Reader) -> None:
    reader.meanwhile = lambda: Category.objects.update(reads_plates=False)
    reported(seeing)
    seeing.run()
    assert PlateSearch.objects.get().reason_code == step.SWITCHED_OFF
    assert not OffenderPlate.objects.exists()


def test_a_search_stands_back_while_a_look_is_ready_but_not_for_ever(seeing: World, reader: Reader) -> None:
    reader.answer = Later("slow")
    waiting = reported(seeing)
    reader.answer = [reading()]
    Verification.objects.filter(pk=waiting.pk).update(state=VerificationState.MATCHED, next_run=timezone.now())
    search = PlateSearch.objects.get()
    PlateSearch.objects.update(next_run=timezone.now())
    pipeline.advance(Subject(PLATES, search.pk), PlateState.DUE)
    search.refresh_from_db()
    assert (search.state, len(reader.asked)) == (PlateState.DUE, 1)
    assert search.next_run > timezone.now()
    PlateSearch.objects.update(next_run=timezone.now(), created_at=timezone.now() - step.PATIENCE)
    pipeline.advance(Subject(PLATES, search.pk), PlateState.DUE)
    search.refresh_from_db()
    assert search.state == PlateState.READ


def test_a_worker_that_dies_over_it_leaves_a_row_that_another_finishes_once(seeing: World, reader: Reader) -> None:
    reader.answer = Later("slow")
    reported(seeing)
    reader.answer = [reading()]
    subject = Subject(PLATES, PlateSearch.objects.get().pk)
    PlateSearch.objects.update(next_run=timezone.now())
    dead = claim_take(subject, PlateState.DUE, step.STEP)
    assert dead is not None
    assert pipeline.advance(subject, PlateState.DUE) == [], "while its lease runs nobody else takes it"
    PlateSearch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    seeing.run()
    search = PlateSearch.objects.get()
    assert (search.state, search.plates.count()) == (PlateState.READ, 1)
    assert not dead.held.exists(), "the dead one can record nothing any more"
    assert pipeline.advance(subject, PlateState.DUE) == []
    assert OffenderPlate.objects.count() == 1


def test_the_same_look_asked_again_is_searched_for_itself(seeing: World, reader: Reader, bu_sari: Any) -> None:
    look = reported(seeing)
    incident_look_again(incident=look.incident, actor=bu_sari)
    Verification.objects.update(window_end=timezone.now())
    seeing.run()
    searches = PlateSearch.objects.values_list("verification", flat=True)
    assert len(searches) == len(set(searches)) == Verification.objects.filter(verdict=Verdict.SUPPORTED).count()


def test_no_callback_and_no_notice_knows_of_plates(seeing: World, reader: Reader, settings: Any) -> None:
    settings.JSC_QLUE_CALLBACK_URL = "https://qlue.invalid/callback"
    reported(seeing)
    plate = OffenderPlate.objects.get()
    bodies = "".join(str(told.body) for told in Announcement.objects.all())
    assert not [word for word in (PLATE, plate.plate_hash, "plate", "pelat") if word in bodies]
