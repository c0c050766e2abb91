"""Is there a place that burns? Figures of a few seconds of pictures at full rate.

A flame is saturated warm light around a core at the sensor's limit whose outline never rests: within a third of a
second it changes a good part of itself, irregularly, and stays where it is. A lamp rests; a
headlight, a low sun or an orange bus moves as a whole; a beacon goes on and off as a whole (colours and flicker:
Toreyin et al. 2006, "Computer vision based method for real-time fire and flame detection", who count how often a pixel
at the outline crosses between the colours of fire and others: several times a second in a flame, once or twice where
somebody in warm clothes walks by, never on a sunlit wall). So a place is what flickers, each pixel crossing from well
inside the colours to well outside them and back, with what is warm about it; and a good part of its warm light is deep
orange or red, which a sunlit wall, sand or a yellow jacket are not (Celik and Demirel 2009, "Fire detection in video
sequences using a generic color model": red far over green over blue).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Frame, Picture

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float32]
WIDE = 480
LEAST = 6
"""Pictures of one burst."""

NEAR = 11
"""Pixels within which flickering pixels, and the core between them, are one flame."""

LAG_S = 0.3
"""Pools of burning things puff about once or twice a second (1.5 / sqrt(diameter in m) Hz: Cetegen and Ahmed 1993)."""


@dataclass(frozen=True, slots=True)
class FlameRules:
    """``surely``, ``hardly``: red, and red over blue, from which a pixel is surely of fire, and under which it is
    surely not; between them it stays what it was, so that a surface whose colour is just at the limit does not flicker.
    ``crosses``: how often a second a pixel of the outline passes from one to the other. ``flickering``: least share of
    the place made of such pixels (rendered flames: .09-.31; sunlit sand, cones and walkers: .06 and less, once .13).
    ``rises``: how far what flickers lies above what burns all the time, as a share of the place's height: a flame burns
    without a break at its foot and now and then at its tips (McCaffrey 1979, "Purely buoyant diffusion flames";
    rendered ones .17-.49), hands of somebody in orange move beside and below (-.2 to .15, once .21).
    ``deep``: least share of the warm light that is deep (flames: .5-.7; those: .04 and less, cones .2). ``restless``:
    least change from one picture to the next, the middle of all: a beacon rests between its leaps. ``red``: least red
    of warm light, 0-255; ``warm``: least red over blue. ``core``: share of a place that is at the sensor's limit.
    ``flickers``: least change of the outline within ``LAG_S``, as a share of its area, the middle of all; ``most``:
    where it is more, the place goes on and off as a whole. ``stays``: share of its area that must burn most of the
    time; less is something that drives by. ``there``: share of the pictures in which a place must burn. ``smallest``:
    share of the picture. ``largest``: a larger one is the sun or its glare.
    """

    surely: tuple[float, float] = (195.0, 90.0)
    hardly: tuple[float, float] = (145.0, 45.0)
    crosses: float = 1.5
    flickering: float = 0.07
    rises: float = 0.15
    deep: float = 0.1
    restless: float = 0.05
    red: float = 170.0
    warm: float = 70.0
    core: float = 0.04
    flickers: float = 0.13
    most: float = 0.9
    stays: float = 0.4
    there: float = 0.7
    smallest: float = 0.0004
    largest: float = 0.25


def weaker(rules: FlameRules) -> FlameRules:
    """What also finds flames too small, too far away or too seldom photographed to be told from other warm things:
    no sign of fire, but none of its absence either. Rendered flames of 8 to 26 pixels in a picture 640 wide, at 1 to 10
    pictures a second, are behind these figures."""
    return replace(
        rules,
        smallest=rules.smallest / 5,
        flickering=rules.flickering / 4,
        flickers=rules.flickers / 2,
        restless=0.0,
        stays=rules.stays / 2,
        rises=-1.0,
    )


def flames(frames: Sequence[Frame], rules: FlameRules = FlameRules()) -> Mask | None:
    """Where it burns, ``(h, WIDE)``, from one burst of neighbouring pictures; None with too few."""
    if len(frames) < LEAST:
        return None
    seen = [_warm(frame.picture, rules) for frame in frames]
    warm = np.stack([mask for mask, _ in seen])
    core = np.stack([limit for _, limit in seen])
    flickers = _flickers(frames, rules)
    deep = np.stack([_deep(frame.picture) for frame in frames[:: max(1, len(frames) // 6)]])
    lag = max(1, round(LAG_S / max(1e-3, float(np.median(np.diff([frame.t_s for frame in frames]))))))
    found = np.zeros(flickers.shape, bool)
    for part in _places(flickers, warm.mean(axis=0) > 0.15, rules):
        coloured = deep[:, part].mean() >= rules.deep * warm[:, part].mean()
        lively = flickers[part].mean() >= rules.flickering and _rises(flickers, (warm, core), part, rules)
        if coloured and lively and _burns(warm[:, part], core[:, part], lag, rules):
            found |= part & (warm.mean(axis=0) > 0.5)
    return found


def _places(flickers: Mask, warm: Mask, rules: FlameRules) -> Iterator[Mask]:
    """What flickers together, with the warm light about it: a marking that the flame stands on is left out."""
    wide = cv2.dilate(flickers.astype(np.uint8), np.ones((NEAR, NEAR), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(wide)
    for n in range(1, count):
        part = (labels == n) & cv2.dilate(warm.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
        if rules.smallest <= part.mean() and stats[n, cv2.CC_STAT_AREA] / part.size <= rules.largest:
            yield part


def _rises(flickers: Mask, light: tuple[Mask, Mask], part: Mask, rules: FlameRules) -> bool:
    """Whether what flickers lies above what burns all the time; far above the core will do, where a yellow marking
    behind the flame rests as well. ``light``: warm light and its core, picture by picture."""
    restless = np.nonzero(flickers & part)[0].mean()
    height = np.ptp(np.nonzero(part)[0]) + 1
    for shown, often, least in zip(light, (0.8, 0.5), (rules.rises, 2 * rules.rises), strict=True):
        rests = np.nonzero(part & (shown.mean(axis=0) > often))[0]
        if rests.size and rests.mean() - restless >= least * height:
            return True
    return False


def _flickers(frames: Sequence[Frame], rules: FlameRules) -> Mask:
    """Pixels that pass between the colours of fire and others often enough."""
    inside: Mask | None = None
    crossings: npt.NDArray[np.int32] | None = None
    for frame in frames:
        surely, hardly = _surely(frame.picture, rules)
        now = surely if inside is None else surely | (inside & hardly)
        if inside is not None:
            crossed = (now != inside).astype(np.int32)
            crossings = crossed if crossings is None else crossings + crossed
        inside = now
    assert crossings is not None
    return crossings >= max(3.0, rules.crosses * (frames[-1].t_s - frames[0].t_s))


def _surely(picture: Picture, rules: FlameRules) -> tuple[Mask, Mask]:
    """Pixels surely of fire, and those that may be."""
    blue, green, red = _planes(picture)
    warm = (red >= rules.surely[0]) & (red - blue >= rules.surely[1]) & (green <= red) & (green >= 0.3 * red)
    core = (red >= 245) & (green >= 190) & (cv2.dilate(warm.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)
    maybe = (red >= rules.hardly[0]) & (red - blue >= rules.hardly[1])
    return warm | core, maybe | ((red >= 220) & (green >= 160))


def _deep(picture: Picture) -> Mask:
    """Deep orange and red light."""
    blue, green, red = _planes(picture)
    return np.asarray((red >= 170) & (red - blue >= 100) & (green <= 0.7 * red))


def _planes(picture: Picture) -> tuple[Plane, Plane, Plane]:
    """Blue, green and red, ``WIDE`` wide."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (WIDE, max(8, round(WIDE * height / width))))
    blue, green, red = (np.asarray(part, np.float32) for part in cv2.split(small))
    return blue, green, red


