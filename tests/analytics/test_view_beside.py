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

    def pictures_at(self, times_s: Sequence[float]) -> Iterator[Frame]:
        return iter([Frame(0.0, self.picture)])


def held(now: Picture, zone: Zone = RIVER) -> bool:
    return is_held_beside([zone], cast("FileClip", Shown(now)), DrawnView(street()), None, None)


def test_water_all_over_a_zone_leaves_what_is_beside_it() -> None:
    assert held(flooded(street()))
    assert held((flooded(street()) * 0.6).astype(np.uint8))


@pytest.mark.parametrize("by", [(0, 13), (0, -20), (8, 0), (-12, 10)])
def test_a_camera_that_turned_is_another_view_beside_the_zone_too(by: tuple[int, int]) -> None:
    assert not held(np.asarray(np.roll(flooded(street()), by, axis=(0, 1)), np.uint8))


def test_another_place_is_not_this_one_and_a_zone_over_everything_leaves_nothing_to_tell_it_by() -> None:
    assert not held(flooded(street(seed=2)))
    assert not held(flooded(street()), ALL)
    assert not is_held_beside([], cast("FileClip", Shown(street())), DrawnView(street()), None, None)
