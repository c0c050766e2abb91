"""A river over its banks changes most of a picture and turns no camera: the view is asked for beside the zones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest

from analytics.frames import FileClip
from analytics.view_gate import DrawnView, is_held_beside
from analytics.zones import Zone
from cameras.footage.frame import Frame, Picture
from tests.analytics.test_ground import flooded, street

RIVER = Zone("river", ((0.0, 0.44), (1.0, 0.44), (1.0, 1.0), (0.0, 1.0)))
ALL = Zone("river", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


@dataclass
class Shown:
    """As much of a ``FileClip`` as the view's comparison asks for."""

    picture: Picture
    is_still: bool = True
    later: Picture | None = None
    span_s: float = 30.0

    def pictures_at(self, times_s: Sequence[float]) -> Iterator[Frame]:
        shown = lambda t: self.picture if self.later is None or t < 12 else self.later  # noqa: E731
        return (Frame(t, shown(t)) for t in times_s)


def held(now: Picture, zone: Zone = RIVER) -> bool:
    return is_held_beside([zone], cast("FileClip", Shown(now)), DrawnView(street()), None, None)


def test_water_all_over_a_zone_leaves_what_is_beside_it() -> None:
    assert held(flooded(street()))
    assert held((flooded(street()) * 0.6).astype(np.uint8))


def test_a_narrow_strip_beside_a_zone_will_do_where_it_is_plainly_the_same() -> None:
    nearly_all = Zone("river", ((0.0, 0.15), (1.0, 0.15), (1.0, 1.0), (0.0, 1.0)))
    now = flooded(street(), 27)
    assert held(now, nearly_all)
    assert not held(np.asarray(np.roll(now, (0, 9), axis=(0, 1)), np.uint8), nearly_all)
    assert not held(flooded(street(seed=2), 27), nearly_all)


def test_what_spills_over_a_zone_and_stands_beside_it_leaves_half_of_the_neighbourhoods() -> None:
    """Parked lorries before the houses, and water up to them: half of what lies beside the zone is as it was."""
    low = Zone("road", ((0.0, 0.6), (1.0, 0.6), (1.0, 1.0), (0.0, 1.0)))
    now = flooded(street(), 80)
    for left in (20, 120, 220):
        now[20:80, left : left + 45] = flooded(street(5), 10)[20:80, left : left + 45]
    assert held(now, low)
    for by in ((0, 9), (0, -24), (10, 0)):
        assert not held(np.asarray(np.roll(now, by, axis=(0, 1)), np.uint8), low)


def test_water_that_comes_while_the_clip_runs_turns_no_camera_that_was_in_place_before() -> None:
    rises = cast("FileClip", Shown(street(), False, flooded(street(), 0)))
    assert is_held_beside([ALL], rises, DrawnView(street()), None, None)
    elsewhere = cast("FileClip", Shown(street(seed=2), False, flooded(street(), 0)))
    assert not is_held_beside([ALL], elsewhere, DrawnView(street()), None, None)


@dataclass
class Wandering(Shown):
    """A view that wanders off after some seconds, by so many pixels a second."""

    by: float = 2.0

    def pictures_at(self, times_s: Sequence[float]) -> Iterator[Frame]:
        return (Frame(t, np.roll(self.picture, -round(self.by * max(0.0, t - 9)), axis=1)) for t in times_s)


@pytest.mark.parametrize("by", [2.0, 6.0, 20.0])
def test_a_camera_that_turns_slowly_after_the_beginning_is_not_held_by_its_beginning(by: float) -> None:
    still = cast("FileClip", Wandering(street(), False, by=0.0))
    assert is_held_beside([ALL], still, DrawnView(street()), None, None)
    turning = cast("FileClip", Wandering(street(), False, by=by))
    assert not is_held_beside([ALL], turning, DrawnView(street()), None, None)


@pytest.mark.parametrize("by", [(0, 13), (0, -20), (8, 0), (-12, 10)])
def test_a_camera_that_turned_is_another_view_beside_the_zone_too(by: tuple[int, int]) -> None:
    assert not held(np.asarray(np.roll(flooded(street()), by, axis=(0, 1)), np.uint8))


def test_another_place_is_not_this_one_and_a_zone_over_everything_leaves_nothing_to_tell_it_by() -> None:
    assert not held(flooded(street(seed=2)))
    assert not held(flooded(street()), ALL)
    assert not is_held_beside([], cast("FileClip", Shown(street())), DrawnView(street()), None, None)
