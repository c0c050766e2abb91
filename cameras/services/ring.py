"""What our own recorder kept of a camera: asking it to record, what it has, and a window of it as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cameras.footage.assemble import assembled, media_of
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import FootageError, FootageUnreadable, PulledFootage
from cameras.footage.timeline import Placed
from cameras.footage.window import TimeWindow, clipped, merged
from cameras.models import Camera, RecorderBeat, RingDemand, RingSegment
from jsc_project.storage import explained

LONGEST_SEGMENT = timedelta(seconds=150)
"""How far before a window a segment may begin: the longest setting is 60 s, and a cut waits for a keyframe."""
BEAT_LIVES = timedelta(seconds=30)
PULL_LIMITS = DecodeLimits(wall_s=240.0)
COPY_BLOCK = 1 << 20
MISSING = (FileNotFoundError, KeyError)


def ring_demand(*, camera_id: int, until: datetime, purpose: str, since: datetime | None = None) -> RingDemand:
    """Have the camera recorded until ``until``, from within seconds on; asked again, the later end counts.

    ``since``: what was recorded from then on is needed too. What a demand needs is kept until a day after its end.
    """
    since = since or timezone.now()
    with transaction.atomic():
        demand, fresh = RingDemand.objects.select_for_update().get_or_create(
            camera_id=camera_id, purpose=purpose[:200], defaults={"until": until, "since": since}
        )
        earlier = min(since, demand.since or demand.created_at)
        if not fresh and (until > demand.until or earlier != demand.since):
            demand.until, demand.since = max(until, demand.until), earlier
            demand.save(update_fields=["until", "since"])
    return demand


def recorder_alive() -> bool:
    """Whether a recorder process lives; without one a camera without a past has to be captured by the pull itself."""
    return RecorderBeat.objects.filter(at__gte=timezone.now() - BEAT_LIVES).exists()


def ring_ready_at(window: TimeWindow) -> datetime:
    """From when on all that is recorded of ``window`` stands in the storage: the running segment has to end first."""
    return window.end + timedelta(seconds=1.5 * settings.JSC_RING_SEGMENT_S + 15)


def ring_segments(camera: Camera, window: TimeWindow) -> list[RingSegment]:
    """Those that may show a moment of ``window``, by their start."""
    near = RingSegment.objects.filter(
        camera=camera, start_at__lt=window.end, start_at__gt=window.start - LONGEST_SEGMENT, end_at__gt=window.start
    )
    return list(near.order_by("start_at", "pk"))


def ring_coverage(camera: Camera, window: TimeWindow) -> list[TimeWindow]:
    """What the stored segments show of ``window``; cheap, no file is opened."""
    shown = [stretch for segment in ring_segments(camera, window) for stretch in segment.shown]
    return clipped(merged(shown), window)


def ring_pull(camera: Camera, window: TimeWindow, destination: Path) -> PulledFootage | None:
    """``window`` joined from the stored segments into ``destination``; None when none of them shows a moment of it.

    Times are ours, so there is no offset to take off.

    Raises:
        FootageError: there are segments, and they cannot be read or joined; no file is left at ``destination``.
    """
    segments = ring_segments(camera, window)
    if not clipped([stretch for segment in segments for stretch in segment.shown], window):
        return None
    with segments_opened(segments) as paths:
        pieces, unreadable = _placed(segments, paths)
        notes = {"ring": {"segments": len(pieces), "lost": len(segments) - len(paths), "unreadable": unreadable}}
        if not pieces and not paths:
            return None  # retention was faster
        if not pieces:
            raise FootageUnreadable("the recorded segments cannot be read", **notes)
        pulled = assembled(window, pieces, destination, PULL_LIMITS, **notes)
        covered = _as_recorded(pulled.covered, segments)
        return replace(pulled, covered=covered) if covered else None


def _as_recorded(covered: Sequence[TimeWindow], segments: Sequence[RingSegment]) -> list[TimeWindow]:
    """No more than the recorder says it saw: in a file, stills stand until the next one comes."""
    seen = merged([stretch for segment in segments for stretch in segment.shown])
    return [part for window in covered for part in clipped(seen, window)]


def _placed(segments: Sequence[RingSegment], paths: dict[int, Path]) -> tuple[list[Placed], int]:
    """The readable ones on true time, and how many were not. A row's start is that of its first showable frame."""
    facts = media_of(list(paths.values()), PULL_LIMITS)
    pieces, unreadable = [], 0
    for segment in segments:
        path = paths.get(segment.pk)
        if path is None:
            continue
        info = facts[path]
        if isinstance(info, FootageError):
            unreadable += 1
        elif not info.is_still:
            pieces.append(Placed(path, segment.start_at, info))
    return pieces, unreadable


@contextmanager
def segments_opened(segments: Sequence[RingSegment]) -> Iterator[dict[int, Path]]:
    """Row key -> the file as a path on this disk, fetched where the storage is elsewhere; without what is gone."""
    with tempfile.TemporaryDirectory(prefix="jsc-ring-") as folder:
        found = {segment.pk: _local(str(segment.file.name), Path(folder)) for segment in segments}
        yield {pk: path for pk, path in found.items() if path is not None}


def _local(name: str, folder: Path) -> Path | None:
    try:
        path = Path(default_storage.path(name))
        return path if path.is_file() else None
    except NotImplementedError:
        return _fetched(name, folder)


def _fetched(name: str, folder: Path) -> Path | None:
    path = folder / name.replace("/", "_")
    try:
        with explained("a segment"), default_storage.open(name, "rb") as stored, path.open("wb") as copy:
            for block in iter(lambda: stored.read(COPY_BLOCK), b""):
                copy.write(block)
    except MISSING:
        return None
    return path
