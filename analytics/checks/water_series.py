"""What the check of high water knows of one zone over a clip, and the questions that its rules ask of it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from analytics.bank import Bank
from analytics.checks import water_sentences as say
from analytics.checks.water_looks import Answer, HighWaterThresholds, Looked
from analytics.covered import GONE, Covered
from analytics.dry_days import Against
from analytics.flood import Rise, ZoneView, risen
from analytics.ground import Ground
from analytics.ripples import liveliness, unrest
from analytics.sample import Sample
from analytics.verdict import Verdict
from analytics.wakes import Passes, passes
from analytics.water import Mask

MOSTLY_GONE = 0.65
"""Share of a road's neighbourhoods that lost their pattern: drawn films that mirror 0.6 at most, floods 0.69."""

TINGE = 0.05
"""By how much more the network must lean towards water. Drawn roads, dry or wet: at most 0.05, in rain 0.09;
drawn muddy floods that it took for earth: 0.1 and more."""

REST = 0.2
"""Share of the picture that must lie outside the zone to tell the light by it."""


class WaterSeries:
    """One zone's views over the clip. ``against``, ``covered``: by the clean picture, or the clip's own beginning."""

    def __init__(
        self, times_s: Sequence[float], views: Sequence[ZoneView], looked: Looked, rules: HighWaterThresholds
    ) -> None:
        self.times_s, self.views, self.rules = times_s, views, rules
        self.survey, self.is_still, self.is_day = looked.survey, looked.survey.is_still, looked.is_day
        self.is_watched = looked.is_watched(rules.watch_s)
        self.shares = [view.share for view in views]
        self.share = float(np.median(self.shares))
        self.lively: float | None = None
        self.ground_lively: float | None = None
        self.passes: Passes | None = None
        self.ground_passes: Passes | None = None
        self.ground: Ground | None = None
        self.tinge = 0.0
        self.bank: Bank | None = None
        self.against: Against | None = None
        self.covered: Covered | None = None
        self.is_vouched_for = True
        self.waders = round(float(np.median([view.waders for view in views])))

    def watch(self, watery: Mask, samples: Sequence[Sample]) -> None:
        """See how what looks like water moves, by itself and driven over."""
        changes = unrest(samples)
        self.lively = None if changes is None else liveliness(changes, watery)
        self.passes = passes(samples, watery)

    def watch_ground(self, ground: Mask, samples: Sequence[Sample]) -> None:
        """See how all of the zone moves, whatever it looks like: the network takes some muddy water for earth."""
        changes = unrest(samples)
        self.ground_lively = None if changes is None else liveliness(changes, ground)
        self.ground_passes = passes(samples, ground)

    def light(self, rest: Mask) -> None:
        """Dark water all over a view makes no night of a day that its banks and houses show."""
        self.is_day = self.is_day or (bool(rest.mean() >= REST) and self._luma_of(rest) >= self.rules.day_luma)

    def _luma_of(self, place: Mask) -> float:
        """Median grey of a place over the clip."""
        inside = cv2.resize(place.astype(np.uint8), self.survey.samples[0].grey.shape[::-1]) > 0
        greys = [sample.grey for sample in self.survey.samples if sample.grey.shape == inside.shape]
        return float(np.median([np.median(grey[inside]) for grey in greys])) if inside.any() and greys else 0.0

    def median(self, name: str) -> float:
        return float(np.median([getattr(view, name) for view in self.views]))

    def held_at_least(self, share: float) -> bool:
        return float(np.mean([one >= share for one in self.shares])) >= self.rules.held

    def surely_at_least(self, share: float) -> bool:
        return float(np.mean([view.sure >= share for view in self.views])) >= self.rules.held

    def held_at_most(self, share: float) -> bool:
        return float(np.mean([one <= share for one in self.shares])) >= self.rules.held

    @property
    def moves_as_water(self) -> bool:
        return not self.is_still and self.lively is not None and self.lively >= self.rules.ripples

    @property
    def is_restless(self) -> bool:
        return self.ground_lively is not None and self.ground_lively >= self.rules.ripples

    @property
    def is_flooded(self) -> bool:
        """Whether a road looks like water, did not on dry days, and a second sign says so too. How it moves is none by
        itself: a motorway under traffic that is half detected moved 3 to 4 times as much as its surroundings."""
        rules = self.rules
        if self.has_lost_all_ground or self.is_under:
            return True
        if self.is_still or not self.is_new:
            return False
        if not self.held_at_least(rules.flooded_share):
            return self.share >= rules.flooded_share and self._rock_plainly(self.passes)
        moves = self.moves_as_water and self.surely_at_least(rules.flooded_share)
        return moves or self.rocks_where_driven or (self.has_lost_its_ground and not self.may_be_a_mirror)

    @property
    def rocks_where_driven(self) -> bool:
        """Whether nearly all places that a vehicle has just left rock, and most of them plainly. Dense traffic seen by
        a detector that misses some of it stirs most of them, never all."""
        return self._rock(self.passes)

    def _rock(self, seen: Passes | None) -> bool:
        rules = self.rules
        return (
            seen is not None
            and seen.count >= rules.passes / 2
            and seen.wakes >= rules.rocks
            and seen.most_wakes >= rules.rocks_plainly
        )

    def _rock_plainly(self, seen: Passes | None) -> bool:
        """Nearly all of them as plainly as most of them else."""
        return self._rock(seen) and seen is not None and seen.wakes >= self.rules.rocks_plainly

    @property
    def is_under(self) -> bool:
        """Whether none of the ground of dry days shows any more, and it is water that hides it: to the network it is in
        part; or it moves as water does, and the network leans that way at least; or it moves so and rocks plainly where
        vehicles drove, whatever it looks like (muddy water is earth to the network)."""
        if self.is_still or self.ground is None or self.against is None or not self.ground.is_hidden:
            return False
        if self.ground.is_gone and float(np.median(self.against.fresh)) >= self.rules.view_share:
            return True
        return self.is_restless and (self.tinge >= TINGE or self._rock_plainly(self.ground_passes))

    @property
    def is_under_unseen(self) -> bool:
        """Whether a road is under water that the network takes for ground in most of it."""
        return self.ground is not None and self.share < self.rules.flooded_share and self.is_under

    @property
    def under(self) -> float:
        """Share 0-1 of the zone under water: what looks like it, or the ground that is gone under what does not."""
        return self.ground.gone if self.ground is not None and self.is_under_unseen else self.share

    @property
    def is_missing_its_ground(self) -> bool:
        """Whether most of the road's neighbourhoods have lost the pattern of dry days: nobody who does not see a road
        says that it is dry."""
        return self.ground is not None and self.ground.is_mostly_gone

    @property
    def has_lost_its_ground(self) -> bool:
        return not self.is_still and self.covered is not None and self.covered.is_ground_gone

    @property
    def may_be_a_mirror(self) -> bool:
        """A wet road that mirrors hides some of its pattern, is surely water to the network in little of it, and shows
        its ground in the rest."""
        if self.ground is None or not self.ground.parts:
            return False
        return self.ground.gone < MOSTLY_GONE or not self.surely_at_least(self.rules.flooded_share)

    @property
    def has_lost_all_ground(self) -> bool:
        """Nothing of the road's own pattern is left in the zone, and part of it at least looks like water."""
        known = self.against
        if not self.has_lost_its_ground or known is None or known.ground is None or known.ground > GONE:
            return False
        if self.ground is not None and self.ground.parts and self.ground.gone < MOSTLY_GONE:
            return False  # a mirror: neighbourhood by neighbourhood, some still shows
        return float(np.median(known.fresh)) >= self.rules.view_share

    @property
    def has_covered_its_bank(self) -> bool:
        """Where the network did not see enough of the usual water, another colour and no pattern may as well be that
        water on another day."""
        if self.is_still or self.covered is None:
            return False
        knows = self.against is None or self.against.usual >= 2 * self.rules.usual_water
        return self.covered.has_turned_to_water or (knows and self.covered.is_other_ground)

    @property
    def has_drowned_its_bank(self) -> bool:
        """Neighbourhood by neighbourhood, where the network's doubts about a bank as a whole leave the share open.
        Where it sees hardly any water, leaves before the lens or a carpet of plants cover river and bank alike."""
        if self.is_still or self.bank is None or self.share < self.rules.usual_water:
            return False
        if self.against is None and not self._has_grown:
            return self.bank.has_turned
        turned = self.covered is not None and self.covered.has_come_nearer
        looks = self.against is not None and self.is_new_by(self.rules.risen)
        return self.bank.is_under(0.0 if looks else 2 / 3 * self.rules.risen) or (turned and self.bank.is_partly_under)

    @property
    def _has_grown(self) -> bool:
        """What looks like water, from the clip's beginning to its end: a boat hides a bank, and is none."""
        third = max(1, len(self.shares) // 3)
        grown = float(np.median(self.shares[-third:])) - float(np.median(self.shares[:third]))
        return grown >= self.rules.risen / 3

    @property
    def bank_stands(self) -> bool:
        """The bank still shows: the network only doubts the same water less than it did, under foam or other light."""
        return self.bank is not None and self.bank.is_seen

    @property
    def may_contradict(self) -> bool:
        return self.is_watched and len(self.shares) >= 3

    @property
    def is_new(self) -> bool:
        return self.is_new_by(self.rules.flooded_share)

    def has_risen_by(self, share: float) -> bool:
        """Whether so much of a river's zone is wet now and was not on ordinary days, what the network took for water on
        those days but has turned to it since included."""
        if self.has_covered_its_bank and self.covered is not None and self.covered.has_turned_to_water:
            return self.covered.was_dry * self.share >= share and self.is_new_by(share / 3)
        return self.is_new_by(share)

    def is_new_by(self, share: float) -> bool:
        """Whether so much of the zone is wet now and was not on ordinary days, as far as these are known."""
        if self.against is None:
            return True
        held = float(np.mean([fresh >= share for fresh in self.against.fresh])) >= self.rules.held
        shows = (self.against.ground or 0.0) >= self.rules.ground or (self.ground is not None and self.ground.is_seen)
        return held and (not shows or self.has_covered_its_bank)

    @property
    def is_as_usual(self) -> bool:
        known, rules = self.against, self.rules
        if known is not None and known.usual > rules.dry_share and not self.is_vouched_for:
            return False  # it may be the same water
        if known is None or not self.may_contradict:
            return False
        if (known.ground or 0.0) < rules.ground and not (self.ground is not None and self.ground.is_seen):
            return False
        return float(np.mean([share <= rules.as_usual for share in known.fresh])) >= rules.held

    @property
    def lies_still(self) -> bool:
        """Whether most of what looks like water was driven over, and did not rock."""
        rules, seen = self.rules, self.passes
        if seen is None or self.lively is None or not self.may_contradict or self.lively > rules.still:
            return False
        return seen.count >= rules.passes and seen.driven >= rules.driven and seen.rocking <= rules.still

    def unfit(self, is_seen: bool) -> Answer | None:
        """Why the pictures carry no answer; None where they do. ``is_seen``: water was told by more than its look,
        which twilight and the network's doubts do not undo."""
        rules, luma = self.rules, self.median("luma")
        if (not self.is_day or luma < rules.night_luma) and not (is_seen and self._is_light_enough(luma)):
            return Verdict.INCONCLUSIVE, None, say.night()
        if self.median("burnt") > rules.glare and luma > 2 * rules.night_luma:
            return Verdict.INCONCLUSIVE, None, say.glare()
        if self.median("doubt") > rules.doubt and not is_seen:
            return Verdict.INCONCLUSIVE, None, say.borderline(self.share)
        return None

    def _is_light_enough(self, luma: float) -> bool:
        """Dark water by day; or a picture in twilight that was compared with one in like light."""
        return self.is_day or (self.covered is not None and luma >= self.rules.night_luma)

    def rise(self) -> Rise | None:
        """Half of what else is asked will do where the bank was seen to go under while the clip ran: the network takes
        some of a bank for water before it is."""
        least = self.rules.risen / 2 if self.has_covered_its_bank and self.against is None else self.rules.risen
        return risen(self.times_s, self.shares, least)
