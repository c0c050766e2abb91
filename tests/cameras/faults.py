"""A proxy on loopback that stands between a source and a real server and misbehaves in one chosen way."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

MEDIA_BYTES = 20_000
"""An answer of more than this, or a part of one, is taken to be film: playlists, searches and pages are smaller."""


class Fault(StrEnum):
    NONE = "none"
    SILENT = "silent accept"
    STALLS = "body stalls half-way"
    TRICKLES = "one byte a second"
    BREAKS_ONCE = "first connection breaks half-way"
    BREAKS = "every connection breaks half-way"
    WRONG_TYPE = "a login page instead of film"
    UNAUTHORISED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    BROKEN = "500"
    BUSY = "503"
    REDIRECTS = "redirects to another host"
    ENDLESS = "the body never ends"
    NONSENSE = "bytes that are no HTTP"


STATUS = {
    Fault.UNAUTHORISED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.BROKEN: 500,
    Fault.BUSY: 503,
    Fault.REDIRECTS: 302,
}
ONLY_FILM = {Fault.STALLS, Fault.TRICKLES, Fault.BREAKS, Fault.BREAKS_ONCE, Fault.WRONG_TYPE, Fault.ENDLESS}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._pass_on()

    do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 - the names http.server looks for

    def _pass_on(self) -> None:
        fault = self.server.fault
        self.server.hits.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if fault is Fault.SILENT:
            self.server.stopping.wait(60)
            self.close_connection = True
        elif fault is Fault.NONSENSE:
            self.wfile.write(b"\x00\x01RTP nonsense\r\n\r\n" * 8)
            self.close_connection = True
        elif fault in STATUS:
            self._refuse(STATUS[fault])
        else:
            self._answer(*self._asked_upstream(body))

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://203.0.113.7/elsewhere.mp4")
        if status == 401:
            self.send_header("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _asked_upstream(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        fault = self.server.fault
        if fault in ONLY_FILM and _whole_size(headers, content) < MEDIA_BYTES:
            fault = Fault.NONE
        if fault is Fault.WRONG_TYPE:
            headers, content = [("Content-Type", "text/html")], b"<html>Please log in" + b" " * MEDIA_BYTES
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        if fault is not Fault.ENDLESS:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self._send(content, fault)

    def _send(self, content: bytes, fault: Fault) -> None:
        if fault is Fault.BREAKS_ONCE:
            fault = Fault.NONE if self.server.broke else Fault.BREAKS
            self.server.broke = True
        if fault in (Fault.STALLS, Fault.BREAKS):
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            if fault is Fault.STALLS:
                self.server.stopping.wait(60)
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif fault is Fault.TRICKLES:
            for byte in content:
                self.wfile.write(bytes([byte]))
                if self.server.stopping.wait(1.0):
                    return
        elif fault is Fault.ENDLESS:
            while not self.server.stopping.is_set():
                self.wfile.write(content)
        else:
            self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def _whole_size(headers: list[tuple[str, str]], content: bytes) -> int:
    """Of the file that an answer is a part of: the rest of a broken film is film, however little is left."""
    ranges = [value.rpartition("/")[2] for name, value in headers if name.lower() == "content-range"]
    return int(ranges[0]) if ranges and ranges[0].isdecimal() else len(content)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # A stalled answer must not keep the test from ending.
    block_on_close = False

    def __init__(self, upstream: int, fault: Fault) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.fault = fault
        self.hits: list[str] = []
        self.broke = False
        self.stopping = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


@contextlib.contextmanager
def proxied(upstream: int, fault: Fault) -> Iterator[_Server]:
    """A server on loopback (``server_port``, ``hits``) that passes requests on to port ``upstream`` with ``fault``."""
    server = _Server(upstream, fault)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="fault-proxy", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextlib.contextmanager
def refused_port() -> Iterator[int]:
    """A port nobody listens on, held so that nobody else takes it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def wait_for_port(port: int, within_s: float = 20.0) -> None:
    """Until a server that was just started listens.

    Raises:
        TimeoutError: it does not.
    """
    ends = time.monotonic() + within_s
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.5):
                return
        except OSError:
            if time.monotonic() > ends:
                raise TimeoutError(f"nothing listens on {port}") from None
            time.sleep(0.05)
