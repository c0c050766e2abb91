"""Which newcomers were left behind: things, and neither somebody, nor a vehicle, nor light, nor bare ground.

`analytics.newcomers` finds edges that a place did not have. Here the single pictures are asked what they belong to: do
they look the same since, and other than before, on the very pixels of the new edges; did something that stood there go;
what does the detector call it, and can it be that (`analytics.called`, `analytics.travelled`)?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from analytics.arrived import NEAR_ONSET_S, SETTLING_S, Arrival, Kinds, parting_s
from analytics.called import Claim, Standing, claim_of, mask_of, mostly_inside, ruler_of
from analytics.frames import Survey
from analytics.just_before import carried_in, rolled_in
from analytics.newcomers import Box, Newcomer
from analytics.queued import is_cut_off, joined_a_queue
from analytics.relit import is_relit
from analytics.sample import Grey
from analytics.travelled import TravelRules, travelled
from analytics.trusted_names import TrustInNames


@dataclass(frozen=True, slots=True)
class LeftRules:
    """``since``: least likeness of its edges since it came, median; ``before``: likeness that a fifth of the pictures
    before may reach. ``uncovered``: share of the pictures before in which something else stood there: what then
    shows is the ground. ``near``, ``near_people``, ``together``: who came with it and is seen so close (share of his
    own size, people being narrow) in so many of the pictures explains it: a shadow, a mirror, a bag that somebody waits
    beside. ``sure``, ``person``: confidence from which the name of a vehicle, and of a person, decides by itself; what
    it is depends on the weights (``analytics.trusted_names``). ``carried``: confidence under which a vehicle's name
    says nothing where somebody brought the thing. ``low``: nobody who stands has only this share of the height of
    those who walk past, if it is as ``quiet`` as no child is; ``lowest_vehicle``: nor has a vehicle. ``dead_still``:
    likeness that nobody alive keeps whose box has ``seen_well_px``, ``nearly_still`` where the name is weaker than
    ``named``; ``whole``: share of the height of whoever is seen there, from which that stillness is his; ``lying``:
    who is so little higher than wide does not stand. ``all_of_it``: share of the thing that a vehicle's name must
    cover where the picture's edge cuts that off, to decide by itself. ``least``: of a person's height; nobody
    leaves behind what is smaller. ``same_time_s``: what came so near in time to a vehicle or somebody is part of
    him; to a shadow larger than itself, must ``stands_out`` in strength. ``travel``: how a vehicle that is not
    surely named is seen to have come; ``unnamed``: how surely what no detector names must be seen to come in by
    moving, to be a vehicle all the same; None where that is not asked, because who brings a bag moves too.

    Measured on rendered streets (choosing seeds): things left are .94 to 1.00 alike since they came (rain and a
    swaying mast .83) and at most .67 before; people who stand .75 to .96, parts of them up to .985. Things that are
    called people have .38 to .68 of their height, people .87 to 1.12.
    """

    since: float = 0.82
    before: float = 0.72
    uncovered: float = 0.5
    near: float = 0.25
    near_people: float = 0.6
    together: float = 0.6
    sure: float = TrustInNames().vehicle
    person: float = TrustInNames().person
    carried: float = TrustInNames().carried
    low: float = 0.7
    quiet: float = 0.87
    lowest_vehicle: float = 0.6
    dead_still: float = 0.995
    nearly_still: float = 0.985
    named: float = 0.45
    whole: float = 0.6
    seen_well_px: float = 20.0
    lying: float = 1.5
    all_of_it: float = 0.0
    least: float = 0.12
    same_time_s: float = 8.0
    stands_out: float = 1.8
    travel: TravelRules = field(default=TravelRules())
    unnamed: TravelRules | None = None

    def by(self, trust: TrustInNames) -> LeftRules:
        """The same rules with so much trust in a detector's names, where nobody set other figures."""
        usual, measured = TrustInNames(), (trust.vehicle, trust.person, trust.carried)
        given = zip((self.sure, self.person, self.carried), (usual.vehicle, usual.person, usual.carried), strict=True)
        chosen = [own if own != default else its for (own, default), its in zip(given, measured, strict=True)]
        return replace(self, sure=chosen[0], person=chosen[1], carried=chosen[2])


def left_among(
    found: Sequence[Newcomer], survey: Survey, kinds: Kinds, explained: float, rules: LeftRules = LeftRules()
) -> list[Newcomer]:
    """The newcomers that are things left behind, with the onset that the single pictures give. ``explained``: share of
    the pictures in which people or vehicles must be seen there to account for one; ``survey``: its pictures laid over
    each other (``analytics.steadied``)."""
    if not found:
        return []
    asked = _Asked(survey, kinds, explained, rules, ruler_of(survey, kinds.people, found))
    planes = [np.asarray(cv2.GaussianBlur(one.grey, (0, 0), 1.0), np.uint8) for one in survey.samples]
    seen = [(one, arrival_on_edges(one, survey.times_s, planes)) for one in found]
    left = [(one, arrival) for one, arrival in seen if asked.is_left(one, arrival)]
    left = [pair for pair in left if not _is_part(pair, seen, asked)]
    lights = [(one, arrival) for one, arrival in left if is_relit(one, arrival.onset_s, survey)]
    things = [pair for pair in left if pair not in lights and not _came_with_light(pair, lights, rules)]
    return [_dated(one, arrival) for one, arrival in things]


