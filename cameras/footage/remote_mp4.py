"""An MP4 on a server that sends parts: only its index and the asked pictures are brought over.

The file stands here at its full size with holes where nothing was fetched. The child reads the index from it and tells
where the packets lie; those of the window are fetched, and exactly those are copied out into a file of their own.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from cameras.footage import mp4_boxes
from cameras.footage.child import Child
from cameras.footage.decode import MediaInfo, media_info
from cameras.footage.fetch import VIDEO_TYPES, Fetcher, room
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import FootageError, FootageUnreadable, SourceBroken, SourceUnreachable
from cameras.footage.timeline import Placed
from cameras.footage.wire import Kind

T = TypeVar("T")

HEAD_BYTES = 1 << 16
BLOCK_BYTES = 2 << 20
"""Of one request: what is lost when a connection breaks."""

NEAR_BYTES = 1 << 18
"""Packets closer than this are fetched in one go; sound lies between them."""

INDEX_MAX_BYTES = 64 << 20
FILE_MAX_BYTES = 1 << 40
TRIES = 3
EDGE_S = 0.001
COPIED = frozenset({"h264", "hevc", "mpeg4", "av1", "vp9", "mjpeg"})


@dataclass(frozen=True, slots=True)
class Head:
    """The first answer. ``total``: bytes of the whole file where the server sends parts, else None."""

    content: bytes
    headers: httpx.Headers
    total: int | None

    @property
    def mark(self) -> tuple[str, str]:
        """Tells one version of the file from the next."""
        return self.headers.get("etag", ""), self.headers.get("last-modified", "")


class NotInParts(Exception):
    """It is no MP4 with an index of all its pictures: it must be fetched whole."""


def head_of(http: Fetcher, address: str) -> Head:
    """The file's first bytes, and whether its server sends parts.

    Raises:
        FootageError: by what went wrong.
    """
    return _tried(lambda: _head(http, address))


def _head(http: Fetcher, address: str) -> Head:
    wanted = {"range": f"bytes=0-{HEAD_BYTES - 1}"}
    try:
        with http.opened(address, accept=VIDEO_TYPES, headers=wanted) as response:
            total = _total(response) if response.status_code == httpx.codes.PARTIAL_CONTENT else None
            return Head(_read(response, HEAD_BYTES), response.headers, total)
    except SourceBroken as error:
        if error.data.get("status") == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise FootageUnreadable("an empty file", reason="empty") from error
        raise


def _total(response: httpx.Response) -> int | None:
    found = re.fullmatch(r"bytes 0-\d+/(\d+)", response.headers.get("content-range", "").strip())
    return int(found[1]) if found is not None else None


def _read(response: httpx.Response, most: int) -> bytes:
    content = bytearray()
    for block in response.iter_raw():
        content += block
        if len(content) >= most:
            break
    return bytes(content[:most])


class RemoteMp4:
    """``path``: the file with the holes; ``created_at``: its creation time as UTC, where it has a real one."""

    def __init__(self, http: Fetcher, address: str, head: Head, path: Path, max_bytes: int) -> None:
        """Brings the index.

        Raises:
            NotInParts: it must be fetched whole.
            FootageError: the server is in trouble.
        """
        assert head.total is not None
        self._http, self._address, self._head = http, address, head
        self._total, self._max_bytes = head.total, max_bytes
        self.path = path
        if self._total > FILE_MAX_BYTES:
            raise FootageUnreadable(f"a file of {self._total} bytes", reason="too_large")
        with room(), path.open("wb") as file:
            file.truncate(self._total)
        self._put(0, head.content)
        self.created_at = self._index()

    def _index(self) -> datetime | None:
        found: mp4_boxes.Box | None = None
        for box in mp4_boxes.boxes(self._bytes, 0, self._total):
            if box.kind == b"moof":
                raise NotInParts
            found = box if box.kind == b"moov" else found
        if found is None or found.size > INDEX_MAX_BYTES:
            raise NotInParts
        moov = self._bytes(found.start, found.size)
        if mp4_boxes.is_fragmented(moov):
            raise NotInParts
        self._put(found.start, moov)
        return mp4_boxes.created_at(moov)

    def _bytes(self, start: int, size: int) -> bytes:
        size = min(size, self._total - start)
        if start + size <= len(self._head.content):
            return self._head.content[start : start + size]
        return b"".join(self._fetched(at, min(BLOCK_BYTES, start + size - at)) for at in _steps(start, start + size))

    def _put(self, at: int, content: bytes) -> None:
        with room(), self.path.open("r+b") as file:
            file.seek(at)
            file.write(content)

    def _fetched(self, start: int, size: int) -> bytes:
        """Exactly these bytes of exactly this version of the file."""
        return _tried(lambda: self._part(start, size)) if size > 0 else b""

    def _part(self, start: int, size: int) -> bytes:
        if self._http.pace.bytes > self._max_bytes:
            raise FootageUnreadable(f"over {self._max_bytes} bytes came", reason="too_large")
        wanted = {"range": f"bytes={start}-{start + size - 1}"}
        with self._http.opened(self._address, accept=VIDEO_TYPES, headers=wanted) as response:
            told = response.headers.get("content-range", "").strip()
            if response.status_code != httpx.codes.PARTIAL_CONTENT or not told.startswith(f"bytes {start}-"):
                raise SourceBroken("it sends another part than the one asked for")
            if Head(b"", response.headers, None).mark != self._head.mark:
                raise SourceBroken("the file changes while it is read")
            content = _read(response, size)
        if len(content) != size:
            raise SourceUnreachable("the part is shorter than asked for")
        return content

    # -- The pictures -----------------------------------------------------------------------

    def index(self, limits: DecodeLimits) -> Index:
        """What the file says of its pictures; none of them is here yet.

        Raises:
            NotInParts: it does not say where they lie, or they cannot be copied as they are.
            FootageError: it cannot be read.
        """
        body = _answer("index", {"path": str(self.path.absolute())}, limits)
        info = media_info(body["facts"])
        if info.codec not in COPIED:
            raise NotInParts
        packets = tuple(Packet(int(at), int(size), float(t_s), bool(key)) for at, size, t_s, key in body["packets"])
        return Index(info, packets)

    def cut(
        self, piece: Placed, index: Index, spans: tuple[float, float], destination: Path, limits: DecodeLimits
    ) -> Cut:
        """``piece``: this file on true time; ``spans``: from a keyframe to where to stop, seconds from its first frame.

        Raises:
            NotInParts: its pictures cannot be copied as they are.
            FootageError: nothing of it came.
        """
        numbers = index.between(*spans)
        error = self._bring(index, numbers)
        if not numbers:
            raise error or FootageUnreadable("its index shows nothing there", reason="no_frames")
        request = {
            "path": str(self.path.absolute()),
            "destination": str(destination.absolute()),
            "numbers": numbers,
            "first_pts_s": index.info.first_pts_s,
            "frame_s": index.info.duration_s / max(1, index.info.frames),
        }
        body = _answer("extract", request, limits)
        info = media_info(body)
        return Cut(Placed(destination, piece.at(body["first_s"] + info.lead_s), info), error)

    def _bring(self, index: Index, numbers: list[int]) -> FootageError | None:
        """Fetch these packets; those from the first that did not come on are taken off ``numbers``."""
        blocks = _blocks([index.packets[number] for number in numbers])
        for at, (start, end) in enumerate(blocks):
            try:
                for step in _steps(start, end):
                    self._put(step, self._fetched(step, min(BLOCK_BYTES, end - step)))
            except FootageError as error:
                here = blocks[:at]
                lost = next(i for i, number in enumerate(numbers) if not index.packets[number].lies_in(here))
                del numbers[lost:]
                return error
        return None


@dataclass(frozen=True, slots=True)
class Packet:
    """``t_s``: seconds from the file's first frame."""

    at: int
    size: int
    t_s: float
    is_key: bool

    def lies_in(self, ranges: Sequence[tuple[int, int]]) -> bool:
        return any(start <= self.at and self.at + self.size <= end for start, end in ranges)


