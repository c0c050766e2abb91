"""Whether an MPEG transport stream ends inside a packet. [core]

It tells no length (ISO/IEC 13818-1): of one that was cut between two packets nobody can know that more was to come.
"""

from __future__ import annotations

import os
from pathlib import Path

SYNC = 0x47
PACKETS = ((188, 0), (192, 4), (204, 0))
"""Bytes of a packet and where in it the sync byte stands: plain, with a time stamp before each (M2TS), and with error
correction behind."""
ASKED = 8
"""Packets in a row that have to begin where the size says."""


def breaks_off(path: Path) -> bool:
    """False also of what begins with anything but packets."""
    try:
        with path.open("rb") as file:
            head = file.read(ASKED * 204)
            size = file.seek(0, os.SEEK_END)
    except OSError:
        return False
    for packet, sync_at in PACKETS:
        starts = range(sync_at, min(len(head), ASKED * packet), packet)
        if len(head) >= packet and all(head[at] == SYNC for at in starts):
            return size % packet != 0
    return False
