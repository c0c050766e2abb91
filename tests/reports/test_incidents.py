"""What people do to incidents."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from analytics.verdict import Verdict
from cameras.footage.states import ClipState
from cameras.models import FootageClip
from reports.lifecycle import MoveRefused, Purpose, ReportState, Status, VerificationState
from reports.models import Announcement, Incident, StatusChange, Verification
from reports.services.incidents import (
    DuplicateInvalid,
    IncidentChanged,
    LookRefused,
    ReasonOwed,
    Transition,
    announcement_revive,
    incident_change_category,
    incident_look_again,
    incident_move,
    incident_transition,
    report_place_again,
    report_revive,
)
from tests import factories
from tests.pipeline_world import World, happened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _silent_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr("reports.tasks._publish", lambda queue, expires_s=None: heard.append(queue))
    return heard


def moved(incident: Incident, new: Status, actor: Any, reason: str = "", of: Incident | None = None) -> Incident:
    incident.refresh_from_db()
    return incident_transition(
        incident=incident, wanted=Transition(new, Status(incident.status), reason, of), actor=actor
    )


def test_a_move_is_written_down_with_who_and_why(bu_sari: Any, parkir_liar: Any) -> None:
    incident = factories.incident()
    moved(incident, Status.DISPOSISI, bu_sari, "PPSU berangkat")
    change = StatusChange.objects.get(what="status")
    assert (change.old, change.new, change.actor, change.reason_text) == (
        "menunggu",
        "disposisi",
        bu_sari,
        "PPSU berangkat",
    )
    assert Incident.objects.get().responded_at is not None


def test_a_move_that_the_table_does_not_hold_is_refused(bu_sari: Any) -> None:
    incident = factories.incident(status=Status.SELESAI)
    with pytest.raises(MoveRefused):
        moved(incident, Status.DITOLAK, bu_sari, "salah")
    assert StatusChange.objects.count() == 0


@pytest.mark.parametrize(("old", "new"), [(Status.MENUNGGU, Status.DITOLAK), (Status.SELESAI, Status.PROSES)])
def test_declining_and_re_opening_need_words(bu_sari: Any, old: Status, new: Status) -> None:
    incident = factories.incident(status=old)
    with pytest.raises(ReasonOwed):
        moved(incident, new, bu_sari, "  ")
    assert moved(incident, new, bu_sari, "bukan wewenang kami").status == new


def test_who_decided_on_an_old_picture_is_told(bu_sari: Any) -> None:
    incident = factories.incident()
    moved(incident, Status.PROSES, bu_sari)
    with pytest.raises(IncidentChanged) as told:
        incident_transition(incident=incident, wanted=Transition(Status.DISPOSISI, Status.MENUNGGU), actor=bu_sari)
    assert told.value.data["status"] == "proses"


@pytest.mark.django_db(transaction=True)
def test_of_two_staff_at_once_one_wins_and_the_other_is_told(bu_sari: Any) -> None:
    incident = factories.incident()
    barrier, told = threading.Barrier(2), []

    def click(new: Status) -> None:
        barrier.wait()
        try:
            incident_transition(incident=incident, wanted=Transition(new, Status.MENUNGGU, "x"), actor=bu_sari)
            told.append("done")
        except IncidentChanged:
            told.append("changed")
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(new,)) for new in (Status.PROSES, Status.DITOLAK)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["changed", "done"]
    assert StatusChange.objects.filter(what="status").count() == 1


def test_a_duplicate_names_what_it_repeats_and_not_itself(bu_sari: Any) -> None:
    first, second = factories.incident(), factories.incident()
    with pytest.raises(DuplicateInvalid):
        moved(first, Status.DUPLIKAT, bu_sari)
    with pytest.raises(DuplicateInvalid):
        moved(first, Status.DUPLIKAT, bu_sari, of=first)
    moved(first, Status.DUPLIKAT, bu_sari, of=second)
    with pytest.raises(DuplicateInvalid):
        moved(second, Status.DUPLIKAT, bu_sari, of=first)
    assert Incident.objects.get(pk=first.pk).duplicate_of == second
    assert moved(first, Status.MENUNGGU, bu_sari).duplicate_of is None


def test_coordination_moves_the_due_date(bu_sari: Any) -> None:
    incident = factories.incident()
    due = incident.due_at
    moved(incident, Status.KOORDINASI, bu_sari)
    Incident.objects.update(clock_paused_at=timezone.now() - timedelta(hours=5))
    back = moved(incident, Status.PROSES, bu_sari)
    assert back.clock_paused_at is None
    assert abs((back.due_at - due) - timedelta(hours=5)) < timedelta(seconds=5)


def test_done_is_looked_at_and_what_is_still_there_is_said_beside(world: World, bu_sari: Any, parkir_liar: Any) -> None:
    world.camera()
    incident = world.reported().incident
    closed = moved(incident, Status.SELESAI, bu_sari)
    assert closed.closed_at is not None
    look = Verification.objects.get(purpose=Purpose.CLOSURE)
    assert look.window_end > timezone.now()

    world.run()
    clip = FootageClip.objects.latest("pk")
    assert clip.next_run >= clip.end_at, "footage of the future is not asked for yet"
    past = timezone.now() - timedelta(seconds=1)
    FootageClip.objects.update(next_run=past)
    Verification.objects.update(next_run=past)
    world.run()
    incident.refresh_from_db()
    assert (incident.verdict, incident.closure_verdict) == (Verdict.SUPPORTED, Verdict.SUPPORTED)
    assert StatusChange.objects.filter(what="closure_verdict").count() == 1

    moved(incident, Status.PROSES, bu_sari, "masih ada")
    assert moved(incident, Status.SELESAI, bu_sari).closure_verdict == "", "the new closure is not proven yet"


def test_a_report_after_closing_recurs_and_an_earlier_one_joins(world: World, bu_sari: Any, parkir_liar: Any) -> None:
    first = world.reported().incident
    moved(first, Status.SELESAI, bu_sari)
    Incident.objects.update(closed_at=happened(30))
    late = world.reported(happened_at=happened(20))
    again = world.reported(happened_at=happened(40))
    assert late.incident == first
    assert again.incident != first
    assert again.incident.recurs_after == first


def test_looking_again_asks_for_the_same_time_and_the_failed_clips(
    world: World, bu_sari: Any, parkir_liar: Any
) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = 0
    report = world.reported()
    assert report.incident.verdict == Verdict.INCONCLUSIVE

    world.recorder.answers["CAM-1"] = 1.0
    again = incident_look_again(incident=report.incident, actor=bu_sari)
    assert again.window_start == report.verification.window_start
    with pytest.raises(LookRefused):
        incident_look_again(incident=report.incident, actor=bu_sari)
    world.run()
    assert FootageClip.objects.get().state == ClipState.HELD
    assert Incident.objects.get().verdict == Verdict.SUPPORTED


def test_footage_pulled_again_replaces_the_part_only_when_it_is_more(
    world: World, bu_sari: Any, parkir_liar: Any
) -> None:
    world.camera()
    world.analyst.verdicts["CAM-1"] = Verdict.INCONCLUSIVE
    world.recorder.answers["CAM-1"] = 0.5
    incident = world.reported().incident
    part = FootageClip.objects.get().sha256
    world.recorder.answers["CAM-1"] = 0.25
    incident_look_again(incident=incident, actor=bu_sari)
    world.run()
    assert FootageClip.objects.get().sha256 == part
    assert len(world.analyst.asked) == 1, "the same question of the same footage has an answer"
    world.recorder.answers["CAM-1"] = 1.0
    incident_look_again(incident=incident, actor=bu_sari)
    world.run()
    clip = FootageClip.objects.get()
    assert (clip.state, clip.sha256 != part) == (ClipState.HELD, True)
    assert len(world.analyst.asked) == 2, "other footage is another question"


def test_a_persons_category_routes_anew_and_is_looked_at(world: World, bu_sari: Any, parkir_liar: Any) -> None:
    world.camera()
    incident = world.reported().incident
    other = factories.category("sampah", check_slug="", responsible_body="DLH", zone_kinds=[])
    changed = incident_change_category(incident=incident, category=other, actor=bu_sari, reason="ini sampah")
    assert (changed.responsible_body, changed.verdict) == ("DLH", "")
    world.run()
    incident.refresh_from_db()
    assert incident.verdict == Verdict.UNOBSERVABLE
    assert Verification.objects.filter(incident=incident).count() == 2


def test_a_category_changed_while_a_look_runs_is_looked_at_after_it(
    world: World, bu_sari: Any, parkir_liar: Any
) -> None:
    incident = factories.incident()
    report = factories.report(state=ReportState.PLACED, incident=incident)
    factories.verification(incident)
    other = factories.category("sampah", check_slug="", zone_kinds=[])
    incident_change_category(incident=incident, category=other, actor=bu_sari)
    assert Verification.objects.count() == 1
    world.run()
    incident.refresh_from_db()
    report.refresh_from_db()
    assert Verification.objects.count() == 2
    assert report.verification.category == other
    assert incident.reasons[0]["code"] == "no_check"


def test_a_person_moves_an_incident_to_another_kelurahan(bu_sari: Any, gondangdia: Any) -> None:
    incident = factories.incident(place_uncertain=True)
    moved_to = incident_move(incident=incident, kelurahan=gondangdia, actor=bu_sari, reason="batas baru")
    assert (moved_to.kelurahan, moved_to.place_uncertain) == (gondangdia, False)
    assert StatusChange.objects.get(what="kelurahan").new == gondangdia.code


def test_a_dead_report_and_announcement_can_be_run_again(bu_sari: Any, world: World) -> None:
    report = factories.report(state=ReportState.DEAD)
    assert report_revive(report=report, actor=bu_sari)
    assert not report_revive(report=report, actor=bu_sari)
    world.run()
    report.refresh_from_db()
    assert report.state == ReportState.PLACED
    row = Announcement.objects.create(
        incident=report.incident, audience="lurah", stable_id="x", body={"user_id": 0}, state="DEAD"
    )
    assert announcement_revive(announcement=row, actor=bu_sari)
    assert StatusChange.objects.filter(reason_code="run_again").count() == 2


def test_a_report_out_of_area_is_placed_when_the_border_has_come(bu_sari: Any, world: World) -> None:
    report = world.reported(lon=106.835)
    assert report.state == ReportState.OUT_OF_AREA
    factories.kelurahan(code="31.71.06.1005", name="Gondangdia", west=106.83)
    assert report_place_again(report=report, actor=bu_sari)
    world.run()
    report.refresh_from_db()
    assert report.kelurahan.name == "Gondangdia"
    assert Verification.objects.filter(state=VerificationState.DECIDED).count() == 1
