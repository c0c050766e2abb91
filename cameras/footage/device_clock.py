"""How far a device's clock is from ours, when it tells its time to the second; pure.

A clock that is read to the second is known to within a second and the time that the answer took. If being right lies
inside that, nothing is proven against it and nothing is taken off: a clock in step must not be "corrected" by the
error of reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cameras.footage.window import TimeWindow

RESOLUTION_S = 1.0
PADDING_S = 5.0
"""Asked for on both sides of a window: recorders start at the keyframe they like."""


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """``offset_s``: device minus true. ``how``: ``in_step`` (told, and not proven wrong), ``measured``, or ``set`` (the
    device does not tell; the camera's setting holds). ``uncertainty_s``: half the range in which the offset lies.
    """

    offset_s: float
    how: str
    uncertainty_s: float = RESOLUTION_S

    @property
    def padding_s(self) -> float:
        return PADDING_S + self.uncertainty_s

    def by_device(self, window: TimeWindow) -> TimeWindow:
        """The window, padded, as the device's clock would show it."""
        shift, pad = timedelta(seconds=self.offset_s), timedelta(seconds=self.padding_s)
        return TimeWindow(window.start + shift - pad, window.end + shift + pad)

    def shown(self, true: datetime) -> datetime:
        return true + timedelta(seconds=self.offset_s)

    def true(self, by_device: datetime) -> datetime:
        return by_device - timedelta(seconds=self.offset_s)

    def note(self, dating_uncertainty_s: float = 0.0) -> dict[str, Any]:
        """For the pull's notes; ``dating_uncertainty_s``: what is not known of the footage's start on that clock."""
        return {
            "how": self.how,
            "offset_s": round(self.offset_s, 3),
            "padding_s": round(self.padding_s, 3),
            "uncertainty_s": round(self.uncertainty_s + dating_uncertainty_s, 3),
        }


def read(told: datetime, asked_at: datetime, answered_at: datetime) -> DeviceClock:
    """From what the device told (seconds cut off) between two moments of our own clock."""
    lowest_s = (told - answered_at).total_seconds()
    highest_s = (told - asked_at).total_seconds() + RESOLUTION_S
    if lowest_s <= 0.0 <= highest_s:
        return DeviceClock(0.0, "in_step", max(-lowest_s, highest_s))
    return DeviceClock((lowest_s + highest_s) / 2, "measured", (highest_s - lowest_s) / 2)
