"""What goes over an RTSP connection, taken apart: requests, answers and interleaved frames; standard library only.

Everything that comes from the camera's side is hostile until it is told apart here: heads, bodies and frames have
limits, and bytes that are none of the three are refused at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

HEAD_MAX = 32 << 10
BODY_MAX = 256 << 10
FRAME_MARK = 0x24
FRAME_HEAD = 4

_ANSWER = re.compile(rb"RTSP/\d\.\d (\d{3})(?: |$)")
_REQUEST = re.compile(rb"[A-Z_]{3,20} \S{1,4000} RTSP/\d\.\d$")


class NotRtsp(ValueError):
    """Bytes that are no RTSP; the text says in what way, and quotes nothing of them."""


class TooLarge(NotRtsp):
    """A head or a body beyond every use."""


@dataclass(slots=True)
class Said:
    """A request or an answer. ``first``: its first line."""

    first: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def status(self) -> int | None:
        """None for a request."""
        return int(self.first.split(" ", 2)[1]) if self.first.startswith("RTSP/") else None

    @property
    def method(self) -> str:
        """Empty for an answer."""
        return "" if self.first.startswith("RTSP/") else self.first.split(" ", 1)[0]

    @property
    def uri(self) -> str:
        """Of a request."""
        return self.first.split(" ", 2)[1]

    def get(self, name: str) -> str:
        """The first header of that name, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def put(self, name: str, value: str) -> None:
        """In place of every header of that name."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.headers.append((name, value))

    def drop(self, *names: str) -> None:
        gone = {name.lower() for name in names}
        self.headers = [pair for pair in self.headers if pair[0].lower() not in gone]

    def encoded(self) -> bytes:
        """With a Content-Length that is true."""
        kept = [pair for pair in self.headers if pair[0].lower() != "content-length"]
        if self.body:
            kept.append(("Content-Length", str(len(self.body))))
        lines = [self.first, *(f"{name}: {value}" for name, value in kept), "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body


@dataclass(slots=True)
class Frame:
    """``$``, channel, length, payload: how RTP and RTCP travel inside the connection. ``raw`` holds all of it."""

    channel: int
    raw: bytes

    @property
    def payload(self) -> memoryview:
        return memoryview(self.raw)[FRAME_HEAD:]


class Splitter:
    """Bytes in as they come, whole messages and frames out."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def held(self) -> int:
        """Bytes of something that is not whole yet."""
        return len(self._held)

    def feed(self, data: bytes) -> Iterator[Said | Frame]:
        """Raises NotRtsp, after what came before it was handed out."""
        self._held += data
        at = 0
        try:
            while True:
                found, at = self._next(at)
                if found is None:
                    return
                yield found
        finally:
            del self._held[:at]

    def _next(self, at: int) -> tuple[Said | Frame | None, int]:
        held = self._held
        while at < len(held) and held[at] in b"\r\n":
            at += 1
        if at == len(held):
            return None, at
        if held[at] != FRAME_MARK:
            return self._said(at)
        if len(held) - at < FRAME_HEAD:
            return None, at
        end = at + FRAME_HEAD + int.from_bytes(held[at + 2 : at + 4], "big")
        return (None, at) if end > len(held) else (Frame(held[at + 1], bytes(held[at:end])), end)

    def _said(self, at: int) -> tuple[Said | None, int]:
        line_end = self._held.find(b"\n", at, at + HEAD_MAX)
        self._check_line(bytes(self._held[at : line_end if line_end >= 0 else at + 64]), whole=line_end >= 0)
        ends = _head_end(self._held, at)
        if ends is None:
            if len(self._held) - at > HEAD_MAX:
                raise TooLarge("a head without an end")
            return None, at
        head_end, body_at = ends
        said = _parsed(bytes(self._held[at:head_end]))
        size = _length_of(said)
        if len(self._held) - body_at < size:
            return None, at
        said.body = bytes(self._held[body_at : body_at + size])
        return said, body_at + size

    def _check_line(self, line: bytes, *, whole: bool) -> None:
        if whole:
            if not _ANSWER.match(line.rstrip()) and not _REQUEST.match(line.rstrip()):
                raise NotRtsp("a line that is no RTSP")
        elif not line[:1].isalpha() or not line.isascii():
            raise NotRtsp("bytes that are no RTSP")


def _head_end(held: bytearray, at: int) -> tuple[int, int] | None:
    """Where the head ends and where what follows it begins; some devices end their lines with LF alone."""
    found = [(end, end + len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (end := held.find(mark, at)) >= 0]
    return min(found, default=None)


def _parsed(head: bytes) -> Said:
    lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    said = Said(lines[0].rstrip())
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and said.headers:
            name, value = said.headers[-1]
            said.headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip():
            said.headers.append((name.strip(), value.strip()))
    return said


def _length_of(said: Said) -> int:
    told = said.get("content-length") or "0"
    if not told.isdecimal():
        raise NotRtsp("a Content-Length that is no number")
    if len(told) > 9 or int(told) > BODY_MAX:
        raise TooLarge(f"a body of over {BODY_MAX} bytes")
    return int(told)


def only_video(sdp: str) -> str | None:
    """The description with its first video track and nothing else; None where it has none.

    Sound is people's talk: a track that is not described is never asked for. Connection lines go too, because
    over an interleaved connection they can only mislead.
    """
    session: list[str] = []
    tracks: list[list[str]] = []
    for line in sdp.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.startswith("m="):
            tracks.append([])
        if line and not line.startswith("c="):
            (tracks[-1] if tracks else session).append(line)
    video = next((track for track in tracks if track[0].startswith("m=video")), None)
    return "\r\n".join([*session, *video, ""]) if video else None
