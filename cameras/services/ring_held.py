"""A camera that a recorder holds."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from cameras.ring import feeds
from cameras.ring.feeds import Feed, RtspTask
from cameras.services.ring_plan import Wanted


@dataclass(slots=True)
class Held:
    """``feed``: its thread here, for what the child does not record. ``looking``: its address being looked up."""

    wanted: Wanted
    way: str
    feed: Feed | None = None
    looking: Future[RtspTask] | None = None
    target: RtspTask | None = None
    is_running: bool = False
    recording_since_s: float | None = None
    looked_up_s: float = 0.0

    def change(self, wanted: Wanted) -> None:
        """It was stopped, and is to be started as it is described now."""
        self.wanted, self.way = wanted, feeds.way_of(wanted.kind)
        self.start_over()

    def start_over(self) -> None:
        """Its address is looked up anew, at once."""
        self.is_running, self.target, self.recording_since_s, self.looked_up_s = False, None, None, 0.0
