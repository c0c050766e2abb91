"""Our own pictures as an MP4 that every browser plays.

In this process: what is encoded here are pictures that were made, not files that were received.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cameras.footage.frame import Picture

if TYPE_CHECKING:
    import av.container
    import av.video.stream

TICKS = 90_000
KEYFRAME_EVERY_S = 1.0
OPTIONS = {"preset": "veryfast", "crf": "23", "threads": "1"}
"""One thread: two would cost the analyses beside it more than they save here."""

MUXER_OPTIONS = {"movflags": "+faststart"}
"""The index in front, so that a player begins before it has the whole file."""


class FilmWriter:
    """H.264, 8 bit 4:2:0, a keyframe every second, no sound, no metadata of anything it was made from.

    The first picture's size (cut to even sides) is the film's; whatever comes in another size is scaled to it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: av.container.OutputContainer | None = None
        self._track: av.video.stream.VideoStream | None = None
        self._first = self._last = self._last_key = -(1 << 62)
        self.written = 0

    def write(self, picture: Picture, t_s: float) -> None:
        """Add a BGR picture shown from ``t_s`` on (any origin); one that is not later than the last is left out."""
        import av
        from av.video.frame import PictureType

        tick = round(t_s * TICKS)
        if self._container is None or self._track is None:
            self._open(picture)
            self._first = tick
        if tick <= self._last:
            return
        assert self._container is not None
        assert self._track is not None
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame = frame.reformat(self._track.width, self._track.height, "yuv420p", threads=1)
        is_key = tick - self._last_key >= KEYFRAME_EVERY_S * TICKS
        frame.pts, frame.time_base = tick - self._first, Fraction(1, TICKS)
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        self._last, self._last_key = tick, tick if is_key else self._last_key
        self._container.mux(self._track.encode(frame))
        self.written += 1

    def _open(self, picture: Picture) -> None:
        import av

        height, width = picture.shape[:2]
        self._container = av.open(str(self._path), "w", format="mp4", options=MUXER_OPTIONS)
        track = self._container.add_stream("libx264", rate=25, options=OPTIONS)
        track.width, track.height, track.pix_fmt = max(2, width - width % 2), max(2, height - height % 2), "yuv420p"
        track.codec_context.time_base = Fraction(1, TICKS)
        track.codec_context.gop_size = 1000  # keyframes are set by time, not by count
        self._track = track

    def finish(self) -> None:
        """Write what is left, and have it on the disk."""
        if self._container is None or self._track is None:
            return
        self._container.mux(self._track.encode(None))
        self._container.close()
        self._container = None
        with self._path.open("rb+") as file:
            os.fsync(file.fileno())

    def __enter__(self) -> FilmWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        elif self._container is not None:
            self._container.close()
