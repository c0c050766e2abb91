"""Opening hostile containers and reading their packets; runs in the decoding child only.

Imports nothing of the project that could pull in Django: start-up is paid per file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.container
import av.error
import av.video.stream
from av.stream import Disposition

from cameras.footage import avi_length, mp4_length, sampling, ts_end

DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,h264,hevc,mjpeg,mpegvideo,dhav,ivf"
"""What cameras, recorders and phones write. Playlists (hls, dash, concat) and picture sequences
(image2) are left out: they name other files. ``dhav`` is Dahua's own container."""

CODECS = frozenset(
    [
        "h264",
        "hevc",
        "mpeg4",
        "mjpeg",
        "mpeg1video",
        "mpeg2video",
        "vp8",
        "vp9",
        "av1",
        "libdav1d",
        "h263",
        "h263p",
        "h263i",
        "flv",
        "msmpeg4v1",
        "msmpeg4v2",
        "msmpeg4",
        "wmv1",
        "wmv2",
        "wmv3",
        "vc1",
        "theora",
        "svq3",
    ]
)

DECLARES_DURATION = frozenset({"mov", "matroska", "avi"})
"""Elsewhere libav's duration is its own guess from the last timestamps or the bit rate."""

BACKWARDS_S = 5.0
"""A keyframe so much earlier than the packet before it: a recorder that began to count anew in one file."""

PACKETS_MAX = 5_000_000


class Refused(Exception):
    """``reason``: the stable word for DecodeFailed."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


Packet: TypeAlias = "av.Packet[av.video.stream.VideoStream]"


@dataclass(slots=True)
class Opened:
    container: av.container.InputContainer
    stream: av.video.stream.VideoStream
    seconds: float
    """Of one tick of the stream's time base."""


@dataclass(slots=True)
class Survey:
    """What the packets of one stream say; ``times_s`` ascending, ``keys_s`` among them, from the first frame."""

    times_s: list[float]
    keys_s: list[float]
    first_pts: int
    frame_s: float
    flags_trusted: bool
    packets: int
    truncated: str | None
    lead_s: float = 0.0
    hidden_s: float = 0.0
    missing_s: float = 0.0

    @property
    def duration_s(self) -> float:
        return self.times_s[-1] + self.frame_s

    def gap_max_s(self) -> float:
        return sampling.keyframe_gap_max_s(self.times_s, self.keys_s, self.frame_s)


def open_video(path: str, limits: Mapping[str, Any]) -> Opened:
    """Open the largest video stream of a regular file.

    Raises:
        Refused: not a file of an allowed format, or without a video stream of an allowed codec.
    """
    if not Path(path).is_file():
        there = Path(path).exists()
        raise Refused("not_a_file" if there else "not_found", "not a regular file" if there else "no such file")
    try:
        container = av.open(
            f"file:{path}",
            options={"protocol_whitelist": "file", "format_whitelist": DEMUXERS},
            timeout=(limits["open_s"], limits["read_s"]),
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, ValueError) as error:
        raise Refused(_open_reason(path), f"cannot be opened: {error}") from error
    try:
        stream = _largest_video(container, limits["max_pixels"])
    except BaseException:
        container.close()
        raise
    return Opened(container, stream, float(stream.time_base or 0) or 1.0)


def _open_reason(path: str) -> str:
    return "empty" if Path(path).stat().st_size == 0 else "not_media"


def _largest_video(container: av.container.InputContainer, max_pixels: int) -> av.video.stream.VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    streams = [s for s in streams if s.codec_context is not None]
    if not streams:
        raise Refused("no_video", "holds no video stream")
    stream = max(streams, key=lambda s: s.codec_context.width * s.codec_context.height)
    context = stream.codec_context
    if context.name not in CODECS:
        raise Refused("codec_refused", f"codec {context.name} is not allowed")
    if not context.width or not context.height:
        raise Refused("no_video", "the video stream tells no picture size")
    if context.width * context.height > max_pixels:
        raise Refused("too_large", f"{context.width}x{context.height} is over {max_pixels} pixels")
    return stream


