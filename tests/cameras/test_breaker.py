"""The circuit breaker's rules, and the folder that outlives a try; neither needs a database."""

from __future__ import annotations

import multiprocessing
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.pulling.breaker import RULES, Breaker, Phase, blocked_until, failed, succeeded, trying
from cameras.pulling.scratch import scratch_drop, scratch_folder, scratch_sweep

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
CLOSED = Breaker(Phase.CLOSED, NOON)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def failing(times: int, at: datetime = NOON, **extra: Any) -> Breaker:
    breaker = CLOSED
    for _ in range(times):
        breaker = failed(breaker, at, **extra)
    return breaker


def test_it_stays_closed_through_a_few_failures_and_opens_at_the_third() -> None:
    assert [failing(times).phase for times in (1, 2, 3)] == [Phase.CLOSED, Phase.CLOSED, Phase.OPEN]
    assert blocked_until(failing(2), NOON) is None
    assert blocked_until(failing(3), NOON) == later(30)
    assert blocked_until(failing(3), later(30)) is None


def test_a_refused_password_opens_it_at_once_and_for_long() -> None:
    refused = failed(CLOSED, NOON, denied=True)
    assert (refused.phase, refused.retry_at) == (Phase.OPEN, later(RULES.denied_wait_s))


def test_every_vain_try_doubles_the_wait_up_to_its_cap_and_keeps_since_when() -> None:
    breaker, at, waits = failing(3), NOON, []
    for _ in range(8):
        assert breaker.retry_at is not None
        waits.append((breaker.retry_at - at).total_seconds())
        at = breaker.retry_at
        breaker = failed(trying(breaker, at), at)
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]
    assert breaker.since == NOON, "out of order since noon, not since the last try"


def test_one_success_forgets_everything() -> None:
    half = trying(failing(3), later(40))
    closed = succeeded(half, later(41))
    assert (closed.phase, closed.failures, closed.opened, closed.since) == (Phase.CLOSED, 0, 0, later(41))
    assert failed(closed, later(42)).phase is Phase.CLOSED
    assert succeeded(CLOSED, later(5)) is CLOSED, "nothing to write"


def test_a_try_that_died_with_its_worker_is_given_up() -> None:
    half = trying(failing(3), later(40))
    assert blocked_until(half, later(41)) is not None
    assert blocked_until(half, later(40 + RULES.try_s)) is None


# -- Scratch ------------------------------------------------------------------------


def test_pieces_of_one_try_are_there_for_the_next(tmp_path: Path) -> None:
    with scratch_folder(tmp_path, "7") as (folder, kept):
        (folder / "piece").write_bytes(b"film")
        assert kept
    with scratch_folder(tmp_path, "7") as (folder, kept):
        assert kept
        assert (folder / "piece").read_bytes() == b"film"
    scratch_drop(tmp_path, "7")
    assert list(tmp_path.iterdir()) == []
    scratch_drop(tmp_path, "7")


def test_pieces_are_for_the_service_alone(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "pulls", "7") as (folder, _):
        assert folder.stat().st_mode & 0o077 == 0
        assert folder.parent.stat().st_mode & 0o007 == 0


def test_a_late_worker_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    with scratch_folder(tmp_path, "7") as (mine, _):
        with scratch_folder(tmp_path, "7") as (theirs, kept):
            assert not kept
            assert theirs != mine
        assert not theirs.exists()
        assert mine.exists()


def _hold_and_die(root: Path, ready: Any) -> None:
    with scratch_folder(root, "7"):
        ready.set()
        time.sleep(60)


def test_a_killed_worker_holds_nothing(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    ready = fork.Event()
    worker = fork.Process(target=_hold_and_die, args=(tmp_path, ready), daemon=True)
    worker.start()
    assert ready.wait(20)
    with scratch_folder(tmp_path, "7") as (_, kept):
        assert not kept
    worker.kill()
    worker.join(20)
    with scratch_folder(tmp_path, "7") as (_, kept):
        assert kept


@pytest.mark.parametrize(("age_s", "left"), [(10.0, 2), (7 * 3600.0, 0)])
def test_what_a_dead_machine_left_is_swept(tmp_path: Path, age_s: float, left: int) -> None:
    with scratch_folder(tmp_path, "7") as (folder, _):
        (folder / "piece").write_bytes(b"film")
    at = time.time() - age_s
    for path in [*tmp_path.rglob("*")]:
        os.utime(path, (at, at))
    scratch_sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == left
    assert scratch_sweep(tmp_path / "never made") == 0
