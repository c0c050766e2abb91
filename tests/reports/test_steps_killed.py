"""Real processes that die by real signals, and a doorbell that several of them share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from kombu import Connection, Exchange, Queue
from kombu.exceptions import KombuError

from jsc_project import broker
from jsc_project.celery import app
from reports import pipeline
from reports.lifecycle import ReportState
from reports.models import Incident, Report, StatusChange
from reports.steps.base import REPORT, Subject
from tests import factories
from tests.pipeline_world import World

ROOT = Path(__file__).resolve().parents[2]


def test_database_url() -> str:
    """The database of this test run, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Any]:
    """Starts processes that hang in the step of a report; none survives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        mark = tmp_path / f"working-{len(started)}"
        env = {
            **os.environ,
            "DATABASE_URL": test_database_url(),
            "DJANGO_SETTINGS_MODULE": "jsc_project.settings",
            "JSC_VAR_DIR": str(tmp_path / "var"),
            "JSC_TEST_MARK": str(mark),
            "JSC_LEASE_S": "2",
            "JSC_HEARTBEAT_S": "1",
            "CELERY_BROKER_URL": "filesystem://",
        }
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
        started.append(process)
        deadline = time.monotonic() + 60
        while not mark.exists():
            assert process.poll() is None, "the worker ended before it began"
            assert time.monotonic() < deadline, "the worker did not begin"
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def advancing(report: Report) -> tuple[str, str]:
    return ("tests.worker_process", str(report.pk))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_its_step_is_replaced_when_its_lease_lapses(
    world: World, hanging: Any, menteng: Any, parkir_liar: Any
) -> None:
    report = factories.report()
    process = hanging(*advancing(report))
    time.sleep(3)
    subject = Subject(REPORT, report.pk)
    assert pipeline.advance(subject, ReportState.RECEIVED) == [], "it lives, and its heartbeat keeps the lease"

    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and Report.objects.get().state == ReportState.RECEIVED:
        pipeline.advance(subject, ReportState.RECEIVED)
        time.sleep(0.1)
    report.refresh_from_db()
    assert report.state == ReportState.PLACED
    assert Incident.objects.count() == 1
    assert StatusChange.objects.filter(subject_kind=REPORT).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_row_that_kills_every_process_ends_and_its_neighbour_lives(
    world: World, hanging: Any, menteng: Any, parkir_liar: Any, settings: Any
) -> None:
    poison, innocent = factories.report(lat=-6.191), factories.report(lat=-6.199)
    process = hanging(*advancing(poison))
    process.kill()
    process.wait()
    Report.objects.filter(pk=poison.pk).update(crash_attempts=pipeline.MAX_CRASHES - 1)
    Report.objects.filter(pk=poison.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    world.run()
    poison.refresh_from_db()
    innocent.refresh_from_db()
    assert (poison.state, innocent.state) == (ReportState.DEAD, ReportState.PLACED)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_asked_to_stop_hands_its_lease_back(
    hanging: Any, folder: Path, tmp_path: Path, menteng: Any, parkir_liar: Any
) -> None:
    report = factories.report()
    _ring_in(tmp_path / "var" / "broker")
    flags = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-c", "1", "-Q", "intake")
    process = hanging("celery", "-A", "tests.worker_process", "worker", *flags)
    report.refresh_from_db()
    assert report.lease_until is not None

    process.terminate()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and report.lease_until is not None:
        time.sleep(0.1)
        report.refresh_from_db()
    assert (report.lease_until, report.token, report.attempts, report.crash_attempts) == (None, None, 0, 0)
    process.wait(timeout=15)


def _ring_in(path: Path) -> None:
    path.mkdir(parents=True)
    with connected(path) as conn:
        app.tasks["reports.intake"].apply_async(queue="intake", connection=conn)


# -- The embedded doorbell ----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    broker.register()
    return tmp_path / "broker"


def connected(folder: Path) -> Connection:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    return Connection("filesystem://localhost//", transport_options=options)


def simple(conn: Connection, name: str) -> Any:
    return conn.SimpleQueue(Queue(name, Exchange(name), routing_key=name))


def test_messages_arrive_once_whole_and_in_their_own_queue_with_many_at_the_folder(folder: Path) -> None:
    folder.mkdir()
    names, each = ("intake", "vision"), 60
    got: dict[str, list[int]] = {name: [] for name in names}
    errors: list[Exception] = []

    def put(name: str, start: int) -> None:
        with connected(folder) as conn:
            queue = simple(conn, name)
            for number in range(start, start + each):
                queue.put({"number": number, "ballast": "x" * 5_000})

    def take(name: str) -> None:
        quiet_since = time.monotonic()
        with connected(folder) as conn:
            queue = simple(conn, name)
            while time.monotonic() - quiet_since < 2:
                try:
                    message = queue.get(block=False)
                except Empty:
                    time.sleep(0.01)
                    continue
                except (ValueError, KombuError, OSError) as exc:
                    errors.append(exc)
                    return
                got[name].append(message.payload["number"])
                message.ack()
                quiet_since = time.monotonic()

    jobs = [(put, (name, start)) for name in names for start in (0, each)] + [(take, (n,)) for n in names * 2]
    threads = [threading.Thread(target=job, args=args) for job, args in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for name in names:
        assert Counter(got[name]) == Counter(range(2 * each))
    assert [p for p in folder.iterdir() if p.is_file()] == []


def test_a_torn_message_is_dropped_and_the_next_one_read(folder: Path) -> None:
    folder.mkdir()
    (folder / "00000000000000000000_torn.intake.msg").write_text('{"body": ')
    with connected(folder) as conn:
        queue = simple(conn, "intake")
        queue.put({"number": 1})
        assert queue.get(block=True, timeout=5).payload == {"number": 1}
