"""Who stays: one person who keeps to one place, told from people who take turns there and from pictures of people.

A track id would say who is who where pictures are dense; at keyframe rates place, look and clothes have to. A *chain*
of detections in one place is put together first, then the stretch of it that is one person's is taken. Measured on
rendered pavements (choosing seeds): whoever stands is half the time within .07 of a body's height of his median place,
detector's jitter included; a chain put together from passers-by within .12 to .33.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analytics.clothes import tints_apart, tones_apart, usual, worn_by
from analytics.frames import Survey
from analytics.one_person import RULES, StayRules, alike, close, of_one
from analytics.painted import POSTER, sameness_of
from analytics.people import Box, Seen, crop_of, likeness
from analytics.sample import Sample

MISSED = 0.8
"""How much a picture counts in which the place looks like him and the detector found nobody."""

STILL_HEAD = 0.05
"""In body heights: no walker's head keeps its place in the picture so well, not even away from the camera."""


@dataclass(slots=True, eq=False)
class Stay:
    """One person who keeps to one place: what was seen of him, and the edges of the time."""

    seen: list[Seen]
    start_s: float = 0.0
    end_s: float = 0.0
    looked: int = 1
    """Pictures between the first and the last, whether he was found in them or not."""
    stood: int = 0
    """Of those without him, how many show his place as he left it: the detector missed him."""

    @property
    def dwell_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def evidence(self) -> float:
        """Mean confidence; a picture in which the detector missed him counts ``MISSED`` of it, one without him 0."""
        mean = float(np.mean([one.confidence for one in self.seen]))
        return mean * (len(self.seen) + MISSED * self.stood) / max(1, self.looked)

    @property
    def box(self) -> Box:
        return np.asarray(np.median(np.stack([one.box for one in self.seen]), axis=0), np.float32)

    @property
    def spread(self) -> float:
        """Median distance from the median place, in body heights: of the feet, or of a head that keeps its place
        while something hides the legs now and then."""
        feet = np.stack([one.foot for one in self.seen])
        heights = np.array([one.height for one in self.seen])
        heads = np.stack([_head(one) for one in self.seen])
        apart = [np.median(np.linalg.norm(ends - np.median(ends, axis=0), axis=1)) for ends in (feet, heads)]
        foot, head = (float(away / np.median(heights)) for away in apart)
        return head if head <= STILL_HEAD else foot

    def is_settled(self, rules: StayRules) -> bool:
        """Whether he stood, rather than passed or was put together from people who passed."""
        return self.spread <= rules.settled_heights

    def is_poster(self, survey: Survey) -> bool:
        """Whether the figure is a part of the scene: a picture of somebody, a dummy, or somebody asleep."""
        return sameness_of(survey, self.box, [one.number for one in self.seen]) >= POSTER


def stays_of_people(people: Sequence[Sequence[Seen]], survey: Survey, rules: StayRules = RULES) -> list[Stay]:
    """Everybody who keeps to one place for two pictures and more, longest first; each detection serves one stay."""
    used: set[int] = set()
    stays = []
    pictures = [_Picture.of(picture) for picture in people]
    for picture in people:
        for one in picture:
            if id(one) not in used:
                chain = _chain(one, pictures, used, survey, rules)
                if len(chain) < 2:  # most of a crowd that walks
                    continue
                chain = of_one(chain, survey, rules)
                used |= {id(link) for link in chain}
                if len(chain) >= 2:
                    stays.append(_settled(chain, survey, rules))
    return sorted(stays, key=lambda stay: -stay.dwell_s)


