"""Parts of the day by the sun over Jakarta, checked against times that almanacs print."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cameras.patrol.daypart import BETWEEN_LOOKS, DayPart, day_part, sun

WIB = ZoneInfo("Asia/Jakarta")


def at(month: int, day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=WIB)


@pytest.mark.parametrize(
    ("month", "day", "rise", "down"),
    [(3, 20, "05:57", "18:03"), (6, 21, "06:01", "17:47"), (11, 3, "05:26", "17:48"), (12, 22, "05:36", "18:05")],
)
def test_the_sun_rises_and_sets_when_almanacs_say(month: int, day: int, rise: str, down: str) -> None:
    """The upper rim in the refracted horizon: the middle stands 0.83 degrees below."""
    assert abs(sun(at(month, day, rise))[0] + 0.83) < 1.2
    assert abs(sun(at(month, day, down))[0] + 0.83) < 1.2
    assert sun(at(month, day, rise))[1]
    assert not sun(at(month, day, down))[1]


def test_every_day_has_six_parts_in_their_order() -> None:
    for month in range(1, 13):
        minutes = [at(month, 15, "00:00") + timedelta(minutes=5 * n) for n in range(288)]
        parts = [day_part(moment) for moment in minutes]
        order = [part for n, part in enumerate(parts) if n == 0 or parts[n - 1] is not part]
        assert order == [
            DayPart.NIGHT, DayPart.DAWN, DayPart.MORNING, DayPart.NOON, DayPart.AFTERNOON, DayPart.DUSK, DayPart.NIGHT,
        ]  # fmt: skip
        for part in DayPart:
            lasts = timedelta(minutes=5 * parts.count(part))
            assert 2 <= lasts / BETWEEN_LOOKS[part] + 1 < 5, (month, part)


def test_the_part_does_not_depend_on_the_clocks_zone() -> None:
    moment = at(11, 2, "09:30")
    assert day_part(moment.astimezone(ZoneInfo("UTC"))) is day_part(moment) is DayPart.NOON
