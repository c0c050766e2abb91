"""Finished segments on their way from a recorder's spool into the storage and the database, and out of both again.

The file comes first, then the row, so that every row has its file; a crash between the two leaves a file that no row
names, which the sweep deletes. Deleting goes the other way round for the same reason: bytes first, made sure of, then
the row.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from cameras.footage.assemble import media_of
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import FootageError
from cameras.models import Camera, RingChannel, RingSegment
from cameras.ring import spool
from cameras.ring.spool import Segment
from jsc_project.storage import Stored, erase, store

log = logging.getLogger(__name__)

ROOT = "ring"
SEAM = timedelta(seconds=1)
"""Segments of one recording meet to within this."""
PROBE_LIMITS = DecodeLimits(wall_s=60.0)


@dataclass(slots=True)
class Adopted:
    """``bytes`` stored; ``refused``: of another recorder's camera, unreadable, or nothing new in it."""

    segments: int = 0
    bytes: int = 0
    refused: int = 0

    def add(self, other: Adopted) -> None:
        self.segments += other.segments
        self.bytes += other.bytes
        self.refused += other.refused


def segments_adopt(*, segments: Iterable[Segment], tokens: Mapping[int, UUID]) -> Adopted:
    """Take finished segments over, and remove them from the spool.

    ``tokens``: the claims of the recorder that brings them. What it recorded of a camera that another one holds by
    now is kept where that one has nothing.

    Raises:
        StorageFailed: this segment and the ones after it still lie in the spool.
    """
    found = Adopted()
    for segment in _described(list(segments)):
        found.add(_adopted(segment, tokens.get(segment.camera_id)))
        spool.discard(segment)
    return found


def _described(segments: list[Segment]) -> Iterator[Segment]:
    """With facts read from the packets where the recorder left none; unreadable ones come with an end of zero."""
    unknown = [one.path for one in segments if not one.known]
    facts = media_of(unknown, PROBE_LIMITS) if unknown else {}
    for segment in segments:
        info = facts.get(segment.path)
        if segment.known:
            yield segment
        elif info is None or isinstance(info, FootageError) or info.is_still:
            yield replace(segment, end_s=0.0)
        else:
            start_s = segment.start_s + info.lead_s
            holes = info.stretches_s if len(info.stretches_s) > 1 else ()
            yield replace(segment, start_s=start_s, end_s=start_s + info.duration_s, stretches=holes)


def _adopted(segment: Segment, token: UUID | None) -> Adopted:
    """Raises StorageFailed."""
    if segment.end_s <= segment.start_s or not Camera.objects.filter(pk=segment.camera_id).exists():
        return Adopted(refused=1)
    mine = token is not None and RingChannel.objects.filter(pk=segment.camera_id, token=token).exists()
    if not mine and _overlapping(segment, SEAM).exists():
        return Adopted(refused=1)
    if segment.clock_set:
        _forget_misdated(segment)
    new = _new_part(segment)
    if new is None:
        return Adopted(refused=1)
    segment = new
    stored = store(segment.path, name_of(segment))
    try:
        _recorded(segment, stored)
    except IntegrityError:  # the camera was deleted meanwhile
        erase(stored.name)
        return Adopted(refused=1)
    return Adopted(1, stored.size_bytes)


def name_of(segment: Segment) -> str:
    """By camera and true start: ``ring/gate-03-17/20261102/20261102T000000.123456Z.mkv``."""
    code = Camera.objects.values_list("code", flat=True).get(pk=segment.camera_id)
    home = f"{slugify(code)[:40]}-{segment.camera_id}".lstrip("-")
    return f"{ROOT}/{home}/{segment.start:%Y%m%d}/{segment.start:%Y%m%dT%H%M%S.%f}Z{spool.ENDING}"


def _overlapping(segment: Segment, by: timedelta = timedelta()) -> QuerySet[RingSegment]:
    near = segment.start - timedelta(seconds=spool.LONGEST_S)
    return RingSegment.objects.filter(
        camera_id=segment.camera_id, start_at__gt=near, start_at__lt=segment.end - by, end_at__gt=segment.start + by
    )


def _new_part(segment: Segment) -> Segment | None:
    """Without the end that another segment shows already; None where nothing is left (a camera that is reconnected to
    may show again what it has shown before)."""
    near = _overlapping(segment)
    if near.filter(start_at__lte=segment.start, end_at__gte=segment.end).exists():
        return None
    later = near.filter(start_at__gt=segment.start).order_by("start_at").first()
    return segment if later is None else replace(segment, end_s=later.start_at.timestamp())


def _recorded(segment: Segment, stored: Stored) -> None:
    """The row. Rows of one camera do not overlap: a camera that is reconnected to may begin with some seconds that
    are known already, and those the row before gives up (the file keeps them, and joining shows no moment twice).
    """
    with transaction.atomic():
        _overlapping(segment).filter(start_at__lt=segment.start).update(end_at=segment.start)
        RingSegment.objects.create(
            camera_id=segment.camera_id,
            start_at=segment.start,
            end_at=segment.end,
            stretches=[list(stretch) for stretch in segment.stretches],
            file=stored.name,
            size_bytes=stored.size_bytes,
        )
        RingChannel.objects.filter(pk=segment.camera_id).update(last_segment_at=segment.end)


def _forget_misdated(segment: Segment) -> None:
    """The clock was set back: what claims to lie after this segment's start was shot earlier, nobody knows when."""
    late = RingSegment.objects.filter(camera_id=segment.camera_id, end_at__gt=segment.start)
    count = sum(segment_delete(one) for one in list(late))
    log.warning("camera %s: the clock was set back; dropped %s segments that it had dated", segment.camera_id, count)


def segment_delete(segment: RingSegment) -> int:
    """Delete its bytes, make sure, then its row; how many rows went.

    Raises:
        StorageFailed: they are still there, and so is the row.
    """
    erase(str(segment.file.name))
    return RingSegment.objects.filter(pk=segment.pk).delete()[0]


# -- Files that no row names -----------------------------------------------------------


def ring_sweep(*, older_than: datetime) -> int:
    """Delete files below ``ring/`` that no segment refers to and that were written before ``older_than``; how many.

    Raises:
        StorageFailed: the storage cannot be asked.
    """
    deleted = 0
    for folder, names in _folders(ROOT):
        for start in range(0, len(names), 500):
            deleted += _swept(names[start : start + 500], older_than)
        _remove_empty(folder)
    return deleted


def _swept(names: list[str], older_than: datetime) -> int:
    adopted = set(RingSegment.objects.filter(file__in=names).values_list("file", flat=True))
    deleted = 0
    for name in names:
        try:
            if name not in adopted and default_storage.get_modified_time(name) < older_than:
                erase(name)
                deleted += 1
        except FileNotFoundError:
            continue
    return deleted


def _folders(root: str) -> Iterator[tuple[str, list[str]]]:
    """Every folder below ``root``, the inner ones first, with the storage names of its files."""
    try:
        folders, files = default_storage.listdir(root)
    except FileNotFoundError:
        return
    for folder in folders:
        yield from _folders(f"{root}/{folder}")
    yield root, [f"{root}/{name}" for name in files]


def _remove_empty(folder: str) -> None:
    """Of a disk: a day's folder that retention emptied. Not a young one, in which a save may be under way."""
    day = folder.rsplit("/", 1)[-1]
    if not (len(day) == 8 and day.isdecimal() and day < f"{timezone.now() - timedelta(days=2):%Y%m%d}"):
        return
    try:
        Path(default_storage.path(folder)).rmdir()
    except (NotImplementedError, OSError):
        return
