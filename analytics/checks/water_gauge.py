"""The water line on a gauge: how much of its marked length is under water.

Read from medians over a few seconds, in which rain's streaks and most waves are no more, by two opinions: the board's
own (``analytics.board_line``), which decides, and the network's, which must not deny it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from analytics.board_line import board_line
from analytics.checks import water_sentences as say
from analytics.checks.water_looks import Answer, HighWaterThresholds, Judged, Looked, overview
from analytics.flood import IS_WATER, around, cut, risen, water_line
from analytics.verdict import Mark, Moment, Verdict
from analytics.zones import Zone
from cameras.footage.frame import Frame, Picture

WATER_SEEN = 0.02
"""Share of the gauge's surroundings. Where no water is seen at all, a low line may as well be water that is taken for
ground, or a gauge that something hides."""

MEDIANS, CLEAR = 5, 0.6
"""How many medians over the clip, and the least share of them that must show the line."""

UNSTEADY = 0.15
"""Of the gauge's length: a line that wanders so much without rising is none."""

SAME, DIM = 0.04, 0.6
"""Of the gauge's length, within which readings are the same; and of a day's light, what they must have at least."""

DENIES = 0.35
"""The network's line may lie so much lower than the board's; it tends to lie higher."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """``under``, ``row``: the line; None where it is not clear; ``most``: as of ``BoardLine``. ``luma``: median grey;
    ``is_wet``: water is seen."""

    t_s: float
    under: float | None
    most: float
    row: float
    luma: float
    is_wet: bool


def gauge(zone: Zone, looked: Looked, rules: HighWaterThresholds) -> Judged:
    read = [_read(part, zone, looked, rules) for part in _parts(looked)]
    clear = [(one, one.under) for one in read if one.under is not None]
    is_dark = not looked.is_day or float(np.median([one.luma for one in read])) < rules.night_luma
    if is_dark and not _reads_in_dim_light(read, looked, rules):
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.night()), overview(looked))
    if len(clear) < CLEAR * len(read):
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.gauge_unclear()), overview(looked))
    middle, under = sorted(clear, key=lambda pair: pair[1])[len(clear) // 2]
    levels = [level for _, level in clear]
    if (rise := risen([one.t_s for one, _ in clear], levels, rules.risen)) is not None:
        answer: Answer = (Verdict.SUPPORTED, 0.75, say.gauge_rising(rise.last, rise.first, rise.per_minute))
    elif float(np.ptp(np.percentile(levels, (20, 80)))) > UNSTEADY:
        answer = (Verdict.INCONCLUSIVE, None, say.gauge_unclear())
    else:
        answer = _gauge_answer(under, looked, rules)
        sees_water = np.mean([one.is_wet for one in read]) >= rules.held
        highest = float(np.median([one.most for one, _ in clear]))
        if answer[0] is Verdict.CONTRADICTED and (is_dark or not sees_water or highest > rules.gauge_low):
            answer = (Verdict.INCONCLUSIVE, None, say.gauge_unclear())
    return Judged(under, answer, _gauge_moments(zone, middle, under))


def _reads_in_dim_light(read: Sequence[_Reading], looked: Looked, rules: HighWaterThresholds) -> bool:
    """On a dark day, or over dark water, a bright board is plain enough where every reading is the same. Of lamplight,
    which leaves most of a picture darker, nothing is read."""
    levels = [one.under for one in read if one.under is not None]
    if len(levels) < len(read) or len(read) < MEDIANS or float(np.ptp(levels)) > SAME:
        return False
    lit = looked.luma >= DIM * rules.day_luma and float(np.median([one.luma for one in read])) >= DIM * rules.night_luma
    return lit and float(np.mean([one.is_wet for one in read])) >= rules.held


def _parts(looked: Looked) -> list[Sequence[Frame]]:
    """The clip's full pictures, in order, in a few parts of more than one where there are enough."""
    kept = looked.kept
    count = min(MEDIANS, len(kept))
    borders = np.linspace(0, len(kept), count + 1).astype(int)
    return [kept[a:b] for a, b in pairwise(borders)]


def _read(frames: Sequence[Frame], zone: Zone, looked: Looked, rules: HighWaterThresholds) -> _Reading:
    corner, size = around(zone)
    part = _median([cut(frame.picture, corner, size) for frame in frames])
    water = looked.see(part).water
    network, board = water_line(water, corner, size, zone), board_line(part, _within(zone, corner, size))
    denied = board is not None and network.fits >= rules.line_fits and network.under < board.under - DENIES
    return _Reading(
        frames[len(frames) // 2].t_s,
        None if board is None or denied else board.under,
        1.0 if board is None else board.most,
        network.row if board is None else corner[1] + board.row * size[1],
        float(np.median(part)),
        bool((water > IS_WATER).mean() >= WATER_SEEN),
    )


def _within(zone: Zone, corner: tuple[float, float], size: tuple[float, float]) -> Zone:
    """The zone in a part of the picture."""
    points = [((x - corner[0]) / size[0], (y - corner[1]) / size[1]) for x, y in zone.polygon]
    return replace(zone, polygon=tuple((min(1.0, max(0.0, x)), min(1.0, max(0.0, y))) for x, y in points))


def _median(pictures: Sequence[Picture]) -> Picture:
    return pictures[0] if len(pictures) == 1 else np.asarray(np.median(np.stack(pictures), axis=0), np.uint8)


def _gauge_answer(under: float, looked: Looked, rules: HighWaterThresholds) -> Answer:
    if under >= rules.gauge_high:
        sure = float(np.clip(0.75 + 0.5 * (under - rules.gauge_high), 0.5, 0.95))
        return Verdict.SUPPORTED, sure * (0.85 if looked.survey.is_still else 1.0), say.gauge("gauge_high", under)
    if under <= rules.gauge_low and looked.is_watched(rules.watch_s):
        return Verdict.CONTRADICTED, 0.85, say.gauge("gauge_low", under)
    return Verdict.INCONCLUSIVE, None, say.gauge("gauge_between", under)


def _gauge_moments(zone: Zone, read: _Reading, under: float) -> tuple[Moment, ...]:
    x = [point[0] for point in zone.polygon]
    box = (min(x), max(0.0, read.row - 0.004), max(x), min(1.0, read.row + 0.004))
    text = f"{under * 100:.0f} %"
    return (Moment(read.t_s, "event", (Mark(box, f"garis air {text}", f"water line {text}"),)),)
