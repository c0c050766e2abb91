"""How much of a river's bank went under: painted pictures with known truth."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.bank import Bank, bank_of
from analytics.bank_within import bank_within
from analytics.water import Plane
from cameras.footage.frame import Picture
from tests.analytics.test_ground import below, flooded, moved, street

USUAL, HIGH = 140, 90
"""Rows from which down the river stands."""

PLACE = below(80)
BROWN, GREEN = (0.45, 0.7, 1.0), (0.7, 1.0, 0.75)


def planes(before: int, now: int) -> tuple[Plane, Plane]:
    """The network's, of water from these rows down."""
    return below(before).astype(np.float32), below(now).astype(np.float32)


def test_a_river_that_climbs_its_bank_covers_it() -> None:
    before, risen = flooded(street(), USUAL), flooded(street(), HIGH)
    high = bank_of(risen, before, PLACE, planes(USUAL, HIGH))
    assert high.is_under(0.1)
    assert high.under >= 0.4
    same = bank_of(flooded(street(), 137), before, PLACE, planes(USUAL, 137))
    assert not same.is_under(0.1)
    assert not same.is_partly_under


def test_a_little_of_a_bank_counts_where_it_is_much_of_the_place() -> None:
    assert Bank(20, 0.28, 0.15).is_under(0.1)
    assert not Bank(20, 0.28, 0.08).is_under(0.1)
    assert Bank(20, 0.5, 0.05).is_under(0.1)
    assert not Bank(3, 0.9, 0.5).is_under(0.1), "three neighbourhoods are no bank"


def test_a_bank_that_shows_stands_and_a_few_neighbourhoods_say_nothing() -> None:
    assert Bank(20, 0.1, 0.02).is_seen
    assert not Bank(20, 0.3, 0.06).is_seen
    assert not Bank(3, 0.0, 0.0).is_seen


def river(row: int, tint: tuple[float, float, float], light: float = 1.0) -> Picture:
    """Grey land, and below this row a river of this colour."""
    shown = flooded(street(), row).astype(np.float32)
    shown[row:] *= tint
    return np.clip(shown * light, 0, 255).astype(np.uint8)


BLIND = np.zeros((180, 320), np.float32)
"""A network that takes the river's colour of today for earth."""


@pytest.mark.parametrize("tint", [BROWN, GREEN])
def test_a_river_of_another_colour_is_told_by_the_bank_that_went_under(tint: tuple[float, float, float]) -> None:
    usual = planes(USUAL, USUAL)[0]
    high = bank_of(river(HIGH, tint), river(USUAL, BROWN), PLACE, (usual, BLIND))
    assert high.has_turned
    assert high.turned == pytest.approx((USUAL - HIGH) / (USUAL - 80), abs=0.15)
    assert high.under == 0.0, "the network does not say so"
    assert not high.is_seen


@pytest.mark.parametrize(
    "now",
    [
        river(USUAL, GREEN),
        river(USUAL, BROWN, 0.6),
        moved(river(USUAL, GREEN), 4, 0),
        np.clip(river(USUAL, BROWN) * 0.7 + 50, 0, 255).astype(np.uint8),
    ],
    ids=["another colour", "shade", "the pole bends", "haze"],
)
def test_a_river_at_its_level_leaves_its_bank_whatever_it_looks_like(now: Picture) -> None:
    same = bank_of(now, river(USUAL, BROWN), PLACE, (planes(USUAL, USUAL)[0], BLIND))
    assert same.apart >= 6
    assert same.turned <= 0.1
    assert same.is_seen


def test_another_view_and_a_bank_like_its_river_say_nothing() -> None:
    usual = planes(USUAL, USUAL)[0]
    elsewhere = bank_of(flooded(street(2), HIGH), river(USUAL, BROWN), PLACE, (usual, BLIND))
    assert elsewhere.around is not None and elsewhere.around < 0.45
    assert not elsewhere.has_turned
    assert bank_of(river(HIGH, BROWN), river(USUAL, BROWN), PLACE, (BLIND, BLIND)).apart == 0, "no river was known"


def test_a_bank_is_under_by_the_sign_that_says_more() -> None:
    assert Bank(20, 0.1, 0.02, 12, 0.4, 0.8).is_under(0.1)
    assert Bank(20, 0.1, 0.02, 12, 0.4, None).share_under == 0.4
    assert not Bank(20, 0.1, 0.02, 12, 0.4, 0.2).is_under(0.1), "the rest of the picture is another"
    assert not Bank(20, 0.1, 0.02, 3, 0.9, 0.8).is_under(0.1)
    assert not Bank(20, 0.1, 0.02, 12, 0.25, 0.8).is_seen


def filmed(rows: list[int], tint: tuple[float, float, float] = BROWN) -> tuple[list[Picture], list[Plane]]:
    """A clip in which the river stands from these rows down, its waves elsewhere in each picture; and what a network
    sees in it that knows this river's usual bed alone."""
    shown = []
    for n, row in enumerate(rows):
        picture, waves = street().astype(np.float32), np.random.default_rng(n).normal(0, 9, (180, 320, 1))
        picture[row:] = (110 + waves[row:]) * np.asarray(tint)
        shown.append(np.clip(picture, 0, 255).astype(np.uint8))
    return shown, [below(rows[0]).astype(np.float32)] * len(rows)


def test_a_river_that_rises_while_the_clip_runs_is_told_without_a_picture_of_other_days() -> None:
    rises, stays = (
        bank_within(pictures, PLACE, water)
        for pictures, water in (filmed([140, 140, 130, 120, 110, 100, 90, 90, 90]), filmed([140] * 9))
    )
    assert rises.has_turned
    assert rises.turned == pytest.approx(0.75, abs=0.15)
    assert stays.apart >= 6
    assert stays.turned == 0.0


def test_a_boat_that_comes_to_lie_before_a_bank_is_no_river() -> None:
    pictures, water = filmed([140] * 9)
    for picture in pictures[4:]:
        picture[85:150, 30:290] = (30, 200, 240)
    assert not bank_within(pictures, PLACE, water).has_turned


def test_two_pictures_and_a_clip_without_any_river_say_nothing_of_a_bank() -> None:
    pictures, water = filmed([140, 90])
    assert bank_within(pictures, PLACE, water).parts >= 0
    assert bank_within(pictures[:1], PLACE, water[:1]).turned == 0.0
    dry, nothing = filmed([180] * 6)
    assert not bank_within(dry, PLACE, nothing).has_turned


def test_mud_on_a_bank_and_a_boat_at_its_moorings_rest_where_the_river_does_not() -> None:
    usual = planes(USUAL, USUAL)[0]
    stirred = lambda row: 4 * below(row).astype(np.float32)  # noqa: E731
    high, before = river(HIGH, BROWN), river(USUAL, BROWN)
    water, mud = (bank_of(high, before, PLACE, (usual, BLIND), stirred(row)) for row in (HIGH, USUAL))
    assert water.has_turned
    assert not mud.has_turned
    assert mud.is_changed, "nor is it said that the bank stands dry"
    assert bank_of(high, before, PLACE, (usual, BLIND), stirred(181)).has_turned, "a river that lies still"
