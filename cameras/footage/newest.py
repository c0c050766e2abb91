"""The newest whole picture of a video file, without reading all of it; runs in the decoding child.

A look at a camera may bring an hour's segment, of which one picture is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import av
import av.error
import av.video.frame

from cameras.footage import demux
from cameras.footage.demux import Opened, Packet, Refused

PACKETS_FOR_KEY = 900
"""Half a minute at 30 pictures a second: who has no keyframe until then has none."""

BACK_S = (0.0, 12.0)
"""From the end; cameras put a keyframe every ten seconds at the latest."""

PACKETS_FOR_ANY = 150
"""Streams that refresh by stripes show a whole picture after some seconds of them."""

Frame = av.video.frame.VideoFrame


def newest_frame(path: str, limits: Mapping[str, Any], progress: Callable[[], None]) -> Frame:
    """The last keyframe that can be decoded alone, else an early one, else whatever shows first.

    Raises:
        Refused: no video, or nothing in it can be decoded.
    """
    for tries in (_last_key, _first_key, _anything):
        opened = demux.open_video(path, limits)
        opened.stream.codec_context.thread_count = 1
        opened.stream.codec_context.options = {"max_pixels": str(limits["max_pixels"])}
        try:
            if (frame := tries(opened, progress)) is not None:
                return frame
        finally:
            opened.container.close()
    raise Refused("nothing_decodable", "no packet gives a whole picture")


def _last_key(opened: Opened, progress: Callable[[], None]) -> Frame | None:
    """Containers without an index (MPEG-TS, FLV) land anywhere near, also behind the last keyframe."""
    end = _end_pts(opened)
    if end is None:
        return None
    for back_s in BACK_S:
        try:
            opened.container.seek(max(0, end - round(back_s / opened.seconds)), stream=opened.stream, backward=True)
        except av.error.FFmpegError:
            return None  # raw streams and broken indexes cannot be sought in
        keys = [packet for packet in _packets(opened, PACKETS_FOR_KEY, progress) if _is_key(packet)]
        for packet in reversed(keys):
            if (frame := _alone(opened, packet)) is not None:
                return frame
    return None


def _end_pts(opened: Opened) -> int | None:
    stream, container = opened.stream, opened.container
    if stream.duration is not None:
        return (stream.start_time or 0) + stream.duration
    if container.duration is not None:
        start = container.start_time or 0
        return round((start + container.duration) / av.time_base / opened.seconds)
    return None


def _first_key(opened: Opened, progress: Callable[[], None]) -> Frame | None:
    for packet in _packets(opened, PACKETS_FOR_KEY, progress):
        if _is_key(packet) and (frame := _alone(opened, packet)) is not None:
            return frame
    return None


def _is_key(packet: Packet) -> bool:
    return packet.is_keyframe and not packet.is_corrupt


def _alone(opened: Opened, packet: Packet) -> Frame | None:
    """The picture of one packet, with a decoder that knows nothing of any other."""
    context = opened.stream.codec_context
    context.flush_buffers()
    frames = [*_decoded(context, packet), *_decoded(context, None)]
    context.flush_buffers()
    return frames[-1] if frames else None


def _anything(opened: Opened, progress: Callable[[], None]) -> Frame | None:
    """The last of the first few seconds: pictures without a keyframe grow whole with time."""
    found: Frame | None = None
    context = opened.stream.codec_context
    for packet in [*_packets(opened, PACKETS_FOR_ANY, progress), None]:
        progress()
        for frame in _decoded(context, packet):
            found = frame
    return found


def _packets(opened: Opened, most: int, progress: Callable[[], None]) -> Iterator[Packet]:
    for packet in islice(demux.timed_packets(opened, lambda _what: None), most):
        progress()
        yield packet


def _decoded(context: av.VideoCodecContext, packet: Packet | None) -> list[Frame]:
    try:
        return [frame for frame in context.decode(packet) if not frame.is_corrupt]
    except EOFError:
        return []
    except av.error.MemoryError:
        raise MemoryError from None
    except (av.error.FFmpegError, ValueError):
        return []
