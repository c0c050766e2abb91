"""HTTP with one recorder: same origin only, digest or basic authentication, resumed downloads, honest errors.

    with Fetcher(url, context) as http:
        reply = http.get("/ISAPI/System/time", max_bytes=1 << 16)
        got = http.download("/files/1.mp4", path, accept=VIDEO_TYPES)

No error, log line or note made here holds a query, a header or a credential.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import re
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from cameras.footage.context import SourceContext
from cameras.footage.guard import InNetworks
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageTimedOut,
    FootageUnreadable,
    SourceBroken,
    SourceDenied,
    SourceForbidden,
    SourceMisconfigured,
    SourceUnreachable,
    StorageFull,
)
from cameras.footage.transport import GuardedTransport, Pace, trust

VIDEO_TYPES = ("video/", "application/octet-stream", "application/mp4", "binary/octet-stream", "application/x-")
REDIRECTS_MAX = 3
RESUMES_MAX = 3
"""A broken download is taken up again this often in one pull; the next try of the step starts from what is there."""
BLOCK = 1 << 18
SMALL_BYTES = 4 << 20
LONGEST_NUMBER = 18
USER_AGENT = "jsc-verify"

for _name in ("httpx", "httpcore"):
    # They log every address with its query, and headers with cookies: tokens would stand in our logs.
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Reply:
    """A small answer, read whole. ``offset_s``: the server's Date header minus our clock, to the second, or None.

    ``path``: what answered, after redirects, without its query; addresses in the answer are relative to it.
    """

    status: int
    headers: httpx.Headers
    content: bytes
    offset_s: float | None
    path: str = "/"

    @property
    def text(self) -> str:
        """UTF-8, with a mark where it is not."""
        return self.content.decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Download:
    """``size`` bytes stand in the file. ``error``: why it is not whole, None when it is."""

    size: int
    content_type: str
    error: FootageError | None = None


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_CHALLENGE = re.compile(r"(?:^|,)\s*(basic|digest)(?=[\s,]|$)", re.IGNORECASE)
_FIELD = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
ALGORITHMS = frozenset({"MD5", "MD5-SESS", "SHA", "SHA-SESS", "SHA-256", "SHA-256-SESS", "SHA-512", "SHA-512-SESS"})
"""Of httpx."""


def challenges(response: httpx.Response) -> tuple[set[str], str | None]:
    """What a device asks for (``basic``, ``digest``), and the first digest challenge that can be answered, written
    as httpx reads it. Devices send several in one header, algorithms that nobody knows, and nonsense.
    """
    asked: set[str] = set()
    usable: str | None = None
    for header in response.headers.get_list("www-authenticate"):
        # A word in a quoted realm is no challenge.
        starts = list(_CHALLENGE.finditer(_QUOTED.sub(lambda quoted: "_" * len(quoted[0]), header)))
        asked |= {start[1].lower() for start in starts}
        ends = [*(one.start() for one in starts), len(header)][1:]
        for start, end in zip(starts, ends[: len(starts)], strict=True):
            if start[1].lower() == "digest" and usable is None:
                usable = _answerable(header[start.end() : end])
    return asked, usable


def _answerable(fields: str) -> str | None:
    told = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(fields)}
    algorithm, qop = told.get("algorithm", "MD5").upper(), told.get("qop", "")
    offers = [word.strip().lower() for word in qop.split(",")]
    if not fields.isascii() or not {"realm", "nonce"} <= told.keys() or algorithm not in ALGORITHMS:
        return None
    if qop and "auth" not in offers:
        return None
    kept = [f'{name}="{told[name]}"' for name in ("realm", "nonce", "opaque") if name in told]
    kept += [f"algorithm={told['algorithm']}"] if "algorithm" in told else []
    return f"Digest {', '.join([*kept, *(['qop=auth'] if qop else [])])}"


class DeviceAuth(httpx.Auth):
    """Digest where the device asks for it, Basic only where it asks for nothing better. Nothing is sent unasked."""

    def __init__(self, username: str, password: str) -> None:
        self._digest = httpx.DigestAuth(username, password)
        self._basic = httpx.BasicAuth(username, password)
        self._basic_wanted = False
        self._can_digest = username.isascii()  # httpx writes it into a header as it is

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._basic_wanted:
            yield from self._basic.auth_flow(request)
            return
        flow = self._digest.auth_flow(request)
        asked = next(flow)
        while True:
            response = yield asked
            offered, digest = challenges(response)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if digest is None or not self._can_digest:
                break
            response.headers["www-authenticate"] = digest
            try:
                asked = flow.send(response)
            except StopIteration:
                break
        if offered == {"basic"}:
            self._basic_wanted = True
            yield from self._basic.auth_flow(request)


class Fetcher:
    """One server, for the time of one pull or look. ``wall_s``: for all of its requests together."""

    def __init__(self, base_url: str, context: SourceContext, *, wall_s: float | None = None) -> None:
        """Raises SourceMisconfigured when ``base_url`` is no http(s) address."""
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SourceMisconfigured("the address must begin with http:// or https:// and name a host")
        self._origin = httpx.URL(base_url)
        self._token = context.secrets.get("token")
        self._limits = context.limits
        self.pace = Pace(context.limits, wall_s or context.limits.wall_s)
        user, password = context.secrets.get("username", ""), context.secrets.get("password", "")
        self._client = httpx.Client(
            transport=GuardedTransport(
                InNetworks(context.networks), self.pace, trust(verify=context.settings.get("verify_tls") is not False)
            ),
            auth=DeviceAuth(user, password) if user or password else None,
            headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def renew(self, wall_s: float) -> None:
        """A new allowance of time and bytes on the same connections, for who comes back to one server for hours."""
        self.pace.renew(wall_s)

    def url(self, address: str) -> httpx.URL:
        """``address`` (relative to the base, or absolute) on the same origin, with the token if there is one.

        Raises:
            SourceForbidden: it leads to another scheme, host or port.
        """
        try:
            found = self._origin.join(address)
        except (httpx.InvalidURL, ValueError) as error:
            raise SourceBroken("it names an address that is none") from error
        if (found.scheme, found.host, _port(found)) != (self._origin.scheme, self._origin.host, _port(self._origin)):
            raise SourceForbidden("it leads to another host", host=found.host)
        if found.userinfo:
            raise SourceForbidden("it leads to an address with credentials in it")
        return found.copy_merge_params({"token": self._token}) if self._token else found

    def get(self, address: str, *, max_bytes: int = SMALL_BYTES, accept: Sequence[str] = (), **extra: Any) -> Reply:
        """A small answer.

        Raises:
            FootageError: by what went wrong; see ``raise_for``.
        """
        return self.ask("GET", address, max_bytes=max_bytes, accept=accept, **extra)

    def post(self, address: str, content: bytes, *, content_type: str, max_bytes: int = SMALL_BYTES) -> Reply:
        return self.ask("POST", address, max_bytes=max_bytes, content=content, headers={"content-type": content_type})

    def ask(
        self,
        method: str,
        address: str,
        *,
        max_bytes: int = SMALL_BYTES,
        accept: Sequence[str] = (),
        telling: Collection[int] = (),
        **extra: Any,
    ) -> Reply:
        """``telling``: statuses of failure whose answer is returned all the same, because it says what is wrong."""
        with self._answered(method, address, **extra) as response:
            if response.status_code not in telling:
                raise_for(response)
            _check_type(response, accept)
            content = bytearray()
            for block in response.iter_raw(BLOCK):
                content += block
                if len(content) > max_bytes:
                    raise FootageUnreadable(f"an answer of over {max_bytes} bytes", reason="too_large")
            path = response.url.raw_path.partition(b"?")[0].decode("ascii")
            return Reply(response.status_code, response.headers, bytes(content), _offset_s(response), path)

    def beginning(
        self, address: str, size: int, *, accept: Sequence[str] = VIDEO_TYPES, method: str = "GET", **extra: Any
    ) -> bytes:
        """The first bytes of an answer that may be very long, ``size`` or a block more; then we hang up.

        Raises:
            FootageError: by what went wrong before the first of them.
        """
        content = bytearray()
        with self._answered(method, address, **extra) as response:
            raise_for(response)
            _check_type(response, accept)
            with contextlib.suppress(SourceUnreachable, FootageTimedOut):
                for block in response.iter_raw():
                    content += block
                    if len(content) >= size:
                        break
        return bytes(content)

    @contextlib.contextmanager
    def opened(
        self, address: str, *, accept: Sequence[str] = (), headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """An answer whose body is read (``iter_raw``) only as far as the caller cares: endless ones, parts of files.

        Raises:
            FootageError: by what went wrong; see ``raise_for``.
        """
        with self._answered("GET", address, headers=dict(headers or {})) as response:
            raise_for(response)
            _check_type(response, accept)
            yield response

    def download(
        self, address: str, path: Path, *, accept: Sequence[str] = VIDEO_TYPES, method: str = "GET", **extra: Any
    ) -> Download:
        """Write the body to ``path``; where the file is there already, go on from its end.

        A connection that breaks is taken up again by a range request, if the server can do that. What came stays in the
        file whatever happens.

        Raises:
            FootageError: not a byte is there.
        """
        resumes = RESUMES_MAX if method == "GET" else 0
        while True:
            before = _size(path)
            try:
                content_type = self._append(method, address, path, accept, extra)
                return Download(_size(path), content_type)
            except (SourceUnreachable, FootageTimedOut) as error:
                came = _size(path)
                hopeless = error.data.get("what") in ("wall", "trickle") or came <= before
                if resumes and not hopeless:
                    resumes -= 1
                    continue
                if came == 0:
                    path.unlink(missing_ok=True)
                    raise
                return Download(came, "", error)

    def _append(self, method: str, address: str, path: Path, accept: Sequence[str], extra: Mapping[str, Any]) -> str:
        # Without a mark that tells one version of a file from the next, what is there may be the start of another one.
        mark = path.with_name(path.name + ".mark")
        have = _size(path) if mark.exists() else 0
        headers = dict(extra.get("headers", {}))
        if have:
            headers |= {"range": f"bytes={have}-", "if-range": mark.read_text(encoding="latin-1")}
        with self._answered(method, address, **{**extra, "headers": headers}) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                return ""
            raise_for(response)
            _check_type(response, accept)
            goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT and _starts_at(response) == have
            with room(), path.open("ab" if goes_on else "wb") as file:
                _keep(mark, response.headers)
                # Without a size: blocks of one would be held back until they are full, and lost when it breaks.
                for block in response.iter_raw():
                    file.write(block)
                    if self.pace.bytes > self._limits.max_bytes:
                        raise FootageUnreadable(f"over {self._limits.max_bytes} bytes came", reason="too_large")
            mark.unlink(missing_ok=True)
            return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @contextlib.contextmanager
    def _answered(self, method: str, address: str, **extra: Any) -> Iterator[httpx.Response]:
        """The answer's head, with redirects on the same origin followed."""
        url = self.url(address)
        for _hop in range(REDIRECTS_MAX + 1):
            self.pace.begin()
            try:
                with self._client.stream(method, url, **extra) as response:
                    if not response.has_redirect_location:
                        yield response
                        return
                    url = self.url(str(url.join(response.headers["location"])))
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise SourceBroken(f"the exchange failed ({type(error).__name__})") from error
        raise SourceBroken("it redirects in a circle")


