"""A server that repeats to everybody what it was told: credentials in its headers, its bodies and its redirects.

Speaks enough HTTP and RTSP to be given a user name and a password, and then does what it is set to do. What a
client writes down of such answers is what could leak.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

BEHAVIOURS = ("reject", "redirect", "break", "fail", "nonsense")


class Tattler:
    """``behaviour``: one of those above, or ``drip`` (a byte now and then, until stopped)."""

    def __init__(self, behaviour: str) -> None:
        self.behaviour = behaviour
        self.heard: list[str] = []
        """Requests' heads as they came."""
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    @contextlib.contextmanager
    def running(self) -> Iterator[Tattler]:
        thread = threading.Thread(target=self._serve, name="tattler", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            # A thread that waits in accept is not woken by a close.
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            thread.join(20)
            self._listener.close()

    @property
    def was_told_credentials(self) -> bool:
        return any("authorization:" in head.lower() or "token=" in head for head in self.heard)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            peer, _ = self._listener.accept()
            threading.Thread(target=self._converse, args=(peer,), daemon=True).start()

    def _converse(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            peer.settimeout(20)
            pending = b""
            while not self._stopping.is_set():
                while b"\r\n\r\n" not in pending:
                    more = peer.recv(65536)
                    if not more:
                        return
                    pending += more
                head, _, pending = pending.partition(b"\r\n\r\n")
                text = head.decode("latin-1")
                self.heard.append(text)
                pending = self._without_body(text, pending, peer)
                if not self._answer(peer, text):
                    return

    def _without_body(self, head: str, pending: bytes, peer: socket.socket) -> bytes:
        size = int(header(head, "content-length") or 0)
        while len(pending) < size:
            pending += peer.recv(65536)
        return pending[size:]

    def _answer(self, peer: socket.socket, head: str) -> bool:
        """Whether the conversation goes on."""
        rtsp = head.partition("\r\n")[0].endswith("RTSP/1.0")
        told = header(head, "authorization")
        protocol, extra = ("RTSP/1.0", [f"CSeq: {header(head, 'cseq')}"]) if rtsp else ("HTTP/1.1", [])
        echo = f"You said: {head}".encode("latin-1")

        def send(status: str, *headers: str, body: bytes = echo, length: int | None = None) -> None:
            size = len(body) if length is None else length
            lines = [f"{protocol} {status}", *extra, *headers, f"X-Echo: {told}", f"Content-Length: {size}", "", ""]
            peer.sendall("\r\n".join(lines).encode("latin-1") + body)

        if rtsp and head.startswith("OPTIONS"):
            send("200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN", body=b"")
            return True
        if self.behaviour == "drip":
            self._drip(peer, protocol)
            return False
        if not told or self.behaviour == "reject":
            send("401 Unauthorized", 'WWW-Authenticate: Basic realm="tattler"')
            return True
        if self.behaviour == "redirect":
            scheme = "rtsp" if rtsp else "http"
            send("302 Found", f"Location: {scheme}://127.0.0.2:9/?echo={told.replace(' ', '%20')}")
        elif self.behaviour == "break":
            send("200 OK", "Content-Type: video/mp4", f'ETag: "{told}"', length=1_000_000)
        elif self.behaviour == "fail":
            send("500 Internal Server Error")
        else:
            peer.sendall(b"\x00\x01" + echo + b"\r\n\r\n")
        return self.behaviour in ("redirect", "fail")

    def _drip(self, peer: socket.socket, protocol: str) -> None:
        peer.sendall(f"{protocol} 200 OK\r\nX-Slow: ".encode())
        while not self._stopping.wait(0.3):
            peer.sendall(b"x")
        time.sleep(0)


def header(head: str, name: str) -> str:
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""
