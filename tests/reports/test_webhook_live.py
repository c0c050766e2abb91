"""Many senders at once, over real sockets: the unique constraints decide, and everybody gets the same receipt.

Runs on whatever ``DATABASE_URL`` names; both engines have their own way of losing such a race.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from reports import tasks
from reports.models import Report, ReportUpdate, WebhookDelivery
from reports.services import intake
from tests.reports.webhook_sender import URL, as_bytes, categories, headers_for, payload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT_ONCE = 50
CLIENT = httpx.Client(
    timeout=60, trust_env=False, limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> list[int]:
    categories()
    intake.ADMITTED.forget()
    heard: list[int] = []
    monkeypatch.setattr(tasks, "ring", lambda kind, pk: heard.append(pk))
    return heard


def post(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return CLIENT.post(url + URL, content=body, headers={"content-type": "application/json", **headers})


def all_at_once(url: str, request: Callable[[int], tuple[bytes, dict[str, str]]]) -> list[httpx.Response]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda n: post(url, *request(n)), range(AT_ONCE)))


def told(answers: list[httpx.Response]) -> tuple[dict[int, int], set[str]]:
    return dict(Counter(a.status_code for a in answers)), {a.json()["tracking_code"] for a in answers}


def test_fifty_identical_deliveries_at_once_make_one_report(live_server: Any, rung: list[int]) -> None:
    body = as_bytes(payload())
    headers = headers_for(body, webhook_id="msg_same")
    statuses, codes = told(all_at_once(live_server.url, lambda n: (body, headers)))
    assert statuses == {202: 1, 200: AT_ONCE - 1}
    assert (Report.objects.count(), WebhookDelivery.objects.count(), ReportUpdate.objects.count()) == (1, 1, 0)
    assert codes == {Report.objects.get().tracking_code}
    assert rung == [Report.objects.get().pk]


def test_one_report_under_fifty_webhook_ids_at_once_is_one_report(live_server: Any, rung: list[int]) -> None:
    body = as_bytes(payload())
    statuses, codes = told(all_at_once(live_server.url, lambda n: (body, headers_for(body))))
    assert statuses == {202: 1, 200: AT_ONCE - 1}
    assert (Report.objects.count(), WebhookDelivery.objects.count(), len(codes)) == (1, AT_ONCE, 1)


def test_fifty_reports_at_once_are_fifty_reports(live_server: Any, rung: list[int]) -> None:
    def one(n: int) -> tuple[bytes, dict[str, str]]:
        body = as_bytes(payload(post_id=n + 1))
        return body, headers_for(body)

    statuses, codes = told(all_at_once(live_server.url, one))
    assert statuses == {202: AT_ONCE}
    assert (Report.objects.count(), len(codes), len(set(rung))) == (AT_ONCE, AT_ONCE, AT_ONCE)


def test_fifty_contents_of_one_report_at_once_are_one_report_and_its_updates(live_server: Any, rung: list[int]) -> None:
    def one(n: int) -> tuple[bytes, dict[str, str]]:
        body = as_bytes(payload(text=f"isi {n}"))
        return body, headers_for(body)

    statuses, codes = told(all_at_once(live_server.url, one))
    assert statuses == {202: 1, 200: AT_ONCE - 1}
    assert (Report.objects.count(), ReportUpdate.objects.count(), len(codes)) == (1, AT_ONCE - 1, 1)
    last = ReportUpdate.objects.filter(applied=True).order_by("sent_at", "pk").last()
    assert last is not None
    assert Report.objects.get().text == last.content["text"]


def test_fifty_bodies_under_one_webhook_id_at_once_keep_one_and_refuse_the_rest(
    live_server: Any, rung: list[int]
) -> None:
    def one(n: int) -> tuple[bytes, dict[str, str]]:
        body = as_bytes(payload(post_id=n + 1))
        return body, headers_for(body, webhook_id="msg_same")

    answers = all_at_once(live_server.url, one)
    assert Counter(a.status_code for a in answers) == {202: 1, 409: AT_ONCE - 1}
    assert (Report.objects.count(), WebhookDelivery.objects.count()) == (1, 1)


def test_a_body_far_too_large_gets_its_answer_and_no_reset(live_server: Any, rung: list[int]) -> None:
    body = b"x" * 3_000_000
    answer = post(live_server.url, body, headers_for(body))
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_a_sender_that_announces_more_than_it_sends_is_answered_at_once(live_server: Any, rung: list[int]) -> None:
    address = urlsplit(live_server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as line:
        line.sendall(f"POST {URL} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\nx".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")
