"""Nobody reads a citizen's personal data without the permission and a line in the access log.

One report holds every kind of it, in its title, its text and the word it sends for its category; an update brings more.
Then everything a person or a program may read is searched for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from reports.lifecycle import Status
from reports.models import AccessEntry, Announcement, Incident, Report, ReportUpdate
from reports.services.incidents import Transition, incident_transition
from reports.services.intake import Incoming, webhook_receive
from tests import factories
from tests.reports import rows
from tests.reports.reading.planted import bare
from tests.reports.webhook_sender import headers_for, payload

pytestmark = pytest.mark.django_db

SECRETS = ("Tigor", "081234567890", "tigor.h@gmail.com", "3171012312900001", "B1234XYZ", "tigor_92", "7776665551")
TEXT = (
    "Pak Tigor parkir sembarangan, B 1234 XYZ. Hub 0812-3456-7890 atau tigor.h@gmail.com, IG @tigor_92. "
    "NIK 3171012312900001, rek BCA 7776665551. Banjir juga di kelurahan Kebon Pala"
)


def permit(person: Any) -> Any:
    person.user_permissions.add(Permission.objects.get(codename="view_personal_data"))
    return type(person).objects.get(pk=person.pk)


def told(text: str) -> list[str]:
    plain = bare(text)
    return [secret for secret in SECRETS if bare(secret) in plain]


@pytest.fixture
def report(menteng: Any, settings: Any) -> Report:
    """Received by webhook, placed, updated, and acted on: what leaves the house is in the outbox."""
    settings.JSC_QLUE_CALLBACK_URL = "https://qlue.invalid/callback"
    factories.category("lainnya", label_id="Lainnya", check_slug="", aliases=[])
    made = rows.placed(menteng, text=TEXT)
    sent = f"macet kata Pak Tigor, {TEXT[31:80]}"
    Report.objects.filter(pk=made.pk).update(title="Laporan Pak Tigor", sent_category=sent)
    ReportUpdate.objects.create(
        report=made,
        sent_at=factories.NOON,
        content={"text": TEXT},
        content_sha256="0" * 64,
        applied=True,
        proposal={"sent_category": sent, "category": "lainnya"},
    )
    incident = made.incident
    assert incident is not None
    wanted = Transition(new=Status.PROSES, expected=Status.MENUNGGU)
    incident_transition(incident=incident, wanted=wanted, actor=None)
    return Report.objects.get(pk=made.pk)


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Every page of the console and every public address, with what it answers."""
    addresses = [reverse("admin:index"), "/", "/api/schema/", "/metrics", "/healthz", "/readyz", "/lacak/"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += _address(f"{name}_changelist")
        for row in model._default_manager.order_by("-pk")[:5]:
            for page in ("change", "history"):
                addresses += _address(f"{name}_{page}", row.pk)
    for code in Report.objects.values_list("tracking_code", flat=True):
        addresses += [f"/lacak/{code}/", f"/api/v1/reports/{code}/"]
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200:
            yield address, answer.getvalue().decode("utf-8", "replace")


def _address(name: str, *arguments: Any) -> list[str]:
    try:
        return [reverse(name, args=arguments)]
    except NoReverseMatch:
        return []


def test_the_search_finds_what_it_looks_for() -> None:
    assert told(TEXT) == list(SECRETS)
    assert told("0812 3456 7890") == ["081234567890"]
    assert told("Mobil parkir di trotoar") == []


@pytest.mark.parametrize("who", ["lurah with the permission", "operator", "superuser"])
def test_no_page_shows_it(who: str, report: Report, bu_sari: Any, rini: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    people = {
        "operator": lambda: rini,
        "superuser": lambda: factories.user("boss", is_staff=True, is_superuser=True),
        "lurah with the permission": lambda: permit(bu_sari),
    }
    seen = dict(pages(rows.browser(people[who]())))
    assert {address: found for address, page in seen.items() if (found := told(page))} == {}
    incident = seen[f"/admin/reports/incident/{report.incident_id}/change/"]
    assert "Pak [nama] parkir sembarangan, [pelat]" in incident
    assert "Data pribadi disamarkan" in incident
    assert "Pak [nama]" in seen[f"/admin/reports/report/{report.pk}/change/"]
    assert told(caplog.text) == []


def test_nothing_that_is_sent_holds_it(report: Report) -> None:
    bodies = json.dumps(list(Announcement.objects.values_list("body", flat=True)))
    assert Announcement.objects.exists()
    assert told(bodies) == []
    assert told("".join(message.body for message in mail.outbox)) == []


def test_intake_logs_none_of_it_and_stores_the_words_as_sent(menteng: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps(payload(text=TEXT, title="Pak Tigor")).encode()
    headers = {"content-type": "application/json", **headers_for(body, at=factories.NOON)}
    receipt = webhook_receive(incoming=Incoming(body, headers), now=factories.NOON)
    stored = Report.objects.get(pk=receipt.report_id)
    assert stored.text == TEXT and stored.title == "Pak Tigor"
    assert told(stored.searchable) == []
    assert "parkir sembarangan" in stored.searchable
    assert told(caplog.text) == []


# -- Search ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["Tigor", "tigo", "0812-3456", "0812", "3171012312900001", "B 1234", "tigor_92", "@gmail"]
)
@pytest.mark.parametrize("page", ["incident/?daftar=semua&", "report/?"])
def test_a_search_cannot_find_it_out_letter_by_letter(page: str, asked: str, report: Report, bu_sari: Any) -> None:
    for person in (bu_sari, permit(bu_sari)):
        answer = rows.browser(person).get(f"/admin/reports/{page}q={asked}")
        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0, "not even with the permission: a search is not written down"


@pytest.mark.parametrize("asked", ["parkir sembarangan", "Kebon Pala", "banjir"])
def test_a_search_finds_the_rest(asked: str, report: Report, bu_sari: Any) -> None:
    client = rows.browser(bu_sari)
    assert client.get(f"/admin/reports/incident/?daftar=semua&q={asked}").context["cl"].result_count == 1
    assert client.get(f"/admin/reports/report/?q={asked}").context["cl"].result_count == 1


# -- Reading it ------------------------------------------------------------------------


def address(report: Report) -> str:
    return reverse("data-pribadi", args=[report.pk])


ASKED = {"keperluan": "complaint", "alasan": "Warga menanyakan laporannya"}


def test_with_the_permission_it_is_read_and_each_reading_written_down(report: Report, bu_sari: Any) -> None:
    client = rows.browser(permit(bu_sari))
    assert told(client.get(address(report)).content.decode()) == []
    assert not AccessEntry.objects.exists()
    for times in (1, 2):
        answer = client.post(address(report), ASKED, REMOTE_ADDR="10.0.0.9")
        assert answer.status_code == 200
        assert "Pak Tigor parkir sembarangan, B 1234 XYZ" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert AccessEntry.objects.count() == times
    entry = AccessEntry.objects.latest("number")
    assert (entry.kind, entry.username, entry.why) == ("words", "sari", "complaint")
    assert (entry.reason, entry.address, entry.incident_id) == (ASKED["alasan"], "10.0.0.9", report.incident_id)
    assert entry.subject == f"report {report.tracking_code}"
    assert set(entry.detail["hidden"]) == {"name", "plate", "phone", "email", "handle", "identity", "account"}
    assert told(json.dumps(entry.detail)) == [], "the log says what kind of thing was read, not the thing"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"keperluan": "complaint"},
        {"keperluan": "complaint", "alasan": "x"},
        {"keperluan": "technical", "alasan": "coba coba"},
    ],
    ids=["nothing", "no words", "too few", "no such purpose"],
)
def test_who_does_not_say_why_reads_nothing(sent: dict[str, str], report: Report, bu_sari: Any) -> None:
    answer = rows.browser(permit(bu_sari)).post(address(report), sent)
    assert answer.status_code == 400
    assert told(answer.content.decode()) == []
    assert not AccessEntry.objects.exists()


