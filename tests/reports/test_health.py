"""Supervisors and Prometheus: alive is not ready, and ready says what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from reports import health
from tests import factories
from tests.reports import rows


def test_alive_needs_no_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_names_every_part_and_the_age_of_the_oldest_work(client: Client) -> None:
    answer = client.get("/readyz")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ok")
    assert {"database", "broker", "storage", "work"} <= set(body)
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_broker_folder_that_cannot_be_written_is_not_ready(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "gone")}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == {"ok": False, "error": "FileNotFoundError", "seconds": pytest.approx(0, abs=5)}
    assert str(tmp_path) not in answer.content.decode()


@pytest.mark.django_db
def test_a_redis_that_does_not_answer_is_not_ready_and_is_not_waited_for(client: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://:geheim@127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"]["seconds"] < 5
    assert "geheim" not in answer.content.decode()


@pytest.mark.django_db
def test_a_database_that_fails_is_not_ready(client: Client, monkeypatch: Any) -> None:
    def broken() -> None:
        raise DatabaseError("password=geheim")

    monkeypatch.setitem(health.PARTS, "database", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "geheim" not in answer.content.decode()


@pytest.mark.django_db
def test_work_that_nobody_does_makes_it_unready(client: Client, settings: Any) -> None:
    settings.JSC_OVERLOADED_AFTER_S = 3600
    factories.report(received_at=timezone.now() - timedelta(hours=3), next_run=timezone.now() - timedelta(hours=3))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["work"]["oldest_waiting_s"] > 3600


@pytest.mark.django_db
def test_prometheus_reads_rows_by_state_verdicts_and_the_oldest_work(client: Client, menteng: Any) -> None:
    rows.looked_at(rows.placed(menteng).incident)
    answer = client.get("/metrics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain")
    assert 'jsc_rows{state="PLACED",subject="report"} 1.0' in text
    assert 'jsc_rows{state="DEAD",subject="announcement"} 0.0' in text
    assert 'jsc_verdicts{verdict="SUPPORTED"} 1.0' in text
    assert 'jsc_incidents{status="menunggu"} 1.0' in text
    assert "jsc_oldest_waiting_seconds 0.0" in text
