"""Erasing what a person sent: their words, photo and hash. What happened on the street, and what was done, stays.

First a plan, which changes nothing and has a name; then the erasing, which takes that name and is refused when the
plan would be another one by now. Afterwards it is proven: the rows are empty, the bytes gone, and no text of the
database holds what was erased.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from jsc_project.lib.errors import JscError
from reports.erased import COUNTED, ERASED
from reports.lifecycle import PhotoState
from reports.models import (
    AccessEntry,
    Incident,
    OffenderPlate,
    Report,
    ReportPhoto,
    ReportUpdate,
    StatusChange,
    WebhookDelivery,
)
from reports.personal.subject import Subject, subject_find
from reports.personal.traces import Trace, needles, traces
from reports.services.access_log import Access, access_append
from reports.services.legal_holds import refuse_while_held
from reports.services.retention import Forgotten, files_erase, files_let_go

TEXTS = ("title", "text", "searchable", "sent_category", "qlue_city", "disaster_type", "image_url", "last_error")
"""Columns of a report that hold what its sender wrote, or may."""
STAYS = (
    "source", "external_id", "tracking_code", "category", "lat", "lon", "happened_at", "received_at", "kelurahan",
    "incident", "state", "verification",
)  # fmt: skip
"""Facts of the street, and the numbers by which a report that is sent again is known, and refused."""
PHOTO_FILES = "photos"


class PlanChanged(JscError, RuntimeError):
    """What would be erased is not what the dry run told; ``data["plan"]`` is the new name."""

    code = "plan_changed"


class PhotoUnderWay(JscError, RuntimeError):
    """A photo is being fetched just now, and would be stored after the erasing."""

    code = "photo_under_way"
    retryable = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be erased. ``notes``: words of staff about these incidents, which a person has to read. ``plates``:
    told plates of offenders there; they are others' data, and stay."""

    subject: Subject
    updates: int
    deliveries: int
    photos: int
    notes: int
    plates: int
    name: str

    def as_json(self) -> dict[str, Any]:
        counts = {"updates": self.updates, "deliveries": self.deliveries, "photos": self.photos}
        beside = {"staff_notes_to_read": self.notes, "plates_that_stay": self.plates}
        return {**self.subject.as_json(), **counts, **beside, "plan": self.name}


@dataclass(slots=True)
class Erased:
    """``left``: rows and files that should be empty or gone and are not. ``elsewhere``: tables that hold the same
    words in rows of others (somebody may have written the same)."""

    plan: Plan
    files: int
    left: list[str]
    elsewhere: list[Trace]

    @property
    def proven(self) -> bool:
        return not self.left

    def as_json(self) -> dict[str, Any]:
        told = {"proven": self.proven, "files": self.files, "left": self.left}
        return {**self.plan.as_json(), **told, "elsewhere": [trace.as_json() for trace in self.elsewhere]}


def erase_plan(subject: Subject) -> Plan:
    """What would be erased; changes nothing.

    Raises:
        LegallyHeld: a report's incident is under legal hold.
    """
    for report in subject.reports:
        refuse_while_held(report.incident_id)
    pks = [report.pk for report in subject.reports]
    rows: dict[str, list[Any]] = {
        "updates": list(ReportUpdate.objects.filter(report__in=pks).order_by("pk").values_list("pk", flat=True)),
        "deliveries": list(WebhookDelivery.objects.filter(report__in=pks).order_by("pk").values_list("pk", flat=True)),
        "photos": list(ReportPhoto.objects.filter(report__in=pks).order_by("pk").values_list("pk", flat=True)),
    }
    states = sorted(f"{r.pk} {r.content_sha256} {r.erased_at}" for r in subject.reports)
    incidents = {report.incident_id for report in subject.reports if report.incident_id}
    notes = StatusChange.objects.filter(incident__in=incidents).exclude(reason_text="").count()
    name = hashlib.sha256(json.dumps([states, rows]).encode()).hexdigest()[:16]
    plates = OffenderPlate.objects.filter(search__incident__in=incidents, sealed__isnull=False).count()
    return Plan(subject, notes=notes, plates=plates, name=name, **{kind: len(found) for kind, found in rows.items()})


def erase_plan_told(*, plan: Plan, reason: str, actor: Any = None) -> None:
    """Write down that a plan was made: it tells which reports are of one person.

    Raises:
        AccessReasonOwed: no reason in words.
    """
    with transaction.atomic():
        access_append(access=_access(plan, reason, dry_run=True), actor=actor)


def erase(*, plan: Plan, confirmed: str, reason: str, actor: Any = None) -> Erased:
    """Erase what ``plan`` tells, if that is the one ``confirmed``, and look for what is left of it.

    Raises:
        PlanChanged: something came or went since the plan was made.
        LegallyHeld, PhotoUnderWay: not now.
        AccessReasonOwed: no reason in words.
    """
    if plan.name != confirmed:
        raise PlanChanged("what would be erased is not what the dry run told; run it again", plan=plan.name)
    sought = _sought(plan.subject)
    with transaction.atomic():
        subject = _locked(plan)
        names = _erased(subject, timezone.now())
        access_append(access=_access(plan, reason, dry_run=False), actor=actor)
    _journal_emptied()
    told = Forgotten()
    files_erase(PHOTO_FILES, told)
    pks = [report.pk for report in subject.reports]
    gone = [name for name in names if name]
    return Erased(plan, len(gone), _left(pks, gone, sought.hashes), traces(sought.texts))