def test_to_everybody_else_there_is_no_such_page(report: Report, bu_sari: Any, pak_budi: Any, rini: Any) -> None:
    for person in (bu_sari, rini, permit(pak_budi)):
        client = rows.browser(person)
        assert client.get(address(report)).status_code == 404
        assert client.post(address(report), ASKED).status_code == 404
    assert Client().post(address(report), ASKED).status_code == 302, "to the login"
    assert not AccessEntry.objects.exists()


def test_the_way_there_is_shown_to_the_permitted_alone(report: Report, bu_sari: Any) -> None:
    page = f"/admin/reports/incident/{report.incident_id}/change/"
    assert address(report) not in rows.browser(bu_sari).get(page).content.decode()
    assert address(report) in rows.browser(permit(bu_sari)).get(page).content.decode()


def test_a_text_without_personal_data_stays_as_it_is(menteng: Any, bu_sari: Any) -> None:
    made = rows.placed(menteng, text="Mobil parkir di depan RT 05/06 no. 12 <b>")
    page = rows.browser(bu_sari).get(f"/admin/reports/incident/{made.incident_id}/change/").content.decode()
    assert "Mobil parkir di depan RT 05/06 no. 12 &lt;b&gt;" in page
    assert "Data pribadi disamarkan" not in page


def test_reports_from_before_get_their_searchable_words(menteng: Any) -> None:
    import importlib

    from django.apps import apps

    made = rows.placed(menteng, text=TEXT)
    Report.objects.filter(pk=made.pk).update(searchable="")
    importlib.import_module("reports.migrations.0009_searchable_texts").fill(apps, None)
    words = Report.objects.get(pk=made.pk).searchable
    assert "parkir sembarangan" in words and told(words) == []
    assert Incident.objects.filter(reports__searchable__icontains="kebon pala").exists()
