"""Deleting what a closed case's time is over for, and proving that the bytes are gone.

Rows first: the transaction that lets go of a file writes down that its bytes have to go (``FileToErase``), under the
lock that legal holds and people's moves take as well. Then the bytes, then that note. A crash anywhere in between
leaves a note that the next round goes on with, and no page that promises a picture which is not there.

Footage has a way of its own (``services.purge``), because its row stays and can be filled again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from analytics.models import EvidenceStill
from cameras.footage.states import ExcerptState
from cameras.models import BlurredExcerpt
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase
from reports.lifecycle import ACTIVE_VERIFICATION
from reports.models import FileToErase, Incident, OffenderPlate, PlateSearch, ReportPhoto, VerificationMatch
from reports.selectors.cases import cases_at_rest, cases_over, kept_at, legally_held
from reports.selectors.plates import in_purpose
from reports.thumbs import thumb_forget

log = logging.getLogger(__name__)

BATCH = 200
GIVE_UP_AFTER = 3
"""Failures of the storage in a row: it is down, and the rest can wait for the next round."""


@dataclass(slots=True)
class Forgotten:
    """``rows`` let go of; ``files`` and ``bytes`` proven gone, those left by an earlier round included; ``remaining``
    files are still there; ``left``: due, and not got to in this round."""

    rows: int = 0
    files: int = 0
    bytes: int = 0
    remaining: int = 0
    left: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Keeping:
    """One kind of thing that is kept for a while after its case is over.

    ``due``: rows whose time is over when kept until ``before``. ``incidents``: theirs, locked while they are let go
    of. ``forget``: lets go of rows inside the transaction, and tells the names of their files.
    """

    kind: str
    days: Callable[[], int]
    due: Callable[[datetime], QuerySet[Any]]
    incidents: Callable[[Sequence[Any]], QuerySet[Incident]]
    forget: Callable[[Sequence[Any]], list[str]]

    def due_now(self, now: datetime) -> QuerySet[Any]:
        return self.due(now - timedelta(days=self.days()))


def keeping_purge(keeping: Keeping, *, now: datetime, wall_s: float | None = None) -> Forgotten:
    """Let go of what is due, and of its bytes. ``wall_s`` bounds the run; what is left is counted."""
    told, began = Forgotten(), time.monotonic()
    files_erase(keeping.kind, told)
    while not told.remaining:
        if wall_s is not None and time.monotonic() - began > wall_s:
            told.left = keeping.due_now(now).count()
            break
        gone = _batch(keeping, now)
        if not gone:
            break
        told.rows += gone
        files_erase(keeping.kind, told)
    return told


def files_erase(kind: str, told: Forgotten) -> None:
    """Erase the bytes that rows of ``kind`` have let go of."""
    failures = 0
    for file in FileToErase.objects.filter(kind=kind).order_by("id"):
        if failures >= GIVE_UP_AFTER:
            break
        try:
            size = _size(file.name)
            erase(file.name)
        except StorageFailed as exc:
            log.warning("%s %s is still there: %s: %s", kind, file.name, exc.code, exc.detail)
            failures += 1
            continue
        failures = 0
        FileToErase.objects.filter(pk=file.pk).delete()
        told.files += 1
        told.bytes += size
    told.remaining = FileToErase.objects.filter(kind=kind).count()


def files_let_go(kind: str, names: Sequence[str], now: datetime) -> None:
    """Note that the bytes have to go. Call in the transaction in which the rows that named them change."""
    rows = [FileToErase(kind=kind, name=name, decided_at=now) for name in names if name]
    FileToErase.objects.bulk_create(rows, ignore_conflicts=True)


def _batch(keeping: Keeping, now: datetime) -> int:
    keys = list(keeping.due_now(now).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    with transaction.atomic():
        # Whoever opens a case again or puts it under legal hold locks its incident: asked again under that lock.
        list(keeping.incidents(keys).order_by("pk").select_for_update())
        rows = list(keeping.due_now(now).filter(pk__in=keys))
        files_let_go(keeping.kind, keeping.forget(rows), now)
    return len(rows)


def _size(name: str) -> int:
    try:
        return int(default_storage.size(name))
    except FileNotFoundError:
        return 0


# -- Stills ---------------------------------------------------------------------------


def _stills_due(before: datetime) -> QuerySet[EvidenceStill]:
    """Of runs that no case uses which is not over long enough; a run may be shared by several."""
    matches = VerificationMatch.objects.filter(run=OuterRef("run"))
    needed = matches.filter(verification__incident__in=kept_at(before))
    looked_at = matches.filter(verification__state__in=sorted(ACTIVE_VERIFICATION))
    of_patrol = matches.filter(verification__incident__isnull=True, verification__created_at__gte=before)
    unused = EvidenceStill.objects.filter(~Exists(needed), ~Exists(looked_at), ~Exists(of_patrol))
    return unused.filter(run__created_at__lt=before)


def _stills_incidents(keys: Sequence[Any]) -> QuerySet[Incident]:
    runs = EvidenceStill.objects.filter(pk__in=keys).values("run")
    looks = VerificationMatch.objects.filter(run__in=runs).values("verification__incident")
    return Incident.objects.filter(pk__in=looks)


def _stills_forget(stills: Sequence[EvidenceStill]) -> list[str]:
    for still in stills:
        thumb_forget(still.sha256)
    EvidenceStill.objects.filter(pk__in=[still.pk for still in stills]).delete()
    return [str(still.file.name or "") for still in stills]


STILLS = Keeping("stills", lambda: settings.JSC_STILLS_KEEP_DAYS, _stills_due, _stills_incidents, _stills_forget)


# -- Citizens' photos -------------------------------------------------------------------


def _photos_due(before: datetime) -> QuerySet[ReportPhoto]:
    """Of closed cases; of reports that became none (out of the area, dead), counted from when they came."""
    kept = ReportPhoto.objects.exclude(file="")
    caseless = Q(report__incident__isnull=True, report__received_at__lt=before)
    return kept.filter(caseless | Q(report__incident__in=cases_over(before)))


def _photos_incidents(keys: Sequence[Any]) -> QuerySet[Incident]:
    return Incident.objects.filter(pk__in=ReportPhoto.objects.filter(pk__in=keys).values("report__incident"))


def _photos_forget(photos: Sequence[ReportPhoto]) -> list[str]:
    ReportPhoto.objects.filter(pk__in=[photo.pk for photo in photos]).update(file="", sha256="")
    return [str(photo.file.name) for photo in photos]


PHOTOS = Keeping("photos", lambda: settings.JSC_STILLS_KEEP_DAYS, _photos_due, _photos_incidents, _photos_forget)


# -- Blurred films ----------------------------------------------------------------------


def _films_due(before: datetime) -> QuerySet[BlurredExcerpt]:
    """Of clips that no case uses which is not over long enough; what is being made is left to end."""
    needed = VerificationMatch.objects.filter(clip=OuterRef("clip"), verification__incident__in=kept_at(before))
    made = BlurredExcerpt.objects.exclude(state=ExcerptState.WANTED)
    return made.filter(~Exists(needed), created_at__lt=before)


def _films_incidents(keys: Sequence[Any]) -> QuerySet[Incident]:
    clips = BlurredExcerpt.objects.filter(pk__in=keys).values("clip")
    looks = VerificationMatch.objects.filter(clip__in=clips).values("verification__incident")
    return Incident.objects.filter(pk__in=looks)


def _films_forget(films: Sequence[BlurredExcerpt]) -> list[str]:
    BlurredExcerpt.objects.filter(pk__in=[film.pk for film in films]).delete()
    return [str(film.file.name or "") for film in films]


EVIDENCE = Keeping("evidence", lambda: settings.JSC_EVIDENCE_KEEP_DAYS, _films_due, _films_incidents, _films_forget)

# -- Plates of offenders ----------------------------------------------------------------


def _plates_due(before: datetime) -> QuerySet[PlateSearch]:
    """Of cases that are over long enough, or that nobody closes and nothing moves any more; and at once where the case
    is called something else by now, so that what they were read for is gone."""
    purposeless = ~Q(pk__in=in_purpose(PlateSearch.objects.all()).values("pk")) & ~Q(incident__in=legally_held())
    forgotten = Q(pk__in=_sighted_until(before).values("pk")) & Q(incident__in=cases_at_rest(before))
    return PlateSearch.objects.filter(Q(incident__in=cases_over(before)) | forgotten | purposeless)


def _sighted_until(before: datetime) -> QuerySet[PlateSearch]:
    """Searches whose vehicles were all seen before it; of one that found none, the asking counts."""
    plates = OffenderPlate.objects.filter(search=OuterRef("pk"))
    asked_before = Exists(plates) | Q(created_at__lt=before)
    return PlateSearch.objects.filter(asked_before & ~Exists(plates.filter(at__gte=before)))


def _plates_incidents(keys: Sequence[Any]) -> QuerySet[Incident]:
    return Incident.objects.filter(pk__in=PlateSearch.objects.filter(pk__in=keys).values("incident"))


def _plates_forget(searches: Sequence[PlateSearch]) -> list[str]:
    """With their rows; a search under way loses its claim with its row, and records nothing."""
    PlateSearch.objects.filter(pk__in=[search.pk for search in searches]).delete()
    return []


PLATES = Keeping("plates", lambda: settings.JSC_EVIDENCE_KEEP_DAYS, _plates_due, _plates_incidents, _plates_forget)

KEEPINGS: tuple[Keeping, ...] = (EVIDENCE, STILLS, PHOTOS, PLATES)
