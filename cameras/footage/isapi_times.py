"""What a Hikvision recorder's times mean. They end in ``Z``; some firmwares mean UTC, others the clock on their wall.

Seven hours are a wrong verdict, so the meaning is set, or found out, or the pull is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from cameras.footage.isapi_xml import when
from cameras.footage.source import FootageUndated
from cameras.footage.window import TimeWindow

AHEAD_S = 300.0
"""A recording may be listed as reaching a little into the future."""

BEHIND_S = 4500.0
"""Some recorders list a file only once it is closed: after an hour at most."""


class ZMeans(StrEnum):
    UTC = "utc"
    LOCAL = "local"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class IsapiTimes:
    """Reads and writes the device's times. ``zone``: what its clock shows."""

    zone: tzinfo
    z_is_local: bool

    def digits(self, at: datetime) -> datetime:
        """The figures that the device writes for a moment, without a zone."""
        return at.astimezone(self.zone if self.z_is_local else UTC).replace(tzinfo=None)

    def write(self, at: datetime) -> str:
        return f"{self.digits(at):%Y-%m-%dT%H:%M:%SZ}"

    def read(self, text: str) -> datetime | None:
        """None where it is no time. An offset that is written out is believed; only ``Z`` is in doubt."""
        found = when(text)
        if found is None:
            return None
        plain, told = found
        zone = told if told not in (None, UTC) else (self.zone if self.z_is_local else UTC)
        try:
            return plain.replace(tzinfo=zone).astimezone(UTC)
        except (OverflowError, ValueError):
            return None


def found_out(now: datetime, zone: tzinfo, has: Callable[[IsapiTimes, TimeWindow], bool]) -> IsapiTimes:
    """Ask what the recorder has of the last hour, in the reading whose figures are the later ones; what it has there
    would lie in the future in the other reading. A recorder that records tells itself apart so.

    ``now``: by the device's clock. ``has``: whether anything is listed in a window, in a reading.

    Raises:
        FootageUndated: it has recorded nothing lately in either.
    """
    local, utc = IsapiTimes(zone, z_is_local=True), IsapiTimes(zone, z_is_local=False)
    ahead_s = (local.digits(now) - utc.digits(now)).total_seconds()
    if ahead_s == 0.0:
        return utc
    behind_s = min(BEHIND_S, abs(ahead_s) / 3)
    lately = TimeWindow(now - timedelta(seconds=behind_s), now + timedelta(seconds=AHEAD_S))
    for times in (local, utc) if ahead_s > 0 else (utc, local):
        if has(times, lately):
            return times
    raise FootageUndated(
        "whether its times are UTC or local cannot be told from its latest recordings; set it for the camera",
        setting="z_means",
    )
