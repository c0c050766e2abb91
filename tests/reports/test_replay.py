"""Replaying recorded reports: every body ends as created, repeated or refused, and a second run repeats the first."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command

from jsc_project.lib.errors import UnreadableInput
from reports import replay as replay_module
from reports import tasks
from reports.intake.bodies import Body, bodies_in
from reports.models import Report
from reports.replay import Replay, percentile, webhook_url
from reports.services import intake
from tests.factories import WEBHOOK_SECRET
from tests.reports.webhook_sender import URL, categories, payload

GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.825, -6.195]},
            "properties": {"created_at": "2017-02-20T07:58:22.262", "title": None, "text": "Banjir selutut"},
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.83, -6.19]},
            "properties": {"created_at": "2017-02-20T09:41:00", "title": " ", "text": "terima kasih", "source": "qlue"},
        },
        {"type": "Feature", "geometry": None, "properties": {"text": "tanpa tempat"}},
    ],
}


@pytest.fixture
def geojson(tmp_path: Path) -> Path:
    path = tmp_path / "reports.geojson"
    path.write_text(json.dumps(GEOJSON), encoding="utf-8")
    return path


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    lines = [json.dumps(payload(post_id=n)) for n in (1, 2, 3)]
    path.write_text("\n".join([*lines, "", lines[0], "not json", json.dumps(payload(post_id=0))]), encoding="utf-8")
    return path


@pytest.fixture
def service(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    categories()
    intake.ADMITTED.forget()
    monkeypatch.setattr(tasks, "ring", lambda kind, pk: None)
    return str(live_server.url)


def run(path: Path, url: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("replay_reports", path, url=url, rate=1000.0, json=True, stdout=out, stderr=StringIO(), **options)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


# -- Files --------------------------------------------------------------------------


def test_a_feature_becomes_a_body_with_the_time_as_given_and_a_category_from_the_words(geojson: Path) -> None:
    first, second, third = (json.loads(body.raw) for body in bodies_in(geojson, first_id=500))
    assert first == {
        "post_id": 500,
        "created_at": "2017-02-20T07:58:22.262",
        "location": {"lat": -6.195, "lng": 106.825},
        "title": None,
        "text": "Banjir selutut",
        "image_url": None,
        "category": "banjir",
        "source": None,
    }
    assert (second["post_id"], second["category"]) == (501, "lainnya")
    assert (third["post_id"], third["location"], third["created_at"]) == (502, None, None)


def test_lines_are_sent_as_they_stand_and_empty_ones_are_none(jsonl: Path) -> None:
    bodies = bodies_in(jsonl)
    assert [body.place for body in bodies] == ["line 1", "line 2", "line 3", "line 5", "line 6", "line 7"]
    assert bodies[4].raw == b"not json"
    assert bodies[0].webhook_id == bodies[3].webhook_id != bodies[1].webhook_id


def test_ids_depend_on_the_content_alone(geojson: Path) -> None:
    again = [body.webhook_id for body in bodies_in(geojson)]
    assert [body.webhook_id for body in bodies_in(geojson)] == again
    assert not set(again) & {body.webhook_id for body in bodies_in(geojson, first_id=2)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", "not json"),
        ("a.geojson", "[]"),
        ("a.geojson", '{"type": "FeatureCollection"}'),
        ("a.geojson", '{"features": {}}'),
        ("a.geojson", "[" * 100_000),
        ("a.csv", "a,b"),
        ("missing.jsonl", None),
    ],
)
def test_a_file_that_cannot_be_used_is_said_so(tmp_path: Path, name: str, content: str | None) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableInput):
        bodies_in(tmp_path / name)


# -- Sending ------------------------------------------------------------------------


class Recorded:
    """A service made of a list of answers; remembers what it was sent."""

    def __init__(self, answer: Callable[[int], httpx.Response]) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests.append(request)
            return self._answer(len(self.requests))


def send_to(service: Recorded, count: int = 1) -> Replay:
    replay = Replay("http://s", secret=WEBHOOK_SECRET, rate=1000, transport=httpx.MockTransport(service))
    replay.run([Body(f"line {n}", f"id_{n}", b"{}") for n in range(count)])
    return replay


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(replay_module.time, "sleep", taken.append)
    return taken


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_failure_is_tried_again_under_the_same_id(naps: list[float], status: int) -> None:
    service = Recorded(lambda n: httpx.Response(status if n < 3 else 202))
    assert send_to(service).result.created == 1
    assert [request.headers["webhook-id"] for request in service.requests] == ["id_0"] * 3


@pytest.mark.parametrize("status", [400, 401, 409, 413, 415, 301, 404])
def test_a_refusal_is_final_and_counted(naps: list[float], status: int) -> None:
    service = Recorded(lambda n: httpx.Response(status))
    result = send_to(service).result
    assert (len(service.requests), result.as_json()["refused"], result.refusals[0].status) == (1, 1, status)


def test_the_wait_a_service_asks_for_is_kept(naps: list[float]) -> None:
    service = Recorded(lambda n: httpx.Response(429 if n == 1 else 200, headers={"retry-after": "7"}))
    assert send_to(service).result.repeated == 1
    assert max(naps) == pytest.approx(7, abs=0.5)


def test_trying_again_ends(naps: list[float]) -> None:
    service = Recorded(lambda n: httpx.Response(503))
    assert send_to(service).result.as_json()["refused"] == 1
    assert len(service.requests) == replay_module.TRIES


def silent(n: int) -> httpx.Response:
    raise httpx.ConnectError("refused")


def broken(n: int) -> httpx.Response:
    return httpx.Response(503, headers={"retry-after": "5"})


@pytest.mark.parametrize("answer", [silent, broken])
def test_an_outage_is_waited_out_once_and_not_for_every_body(
    naps: list[float], answer: Callable[[int], httpx.Response]
) -> None:
    service = Recorded(answer)
    assert send_to(service, count=200).result.as_json()["refused"] == 200
    assert len(service.requests) <= replay_module.SENDERS * replay_module.TRIES + 200


def test_everything_is_counted_once() -> None:
    result = send_to(Recorded(lambda n: httpx.Response((202, 200, 400)[n % 3])), count=30).result.as_json()
    assert (result["sent"], result["created"], result["repeated"], result["refused"]) == (30, 10, 10, 10)


@pytest.mark.parametrize("url", ["http://h:1", "http://h:1/", "http://h:1/webhooks/qlue", "http://h:1/webhooks/qlue/"])
def test_the_base_address_and_the_webhooks_own_both_do(url: str) -> None:
    assert webhook_url(url) == "http://h:1/webhooks/qlue/"
    assert webhook_url("https://h/jsc") == "https://h/jsc/webhooks/qlue/"


def test_percentiles() -> None:
    assert [percentile([3.0, 1.0, 2.0, 4.0], p) for p in (50, 95, 100)] == [2.0, 4.0, 4.0]
    assert percentile([], 50) is None


# -- The command, against a running service -------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_run_creates_and_a_second_run_repeats(service: str, geojson: Path) -> None:
    first = run(geojson, service, first_id=70)
    assert list(first) == ["sent", "created", "repeated", "refused", "p50_ms", "p95_ms", "max_ms"]
    assert (first["sent"], first["created"], first["repeated"], first["refused"]) == (3, 2, 0, 1)
    assert first["p50_ms"] > 0
    again = run(geojson, service + URL, first_id=70)
    assert (again["created"], again["repeated"], again["refused"]) == (0, 2, 1)
    assert sorted(Report.objects.values_list("external_id", "category__slug")) == [(70, "banjir"), (71, "lainnya")]


@pytest.mark.django_db(transaction=True)
def test_lines_that_are_no_reports_are_refused_and_not_skipped(service: str, jsonl: Path) -> None:
    answer = run(jsonl, service)
    assert (answer["sent"], answer["created"], answer["repeated"], answer["refused"]) == (6, 3, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_a_rate_limit_slows_the_replay_down_and_loses_nothing(service: str, tmp_path: Path, settings: Any) -> None:
    settings.JSC_WEBHOOK_RATE_PER_S = 20
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps(payload(post_id=n)) for n in range(1, 61)), encoding="utf-8")
    answer = run(path, service)
    assert (answer["sent"], answer["created"], answer["refused"]) == (60, 60, 0)
    assert Report.objects.count() == 60


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rate": 0.0}, "unreadable_input"),
        ({"url": "ftp://h"}, "unreadable_input"),
        ({"url": "http://["}, "unreadable_input"),
        ({"file": Path("/nowhere.jsonl")}, "unreadable_input"),
    ],
)
def test_what_cannot_be_used_is_exit_2_and_json(geojson: Path, change: dict[str, Any], code: str) -> None:
    options: dict[str, Any] = {"file": geojson, "url": "http://127.0.0.1:1", "rate": 10.0, "json": True} | change
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("replay_reports", options.pop("file"), stdout=out, **options)
    assert exit_.value.code == 2
    assert json.loads(out.getvalue().splitlines()[-1])["error"]["code"] == code


def test_without_a_secret_there_is_nothing_to_sign_with(geojson: Path, settings: Any) -> None:
    settings.JSC_WEBHOOK_SECRETS = []
    with pytest.raises(SystemExit):
        call_command("replay_reports", geojson, url="http://127.0.0.1:1", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_real_reports_arrive_once_each(service: str, testdata: Path) -> None:
    files = sorted((testdata / "reports").glob("*.geojson"))
    starts = {path: 1000 * (n + 1) for n, path in enumerate(files)}
    for expected in ("created", "repeated"):
        for path, first_id in starts.items():
            count = len(bodies_in(path))
            answer = run(path, service, first_id=first_id)
            assert (answer["sent"], answer[expected], answer["refused"]) == (count, count, 0)
    assert Report.objects.count() == sum(len(bodies_in(path)) for path in files)
