"""A copy of what is kept about somebody, for them: JSON, tables, and their own photos as they are kept (blurred)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from reports.models import AccessEntry, ReportPhoto
from reports.personal.folder import PrivateFolder
from reports.personal.gather import report_gather
from reports.personal.subject import Subject
from reports.services.access_log import Access, access_append

FACTS = (
    "tracking_code", "source", "external_id", "category", "sent_category", "title", "text", "image_url", "lat", "lng",
    "happened_at", "received_at", "state", "kelurahan", "erased_at",
)  # fmt: skip
TABLES = {
    "updates": ("tracking_code", "sent_at", "arrived_at", "applied", "content", "proposal"),
    "deliveries": ("tracking_code", "received_at", "outcome", "headers", "body", "unreadable"),
    "photos": ("tracking_code", "address", "created_at", "state", "metres_off", "minutes_off", "seen", "file"),
    "announcements": ("tracking_code", "made_at", "audience", "state", "body"),
    "looks": ("tracking_code", "at", "kind", "why"),
}


def personal_export(*, subject: Subject, out: Path, reason: str, actor: Any = None) -> dict[str, Any]:
    """Write the copy into the new folder ``out``; written down in the access log first. What was written.

    Raises:
        FolderRefused: the folder is not new, or cannot be written.
        AccessReasonOwed: no reason in words.
        StorageFailed: a photo cannot be read now.
    """
    folder = PrivateFolder(out)
    with transaction.atomic():
        access_append(access=_access(subject, reason), actor=actor)
    gathered = [report_gather(report) for report in subject.reports]
    about = {"made_at": timezone.now().isoformat(timespec="seconds"), "about": subject.as_json(), "reports": gathered}
    folder.json("export.json", about)
    folder.table("reports.csv", gathered, FACTS)
    for name, columns in TABLES.items():
        rows = [{"tracking_code": one["tracking_code"], **row} for one in gathered for row in one[name]]
        folder.table(f"{name}.csv", rows, columns)
    missing = _photos(subject, folder)
    return {**subject.as_json(), "folder": str(folder.path), "files": folder.files, "photos_missing": missing}


def _access(subject: Subject, reason: str) -> Access:
    return Access(
        kind=AccessEntry.Kind.EXPORT,
        why=AccessEntry.Why.SUBJECT,
        reason=reason,
        subject=subject.label,
        incident=subject.reports[0].incident if len(subject.reports) == 1 else None,
        detail={"by": subject.by, "reports": subject.codes},
    )


def _photos(subject: Subject, folder: PrivateFolder) -> int:
    """How many that should be there are not."""
    missing = 0
    for photo in ReportPhoto.objects.filter(report__in=[r.pk for r in subject.reports]).exclude(file=""):
        try:
            with photo.file.open("rb") as stored:
                content = stored.read()
        except FileNotFoundError:
            missing += 1
        else:
            folder.bytes(f"photos/{photo.pk}.jpg", content)
    return missing
