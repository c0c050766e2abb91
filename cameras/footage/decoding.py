"""One pass over a file's packets, feeding the decoder only what a plan needs; runs in the child."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import av
import av.error
import av.video.frame

from cameras.footage import demux, sampling
from cameras.footage.demux import Packet

LEADING_S = 0.3
"""Pictures that follow a keyframe in the file and precede it on screen still belong to the span before it."""

Deliver = Callable[[av.video.frame.VideoFrame, float], None]


class Decoding:
    """``deliver`` gets each wanted frame with its time, ascending; ``progress`` is called per packet.

    ``decoded``, ``sent``, ``failed``: frames out of the decoder, frames delivered, packets it refused.
    ``tried``: keyframes looked at alone.
    """

    def __init__(
        self, request: Mapping[str, Any], found: demux.Survey, deliver: Deliver, progress: Callable[[], None]
    ) -> None:
        """``request``: ``path``, ``limits`` and ``plan`` (mode, fps, spans, long_side)."""
        self._request = request
        self._plan = request["plan"]
        self._found = found
        self._deliver = deliver
        self._progress = progress
        self._last_s = float("-inf")
        self.truncated = found.truncated
        self.decoded = self.sent = self.failed = self.tried = 0

    def keyframes(self) -> None:
        """One thread and a clean decoder for each picture: nothing to wait for, nothing carried over."""
        chosen = iter(sampling.thinned_keys(self._found.keys_s, self._plan["spans"], self._plan["fps"]))
        wanted = next(chosen, None)
        opened = self._opened(threads=1)
        context = opened.stream.codec_context
        for packet in demux.timed_packets(opened, self._trouble):
            self._progress()
            t_s = self._t_s(packet.pts, opened)
            if wanted is None or self._full:
                break
            if packet.is_keyframe and t_s >= wanted - 1e-6:
                wanted = next(chosen, None)
                self.tried += 1
                for frame in [*self._decode(context, packet), *self._decode(context, None)]:
                    self._offer(frame, opened, lambda _t: True)
                context.flush_buffers()
        opened.container.close()

    def rate(self) -> None:
        """Whole groups of pictures around the spans; two threads, more only add memory."""
        grid = sampling.RateGrid(self._plan["fps"], self._plan["spans"])
        opened = self._opened(threads=2)
        context = opened.stream.codec_context
        for packet in self._wanted_packets(opened):
            for frame in self._decode(context, packet):
                self._offer(frame, opened, grid.wants)
            if packet is None:
                context.flush_buffers()
            if self._full or grid.finished:
                break
        opened.container.close()

    def _wanted_packets(self, opened: demux.Opened) -> Iterator[Packet | None]:
        """Packets of the groups that hold a span; None wherever the decoder must be emptied."""
        groups = iter(sampling.groups_to_decode(self._found.keys_s, self._plan["spans"]))
        group = next(groups, None)
        feeding = False
        for packet in demux.timed_packets(opened, self._trouble):
            self._progress()
            t_s = self._t_s(packet.pts, opened)
            if feeding and packet.is_keyframe and group is not None and t_s >= group[1] + LEADING_S:
                yield None
                feeding, group = False, next(groups, None)
            if group is None:
                return
            feeding = feeding or (t_s >= group[0] - 1e-6 and (packet.is_keyframe or group[0] == float("-inf")))
            if feeding:
                yield packet
        yield None

    def _opened(self, threads: int) -> demux.Opened:
        opened = demux.open_video(self._request["path"], self._request["limits"])
        context = opened.stream.codec_context
        context.thread_count = threads
        context.thread_type = "AUTO"
        context.options = {"max_pixels": str(self._request["limits"]["max_pixels"])}
        return opened

    def _decode(self, context: av.VideoCodecContext, packet: Packet | None) -> list[av.video.frame.VideoFrame]:
        try:
            return list(context.decode(packet))
        except EOFError:
            return []
        except av.error.MemoryError:
            raise MemoryError from None
        except (av.error.FFmpegError, ValueError):
            self.failed += 1
            return []

    def _offer(self, frame: av.video.frame.VideoFrame, opened: demux.Opened, wants: Callable[[float], bool]) -> None:
        """Hand the frame over if it is whole, later than the last one, and wanted."""
        self.decoded += 1
        if frame.is_corrupt or frame.pts is None or self._full:
            return
        t_s = self._t_s(frame.pts, opened)
        if t_s < -1e-6 or t_s <= self._last_s or not wants(t_s):
            return
        self._last_s = t_s
        self._deliver(frame, max(0.0, t_s))
        self.sent += 1

    @property
    def _full(self) -> bool:
        if self.sent < self._request["limits"]["max_frames"]:
            return False
        self.truncated = self.truncated or "max_frames"
        return True

    def _t_s(self, pts: int | None, opened: demux.Opened) -> float:
        return ((pts or 0) - self._found.first_pts) * opened.seconds

    def _trouble(self, what: str) -> None:
        self.truncated = self.truncated or what
