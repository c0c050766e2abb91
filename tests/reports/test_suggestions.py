"""Suggestions in the console: shown with their reasons, taken by a person or overruled, and counted."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from reports.lifecycle import Purpose, ReportState, Status
from reports.models import Incident, Kelurahan, Report, StatusChange, SuggestionRuling, Verification
from reports.reading.suggesting import Kind
from reports.selectors.suggestions import incident_suggestions, report_suggestions, rule_counts
from reports.services.incidents import LookRefused, incident_change_category
from reports.services.suggestions import (
    SuggestionGone,
    incident_second_look,
    incident_set_urgency,
    report_place_in,
    suggestion_overrule,
    suggestion_take,
)
from tests import factories
from tests.pipeline_world import World, happened
from tests.reports import rows

pytestmark = pytest.mark.django_db

QUEUE = "/admin/reports/incident/"


@pytest.fixture(autouse=True)
def _categories(db: None) -> None:
    factories.category("lainnya", label_id="Lainnya", label_en="Other", check_slug="", aliases=[], urgency=4)
    factories.category("banjir", label_id="Banjir", label_en="Flood", check_slug="", aliases=[], urgency=1)
    factories.category("kemacetan", label_id="Kemacetan", label_en="Jam", check_slug="congestion", aliases=[])


def placed(area: Any, text: str, **extra: Any) -> Incident:
    """An incident of illegal parking, at a point that nobody doubts."""
    incident = rows.placed(area, text=text, **{"lat": -6.1951, "lon": 106.8261, **extra}).incident
    assert incident is not None
    return incident


def kinds(incident: Incident) -> dict[Kind, str]:
    return {each.kind: each.value for each in incident_suggestions(incident)}


def page(client: Any, incident: Incident) -> str:
    return str(client.get(f"{QUEUE}{incident.pk}/change/").content.decode())


def ruled(client: Any, incident: Incident, do: str, kind: str, value: str) -> Any:
    return client.post(f"{QUEUE}{incident.pk}/saran/", {"do": do, "kind": kind, "value": value}, follow=True)


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_suggestion_says_what_because_of_which_words_and_changes_nothing(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir setinggi lutut, air masuk rumah")
    shown = page(rows.browser(bu_sari), incident)
    assert "Saran kategori: Banjir" in shown
    assert "“Banjir”" in shown
    assert "aturan banjir" in shown
    incident.refresh_from_db()
    assert incident.category.slug == "parkir_liar"
    assert not SuggestionRuling.objects.exists()


def test_words_that_speak_of_the_category_suggest_no_other(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Mobil parkir sembarangan")
    assert kinds(incident) == {}
    assert "Saran" not in page(rows.browser(bu_sari), incident)


def test_a_category_not_in_use_is_not_suggested(menteng: Any) -> None:
    incident = placed(menteng, "ada begal")
    assert kinds(incident) == {}, "no such category here"


def test_the_reasons_speak_english_when_asked(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir")
    client = rows.browser(bu_sari)
    client.cookies["django_language"] = "en"
    shown = page(client, incident)
    assert "Suggested category: Flood" in shown
    assert "Standing or overflowing water" in shown


def test_personal_data_stands_in_no_reason(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "pohon pak Tigor tumbang")
    factories.category("pohon_tumbang", label_id="Pohon tumbang", check_slug="", aliases=[])
    shown = page(rows.browser(bu_sari), incident)
    assert "pohon pak nama tumbang" in shown and "Tigor" not in shown


# -- Taking ----------------------------------------------------------------------------


def test_taking_a_category_goes_through_the_door_for_people(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir")
    answer = ruled(rows.browser(bu_sari), incident, "take", "category", "banjir")
    assert "Saran dipakai" in said(answer)
    incident.refresh_from_db()
    assert incident.category.slug == "banjir"
    change = StatusChange.objects.get(incident=incident, what="category")
    assert change.actor == bu_sari and change.reason_text == "Saran dari isi laporan, aturan banjir"
    ruling = SuggestionRuling.objects.get()
    assert (ruling.taken, ruling.rule, ruling.chosen, ruling.user) == (True, "banjir", "banjir", bu_sari)
    assert kinds(incident).get(Kind.CATEGORY) is None


def test_taking_urgency_moves_it_and_a_verdict_does_not_undo_it(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Parkir liar, ada korban luka")
    ruled(rows.browser(bu_sari), incident, "take", "severity", "1")
    incident.refresh_from_db()
    assert (incident.urgency_set, incident.priority) == (1, 1)
    assert kinds(incident) == {}
    assert StatusChange.objects.get(incident=incident, what="urgency").new == "1"


def test_urgency_stays_when_a_camera_has_looked(world: World, menteng: Any) -> None:
    world.camera()
    incident = world.reported().incident
    assert incident is not None
    incident_set_urgency(incident=incident, urgency=5, actor=None)
    looked = world.looked(happened_at=happened(1))
    assert looked.incident is not None
    incident.refresh_from_db()
    assert (incident.urgency_set, incident.priority) == (5, 4), "what a camera has seen still comes one step earlier"


@pytest.mark.parametrize("urgency", [0, 6, -1])
def test_urgency_is_from_one_to_five(urgency: int, menteng: Any) -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        incident_set_urgency(incident=placed(menteng, "x"), urgency=urgency, actor=None)


def test_another_category_has_its_own_urgency(menteng: Any) -> None:
    incident = incident_set_urgency(incident=placed(menteng, "x"), urgency=5, actor=None)
    flood = factories.Category.objects.get(slug="banjir")
    assert incident_change_category(incident=incident, category=flood, actor=None).urgency_set is None


def test_a_second_look_stands_beside_the_incidents_own(world: World, menteng: Any, rini: Any) -> None:
    world.camera()
    incident = world.reported(text="parkir liar bikin banjir").incident
    assert incident is not None
    before = Incident.objects.get(pk=incident.pk)
    other = factories.category("pkl_liar", label_id="PKL liar", check_slug="stopped_vehicle", aliases=[])
    opened = incident_second_look(incident=incident, category=other, actor=rini)
    assert (opened.purpose, opened.check_slug, opened.category) == (Purpose.SECOND, "stopped_vehicle", other)
    with pytest.raises(LookRefused):
        incident_second_look(incident=incident, category=other, actor=rini)
    world.run()
    opened.refresh_from_db()
    assert opened.verdict and opened.decided_at
    after = Incident.objects.get(pk=incident.pk)
    assert (after.verdict, after.priority, after.reasons) == (before.verdict, before.priority, before.reasons)
    assert StatusChange.objects.get(incident=incident, what="second_verdict").new == opened.verdict
    assert "Diperiksa juga: PKL liar" in page(rows.browser(rini), incident)


def test_what_no_camera_can_look_for_is_not_looked_for(menteng: Any) -> None:
    with pytest.raises(LookRefused):
        incident_second_look(
            incident=placed(menteng, "x"), category=factories.Category.objects.get(slug="banjir"), actor=None
        )


def test_a_second_look_is_offered_and_taken_on_the_page(menteng: Any, bu_sari: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("reports.selectors.suggestions.is_available", lambda slug: slug == "congestion")
    monkeypatch.setattr("reports.services.suggestions.is_available", lambda slug: slug == "congestion")
    incident = placed(menteng, "Parkir liar bikin macet")
    assert kinds(incident) == {Kind.SECOND: "kemacetan"}
    ruled(rows.browser(bu_sari), incident, "take", "second", "kemacetan")
    assert Verification.objects.get(incident=incident, purpose=Purpose.SECOND).check_slug == "congestion"
    shown = page(rows.browser(bu_sari), incident)
    assert "Dipakai oleh sari" in shown
    assert SuggestionRuling.objects.get().taken


# -- Overruling ------------------------------------------------------------------------


def test_overruling_is_counted_once_and_offers_it_no_more(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir")
    client = rows.browser(bu_sari)
    for _ in range(2):
        assert "Saran diabaikan" in said(ruled(client, incident, "overrule", "category", "banjir"))
    assert SuggestionRuling.objects.count() == 1
    shown = page(client, incident)
    assert "Diabaikan oleh sari" in shown
    assert 'value="take"' not in shown
    incident.refresh_from_db()
    assert incident.category.slug == "parkir_liar"


def test_choosing_something_else_by_hand_overrules_the_suggestion(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir")
    rows.browser(bu_sari).post(f"{QUEUE}{incident.pk}/kategori/", {"category": "kemacetan"})
    ruling = SuggestionRuling.objects.get()
    assert (ruling.taken, ruling.suggested, ruling.chosen) == (False, "banjir", "kemacetan")


def test_choosing_the_same_by_hand_takes_it(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir")
    rows.browser(bu_sari).post(f"{QUEUE}{incident.pk}/kategori/", {"category": "banjir"})
    assert SuggestionRuling.objects.get().taken


@pytest.mark.parametrize(("kind", "value"), [("category", "kemacetan"), ("", ""), ("place", "x"), ("severity", "abc")])
def test_what_is_not_suggested_cannot_be_ruled_on(kind: str, value: str, menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Banjir")
    for do in ("take", "overrule", "?"):
        assert "tidak berlaku" in said(ruled(rows.browser(bu_sari), incident, do, kind, value))
    assert not SuggestionRuling.objects.exists()
    with pytest.raises(SuggestionGone):
        suggestion_take(incident=incident, kind=kind, value=value, actor=bu_sari)


def test_only_those_who_see_an_incident_rule_on_it_and_only_by_post(menteng: Any, bu_sari: Any, pak_budi: Any) -> None:
    incident = placed(menteng, "Banjir")
    assert ruled(rows.browser(pak_budi), incident, "take", "category", "banjir").status_code == 404
    assert rows.browser(bu_sari).get(f"{QUEUE}{incident.pk}/saran/").status_code == 405
    assert not SuggestionRuling.objects.exists()


def test_the_counts_per_rule_are_for_operators(menteng: Any, bu_sari: Any, rini: Any) -> None:
    for text, do in (("Banjir", "take"), ("banjir lagi", "overrule"), ("banjir terus", "overrule")):
        incident = placed(menteng, text)
        act = suggestion_take if do == "take" else suggestion_overrule
        act(incident=incident, kind="category", value="banjir", actor=bu_sari)
    [count] = rule_counts()
    assert (count.rule, count.taken, count.overruled, count.percent_taken) == ("banjir", 1, 2, 33)
    shown = rows.browser(rini).get("/admin/reports/suggestionruling/").content.decode()
    assert "Kategori: banjir" in shown and "33 %" in shown
    assert rows.browser(bu_sari).get("/admin/reports/suggestionruling/").status_code == 403
    pk = SuggestionRuling.objects.latest("pk").pk
    assert rows.browser(rini).get(f"/admin/reports/suggestionruling/{pk}/change/").status_code == 200


# -- Places ----------------------------------------------------------------------------


@pytest.fixture
def kebon_pala(db: None) -> Kelurahan:
    return factories.kelurahan(code="31.75.08.1003", name="Kebon Pala", west=106.90)


def test_a_place_is_suggested_to_all_and_moved_by_those_who_see_both_sides(
    menteng: Any, kebon_pala: Kelurahan, bu_sari: Any, rini: Any
) -> None:
    incident = placed(menteng, "Parkir liar di kelurahan Kebon Pala")
    shown = page(rows.browser(bu_sari), incident)
    assert "Saran lokasi: kelurahan Kebon Pala" in shown and "“kelurahan Kebon Pala”" in shown
    assert "Pakai saran" not in shown
    ruled(rows.browser(bu_sari), incident, "take", "place", kebon_pala.code)
    incident.refresh_from_db()
    assert incident.kelurahan == menteng, "her word overrules; it does not push work over a fence"
    ruled(rows.browser(rini), incident, "take", "place", kebon_pala.code)
    incident.refresh_from_db()
    assert incident.kelurahan == kebon_pala
    assert [ruling.taken for ruling in SuggestionRuling.objects.order_by("pk")] == [False, True]


def test_the_neighbour_across_the_street_is_no_better_place(menteng: Any, gondangdia: Any) -> None:
    incident = placed(menteng, "Parkir liar di kelurahan Gondangdia", lat=-6.195, lon=106.8295)
    assert kinds(incident) == {}


@pytest.mark.parametrize(
    ("lat", "lon", "doubted"), [(-6.195, 106.825, True), (-6.2088, 106.8456, True), (-6.1951, 106.8261, False)]
)
def test_a_point_that_is_an_areas_centre_is_doubted(lat: float, lon: float, doubted: bool, menteng: Any) -> None:
    incident = placed(menteng, "Parkir liar di RT 05 RW 02", lat=lat, lon=lon)
    found = [each for each in incident_suggestions(incident) if each.kind is Kind.PLACE]
    assert bool(found) is doubted
    if doubted:
        assert (found[0].value, found[0].rule, found[0].words) == ("", "titik-tengah", ("RT 05 RW 02",))


def test_the_address_in_the_words_is_pointed_at(menteng: Any, bu_sari: Any) -> None:
    incident = placed(menteng, "Parkir liar di Jl. Bank raya 2, RT 05/06")
    assert "Jl. Bank raya 2 · RT 05/06" in page(rows.browser(bu_sari), incident)


@pytest.fixture
def outside(kebon_pala: Kelurahan) -> Report:
    return factories.report(
        lat=-6.4, lon=106.8, text="Parkir liar, RT 05 RW 06 Kebon Pala", state=ReportState.OUT_OF_AREA
    )


def test_a_report_from_outside_is_placed_by_an_operator_where_its_words_say(
    outside: Report, kebon_pala: Kelurahan, rini: Any
) -> None:
    client = rows.browser(rini)
    shown = client.get(f"/admin/reports/report/{outside.pk}/change/").content.decode()
    assert "Saran lokasi: kelurahan Kebon Pala" in shown and "Tempatkan di sana" in shown
    sent = {"do": "take", "kind": "place", "value": kebon_pala.code}
    answer = client.post(f"/admin/reports/report/{outside.pk}/saran/", sent, follow=True)
    assert "ditempatkan" in said(answer)
    from reports import pipeline

    pipeline.run_until_quiet()
    outside.refresh_from_db()
    assert (outside.state, outside.place_how, outside.kelurahan) == (ReportState.PLACED, "person", kebon_pala)
    assert outside.incident is not None and outside.incident.place_uncertain
    assert (outside.incident.lat, outside.incident.lon) == (-6.4, 106.8), "the point stays as it was sent"
    assert SuggestionRuling.objects.get().taken


def test_a_report_from_outside_that_is_overruled_stays_outside(outside: Report, kebon_pala: Any, rini: Any) -> None:
    sent = {"do": "overrule", "kind": "place", "value": kebon_pala.code}
    rows.browser(rini).post(f"/admin/reports/report/{outside.pk}/saran/", sent)
    outside.refresh_from_db()
    assert outside.state == ReportState.OUT_OF_AREA
    assert not SuggestionRuling.objects.get().taken
    assert [each.kind for each in report_suggestions(outside)] == [Kind.PLACE]


def test_a_report_that_stands_somewhere_is_not_placed_anew(menteng: Any, kebon_pala: Any, rini: Any) -> None:
    report = rows.placed(menteng)
    assert not report_place_in(report=report, kelurahan=kebon_pala, actor=rini)
    report.refresh_from_db()
    assert report.placed_in is None and report.incident is not None
    assert report.incident.status == Status.MENUNGGU


def test_every_kelurahan_of_the_city_is_known_by_name(db: None) -> None:
    """The list of the fixtures, as the console has it after set-up."""
    from reports.selectors.suggestions import place_names
    from tests.reports.reading.measured import KELURAHAN

    found = list(csv.DictReader(KELURAHAN.read_text(encoding="utf-8").splitlines()))
    for number, row in enumerate(found[:20]):
        factories.kelurahan(code=row["code"], name=row["name"], west=106.0 + number / 100)
    assert all(place_names().by_code(row["code"]) for row in found[:20])
