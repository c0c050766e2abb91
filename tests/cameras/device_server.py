"""A small HTTP device on loopback for the simulators: authentication as devices ask for it, a clock that may be off,
files with ranges, and a log of what was asked.

    class Recorder(Device):
        def answer(self, asked: Asked) -> Answer:
            if asked.path == "/ISAPI/System/time":
                return Answer.of(xml, "application/xml")
            return Answer.missing()

    device = Recorder(auth="digest", username="u", password="p", clock_off_s=420.0)
    with device.running():
        f"http://127.0.0.1:{device.port}"
        device.log[-1].path

``answer`` runs in a thread of its own for each connection; ``device.lock`` is there for state that it changes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
BLOCK = 1 << 16


@dataclass(frozen=True)
class Asked:
    """One request. ``path`` without its query and unquoted; ``target`` as it came."""

    method: str
    target: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def one(self, name: str, otherwise: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [otherwise])[0]


@dataclass
class Answer:
    """``file`` is sent with ranges, ETag and Last-Modified; else ``content``. ``chunked``: without a length, as
    servers do that make the film while they send it."""

    status: int = 200
    content: bytes = b""
    content_type: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    file: Path | None = None
    chunked: bool = False

    @classmethod
    def of(cls, content: str | bytes, content_type: str = "text/plain", status: int = 200) -> Answer:
        return cls(status, content.encode() if isinstance(content, str) else content, content_type)

    @classmethod
    def missing(cls) -> Answer:
        return cls.of("not found", status=404)


class Device:
    """Subclass and override ``answer``.

    ``auth``: ``none``, ``basic`` or ``digest``; ``algorithms``: what digest is offered in, best first. A nonce is good
    for ``nonce_uses`` requests, then the device asks again with ``stale=true`` (None: for ever). ``ranges``: whether
    files are served in parts.
    """

    realm = "IP Camera"

    def __init__(
        self,
        *,
        auth: str = "none",
        username: str = "",
        password: str = "",
        algorithms: tuple[str, ...] = ("MD5",),
        nonce_uses: int | None = None,
        clock_off_s: float = 0.0,
        ranges: bool = True,
    ) -> None:
        self.auth = auth
        self.username, self.password = username, password
        self.algorithms = algorithms
        self.nonce_uses = nonce_uses
        self.clock_off_s = clock_off_s
        self.ranges = ranges
        self.lock = threading.RLock()
        self.log: list[Asked] = []
        """What was answered after authentication."""
        self.refused: list[Asked] = []
        """What was answered with 401, the first round of digest included."""
        self.bytes_sent = 0
        """Of bodies."""
        self._nonces: dict[str, int] = {}
        self._server: _Server | None = None

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def now(self) -> datetime:
        """What the device's clock shows, as UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_off_s)

    @property
    def port(self) -> int:
        assert self._server is not None, "the device is not running"
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def running(self) -> Iterator[Device]:
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> Device:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="device", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Harmless twice."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            self._thread.join(5)

    # -- Authentication -------------------------------------------------------------------

    def admits(self, asked: Asked) -> tuple[bool, bool]:
        """Whether the request carries the right credentials, and whether only its nonce is too old."""
        if self.auth == "none":
            return True, False
        kind, _, rest = asked.headers.get("authorization", "").partition(" ")
        if self.auth == "basic":
            return kind.lower() == "basic" and rest == self._basic(), False
        return self._digest_admits(asked, _fields(rest)) if kind.lower() == "digest" else (False, False)

    def challenges(self, *, stale: bool) -> list[str]:
        """The WWW-Authenticate headers of a 401."""
        if self.auth == "basic":
            return [f'Basic realm="{self.realm}"']
        nonce = secrets.token_hex(16)
        with self.lock:
            self._nonces[nonce] = 0
        old = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self.realm}", qop="auth", nonce="{nonce}", opaque="799d5", algorithm={algorithm}{old}'
            for algorithm in self.algorithms
        ]

    def _basic(self) -> str:
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    def _digest_admits(self, asked: Asked, told: Mapping[str, str]) -> tuple[bool, bool]:
        """RFC 7616 with qop=auth; the answer must be for this very address, and its count must go up."""
        algorithm = told.get("algorithm", "MD5").upper()
        if algorithm not in self.algorithms or told.get("qop") != "auth" or told.get("uri") != asked.target:
            return False, False
        digest = lambda text: HASHES[algorithm](text.encode()).hexdigest()  # noqa: E731 - one line of the RFC
        owner = digest(f"{self.username}:{self.realm}:{self.password}")
        what = digest(f"{asked.method}:{asked.target}")
        nonce, count = told.get("nonce", ""), told.get("nc", "")
        expected = digest(f"{owner}:{nonce}:{count}:{told.get('cnonce', '')}:auth:{what}")
        if told.get("username") != self.username or not secrets.compare_digest(expected, told.get("response", "")):
            return False, False
        fresh = self._use(nonce, count)
        return fresh, not fresh

    def _use(self, nonce: str, count: str) -> bool:
        with self.lock:
            used = self._nonces.get(nonce)
            number = int(count, 16) if re.fullmatch(r"[0-9a-fA-F]{8}", count) else 0
            if used is None or number <= used or (self.nonce_uses is not None and used >= self.nonce_uses):
                return False
            self._nonces[nonce] = number
            return True


