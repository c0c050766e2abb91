"""Plates of offenders: who sees what of them, what is counted, and how long they are kept."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from analytics.plates import decide, offender
from reports import upkeep
from reports.admin.plates import WHY_NOT
from reports.lifecycle import Purpose, Status
from reports.models import AccessEntry, Category, Incident, OffenderPlate, PlateSearch, StatusChange, Verification
from reports.personal.traces import traces
from reports.plate_texts import masked, plate_hash, plate_text, spaced
from reports.selectors.plates import seen_plates
from reports.services.legal_holds import HoldAsk, legal_hold_set
from tests import factories
from tests.reports import rows
from tests.reports.plate_rows import MASKED, PLATE, REASON, SPACED, permit, reading, search_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(menteng: Any) -> Incident:
    incident = rows.placed(menteng, verdict="SUPPORTED").incident
    assert incident is not None
    rows.looked_at(incident)
    return incident


def page(person: Any, incident: Incident) -> str:
    answer = rows.browser(person).get(reverse("admin:reports_incident_change", args=[incident.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def whole(plate: OffenderPlate) -> str:
    return reverse("pelat", args=[plate.pk])


# -- What a plate is as text -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("B1234XY", "B 12** XY"),
        ("AB123C", "AB 1** C"),
        ("D12AB", "D ** AB"),
        ("F7GZ", "F * GZ"),
        ("B4821XQZ", "B 48** XQZ"),
    ],
)
def test_a_mask_hides_the_last_two_digits_and_all_of_a_short_number(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert spaced(text).replace(" ", "") == text


def test_what_is_no_plate_is_masked_whole() -> None:
    assert masked("???-1") == "*****"


def test_equal_plates_of_two_categories_have_hashes_that_tell_nothing_of_each_other(settings: Any) -> None:
    parking, busway = factories.category(), factories.category("jalur_busway", check_slug="lane_intrusion")
    assert plate_hash("B 1234 xy", parking) == plate_hash("B1234XY", parking)
    assert plate_hash("B1234XY", parking) != plate_hash("B1234XY", busway)
    before = plate_hash("B1234XY", parking)
    settings.JSC_HASH_KEY = "another key"
    assert plate_hash("B1234XY", parking) != before


# -- At rest ----------------------------------------------------------------------------------


def test_no_table_holds_a_plate_in_plain_text(case: Incident) -> None:
    search = search_of(case)
    plate = search.plates.get()
    assert plate_text(plate) == PLATE
    assert traces([PLATE, SPACED, MASKED]) == []
    assert PLATE not in repr(vars(plate)) + str(plate) + repr(plate)


def test_a_plate_is_told_or_not_and_never_both(case: Incident) -> None:
    search = search_of(case, reading(None, decide.TOO_SMALL))
    with pytest.raises(IntegrityError), transaction.atomic():
        OffenderPlate.objects.filter(search=search).update(sealed=b"x")
    with pytest.raises(IntegrityError), transaction.atomic():
        OffenderPlate.objects.filter(search=search).update(reason_code="")


def test_a_new_key_takes_the_plates_along(case: Incident, settings: Any) -> None:
    plate = search_of(case).plates.get()
    old = list(settings.JSC_FIELD_KEYS)
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode(), *old]
    out = StringIO()
    call_command("reseal_secrets", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["plates"]["resealed"] == 1
    settings.JSC_FIELD_KEYS = settings.JSC_FIELD_KEYS[:1]
    plate.refresh_from_db()
    assert plate_text(plate) == PLATE


# -- Who sees what ------------------------------------------------------------------------------


def test_the_incidents_page_shows_the_mask_and_no_way_to_the_whole(case: Incident, bu_sari: Any) -> None:
    plate = search_of(case).plates.get()
    shown = page(bu_sari, case)
    assert MASKED in shown
    assert SPACED not in shown and PLATE not in shown and plate.plate_hash not in shown
    assert whole(plate) not in shown


def test_in_english_as_well(case: Incident, bu_sari: Any) -> None:
    search_of(case, reading(), reading(None, decide.TOO_SMALL))
    browser = rows.browser(bu_sari)
    address = reverse("admin:reports_incident_change", args=[case.pk])
    english = browser.get(address, headers={"accept-language": "en"}).content.decode()
    browser.cookies["django_language"] = "en"
    english = browser.get(address).content.decode()
    assert "Offending vehicle" in english and "the characters are too small" in english
    assert MASKED in english


def test_a_doubtful_plate_is_told_to_be_one_with_its_reason(case: Incident, bu_sari: Any) -> None:
    search_of(case, reading(None, decide.DOUBTFUL))
    assert "Pelat tidak dapat dipastikan: ada karakter yang meragukan" in page(bu_sari, case)


def test_every_reason_has_its_words() -> None:
    reasons = {value for module in (decide, offender) for name, value in vars(module).items()
               if name.isupper() and isinstance(value, str) and value.islower()}  # fmt: skip
    assert reasons <= WHY_NOT.keys()


def test_a_plate_that_no_key_opens_keeps_the_page_whole(case: Incident, bu_sari: Any, settings: Any) -> None:
    plate = search_of(case).plates.get()
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
    assert "Pelat tidak dapat dibuka" in page(bu_sari, case)
    answer = rows.browser(permit(bu_sari)).post(whole(plate), REASON)
    assert answer.status_code == 409
    assert not AccessEntry.objects.filter(kind="plate").exists()


def test_without_the_permission_the_whole_plate_has_no_address(
    case: Incident, bu_sari: Any, pak_budi: Any, rini: Any
) -> None:
    plate = search_of(case).plates.get()
    for person in (bu_sari, rini, permit(pak_budi)):
        browser = rows.browser(person)
        assert browser.get(whole(plate)).status_code == 404, person
        assert browser.post(whole(plate), REASON).status_code == 404, person
    assert not AccessEntry.objects.filter(kind="plate").exists()


def test_with_it_the_plate_is_shown_once_after_a_line_in_the_log(case: Incident, bu_sari: Any) -> None:
    plate = search_of(case).plates.get()
    browser = rows.browser(permit(bu_sari))
    assert whole(plate) in page(permit(bu_sari), case)
    asked = browser.get(whole(plate))
    assert SPACED not in asked.content.decode() and MASKED in asked.content.decode()
    for wrong in ({}, {**REASON, "alasan": "  x "}, {**REASON, "keperluan": "audit"}):
        refused = browser.post(whole(plate), wrong)
        assert (refused.status_code, SPACED in refused.content.decode()) == (400, False)
    assert not AccessEntry.objects.filter(kind="plate").exists()

    shown = browser.post(whole(plate), REASON)
    assert SPACED in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    line = AccessEntry.objects.get(kind="plate")
    assert (line.username, line.why, line.reason) == ("sari", "act", REASON["alasan"])
    assert (line.incident_id, line.subject, line.camera_code) == (
        case.pk,
        f"plate {plate.pk}",
        f"CAM-RAHASIA-{case.pk}",
    )
    assert PLATE not in json.dumps(line.detail) + line.subject and SPACED not in json.dumps(line.detail)

    assert SPACED not in browser.get(whole(plate)).content.decode(), "the next look says why again"
    assert traces([PLATE, SPACED]) == []


def test_a_doubtful_plate_has_nothing_to_be_looked_at(case: Incident, bu_sari: Any) -> None:
    plate = search_of(case, reading(None, decide.DOUBTFUL)).plates.get()
    assert rows.browser(permit(bu_sari)).get(whole(plate)).status_code == 404


def test_public_answers_hold_nothing_of_it(case: Incident, client: Any) -> None:
    plate = search_of(case).plates.get()
    code = case.reports.get().tracking_code
    for address in (f"/api/v1/reports/{code}/", f"/lacak/{code}/"):
        said = client.get(address).content.decode()
        assert not [word for word in (PLATE, SPACED, MASKED, plate.plate_hash, "Kendaraan pelanggar") if word in said]


# -- The same one again ---------------------------------------------------------------------------


@pytest.fixture
def again(case: Incident, gondangdia: Any) -> list[Incident]:
    """The same plate in two more incidents: of the same category, of another."""
    found = [case]
    search_of(case)
    for area, category in ((gondangdia, case.category), (gondangdia, _busway())):
        other = rows.placed(area, category=category).incident
        assert other is not None
        rows.looked_at(other, code=f"LAIN-{category.slug}")
        search_of(other)
        found.append(other)
    return found


def _busway() -> Category:
    return factories.category("jalur_busway", check_slug="lane_intrusion", aliases=["busway"])


def times(incident: Incident) -> int:
    [search] = PlateSearch.objects.filter(incident=incident)
    return seen_plates(search)[0].times


def test_the_same_plate_is_counted_within_its_category_alone(again: list[Incident], bu_sari: Any) -> None:
    assert [times(one) for one in again] == [2, 2, 1]
    assert "terlihat di 2 kejadian dalam 90 hari, kategori ini" in page(bu_sari, again[0])


def test_what_is_older_repeats_another_or_was_declined_is_not_counted(again: list[Incident]) -> None:
    case, other, _ = again
    for status in (Status.DITOLAK, Status.DUPLIKAT):
        Incident.objects.filter(pk=other.pk).update(status=status)
        assert times(case) == 1
    Incident.objects.filter(pk=other.pk).update(status=Status.SELESAI)
    assert times(case) == 2
    OffenderPlate.objects.filter(search__incident=other).update(at=timezone.now() - timedelta(days=91))
    assert times(case) == 1


def test_a_second_look_at_one_incident_is_no_second_violation(case: Incident) -> None:
    search = search_of(case)
    rows.looked_at(case, code="KEDUA")
    search_of(case)
    assert seen_plates(search)[0].times == 1


def test_called_something_else_by_a_person_it_has_no_purpose_any_more(again: list[Incident], bu_sari: Any) -> None:
    case, other, _ = again
    plate = OffenderPlate.objects.get(search__incident=case)
    Incident.objects.filter(pk=case.pk).update(category=factories.category("sampah", check_slug="", aliases=["s"]))
    assert MASKED not in page(bu_sari, case)
    assert rows.browser(permit(bu_sari)).get(whole(plate)).status_code == 404
    assert times(other) == 1
    assert upkeep.purge()["plates"]["rows"] == 1
    assert not OffenderPlate.objects.filter(pk=plate.pk).exists()


def test_of_a_declined_incident_no_plate_is_shown_or_kept(case: Incident, bu_sari: Any) -> None:
    search_of(case)
    plate = OffenderPlate.objects.get(search__incident=case)
    Incident.objects.filter(pk=case.pk).update(status=Status.DITOLAK, closed_at=timezone.now())
    assert MASKED not in page(bu_sari, case)
    assert rows.browser(permit(bu_sari)).get(whole(plate)).status_code == 404
    assert upkeep.purge()["plates"]["rows"] == 1
    assert not OffenderPlate.objects.filter(pk=plate.pk).exists()


def test_of_a_second_check_the_purpose_is_its_own(case: Incident, bu_sari: Any) -> None:
    Verification.objects.filter(incident=case).update(purpose=Purpose.SECOND, category=_busway())
    search_of(case)
    assert MASKED in page(bu_sari, case)
    assert upkeep.purge()["plates"]["rows"] == 0


# -- Kept, and gone -------------------------------------------------------------------------------


def close(incident: Incident, days: int) -> None:
    at = timezone.now() - timedelta(days=days)
    Incident.objects.filter(pk=incident.pk).update(status=Status.SELESAI, closed_at=at)


def test_plates_go_with_the_evidence(case: Incident) -> None:
    search_of(case)
    upkeep.purge()
    close(case, 89)
    assert upkeep.purge()["plates"]["rows"] == 0
    close(case, 91)
    assert upkeep.purge_counts(timezone.now())["plates"] == {"rows": 1}
    assert upkeep.purge()["plates"]["rows"] == 1
    assert not PlateSearch.objects.exists() and not OffenderPlate.objects.exists()


def rows_gone(days: int) -> int:
    """Plates that the round of so many days from now deletes."""
    return int(upkeep.purge(timezone.now() + timedelta(days=days))["plates"]["rows"])


def moved(incident: Incident, days: int) -> None:
    """A line in its history, so many days from now."""
    at = timezone.now() + timedelta(days=days)
    StatusChange.objects.create(
        subject_kind="incident", subject_id=incident.pk, incident=incident, what="look", new="1", at=at
    )


def test_plates_of_a_case_that_nobody_closes_go_when_they_and_the_case_have_rested_long_enough(case: Incident) -> None:
    search_of(case)
    assert rows_gone(89) == 0
    assert rows_gone(91) == 1
    assert not PlateSearch.objects.exists() and not OffenderPlate.objects.exists()
    case.refresh_from_db()
    assert case.is_open, "the case itself waits for a person, as ever"


def test_work_on_an_open_case_keeps_its_plates_and_so_does_a_report_that_joins(case: Incident, menteng: Any) -> None:
    search_of(case)
    moved(case, 60)
    assert rows_gone(100) == 0, "somebody looked forty days before"
    report = rows.placed(menteng)
    type(report).objects.filter(pk=report.pk).update(incident=case, received_at=timezone.now() + timedelta(days=120))
    assert rows_gone(200) == 0, "a report came eighty days before"
    assert rows_gone(211) == 1


def test_a_case_at_rest_keeps_what_was_seen_since(case: Incident) -> None:
    search = search_of(case)
    search.plates.update(at=timezone.now() + timedelta(days=50))
    assert rows_gone(139) == 0
    assert rows_gone(141) == 1


def test_a_search_that_found_no_plate_goes_as_well(case: Incident) -> None:
    search_of(case).plates.all().delete()
    assert rows_gone(89) == 0
    assert rows_gone(91) == 1


def test_a_repeat_rests_when_what_it_repeats_does(case: Incident, menteng: Any) -> None:
    first = factories.incident(case.category, menteng)
    Incident.objects.filter(pk=case.pk).update(status=Status.DUPLIKAT, duplicate_of=first, closed_at=timezone.now())
    search_of(case)
    moved(first, 80)
    assert rows_gone(169) == 0
    assert rows_gone(171) == 1


def test_a_legal_hold_keeps_the_plates_of_a_case_that_nobody_closes(case: Incident, bu_sari: Any) -> None:
    search_of(case)
    legal_hold_set(incident=case, asked=HoldAsk(bu_sari, "Permintaan penyidik"))
    assert rows_gone(400) == 0


def test_a_legal_hold_keeps_them_even_without_their_purpose(case: Incident, bu_sari: Any) -> None:
    search_of(case)
    legal_hold_set(incident=case, asked=HoldAsk(bu_sari, "Permintaan penyidik"))
    close(case, 400)
    Incident.objects.filter(pk=case.pk).update(category=_busway())
    assert upkeep.purge()["plates"]["rows"] == 0
    assert OffenderPlate.objects.count() == 1


# -- Switching --------------------------------------------------------------------------------------


def form(browser: Any, address: str) -> dict[str, Any]:
    answer = browser.get(address)
    initial = answer.context["adminform"].form
    values = {name: initial[name].value() for name in initial.fields}
    return {k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in values.items() if v not in (None, False)}


def test_an_operator_does_not_switch_plates_on(rini: Any) -> None:
    category = factories.category()
    address = reverse("admin:reports_category_change", args=[category.pk])
    browser = rows.browser(rini)
    sent = form(browser, address)
    assert "reads_plates" not in sent
    assert browser.post(address, {**sent, "reads_plates": "on"}).status_code == 302
    category.refresh_from_db()
    assert category.reads_plates is False


def test_with_the_permission_it_is_switched_and_the_change_is_on_record(rini: Any) -> None:
    category = factories.category()
    address = reverse("admin:reports_category_change", args=[category.pk])
    browser = rows.browser(permit(rini, "switch_plates"))
    answer = browser.post(address, {**form(browser, address), "reads_plates": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    category.refresh_from_db()
    assert category.reads_plates is True
    newest = category.history.first()
    assert (newest.reads_plates, newest.history_user) == (True, rini)


def test_only_traffic_violations_may_read_plates(rini: Any) -> None:
    category = factories.category("sampah", check_slug="dumped_rubbish", zone_kinds=["pavement"], aliases=["trash"])
    address = reverse("admin:reports_category_change", args=[category.pk])
    browser = rows.browser(permit(rini, "switch_plates"))
    answer = browser.post(address, {**form(browser, address), "reads_plates": "on"})
    assert "Pelat hanya boleh dibaca untuk pelanggaran lalu lintas" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(pk=category.pk).update(reads_plates=True)


def test_who_may_not_switch_plates_cannot_make_it_another_check_either(rini: Any) -> None:
    category = factories.category(reads_plates=True)
    address = reverse("admin:reports_category_change", args=[category.pk])
    browser = rows.browser(rini)
    sent = {**form(browser, address), "check_slug": "dumped_rubbish", "zone_kinds": '["pavement"]'}
    answer = browser.post(address, sent)
    assert "Pelat hanya boleh dibaca untuk pelanggaran lalu lintas" in answer.content.decode()
    category.refresh_from_db()
    assert (category.check_slug, category.reads_plates) == ("stopped_vehicle", True)


def test_an_old_version_put_back_does_not_switch_plates_on(rini: Any) -> None:
    category = factories.category(reads_plates=True)
    version = category.history.first()
    category.reads_plates = False
    category.save()
    address = reverse("admin:reports_category_simple_history", args=[category.pk, version.history_id])
    browser = rows.browser(rini)
    sent = form(browser, reverse("admin:reports_category_change", args=[category.pk]))
    assert browser.post(address, sent).status_code == 302
    category.refresh_from_db()
    assert category.reads_plates is False


# -- Commands -----------------------------------------------------------------------------------------


def test_the_operators_list_of_searches_shows_no_plate(case: Incident, rini: Any) -> None:
    search = search_of(case)
    for address in (
        reverse("admin:reports_platesearch_changelist"),
        reverse("admin:reports_platesearch_change", args=[search.pk]),
    ):
        answer = rows.browser(rini).get(address)
        said = answer.content.decode()
        assert answer.status_code == 200
        assert "1 / 1" in said
        assert not [word for word in (PLATE, SPACED, MASKED) if word in said]


def run(*args: str) -> Any:
    out = StringIO()
    call_command(*args, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_breach_export_tells_which_plates_were_there_and_not_what_they_say(
    case: Incident, bu_sari: Any, tmp_path: Path
) -> None:
    plate = search_of(case, reading(), reading(None, decide.DOUBTFUL)).plates.get(number=1)
    rows.browser(permit(bu_sari)).post(whole(plate), REASON)
    now = timezone.now()
    period = ("--from", (now - timedelta(hours=1)).isoformat(), "--to", (now + timedelta(hours=1)).isoformat())
    answer = run("breach_export", *period, "--out", str(tmp_path / "x"))
    assert answer["plates"] == 1
    told = json.loads((tmp_path / "x" / "breach.json").read_text())["plates"]
    assert [(row["plate"], row["incident"], row["looks"], row["seen_by"]) for row in told] == [
        (plate.pk, case.pk, 1, ["sari"])
    ]
    everything = "".join(file.read_text() for file in (tmp_path / "x").iterdir())
    assert not [word for word in (PLATE, SPACED, MASKED, plate.plate_hash) if word in everything]


def test_a_reporters_copy_and_erasing_leave_the_plates_of_others_alone(case: Incident, tmp_path: Path) -> None:
    search_of(case)
    code = case.reports.get().tracking_code
    run("export_personal_data", "--report", code, "--out", str(tmp_path / "y"), "--reason", "Permintaan tertulis")
    everything = "".join(file.read_text() for file in (tmp_path / "y").rglob("*") if file.is_file())
    assert not [word for word in (PLATE, SPACED, MASKED) if word in everything]
    plan = run("erase_personal_data", "--report", code, "--reason", "Permintaan tertulis")
    assert plan["plates_that_stay"] == 1
    assert run("erase_personal_data", "--report", code, "--reason", "Permintaan", "--confirm", plan["plan"])["proven"]
    assert OffenderPlate.objects.count() == 1
