"""Times as citizens' apps send them, to UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
"""Any past is accepted, and kept with room for the windows that are later subtracted from it."""

_DATE_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:[.,](?P<fraction>[0-9]{1,9}))?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


class TimeInvalid(ValueError):
    """Not an ISO 8601 date and time."""


def moment(text: str) -> datetime:
    """The moment that ``text`` names, UTC.

    ISO 8601 date and time in the extended form, ``T`` or one blank between them, seconds and
    fraction optional, offset ``Z``, ``+07:00``, ``+0700`` or ``+07``; without an offset it is
    Jakarta's clock. What lies before year 2 is ``EARLIEST``; what lies past year 9999 is the
    last moment there is.

    Raises:
        TimeInvalid: anything else, a date alone and days or hours that do not exist included.
    """
    parts = _DATE_TIME.fullmatch(text)
    if parts is None:
        raise TimeInvalid("expected an ISO 8601 date and time such as 2017-02-20T09:41:00+07:00")
    try:
        local = datetime.fromisoformat(f"{parts['day']}T{parts['time']}").replace(tzinfo=_zone(parts["zone"] or ""))
    except ValueError as exc:
        raise TimeInvalid(f"no such date, time or offset: {exc}") from None
    return _utc(local + timedelta(microseconds=int((parts["fraction"] or "0").ljust(9, "0")[:6])))


def _zone(text: str) -> tzinfo:
    if not text:
        return JAKARTA
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError("offset minutes must be below 60")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _utc(local: datetime) -> datetime:
    try:
        return max(local.astimezone(UTC), EARLIEST)
    except OverflowError:
        return EARLIEST if local.year == 1 else datetime.max.replace(tzinfo=UTC)
