"""Is it the ground in another light? A shadow darkens all it falls on by one factor and leaves the texture to be seen.

Measured on rendered streets under sweeping shadows (choosing seeds): the logarithm of the ratio after to before varies
inside a shadow's or a sun patch's area by .15 to .33 of its median, or the fine texture stays .66 and more alike; bags,
heaps, rubble and fallen trees vary by .34 to 4, mostly 1, and leave at most .63 of the texture, mostly under .3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.called import mask_of
from analytics.frames import Survey
from analytics.newcomers import Newcomer

Plane = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LightRules:
    """``changed``: log ratio beyond the picture's own exposure from which a pixel is another; ``spread``: of the log
    ratios over their median, up to which one light made them, if ``trace`` of the texture is left; two pairs, the
    less even light with the clearer trace. ``deep``: log ratio of the deepest shadow that the sky lights still.
    ``texture``: likeness of it that no thing leaves. ``around``: of its size looked at on every side. ``least_px``:
    fewer changed pixels say nothing."""

    changed: float = 0.12
    spread: tuple[float, float] = (0.3, 0.36)
    trace: tuple[float, float] = (0.1, 0.25)
    deep: float = 0.9
    texture: float = 0.66
    around: float = 0.15
    least_px: int = 24


def is_relit(one: Newcomer, onset_s: float, survey: Survey, rules: LightRules = LightRules()) -> bool:
    """Whether what changed there is the light. ``survey``: pictures laid over each other."""
    before = _median(one, survey, rules, lambda t_s: t_s < onset_s - 1.0)
    after = _median(one, survey, rules, lambda t_s: t_s > onset_s + 2.0)
    if before is None or after is None:
        return False
    ratio = cast("Plane", cv2.GaussianBlur(np.log((after + 4) / (before + 4)), (0, 0), 1.2))
    ratio = ratio - _exposure(survey, onset_s)
    changed = np.abs(ratio) > rules.changed
    if int(changed.sum()) < rules.least_px:
        return False
    texture = _alike(_fine(before)[changed], _fine(after)[changed])
    return texture >= rules.texture or _one_light(ratio[changed], texture, rules)


def _one_light(ratios: Plane, texture: float, rules: LightRules) -> bool:
    """Whether one factor made all of them."""
    low, middle, high = (float(v) for v in np.percentile(ratios, (10, 50, 90)))
    if low * high <= 0 or abs(middle) > rules.deep:
        return False
    spread = float(ratios.std()) / abs(middle)
    pairs = zip(rules.spread, rules.trace, strict=True)
    return any(spread <= most and texture >= least for most, least in pairs)


def _median(one: Newcomer, survey: Survey, rules: LightRules, when: Callable[[float], bool]) -> Plane | None:
    """The place and a margin around it in the median of the pictures at those times."""
    rows, columns = survey.samples[0].grey.shape
    mask, (left, top) = mask_of(one, (rows, columns))
    margin = max(4, round(rules.around * max(mask.shape)))
    down = slice(max(0, top - margin), min(rows, top + mask.shape[0] + margin))
    across = slice(max(0, left - margin), min(columns, left + mask.shape[1] + margin))
    crops = [sample.grey[down, across] for sample in survey.samples if when(sample.t_s)]
    return np.median(np.stack(crops), axis=0).astype(np.float32) if len(crops) >= 3 else None


def _exposure(survey: Survey, onset_s: float) -> float:
    """By how much most of the picture became lighter, logarithm: a large shadow is not the camera's exposure."""
    since = [sample.grey[::4, ::4] for sample in survey.samples if sample.t_s > onset_s + 2.0]
    before = [sample.grey[::4, ::4] for sample in survey.samples if sample.t_s < onset_s - 1.0]
    after, first = np.median(np.stack(since), axis=0), np.median(np.stack(before), axis=0)
    return float(np.median(np.log((after + 4) / (first + 4))))


def _fine(plane: Plane) -> Plane:
    return cast("Plane", cv2.GaussianBlur(plane, (0, 0), 0.7) - cv2.GaussianBlur(plane, (0, 0), 4.0))


def _alike(a: Plane, b: Plane) -> float:
    if min(a.std(), b.std()) < 0.3:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
