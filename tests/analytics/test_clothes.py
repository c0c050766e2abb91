"""Two people who take turns in one place wear two things; one person wears one, in whatever light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from analytics.checks.loitering import Loitering
from analytics.clothes import tints_apart, tones_apart, worn_by
from analytics.detections import Detections
from analytics.frames import surveyed
from analytics.verdict import Verdict
from analytics.zones import whole_picture
from cameras.footage.frame import Picture
from tests.analytics.street import HEIGHT, WIDTH, Actor, Street, standing

RED, BLUE, SAND, BLACK = (40, 40, 170), (160, 80, 40), (120, 160, 190), (35, 35, 35)
PLACE = (0.4, 0.3, 0.08, 0.45)
"""x, y of the upper left corner, width, height."""


@dataclass
class Dressed(Street):
    """A street whose people wear colours: shirt and trousers by the number of their look."""

    wardrobe: tuple[tuple[tuple[int, int, int], tuple[int, int, int]], ...] = ()
    infrared: bool = False

    def _drawn(self, t_s: float) -> Picture:
        picture = super()._drawn(t_s).astype(np.float64)
        for actor in self.actors:
            box = actor.place(t_s)
            if box is None or actor.name != "person":
                continue
            shirt, trousers = self.wardrobe[actor.look]
            x, y, w, h = (round(v * side) for v, side in zip(box, (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True))
            fold = 1 + 0.12 * np.sin(np.arange(w) / 3)[None, :, None]
            for begin, end, colour in ((0.15, 0.5, shirt), (0.5, 1.0, trousers)):
                rows = slice(y + round(begin * h), y + round(end * h))
                picture[rows, x : x + w] = np.array(colour) * fold * self.gain(t_s)
        if self.infrared:
            picture[:] = picture.mean(axis=2, keepdims=True)
        return np.clip(picture, 0, 255).astype(np.uint8)


def person(look: int, start_s: float, end_s: float) -> Actor:
    x, y, w, h = PLACE
    return Actor(standing(x, y, start_s, end_s, w=w, h=h), "person", 0.8, look)


def loitered(street: Street) -> Verdict:
    check = Loitering()
    return check.run(street, [whole_picture("pavement")], replace(check.defaults, min_dwell_s=20.0), street).verdict


def turns(first: tuple[tuple[int, int, int], ...], then: tuple[tuple[int, int, int], ...], step: float) -> Dressed:
    """Three people for twelve seconds each, the next one second after the last; the third wears what the first did."""
    people = [person(0, 1, 13), person(1, 14, 26), person(0, 27, 39)]
    return Dressed(people, seconds=40, step=step, wardrobe=(first, then))  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [1.0, 0.5, 0.2])
@pytest.mark.parametrize("then", [(BLUE, BLACK), (RED, SAND), (SAND, RED)])
def test_who_wears_something_else_is_somebody_else(then: tuple[tuple[int, int, int], ...], step: float) -> None:
    assert loitered(turns((RED, BLACK), then, step)) is not Verdict.SUPPORTED


@pytest.mark.parametrize("step", [1.0, 0.5, 0.2])
def test_one_person_in_changing_light_is_one(step: float) -> None:
    def cloud(t: float) -> float:
        return 0.6 if 14 < t < 22 else 1.0

    street = Dressed([person(0, 8, 34)], seconds=40, step=step, gain=cloud, wardrobe=((RED, BLUE),))
    assert loitered(street) is Verdict.SUPPORTED


def test_whom_the_detector_misses_for_nine_seconds_still_stands_there() -> None:
    missed = replace(person(0, 8, 34), missed=lambda number: 14 <= number < 23)
    street = Dressed([missed], seconds=40, step=1.0, wardrobe=((RED, BLUE),))
    assert loitered(street) is Verdict.SUPPORTED


def test_who_leaves_for_nine_seconds_did_not_stay() -> None:
    street = Dressed([person(0, 2, 14), person(0, 23, 36)], seconds=40, step=1.0, wardrobe=((RED, BLUE),))
    assert loitered(street) is not Verdict.SUPPORTED


def test_infrared_shows_who_stays_too() -> None:
    assert (
        loitered(Dressed([person(0, 8, 34)], seconds=40, infrared=True, wardrobe=((RED, BLUE),))) is Verdict.SUPPORTED
    )


def test_light_changes_clothes_by_one_factor_and_others_by_more() -> None:
    wardrobe = ((RED, BLUE), (BLUE, RED))
    street = Dressed([person(0, 0, 9), person(1, 20, 40)], seconds=40, gain=lambda t: 0.5 if t > 4 else 1.0, step=1.0)
    street.wardrobe = wardrobe
    x, y, w, h = PLACE
    box = np.array([x, y, x + w, y + h], np.float32)
    samples = {round(sample.t_s): sample for sample in surveyed(street, street).samples}
    bright, dark, other = (worn_by(samples[at], box) for at in (2, 7, 30))
    assert tints_apart(bright, dark).max() < 8 < 40 < tints_apart(bright, other).min()
    assert tones_apart(bright, dark) < 1.2
    grey = worn_by(replace(samples[2], tint=None, detections=Detections.none()), box)
    assert (grey[:2, 1:] == 128).all()
