"""What the simulated recorders have on their disks, and the containers that real ones send it in.

libav writes no DHAV, and its program streams lose the times of reordered pictures; real devices put each picture into
packets of its own with its own time. So both are written here, after the formats and not after a library.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import av
import cv2

from tests.cameras.clips import picture_at, wib, write
from tests.cameras.footage_contract import Recorded

PTS_RATE = 90_000
PES_MAX = 60_000
STREAM_TYPES = {"h264": 0x1B, "hevc": 0x24}
DAV_CODECS = {"h264": 0x04, "hevc": 0x0C}


@dataclass(frozen=True)
class Shot:
    """One coded picture; times in seconds from the film's first picture."""

    data: bytes
    t_s: float
    decode_s: float
    is_key: bool


@dataclass(frozen=True)
class Film:
    """A recorded stretch in decode order. ``start``: true time of its first picture."""

    start: datetime
    seconds: float
    shots: tuple[Shot, ...]
    codec: str
    size: tuple[int, int]
    declared_fps: int

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def cut(self, from_s: float, to_s: float) -> Film:
        """As recorders cut: from the keyframe at or before, to the last picture shot before the end."""
        keys = [number for number, shot in enumerate(self.shots) if shot.is_key and shot.t_s <= from_s + 0.001]
        first = keys[-1] if keys else 0
        last = max((number for number, shot in enumerate(self.shots) if shot.t_s < to_s - 0.001), default=first)
        return replace(self, shots=self.shots[first : last + 1])


@cache
def filmed(recorded: Recorded, key_every_s: float | None = None) -> Film:
    """``key_every_s``: for recordings at 10 pictures a second; else as they are."""
    clip = recorded.clip() if key_every_s is None else replace(recorded.clip(), gop_s=key_every_s)
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "film.ts", clip)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.size]
            zero = min(packet.pts for packet in packets if packet.pts is not None)
            tick = float(stream.time_base or 0)
            shots = tuple(
                Shot(bytes(p), ((p.pts or 0) - zero) * tick, ((p.dts or 0) - zero) * tick, p.is_keyframe)
                for p in packets
            )
            codec, size = stream.codec_context.name, (stream.codec_context.width, stream.codec_context.height)
    return Film(wib(recorded.start), recorded.seconds, shots, codec, size, round(recorded.declared_fps))


def as_mp4(film: Film) -> bytes:
    """Times count from the first picture."""
    with tempfile.TemporaryDirectory() as folder:
        raw, path = Path(folder) / "film.ps", Path(folder) / "film.mp4"
        raw.write_bytes(as_program_stream(film))
        with av.open(str(raw)) as given, av.open(str(path), "w") as made:
            stream = given.streams.video[0]
            out = made.add_stream_from_template(stream)
            for packet in given.demux(stream):
                if packet.size:
                    packet.stream = out
                    made.mux(packet)
        return path.read_bytes()


def as_jpeg(t_s: float, size: tuple[int, int] = (320, 240)) -> bytes:
    done, content = cv2.imencode(".jpg", picture_at(t_s, size), [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    return bytes(content)


# -- MPEG program stream, as Hikvision writes it ------------------------------------------------


def as_program_stream(film: Film, base_s: float = 0.0) -> bytes:
    """``base_s``: the recorder's own count at the film's first picture. One packet or more for each picture."""
    out = bytearray(b"IMKH\x01\x01" + bytes(34))
    for shot in film.shots:
        pts, dts = (round((t_s + base_s + 1.0) * PTS_RATE) % (1 << 33) for t_s in (shot.t_s, shot.decode_s))
        out += _pack(dts)
        if shot.is_key:
            out += _stream_map(STREAM_TYPES[film.codec])
        out += _pes(shot.data, pts, dts)
    return bytes(out + b"\x00\x00\x01\xb9")


def _pack(clock: int) -> bytes:
    bits = 0b01 << 46 | (clock >> 30 & 7) << 43 | 1 << 42 | (clock >> 15 & 0x7FFF) << 27 | 1 << 26
    bits |= (clock & 0x7FFF) << 11 | 1 << 10 | 1
    return b"\x00\x00\x01\xba" + bits.to_bytes(6, "big") + b"\x01\x89\xc3\xf8"


def _stream_map(kind: int) -> bytes:
    body = b"\xe0\xff\x00\x00" + struct.pack(">H", 4) + bytes([kind, 0xE0, 0, 0]) + bytes(4)
    return b"\x00\x00\x01\xbc" + struct.pack(">H", len(body)) + body


def _pes(data: bytes, pts: int, dts: int) -> bytes:
    out = bytearray()
    for at in range(0, len(data), PES_MAX):
        stamps = _stamp(pts, 2) if pts == dts else _stamp(pts, 3) + _stamp(dts, 1)
        stamps, flags = (stamps, 0x80 if pts == dts else 0xC0) if at == 0 else (b"", 0)
        body = bytes([0x84 if at == 0 else 0x80, flags, len(stamps)]) + stamps + data[at : at + PES_MAX]
        out += b"\x00\x00\x01\xe0" + struct.pack(">H", len(body)) + body
    return bytes(out)


def _stamp(ticks: int, mark: int) -> bytes:
    high, middle, low = ticks >> 30 & 7, ticks >> 15 & 0x7FFF, ticks & 0x7FFF
    return bytes([mark << 4 | high << 1 | 1]) + struct.pack(">HH", middle << 1 | 1, low << 1 | 1)


# -- DHAV, as Dahua writes it -------------------------------------------------------------------


def as_dav(films: Sequence[tuple[Film, datetime]]) -> bytes:
    """Each film with what the device's clock shows at its second 0 (local, the zone is not written).

    A frame tells the date to the second, and sixteen bits of a millisecond counter that runs on its own; keyframes
    carry size, codec and the rate that the device claims. Reordered pictures cannot be told in it.
    """
    out = bytearray()
    number = 0
    for film, zero in films:
        for shot in film.shots:
            out += _frame(film, shot, zero + timedelta(seconds=round(shot.t_s, 3)), number)
            number += 1
    return bytes(out)


def _frame(film: Film, shot: Shot, at: datetime, number: int) -> bytes:
    extra = b""
    if shot.is_key:
        width, height = film.size
        extra = b"\x82\x00\x00\x00" + struct.pack("<HH", width, height)
        extra += bytes([0x81, 0, DAV_CODECS[film.codec], film.declared_fps])
    date = (at.year - 2000) << 26 | at.month << 22 | at.day << 17 | at.hour << 12 | at.minute << 6 | at.second
    counter = round(shot.t_s * 1000 + 777) & 0xFFFF
    length = 24 + len(extra) + len(shot.data) + 8
    kind = 0xFD if shot.is_key else 0xFC
    head = b"DHAV" + bytes([kind, 0, 0, 0]) + struct.pack("<IIIHB", number, length, date, counter, len(extra))
    return head + bytes([sum(head) & 0xFF]) + extra + shot.data + b"dhav" + struct.pack("<I", length)