@dataclass(frozen=True, slots=True)
class Index:
    """``packets`` in decode order."""

    info: MediaInfo
    packets: tuple[Packet, ...]

    def between(self, from_s: float, to_s: float) -> list[int]:
        """Numbers of the packets from the keyframe at ``from_s`` on; none that needs what comes before it."""
        first = next((i for i, one in enumerate(self.packets) if one.is_key and one.t_s >= from_s - EDGE_S), None)
        if first is None:
            return []
        key_s = self.packets[first].t_s
        return [i for i in range(first, len(self.packets)) if key_s - EDGE_S <= self.packets[i].t_s < to_s]


@dataclass(frozen=True, slots=True)
class Cut:
    """``error``: why it ends before it should, None when it is whole."""

    piece: Placed
    error: FootageError | None


def _answer(job: str, request: Mapping[str, Any], limits: DecodeLimits) -> Mapping[str, Any]:
    child = Child(job, request, limits)
    try:
        message = child.message()
    except FootageError as error:
        if error.data.get("reason") == "no_index":
            raise NotInParts from error
        raise
    finally:
        child.close(reap_s=1.0)
    assert message.kind is Kind.RESULT
    return message.body


def _blocks(packets: Sequence[Packet]) -> list[tuple[int, int]]:
    """Ranges of bytes that hold the packets, none longer than a block but where one packet is."""
    ends: list[list[int]] = []
    for one in sorted(packets, key=lambda packet: packet.at):
        last, end = ends[-1] if ends else None, one.at + one.size
        if last is not None and one.at - last[1] <= NEAR_BYTES and end - last[0] <= BLOCK_BYTES:
            last[1] = max(last[1], end)
        else:
            ends.append([one.at, end])
    return [(start, end) for start, end in ends]


def _steps(start: int, end: int) -> range:
    return range(start, end, BLOCK_BYTES)


def _tried(ask: Callable[[], T]) -> T:
    """Again where the connection broke. A server that went quiet has had its time."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(SourceUnreachable):
            return ask()
    return ask()
