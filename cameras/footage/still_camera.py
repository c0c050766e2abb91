"""A camera that gives single pictures over HTTP: at an address, or at the one that its ONVIF service names.

    with StillCamera(context) as camera:
        shot = camera.shot()

    take_still(context, path)          # one picture, at once

A picture is dated by our own clock, in the middle between asking and being answered: what it shows is now, whatever the
camera's clock says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

from cameras.footage import jpeg, multipart
from cameras.footage.context import SourceContext
from cameras.footage.fetch import Fetcher, room
from cameras.footage.onvif import still_address
from cameras.footage.source import FootageUnreadable

PICTURE_TYPES = ("image/jpeg", "image/jpg", "image/pjpeg", "multipart/x-mixed-replace", "application/octet-stream")
STILL_BYTES = 24 << 20


@dataclass(frozen=True, slots=True)
class Shot:
    """One whole JPEG, taken ``at`` (true time, by our clock)."""

    content: bytes
    at: datetime

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Still:
    """A JPEG file of what a camera shows ``at`` (true time). ``clock_offset_s``: the camera's clock minus ours, None
    where it does not tell."""

    at: datetime
    path: Path
    clock_offset_s: float | None = None


class StillCamera:
    """Knows the address and keeps the connection for as long as the block lasts."""

    def __init__(self, context: SourceContext, *, wall_s: float | None = None) -> None:
        self._context = context
        self._wall_s = wall_s
        self._http: Fetcher | None = None
        self._url = ""
        self.clock_offset_s: float | None = None

    def __enter__(self) -> StillCamera:
        """Raises FootageError: by what went wrong while asking for the address."""
        settings = self._context.settings
        self._url = str(settings["url"])
        if settings.get("onvif"):
            found = still_address(self._context, settings.get("profile") or None)
            self._url, self.clock_offset_s = found.url, found.offset_s
        self._http = Fetcher(self._url, self._context, wall_s=self._wall_s)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            self._http.close()

    def shot(self) -> Shot:
        """One picture of now.

        Raises:
            FootageUnreadable: ``data["reason"]``: no JPEG, half of one, or one too large.
            FootageError: by what else went wrong.
        """
        assert self._http is not None, "only inside a with block"
        asked_at = self._context.now()
        with self._http.opened(self._url, accept=PICTURE_TYPES) as response:
            at = asked_at + (self._context.now() - asked_at) / 2
            told = response.headers.get("content-type", "")
            if told.lower().startswith("multipart/"):
                content = multipart.first_part(response.iter_raw(), multipart.boundary_of(told), STILL_BYTES)
            else:
                content = _whole(response.iter_raw())
        jpeg.size_of(content)
        return Shot(content, at)


def _whole(blocks: Iterable[bytes]) -> bytes:
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > STILL_BYTES:
            raise FootageUnreadable(f"a picture of over {STILL_BYTES} bytes", reason="too_large")
    return bytes(content)


def take_still(context: SourceContext, path: Path) -> Still:
    """One picture of now, written to ``path``.

    Raises:
        FootageError: none could be had; nothing is left at ``path``.
    """
    with StillCamera(context) as camera:
        shot = camera.shot()
        with room():
            path.write_bytes(shot.content)
        return Still(shot.at, path, camera.clock_offset_s)
