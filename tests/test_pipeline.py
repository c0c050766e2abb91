"""The story: a report comes in, cameras look, and an incident stands in the right lurah's queue."""

from __future__ import annotations

import pytest
from django.utils import timezone

from analytics import checks
from analytics.models import AnalysisRun, EvidenceStill
from analytics.verdict import Verdict
from cameras.footage.source import FootageTimedOut
from cameras.footage.states import ClipState
from cameras.models import Camera, FootageClip
from reports import pipeline
from reports.lifecycle import ReportState, Status, VerificationState
from reports.models import Incident, Report, StatusChange, Verification
from reports.selectors import pipeline as books
from reports.steps.base import REPORT, Subject
from tests import factories
from tests.pipeline_world import World, happened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places(menteng: object, gondangdia: object, parkir_liar: object) -> None:
    """Menteng, Gondangdia and a category that a camera can check."""


def test_a_report_becomes_an_incident_that_a_camera_has_seen(world: World) -> None:
    world.camera()
    report = world.reported()

    incident = report.incident
    assert report.state == ReportState.PLACED
    assert incident.kelurahan.name == "Menteng"
    assert incident.status == Status.MENUNGGU
    assert incident.verdict == Verdict.SUPPORTED
    assert incident.responsible_body == "Dishub"
    assert "mobil diam 184 dtk" in incident.reasons[0]["id"]
    assert incident.reasons[0]["id"].startswith("Kamera CAM-1")
    clip = FootageClip.objects.get()
    assert clip.state == ClipState.HELD
    assert clip.file.storage.exists(clip.file.name)
    assert len(clip.sha256) == 64
    assert EvidenceStill.objects.get().run == AnalysisRun.objects.get()
    assert world.last_look(incident).state == VerificationState.DECIDED
    assert books.accounting().lost == 0
    assert books.accounting().doubled == 0


def test_the_incident_stands_in_the_queue_before_any_camera_has_answered(world: World) -> None:
    world.camera()
    report = factories.report()
    pipeline.advance(Subject(REPORT, report.pk), ReportState.RECEIVED)
    assert Incident.objects.get().verdict == ""
    assert Incident.objects.get().kelurahan.name == "Menteng"


def test_every_change_is_written_down_with_its_step(world: World) -> None:
    world.camera()
    world.reported()
    told = list(StatusChange.objects.order_by("id").values_list("subject_kind", "old", "new", "step"))
    assert told == [
        ("report", "RECEIVED", "PLACED", "place"),
        ("incident", "", "menunggu", "place"),
        ("verification", "PENDING", "MATCHED", "match"),
        ("clip", "WANTED", "HELD", "pull"),
        ("verification", "MATCHED", "ANALYSED", "analyse"),
        ("verification", "ANALYSED", "DECIDED", "decide"),
        ("incident", "", "SUPPORTED", "decide"),
    ]


def test_a_report_outside_the_city_is_kept_and_said_to_be_outside(world: World) -> None:
    report = world.reported(lat=-6.5, lon=107.2)
    assert report.state == ReportState.OUT_OF_AREA
    assert report.incident is None
    assert Incident.objects.count() == 0


def test_a_good_view_that_shows_nothing_contradicts(world: World) -> None:
    world.camera()
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    assert world.looked().verdict == Verdict.CONTRADICTED


def test_without_a_camera_it_cannot_be_observed(world: World) -> None:
    look = world.looked()
    assert (look.verdict, look.outcome_code) == (Verdict.UNOBSERVABLE, "no_camera")
    assert look.reasons[0]["code"] == "no_camera"


def test_without_a_check_it_cannot_be_observed(world: World) -> None:
    world.camera()
    look = world.looked(of=factories.category("jalan_rusak", check_slug="", zone_kinds=[]))
    assert (look.verdict, look.outcome_code) == (Verdict.UNOBSERVABLE, "no_check")


def test_a_check_that_this_version_lacks_cannot_be_observed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECKS", {})
    world.camera()
    look = world.looked(of=factories.category("kebakaran", check_slug="smoke_fire", zone_kinds=[]))
    assert (look.verdict, look.outcome_code) == (Verdict.UNOBSERVABLE, "no_check")