def flame_coloured(picture: Picture, rules: FlameRules = FlameRules()) -> Mask:
    """What one picture can tell: warm places with a core at the sensor's limit, ``(h, WIDE)``. A lamp is one, too."""
    warm, core = _warm(picture, rules)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(warm.astype(np.uint8))
    found = np.zeros_like(warm)
    for n in range(1, count):
        part = labels == n
        if (
            rules.smallest <= stats[n, cv2.CC_STAT_AREA] / part.size <= rules.largest
            and core[part].mean() >= rules.core
        ):
            found |= part
    return found


def warm_light(picture: Picture, rules: FlameRules = FlameRules()) -> Mask:
    """Where one picture has the colours of fire, ``(h, WIDE)``."""
    return _warm(picture, rules)[0]


def _warm(picture: Picture, rules: FlameRules) -> tuple[Mask, Mask]:
    """Warm light with its burnt-out core, and the core alone."""
    blue, green, red = _planes(picture)
    warm = (red >= rules.red) & (red - blue >= rules.warm) & (green <= red) & (green >= 0.3 * red)
    limit = (red >= 245) & (green >= 190)
    near = cv2.dilate(warm.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    core = limit & near
    return warm | core, core


def _burns(warm: Mask, core: Mask, lag: int, rules: FlameRules) -> bool:
    """One place over a burst, ``(t, n)``."""
    areas = warm.sum(axis=1)
    if (areas > 0.2 * areas.max()).mean() < rules.there or core.sum() < rules.core * warm.sum():
        return False
    if (warm.mean(axis=0) > 0.5).sum() < rules.stays * np.median(areas):
        return False
    if _change(warm, 1) < rules.restless:
        return False
    return rules.flickers <= _change(warm, lag) <= rules.most and _irregular(areas.astype(np.float64))


def _change(warm: Mask, lag: int) -> float:
    """Median share of its area that a place changes within ``lag`` pictures."""
    pairs = zip(warm, warm[lag:], strict=False)
    return float(np.median([(a ^ b).sum() / max(1, (a | b).sum()) for a, b in pairs]))


def _irregular(areas: npt.NDArray[np.float64]) -> bool:
    """Whether the area goes up and down again and again: what drives by only grows, or only shrinks."""
    steps = np.sign(np.diff(areas))
    steps = steps[steps != 0]
    return len(steps) > 2 and float((steps[1:] != steps[:-1]).mean()) >= 0.25
