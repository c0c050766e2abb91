"""Bytes from an address that a stranger wrote: https to a listed host at a public address, and not much of it.

    content = photo_fetch(url, rules_for("qlue"))

Built on the cameras' guarded transport: a name is resolved once, every address it has is checked, the connection goes
to the checked one, and each redirect is a new address that is judged from the start. No cookie, no credential, no
proxy of the environment. No error and no log line holds an address or its query.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from cameras.footage.context import PullLimits
from cameras.footage.guard import AddressRule, PublicOnly
from cameras.footage.source import FootageError, SourceForbidden
from cameras.footage.transport import GuardedTransport, Pace, trust
from jsc_project.lib.errors import JscError
from jsc_project.photo_hosts import PhotoHost, is_listed

MAX_BYTES = 10_000_000
WALL_S = 15.0
REDIRECTS_MAX = 3
PORT = 443
LIMITS = PullLimits(
    connect_s=5.0, silence_s=5.0, slow_s=4.0, min_bytes_per_s=4_000.0, wall_s=WALL_S, max_bytes=MAX_BYTES
)
"""A photo of 300 kB on the slowest line that is worth waiting for."""

HEADERS = {"user-agent": "jsc-verify", "accept": "image/jpeg, image/png, image/webp", "accept-encoding": "identity"}
"""Nothing compressed: what is counted is what comes."""

WORTH_ANOTHER_TRY = frozenset({408, 425, 429})


class PhotoRefused(JscError, ValueError):
    """We do not take this photo, and never will as it is. ``reason`` is a stable word of ``reports.photos.words``."""

    code = "photo_refused"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason


class PhotoUnavailable(JscError, ConnectionError):
    """It could not be had now; another try may help."""

    code = "photo_unavailable"
    retryable = True


class PhotoGone(JscError, LookupError):
    """Its host answers, and has no such photo, or not for us."""

    code = "photo_gone"


@dataclass(frozen=True, slots=True)
class FetchRules:
    """``hosts`` for reports of ``source``; ``addresses`` and ``tls``: where a connection may go, and whom it trusts."""

    source: str
    hosts: Sequence[PhotoHost]
    addresses: AddressRule = field(default_factory=PublicOnly)
    tls: ssl.SSLContext = field(default_factory=trust)
    limits: PullLimits = LIMITS


def address_of(url: str, rules: FetchRules) -> httpx.URL:
    """``url``, if it may be asked for at all. One reading of it, by the library that connects: what is judged here is
    what is asked there.

    Raises:
        PhotoRefused: ``photos_off``, ``not_an_address``, ``not_https``, ``credentials``, ``odd_port``,
            ``host_not_listed``.
    """
    if not rules.hosts:
        raise PhotoRefused("photos_off", "JSC_PHOTO_HOSTS is empty: no photo is fetched")
    try:
        found = httpx.URL(url).copy_with(fragment=None)
        host = found.raw_host.decode("ascii").lower().removesuffix(".")
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        raise PhotoRefused("not_an_address", "no address that can be read") from error
    if found.scheme != "https":
        raise PhotoRefused("not_https", "the address is not https")
    if found.userinfo:
        raise PhotoRefused("credentials", "the address has credentials in it")
    if found.port not in (None, PORT):
        raise PhotoRefused("odd_port", f"the address names port {found.port}")
    if not is_listed(host, rules.source, rules.hosts):
        raise PhotoRefused("host_not_listed", "the host is not in JSC_PHOTO_HOSTS")
    return found.copy_with(host=host)


def photo_fetch(url: str, rules: FetchRules) -> bytes:
    """
    Raises:
        PhotoRefused: as ``address_of``, for the address and every one it leads to; ``address_not_public``,
            ``redirects``, ``too_large``.
        PhotoGone: there is no such photo.
        PhotoUnavailable: no answer, a broken, slow or overloaded one.
    """
    pace = Pace(rules.limits, rules.limits.wall_s)
    with _in_our_words(), contextlib.closing(GuardedTransport(rules.addresses, pace, rules.tls)) as transport:
        address = address_of(url, rules)
        for _hop in range(REDIRECTS_MAX + 1):
            pace.begin()
            answer = transport.handle_request(httpx.Request("GET", address, headers=HEADERS))
            with contextlib.closing(answer):
                if not answer.has_redirect_location:
                    return _content(answer, rules.limits.max_bytes)
                address = address_of(_target(address, answer.headers["location"]), rules)
    raise PhotoRefused("redirects", f"over {REDIRECTS_MAX} redirects")


def _target(at: httpx.URL, location: str) -> str:
    try:
        return str(at.join(location))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise PhotoRefused("not_an_address", "it redirects to no address that can be read") from error


def _content(answer: httpx.Response, most: int) -> bytes:
    _raise_for(answer.status_code)
    told = answer.headers.get("content-length", "")
    content = bytearray()
    if told.isdecimal() and int(told[:20]) > most:
        raise PhotoRefused("too_large", f"over {most} bytes")
    for block in answer.iter_raw():
        content += block
        if len(content) > most:
            raise PhotoRefused("too_large", f"over {most} bytes")
    return bytes(content)


def _raise_for(status: int) -> None:
    if status == httpx.codes.OK:
        return
    if httpx.codes.is_client_error(status) and status not in WORTH_ANOTHER_TRY:
        raise PhotoGone(f"its host answers {status}", status=status)
    raise PhotoUnavailable(f"its host answers {status}", status=status)


@contextlib.contextmanager
def _in_our_words() -> Iterator[None]:
    """What the transport says of a camera, said of a photo."""
    try:
        yield
    except SourceForbidden as error:
        raise PhotoRefused("address_not_public", error.detail) from error
    except FootageError as error:
        raise PhotoUnavailable(f"{error.code}: {error.detail}", what=error.data.get("what", error.code)) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PhotoUnavailable(f"the exchange failed ({type(error).__name__})") from error
