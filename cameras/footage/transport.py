"""The connections that HTTP sources and the fetcher of photos use: to checked addresses only, a clock in hand at
every read.

httpx speaks HTTP; this is what it stands on. A deadline that only the caller's loop looks at is none: headers can
be dripped a byte at a time, and a TLS handshake can hang. So the limits live in the socket's own reads.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from cameras.footage.context import PullLimits
from cameras.footage.guard import AddressRule, checked_address
from cameras.footage.source import FootageTimedOut, SourceBroken, SourceUnreachable


class _Discreet(logging.Filter):
    """The libraries' own log lines without what is secret in them, at whatever level somebody listens: a token stands
    in an address's query, and a device may repeat it in the headers it answers with."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(value) for value in record.args)
        return not _ANSWERED.search(str(record.msg))


def _without_query(value: object) -> object:
    return value.copy_with(query=None, fragment=None) if isinstance(value, httpx.URL) else value


_ANSWERED = re.compile(r"receive_response_\w+\.(complete|failed) ")
"""Followed by what the device answered, or by the part of it that could not be understood."""

for _name in ("httpx", "httpcore.http11"):
    logging.getLogger(_name).addFilter(_Discreet())


class Pace:
    """What time and what rate one exchange is allowed; ``bytes`` counts what came in all."""

    def __init__(self, limits: PullLimits, wall_s: float) -> None:
        self._limits = limits
        self._ends = time.monotonic() + wall_s
        self._since: float | None = None
        self._came = 0
        self.bytes = 0

    def renew(self, wall_s: float) -> None:
        self._ends = time.monotonic() + wall_s
        self.bytes = 0
        self.begin()

    def begin(self) -> None:
        """A new request: the rate is measured anew, from its first byte."""
        self._since, self._came = None, 0

    def allowed_s(self, most_s: float) -> float:
        """Raises FootageTimedOut when nothing is left of the wall time."""
        left_s = self._ends - time.monotonic()
        if left_s <= 0:
            raise FootageTimedOut("the time for this pull is used up", what="wall")
        return min(most_s, left_s)

    def count(self, size: int) -> None:
        """Raises FootageTimedOut when too little came for too long."""
        now = time.monotonic()
        self.bytes += size
        if self._since is None:
            self._since = now
            return
        self._came += size
        spent_s = now - self._since
        if spent_s < self._limits.slow_s:
            return
        if self._came / spent_s < self._limits.min_bytes_per_s:
            raise FootageTimedOut(f"only {self._came / spent_s:.0f} bytes/s came", what="trickle")
        self._since, self._came = now, 0

    @property
    def limits(self) -> PullLimits:
        return self._limits


class PacedStream(httpcore.NetworkStream):
    """A socket whose every read obeys the pace."""

    def __init__(self, inner: httpcore.NetworkStream, pace: Pace) -> None:
        self._inner = inner
        self._pace = pace

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        allowed_s = self._pace.allowed_s(self._pace.limits.silence_s)
        try:
            data = self._inner.read(max_bytes, allowed_s)
        except httpcore.ReadTimeout as error:
            self._pace.allowed_s(1.0)
            raise FootageTimedOut(f"not a byte within {allowed_s:.0f} s", what="silence") from error
        except httpcore.ReadError as error:
            raise SourceUnreachable("the connection broke") from error
        self._pace.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._inner.write(buffer, self._pace.allowed_s(self._pace.limits.silence_s))
        except httpcore.WriteTimeout as error:
            raise FootageTimedOut("it takes no request", what="silence") from error
        except httpcore.WriteError as error:
            raise SourceUnreachable("the connection broke") from error

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            inner = self._inner.start_tls(
                ssl_context, server_hostname, self._pace.allowed_s(self._pace.limits.connect_s)
            )
        except httpcore.ConnectTimeout as error:
            raise FootageTimedOut("the TLS handshake hangs", what="connect") from error
        except (httpcore.ConnectError, ssl.SSLError) as error:
            raise SourceUnreachable(f"no TLS connection: {_tls_words(error)}") from error
        return PacedStream(inner, self._pace)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _tls_words(error: Exception) -> str:
    return "its certificate is not trusted" if "CERTIFICATE_VERIFY_FAILED" in str(error) else "handshake failed"


class GuardedBackend(httpcore.NetworkBackend):
    """Opens sockets to checked addresses. Never to a Unix socket."""

    def __init__(self, rule: AddressRule, pace: Pace) -> None:
        self._rule = rule
        self._pace = pace
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        allowed_s = self._pace.allowed_s(self._pace.limits.connect_s)
        address = checked_address(host, port, self._rule, allowed_s)
        try:
            return PacedStream(self._sockets.connect_tcp(address, port, allowed_s), self._pace)
        except httpcore.ConnectTimeout as error:
            raise FootageTimedOut(f"no connection within {allowed_s:.0f} s", what="connect") from error
        except httpcore.ConnectError as error:
            raise SourceUnreachable("no connection: refused or no route") from error


class GuardedTransport(httpx.BaseTransport):
    """httpx over the guarded sockets; HTTP/1.1, four connections at most. ``tls``: whom it trusts."""

    def __init__(self, rule: AddressRule, pace: Pace, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=4, network_backend=GuardedBackend(rule, pace)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _one_language():
            answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


def trust(*, verify: bool = True) -> ssl.SSLContext:
    """The public authorities, whatever the environment says; or, for a device's own certificate, nobody at all."""
    return httpx.create_ssl_context(verify=verify, trust_env=False)


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _one_language():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _one_language:  # noqa: N801 - used as a word in a with statement
    """httpcore's own complaints, said as ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, httpcore.RemoteProtocolError):
            if "incomplete" in str(error) or "without sending" in str(error):
                raise SourceUnreachable("the connection was closed half-way") from error
            raise SourceBroken("it does not speak HTTP") from error
        if isinstance(error, httpcore.TimeoutException):
            raise FootageTimedOut("no free connection in time", what="connect") from error
        if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError):
            raise SourceUnreachable("the connection broke") from error
