"""Stills recorded: taken by a thread of the recorder every few seconds, put into segments by the recording child."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from cameras.footage.context import SourceContext
from cameras.footage.fetch import room
from cameras.footage.options import value_of
from cameras.footage.snapshot import SnapshotSource
from cameras.footage.still_camera import StillCamera
from cameras.ring.child import RecordingChild
from cameras.ring.gathering import Gatherer, Say

SHOT_WALL_S = 20.0
ROLL_S = 300.0
"""A connection is used for so long, and the camera's address asked for again then."""


class StillRecorder(Gatherer):
    """``folder``: for the pictures until they are written."""

    job: ClassVar[str] = "stills"

    def __init__(
        self, camera_id: int, context: SourceContext, folder: Path, child: RecordingChild, segment_s: float, say: Say
    ) -> None:
        super().__init__(camera_id, child, segment_s, say)
        self._context = context
        self._folder = folder
        self._every_s = float(value_of(SnapshotSource.options, context.settings, "every_s"))
        self._camera: StillCamera | None = None
        self._shots = 0
        self._digest = ""

    def _turn(self) -> float:
        began_at = self._context.now()
        if self._camera is None or self._shots * self._every_s >= ROLL_S:
            self._hang_up()
            self._shots = 0
            camera = StillCamera(self._context, wall_s=ROLL_S + SHOT_WALL_S)
            camera.__enter__()
            self._camera = camera
        shot = self._camera.shot()
        self._shots += 1
        if shot.digest != self._digest:  # the same bytes again are no news of another moment
            self._digest = shot.digest
            path = self._folder / f"{shot.at.timestamp():.6f}.jpg"
            with room():
                path.write_bytes(shot.content)
            self._hold({"path": str(path.absolute()), "start_s": shot.at.timestamp()}, self._every_s)
        spent_s = (self._context.now() - began_at).total_seconds()
        return min(self._every_s, max(0.2, self._every_s - spent_s))

    def _hang_up(self) -> None:
        if self._camera is not None:
            self._camera.__exit__(None, None, None)
            self._camera = None