Seen = tuple[Newcomer, Arrival]


def _came_with_light(pair: Seen, lights: Sequence[Seen], rules: LeftRules) -> bool:
    """Whether other light came at the same time to more of the picture, and this hardly stands out."""
    one, arrival = pair
    changed = sum(light.share for light, when in lights if abs(when.onset_s - arrival.onset_s) <= rules.same_time_s)
    return changed >= one.share and one.strength < rules.stands_out


def _is_part(pair: Seen, seen: Sequence[Seen], asked: _Asked) -> bool:
    """Whether it came with a vehicle or somebody within whose outline it lies: a wheel, a shadow under the body."""
    one, arrival = pair
    return any(
        mostly_inside(one.box, other.box)
        and abs(when.onset_s - arrival.onset_s) <= asked.rules.same_time_s
        and asked.is_known(other, when)
        for other, when in seen
        if other is not one
    )


def _dated(one: Newcomer, arrival: Arrival) -> Newcomer:
    end_s = one.start_s + one.stays_s
    return replace(one, start_s=arrival.onset_s, stays_s=max(0.0, end_s - arrival.onset_s))


@dataclass(frozen=True, slots=True)
class _Asked:
    survey: Survey
    kinds: Kinds
    explained: float
    rules: LeftRules
    ruler: Standing | None

    def is_left(self, one: Newcomer, arrival: Arrival) -> bool:
        rules = self.rules
        if arrival.since < rules.since or arrival.before >= rules.before:
            return False
        if (self._share_of_person(one.box) or 1.0) < rules.least:
            return False
        both = self.kinds.people | self.kinds.vehicles
        if claim_of(one, arrival.onset_s, self.survey, both).before >= rules.uncovered:
            return False
        if self.is_known(one, arrival) or self._is_half_seen_traffic(one, arrival):
            return False
        return rules.unnamed is None or not travelled(one.box, arrival.onset_s, self.survey, rules.unnamed)

    def is_known(self, one: Newcomer, arrival: Arrival) -> bool:
        """Whether it is a vehicle or somebody."""
        return self._is_vehicle(one, arrival) or self._is_person(one, arrival)

    def _is_vehicle(self, one: Newcomer, arrival: Arrival) -> bool:
        """Called one on its place, or seen beside it since it came; and either surely or by the way it came."""
        claims = self._claims(one, arrival, self.kinds.vehicles)
        return any(self._drove_in(claim, arrival.onset_s, one) for claim in claims)

    def _drove_in(self, claim: Claim, onset_s: float, one: Newcomer) -> bool:
        # A part of a tree that reaches out of the picture is called a vehicle, too; a vehicle's name covers all of it.
        is_seen_in_part = is_cut_off(claim.box) and _share_inside(one.box, claim.box) >= self.rules.all_of_it
        if claim.confidence >= self.rules.sure or is_seen_in_part or self._queues(claim.box, onset_s):
            return True
        if self._height_share(claim) < self.rules.lowest_vehicle:
            return False
        if claim.confidence < self.rules.carried and carried_in(claim.box, onset_s, self.survey, self.kinds.people):
            return False
        if rolled_in(claim.box, onset_s, self.survey, self.kinds.vehicles):
            return True
        return travelled(claim.box, onset_s, self.survey, self.rules.travel) is not False

    def _is_half_seen_traffic(self, one: Newcomer, arrival: Arrival) -> bool:
        """The bonnet of the next car: no detector names it, and the picture's edge hides how it came."""
        return is_cut_off(one.box) and self._queues(one.box, arrival.onset_s)

    def _queues(self, box: Box, onset_s: float) -> bool:
        return joined_a_queue(box, onset_s, self.survey, self.kinds.vehicles)

    def _is_person(self, one: Newcomer, arrival: Arrival) -> bool:
        claims = self._claims(one, arrival, self.kinds.people)
        return any(self._stands(claim, arrival, one) for claim in claims)

    def _stands(self, claim: Claim, arrival: Arrival, one: Newcomer) -> bool:
        rules, share = self.rules, self._height_share(claim)
        if claim.confidence >= rules.person:
            return True
        if share < rules.low and arrival.since >= rules.quiet:
            return False
        rows, columns = self.survey.samples[0].grey.shape
        high, wide = float(claim.box[3] - claim.box[1]) * rows, float(claim.box[2] - claim.box[0]) * columns
        least = rules.dead_still if claim.confidence >= rules.named else rules.nearly_still
        # A shoe's shadow lies dead still beside whoever stands there.
        is_all = float(one.box[3] - one.box[1]) >= rules.whole * float(claim.box[3] - claim.box[1])
        is_dead = is_all and arrival.since >= least and high >= rules.seen_well_px
        return not (is_dead and (claim.confidence < rules.sure or high < rules.lying * wide))

    def _claims(self, one: Newcomer, arrival: Arrival, classes: frozenset[str]) -> list[Claim]:
        """What is seen on its edges, and what came with it and stays beside it."""
        on_it = claim_of(one, arrival.onset_s, self.survey, classes)
        near = self.rules.near if classes is self.kinds.vehicles else self.rules.near_people
        beside = claim_of(one, arrival.onset_s, self.survey, classes, near)
        came_with = beside.share - beside.before >= self.rules.together
        # Who passed before passes now, too.
        stays = (on_it.share - on_it.before) / max(1e-6, 1 - on_it.before) >= self.explained
        return [on_it] * stays + [beside] * came_with

    def _height_share(self, claim: Claim) -> float:
        """Of a person who would stand there; 1 where nobody walked past to be compared with."""
        return self._share_of_person(claim.box) or 1.0

    def _share_of_person(self, box: Box) -> float | None:
        person = self.ruler.height_at(float(box[3])) if self.ruler is not None else None
        return float(box[3] - box[1]) / person if person else None


