"""After a breach (UU PDP art. 46: told to those concerned and to the authority within 3 x 24 hours): what was there to
be seen in that time, whose it is, and who looked at what.

Who can be seen in a picture is not known, by design: no face is recognised. Whose report led to the picture is, by
the number under which the source (Qlue) knows its sender, who can be told through it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from cameras.footage.states import ClipState
from cameras.models import Camera, FootageClip
from jsc_project.lib.errors import UnreadableInput
from reports.models import AccessEntry, OffenderPlate, Report, VerificationMatch
from reports.personal.folder import PrivateFolder
from reports.services.access_log import Access, access_append

LOOKS = ("number", "at", "username", "kind", "why", "reason", "subject", "camera", "incident", "address", "detail")
CLIPS = ("clip", "camera", "start", "end", "state", "sha256", "purged_at", "incidents", "looks", "seen_by")
REPORTS = ("tracking_code", "source", "external_id", "received_at", "kelurahan", "incident", "reporter_known",
           "erased_at", "photo", "looks")  # fmt: skip
PLATES = ("plate", "incident", "category", "camera", "seen_at", "looks", "seen_by")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to ``end``; ``cameras``: codes of those concerned, none for all of them.

    Raises:
        UnreadableInput: it ends before it begins, or names a camera that is not known.
    """

    start: datetime
    end: datetime
    cameras: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise UnreadableInput(f"the period ends ({self.end.isoformat()}) before it begins")
        unknown = set(self.cameras) - set(Camera.objects.values_list("code", flat=True))
        if unknown:
            raise UnreadableInput(f"no camera has the code {', '.join(sorted(unknown))}")

    def as_json(self) -> dict[str, Any]:
        return {"from": _at(self.start), "to": _at(self.end), "cameras": list(self.cameras)}


def breach_export(*, period: Period, out: Path, reason: str, actor: Any = None) -> dict[str, Any]:
    """Write what is known into the new folder ``out``; written down in the access log first. Counts.

    Raises:
        FolderRefused: the folder is not new, or cannot be written.
        AccessReasonOwed: no reason in words.
    """
    folder = PrivateFolder(out)
    with transaction.atomic():
        access_append(access=_access(period, reason), actor=actor)
    looks = [_look(entry) for entry in _entries(period).order_by("number")]
    clips = list(_clips(period, looks))
    reports = list(_reports(period, clips, looks))
    plates = list(_plates(period, looks))
    rows = {"looks": looks, "clips": clips, "reports": reports, "plates": plates}
    folder.json("breach.json", {"made_at": _at(timezone.now()), **period.as_json(), **rows})
    for name, heading in (("looks", LOOKS), ("clips", CLIPS), ("reports", REPORTS), ("plates", PLATES)):
        folder.table(f"{name}.csv", rows[name], heading)
    counts = {name: len(found) for name, found in rows.items()}
    return {**period.as_json(), **counts, "folder": str(folder.path), "files": folder.files}


def _access(period: Period, reason: str) -> Access:
    return Access(AccessEntry.Kind.BREACH, AccessEntry.Why.BREACH, reason, detail=period.as_json())


def _entries(period: Period) -> QuerySet[AccessEntry]:
    inside = AccessEntry.objects.filter(at__gte=period.start, at__lt=period.end)
    return inside.filter(camera_code__in=period.cameras) if period.cameras else inside


def _look(entry: AccessEntry) -> dict[str, Any]:
    names = ("number", "username", "kind", "why", "reason", "subject", "address", "detail")
    row = {name: getattr(entry, name) for name in names}
    return {**row, "at": _at(entry.at), "camera": entry.camera_code, "incident": entry.incident_id}


def _clips(period: Period, looks: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Footage that was in the storage at some moment of the period, with whoever looked at it then."""
    there = FootageClip.objects.filter(
        Q(purged_at__isnull=True) | Q(purged_at__gt=period.start),
        state__in=[ClipState.HELD, ClipState.PARTIAL, ClipState.PURGED],
        settled_at__lt=period.end,
    ).select_related("camera")
    if period.cameras:
        there = there.filter(camera__code__in=period.cameras)
    seen: dict[Any, list[str]] = defaultdict(list)
    for look in looks:
        seen[look["detail"].get("clip")].append(look["username"])
    incidents = _incidents_of(there)
    for clip in there.order_by("pk").iterator(chunk_size=1000):
        yield {
            "clip": clip.pk,
            "camera": clip.camera.code,
            "start": _at(clip.start_at),
            "end": _at(clip.end_at),
            "state": clip.state,
            "sha256": clip.sha256,
            "purged_at": _at(clip.purged_at),
            "incidents": sorted(incidents.get(clip.pk, ())),
            "looks": len(seen[clip.pk]),
            "seen_by": sorted(set(seen[clip.pk])),
        }


def _incidents_of(clips: QuerySet[FootageClip]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    pairs = VerificationMatch.objects.filter(clip__in=clips.order_by(), verification__incident__isnull=False)
    for clip, incident in pairs.values_list("clip", F("verification__incident")):
        found[clip or 0].add(incident)
    return found


def _reports(
    period: Period, clips: Iterable[dict[str, Any]], looks: Iterable[dict[str, Any]]
) -> Iterable[dict[str, Any]]:
    """Reports whose words, photo or footage were there: of the incidents of those cameras, or all of them."""
    counted = Counter(look["subject"] for look in looks)
    there = Report.objects.filter(received_at__lt=period.end)
    there = there.filter(Q(erased_at__isnull=True) | Q(erased_at__gt=period.start))
    concerned = {incident for clip in clips for incident in clip["incidents"]} if period.cameras else None
    for report in there.select_related("kelurahan").order_by("pk").iterator(chunk_size=1000):
        if concerned is not None and report.incident_id not in concerned:
            continue
        yield {
            "tracking_code": report.tracking_code,
            "source": report.source,
            "external_id": report.external_id,
            "received_at": _at(report.received_at),
            "kelurahan": report.kelurahan.name if report.kelurahan else None,
            "incident": report.incident_id,
            "reporter_known": bool(report.reporter_hash) and report.erased_at is None,
            "erased_at": _at(report.erased_at),
            "photo": bool(report.image_url),
            "looks": counted[f"report {report.tracking_code}"],
        }


def _plates(period: Period, looks: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Offenders' plates that are kept and were read before the period's end: which, not what they say."""
    there = OffenderPlate.objects.filter(sealed__isnull=False, search__settled_at__lt=period.end)
    if period.cameras:
        there = there.filter(search__run__clip__camera__code__in=period.cameras)
    seen: dict[Any, list[str]] = defaultdict(list)
    for look in looks:
        seen[look["subject"]].append(look["username"])
    rows = there.select_related("search__category", "search__run__clip__camera").order_by("pk")
    for plate in rows.iterator(chunk_size=1000):
        who = seen[f"plate {plate.pk}"]
        yield {
            "plate": plate.pk,
            "incident": plate.search.incident_id,
            "category": plate.search.category.slug,
            "camera": plate.search.run.clip.camera.code,
            "seen_at": _at(plate.at),
            "looks": len(who),
            "seen_by": sorted(set(who)),
        }


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