def test_a_dead_camera_is_named_and_shown_as_unhealthy(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        look = world.looked()
    assert (look.verdict, look.outcome_code) == (Verdict.INCONCLUSIVE, "no_footage")
    assert look.reasons[0]["id"].startswith("Kamera CAM-1: rekaman tidak tersedia")
    assert FootageClip.objects.get().reason_code == "footage_missing"
    assert Camera.objects.get().health == Camera.Health.UNHEALTHY


def test_a_camera_without_a_source_is_not_called_dead(world: World) -> None:
    factories.camera("CAM-9")
    assert world.looked().reasons[0]["id"].endswith("kamera belum punya sumber rekaman")
    assert Camera.objects.get().health == Camera.Health.UNKNOWN


def test_the_next_camera_is_asked_only_while_undecided(world: World) -> None:
    world.camera("CAM-1")
    world.camera("CAM-2", lat=-6.1952)
    world.recorder.answers["CAM-1"] = 0
    world.camera("CAM-3", lat=-6.1954)
    look = world.looked()
    assert look.verdict == Verdict.SUPPORTED
    assert world.recorder.pulls == ["CAM-1", "CAM-2"]
    assert [m.clip_id is not None for m in look.matches.all()] == [True, True, False]


def test_at_most_four_cameras_are_asked(world: World) -> None:
    for number in range(6):
        world.camera(f"CAM-{number}", lat=-6.195 - number / 20_000)
        world.analyst.verdicts[f"CAM-{number}"] = Verdict.INCONCLUSIVE
    look = world.looked()
    assert look.verdict == Verdict.INCONCLUSIVE
    assert len(world.recorder.pulls) == 4
    assert len(look.reasons) == 4


def test_footage_of_half_the_window_never_contradicts(world: World) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = 0.5
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    look = world.looked()
    assert look.verdict == Verdict.INCONCLUSIVE
    assert look.reasons[0]["code"] == "coverage_low"
    assert FootageClip.objects.get().state == ClipState.PARTIAL


def test_footage_of_half_the_window_may_support(world: World) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = 0.5
    assert world.looked().verdict == Verdict.SUPPORTED


def test_a_camera_only_assumed_to_see_the_place_never_contradicts(world: World) -> None:
    world.camera()
    Camera.objects.update(coverage_kind=Camera.CoverageKind.ASSUMED)
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    look = world.looked()
    assert look.verdict == Verdict.INCONCLUSIVE
    assert look.reasons[0]["code"] == "assumed_coverage"
    assert world.analyst.asked[0][1].assumed_coverage


def test_a_recorder_that_answers_late_is_asked_again(world: World) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = FootageTimedOut("the recorder did not answer")
    world.reported()
    clip = FootageClip.objects.get()
    assert clip.state == ClipState.WANTED
    assert clip.next_run > timezone.now()
    assert "footage_timed_out" in clip.last_error

    world.recorder.answers["CAM-1"] = 1.0
    FootageClip.objects.update(next_run=timezone.now())
    world.run()
    assert Incident.objects.get().verdict == Verdict.SUPPORTED


def test_two_verifications_share_one_clip_and_one_run(world: World) -> None:
    world.camera()
    world.reported()
    factories.category("sampah", check_slug="stopped_vehicle", zone_kinds=["no_stopping"])
    world.reported(of=factories.category("lain_lagi"))
    assert Incident.objects.count() == 2
    assert world.recorder.pulls == ["CAM-1"]
    assert len(world.analyst.asked) == 1
    assert AnalysisRun.objects.count() == 1
    assert {i.verdict for i in Incident.objects.all()} == {Verdict.SUPPORTED}


def test_a_repeat_joins_and_shares_the_verdict(world: World) -> None:
    world.camera()
    first = world.reported()
    second = world.reported(lat=-6.1952, happened_at=happened(0.5))
    assert second.incident == first.incident
    assert Verification.objects.count() == 1
    assert second.verification == first.verification
    assert Incident.objects.get().reporters_count == 2
    assert Incident.objects.get().last_seen == happened(0.5)


def test_one_citizen_who_reports_twice_counts_once_and_nameless_ones_each(world: World) -> None:
    for name in ("a" * 64, "a" * 64, "", ""):
        world.reported(reporter_hash=name)
    incident = Incident.objects.get()
    assert (incident.reports_count, incident.reporters_count) == (4, 3)


def test_a_later_report_outside_the_window_gets_a_look_of_its_own(world: World) -> None:
    world.camera()
    world.reported()
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    later = world.reported(happened_at=happened(60))
    assert Incident.objects.count() == 1
    assert Verification.objects.count() == 2
    assert later.verification.verdict == Verdict.CONTRADICTED
    # What was seen once stays seen; both looks are shown.
    assert Incident.objects.get().verdict == Verdict.SUPPORTED


def test_a_second_look_within_half_an_hour_is_not_taken(world: World) -> None:
    world.camera()
    first = world.reported()
    later = world.reported(happened_at=happened(10))
    assert later.verification == first.verification
    assert Verification.objects.count() == 1


def test_a_follow_up_waits_for_the_running_look(world: World) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = FootageTimedOut("the recorder did not answer")
    first, later = world.reported(), world.reported(happened_at=happened(60))
    assert later.incident == first.incident
    assert Verification.objects.count() == 1
    assert later.verification is None

    world.recorder.answers["CAM-1"] = 1.0
    FootageClip.objects.update(next_run=timezone.now())
    pipeline.run_until_quiet()
    later.refresh_from_db()
    assert Verification.objects.count() == 2
    assert later.verification is not None
    assert later.verification.window_start == happened(57)
    assert Report.objects.filter(verification__state=VerificationState.DECIDED).count() == 2
