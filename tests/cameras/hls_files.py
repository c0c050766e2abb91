"""HLS as servers write it, cut by ffmpeg from clips whose pictures carry their own time.

cut = cut_up(folder, Recorded("07:00:00", 30.0))         # segments, with true starts
write_playlist(folder / "index.m3u8", [cut], dates="every")
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cameras.clips import Clip, wib, write
from tests.cameras.footage_contract import Recorded

SEGMENT_S = 6.0


@dataclass(frozen=True)
class Cut:
    """One segment on the disk. ``lines``: further tags before it."""

    uri: str
    start: datetime
    seconds: float
    breaks: bool = False
    init: str | None = None
    lines: tuple[str, ...] = ()
    date: bool = True

    def but(self, **changes: object) -> Cut:
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Playlist:
    """How a playlist is written. ``dates``: ``every``, ``first`` (of each recording) or ``none``."""

    dates: str = "every"
    off_s: float = 0.0
    ended: bool = True
    sequence: int = 0
    kind: str = "VOD"
    head: tuple[str, ...] = field(default=())
    target_s: int = 7

    def text(self, cuts: Sequence[Cut]) -> str:
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{self.target_s}"]
        lines += [f"#EXT-X-MEDIA-SEQUENCE:{self.sequence}", *self.head]
        if self.kind:
            lines.append(f"#EXT-X-PLAYLIST-TYPE:{self.kind}")
        init = None
        for number, cut in enumerate(cuts):
            if cut.breaks:
                lines.append("#EXT-X-DISCONTINUITY")
            if cut.init is not None and (cut.init != init or cut.breaks):
                lines.append(f'#EXT-X-MAP:URI="{cut.init}"')
                init = cut.init
            if cut.date and (self.dates == "every" or (self.dates == "first" and (cut.breaks or number == 0))):
                at = cut.start + timedelta(seconds=self.off_s)
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat(timespec='milliseconds')}")
            lines += [*cut.lines, f"#EXTINF:{cut.seconds:.6f},", cut.uri]
        return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if self.ended else [])]) + "\n"


def cut_up(
    folder: Path, film: Recorded, name: str = "a", *, fmp4: bool = False, seconds: float = SEGMENT_S
) -> list[Cut]:
    """Segments of ``film`` in ``folder``, by ffmpeg; the pictures stay as they are."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    whole = write(folder / f".{name}.mp4", _clip(film, fmp4))
    ending = "m4s" if fmp4 else "ts"
    kind = ["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", f"{name}-init.mp4"] if fmp4 else []
    tag = ["-tag:v", "hvc1"] if fmp4 and film.codec == "libx265" else []
    out = [*tag, "-f", "hls", "-hls_time", str(seconds), "-hls_list_size", "0", *kind]
    out += ["-hls_segment_filename", f"{folder}/{name}-%d.{ending}", f"{folder}/.{name}.m3u8"]
    subprocess.run([program, "-v", "error", "-i", whole, "-c", "copy", *out], check=True)
    found = re.findall(r"#EXTINF:([\d.]+),\n(\S+)", (folder / f".{name}.m3u8").read_text())
    whole.unlink()
    at, cuts = wib(film.start), []
    for length, uri in found:
        cuts.append(Cut(Path(uri).name, at, float(length), init=f"{name}-init.mp4" if fmp4 else None))
        at += timedelta(seconds=float(length))
    return cuts


def _clip(film: Recorded, fmp4: bool) -> Clip:
    """ffmpeg 5.1 dates the first picture of an fMP4 segment a frame early where pictures before it lean on it (open
    groups, x265's habit and no camera's)."""
    clip = film.clip()
    closed = {"x265-params": "log-level=none:open-gop=0"} if fmp4 and film.codec == "libx265" else {}
    return replace(clip, options={**clip.options, **closed})


def recorded(folder: Path, films: Sequence[Recorded], *, fmp4: bool = False, seconds: float = SEGMENT_S) -> list[Cut]:
    """The segments of several recordings, with a break before each but the first."""
    cuts: list[Cut] = []
    for number, film in enumerate(films):
        first, *rest = cut_up(folder, film, f"r{number}", fmp4=fmp4, seconds=seconds)
        cuts += [first.but(breaks=bool(number)), *rest]
    return cuts


def publish(
    folder: Path,
    films: Sequence[Recorded],
    how: Playlist = Playlist(),
    *,
    fmp4: bool = False,
    seconds: float = SEGMENT_S,
) -> list[Cut]:
    """``index.m3u8`` and its segments in ``folder``."""
    cuts = recorded(folder, films, fmp4=fmp4, seconds=seconds)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.m3u8").write_text(how.text(cuts))
    return cuts
