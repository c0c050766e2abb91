"""Parts of the day by the light of Jakarta's sun: what stood in the same light can be compared. [core]

Six parts, by where the sun stands and not by the clock: shadows fall to one side in the morning and to the other in
the afternoon, are short about noon, lamps alone light the night, and twice a day the light changes from minute to
minute. Two-hour slots would cut the light in the same way in March and wrongly in November, since the equation of time
alone moves noon by half an hour over the year; and they would split the night, whose lamps do not change, into six.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from enum import StrEnum

LAT_DEG, LON_DEG = -6.2, 106.82
"""Of the city's middle; its edges are 30 km away, eight seconds of sun time."""

LAMPS_BELOW_DEG = -6.0
"""End of civil twilight: below it street lamps are the light."""

LOW_DEG, HIGH_DEG = 10.0, 45.0
"""Under ten degrees light doubles within minutes; over 45 shadows are shorter than what throws them."""


class DayPart(StrEnum):
    NIGHT = "malam"
    DAWN = "fajar"
    MORNING = "pagi"
    NOON = "siang"
    AFTERNOON = "sore"
    DUSK = "senja"


STEADY = frozenset({DayPart.MORNING, DayPart.NOON, DayPart.AFTERNOON})
"""Parts in which the sun draws the same edges from one look to the next."""

BETWEEN_LOOKS: dict[DayPart, timedelta] = {
    DayPart.NIGHT: timedelta(hours=3, minutes=30),
    DayPart.DAWN: timedelta(minutes=25),
    DayPart.MORNING: timedelta(minutes=50),
    DayPart.NOON: timedelta(hours=1, minutes=50),
    DayPart.AFTERNOON: timedelta(minutes=50),
    DayPart.DUSK: timedelta(minutes=25),
}
"""Two or three looks a day of each part, spread over it: a thing that stands for a day is in three looks at most."""


def day_part(at: datetime) -> DayPart:
    """Of an aware time."""
    elevation, rising = sun(at)
    if elevation < LAMPS_BELOW_DEG:
        return DayPart.NIGHT
    if elevation < LOW_DEG:
        return DayPart.DAWN if rising else DayPart.DUSK
    if elevation < HIGH_DEG:
        return DayPart.MORNING if rising else DayPart.AFTERNOON
    return DayPart.NOON


def sun(at: datetime) -> tuple[float, bool]:
    """Elevation in degrees, and whether it rises.

    Spencer's Fourier series (1971), as the solar calculator of NOAA uses it: right to a fifth of a degree.
    """
    utc = at.astimezone(UTC)
    minutes = utc.hour * 60 + utc.minute + utc.second / 60
    year = 2 * math.pi / 365 * (utc.timetuple().tm_yday - 1 + (minutes / 60 - 12) / 24)
    declination = (
        0.006918
        - 0.399912 * math.cos(year)
        + 0.070257 * math.sin(year)
        - 0.006758 * math.cos(2 * year)
        + 0.000907 * math.sin(2 * year)
        - 0.002697 * math.cos(3 * year)
        + 0.00148 * math.sin(3 * year)
    )
    late_min = 229.18 * (
        0.000075
        + 0.001868 * math.cos(year)
        - 0.032077 * math.sin(year)
        - 0.014615 * math.cos(2 * year)
        - 0.040849 * math.sin(2 * year)
    )
    hour_angle = math.radians(((minutes + late_min + 4 * LON_DEG) / 4 - 180 + 180) % 360 - 180)
    lat = math.radians(LAT_DEG)
    height = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(height)), hour_angle < 0
