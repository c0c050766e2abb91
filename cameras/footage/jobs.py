"""The jobs of the decoding child: read packets, decode frames, join segments.

Each takes the request and a reporter, and answers the body of the RESULT message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import av
import av.error
import av.video.frame

from cameras.footage import demux, sampling, still, wire

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

Result = dict[str, Any]

LEADING_S = 0.3
"""Pictures that follow a keyframe in the file and precede it on screen still belong to the span before it."""


def probe_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """One INFO message per path, in order: facts, or ``reason`` and ``detail``."""
    for path in request["paths"]:
        try:
            facts = _probed(path, request["limits"], reporter)
        except demux.Refused as refused:
            facts = {"reason": refused.reason, "detail": refused.detail}
        except FileNotFoundError:
            facts = {"reason": "not_found", "detail": "no such file"}
        reporter.message(wire.Kind.INFO, facts)
    return {}


def _probed(path: str, limits: Mapping[str, Any], reporter: Reporter) -> Result:
    if still.is_still(path):
        height, width = still.load(path, limits["max_pixels"]).shape[:2]
        return still.facts(path, width, height)
    opened = demux.open_video(path, limits)
    try:
        return facts(opened, demux.survey(opened, reporter.progress))
    finally:
        opened.container.close()


def facts(opened: demux.Opened, found: demux.Survey) -> Result:
    """MediaInfo as JSON."""
    context = opened.stream.codec_context
    declared = opened.stream.average_rate
    return {
        "duration_s": found.duration_s,
        "width": context.width,
        "height": context.height,
        "codec": context.name,
        "keyframe_gap_max_s": found.gap_max_s(),
        "keyframe_times_s": found.keys_s,
        "first_pts_s": found.first_pts * opened.seconds,
        "last_pts_s": found.first_pts * opened.seconds + found.times_s[-1],
        "declared_fps": float(declared) if declared else None,
        "frames": found.packets,
        "is_still": False,
        "stretches_s": sampling.stretches(found.times_s, found.frame_s),
        "truncated": found.truncated,
    }


def frames_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """INFO with the facts and the mode, then the frames."""
    if still.is_still(request["path"]):
        return still.send(request, reporter)
    opened = demux.open_video(request["path"], request["limits"])
    found = demux.survey(opened, reporter.progress)
    told = facts(opened, found)
    opened.container.close()
    plan = request["plan"]
    mode = sampling.resolve_mode(plan["mode"], told["keyframe_gap_max_s"], found.flags_trusted)
    reporter.message(wire.Kind.INFO, {**told, "mode": mode})
    run = _Decoding(request, found, reporter)
    if mode == "keyframes":
        run.keyframes()
    if mode == "rate" or (run.sent == 0 and run.failed):
        mode = "rate"  # keyframes that do not decode alone (intra refresh) need what comes before them
        run.rate()
    if run.sent == 0 and run.failed:
        raise demux.Refused("nothing_decodable", f"none of {run.failed} packets could be decoded")
    return {"truncated": run.truncated, "decoded": run.decoded, "mode": mode, "failed": run.failed}


class _Decoding:
    """One pass over the file's packets, feeding the decoder only what the plan needs."""

    def __init__(self, request: Mapping[str, Any], found: demux.Survey, reporter: Reporter) -> None:
        self._request = request
        self._plan = request["plan"]
        self._found = found
        self._reporter = reporter
        self._last_s = float("-inf")
        self.truncated = found.truncated
        self.decoded = self.sent = self.failed = 0

    def keyframes(self) -> None:
        """One thread and a clean decoder for each picture: nothing to wait for, nothing carried over."""
        chosen = iter(sampling.thinned_keys(self._found.keys_s, self._plan["spans"], self._plan["fps"]))
        wanted = next(chosen, None)
        opened = self._opened(threads=1)
        context = opened.stream.codec_context
        for packet in demux.timed_packets(opened, self._trouble):
            self._reporter.progress()
            t_s = self._t_s(packet.pts, opened)
            if wanted is None or self._full:
                break
            if packet.is_keyframe and t_s >= wanted - 1e-6:
                wanted = next(chosen, None)
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

    def _wanted_packets(self, opened: demux.Opened) -> Iterator[av.packet.Packet | None]:
        """Packets of the groups that hold a span; None wherever the decoder must be emptied."""
        groups = iter(sampling.groups_to_decode(self._found.keys_s, self._plan["spans"]))
        group = next(groups, None)
        feeding = False
        for packet in demux.timed_packets(opened, self._trouble):
            self._reporter.progress()
            t_s = self._t_s(packet.pts, opened)
            if feeding and packet.is_keyframe and group is not None and t_s >= group[1] + LEADING_S:
                yield None
                feeding, group = False, next(groups, None)
            if group is None:
                return
            feeding = feeding or t_s >= group[0] - 1e-6 and (packet.is_keyframe or group[0] == float("-inf"))
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

    def _decode(
        self, context: av.VideoCodecContext, packet: av.packet.Packet | None
    ) -> list[av.video.frame.VideoFrame]:
        try:
            return list(context.decode(packet))
        except EOFError:
            return []
        except av.error.MemoryError:
            raise MemoryError from None
        except (av.error.FFmpegError, ValueError):
            self.failed += 1
            return []

    def _offer(
        self, frame: av.video.frame.VideoFrame, opened: demux.Opened, wants: Callable[[float], bool]
    ) -> None:
        """Hand the frame over if it is whole, later than the last one, and wanted."""
        self.decoded += 1
        if frame.is_corrupt or frame.pts is None or self._full:
            return
        t_s = self._t_s(frame.pts, opened)
        if t_s < -1e-6 or t_s <= self._last_s or not wants(t_s):
            return
        self._last_s = t_s
        send_frame(self._reporter, frame, max(0.0, t_s), self._plan["long_side"])
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


def send_frame(
    reporter: Reporter, frame: av.video.frame.VideoFrame, t_s: float, long_side: int | None
) -> None:
    """Scale and convert in one step of libswscale, then write the rows without their padding."""
    width, height = fitted(frame.width, frame.height, long_side)
    shrinks = width < frame.width
    scaled = frame.reformat(width, height, "bgr24", interpolation="AREA" if shrinks else "BILINEAR", threads=1)
    plane = scaled.planes[0]
    row = width * 3
    data = memoryview(plane)
    rows = data[: row * height] if plane.line_size == row else b"".join(
        data[at : at + row] for at in range(0, plane.line_size * height, plane.line_size)
    )
    turns = round(frame.rotation / 90) % 4
    flags = (wire.FLAG_KEY if frame.key_frame else 0) | turns << wire.TURNS_SHIFT
    reporter.picture(t_s, flags, (width, height), rows)


def fitted(width: int, height: int, long_side: int | None) -> tuple[int, int]:
    """Never larger than it is, never under one pixel."""
    if long_side is None or max(width, height) <= long_side:
        return width, height
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


JOBS: dict[str, Callable[[Mapping[str, Any], Reporter], Result]] = {"probe": probe_job, "frames": frames_job}
