"""Where a stream is, what a connection to it may cost, and the words for what goes wrong; standard library only."""

from __future__ import annotations

import socket
import ssl
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Target:
    """Where a stream is. ``url``: as the camera knows it, without credentials. ``address``, ``port``: the checked
    address, the only one that is connected to. ``play``: headers to add to the PLAY request."""

    url: str
    address: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    verify_tls: bool = True
    play: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """``connect_s``: until the connection stands. ``silence_s``: without a whole answer, then without a whole packet of
    video. ``max_bytes``: of one connection."""

    connect_s: float = 5.0
    silence_s: float = 10.0
    max_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a stream could not be had, or ended. ``code``: of a FootageError. ``what``: ``connect``, ``silence``,
    ``trickle``, ``redirect``; ``reason``: a stable word for unreadable ones; ``status``: of the RTSP answer, or 0."""

    code: str
    detail: str
    what: str = ""
    reason: str = ""
    status: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class RelayFailed(Exception):
    """Carries ``trouble``."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.detail)
        self.trouble = trouble


def connected(target: Target, connect_s: float) -> socket.socket:
    parts = urlsplit(target.url)
    try:
        plain = socket.create_connection((target.address, target.port), connect_s)
    except TimeoutError as error:
        raise RelayFailed(timed_out("connect", f"no connection within {connect_s:.0f} s")) from error
    except OSError as error:
        raise RelayFailed(Trouble("source_unreachable", "no connection: refused or no route")) from error
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        return _wrapped(plain, parts.hostname or "", target.verify_tls) if parts.scheme == "rtsps" else plain
    except TimeoutError as error:
        plain.close()
        raise RelayFailed(timed_out("connect", "the TLS handshake hangs")) from error
    except (OSError, ValueError) as error:
        plain.close()
        words = "its certificate is not trusted" if isinstance(error, ssl.SSLCertVerificationError) else "handshake"
        raise RelayFailed(Trouble("source_unreachable", f"no TLS connection: {words}")) from error


def _wrapped(plain: socket.socket, host: str, verify: bool) -> socket.socket:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=host)


def timed_out(what: str, detail: str) -> Trouble:
    return Trouble("footage_timed_out", detail, what=what)


def unreadable(reason: str, detail: str) -> Trouble:
    return Trouble("footage_unreadable", detail, reason=reason)
