"""Who stays: one person who keeps to one place, told from people who take turns there and from pictures of people.

A track id would say who is who where pictures are dense; at keyframe rates place, look and clothes have to. Measured on
rendered pavements (choosing seeds): whoever stands is half the time within .07 of a body's height of his median place,
detector's jitter included; a chain put together from passers-by within .12 to .33.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.frames import Survey
from analytics.painted import POSTER, sameness_of
from analytics.people import Box, Seen, likeness
from analytics.sample import Grey

TORSO, LEGS = (slice(10, 21), slice(6, 18)), (slice(26, 43), slice(6, 18))
"""Rows and columns of a crop (48 by 24) where shirt and trousers are."""


@dataclass(frozen=True, slots=True)
class StayRules:
    """``hull_heights``: whoever stays within it does not walk; ``settled_heights``: median distance from the median
    place under which he stood. ``hidden_s``: how long a stay may be interrupted.

    ``same_look``: correlation of two crops of one person a few seconds apart (real footage, 2 s apart: .80-1.0 for
    somebody who stands, .15-.64 when another took the place). Who turns round looks less alike (.43-.69 rendered):
    ``turned_look`` does where the feet are within ``rooted_heights`` of the place, the height within ``same_height``,
    and no more than ``turned_s`` passed, in which nobody leaves a spot and another takes it.
    ``other_clothes``: shirt and trousers of one person change by one factor when a shadow comes; by factors this far
    apart they are somebody else's. ``least_tone``: grey levels of difference that count at all.
    """

    hull_heights: float = 1.0
    settled_heights: float = 0.11
    hidden_s: float = 4.0
    same_look: float = 0.65
    turned_look: float = 0.35
    rooted_heights: float = 0.15
    same_height: float = 0.15
    turned_s: float = 2.2
    other_clothes: float = 1.7
    least_tone: float = 14.0


@dataclass(slots=True, eq=False)
class Stay:
    """One person who keeps to one place: what was seen of him, and the edges of the time."""

    seen: list[Seen]
    start_s: float = 0.0
    end_s: float = 0.0
    looked: int = 1
    """Pictures between the first and the last, whether he was found in them or not."""

    @property
    def dwell_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def evidence(self) -> float:
        """Mean confidence, a picture without him counting 0."""
        return float(sum(one.confidence for one in self.seen) / max(1, self.looked))

    @property
    def box(self) -> Box:
        return np.asarray(np.median(np.stack([one.box for one in self.seen]), axis=0), np.float32)

    @property
    def spread(self) -> float:
        """Median distance from the median place, in body heights."""
        feet = np.stack([one.foot for one in self.seen])
        away = np.linalg.norm(feet - np.median(feet, axis=0), axis=1)
        return float(np.median(away) / np.median([one.height for one in self.seen]))

    def is_settled(self, rules: StayRules) -> bool:
        """Whether he stood, rather than passed or was put together from people who passed."""
        return self.spread <= rules.settled_heights

    def is_poster(self, survey: Survey) -> bool:
        """Whether the figure is a part of the scene: a picture of somebody, a dummy, or somebody asleep."""
        return sameness_of(survey, self.box, [one.number for one in self.seen]) >= POSTER


def stays_of_people(people: Sequence[Sequence[Seen]], survey: Survey, rules: StayRules = StayRules()) -> list[Stay]:
    """Everybody who keeps to one place for two pictures and more, longest first; each detection serves one stay."""
    used: set[int] = set()
    stays = []
    hidden_s = max(rules.hidden_s, 2.1 * survey.usual_step_s)
    for picture in people:
        for one in picture:
            if id(one) not in used:
                chain = _chain(one, people, used, rules, hidden_s)
                used |= {id(link) for link in chain}
                if len(chain) >= 2:
                    stays.append(_settled(chain, survey))
    return sorted(stays, key=lambda stay: -stay.dwell_s)


def _chain(
    first: Seen, people: Sequence[Sequence[Seen]], used: set[int], rules: StayRules, hidden_s: float
) -> list[Seen]:
    chain = [first]
    for picture in people[first.number + 1 :]:
        if not picture:
            continue
        if picture[0].t_s - chain[-1].t_s > hidden_s:
            break
        known = _Known(chain)
        near = [one for one in picture if id(one) not in used and known.keeps(one, rules)]
        if near:
            chain.append(max(near, key=lambda one: likeness(chain[-1].crop, one.crop)))
    return chain


class _Known:
    """What a chain so far says of one person: his place, and what he wore lately."""

    def __init__(self, chain: Sequence[Seen]) -> None:
        self.last = chain[-1]
        self.place = np.median(np.stack([one.foot for one in chain[:7]]), axis=0)
        self.tones = np.median(np.stack([_tones(one.crop) for one in chain[-5:]]), axis=0)

    def keeps(self, one: Seen, rules: StayRules) -> bool:
        """Whether this is he, and still there."""
        height = max(one.height, self.last.height)
        away = float(np.linalg.norm(one.foot - self.place)) / height
        if away > rules.hull_heights / 2 or self._wears_other(one, rules):
            return False
        look = likeness(self.last.crop, one.crop)
        if look >= rules.same_look:
            return True
        rooted = away <= rules.rooted_heights and abs(one.height / self.last.height - 1) <= rules.same_height
        return rooted and look >= rules.turned_look and one.t_s - self.last.t_s <= rules.turned_s

    def _wears_other(self, one: Seen, rules: StayRules) -> bool:
        now = _tones(one.crop)
        if np.abs(now - self.tones).max() < rules.least_tone:
            return False
        shirt, trousers = (now + 4) / (self.tones + 4)
        return float(max(shirt / trousers, trousers / shirt)) >= rules.other_clothes


def _tones(crop: Grey) -> npt.NDArray[np.float64]:
    """Mean grey of shirt and trousers."""
    return np.array([crop[TORSO].mean(), crop[LEGS].mean()])


def _settled(chain: list[Seen], survey: Survey) -> Stay:
    times = survey.times_s
    first, last, half = chain[0].number, chain[-1].number, survey.usual_step_s / 2
    start = float(times[first]) - (min(half, float(times[first] - times[first - 1]) / 2) if first else 0.0)
    end = survey.end_s if last == len(times) - 1 else float(times[last]) + half
    return Stay(chain, max(0.0, start), end, last - first + 1)
