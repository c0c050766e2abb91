"""A plain web server on loopback for the HTTP source: files below a folder, and a page that cuts what is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests.cameras.clips import Clip, wib, write
from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.footage_contract import ZERO, Recorded

SLOT_S = 5


class WebServer(Device):
    """``types``: content type by the ending of the name."""

    types = {".mp4": "video/mp4", ".ts": "video/mp2t", ".mkv": "video/x-matroska", ".html": "text/html"}

    def __init__(self, folder: Path, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def answer(self, asked: Asked) -> Answer:
        path = (self.folder / asked.path.lstrip("/")).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            return Answer.missing()
        return Answer(file=path, content_type=self.types.get(path.suffix, "application/octet-stream"))


class CuttingServer(WebServer):
    """Cuts the asked seconds out of its films: ``/clip?from=<unix>&len=<s>``; nothing recorded then is 404. Holes stay
    holes in the times of what it sends."""

    def __init__(self, folder: Path, segments: Sequence[Recorded], **settings: object) -> None:
        super().__init__(folder, **settings)
        self.segments = segments

    def answer(self, asked: Asked) -> Answer:
        since_s = float(asked.one("from")) - self.clock_off_s - ZERO.timestamp()
        times = [t for t in times_of(self.segments) if since_s <= t < since_s + float(asked.one("len"))]
        if not times:
            return Answer.missing()
        path = write(self.folder / f"cut-{since_s:.0f}-{len(self.log)}.mp4", like(self.segments[0], times))
        return Answer(content=path.read_bytes(), content_type="video/mp4", chunked=True)


def times_of(segments: Sequence[Recorded]) -> list[float]:
    """When the pictures of all of them were shot, seconds since 07:00."""
    return sorted({t for one in segments for t in one.clip().times_s})


def like(film: Recorded, times_s: Sequence[float]) -> Clip:
    """``film``'s coding with other pictures."""
    return dataclasses.replace(film.clip(), times_s=times_s)


def write_slots(folder: Path, segments: Sequence[Recorded], off_s: float = 0.0) -> None:
    """Files of ``SLOT_S`` seconds named by the device's clock, ``off_s`` ahead of true time."""
    times = times_of(segments)
    for slot in sorted({int(t // SLOT_S) * SLOT_S for t in times}):
        at = wib("07:00:00") + timedelta(seconds=slot + off_s)
        inside = [t for t in times if slot <= t < slot + SLOT_S]
        write(folder / f"{at:%Y-%m-%d}" / f"{at:%H%M%S}.mp4", like(segments[0], inside))


def write_whole(path: Path, segments: Sequence[Recorded], **coding: object) -> Path:
    """One file from the first picture on; holes are jumps of its times."""
    return write(path, dataclasses.replace(like(segments[0], times_of(segments)), **coding))
