"""When four thousand cameras are looked at: evenly, whatever happened before, and bad ones sooner, then later."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from cameras.patrol.schedule import first_look, next_after_bad, next_regular, slot_s

NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
EVERY_S = 1800.0
CAMERAS = range(1, 4001)


def busiest(times: list[datetime], bin_s: float = 60.0) -> int:
    return max(Counter(int((at - NOW).total_seconds() // bin_s) for at in times).values())


@pytest.mark.parametrize("ids", [CAMERAS, range(1, 12_000, 3), range(900_001, 904_001)], ids=["all", "gaps", "high"])
def test_four_thousand_cameras_make_no_burst(ids: range) -> None:
    times = [next_regular(pk, NOW, EVERY_S) for pk in ids]
    assert busiest(times) < 1.5 * 4000 / 30
    assert busiest(times, bin_s=5.0) < 4 * 4000 / EVERY_S * 5


def test_looks_that_were_all_overdue_are_spread_again_at_once() -> None:
    """An hour of standstill, and everything looked at within eight minutes: the next looks do not come as one wave."""
    done = {pk: NOW + timedelta(seconds=pk * 0.12) for pk in CAMERAS}
    times = [next_regular(pk, at, EVERY_S) for pk, at in done.items()]
    per_minute = Counter(int((at - NOW).total_seconds() // 60) for at in times)
    assert max(per_minute.values()) < 2 * 4000 / 30


def test_the_channels_of_one_recorder_are_spread_over_the_interval() -> None:
    slots = sorted(slot_s(pk, EVERY_S) for pk in range(2000, 2064))
    gaps = [b - a for a, b in pairwise(slots)]
    assert max(gaps) < 3 * EVERY_S / 64
    assert min(gaps) > EVERY_S / 64 / 4


def test_a_steady_camera_is_looked_at_once_an_interval() -> None:
    at = next_regular(7, NOW, EVERY_S)
    for _ in range(20):
        following = next_regular(7, at, EVERY_S)
        assert 0.9 * EVERY_S < (following - at).total_seconds() < 1.1 * EVERY_S
        at = following


def test_jitter_is_real_and_small() -> None:
    times = {next_regular(7, NOW, EVERY_S) for _ in range(50)}
    assert len(times) > 40
    assert (max(times) - min(times)).total_seconds() <= 0.04 * EVERY_S


def test_bad_cameras_are_looked_at_sooner_first_and_then_less_and_less() -> None:
    waits = [(next_after_bad(7, NOW, EVERY_S, n, denied=False) - NOW).total_seconds() for n in range(1, 15)]
    assert 60 <= waits[0] <= 90
    assert waits[0] < waits[1] < waits[2] < waits[3] <= 1.5 * 900
    assert all(0.4 * EVERY_S < wait < 1.6 * EVERY_S for wait in waits[4:12])
    assert all(1.4 * EVERY_S < wait < 2.6 * EVERY_S for wait in waits[12:])


def test_a_refused_password_is_not_tried_often_enough_to_lock_the_account() -> None:
    waits = [(next_after_bad(7, NOW, EVERY_S, n, denied=True) - NOW).total_seconds() for n in range(1, 6)]
    assert waits[0] >= 600
    assert min(waits[1:]) > EVERY_S


def test_a_fallen_recorders_channels_do_not_come_back_together() -> None:
    times = [next_after_bad(pk, NOW, EVERY_S, 1, denied=False) for pk in range(100, 164)]
    assert busiest(times, bin_s=5.0) <= 16


def test_a_short_interval_bounds_the_quick_looks_too() -> None:
    assert (next_after_bad(7, NOW, 60.0, 4, denied=False) - NOW).total_seconds() <= 90


def test_new_cameras_are_seen_soon_when_few_and_spread_when_many() -> None:
    few = [first_look(pk, n, 5, NOW, EVERY_S) for n, pk in enumerate(range(500, 505))]
    assert max(few) - NOW < timedelta(seconds=10)
    many = [first_look(pk, n, 4000, NOW, EVERY_S) for n, pk in enumerate(CAMERAS)]
    assert busiest(many) < 1.2 * 4000 / 30
    assert max(many) - NOW <= timedelta(seconds=EVERY_S)
