"""A live playlist recorded: polled by a thread of the recorder, its segments put together by the recording child."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from cameras.footage.hls.live import LiveSegment
from cameras.ring.child import RecordingChild
from cameras.ring.gathering import Gatherer, Say

POLL_WALL_S = 20.0
ENDED_S = 30.0
"""A playlist that says it has ended may be begun anew by its server."""


class Follower(Protocol):
    """See ``hls.follower.LiveFollower``."""

    ended: bool
    wait_s: float

    def poll(self, wall_s: float | None = None) -> list[LiveSegment]: ...

    def close(self) -> None: ...


class PlaylistRecorder(Gatherer):
    """``make`` opens a follower whose files are ours."""

    job: ClassVar[str] = "joined"

    def __init__(
        self, camera_id: int, make: Callable[[], Follower], child: RecordingChild, segment_s: float, say: Say
    ) -> None:
        super().__init__(camera_id, child, segment_s, say)
        self._make = make
        self._follower: Follower | None = None

    def _turn(self) -> float:
        follower = self._follower = self._follower or self._make()
        for one in follower.poll(POLL_WALL_S):
            self._hold(_brought(one), one.info.duration_s)
        if not follower.ended:
            return follower.wait_s
        follower.close()
        self._follower = None
        return ENDED_S

    def _hang_up(self) -> None:
        """The follower stays: its next poll goes on where it stood."""
        if self._follower is not None:
            self._follower.close()


def _brought(one: LiveSegment) -> dict[str, object]:
    start_s = one.start.timestamp() + one.info.lead_s
    return {"path": str(one.path.absolute()), "start_s": start_s, "zero_s": one.info.first_pts_s}
