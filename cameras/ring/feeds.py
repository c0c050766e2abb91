"""Which sources the ring can record, and how each is reached."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cameras.footage import registry
from cameras.footage.assemble import media_of
from cameras.footage.context import SourceContext
from cameras.footage.hls.follower import LiveFollower
from cameras.footage.hls.source import HlsSource
from cameras.footage.limits import DecodeInterrupted, DecodeLimits
from cameras.footage.options import value_of
from cameras.footage.rtsp import RtspSource
from cameras.footage.rtsp_client import RtspClient
from cameras.footage.rtsp_target import Patience, Target
from cameras.footage.snapshot import SnapshotSource
from cameras.footage.source import SourceMisconfigured
from cameras.ring.child import Facts, RecordingChild
from cameras.ring.clock import AnchoredClock
from cameras.ring.follow import Follower, PlaylistRecorder
from cameras.ring.gathering import Say
from cameras.ring.snaps import StillRecorder
from cameras.ring.spool import moment

NO_LIMIT_BYTES = 1 << 62

RTSP, PLAYLIST, STILLS = "rtsp", "playlist", "stills"


def way_of(kind: str) -> str:
    """How the live pictures of this kind of source are had; empty where the ring cannot record it."""
    if kind == RtspSource.kind:
        return RTSP
    source = registry.SOURCES.get(kind)
    if source is None:
        return ""
    if issubclass(source, HlsSource):
        return PLAYLIST
    return STILLS if issubclass(source, SnapshotSource) else ""


def kinds() -> frozenset[str]:
    """What can be recorded."""
    return frozenset(kind for kind in (RtspSource.kind, *registry.SOURCES) if way_of(kind))


@dataclass(frozen=True, slots=True)
class RtspTask:
    """``device_offset_s``: the camera's clock minus true time where pictures are dated by it; else None."""

    target: Target
    patience: Patience
    device_offset_s: float | None


def rtsp_task(context: SourceContext) -> RtspTask:
    """Where the camera's live stream is, its address checked.

    Raises:
        SourceMisconfigured: the settings cannot be used.
        SourceForbidden, SourceUnreachable, FootageTimedOut: see ``guard.checked_address``.
    """
    problems = RtspSource.validate(context.settings)
    if problems:
        raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
    target = Target(**RtspClient(context).target(str(context.settings["url"])))
    limits = context.limits
    by_device = value_of(RtspSource.options, context.settings, "dated_by") == "rtcp"
    return RtspTask(
        target,
        Patience(limits.connect_s, limits.silence_s, NO_LIMIT_BYTES),
        context.clock_offset_s if by_device else None,
    )


# -- What is recorded by a thread of the recorder itself ------------------------------------


class Feed(Protocol):
    """A thread."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def join(self, timeout: float | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class FeedJob:
    """``folder``: for what is fetched; emptied before it is used."""

    camera_id: int
    kind: str
    context: SourceContext
    folder: Path
    segment_s: float


def feed_of(job: FeedJob, child: RecordingChild, say: Say) -> Feed:
    """Raises SourceMisconfigured when the settings cannot be used."""
    shutil.rmtree(job.folder, ignore_errors=True)
    job.folder.mkdir(parents=True)
    clock = AnchoredClock()
    context = replace(job.context, now=lambda: moment(clock.anchor().at(clock.mono())))
    source = registry.source_for(job.kind, context)
    if isinstance(source, HlsSource):
        make = _playlist(job, source.live_address, context, child)
        return PlaylistRecorder(job.camera_id, make, child, job.segment_s, say)
    return StillRecorder(job.camera_id, context, job.folder, child, job.segment_s, say)


def _playlist(job: FeedJob, address: str, context: SourceContext, child: RecordingChild) -> Callable[[], Follower]:
    def measure(paths: Sequence[Path], limits: DecodeLimits) -> Facts:
        try:
            return child.measure(job.camera_id, paths, limits)
        except DecodeInterrupted:
            return media_of(paths, limits)

    return lambda: LiveFollower(address, context, job.folder, measure=measure)
