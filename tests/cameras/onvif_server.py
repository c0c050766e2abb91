"""A camera with an ONVIF service and a still: SOAP with WS-Security digests checked by the camera's own clock, or
HTTP's digest; a clock that may be off; addresses that may lead elsewhere; pictures that carry the time at which they
were taken.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import cv2

from tests.cameras.clips import picture_at, wib
from tests.cameras.device_server import Answer, Asked, Device

ZERO = wib("07:00:00")
NAMESPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"'
)
SOAP_TYPE = "application/soap+xml; charset=utf-8"
FRESH_S = 30.0


class Clock:
    """A moment that goes on from ``start``, ``speed`` seconds a second."""

    def __init__(self, start: str = "07:00:02", speed: float = 1.0) -> None:
        self._start, self._speed, self._since = wib(start), speed, time.monotonic()

    def __call__(self) -> datetime:
        return (self._start + timedelta(seconds=(time.monotonic() - self._since) * self._speed)).astimezone(UTC)


def jpeg_at(t_s: float, size: tuple[int, int] = (640, 480), quality: int = 95) -> bytes:
    """A picture of ``t_s`` seconds after 07:00, over the size that the fault proxy takes for film."""
    return bytes(cv2.imencode(".jpg", picture_at(t_s, size), [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


class OnvifCamera(Device):
    """``true_now``: what time it is; the camera's clock is ``clock_off_s`` ahead of it. ``soap_auth``: ``none``,
    ``wsse`` or ``http`` (as the device's ``auth`` says); ``tells``: ``utc``, ``local``, ``nothing``; ``lists``: which
    answer names the media service. ``still``: makes the answer at /snapshot.jpg.
    """

    def __init__(self, true_now: Callable[[], datetime], *, soap_auth: str = "none", **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.true_now = true_now
        self.soap_auth = soap_auth
        self.tells = "utc"
        self.lists = "capabilities"
        self.media_host = self.still_host = ""
        self.profiles = ["Profile_1", "Profile_2"]
        self.actions: list[str] = []
        self.nonces: set[str] = set()
        self.still: Callable[[], Answer] = self.picture
        self.raw: dict[str, Answer] = {}

    def now(self) -> datetime:
        return self.true_now() + timedelta(seconds=self.clock_off_s)

    def picture(self) -> Answer:
        return Answer.of(jpeg_at((self.true_now() - ZERO).total_seconds()), "image/jpeg")

    def admits(self, asked: Asked) -> tuple[bool, bool]:
        """SOAP has its own authentication, unless it is to be HTTP's."""
        if asked.path.startswith("/onvif/") and self.soap_auth != "http":
            return True, False
        return super().admits(asked)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/snapshot.jpg":
            return self.still()
        if not asked.path.startswith("/onvif/"):
            return Answer.missing()
        action = re.search(rb"<s:Body>\s*<(\w+)", asked.body)
        name = action[1].decode() if action is not None else ""
        self.actions.append(name)
        if name in self.raw:
            return self.raw[name]
        if name != "GetSystemDateAndTime" and self.soap_auth == "wsse" and not self._signed(asked.body.decode()):
            return fault("ter:NotAuthorized", "Sender not authorized", 400)
        made = getattr(self, f"_{name}", None)
        return made(asked) if made is not None else fault("ter:ActionNotSupported", "Not implemented", 500)

    def _signed(self, body: str) -> bool:
        """The digest of nonce, time and password; fresh by the camera's clock, and never twice."""
        found = {
            name: (re.search(rf"<{name}[^>]*>([^<]*)</{name}>", body) or ["", ""])[1]
            for name in ("Username", "Password", "Nonce", "Created")
        }
        if found["Username"] != self.username or not found["Nonce"] or found["Nonce"] in self.nonces:
            return False
        self.nonces.add(found["Nonce"])
        created = datetime.fromisoformat(found["Created"])
        if abs((created - self.now()).total_seconds()) > FRESH_S:
            return False
        whole = base64.b64decode(found["Nonce"]) + found["Created"].encode() + self.password.encode()
        return base64.b64encode(hashlib.sha1(whole).digest()).decode() == found["Password"]

    def _GetSystemDateAndTime(self, _asked: Asked) -> Answer:  # noqa: N802 - ONVIF's names
        local = self.now().astimezone(ZERO.tzinfo)
        parts = {
            "utc": _date("UTCDateTime", self.now().astimezone(UTC)),
            "local": f"<tt:TimeZone><tt:TZ>WIB-7</tt:TZ></tt:TimeZone>{_date('LocalDateTime', local)}",
            "nothing": "<tt:DateTimeType>Manual</tt:DateTimeType>",
        }
        inner = f"<tds:SystemDateAndTime>{parts[self.tells]}</tds:SystemDateAndTime>"
        return soap(f"<tds:GetSystemDateAndTimeResponse>{inner}</tds:GetSystemDateAndTimeResponse>")

    def _GetCapabilities(self, _asked: Asked) -> Answer:  # noqa: N802
        media = f"<tt:Media><tt:XAddr>{self._media()}</tt:XAddr></tt:Media>" if self.lists == "capabilities" else ""
        device = f"<tt:Device><tt:XAddr>{self.url}/onvif/device_service</tt:XAddr></tt:Device>"
        inner = f"<tds:Capabilities>{device}{media}</tds:Capabilities>"
        return soap(f"<tds:GetCapabilitiesResponse>{inner}</tds:GetCapabilitiesResponse>")

    def _GetServices(self, _asked: Asked) -> Answer:  # noqa: N802
        named = [("http://www.onvif.org/ver10/device/wsdl", f"{self.url}/onvif/device_service")]
        named += [("http://www.onvif.org/ver10/media/wsdl", self._media())] if self.lists == "services" else []
        services = "".join(
            f"<tds:Service><tds:Namespace>{space}</tds:Namespace><tds:XAddr>{url}</tds:XAddr></tds:Service>"
            for space, url in named
        )
        return soap(f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>")

    def _media(self) -> str:
        return f"{self.media_host or self.url}/onvif/media_service"

    def _GetProfiles(self, _asked: Asked) -> Answer:  # noqa: N802
        profiles = "".join(f'<trt:Profiles token="{token}" fixed="true"/>' for token in self.profiles)
        return soap(f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>")

    def _GetSnapshotUri(self, asked: Asked) -> Answer:  # noqa: N802
        token = re.search(rb"<ProfileToken>([^<]*)<", asked.body)
        if token is None or token[1].decode() not in self.profiles:
            return fault("ter:NoProfile", "The requested profile does not exist", 400)
        uri = f"{self.still_host or self.url}/snapshot.jpg?profile={token[1].decode()}"
        inner = f"<trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri>"
        return soap(f"<trt:GetSnapshotUriResponse>{inner}</trt:GetSnapshotUriResponse>")


def soap(body: str, status: int = 200) -> Answer:
    envelope = f'<?xml version="1.0"?><s:Envelope {NAMESPACES}><s:Body>{body}</s:Body></s:Envelope>'
    return Answer.of(envelope, SOAP_TYPE, status)


def fault(code: str, reason: str, status: int) -> Answer:
    inner = (
        f"<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason>'
    )
    return soap(f"<s:Fault>{inner}</s:Fault>", status)


def _date(name: str, at: datetime) -> str:
    clock = f"<tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute><tt:Second>{at.second}</tt:Second>"
    day = f"<tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day>"
    return f"<tt:{name}><tt:Time>{clock}</tt:Time><tt:Date>{day}</tt:Date></tt:{name}>"
