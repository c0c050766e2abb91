"""As much of ONVIF as a still needs: what the camera's clock shows, and at which address it gives its picture.

The password never leaves us: a UsernameToken is a digest over a nonce and the camera's own time, which is why its clock
is asked first (that needs no login). XML from the network is read without entities and document types.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cameras.footage.context import SourceContext
from cameras.footage.fetch import Fetcher
from cameras.footage.source import SourceBroken, SourceDenied, SourceForbidden

DEVICE, MEDIA = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
CONTENT_TYPE = "application/soap+xml; charset=utf-8"
ANSWER_BYTES = 1 << 20
FAULTS = (400, 401, 500)
"""Under these a SOAP service says what is wrong; 401 also where it wants HTTP's own digest instead."""

DENIED = ("notauthorized", "sender not authorized", "failedauthentication", "not authorized")


@dataclass(frozen=True, slots=True)
class StillAddress:
    """``url``: absolute, on the camera's own host. ``offset_s``: its clock minus ours, None where it does not tell."""

    url: str
    offset_s: float | None


def still_address(context: SourceContext, profile: str | None = None) -> StillAddress:
    """Ask the device service at the setting ``url``. ``profile``: its token; the first one where none is given.

    Raises:
        SourceForbidden: it names an address on another host.
        FootageError: by what went wrong.
    """
    url = str(context.settings["url"])
    with Fetcher(url, context) as http:
        device = _Service(http, context, url)
        device.offset_s = device.measured_offset_s()
        media = device.on_same_host(device.media_url())
        with Fetcher(media, context) as other:
            service = _Service(other, context, media, device.offset_s)
            return StillAddress(device.on_same_host(service.snapshot_uri(profile)), device.offset_s)


class _Service:
    def __init__(self, http: Fetcher, context: SourceContext, url: str, offset_s: float | None = None) -> None:
        self._http, self._context, self._url = http, context, url
        self.offset_s = offset_s

    # -- What is asked ---------------------------------------------------------------------

    def measured_offset_s(self) -> float | None:
        """Device clock minus ours, to about a second."""
        before = self._context.now()
        answer = self._asked("GetSystemDateAndTime", DEVICE, signed=False)
        middle = before + (self._context.now() - before) / 2
        at = clock_of(answer)
        return None if at is None else (at + timedelta(seconds=0.5) - middle).total_seconds()

    def media_url(self) -> str:
        """Address of the media service; that of the device service where none is told: some have one for all."""
        answer = self._asked("GetCapabilities", DEVICE, "<Category>All</Category>")
        media = _first(answer, "Media")
        found = _text(media, "XAddr") if media is not None else ""
        if found:
            return found
        answer = self._asked("GetServices", DEVICE, "<IncludeCapability>false</IncludeCapability>")
        for service in _all(answer, "Service"):
            if _text(service, "Namespace") == MEDIA and _text(service, "XAddr"):
                return _text(service, "XAddr")
        return self._url

    def snapshot_uri(self, profile: str | None) -> str:
        token = profile or self._first_profile()
        body = f"<ProfileToken>{escape(token)}</ProfileToken>"
        found = _text(self._asked("GetSnapshotUri", MEDIA, body), "Uri")
        if not found:
            raise SourceBroken("it names no address for its still")
        return found

    def _first_profile(self) -> str:
        for profile in _all(self._asked("GetProfiles", MEDIA), "Profiles"):
            if profile.get("token"):
                return str(profile.get("token"))
        raise SourceBroken("it has no media profile")

    def on_same_host(self, url: str) -> str:
        """Raises SourceForbidden when ``url`` leads elsewhere: a camera must not send us around the network."""
        try:
            parts, own = urlsplit(url.strip()), urlsplit(self._url)
            host, _port = parts.hostname, parts.port
        except ValueError as error:
            raise SourceBroken("it names an address that is none") from error
        if parts.scheme not in ("http", "https") or not host:
            raise SourceBroken("it names an address that is none")
        if host.lower() != (own.hostname or "").lower():
            raise SourceForbidden(
                "it names an address on another host; enter the address of its JPEG instead", host=host
            )
        return url.strip()

    # -- How it is asked -------------------------------------------------------------------

    def _asked(self, action: str, namespace: str, body: str = "", *, signed: bool = True) -> Element:
        envelope = (
            f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Header>'
            f"{self._token() if signed else ''}</s:Header><s:Body>"
            f'<{action} xmlns="{namespace}">{body}</{action}></s:Body></s:Envelope>'
        )
        reply = self._http.ask(
            "POST",
            self._url,
            max_bytes=ANSWER_BYTES,
            telling=FAULTS,
            content=envelope.encode(),
            headers={"content-type": f'{CONTENT_TYPE}; action="{namespace}/{action}"'},
        )
        return _body(reply.content, reply.status)

    def _token(self) -> str:
        """A WS-Security UsernameToken by the camera's clock; nothing without credentials."""
        user, password = (self._context.secrets.get(name, "") for name in ("username", "password"))
        if not user:
            return ""
        nonce = secrets.token_bytes(16)
        at = self._context.now().astimezone(UTC) + timedelta(seconds=self.offset_s or 0.0)
        created = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
        return username_token(user, password, nonce, created)


