""" "Was the camera right?": one tap, what follows from it, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analytics.models import AnalysisRun
from analytics.verdict import Verdict
from cameras.models import Camera, CameraView, FootageClip
from reports.lifecycle import Purpose
from reports.models import CameraConfirmation, CameraJudgement, Incident, StatusChange, Verification, VerificationMatch
from reports.selectors.trust import demoted_pairs, standings
from reports.services.judgements import (
    ConfirmationRefused,
    JudgementRefused,
    camera_confirm,
    look_judge,
)
from tests import factories
from tests.pipeline_world import World, happened
from tests.reports import rows

pytestmark = pytest.mark.django_db

CHECK = "stopped_vehicle"


@pytest.fixture
def incident(menteng: Any) -> Incident:
    made = rows.placed(menteng).incident
    assert made is not None
    rows.looked_at(made)
    return made


def look_of(incident: Incident) -> Verification:
    return incident.verifications.latest("pk")


def tap(person: Any, incident: Incident, answer: str, **extra: Any) -> Any:
    sent = {"look": str(look_of(incident).pk), "answer": answer, **extra}
    return rows.browser(person).post(f"/admin/reports/incident/{incident.pk}/nilai/", sent)


def page_of(person: Any, incident: Incident) -> str:
    return rows.browser(person).get(f"/admin/reports/incident/{incident.pk}/change/").content.decode()


def judged(camera: Camera, words: str, person: Any, said: str = Verdict.SUPPORTED) -> None:
    """One incident an answer: ``+`` the camera was right, ``-`` it was wrong."""
    for word in words:
        # Far from where the reports of these tests come from, so that none of them joins it.
        made = rows.placed(factories.Kelurahan.objects.get(name="Menteng"), lat=-6.1985, lon=106.8285).incident
        look = said_by(camera, made, said)
        look_judge(incident=made, verification=look, answer="right" if word == "+" else "wrong", actor=person)


def said_by(camera: Camera, incident: Incident, said: str) -> Verification:
    """A decided look of this camera, at a time of its own."""
    run = rows.looked_at(incident, said).run
    early = timedelta(days=incident.pk)
    FootageClip.objects.filter(pk=run.clip_id).update(
        camera=camera, start_at=run.clip.start_at - early, end_at=run.clip.end_at - early
    )
    AnalysisRun.objects.filter(pk=run.pk).update(zones_version=Camera.objects.get(pk=camera.pk).zones_version)
    VerificationMatch.objects.filter(run=run).update(camera=camera)
    return look_of(incident)


# -- The tap ------------------------------------------------------------------------


def test_one_tap_is_kept_with_who_and_when(bu_sari: Any, incident: Incident) -> None:
    shown = page_of(bu_sari, incident)
    assert "Apakah kamera benar?" in shown and 'value="wrong"' in shown
    answer = tap(bu_sari, incident, "right")
    assert answer.status_code == 302 and answer["Location"].endswith(f"#nilai-{look_of(incident).pk}")
    row = CameraJudgement.objects.get()
    match = look_of(incident).matches.get()
    assert (row.user, row.camera, row.run, row.check_slug) == (bu_sari, match.camera, match.run, CHECK)
    assert (row.said, row.answer, row.right) == (Verdict.SUPPORTED, "right", True)
    shown = page_of(bu_sari, incident)
    assert "Kamera benar" in shown and "Batalkan penilaian" in shown and 'value="wrong"' not in shown
    change = StatusChange.objects.get(what="judgement")
    assert (change.incident, change.actor, change.old, change.new) == (incident, bu_sari, "SUPPORTED", "right")
    assert "Penilaian: kamera benar" in shown


def test_it_is_taken_back_and_given_again_and_the_newest_counts(bu_sari: Any, incident: Incident) -> None:
    for answer in ("wrong", "withdrawn", "right"):
        tap(bu_sari, incident, answer)
    assert list(CameraJudgement.objects.order_by("id").values_list("answer", "right")) == [
        ("wrong", False),
        ("withdrawn", None),
        ("right", True),
    ]
    camera = look_of(incident).matches.get().camera_id
    assert [one.right for one in standings(CHECK, [camera])[camera].supported] == [True]
    tap(bu_sari, incident, "withdrawn")
    assert standings(CHECK, [camera]) == {}
    assert "Batalkan penilaian" not in page_of(bu_sari, incident)


def test_the_same_again_adds_nothing(bu_sari: Any, incident: Incident) -> None:
    for _ in range(3):
        tap(bu_sari, incident, "right")
    tap(bu_sari, incident, "withdrawn")
    tap(bu_sari, incident, "withdrawn")
    assert CameraJudgement.objects.count() == 2


def test_who_cannot_tell_counts_neither_way(bu_sari: Any, incident: Incident) -> None:
    tap(bu_sari, incident, "unsure")
    assert CameraJudgement.objects.get().right is None
    assert standings(CHECK, [look_of(incident).matches.get().camera_id]) == {}


def test_rows_are_neither_changed_nor_deleted(bu_sari: Any, incident: Incident) -> None:
    tap(bu_sari, incident, "right")
    row = CameraJudgement.objects.get()
    for attempt in (row.save, row.delete, CameraJudgement.objects.all().delete):
        with pytest.raises(TypeError, match="appended"):
            attempt()
    with pytest.raises(TypeError, match="appended"):
        CameraJudgement.objects.update(right=False)


def test_who_may_not_see_the_incident_may_not_judge_it(pak_budi: Any, bu_sari: Any, incident: Incident) -> None:
    assert tap(pak_budi, incident, "right").status_code == 404
    assert not CameraJudgement.objects.exists()
    assert rows.browser(bu_sari).get(f"/admin/reports/incident/{incident.pk}/nilai/").status_code == 405


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"answer": "maybe"}, "Belum ada jawaban kamera yang bisa dinilai"),
        ({"look": "999999"}, "Pemeriksaan kamera itu tidak ada"),
        ({"look": "9" * 40}, "Pemeriksaan kamera itu tidak ada"),
        ({"look": "²"}, "Pemeriksaan kamera itu tidak ada"),
        ({"look": "x' OR 1"}, "Pemeriksaan kamera itu tidak ada"),
    ],
)
def test_what_a_form_never_sends_is_refused(bu_sari: Any, incident: Incident, sent: Any, words: str) -> None:
    client = rows.browser(bu_sari)
    form = {"look": str(look_of(incident).pk), "answer": "right", **sent}
    page = client.post(f"/admin/reports/incident/{incident.pk}/nilai/", form, follow=True).content.decode()
    assert not CameraJudgement.objects.exists()
    assert words in page


def test_another_incidents_look_is_not_judged_here(bu_sari: Any, incident: Incident, menteng: Any) -> None:
    other = rows.placed(menteng).incident
    rows.looked_at(other)
    with pytest.raises(JudgementRefused):
        look_judge(incident=incident, verification=look_of(other), answer="right", actor=bu_sari)


def test_nothing_is_asked_where_no_camera_said_anything(bu_sari: Any, menteng: Any) -> None:
    made = rows.placed(menteng).incident
    rows.looked_at(made, Verdict.INCONCLUSIVE)
    assert "Apakah kamera benar?" not in page_of(bu_sari, made)
    tap(bu_sari, made, "right")
    assert not CameraJudgement.objects.exists()


def test_a_denial_is_judged_too(bu_sari: Any, menteng: Any) -> None:
    made = rows.placed(menteng).incident
    rows.looked_at(made, Verdict.CONTRADICTED)
    tap(bu_sari, made, "wrong")
    row = CameraJudgement.objects.get()
    assert (row.said, row.right) == (Verdict.CONTRADICTED, False)
    assert demoted_pairs() == {}


@pytest.mark.parametrize(("status", "asks"), [("proses", True), ("koordinasi", False)])
def test_a_step_that_tells_that_the_person_knows_asks_at_once(
    bu_sari: Any, incident: Incident, status: str, asks: bool
) -> None:
    sent = {"new": status, "expected_status": "menunggu"}
    answer = rows.browser(bu_sari).post(f"/admin/reports/incident/{incident.pk}/status/", sent)
    assert ("?tanya=1#nilai" in answer["Location"]) is asks
    if asks:
        page = rows.browser(bu_sari).get(answer["Location"]).content.decode()
        assert page.index('id="nilai"') < page.index("Apa kata kamera"), "on top, where a thumb finds it"
        tap(bu_sari, incident, "right")
        assert 'id="nilai"' not in rows.browser(bu_sari).get(answer["Location"]).content.decode()


# -- Two cameras ----------------------------------------------------------------------


@pytest.fixture
def _places(menteng: Any, gondangdia: Any, parkir_liar: Any) -> None:
    """Where the pipeline of these tests works."""


def two_that_differ(world: World) -> Incident:
    world.camera("CAM-1", lat=-6.1952, coverage_kind="drawn")
    world.camera("CAM-2", lat=-6.1958)
    world.recorder.answers["CAM-1"] = 0.5
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    made = world.reported().incident
    assert made is not None
    return made


def test_of_two_that_disagree_one_was_wrong_whatever_the_person_says(world: World, _places: None, bu_sari: Any) -> None:
    made = two_that_differ(world)
    assert made.verdict == Verdict.SUPPORTED
    look_judge(incident=made, verification=look_of(made), answer="right", actor=bu_sari)
    told = {row.camera.code: (row.said, row.right) for row in CameraJudgement.objects.all()}
    assert told == {"CAM-1": ("CONTRADICTED", False), "CAM-2": ("SUPPORTED", True)}


# -- Demotion -------------------------------------------------------------------------


def test_a_camera_that_is_often_wrong_goes_to_a_person_and_says_why(world: World, _places: None, bu_sari: Any) -> None:
    camera = world.camera()
    judged(camera, "+++-", bu_sari)
    assert world.reported().incident.verdict == Verdict.SUPPORTED, "four answers prove nothing"
    judged(camera, "-", bu_sari)
    later = world.reported(happened_at=happened(24 * 60)).incident
    assert later.reports_count == 1
    look = look_of(later)
    assert (later.verdict, look.reasons[0]["code"]) == (Verdict.INCONCLUSIVE, "camera_demoted")
    assert "3 dari 5 yang dinilai benar (target 90 %)" in later.reasons[0]["id"]
    assert "3 of 5 were judged right" in later.reasons[0]["en"]
    assert look.matches.get().run.stills.exists(), "never silently: the pictures are there"
    assert look.matches.get().run.verdict == Verdict.SUPPORTED
    change = StatusChange.objects.get(what="trust")
    assert (change.subject_kind, change.subject_id, change.old, change.new) == (
        "camera", camera.pk, "trusted", "demoted",
    )  # fmt: skip
    assert change.reason_code == CHECK and change.actor == bu_sari


def test_what_a_demoted_camera_shows_can_still_be_judged(world: World, _places: None, bu_sari: Any) -> None:
    camera = world.camera()
    judged(camera, "-----", bu_sari)
    later = world.reported().incident
    assert "Apakah kamera benar?" in page_of(bu_sari, later)
    look_judge(incident=later, verification=look_of(later), answer="right", actor=bu_sari)
    assert CameraJudgement.objects.first().right is True
    assert (CHECK, camera.pk) in demoted_pairs(), "right answers lift nothing by themselves"


def test_confirming_anew_lifts_it_and_what_was_judged_before_counts_no_more(
    world: World, _places: None, bu_sari: Any, rini: Any
) -> None:
    camera = world.camera()
    judged(camera, "+++--", bu_sari)
    assert demoted_pairs()[CHECK, camera.pk].judged == 5
    camera_confirm(camera=camera, check=CHECK, note="Zona digeser ke bahu jalan", actor=rini)
    assert demoted_pairs() == {} and standings(CHECK, [camera.pk]) == {}
    assert CameraConfirmation.objects.get().note == "Zona digeser ke bahu jalan"
    told = StatusChange.objects.filter(subject_kind="camera").order_by("id").values_list("what", "new")
    assert list(told) == [("trust", "demoted"), ("confirmed", CHECK), ("trust", "trusted")]
    assert world.reported().incident.verdict == Verdict.SUPPORTED
    judged(camera, "----", bu_sari)
    assert demoted_pairs() == {}
    judged(camera, "-", bu_sari)
    assert demoted_pairs()[CHECK, camera.pk].judged == 5


def test_drawing_the_zones_anew_lifts_it_as_well(world: World, _places: None, bu_sari: Any) -> None:
    camera = world.camera()
    judged(camera, "-----", bu_sari)
    zone = camera.zones.get()
    zone.polygon = [[0, 0], [1, 0], [1, 0.5]]
    zone.save()
    assert demoted_pairs() == {}


def test_finding_that_zones_fit_after_a_move_lifts_it_as_well(world: World, _places: None, bu_sari: Any) -> None:
    camera = world.camera()
    judged(camera, "-----", bu_sari)
    CameraView.objects.create(camera=camera, number=1, how=CameraView.How.REFERENCE, actor="rini")
    assert (CHECK, camera.pk) in demoted_pairs(), "the view was taken over, the zones were not looked at"
    CameraView.objects.create(camera=camera, number=2, how=CameraView.How.CONFIRMED, actor="rini")
    assert demoted_pairs() == {}


def test_a_tap_taken_back_takes_back_what_it_did(world: World, _places: None, bu_sari: Any) -> None:
    camera = world.camera()
    judged(camera, "+++--", bu_sari)
    last = CameraJudgement.objects.first()
    look_judge(incident=last.incident, verification=last.verification, answer="withdrawn", actor=bu_sari)
    assert demoted_pairs() == {}
    assert StatusChange.objects.filter(what="trust").order_by("-id").first().new == "trusted"


def test_another_check_and_another_camera_are_not_touched(world: World, _places: None, bu_sari: Any) -> None:
    judged(world.camera("CAM-1"), "-----", bu_sari)
    other = world.camera("CAM-2", lat=-6.1953)
    assert set(standings(CHECK, [other.pk])) == set()
    assert standings("congestion", [Camera.objects.get(code="CAM-1").pk]) == {}


def test_the_strictest_category_sets_the_target(world: World, _places: None, bu_sari: Any) -> None:
    camera = world.camera()
    judged(camera, "+++++++++--", bu_sari)
    assert demoted_pairs() == {}
    factories.category("lain", check_slug=CHECK, precision_target=0.97)
    assert demoted_pairs()[CHECK, camera.pk].target == 0.97


def test_another_camera_that_is_believed_decides_beside_one_that_is_not(
    world: World, _places: None, bu_sari: Any
) -> None:
    judged(world.camera("CAM-1"), "-----", bu_sari)
    world.camera("CAM-2", lat=-6.1953)
    look = world.looked()
    assert look.verdict == Verdict.SUPPORTED
    assert world.recorder.pulls == ["CAM-1", "CAM-2"], "one that is not believed leaves it undecided"
    assert look.reasons[0]["id"].startswith("Kamera CAM-2")
    assert "camera_demoted" in {reason["code"] for reason in look.reasons}


def test_deciding_costs_two_more_queries_whatever_was_judged(
    world: World, _places: None, bu_sari: Any, django_assert_max_num_queries: Any
) -> None:
    camera = world.camera()
    judged(camera, "+-+++--+", bu_sari)
    with django_assert_max_num_queries(2):
        standings(CHECK, [camera.pk])


@pytest.mark.parametrize(("check", "note"), [("no_such", "Zona digeser"), (CHECK, " ab ")])
def test_a_confirmation_names_a_check_and_says_what_was_looked_at(
    world: World, _places: None, rini: Any, check: str, note: str
) -> None:
    with pytest.raises(ConfirmationRefused):
        camera_confirm(camera=world.camera(), check=check, note=note, actor=rini)
    assert not CameraConfirmation.objects.exists()


def test_a_run_from_before_the_confirmation_that_is_judged_late_does_not_count(
    world: World, _places: None, bu_sari: Any, rini: Any
) -> None:
    camera = world.camera()
    made = world.reported().incident
    camera_confirm(camera=camera, check=CHECK, note="Zona diperiksa", actor=rini)
    look_judge(incident=made, verification=look_of(made), answer="wrong", actor=bu_sari)
    assert standings(CHECK, [camera.pk]) == {}


def test_a_closure_is_judged_by_itself(world: World, _places: None, bu_sari: Any) -> None:
    world.camera()
    made = world.reported().incident
    closure = Verification.objects.get(incident=made)
    Verification.objects.filter(pk=closure.pk).update(purpose=Purpose.CLOSURE)
    look_judge(incident=made, verification=closure, answer="right", actor=bu_sari)
    assert CameraJudgement.objects.get().at <= timezone.now() + timedelta(seconds=1)