def _fields(text: str) -> dict[str, str]:
    """``a="b, c", d=e`` as a mapping."""
    found = re.findall(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', text)
    return {name.lower(): quoted or plain for name, quoted, plain in found}


# -- The server ---------------------------------------------------------------------------------


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # A client that keeps its connection must not keep the test from ending.
    block_on_close = False

    def __init__(self, device: Device) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.device = device

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up half-way is normal here."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 60

    def do_GET(self) -> None:
        device = self.server.device
        asked = self._asked()
        admitted, stale = device.admits(asked)
        with device.lock:
            (device.log if admitted else device.refused).append(asked)
        if not admitted:
            self._send(Answer.of("unauthorised", status=401), device.challenges(stale=stale))
            return
        self._send(device.answer(asked), [])

    do_POST = do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names http.server looks for

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        return Asked(
            self.command,
            self.path,
            unquote(parts.path),
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("content-length") or 0)),
        )

    def _send(self, answer: Answer, challenges: list[str]) -> None:
        content, status = answer.content, answer.status
        headers = {"Date": format_datetime(self.server.device.now(), usegmt=True), **answer.headers}
        if answer.file is not None:
            status, content = self._part(answer.file, headers)
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        for challenge in challenges:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", answer.content_type)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self._send_body(content, chunked=answer.chunked)

    def _part(self, path: Path, headers: dict[str, str]) -> tuple[int, bytes]:
        """What of the file was asked for (one range at most), with the headers that tell it."""
        device, stat = self.server.device, path.stat()
        headers.setdefault("ETag", f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"')
        changed = datetime.fromtimestamp(int(stat.st_mtime), UTC) + timedelta(seconds=device.clock_off_s)
        headers.setdefault("Last-Modified", format_datetime(changed, usegmt=True))
        content = path.read_bytes()
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range") or "")
        kept = self.headers.get("if-range")
        if not device.ranges or found is None or kept not in (None, headers["ETag"], headers["Last-Modified"]):
            return 200, content
        headers["Accept-Ranges"] = "bytes"
        first, last = int(found[1]), min(int(found[2] or len(content) - 1), len(content) - 1)
        if first >= len(content) or last < first:
            headers["Content-Range"] = f"bytes */{len(content)}"
            return 416, b""
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return 206, content[first : last + 1]

    def _send_body(self, content: bytes, *, chunked: bool) -> None:
        for at in range(0, len(content), BLOCK):
            block = content[at : at + BLOCK]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
            with self.server.device.lock:
                self.server.device.bytes_sent += len(block)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args: Any) -> None:
        """Quiet."""
