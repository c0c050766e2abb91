"""From a photo's address to the little that is kept of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cameras.footage.limits import DecodeFailed, DecodeTimedOut
from cameras.photos.read import PhotoRead, photo_read
from jsc_project.storage import erase
from reports.lifecycle import PhotoState
from reports.models import Report, ReportPhoto
from reports.models.photo import BANDS, photo_claim, photo_host
from reports.photos.claims import Claimed, differences
from reports.photos.fetch import FetchRules, PhotoRefused, PhotoUnavailable, photo_fetch
from reports.photos.prints import Print, bands_of, print_of, prints_asked, signed
from reports.photos.seen import seen_in
from reports.selectors.cases import legally_held
from reports.selectors.photos import REMEMBERED, photos_like
from reports.stills import photo_hidden

log = logging.getLogger(__name__)

FOLDER = "photos"


def photo_due(*, report: Report) -> ReportPhoto | None:
    """The row that will see to the report's photo, if it has one. Call in the transaction that stores the report.

    The same address, place and time again is the same row, so that an update of the text fetches nothing anew.
    """
    if not report.image_url:
        return None
    fields = {
        "url": report.image_url,
        "host": photo_host(report.image_url),
        "lat": report.lat,
        "lon": report.lon,
        "happened_at": report.happened_at,
        "state": PhotoState.DUE,
    }
    return ReportPhoto.objects.get_or_create(report=report, claim_sha256=photo_claim(report), defaults=fields)[0]


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """``name``: of the picture in the storage, to be adopted or deleted. ``fields``: the row's columns. ``asked``: the
    prints to look for earlier photos by, none of a picture that cannot be known by any."""

    name: str
    fields: dict[str, Any]
    asked: Sequence[Print]


def photo_take(*, photo: ReportPhoto, token: UUID) -> PhotoTaken:
    """Fetch the photo, read it, hide who is in it, and store that.

    Raises:
        PhotoRefused: we do not take it, and why.
        PhotoGone, PhotoUnavailable: it could not be had, for good or for now.
        DecodeInterrupted: somebody else ended the decoder; try again.
        StorageFailed: the picture cannot be kept now.
    """
    read = _read(_fetched(photo))
    shown, known = photo_hidden(read.picture), print_of(read.picture)
    fields = {
        "sha256": hashlib.sha256(shown.jpeg).hexdigest(),
        "width": shown.width,
        "height": shown.height,
        "whole_blurred": shown.whole,
        "seen": seen_in(shown.detections),
        **_differences(photo, read),
        **_print_fields(known),
    }
    asked = prints_asked(read.picture) if known else ()
    name = default_storage.save(_name(photo, token), ContentFile(shown.jpeg))
    return PhotoTaken(name, {**fields, "file": name}, asked)


def _fetched(photo: ReportPhoto) -> bytes:
    """What its host did is noted at once, and outside of any transaction: other photos of that host depend on it."""
    rules = fetch_rules(photo.report.source)
    rows = ReportPhoto.objects.filter(pk=photo.pk, token=photo.token)
    rows.update(tried_at=timezone.now(), trouble="")
    try:
        return photo_fetch(photo.url, rules)
    except PhotoUnavailable as error:
        rows.update(trouble=str(error.data.get("what") or error.data.get("status") or error.code)[:60])
        raise


def fetch_rules(source: str) -> FetchRules:
    return FetchRules(source, settings.JSC_PHOTO_HOSTS)


def _read(content: bytes) -> PhotoRead:
    try:
        return photo_read(content)
    except DecodeFailed as error:
        raise PhotoRefused(error.data["reason"], error.detail) from error
    except DecodeTimedOut as error:
        raise PhotoRefused("too_slow", error.detail) from error


def _differences(photo: ReportPhoto, read: PhotoRead) -> dict[str, int | None]:
    found = differences(Claimed(photo.point, photo.happened_at), read.place, read.taken_at)
    return {"metres_off": found.metres, "minutes_off": found.minutes}


def _print_fields(known: Print | None) -> dict[str, Any]:
    if known is None:
        return {"coarse": None, "fine": "", **{f"band_{n}": None for n in range(BANDS)}}
    bands = {f"band_{n}": value for n, value in enumerate(bands_of(known.coarse))}
    return {"coarse": signed(known.coarse), "fine": f"{known.fine:064x}", **bands}


def _name(photo: ReportPhoto, token: UUID) -> str:
    return f"{FOLDER}/{photo.created_at:%Y/%m/%d}/{token.hex}_{photo.pk}.jpg"


def photo_compare(*, photo: ReportPhoto, asked: Sequence[Print], now: datetime) -> None:
    """Flag the photo that repeats an earlier one; or the later ones that repeat this, which was slower to come.

    Call in the transaction that records the photo, with its print stored: whoever comes second sees the first.
    """
    like = photos_like(asked, but=photo, now=now) if asked else []
    earlier = [row for row in like if (row.created_at, row.pk) < (photo.created_at, photo.pk)]
    if earlier:
        ReportPhoto.objects.filter(pk=photo.pk).update(same_as=earlier[0])
    later = [row.pk for row in like if row not in earlier]
    ReportPhoto.objects.filter(pk__in=later, same_as__isnull=True).update(same_as=earlier[0] if earlier else photo)


def photos_purge(now: datetime) -> dict[str, int]:
    """Forget pictures whose report has another photo, and prints that are no longer compared. Pictures of closed
    cases go with the stills (``services.retention``).

    Raises:
        StorageFailed: the rest waits for the next purge.
    """
    pictures = 0
    for photo in _pictures_replaced():
        name = str(photo.file.name)
        erase(name)
        pictures += ReportPhoto.objects.filter(pk=photo.pk, file=name).update(file="", sha256="")
    old = ReportPhoto.objects.filter(coarse__isnull=False, created_at__lt=now - REMEMBERED).exclude(_held())
    return {"pictures": pictures, "prints": old.update(**_print_fields(None))}


def _pictures_replaced() -> Iterator[ReportPhoto]:
    kept = ReportPhoto.objects.exclude(file="").exclude(_held()).select_related("report")
    others = ReportPhoto.objects.filter(report=OuterRef("report")).exclude(pk=OuterRef("pk"))
    yield from (photo for photo in kept.filter(Exists(others)) if photo.claim_sha256 != photo_claim(photo.report))


def _held() -> Q:
    return Q(report__incident__in=legally_held())