def _share_inside(box: Box, outline: Box) -> float:
    """Share of the box's area within the outline, 0-1."""
    across = max(0.0, float(min(box[2], outline[2]) - max(box[0], outline[0])))
    down = max(0.0, float(min(box[3], outline[3]) - max(box[1], outline[1])))
    return across * down / max(float((box[2] - box[0]) * (box[3] - box[1])), 1e-9)


def arrival_on_edges(one: Newcomer, times: npt.NDArray[np.float64], planes: Sequence[Grey]) -> Arrival:
    """Looks at the pixels of its new edges, and those next to them, in every picture of the clip. ``planes``: the
    pictures at those times, smoothed by a pixel."""
    after = np.flatnonzero(times >= one.start_s + SETTLING_S)
    if not len(after):
        return Arrival(0.0, 1.0, one.start_s)
    alike = _likenesses(one, planes, after)
    earlier = alike[times < one.start_s - SETTLING_S]
    since, before, usually = float(np.median(alike[after])), 0.0, 0.0
    if len(earlier):
        before, usually = float(np.percentile(earlier, 80)), float(np.median(earlier))
    near = np.abs(times - one.start_s) <= NEAR_ONSET_S
    return Arrival(since, before, parting_s(alike[near] >= (since + usually) / 2, times[near], one.start_s))


MOST_PIXELS = 1500
MOST_VALUES = 60_000
"""Pixels asked in all pictures together: of long footage fewer of each."""

PLAY = tuple((dy, dx) for dy in (-2, -1, 0, 1, 2) for dx in (-2, -1, 0, 1, 2))
"""Pixels of play: a mast in the wind turns a little too."""


def _likenesses(one: Newcomer, planes: Sequence[Grey], after: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Correlation of every picture's pixels with the usual ones since it came, -1..1."""
    rows, columns = planes[0].shape
    down, across = _pixels(one, (rows, columns), min(MOST_PIXELS, MOST_VALUES // len(planes) + 1))
    usual = np.median(np.stack([planes[n][down, across] for n in after]), axis=0).astype(np.float32)
    best = np.full(len(planes), -1.0)
    for dy, dx in PLAY:
        y, x = np.clip(down + dy, 0, rows - 1), np.clip(across + dx, 0, columns - 1)
        best = np.maximum(best, _correlations(np.stack([plane[y, x] for plane in planes]).astype(np.float32), usual))
    return best


def _pixels(one: Newcomer, shape: tuple[int, ...], most: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of its edges and what is next to them, evenly thinned where there are many."""
    mask, (left, top) = mask_of(one, shape)
    wide = cv2.dilate(np.pad(mask, 2).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    down, across = np.nonzero(wide)
    chosen = slice(None, None, max(1, len(down) // most))
    return (
        np.clip(down[chosen] + top - 2, 0, shape[0] - 1),
        np.clip(across[chosen] + left - 2, 0, shape[1] - 1),
    )


def _correlations(looks: npt.NDArray[np.float32], usual: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    centred, wanted = looks - looks.mean(axis=1, keepdims=True), usual - usual.mean()
    size = np.linalg.norm(centred, axis=1) * np.linalg.norm(wanted)
    return np.asarray(np.divide(centred @ wanted, size, out=np.zeros(len(looks)), where=size > 1e-3), np.float64)
