"""How the pipeline stands: what waits, for how long, and whether the books balance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from analytics.models import AnalysisRun
from cameras.footage.states import ClipState
from reports import claiming, pipeline
from reports.lifecycle import (
    ACTIVE_VERIFICATION,
    AnnouncementState,
    Purpose,
    ReportState,
    VerificationState,
)
from reports.models import Announcement, Report, StatusChange, Verification
from reports.steps.base import ANNOUNCEMENT, CLIP, PHOTO, REPORT, VERIFICATION


@dataclass(frozen=True, slots=True)
class Accounting:
    """``lost``: reports without an end state. ``doubled``: second effects. Both are 0 when all is quiet."""

    received: int
    placed: int
    out_of_area: int
    dead: int
    waiting: int
    lost: int
    doubled: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def accounting() -> Accounting:
    reports = Report.objects.aggregate(
        received=Count("pk"),
        placed=Count("pk", filter=Q(state=ReportState.PLACED)),
        out_of_area=Count("pk", filter=Q(state=ReportState.OUT_OF_AREA)),
        dead=Count("pk", filter=Q(state=ReportState.DEAD)),
        waiting=Count("pk", filter=Q(state=ReportState.RECEIVED)),
    )
    dead = reports.pop("dead") + Announcement.objects.filter(state=AnnouncementState.DEAD).count()
    return Accounting(**reports, dead=dead, lost=lost(), doubled=sum(doubled().values()))


def lost() -> int:
    """Reports that are not at an end: not placed yet, or placed and not answered by a decided look."""
    undecided = Q(state=ReportState.PLACED) & ~Q(incident__verifications__state=VerificationState.DECIDED)
    looking = Q(state=ReportState.PLACED, incident__verifications__state__in=sorted(ACTIVE_VERIFICATION))
    return Report.objects.filter(Q(state=ReportState.RECEIVED) | undecided | looking).distinct().count()


def doubled() -> dict[str, int]:
    """Second effects of one cause, by kind."""
    openings = Verification.objects.filter(purpose=Purpose.OPENING, state__in=sorted(ACTIVE_VERIFICATION))
    run_key = ("clip", "check_slug", "check_version", "zones_version", "weights_sha256", "thresholds_sha256")
    return {
        "active_openings": _repeats(openings.values("incident")),
        "runs": _repeats(AnalysisRun.objects.values(*run_key)),
        "causes": _repeats(StatusChange.objects.values("cause")),
        "endings": _repeats(_endings().values("subject_kind", "subject_id", "new")),
        "decisions": _repeats(
            StatusChange.objects.filter(what__in=("verdict", "closure_verdict"), step="decide").values("cause")
        ),
        "announcements": _repeats(Announcement.objects.values("stable_id")),
    }


def _endings() -> Any:
    """Changes into states that nothing leaves: a row gets there once."""
    ends = {
        REPORT: [ReportState.PLACED],
        VERIFICATION: [VerificationState.DECIDED],
        CLIP: ["HELD"],
        ANNOUNCEMENT: [AnnouncementState.SENT],
    }
    wanted = Q()
    for kind, states in ends.items():
        wanted |= Q(subject_kind=kind, new__in=states)
    purged = StatusChange.objects.filter(subject_kind=CLIP, what="state", new=ClipState.PURGED)
    # What was purged may come again.
    again = Q(subject_kind=CLIP, subject_id__in=purged.values("subject_id"))
    return StatusChange.objects.filter(wanted, what="state").exclude(again)


def _repeats(groups: Any) -> int:
    """How many rows there are beyond one of each group."""
    counts = groups.annotate(n=Count("pk")).filter(n__gt=1).order_by().values_list("n", flat=True)
    return sum(n - 1 for n in counts)


def oldest_waiting_s() -> float:
    """For how long the oldest due row has been waiting while nobody works on it, seconds; 0 when none does.

    The watchdog of the whole: a worker that is alive and deaf shows here and nowhere else. Photos may wait: a service
    that is behind with them must not be taken for one that cannot take reports.
    """
    now, oldest = timezone.now(), 0.0
    for kind, state in pipeline.STEPS:
        if kind == PHOTO:
            continue
        since = claiming.due(kind, state).aggregate(since=Min("next_run"))["since"]
        if since is not None:
            oldest = max(oldest, (now - since).total_seconds())
    return oldest


def waiting_counts() -> dict[str, int]:
    """``kind.state`` -> rows in a state that a step has to move, due or not."""
    found: dict[str, int] = {}
    for kind, state in pipeline.STEPS:
        rows = claiming.KINDS[kind].model._default_manager.filter(state=state)
        found[f"{kind}.{state}".lower()] = rows.count()
    return found


def waiting_for_storage() -> int:
    """Rows whose last try ended at the storage: full, unreachable, slow, or closed to us."""
    return sum(
        claiming.KINDS[kind].model._default_manager.filter(state=state, last_error__startswith="storage_").count()
        for kind, state in pipeline.STEPS
    )


def retries() -> int:
    """Rows that failed at least once and wait for another try."""
    return sum(
        claiming.KINDS[kind]
        .model._default_manager.filter(state=state, lease_until__isnull=True, attempts__gt=0)
        .count()
        for kind, state in pipeline.STEPS
    )