def raise_for(response: httpx.Response) -> None:
    """Raises:
    SourceDenied: 401, 403. ChannelMissing: 404, 410. SourceBroken: every other answer that is no success.
    """
    status = response.status_code
    if response.is_success:
        return
    if status == httpx.codes.UNAUTHORIZED:
        raise SourceDenied("it does not take the user name and password", status=status)
    if status == httpx.codes.FORBIDDEN:
        raise SourceDenied("this user may not do that", status=status)
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise ChannelMissing("it knows nothing at this address", status=status)
    raise SourceBroken(f"it answers {status}", status=status)


def _check_type(response: httpx.Response, accept: Sequence[str]) -> None:
    """What a login page, an error page or a picture is sent as instead of film. A missing type proves nothing."""
    told = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    if accept and told and not told.startswith(tuple(accept)):
        raise FootageUnreadable(f"it sends {told[:60]} instead", reason="wrong_content_type", content_type=told[:60])


def _keep(mark: Path, headers: httpx.Headers) -> None:
    """A strong ETag, or the time of change: what If-Range takes."""
    etag, changed = headers.get("etag", ""), headers.get("last-modified", "")
    found = etag if etag and not etag.startswith("W/") else changed
    if found:
        mark.write_text(found, encoding="latin-1")
    else:
        mark.unlink(missing_ok=True)


def _starts_at(response: httpx.Response) -> int | None:
    unit, _, rest = str(response.headers.get("content-range", "")).partition(" ")
    start = rest.partition("-")[0]
    return int(start) if unit == "bytes" and start.isdecimal() and len(start) <= LONGEST_NUMBER else None


def _offset_s(response: httpx.Response) -> float | None:
    """Of the clock behind the Date header. Cut to the second, so half a second is added to be right on average."""
    try:
        told = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return told.timestamp() + 0.5 - time.time()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Raises StorageFull when what is written inside finds the disk full."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FootageError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFull("no room left for the pull") from error
