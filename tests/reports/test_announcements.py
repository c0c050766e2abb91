"""What Qlue and the lurah are told: once, signed, with bounded tries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks import Webhook

from reports import pipeline
from reports.lifecycle import AnnouncementState, Status
from reports.models import Announcement
from reports.services.incidents import Transition, incident_transition
from tests import factories
from tests.pipeline_world import World, happened

pytestmark = pytest.mark.django_db

URL = "https://qlue.invalid/callback"
SECRET = "whsec_" + "c2VjcmV0LWZvci1jYWxsYmFja3MtMzItYnl0ZXMhIQ=="


@pytest.fixture
def qlue(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[httpx.Request]]:
    """Requests that Qlue has got; ``answers`` are given in turn, the last one for ever."""
    settings.JSC_QLUE_CALLBACK_URL, settings.JSC_QLUE_CALLBACK_SECRETS = URL, [SECRET]
    monkeypatch.setattr("reports.tasks._publish", lambda queue, expires_s=None: None)
    got: list[httpx.Request] = []

    def post(url: str, **kwargs: Any) -> httpx.Response:
        assert kwargs["follow_redirects"] is False
        request = httpx.Request("POST", url, content=kwargs["content"], headers=kwargs["headers"])
        got.append(request)
        answer = ANSWERS[min(len(got), len(ANSWERS)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], headers=answer[1], request=request)

    monkeypatch.setattr(httpx, "post", post)
    ANSWERS[:] = [(200, {})]
    yield got


ANSWERS: list[Any] = [(200, {})]


@pytest.fixture(autouse=True)
def _places(menteng: object, parkir_liar: object) -> None:
    """A kelurahan and a category."""


def announcement(**extra: Any) -> Announcement:
    values = {"audience": "qlue", "stable_id": "qlue:1", "body": {"type": "report.updated"}, "state": "DUE"}
    return Announcement.objects.create(incident=factories.incident(), **{**values, **extra})


def test_every_report_of_the_incident_is_told_once_and_signed(world: World, qlue: list[httpx.Request]) -> None:
    world.camera()
    for minute in (0, 0.2):
        factories.report(happened_at=happened(minute))
    world.run()
    assert len(qlue) == 2
    body = Webhook(SECRET).verify(qlue[0].content, dict(qlue[0].headers))
    assert body["data"]["verification"] == "SUPPORTED"
    assert "reporter" not in str(body)
    assert qlue[0].headers["webhook-id"] != qlue[1].headers["webhook-id"]
    assert {a.state for a in Announcement.objects.all()} == {AnnouncementState.SENT}


def test_without_an_address_nothing_is_announced(world: World, settings: Any) -> None:
    assert settings.JSC_QLUE_CALLBACK_URL == ""
    world.reported()
    assert Announcement.objects.count() == 0


def test_a_change_by_a_person_is_told(world: World, qlue: list[httpx.Request], bu_sari: Any) -> None:
    incident = world.reported().incident
    before = len(qlue)
    incident_transition(incident=incident, wanted=Transition(Status.PROSES, Status.MENUNGGU), actor=bu_sari)
    world.run()
    assert len(qlue) == before + 1
    assert b'"status": "proses"' in qlue[-1].content


def test_a_receiver_that_is_down_is_tried_again_under_the_same_id(world: World, qlue: list[httpx.Request]) -> None:
    ANSWERS[:] = [(500, {}), httpx.ConnectTimeout("slow"), (200, {})]
    row = announcement()
    for _ in range(3):
        world.run()
        Announcement.objects.update(next_run=timezone.now())
    row.refresh_from_db()
    assert row.state == AnnouncementState.SENT
    assert {r.headers["webhook-id"] for r in qlue} == {"qlue:1"}
    assert len({r.content for r in qlue}) == 1


def test_a_receiver_that_is_gone_is_left_alone(world: World, qlue: list[httpx.Request]) -> None:
    ANSWERS[:] = [(410, {})]
    row = announcement()
    world.run()
    row.refresh_from_db()
    assert (row.state, len(qlue)) == (AnnouncementState.DEAD, 1)
    assert "410" in row.outcome


def test_tries_are_bounded(world: World, qlue: list[httpx.Request]) -> None:
    ANSWERS[:] = [(503, {})]
    row = announcement()
    for _ in range(20):
        world.run()
        Announcement.objects.update(next_run=timezone.now())
    row.refresh_from_db()
    assert row.state == AnnouncementState.DEAD
    assert len(qlue) == pipeline.send.STEP.max_attempts


@pytest.mark.parametrize("as_date", [False, True])
def test_nobody_is_called_before_the_time_they_named(world: World, qlue: list[httpx.Request], as_date: bool) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=900), usegmt=True) if as_date else "900"
    ANSWERS[:] = [(429, {"retry-after": when})]
    row = announcement()
    world.run()
    row.refresh_from_db()
    assert timedelta(seconds=890) < row.next_run - timezone.now() < timedelta(seconds=910)


def test_a_redirect_is_a_failure_and_not_followed(world: World, qlue: list[httpx.Request]) -> None:
    ANSWERS[:] = [(302, {"location": "http://169.254.169.254/"})]
    row = announcement()
    world.run()
    row.refresh_from_db()
    assert row.state == AnnouncementState.DUE
    assert "302" in row.last_error


def test_the_lurah_gets_a_mail_when_there_is_an_address(world: World, bu_sari: Any, pak_budi: Any) -> None:
    bu_sari.email = "sari@menteng.invalid"
    bu_sari.save()
    world.camera()
    world.reported()
    assert [m.to for m in mail.outbox] == [["sari@menteng.invalid"]]
    assert "terlihat kamera" in mail.outbox[0].subject
    assert "mobil diam 184 dtk" in mail.outbox[0].body
