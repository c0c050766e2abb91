"""When it is day in Jakarta. [core]

Six degrees south of the equator the sun rises between 05:25 and 06:05 and sets between 17:35 and 18:20, all year
round; an hour inside of that even a heavy sky leaves a street to be seen.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
FROM, UNTIL = time(6, 45), time(17, 15)


def is_daylight(at: datetime) -> bool:
    """Whether a dark picture taken at ``at`` (aware) is the camera's fault."""
    return FROM <= at.astimezone(WIB).time() < UNTIL
