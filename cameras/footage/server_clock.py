"""The clock of a server that tells its time only in the Date header of its answers, to the second."""

from __future__ import annotations

from typing import Any

FINE_S = 2.0
"""Half a second of rounding, the way there and back, a busy machine: below this a Date header proves nothing, and what
is set for the camera stands (0 where nothing is set)."""

PADDING_S = 1.0


def by_date(told_s: float | None, set_s: float) -> tuple[float, dict[str, Any]]:
    """The offset to use (clock minus true time, seconds) and the note of how it was found.

    ``told_s``: what the Date header says, None where there is none; ``set_s``: what is set for the camera.
    """
    if told_s is None or abs(told_s - set_s) <= FINE_S:
        how = "set" if told_s is None else "set, and confirmed by the server's Date"
        return set_s, {"how": how, "offset_s": set_s, "padding_s": PADDING_S}
    return told_s, {"how": "the server's Date", "offset_s": round(told_s, 1), "padding_s": PADDING_S}
