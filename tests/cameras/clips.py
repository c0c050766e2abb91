"""Small clips for the footage tests. Every picture carries its own time as a row of black and white bars,
so that a test can ask a decoded picture when it was really shot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np

from cameras.footage.frame import Picture

WIB = ZoneInfo("Asia/Jakarta")
BITS = 20
TICKS_PER_S = 100
"""Bars count hundredths of a second: twenty bits are nearly three hours."""


@dataclass(frozen=True)
class Clip:
    """``times_s``: when each picture was shot; presentation times are these less the first."""

    times_s: Sequence[float]
    size: tuple[int, int] = (320, 240)
    codec: str = "libx264"
    gop_s: float = 2.0
    fps: float = 10.0
    b_frames: int = 2
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    with_sound: bool = False
    rotation_deg: int = 0


def steady(seconds: float, start_s: float = 0.0, fps: float = 10.0) -> list[float]:
    return [start_s + i / fps for i in range(round(seconds * fps))]


@cache
def _ground(size: tuple[int, int]) -> Picture:
    """Coarse noise: something to see, and cheap to encode."""
    coarse = np.random.default_rng(7).integers(60, 190, (size[1] // 8 + 1, size[0] // 8 + 1, 3), dtype=np.uint8)
    return np.ascontiguousarray(coarse.repeat(8, axis=0).repeat(8, axis=1)[: size[1], : size[0]])


def picture_at(t_s: float, size: tuple[int, int]) -> Picture:
    """Grey noise with the bars in the middle of its height."""
    width, height = size
    picture = _ground(size).copy()
    ticks, bar = round(t_s * TICKS_PER_S), width // BITS
    top = height // 3
    for bit in range(BITS):
        picture[top : 2 * top, bit * bar : (bit + 1) * bar] = 235 if ticks >> bit & 1 else 20
    return picture


def shot_at(picture: Picture) -> float:
    """Seconds that the bars of a decoded picture tell, whatever its size now."""
    height, width = picture.shape[:2]
    row, bar = picture[height // 2 - height // 12 : height // 2 + height // 12], width / BITS
    levels = [row[:, round((bit + 0.25) * bar) : round((bit + 0.75) * bar)].mean() for bit in range(BITS)]
    return sum((level > 128) << bit for bit, level in enumerate(levels)) / TICKS_PER_S


def write(path: Path, clip: Clip) -> Path:
    """Encode ``clip``; the container by the name's ending unless ``format`` says otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=clip.format) as container:
        options = {"bf": str(clip.b_frames), "sc_threshold": "0", "preset": "ultrafast", "threads": "1", **clip.options}
        stream = container.add_stream(clip.codec, rate=Fraction(clip.fps).limit_denominator(1000), options=options)
        stream.width, stream.height, stream.pix_fmt = *clip.size, "yuvj420p" if clip.codec == "mjpeg" else "yuv420p"
        if clip.codec != "mpeg4":
            stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = max(1, round(clip.gop_s * clip.fps))
        if clip.rotation_deg:
            stream.set_display_rotation(clip.rotation_deg)
        sound = container.add_stream("aac", rate=8000) if clip.with_sound else None
        for t_s in clip.times_s:
            frame = av.VideoFrame.from_ndarray(picture_at(t_s, clip.size), format="bgr24")
            frame.pts = round((t_s - clip.times_s[0]) * 1000)
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _mux_silence(container, sound, clip.times_s[-1] - clip.times_s[0])
    return path


def _mux_silence(container: av.container.OutputContainer, sound: av.AudioStream, seconds: float) -> None:
    for at in range(0, round(seconds * 8000), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, at
        container.mux(sound.encode(frame))
    container.mux(sound.encode(None))


def cut_off(path: Path, share: float) -> Path:
    """Keep the first ``share`` of the file's bytes."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def wib(clock: str, day: int = 2) -> datetime:
    """``07:00:10`` on 2 November 2026, Jakarta."""
    hour, minute, second = clock.split(":")
    whole, _, fraction = second.partition(".")
    micros = int(fraction.ljust(6, "0")) if fraction else 0
    return datetime(2026, 11, day, int(hour), int(minute), int(whole), micros, tzinfo=WIB)


def name_of(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S%z")


def record(folder: Path, starts: Iterable[str], seconds: float = 10.0, ending: str = "mp4") -> list[Path]:
    """Segments whose pictures carry the seconds since 07:00:00."""
    out = []
    for start in starts:
        at = wib(start)
        since = (at - wib("07:00:00")).total_seconds()
        out.append(write(folder / f"{name_of(at)}.{ending}", Clip(steady(seconds, start_s=since))))
    return out