def _chain(first: Seen, pictures: Sequence[_Picture], used: set[int], survey: Survey, rules: StayRules) -> list[Seen]:
    chain, there_s = [first], first.t_s
    hidden_s = max(rules.hidden_s, 2.1 * survey.usual_step_s)
    known = _Known(chain)
    for sample, picture in zip(survey.samples[first.number + 1 :], pictures[first.number + 1 :], strict=True):
        if sample.t_s - there_s > hidden_s or sample.t_s - chain[-1].t_s > rules.covered_s:
            break
        beside = picture.beside(known, rules)
        near = [one for one in beside if id(one) not in used and known.keeps(one, rules)]
        if near:
            chain.append(max(near, key=lambda one: likeness(chain[-1].crop, one.crop)))
        if near or known.stands(sample, rules) or any(known.is_part(one, rules) for one in beside):
            there_s = sample.t_s
        known = _Known(chain) if near else known
    return chain


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """The people of one picture, and where: in a crowd only those beside a place need be asked whether they are he,
    else the cost would grow with the square of the crowd."""

    people: Sequence[Seen]
    feet: npt.NDArray[np.float64]
    heights: npt.NDArray[np.float64]

    @classmethod
    def of(cls, people: Sequence[Seen]) -> _Picture:
        feet = np.array([one.foot for one in people], np.float64).reshape(-1, 2)
        return cls(people, feet, np.array([one.height for one in people], np.float64))

    def beside(self, known: _Known, rules: StayRules) -> list[Seen]:
        """Everybody whom ``known`` may keep or take for a part of him; hardly anybody else."""
        if not self.people:
            return []
        tall = np.maximum(self.heights, known.last.height)
        foot = np.hypot(*(self.feet - known.place).T)
        head = np.hypot(self.feet[:, 0] - known.head[0], self.feet[:, 1] - self.heights - known.head[1])
        reach = max(rules.hull_heights / 2, rules.rooted_heights) * tall
        close_by = np.minimum(foot, head) <= 1.001 * reach
        return [self.people[int(n)] for n in np.flatnonzero(close_by)]


def _head(one: Seen) -> npt.NDArray[np.float64]:
    return one.foot - np.array([0.0, one.height])


class _Known:
    """What a chain so far says of one person: his place, and what he wore lately."""

    def __init__(self, chain: Sequence[Seen]) -> None:
        self.last = chain[-1]
        self.place = np.median(np.stack([one.foot for one in chain[:7]]), axis=0)
        self.head = np.median(np.stack([_head(one) for one in chain[:7]]), axis=0)
        self.worn = usual([one.worn for one in chain[-5:]])

    def keeps(self, one: Seen, rules: StayRules) -> bool:
        """Whether this is he, and still there."""
        height = max(one.height, self.last.height)
        away = float(np.linalg.norm(one.foot - self.place)) / height
        if away > rules.hull_heights / 2 or self._wears_other(one, rules):
            return False
        look = likeness(self.last.crop, one.crop)
        if look >= rules.same_look:
            return True
        if min(away, float(np.linalg.norm(_head(one) - self.head)) / height) > rules.rooted_heights:
            return False
        if one.t_s - self.last.t_s > rules.turned_s:
            return look >= rules.turned_look and bool(close(one.worn, self.worn, rules))
        whole = abs(one.height / self.last.height - 1) <= rules.same_height
        return (whole and look >= rules.turned_look) or self._wears_the_colour(one, rules)

    def is_part(self, one: Seen, rules: StayRules) -> bool:
        """Whether this may be what is seen of him: feet or head in his very place, the rest hidden."""
        ends = ((one.foot, self.place), (_head(one), self.head))
        away = min(float(np.linalg.norm(end - place)) for end, place in ends) / self.last.height
        return away <= rules.rooted_heights and one.height < (1 - rules.same_stature) * self.last.height

    def stands(self, sample: Sample, rules: StayRules) -> bool:
        """Whether his last place still looks like him, whatever the detector saw."""
        look = likeness(self.last.crop, crop_of(sample.grey, self.last.box))
        return look >= rules.same_look and bool(alike(worn_by(sample, self.last.box), self.worn, rules))

    def _wears_the_colour(self, one: Seen, rules: StayRules) -> bool:
        """Whether his shirt has a colour, and this one too: what is grey, or seen by infrared, tells nobody apart."""
        coloured = float(np.linalg.norm(self.worn[0, 1:] - 128)) >= rules.other_tint
        return coloured and bool(tints_apart(one.worn, self.worn)[0] < rules.other_tint)

    def _wears_other(self, one: Seen, rules: StayRules) -> bool:
        if np.abs(one.worn - self.worn)[:2, 0].max() < rules.least_tone:
            return False
        return bool(tones_apart(one.worn, self.worn) >= rules.other_clothes)


def _settled(chain: list[Seen], survey: Survey, rules: StayRules) -> Stay:
    times = survey.times_s
    first, last, half = chain[0].number, chain[-1].number, survey.usual_step_s / 2
    start = float(times[first]) - (min(half, float(times[first] - times[first - 1]) / 2) if first else 0.0)
    end = survey.end_s if last == len(times) - 1 else float(times[last]) + half
    return Stay(chain, max(0.0, start), end, last - first + 1, _stood(chain, survey, rules))


def _stood(chain: Sequence[Seen], survey: Survey, rules: StayRules) -> int:
    """In how many pictures between the chain's he stands unseen."""
    return sum(
        _Known([before]).stands(sample, rules)
        for before, after in pairwise(chain)
        for sample in survey.samples[before.number + 1 : after.number]
    )
