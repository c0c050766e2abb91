"""What is seen now and then is covered all the time between."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from analytics.mosaic import Region
from analytics.trails import BEYOND_S, LINK_S, Sighting, Trail, linked

Place = tuple[float, float]
SIDE = 0.05


def region(x: float, y: float, side: float = SIDE) -> Region:
    return Region(x - side / 2, y - side / 2, x + side / 2, y + side / 2, 3)


def seen(path: Callable[[float], Place], times: list[float], kind: str = "face") -> list[Sighting]:
    return [Sighting(t, region(*path(t)), kind) for t in times]


def covers(trails: list[Trail], t_s: float, place: Place, side: float = SIDE) -> bool:
    """Whether one of the trails covers all of the thing at ``place``."""
    wanted = region(*place, side)
    found = [one for trail in trails if (one := trail.at(t_s)) is not None]
    return any(
        one.x1 <= wanted.x1 and one.y1 <= wanted.y1 and one.x2 >= wanted.x2 and one.y2 >= wanted.y2 for one in found
    )


def ticks(start: float, end: float, step: float) -> list[float]:
    return [start + n * step for n in range(round((end - start) / step) + 1)]


@pytest.mark.parametrize(
    ("path", "every_s"),
    [
        (lambda t: (0.1 + 0.2 * t, 0.5), 0.3),
        (lambda t: (0.1 + 0.6 * t, 0.9 - 0.5 * t), 0.08),
        (lambda t: (0.3 + 0.1 * t * t, 0.2 + 0.05 * t), 0.3),
    ],
    ids=["walks", "rides past", "speeds up"],
)
def test_something_looked_at_now_and_then_is_covered_in_every_frame(
    path: Callable[[float], Place], every_s: float
) -> None:
    trails = linked(seen(path, ticks(0, 1, every_s)))
    assert len(trails) == 1
    for t in ticks(0, 0.9, 0.01):
        assert covers(trails, t, path(t)), t


def test_a_face_missed_for_most_of_a_second_is_covered_meanwhile() -> None:
    path = lambda t: (0.2 + 0.1 * t, 0.5)  # noqa: E731
    times = [t for t in ticks(0, 3, 0.1) if not 1.0 < t < 1.85]
    trails = linked(seen(path, times))
    assert len(trails) == 1
    assert all(covers(trails, t, path(t)) for t in ticks(0, 3, 0.02))


def test_who_comes_into_the_picture_is_covered_before_being_seen_and_after() -> None:
    path = lambda t: (0.2 * t, 0.5)  # noqa: E731
    trails = linked(seen(path, ticks(1, 2, 0.1)))
    for t in (1 - 0.9 * BEYOND_S, 1 - 0.4 * BEYOND_S, 2 + 0.4 * BEYOND_S, 2 + 0.9 * BEYOND_S):
        assert covers(trails, t, path(t)), t
    assert not covers(trails, 2 + 2 * BEYOND_S, path(2 + 2 * BEYOND_S)), "and not for ever"


def test_what_was_seen_once_is_covered_where_it_was_and_around() -> None:
    trails = linked([Sighting(5.0, region(0.5, 0.5), "face")])
    assert covers(trails, 4.8, (0.51, 0.49))
    assert trails[0].at(4.4) is None


def test_faces_that_cross_are_both_covered_whoever_is_taken_for_whom() -> None:
    one, other = (lambda t: (0.2 + 0.3 * t, 0.5)), (lambda t: (0.8 - 0.3 * t, 0.51))
    both = sorted(seen(one, ticks(0, 2, 0.1)) + seen(other, ticks(0, 2, 0.1)), key=lambda s: s.t_s)
    trails = linked(both)
    for t in ticks(0, 2, 0.03):
        assert covers(trails, t, one(t)), t
        assert covers(trails, t, other(t)), t


def test_a_crowd_that_is_seen_now_and_then_is_covered_always() -> None:
    """Forty heads walking on straight lines, each missed by a third of the looks."""
    dice = random.Random(4)
    walks = [
        (dice.uniform(0, 1), dice.uniform(0, 1), dice.uniform(-0.1, 0.1), dice.uniform(-0.05, 0.05)) for _ in range(40)
    ]
    where = [lambda t, w=w: (w[0] + w[2] * t, w[1] + w[3] * t) for w in walks]
    times = ticks(0, 4, 0.1)
    both = [
        Sighting(t, region(*path(t), 0.03), "head")
        for t in times
        for path in where
        if t in (times[0], times[-1]) or dice.random() > 0.33
    ]
    trails = linked(both)
    missed = sum(not covers(trails, t, path(t), 0.03) for t in ticks(0, 4, 0.05) for path in where)
    assert missed == 0


def test_a_plate_is_never_followed_as_a_face_nor_a_near_face_as_a_far_one() -> None:
    apart = [
        Sighting(0.0, region(0.5, 0.5), "face"),
        Sighting(0.1, region(0.5, 0.5), "plate"),
        Sighting(0.2, region(0.5, 0.5, 4 * SIDE), "face"),
    ]
    assert len(linked(apart)) == 3


def test_what_comes_back_after_long_is_another_trail() -> None:
    assert len(linked(seen(lambda _t: (0.5, 0.5), [0.0, LINK_S + 0.2]))) == 2