def username_token(user: str, password: str, nonce: bytes, created: str) -> str:
    """OASIS UsernameToken profile 1.0: the digest is SHA-1 over nonce, time and password, as the standard has it."""
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()  # noqa: S324
    kind = quoteattr(f"{WSS}username-token-profile-1.0#PasswordDigest")
    coding = quoteattr(f"{WSS}soap-message-security-1.0#Base64Binary")
    return (
        f'<Security s:mustUnderstand="1" xmlns="{WSS}wssecurity-secext-1.0.xsd"><UsernameToken>'
        f"<Username>{escape(user)}</Username><Password Type={kind}>{digest}</Password>"
        f"<Nonce EncodingType={coding}>{base64.b64encode(nonce).decode()}</Nonce>"
        f'<Created xmlns="{WSS}wssecurity-utility-1.0.xsd">{created}</Created></UsernameToken></Security>'
    )


# -- Reading answers ----------------------------------------------------------------------------


def _body(content: bytes, status: int) -> Element:
    """The SOAP body's content.

    Raises:
        SourceDenied, SourceBroken: by its fault, or because it is none.
    """
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        if status == 401:
            raise SourceDenied("it does not take the user name and password", status=status) from error
        raise SourceBroken("it answers no ONVIF", status=status) from error
    fault = _first(root, "Fault")
    if fault is not None or status >= 400:
        told = " ".join(text.strip() for text in (fault if fault is not None else root).itertext()).lower()
        if status == 401 or any(word in told for word in DENIED):
            raise SourceDenied("it does not take the user name and password", status=status)
        raise SourceBroken("its ONVIF service answers with a fault", status=status)
    return root


def clock_of(answer: Element) -> datetime | None:
    """What GetSystemDateAndTime tells, as UTC: its UTC time, else its local time and time zone."""
    utc, local, zone = (_first(answer, name) for name in ("UTCDateTime", "LocalDateTime", "TZ"))
    if utc is not None and (at := _moment(utc)) is not None:
        return at
    ahead_s = posix_offset_s(zone.text or "") if zone is not None else None
    if local is None or ahead_s is None or (at := _moment(local)) is None:
        return None
    return at - timedelta(seconds=ahead_s)


def _moment(element: Element) -> datetime | None:
    try:
        year, month, day, hour, minute, second = (
            int(_text(element, name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
        )
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


_POSIX = re.compile(r"(?:[A-Za-z]{3,}|<[^>]+>)([+-]?)(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?")


def posix_offset_s(text: str) -> float | None:
    """Seconds ahead of UTC of a POSIX time zone: ``WIB-7`` is 25200, its sign being the other way round. Rules for
    summer time are left out: Indonesia has none."""
    found = _POSIX.match(text.strip())
    if found is None:
        return None
    sign, hours, minutes, seconds = found.groups()
    return (1 if sign == "-" else -1) * (int(hours) * 3600.0 + int(minutes or 0) * 60 + int(seconds or 0))


def _all(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if _local(one) == name]


def _first(element: Element, name: str) -> Element | None:
    return next((one for one in element.iter() if _local(one) == name), None)


def _text(element: Element, name: str) -> str:
    found = _first(element, name)
    return (found.text or "").strip() if found is not None else ""


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