# -- The rows -----------------------------------------------------------------------------


def _locked(plan: Plan) -> Subject:
    """The same subject, locked: incidents first, as people's moves and legal holds do."""
    reports = [report.pk for report in plan.subject.reports]
    incidents = Incident.objects.filter(reports__in=reports).values("pk")
    list(Incident.objects.filter(pk__in=incidents).order_by("pk").select_for_update())
    list(Report.objects.filter(pk__in=reports).order_by("pk").select_for_update())
    fresh = subject_find(plan.subject.code, whole_reporter=plan.subject.by == "reporter")
    now = erase_plan(fresh)
    if now.name != plan.name:
        raise PlanChanged("what would be erased is not what the dry run told; run it again", plan=now.name)
    fetching = ReportPhoto.objects.filter(report__in=reports, state=PhotoState.DUE, lease_until__gt=timezone.now())
    if fetching.exists():
        raise PhotoUnderWay("a photo is being fetched just now; try again in a minute")
    return fresh


def _erased(subject: Subject, now: datetime) -> list[str]:
    """Names of the files whose bytes have to go."""
    pks = [report.pk for report in subject.reports]
    WebhookDelivery.objects.filter(report__in=pks).delete()
    ReportUpdate.objects.filter(report__in=pks).delete()
    photos = ReportPhoto.objects.filter(report__in=pks)
    names = [str(name) for name in photos.values_list("file", flat=True)]
    files_let_go(PHOTO_FILES, names, now)
    photos.delete()
    nobody: dict[int | None, str] = {}
    for report in subject.reports:
        empty = {**dict.fromkeys(TEXTS, ""), "content_sha256": "", "erased_at": now, "updated_at": now}
        if report.reporter_hash and not report.reporter_hash.startswith(ERASED):
            word = nobody.setdefault(report.incident_id, f"{ERASED}{secrets.token_hex(16)}")
            empty["reporter_hash"] = COUNTED if _counted_by_others(report, pks) else word
        Report.objects.filter(pk=report.pk).update(**empty)
    return names


def _counted_by_others(report: Report, pks: list[int]) -> bool:
    same = Report.objects.filter(incident=report.incident_id, reporter_hash=report.reporter_hash)
    return report.incident_id is not None and same.exclude(pk__in=pks).exists()


def _access(plan: Plan, reason: str, *, dry_run: bool) -> Access:
    subject = plan.subject
    counts = {"updates": plan.updates, "deliveries": plan.deliveries, "photos": plan.photos}
    return Access(
        kind=AccessEntry.Kind.ERASURE,
        why=AccessEntry.Why.SUBJECT,
        reason=reason,
        subject=subject.label,
        incident=subject.reports[0].incident if len(subject.reports) == 1 else None,
        detail={"by": subject.by, "reports": subject.codes, "plan": plan.name, "dry_run": dry_run, **counts},
    )


# -- The proof ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sought:
    """``hashes`` may be nowhere any more; ``texts`` may be somebody else's as well."""

    hashes: list[str]
    texts: list[str]


def _sought(subject: Subject) -> _Sought:
    written = [getattr(report, name) for report in subject.reports for name in ("title", "text", "image_url")]
    for update in ReportUpdate.objects.filter(report__in=[report.pk for report in subject.reports]):
        written += [str(update.content.get(name) or "") for name in ("title", "text", "image_url")]
    hashes = {r.reporter_hash for r in subject.reports if r.reporter_hash and not r.reporter_hash.startswith(ERASED)}
    others = Report.objects.filter(reporter_hash__in=hashes).exclude(pk__in=[r.pk for r in subject.reports])
    return _Sought([] if others.exists() else sorted(hashes), needles(written))


def _left(pks: list[int], names: list[str], hashes: list[str]) -> list[str]:
    reports = Report.objects.filter(pk__in=pks)
    left = [f"reports_report {r.pk}.{name}" for r in reports for name in TEXTS if getattr(r, name)]
    for model in (WebhookDelivery, ReportUpdate, ReportPhoto):
        rows: Any = model
        found = rows.objects.filter(report__in=pks).values_list("pk", flat=True)
        left += [f"{rows._meta.db_table} {pk}" for pk in found]
    left += [f"file {name}" for name in names if default_storage.exists(name)]
    return left + [f"{trace.table}: the reporter's hash in {trace.rows} rows" for trace in traces(hashes)]


def _journal_emptied() -> None:
    """SQLite overwrites what is deleted (``secure_delete`` in the settings); what its journal still holds goes here,
    as far as nobody else is reading."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
