"""Is the picture good enough to be asked? A gate before any verdict, in both capabilities.

Six things make footage worthless while it still decodes: darkness, glare, a covered lens,
loss of focus, a feed that repeats one picture, and a camera that was turned away. Each is
measured on pictures brought to 320 pixels of width, so that the same limits hold for a
CIF camera and a 4K one, and away from the upper and lower edge, where recorders write
name and clock: their letters stay sharp over the most blurred scene.

What cannot be told apart from a working camera passes. A foggy street is still a street,
and an empty pavement has hardly an edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Frame, Picture
from cameras.frozen import FrozenLimits, frozen_for
from cameras.planes import Plane, grey_plane

TOO_DARK = "too_dark"
TOO_BRIGHT = "too_bright"
FLAT = "flat"
BLURRED = "blurred"
FROZEN = "frozen"
MOVED = "moved"

WIDTH_PX = 320
FRAMES_MEASURED = 16
GRID = (3, 6)
"""Rows and columns of tiles: enough that one lamp or one vehicle is no more than a tile or two."""


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Grey levels are 0-255. "Measured" means: on 79 street, flood, river and indoor pictures and
    five fixed-camera clips, as they are, dimmed, fogged, noisy, compressed, and blurred by 0.4 to
    2.5 % of the width.
    """

    dark_luma: float = 14.0
    """Mean. Lit night streets lie over 20; under about 14 detectors see lamps and nothing between them."""

    dark_p95: float = 24.0
    """Brightest twentieth under this: no lamp, no headlight, no lit ground anywhere."""

    bright_luma: float = 240.0
    """Mean. The brightest good picture measured had 219 (overcast sky over water)."""

    bright_share: float = 0.7
    """Share of burnt-out pixels (250 and more); a third is normal for sky, measured."""

    flat_tile_std: float = 1.2
    """Median over the tiles of their standard deviation, noise smoothed away. A covered lens
    stays under 1 even with vignetting; the emptiest real view measured (bare pavement) has 2.9."""

    blur_ratio: float = 1.40
    """Gradient at the strongest edges over the same after a further blur of 2 pixels: falls from
    2.5 for a step to 1. For an edge of width s it is sqrt((s^2 + 4.6) / (s^2 + 0.6)); 1.40 is s = 1.9 of
    320 pixels, where a person at 40 m is a smear. Sharp pictures: 1.5 and more (median 1.8); blurred
    by 2 pixels: at most 1.44 (median 1.3)."""

    edge_step: float = 2.0
    """Smoothed gradient from which a tile counts as having an edge: a step of about 10 grey levels."""

    edgeless_range: float = 60.0
    """5th to 95th percentile. So much contrast without one edge anywhere is blur beyond the ratio's reach."""

    frozen: FrozenLimits = field(default_factory=FrozenLimits)

    moved_ratio: float = 0.45
    """Likeness of edges across the moment of turning, as a share of the likeness within each side. Measured:
    fixed cameras, a dissolving jam included, 0.76 and more; a turn by a tenth of the width, mostly under 0.35."""

    moved_within: float = 0.3
    """Likeness within each side that must be there before anything is said."""


@dataclass(frozen=True, slots=True)
class QualityReport:
    """``reasons``: codes, empty when ``ok``. None where there was too little to measure.

    ``mean_luma``: 0-255. ``sharpness``: the blur ratio. ``contrast``: median tile deviation.
    ``frozen_s``: longest run of seconds without any change. ``frames``: pictures given.
    """

    ok: bool
    reasons: tuple[str, ...]
    mean_luma: float
    contrast: float
    sharpness: float | None
    frozen_s: float
    frames: int

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "reasons": list(self.reasons),
            "mean_luma": round(self.mean_luma, 1),
            "contrast": round(self.contrast, 2),
            "sharpness": None if self.sharpness is None else round(self.sharpness, 2),
            "frozen_s": round(self.frozen_s, 1),
        }


DEFAULT_LIMITS = QualityLimits()


@dataclass(frozen=True, slots=True)
class _Measured:
    luma: float
    p95: float
    burnt: float
    spread: float
    contrast: float
    sharpness: float | None


def assess(frames: Sequence[Frame], limits: QualityLimits = DEFAULT_LIMITS) -> QualityReport:
    """Judge one clip by its sampled ``frames`` (ascending time; a still is one frame).

    Frames a few seconds apart are best; at most 16, spread evenly, are measured one by one.

    Raises:
        ValueError: no frames.
    """
    if not frames:
        raise ValueError("a picture gate needs at least one frame")
    chosen = [frames[i] for i in sorted({round(i) for i in np.linspace(0, len(frames) - 1, FRAMES_MEASURED)})]
    planes = [grey_plane(frame.picture, WIDTH_PX) for frame in chosen]
    each = [_measured(plane, limits) for plane in planes]
    frozen_s, frozen = frozen_for(frames, limits.frozen)
    reasons = [*_picture_reasons(each, limits)]
    if frozen:
        reasons.append(FROZEN)
    if not reasons and _moved(planes, limits):
        reasons.append(MOVED)
    return QualityReport(
        ok=not reasons,
        reasons=tuple(reasons),
        mean_luma=_median(one.luma for one in each),
        contrast=_median(one.contrast for one in each),
        sharpness=_sharpest(each),
        frozen_s=frozen_s,
        frames=len(frames),
    )