def timed_packets(opened: Opened, trouble: Callable[[str], None]) -> Iterator[Packet]:
    """Packets with a presentation time each, in decode order.

    Streams without times (raw H.264, some AVI) get the decode time, or else a count at the
    declared rate: an assumption, but the only clock such a file has.
    """
    rate = opened.stream.average_rate or opened.stream.guessed_rate or 25
    step = max(1, round(1 / float(rate) / opened.seconds))
    assumed = 0
    packets = opened.container.demux(opened.stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            trouble(f"read_error: {error.strerror}")
            return
        if packet.size == 0:
            continue
        if packet.pts is None:
            packet.pts = packet.dts if packet.dts is not None else assumed
        assumed = packet.pts + step
        yield packet


def survey(opened: Opened, progress: Callable[[], None], keys_at: frozenset[int] | None = None) -> Survey:
    """Read every packet once; nothing is decoded. ``keys_at``: offsets of the keyframes, where the packets cannot tell
    themselves, because their bytes are missing.

    Raises:
        Refused: the stream holds no packet.
    """
    notes: list[str] = []
    pts: list[int] = []
    keys: list[int] = []
    hidden_key, before_key = False, 0
    for packet in timed_packets(opened, notes.append):
        progress()
        is_key = packet.is_keyframe if keys_at is None else packet.pos in keys_at
        if packet.is_discard:
            hidden_key |= is_key
            continue
        if pts and is_key and packet.pts < pts[-1] - BACKWARDS_S / opened.seconds:  # type: ignore[operator]
            notes.append("times_run_backwards")
        pts.append(packet.pts)  # type: ignore[arg-type]
        if is_key and (keys_at is not None or not packet.is_corrupt):
            before_key = before_key if keys else len(pts) - 1
            keys.append(packet.pts)  # type: ignore[arg-type]
        if len(pts) > PACKETS_MAX:
            notes.append("too_many_packets")
            break
    if not pts:
        raise Refused("no_frames", notes[0] if notes else "the video stream is empty")
    # Pictures before the first keyframe cannot be decoded (a cut recording), so the clip begins at that
    # key; unless an edit list hides the key and shows what follows from it.
    first = keys[0] if keys and not hidden_key else min(pts)
    found = _summed_up(opened, first, pts, keys, notes[0] if notes else None)
    found.hidden_s = max(0.0, (first - min(pts)) * opened.seconds)
    found.lead_s = max(0.0, (first - min(pts[:before_key], default=first)) * opened.seconds)
    return found


def _summed_up(opened: Opened, first: int, pts: list[int], keys: list[int], trouble: str | None) -> Survey:
    times_s = sorted({(at - first) * opened.seconds for at in pts if at >= first})
    keys_s = sorted({(at - first) * opened.seconds for at in keys if at >= first})
    declared = opened.stream.average_rate
    frame_s = sampling.typical_frame_s(times_s, 1 / float(declared) if declared else 0.04)
    intra = bool(opened.stream.codec_context.codec.intra_only)
    trusted = bool(keys) and (intra or len(pts) < 10 or len(keys) < len(pts))
    found = Survey(times_s, keys_s, first, frame_s, trusted, len(pts), trouble)
    fragments = mp4_length.told(_path(opened), opened.stream.id) if _form(opened) == "mov" else None
    found.missing_s = _missing_s(opened, found, min(pts), _promised_s(opened, fragments))
    if found.truncated is None and found.missing_s:
        found.truncated = f"ends_early: {found.missing_s:.1f} s missing"
    if found.truncated is None and _breaks_off(opened, fragments):
        found.truncated = "cut_off: its last piece is not whole"
    return found


def _form(opened: Opened) -> str:
    return opened.container.format.name.split(",")[0]


def _path(opened: Opened) -> Path:
    return Path(opened.container.name.removeprefix("file:"))


def _breaks_off(opened: Opened, fragments: mp4_length.Told | None) -> bool:
    """Whether the bytes end where nothing ends: all that can be known of a format that tells no length."""
    if fragments is not None:
        return fragments.is_cut
    return _form(opened) == "mpegts" and ts_end.breaks_off(_path(opened))


def _promised_s(opened: Opened, fragments: mp4_length.Told | None) -> float | None:
    """What the file says of the stream's length; None where it says nothing of its own."""
    form = _form(opened)
    if form not in DECLARES_DURATION:
        return None
    if form == "avi":
        return avi_length.promised_s(_path(opened))
    if fragments is not None:
        return fragments.promised_s
    if opened.stream.duration is not None:
        return opened.stream.duration * opened.seconds
    return None if opened.container.duration is None else opened.container.duration / 1_000_000


def _missing_s(opened: Opened, found: Survey, lowest: int, promised_s: float | None) -> float:
    """By how much more is promised than the packets keep: a copy that broke off; 0 for what may be rounding."""
    stream = opened.stream
    if promised_s is None:
        return 0.0
    start_s = (stream.start_time or 0) * opened.seconds
    real_s = found.first_pts * opened.seconds + found.duration_s - min(start_s, lowest * opened.seconds)
    missing_s = promised_s - real_s
    return missing_s if sampling.ends_early(missing_s, found.frame_s) else 0.0


def facts(opened: Opened, found: Survey) -> dict[str, Any]:
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
        "lead_s": found.lead_s,
        "hidden_s": found.hidden_s,
        "missing_s": found.missing_s,
        "last_pts_s": found.first_pts * opened.seconds + found.times_s[-1],
        "declared_fps": float(declared) if declared else None,
        "frames": found.packets,
        "is_still": False,
        "stretches_s": sampling.stretches(found.times_s, found.frame_s),
        "truncated": found.truncated,
    }
