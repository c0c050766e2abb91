"""Dahua recorders and cameras by CGI: find what was recorded, download what touches the window.

Settings::

    {"url": "http://10.20.1.6", "channel": 3, "stream": "main",
     "timezone": "Asia/Jakarta",    # what the device's clock shows; it tells no zone
     "download": "auto",            # time (startLoad), file (RPC_Loadfile), auto: by time, else by file
     "finder_from": "1"}            # some firmwares count the finder's channels from 0
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cameras.footage import dahua_cgi, options
from cameras.footage.context import SourceContext
from cameras.footage.dahua_cgi import Finder, Wanted
from cameras.footage.dahua_pull import BY_FILE, BY_TIME, Camera, DahuaPull, needed
from cameras.footage.device_clock import DeviceClock
from cameras.footage.device_options import CHANNEL, DEVICE_URL, STREAM, still_glance
from cameras.footage.fetch import Fetcher
from cameras.footage.gather import workplace
from cameras.footage.isapi import padded_to
from cameras.footage.options import DELAY, PASSWORD, RETENTION, TIMEZONE, USERNAME, VERIFY_TLS, Choice, Option, Words
from cameras.footage.source import (
    FootageMissing,
    FootageUnreadable,
    Glance,
    PulledFootage,
    SourceBroken,
    SourceDenied,
    SourceMisconfigured,
)
from cameras.footage.window import TimeWindow, clipped, merged

WAYS = {"auto": (BY_TIME, BY_FILE), BY_TIME: (BY_TIME,), BY_FILE: (BY_FILE,)}
DOWNLOAD = Option(
    "download",
    Words("Cara mengunduh", "How to download"),
    "choice",
    default="auto",
    choices=(
        Choice("auto", Words("menurut waktu, atau per berkas bila tidak bisa", "by time, or by file where that fails")),
        Choice(BY_TIME, Words("menurut waktu", "by time")),
        Choice(BY_FILE, Words("berkas utuh", "whole files")),
    ),
)
FINDER_FROM = Option(
    "finder_from",
    Words("Nomor kanal pertama pada pencarian", "First channel number in searches"),
    "choice",
    default="1",
    choices=(Choice("1", Words("1", "1")), Choice("0", Words("0", "0"))),
    help=Words(
        "Sebagian firmware menghitung kanal pencarian dari 0, walau kanal lain mulai dari 1",
        "Some firmwares count the channels of a search from 0, although all others begin at 1",
    ),
)


class DahuaSource:
    """One channel of one device."""

    kind: ClassVar[str] = "dahua"
    title: ClassVar[Words] = Words("Dahua (CGI)", "Dahua (CGI)")
    options: ClassVar[tuple[Option, ...]] = (
        DEVICE_URL,
        CHANNEL,
        STREAM,
        TIMEZONE,
        DOWNLOAD,
        FINDER_FROM,
        VERIFY_TLS,
        USERNAME,
        PASSWORD,
        DELAY,
        RETENTION,
    )
    has_past = True
    real_time = False
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> DahuaSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        complaints = self.validate(context.settings)
        if complaints:
            raise SourceMisconfigured("the settings cannot be used", **complaints)
        self.context = context
        self._url = str(self._set("url"))
        self._zone = ZoneInfo(self._set("timezone"))
        channel, is_main = int(self._set("channel")), self._set("stream") == "main"
        self._camera = Camera(self._url, channel, 0 if is_main else 1, self._zone, WAYS[self._set("download")])
        first = int(self._set("finder_from"))
        self._wanted = Wanted(channel - 1 + first, "Main" if is_main else "Extra1", self._zone)

    def _set(self, name: str) -> Any:
        return options.value_of(self.options, self.context.settings, name)

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return options.problems(cls.options, settings)

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What the device lists of the window, to the second."""
        with Fetcher(self._url, self.context) as http:
            clock = self._clock(http)
            listed = Finder(http, self._url, self.context).files(self._wanted, clock.by_device(window))
            return clipped(merged(TimeWindow(clock.true(one.start), clock.true(one.end)) for one in listed), window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        with Fetcher(self._url, self.context) as http, workplace(self.context, destination) as folder:
            clock = self._clock(http)
            span = padded_to(clock.by_device(window))
            finder = Finder(http, self._url, self.context)
            wanted = needed(finder.files(self._wanted, span), span)
            if not wanted:
                raise FootageMissing("the device lists no recording in this window", **finder.notes)
            pull = DahuaPull(http, self._camera, clock, folder)
            gathered = pull.gather(wanted, span)
            return gathered.brought(window, destination, clock, {**finder.notes, **pull.notes})

    def glance(self, folder: Path) -> Glance:
        with Fetcher(self._url, self.context) as http:
            clock = self._clock(http)
            offset_s = clock.offset_s if clock.how != "set" else None
            address = f"/cgi-bin/snapshot.cgi?channel={self._camera.channel}"
            return still_glance(http, address, folder, now=self.context.now, clock_offset_s=offset_s)

    def _clock(self, http: Fetcher) -> DeviceClock:
        """As set for the camera where the device does not tell; what else is wrong shows at the next request."""
        try:
            return dahua_cgi.clock_of(http, self.context.now, self._zone)
        except (FootageMissing, FootageUnreadable, SourceBroken):
            return DeviceClock(self.context.clock_offset_s, "set")
        except SourceDenied as error:
            if error.data.get("status") != 403:
                raise
            return DeviceClock(self.context.clock_offset_s, "set")
