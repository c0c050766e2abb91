"""An opened RTSP stream: libav behind a relay, whose packets get back the times that libav forgets."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import av
import av.container
import av.error
import av.video.stream

from cameras.footage import demux
from cameras.footage.capture_pieces import Shot
from cameras.footage.capture_times import Aligner, Timeline, signed
from cameras.footage.rtsp_relay import LIBAV_OPTIONS, Relay
from cameras.footage.rtsp_target import Patience, RelayFailed, Target, Trouble, unreadable

OPEN_OPTIONS = {**LIBAV_OPTIONS, "analyzeduration": "3000000", "fpsprobesize": "0"}
ALIGNS_BY = 4
"""Packets that libav's zero is found by; it holds more than that back anyway when it opens a stream."""

MAX_PIXELS = 36_000_000

PARAMETERS_WITHIN = 4096
"""Parameter sets stand at the front of a keyframe."""

PARAMETER_UNITS = {"h264": frozenset({7}), "hevc": frozenset({32, 33})}


def parameters_of(data: bytes, codec: str) -> bytes:
    """The sequence parameter sets at the front of a coded picture; empty where it carries none."""
    wanted = PARAMETER_UNITS.get(codec)
    if wanted is None:
        return b""
    found = [unit for unit in data.split(b"\x00\x00\x01")[1:] if unit and _unit_type(unit, codec) in wanted]
    return b"".join(unit.rstrip(b"\x00") for unit in found)


def _unit_type(unit: bytes, codec: str) -> int:
    return unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F


class Stream:
    """One opened stream: libav behind a relay. Raises RelayFailed when it cannot be opened."""

    def __init__(self, target: Target, patience: Patience) -> None:
        self.relay = Relay(target, patience)
        self._container: av.container.InputContainer | None = None
        try:
            self._container = av.open(
                self.relay.url, format="rtsp", options=OPEN_OPTIONS, metadata_errors="replace", buffer_size=1 << 16
            )
            self.video = _checked(self._container)
        except av.error.FFmpegError as error:
            self.close()
            raise RelayFailed(self.relay.trouble or _no_stream(error)) from error
        except BaseException:
            self.close()
            raise
        self.tick_s = float(self.video.time_base or 0) or 1 / 90_000

    def shots(self) -> Iterator[Shot]:
        """Until the stream ends; ``relay.trouble`` then tells why. Pictures come in decode order. Raises Jumped."""
        timeline, aligner = Timeline(self.tick_s), Aligner(self.relay.track)
        packets = self._packets()
        first = list(itertools.islice(packets, ALIGNS_BY))
        aligner.begin([packet.pts for packet in first])
        for packet in itertools.chain(first, packets):
            yield from timeline.placed(self._shot(packet, aligner.rtp_of(packet.pts)))

    def _packets(self) -> Iterator[demux.Packet]:
        """The last one only if it is whole: of a connection that breaks libav hands out what came of a picture."""
        assert self._container is not None
        packets = self._container.demux(self.video)
        held: demux.Packet | None = None
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):
                break
            if packet.size:
                if held is not None:
                    yield held
                held = packet
        if held is not None and self.relay.track.is_whole:
            yield held

    def _shot(self, packet: demux.Packet, rtp: int) -> Shot:
        arrived_s = self.relay.track.take(rtp)
        whole = rtp not in self.relay.track.torn and not packet.is_corrupt
        at_s = time.monotonic() if arrived_s is None else arrived_s
        return Shot(packet, 0.0, rtp, at_s, packet.is_keyframe, whole)

    def device_time(self, rtp: int) -> float | None:
        """Unix time that the device's own clock showed at RTP time ``rtp``, by the nearest of its reports."""
        reports = list(self.relay.track.reports)
        if not reports:
            return None
        near = min(reports, key=lambda one: abs(signed(rtp - one.rtp)))
        return near.ntp_s + signed(rtp - near.rtp) * self.tick_s

    def reports_from(self, shot: Shot) -> list[list[float]]:
        """[seconds on the stream's clock, Unix time on the device's]: its sender reports, counted from one shot."""
        reports = [one for one in self.relay.track.reports if one.ntp_s > 0]
        return [[shot.t_s + signed(one.rtp - shot.rtp) * self.tick_s, one.ntp_s] for one in reports]

    def close(self) -> None:
        self.relay.close()
        if self._container is not None:
            self._container.close()
            self._container = None


def _checked(container: av.container.InputContainer) -> av.video.stream.VideoStream:
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context is None:
        raise RelayFailed(unreadable("no_video", "the stream has no video track"))
    context = stream.codec_context
    if context.name not in demux.CODECS:
        raise RelayFailed(unreadable("codec_refused", f"codec {context.name} is refused"))
    if context.width * context.height > MAX_PIXELS:
        raise RelayFailed(unreadable("too_large", "the picture is too large"))
    return stream


def _no_stream(error: av.error.FFmpegError) -> Trouble:
    return unreadable("not_media", f"the stream cannot be read: {error.strerror}")
