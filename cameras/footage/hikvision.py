"""Hikvision recorders and cameras by ISAPI: search what was recorded, download what touches the window.

Settings::

    {"url": "http://10.20.1.5", "channel": 3, "stream": "main",
     "z_means": "auto",             # what the Z of its times means: utc, local, auto (found out, or refused)
     "timezone": "Asia/Jakarta"}    # used where the device does not tell its own

The device's clock is asked once per pull. MPEG program streams carry no absolute time; what dates them stands in
``dating`` and, for each piece, in the notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cameras.footage import isapi, isapi_times, options
from cameras.footage.context import SourceContext
from cameras.footage.device_clock import DeviceClock
from cameras.footage.device_options import CHANNEL, DEVICE_URL, STREAM, still_glance
from cameras.footage.fetch import Fetcher
from cameras.footage.gather import workplace
from cameras.footage.isapi import Searcher, Told
from cameras.footage.isapi_pull import IsapiPull, Session, needed
from cameras.footage.isapi_times import IsapiTimes, ZMeans
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

Z_MEANS = Option(
    "z_means",
    Words("Arti huruf Z pada jam perangkat", "What the Z of its times means"),
    "choice",
    default=ZMeans.AUTO.value,
    choices=(
        Choice(ZMeans.AUTO.value, Words("cari tahu sendiri", "find out")),
        Choice(ZMeans.UTC.value, Words("UTC", "UTC")),
        Choice(ZMeans.LOCAL.value, Words("jam setempat", "local time")),
    ),
    help=Words(
        "Sebagian firmware menulis jam setempat dengan huruf Z; isi bila tidak dapat diketahui dari rekaman terbarunya",
        "Some firmwares write local time with a Z; set it where the latest recordings do not tell",
    ),
)


class HikvisionSource:
    """One channel of one device."""

    kind: ClassVar[str] = "hikvision"
    title: ClassVar[Words] = Words("Hikvision (ISAPI)", "Hikvision (ISAPI)")
    options: ClassVar[tuple[Option, ...]] = (
        DEVICE_URL,
        CHANNEL,
        STREAM,
        Z_MEANS,
        TIMEZONE,
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
    def bind(cls, context: SourceContext) -> HikvisionSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        complaints = self.validate(context.settings)
        if complaints:
            raise SourceMisconfigured("the settings cannot be used", **complaints)
        self.context = context
        self._url = str(self._set("url"))
        self._track = int(self._set("channel")) * 100 + (1 if self._set("stream") == "main" else 2)
        self._z_means = ZMeans(self._set("z_means"))
        self._zone = ZoneInfo(self._set("timezone"))

    def _set(self, name: str) -> Any:
        return options.value_of(self.options, self.context.settings, name)

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return options.problems(cls.options, settings)

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What the device lists of the window, to the second."""
        with Fetcher(self._url, self.context) as http:
            session = self._session(http)
            listed = session.searcher.segments(session.times, session.clock.by_device(window))
            true = session.clock.true
            return clipped(merged(TimeWindow(true(one.start), true(one.end)) for one in listed), window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        with Fetcher(self._url, self.context) as http, workplace(self.context, destination) as folder:
            session = self._session(http)
            span = isapi.padded_to(session.clock.by_device(window))
            wanted = needed(session.searcher.segments(session.times, span), span)
            if not wanted:
                raise FootageMissing("the device lists no recording in this window", **session.searcher.notes)
            gathered = IsapiPull(session, folder, self._url).gather(wanted, span)
            return gathered.brought(window, destination, session.clock, {**session.notes, **session.searcher.notes})

    def glance(self, folder: Path) -> Glance:
        with Fetcher(self._url, self.context) as http:
            told = self._told(http)
            offset_s = told.clock.offset_s if told is not None else None
            address = f"/ISAPI/Streaming/channels/{self._track}/picture"
            return still_glance(http, address, folder, now=self.context.now, clock_offset_s=offset_s)

    def _told(self, http: Fetcher) -> Told | None:
        """None where the device does not tell its time; what else is wrong with it shows at the next request."""
        try:
            return isapi.told_by(http, self.context.now, self._zone)
        except (FootageMissing, FootageUnreadable, SourceBroken):
            return None
        except SourceDenied as error:
            if error.data.get("status") != 403:
                raise
            return None

    def _session(self, http: Fetcher) -> Session:
        told = self._told(http)
        clock = told.clock if told is not None else DeviceClock(self.context.clock_offset_s, "set")
        searcher = Searcher(http, self._track)
        times = self._times(clock, self._zone_of(told), searcher)
        notes = {
            "z_means": "local" if times.z_is_local else "utc",
            "z_known_by": "latest_recording" if self._z_means is ZMeans.AUTO else "setting",
            "device_zone": str(times.zone),
        }
        return Session(http, clock, times, searcher, notes)

    def _times(self, clock: DeviceClock, zone: tzinfo, searcher: Searcher) -> IsapiTimes:
        if self._z_means is not ZMeans.AUTO:
            return IsapiTimes(zone, self._z_means is ZMeans.LOCAL)
        return isapi_times.found_out(clock.shown(self.context.now()), zone, searcher.has)

    def _zone_of(self, told: Told | None) -> tzinfo:
        """What the device tells, because that is what its times were written by; unless the zone that is set comes to
        the same now: that one also knows of summer times gone by."""
        now = self.context.now()
        if told is None or told.zone is None or told.zone.utcoffset(now) == self._zone.utcoffset(now):
            return self._zone
        return told.zone
