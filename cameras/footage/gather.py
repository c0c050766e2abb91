"""Files brought over from a server one after the other, as far as they come, and joined into one clip.

    with workplace(context, destination) as folder:
        haul = Haul(http, context, folder)
        if (got := haul.bring("clip/1.mp4", "1.mp4")) is not None:
            haul.put(got, begins_at)
        return haul.clip(window, destination, offset_s)

Trouble with one file ends the bringing and is remembered; what is there by then is still evidence.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cameras.footage.assemble import assembled, media_of, placed
from cameras.footage.context import SourceContext
from cameras.footage.decode import MediaInfo
from cameras.footage.fetch import Fetcher, room
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import FootageError, FootageMissing, FootageUnreadable, PulledFootage
from cameras.footage.timeline import Placed
from cameras.footage.window import TimeWindow

PART = ".part"
"""At the end of the name of a file that broke off."""

JOIN_LEAST_S = 20.0
"""What came is joined although the time for bringing it is used up: the step's own deadline leaves room for that."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A readable video file. ``whole``: its download was not broken off."""

    path: Path
    info: MediaInfo
    whole: bool


@contextlib.contextmanager
def workplace(context: SourceContext, destination: Path) -> Iterator[Path]:
    """The scratch folder, where there is one; else a folder that ends with the block."""
    if context.scratch is not None:
        context.scratch.mkdir(parents=True, exist_ok=True)
        yield context.scratch
        return
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=destination.parent) as folder:
        yield Path(folder)


def safe_name(text: str) -> str:
    """A file name made of ``text``: two different texts of the same server may not meet."""
    return re.sub(r"[^\w.-]", "_", text)[-120:]


class Haul:
    """``error``: the first trouble met, None when all that was asked for came whole."""

    def __init__(
        self, http: Fetcher, context: SourceContext, folder: Path, *, gone: frozenset[int] = frozenset()
    ) -> None:
        """``gone``: statuses besides 404 and 410 by which this server says that something is not there."""
        self.http = http
        self._gone = gone
        self.folder = folder
        self._ends = time.monotonic() + context.limits.wall_s
        self.pieces: list[Placed] = []
        self.notes: dict[str, Any] = {}
        self.error: FootageError | None = None
        self.over = False
        """The server is in trouble: nothing more should be asked of it now."""

    @property
    def limits(self) -> DecodeLimits:
        """For reading and joining: what is left of the time, and never too little to do it."""
        return DecodeLimits(wall_s=max(JOIN_LEAST_S, self._ends - time.monotonic()))

    def bring(self, address: str, name: str, *, keep: bool = True) -> Brought | None:
        """Download one file; None where it is of no use. ``keep``: once whole it is good for the next try too.

        Raises:
            FootageMissing: it is not there.
        """
        path = self.fetch(address, name, keep=keep)
        return None if path is None else self.read([path]).get(path)

    def fetch(self, address: str, name: str, *, keep: bool = True) -> Path | None:
        """As ``bring``, without reading it: many files are read at the price of one by ``read``."""
        path = self.folder / name
        try:
            return path if keep and path.exists() else self._downloaded(address, path)
        except FootageMissing:
            raise
        except FootageError as error:
            if error.data.get("status") in self._gone:
                raise FootageMissing("it is not there", status=error.data["status"]) from error
            self.troubled(name, error)
            return None

    def read(self, paths: Sequence[Path]) -> dict[Path, Brought]:
        """Files that are here; what cannot be read is left out, and fetched anew by the next try."""
        out = {}
        for path, info in media_of(paths, self.limits).items():
            if isinstance(info, MediaInfo) and not info.is_still:
                out[path] = Brought(path, info, whole=path.suffix != PART)
                continue
            still = FootageUnreadable("a picture came instead of film", reason="wrong_content_type")
            self.troubled(path.name, info if isinstance(info, FootageError) else still)
            path.unlink(missing_ok=True)
        return out

    def keep(self, content: bytes, name: str) -> None:
        """A file that is here already, under the name by which ``bring`` would fetch it."""
        with room():
            (self.folder / name).write_bytes(content)

    def troubled(self, name: str, error: FootageError) -> None:
        """One damaged file is one hole. A server that fails is not asked for the next file."""
        self.error = self.error or error
        self.over = self.over or not isinstance(error, FootageUnreadable)
        self.notes.setdefault("trouble", {})[name] = error.data.get("reason", error.code)

    def put(self, got: Brought, first_packet_at: datetime) -> None:
        """``first_packet_at``: true time."""
        self.pieces.append(placed(got.path, first_packet_at, got.info))

    def _downloaded(self, address: str, path: Path) -> Path:
        """A file that broke off keeps another name, so that the next try goes on from its end."""
        part = path.with_name(path.name + PART)
        try:
            got = self.http.download(address, part)
        except FootageUnreadable:
            part.unlink(missing_ok=True)
            raise
        if got.error is not None:
            self.troubled(path.name, got.error)
            return part
        if got.size == 0:
            part.unlink(missing_ok=True)
            raise FootageUnreadable("an empty file came", reason="empty")
        return part.replace(path)

    def clip(self, window: TimeWindow, destination: Path, offset_s: float, **notes: Any) -> PulledFootage:
        """What came of ``window`` as one file.

        Raises:
            FootageError: what ended the bringing, when nothing of the window came; else what the joining meets.
        """
        if not self.pieces and self.error is not None:
            raise self.error
        try:
            pulled = assembled(window, self.pieces, destination, self.limits, **notes, **self.notes)
        except FootageMissing:
            if self.error is not None:
                raise self.error from None
            raise
        shortfall = self.error.code if self.error is not None else ""
        return replace(pulled, clock_offset_s=offset_s, shortfall=shortfall)
