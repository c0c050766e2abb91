"""A proxy on loopback between a source and a real RTSP server, which misbehaves in one chosen way."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from cameras.footage.rtsp_track import NTP_TO_UNIX_S
from cameras.footage.rtsp_wire import Frame, Said, Splitter
from tests.cameras.faults import Fault

STATUS = {
    Fault.UNAUTHORISED: "401 Unauthorized",
    Fault.FORBIDDEN: "403 Forbidden",
    Fault.NOT_FOUND: "404 Not Found",
    Fault.BROKEN: "500 Internal Server Error",
    Fault.BUSY: "503 Service Unavailable",
    Fault.REDIRECTS: "302 Moved Temporarily",
}
HALF_WAY = 60_000
"""Bytes of film after which it stalls or breaks."""

ELSEWHERE = "203.0.113.7"


class Only(StrEnum):
    """Faults that only RTSP knows."""

    DEAD_AIR = "PLAY is answered, and nothing follows"
    ONLY_REPORTS = "sender reports come, and no film"
    NO_VIDEO = "a description without video"
    OTHER_HOST = "a description that names another host"
    GAPS = "RTP packets are missing"
    NO_SESSION = "454"
    UDP_ONLY = "461"
    UDP_ANYWAY = "SETUP is answered with UDP"
    REDIRECT_LATER = "the server asks to go elsewhere while it plays"
    SLOW_CLOCK = "the stream's clock runs at four fifths of the time"
    STRAYS = "single pictures are dated hours away"


@dataclass
class Proxy:
    """``asked``: first lines of requests. ``told``: rewrites each answer before it goes out. ``reports``: given the
    answer to PLAY, Unix time at an RTP time, for sender reports of our own in place of the server's.
    ``half_way``: bytes of film."""

    upstream: int
    fault: Fault | Only
    told: Callable[[Said], None] = lambda _: None
    reports: Callable[[Said], Callable[[int], float]] | None = None
    half_way: int = HALF_WAY
    asked: list[str] = field(default_factory=list)
    requests: list[Said] = field(default_factory=list)
    film_bytes: int = 0
    broke: bool = False
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        listener.settimeout(0.1)
        workers = []
        while not self.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = listener.accept()
                self.connections += 1
                worker = threading.Thread(target=self._served, args=(client,), name="rtsp-fault", daemon=True)
                worker.start()
                workers.append(worker)
        for worker in workers:
            worker.join(5)

    def _served(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if self.fault is Fault.SILENT:
                self.stopping.wait(60)
            elif self.fault is Fault.NONSENSE:
                client.recv(4096)
                client.sendall(b"\x00\x01RTP nonsense\r\n\r\n" * 8)
            else:
                with socket.create_connection(("127.0.0.1", self.upstream), 5) as server:
                    _Pair(self, client, server).run()


class _Pair:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._methods: dict[str, str] = {}
        self._playing = False
        self._report: Callable[[int], float] | None = None
        self._packets = 0
        self._base: int | None = None

    def run(self) -> None:
        back = threading.Thread(target=self._backward, name="rtsp-fault-back", daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            self._forward()
        for one in (self._client, self._server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        back.join(5)

    def _read(self, one: socket.socket) -> Iterator[Said | Frame]:
        splitter = Splitter()
        one.settimeout(0.2)
        while not self._proxy.stopping.is_set():
            try:
                data = one.recv(65536)
            except TimeoutError:
                continue
            if not data:
                return
            yield from splitter.feed(data)

    def _forward(self) -> None:
        for item in self._read(self._client):
            if isinstance(item, Frame):
                self._server.sendall(item.raw)
                continue
            self._proxy.asked.append(item.first)
            self._proxy.requests.append(item)
            self._methods[item.get("cseq")] = item.method
            if not self._refuses(item):
                self._server.sendall(item.encoded())

    def _refuses(self, request: Said) -> bool:
        fault = self._proxy.fault
        if fault in STATUS and request.method != "OPTIONS":
            answer = Said(f"RTSP/1.0 {STATUS[fault]}", [("CSeq", request.get("cseq"))])
            if fault is Fault.UNAUTHORISED:
                answer.put("WWW-Authenticate", 'Digest realm="r", nonce="n"')
            if fault is Fault.REDIRECTS:
                answer.put("Location", f"rtsp://{ELSEWHERE}/elsewhere")
            self._client.sendall(answer.encoded())
            return True
        refused = {Only.NO_SESSION: ("PLAY", "454 Session Not Found"), Only.UDP_ONLY: ("SETUP", "461 Unsupported")}
        method, line = refused.get(fault, ("", ""))  # type: ignore[call-overload]
        if request.method == method:
            self._client.sendall(Said(f"RTSP/1.0 {line}", [("CSeq", request.get("cseq"))]).encoded())
            return True
        return False

    def _backward(self) -> None:
        with contextlib.suppress(OSError):
            for item in self._read(self._server):
                if isinstance(item, Frame):
                    if not self._film(item):
                        break
                else:
                    self._answer(item)
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def _answer(self, said: Said) -> None:
        fault, method = self._proxy.fault, self._methods.get(said.get("cseq"), "")
        if method == "DESCRIBE" and (said.status or 0) < 300:
            self._describe(said)
        if method == "SETUP" and fault is Only.UDP_ANYWAY:
            said.put("Transport", "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001")
        self._proxy.told(said)
        self._client.sendall(said.encoded())
        if method == "DESCRIBE" and fault is Fault.ENDLESS:
            with contextlib.suppress(OSError):
                while not self._proxy.stopping.is_set():
                    self._client.sendall(b"a=x" * 20_000)
        if method == "PLAY" and (said.status or 0) < 300:
            self._playing = True
            if self._proxy.reports is not None:
                self._report = self._proxy.reports(said)
                self._client.sendall(_sender_report(_rtptime(said), self._report))

    def _describe(self, said: Said) -> None:
        fault = self._proxy.fault
        if fault is Fault.WRONG_TYPE:
            said.put("Content-Type", "text/html")
            said.body = b"<html>Please log in</html>"
        if fault is Only.NO_VIDEO:
            said.body = said.body.replace(b"m=video", b"m=audio")
        if fault is Only.OTHER_HOST:
            body = said.body.replace(b"c=IN IP4 0.0.0.0", f"c=IN IP4 {ELSEWHERE}".encode())
            base = said.get("content-base")
            said.body = body.replace(b"a=control:stream=0", f"a=control:{base}stream=0".encode())
            said.body = re.sub(rb"o=.*", f"o=- 1 1 IN IP4 {ELSEWHERE}".encode(), said.body)

    def _film(self, frame: Frame) -> bool:
        """Pass a frame on; False to break the connection."""
        proxy, fault = self._proxy, self._proxy.fault
        if frame.channel == 1:
            if self._report is None:
                self._client.sendall(frame.raw)
            return True
        if fault in (Only.DEAD_AIR, Only.ONLY_REPORTS):
            if fault is Only.ONLY_REPORTS:
                self._client.sendall(_sender_report(1, lambda _: time.time()))
                proxy.stopping.wait(0.2)
            return True
        self._packets += 1
        if fault is Only.GAPS and self._packets % 97 == 0:
            return True
        raw = frame.raw
        if fault is Only.STRAYS and self._packets % 31 == 0:
            raw = _dated_away(raw)
        if fault is Only.SLOW_CLOCK:
            raw = self._slowed(raw)
        proxy.film_bytes += len(raw)
        if fault is Fault.TRICKLES:
            return self._trickle(raw)
        half_way = proxy.film_bytes > proxy.half_way
        if half_way and fault is Fault.STALLS:
            return not proxy.stopping.wait(60)
        if half_way and (fault is Fault.BREAKS or (fault is Fault.BREAKS_ONCE and not proxy.broke)):
            proxy.broke, proxy.film_bytes = True, 0
            return False
        if half_way and fault is Only.REDIRECT_LATER:
            there = f"REDIRECT rtsp://{ELSEWHERE}/ RTSP/1.0"
            self._client.sendall(Said(there, [("CSeq", "99"), ("Location", f"rtsp://{ELSEWHERE}/")]).encoded())
        self._client.sendall(raw)
        return True

    def _slowed(self, raw: bytes) -> bytes:
        """As of a camera that dates 25 pictures a second and sends 20."""
        rtp = int.from_bytes(raw[8:12], "big")
        self._base = rtp if self._base is None else self._base
        slow = (self._base + round(0.8 * ((rtp - self._base) % (1 << 32)))) % (1 << 32)
        return raw[:8] + slow.to_bytes(4, "big") + raw[12:]

    def _trickle(self, raw: bytes) -> bool:
        for byte in raw:
            self._client.sendall(bytes([byte]))
            if self._proxy.stopping.wait(1.0):
                return False
        return True


def _rtptime(said: Said) -> int:
    found = re.search(r"rtptime=(\d+)", said.get("rtp-info"))
    return int(found[1]) if found else 0


def _sender_report(rtp: int, unix_of: Callable[[int], float]) -> bytes:
    at = unix_of(rtp) + NTP_TO_UNIX_S
    high, low = int(at), int((at - int(at)) * (1 << 32))
    body = bytes([0x80, 200, 0, 6]) + b"".join(n.to_bytes(4, "big") for n in (7, high, low, rtp, 0, 0))
    return b"$\x01" + len(body).to_bytes(2, "big") + body


def _dated_away(raw: bytes) -> bytes:
    """A picture whose RTP time is two hours late; only where it is a picture of a single packet."""
    if not raw[5] & 0x80 or len(raw) > 1000:
        return raw
    rtp = (int.from_bytes(raw[8:12], "big") + 7200 * 90_000) % (1 << 32)
    return raw[:8] + rtp.to_bytes(4, "big") + raw[12:]


@contextlib.contextmanager
def rtsp_proxied(upstream: int, fault: Fault | Only = Fault.NONE, **extra: object) -> Iterator[Proxy]:
    """A server on loopback (``port``, ``asked``) that passes everything on to port ``upstream`` with ``fault``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(upstream, fault, **extra)  # type: ignore[arg-type]
        proxy.port = listener.getsockname()[1]
        thread = threading.Thread(target=proxy.serve, args=(listener,), name="rtsp-fault-proxy", daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.stopping.set()
            thread.join(10)
