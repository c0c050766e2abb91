"""The water line on a gauge: how much of its marked length is under water."""

from __future__ import annotations

import numpy as np

from analytics.checks import water_sentences as say
from analytics.checks.water_looks import Answer, HighWaterThresholds, Judged, Looked, overview
from analytics.flood import IS_WATER, Line, around, cut, risen, water_line
from analytics.verdict import Mark, Moment, Verdict
from analytics.zones import Zone

WATER_SEEN = 0.02
"""Share of the gauge's surroundings. Where no water is seen at all, a low line may as well be water that is taken for
ground, or a gauge that something hides."""


def gauge(zone: Zone, looked: Looked, rules: HighWaterThresholds) -> Judged:
    corner, size = around(zone)
    lines: list[Line] = []
    lumas: list[float] = []
    wet: list[bool] = []
    for frame in looked.frames:
        part = cut(frame.picture, corner, size)
        lumas.append(float(np.median(part)))
        water = looked.see(part).water
        lines.append(water_line(water, corner, size, zone))
        wet.append(bool((water > IS_WATER).mean() >= WATER_SEEN))
    clear = [n for n, line in enumerate(lines) if line.fits >= rules.line_fits]
    if not looked.is_day or float(np.median(lumas)) < rules.night_luma:
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.night()), overview(looked))
    if len(clear) < 0.5 * len(lines):
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.gauge_unclear()), overview(looked))
    middle = sorted(clear, key=lambda n: lines[n].under)[len(clear) // 2]
    levels = [lines[n].under for n in clear]
    if (rise := risen([looked.times_s[n] for n in clear], levels, rules.risen)) is not None:
        answer: Answer = (Verdict.SUPPORTED, 0.75, say.gauge_rising(rise.last, rise.first, rise.per_minute))
    else:
        answer = _gauge_answer(lines[middle].under, looked, rules)
        if answer[0] is Verdict.CONTRADICTED and not np.mean(wet) >= rules.held:
            answer = (Verdict.INCONCLUSIVE, None, say.gauge_unclear())
    return Judged(lines[middle].under, answer, _gauge_moments(zone, looked, middle, lines[middle]))


def _gauge_answer(under: float, looked: Looked, rules: HighWaterThresholds) -> Answer:
    survey = looked.survey
    if under >= rules.gauge_high:
        sure = float(np.clip(0.75 + 0.5 * (under - rules.gauge_high), 0.5, 0.95))
        return Verdict.SUPPORTED, sure * (0.85 if survey.is_still else 1.0), say.gauge("gauge_high", under)
    if under <= rules.gauge_low and not survey.is_still and survey.span_s >= rules.watch_s:
        return Verdict.CONTRADICTED, 0.85, say.gauge("gauge_low", under)
    return Verdict.INCONCLUSIVE, None, say.gauge("gauge_between", under)


def _gauge_moments(zone: Zone, looked: Looked, at: int, line: Line) -> tuple[Moment, ...]:
    x = [point[0] for point in zone.polygon]
    box = (min(x), max(0.0, line.row - 0.004), max(x), min(1.0, line.row + 0.004))
    text = f"{line.under * 100:.0f} %"
    return (Moment(looked.times_s[at], "event", (Mark(box, f"garis air {text}", f"water line {text}"),)),)
