"""Does a feed repeat one picture? Then nothing changes, neither clock nor noise; only the encoder does, a little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import cv2
import numpy as np

from cameras.footage.frame import Frame
from cameras.planes import Plane, grey_plane


@dataclass(frozen=True, slots=True)
class FrozenLimits:
    """Seconds, and grey levels 0-255 on pictures 640 pixels wide."""

    least_s: float = 30.0
    """Recorders bridge a gap with a repeated picture for a few seconds; half a minute is a dead feed."""

    whole_s: float = 20.0
    """The same where nothing else was ever seen: no gap was bridged, there was never a live picture."""

    settling_s: float = 7.0
    """An encoder fed one picture sharpens it from keyframe to keyframe until its rate has settled. Measured, H.264 at
    a keyframe every two seconds: differences of up to 1.8 at 2 s, 0.7 at 4 s, 0.25 at 6 s, under 0.1 from 8 s on."""

    settling_mean: float = 2.5
    settling_top: float = 0.4
    """Such a difference lies everywhere: its largest fiftieth holds .09 to .25 of it,
    a thing that moves .5 and more."""

    settling_rest: float = 0.03
    """Between keyframes single blocks are still mended by 50 grey levels, on a hundredth of the pixels or fewer."""

    same_mean: float = 0.3
    """Mean difference of two frames. Repeats of one picture, re-encoded: 0.0-0.2; a live sensor with as
    little noise as one grey level: 1.4 and more after compression (measured, H.264, CRF 23-38)."""

    same_max: float = 30.0
    """Largest difference: one changed digit of the clock is over 100."""


def frozen_for(frames: Sequence[Frame], limits: FrozenLimits) -> tuple[float, bool]:
    """Longest run without change in seconds, and whether it is a frozen feed.

    Either nothing ever changes, not even the clock; or the rest of the clip shows the noise
    of a live sensor, which cannot vanish for half a minute. A rendered or strongly smoothed
    scene at rest is not called frozen while anything else in the clip moves.
    """
    previous: Plane | None = None
    runs: list[tuple[float, int]] = []
    began_s, count, noises = frames[0].t_s, 0, []
    for before, frame in pairwise([frames[0], *frames]):
        plane = grey_plane(frame.picture, 640)
        same, noise, settles = _compared(previous, plane, limits)
        if not same and not (settles and frame.t_s - frames[0].t_s <= limits.settling_s):
            runs.append((before.t_s - began_s, count))
            began_s, count = frame.t_s, 0
            noises.append(noise)
        previous, count = plane, count + 1
    runs.append((frames[-1].t_s - began_s, count))
    longest_s, pictures = max(runs)
    nothing_changes = pictures >= len(frames) - _beginning(frames)
    live_elsewhere = bool(noises) and float(np.median(noises)) >= 1.0
    long = longest_s >= limits.least_s and (nothing_changes or live_elsewhere)
    return longest_s, pictures >= 3 and (long or (nothing_changes and longest_s >= limits.whole_s))


def _beginning(frames: Sequence[Frame]) -> int:
    """Frames of the first three seconds, in which a recorder may still show what came before."""
    return sum(1 for frame in frames if frame.t_s - frames[0].t_s <= 3.0)


def _compared(before: Plane | None, now: Plane, limits: FrozenLimits) -> tuple[bool, float, bool]:
    """Whether two pictures are the same but for encoding, the difference of their typical pixel, and whether it lies
    everywhere as that of an encoder does which is still settling."""
    if before is None:
        return True, 0.0, False
    if before.shape != now.shape:
        return False, 0.0, False
    difference = cast("Plane", cv2.absdiff(before, now))
    mean, largest = float(difference.mean()), float(difference.max())
    same = mean <= limits.same_mean and largest <= limits.same_max
    settles = mean <= limits.settling_rest or (
        mean <= limits.settling_mean and _top_share(difference) <= limits.settling_top
    )
    return same, float(np.median(difference)), settles


def _top_share(difference: Plane) -> float:
    """Share of all the difference that its largest fiftieth of pixels holds."""
    flat = difference.ravel()
    top = max(1, flat.size // 50)
    return float(np.partition(flat, -top)[-top:].sum() / flat.sum())
