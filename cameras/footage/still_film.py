"""Stills as a film on true time; runs in the decoding child.

Every picture is a keyframe that stands until the next one comes. They are encoded (H.264, nearly without loss), because
cameras change size and quality as they like, and browsers play no film of JPEGs.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.container
import av.video.stream
from av.video.frame import PictureType

from cameras.footage import demux, join, still

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

LONG_SIDE = 3840
OPTIONS = {"preset": "veryfast", "crf": "16", "tune": "zerolatency", "threads": "1", "bf": "0"}


def stills_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """``stills``: [path, seconds from the first one], ascending. Answers the facts of the written file, and
    ``written``: the numbers of those in it; what cannot be decoded is left out.

    Raises:
        demux.Refused: none of them is a picture.
    """
    limits, destination = request["limits"], request["destination"]
    written: list[int] = []
    with av.open(destination, "w", format="mp4", options=join.MUXER_OPTIONS) as container:
        film: _Film | None = None
        for number, (path, t_s) in enumerate(request["stills"]):
            reporter.progress()
            try:
                picture = still.load(path, limits["max_pixels"])
            except demux.Refused:
                continue
            film = film or _Film(container, picture.shape[1], picture.shape[0], t_s)
            film.add(av.VideoFrame.from_ndarray(picture, format="bgr24"), t_s)
            written.append(number)
        if film is None:
            raise demux.Refused("not_media", "none of the stills is a picture")
        film.finish()
    return {**join.read_back(destination, limits, reporter), "written": written}


class _Film:
    """In the size of its first picture."""

    def __init__(self, container: av.container.OutputContainer, width: int, height: int, first_s: float) -> None:
        scale = min(1.0, LONG_SIDE / max(width, height))
        self._container = container
        self._first_s = first_s
        self._track: av.video.stream.VideoStream = container.add_stream("libx264", rate=25, options=OPTIONS)
        self._track.width, self._track.height = _even(width * scale), _even(height * scale)
        self._track.pix_fmt = "yuv420p"
        self._track.codec_context.time_base = Fraction(1, join.TICKS)
        self._track.codec_context.gop_size = 1

    def add(self, frame: av.VideoFrame, t_s: float) -> None:
        scaled = frame.reformat(self._track.width, self._track.height, "yuv420p", threads=1)
        scaled.pts, scaled.time_base = round((t_s - self._first_s) * join.TICKS), Fraction(1, join.TICKS)
        scaled.pict_type = PictureType.I
        self._put(scaled)

    def finish(self) -> None:
        self._put(None)

    def _put(self, frame: av.VideoFrame | None) -> None:
        for packet in self._track.encode(frame):
            packet.duration = join.TICKS  # of the last one; the others last until the next
            self._container.mux_one(packet)


def _even(length: float) -> int:
    return max(2, round(length) - round(length) % 2)
