"""Which incident a report belongs to. Distances along a street that runs east."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from cameras.footage.window import TimeWindow
from jsc_project.lib.geo import LatLon, offset
from reports.grouping import Anchor, Choice, Look, Newcomer, Reach, choose, look_that_answers

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
CORNER = LatLon(-6.195, 106.825)
REACH = Reach(radius_m=60, time_s=2 * 3600)


def at(metres: float, minutes: float = 0) -> Newcomer:
    return Newcomer(offset(CORNER, 90, metres) if metres else CORNER, NOON + timedelta(minutes=minutes))


def anchor(pk: int, metres: float = 0, minutes: float = 0, closed: float | None = None) -> Anchor:
    newcomer = at(metres, minutes)
    closed_at = None if closed is None else NOON + timedelta(minutes=closed)
    return Anchor(pk, newcomer.point, newcomer.happened_at, closed_at)


@pytest.mark.parametrize(
    ("newcomer", "anchors", "expected"),
    [
        pytest.param(at(0), [], Choice(), id="the first report opens one"),
        pytest.param(at(59), [anchor(1)], Choice(joins=1), id="within the radius"),
        pytest.param(at(61), [anchor(1)], Choice(), id="beyond the radius"),
        pytest.param(at(0, 120), [anchor(1)], Choice(joins=1), id="two hours later, border included"),
        pytest.param(at(0, 121), [anchor(1)], Choice(), id="later than that"),
        pytest.param(at(0, -119), [anchor(1)], Choice(joins=1), id="happened earlier, told later"),
        pytest.param(at(0, -121), [anchor(1)], Choice(), id="happened too early"),
        pytest.param(at(30), [anchor(1, 0), anchor(2, 50)], Choice(joins=2), id="the nearest anchor"),
        pytest.param(at(0), [anchor(2, 0, 5), anchor(1, 0, 9)], Choice(joins=2), id="a tie goes to the older"),
        pytest.param(at(0), [anchor(2), anchor(1)], Choice(joins=1), id="then to the smaller id"),
        pytest.param(at(0), [anchor(2, 0.02, 5), anchor(1, 0, 9)], Choice(joins=2), id="centimetres are a tie"),
        pytest.param(at(0, 40), [anchor(1, closed=30)], Choice(recurs_after=1), id="after closing it recurs"),
        pytest.param(at(0, 20), [anchor(1, closed=30)], Choice(joins=1), id="before closing, told later: it joins"),
        pytest.param(at(0, 30), [anchor(1, closed=30)], Choice(joins=1), id="at the moment of closing it joins"),
        pytest.param(
            at(0, 20),
            [anchor(1, closed=30), anchor(2, 50)],
            Choice(joins=2),
            id="an open one comes first",
        ),
        pytest.param(
            at(0, 40),
            [anchor(1, 20, closed=30), anchor(2, 40, closed=35)],
            Choice(recurs_after=1),
            id="it recurs after the nearest",
        ),
        pytest.param(
            at(0, 40),
            [anchor(1, 20, closed=30), anchor(2, 40, closed=50)],
            Choice(joins=2),
            id="one that was still open then comes before a nearer one that was closed",
        ),
        pytest.param(at(0, 121), [anchor(1, closed=30)], Choice(), id="out of reach nothing recurs"),
    ],
)
def test_a_report_joins_opens_or_recurs(newcomer: Newcomer, anchors: list[Anchor], expected: Choice) -> None:
    for order in itertools.permutations(anchors):
        assert choose(newcomer, order, REACH) == expected


def test_members_make_no_chain() -> None:
    """A (0 m) is the anchor, B (50 m) joined it: C (100 m) is near B and does not belong."""
    assert choose(at(100), [anchor(1)], REACH) == Choice()


def look(pk: int, minutes: float = 0, cameras: frozenset[int] = frozenset({7})) -> Look:
    moment = NOON + timedelta(minutes=minutes)
    return Look(pk, TimeWindow(moment - timedelta(minutes=3), moment + timedelta(minutes=1)), moment, cameras)


@pytest.mark.parametrize(
    ("newcomer", "cameras", "looks", "expected"),
    [
        pytest.param(at(0), {7}, [], None, id="nobody has looked"),
        pytest.param(at(0, -2), {7, 8}, [look(1)], 1, id="the window holds it and a camera sees it"),
        pytest.param(at(0, 40), {7}, [look(1)], None, id="another time needs another look"),
        pytest.param(at(0, 29), {7}, [look(1)], 1, id="but not within half an hour"),
        pytest.param(at(0, 30), {7}, [look(1)], None, id="half an hour later it may be looked at again"),
        pytest.param(at(0, -29), {7}, [look(1)], 1, id="half an hour counts both ways"),
        pytest.param(at(0), {8}, [look(1)], 1, id="another corner at that time shares it"),
        pytest.param(at(0, 60), set(), [look(1), look(2, 60)], 2, id="where no camera sees, its time says so"),
        pytest.param(at(0, 60), {8}, [look(1), look(2, 60, frozenset({8}))], 2, id="the look that sees it"),
    ],
)
def test_a_joiner_shares_a_look_or_asks_for_one(
    newcomer: Newcomer, cameras: set[int], looks: list[Look], expected: int | None
) -> None:
    assert look_that_answers(newcomer, frozenset(cameras), looks) == expected