def _without_overlay(plane: Plane) -> Plane:
    """The middle 76 % of the height: clock and name stand above or below."""
    margin = int(0.12 * plane.shape[0])
    return plane[margin : plane.shape[0] - margin] if margin else plane


def _measured(plane: Plane, limits: QualityLimits) -> _Measured:
    plane = _without_overlay(plane)
    low, high = np.percentile(plane, (5, 95))
    smooth = _blurred(plane, 0.8)
    return _Measured(
        luma=float(plane.mean()),
        p95=float(high),
        burnt=float((plane >= 250).mean()),
        spread=float(high - low),
        contrast=float(np.median([tile.std() for tile in _tiles(smooth)])),
        sharpness=_sharpness(smooth, limits),
    )


def _sharpness(smooth: Plane, limits: QualityLimits) -> float | None:
    """Upper quartile over the tiles that have an edge; None with fewer than two of them."""
    fine, coarse = _gradient(smooth), _gradient(_blurred(smooth, 2.0))
    ratios = []
    for near, far in zip(_tiles(fine), _tiles(coarse), strict=True):
        strongest = far >= np.percentile(far, 95)
        if np.median(far[strongest]) > limits.edge_step:
            ratios.append(np.median(near[strongest] / (far[strongest] + 0.3)))
    return float(np.percentile(ratios, 75)) if len(ratios) >= 2 else None


def _blurred(plane: Plane, sigma_px: float) -> Plane:
    return cast("Plane", cv2.GaussianBlur(plane, (0, 0), sigma_px))


def _gradient(plane: Plane) -> Plane:
    """Grey levels per pixel."""
    across, down = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    return cast("Plane", cv2.magnitude(across, down) / 8)


def _tiles(plane: Plane) -> Iterator[Plane]:
    for rows in np.array_split(plane, GRID[0], axis=0):
        for tile in np.array_split(rows, GRID[1], axis=1):
            if tile.size:
                yield tile


def _picture_reasons(each: Sequence[_Measured], limits: QualityLimits) -> Iterator[str]:
    """By the median picture, so that one flash or one passing lorry decides nothing."""
    luma = _median(one.luma for one in each)
    if luma < limits.dark_luma or _median(one.p95 for one in each) < limits.dark_p95:
        yield TOO_DARK
        return
    if luma > limits.bright_luma or _median(one.burnt for one in each) > limits.bright_share:
        yield TOO_BRIGHT
        return
    if _median(one.contrast for one in each) < limits.flat_tile_std:
        yield FLAT
        return
    sharpest = _sharpest(each)
    if sharpest is None:
        if _median(one.spread for one in each) >= limits.edgeless_range:
            yield BLURRED
    elif sharpest < limits.blur_ratio:
        yield BLURRED


def _sharpest(each: Sequence[_Measured]) -> float | None:
    """Upper quartile over time: focus belongs to the lens, and motion blurs single frames of a good one."""
    known = [one.sharpness for one in each if one.sharpness is not None]
    return float(np.percentile(known, 75)) if known else None


def _median(values: Iterator[float]) -> float:
    return float(np.median(list(values)))


def _moved(planes: Sequence[Plane], limits: QualityLimits) -> bool:
    """Whether the view is one thing before some moment and another after it.

    Edges are compared, so a change of light is no movement; traffic changes the likeness
    within each side as much as across, so it is none either.
    """
    if len({plane.shape for plane in planes}) > 1:
        return False
    edges = [found.ravel() for plane in planes if (found := _edges(_without_overlay(plane))).std() > 0]
    count = len(edges)
    if count < 4:
        return False
    likeness = np.asarray(np.corrcoef(edges))
    for at in range(2, count - 1):
        within = min(_off_diagonal(likeness[:at, :at]), _off_diagonal(likeness[at:, at:]))
        across = float(np.median(likeness[:at, at:]))
        if within >= limits.moved_within and across < limits.moved_ratio * within:
            return True
    return False


def edge_plane(picture: Picture, size: tuple[int, int] | None = None) -> Plane:
    """Where a picture's edges lie, away from what recorders write into it: ``(height, width)``, 320 pixels wide.

    Two of one view are alike in any light (``cv2.TM_CCOEFF_NORMED``); two of different views are not. ``size``:
    width and height to bring the picture to first, so that it fits another's plane.
    """
    if size is not None:
        picture = cast("Picture", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    return _edges(_without_overlay(grey_plane(picture, WIDTH_PX)))


def _edges(plane: Plane) -> Plane:
    """Capped so that one headlight does not outweigh the street, softened against sway."""
    edges = _gradient(_blurred(plane, 1.0))
    cap = max(float(np.percentile(edges, 97)), 1e-3)
    return _blurred(np.minimum(edges, cap), 1.5)


def _off_diagonal(square: npt.NDArray[np.float64]) -> float:
    return float(np.median(square[~np.eye(len(square), dtype=bool)]))
