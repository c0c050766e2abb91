"""Report RECEIVED: find its kelurahan, and the incident it belongs to; or open one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from jsc_project.lib.geo import degrees_box
from reports import grouping, routing, sla
from reports.doors import Note, change_append
from reports.erased import COUNTED
from reports.gazetteer import How
from reports.grouping import Anchor, Newcomer, Reach
from reports.lifecycle import CLOSED, ReportState, Status
from reports.models import Incident, PlacementLock, Report
from reports.selectors.places import Placing, locate
from reports.selectors.sightings import watching
from reports.services.verifications import report_look
from reports.steps.base import REPORT, Changed, Outcome, Step, Subject, Wait

OLDER_FIRST_S = 1.0
"""Between looks at whether an older report nearby has been placed; its own worker rings anyway."""


def work(report: Report) -> Outcome | Wait:
    placing = _placing(report)
    if placing.kelurahan is None:
        return Outcome(ReportState.OUT_OF_AREA, fields={"place_how": placing.how}, reason_code="out_of_area")
    if _older_nearby(report):
        return Wait(timezone.now() + timedelta(seconds=OLDER_FIRST_S))
    # Here, so that an index that has to be rebuilt is not rebuilt inside the transaction.
    watching(report.point, settings.JSC_MAX_CAMERAS)
    PlacementLock.objects.get_or_create(kelurahan=placing.kelurahan, category=report.category)
    return Outcome(ReportState.PLACED, record=lambda: _place(report, placing), reason_code=placing.how)


def _placing(report: Report) -> Placing:
    """By its point; or as a person said, where the point lies in no kelurahan."""
    found = locate(report.point)
    if found.kelurahan is not None or report.placed_in is None:
        return found
    boundary = report.placed_in.boundaries.filter(valid_to__isnull=True).first()
    return Placing(report.placed_in, boundary, How.PERSON, None, uncertain=True)


def give_up(report: Report, code: str, detail: str) -> Outcome:
    return Outcome(ReportState.DEAD, fields={"last_error": detail[:500]}, reason_code=code)


def _older_nearby(report: Report) -> bool:
    """An older report that could become this one's anchor is placed first, or two workers would make other groups."""
    reach = timedelta(seconds=report.category.grouping_s)
    west, south, east, north = degrees_box(report.point, report.category.grouping_radius_m).bounds
    return Report.objects.filter(
        state=ReportState.RECEIVED,
        pk__lt=report.pk,
        category=report.category_id,
        happened_at__range=(report.happened_at - reach, report.happened_at + reach),
        lat__range=(south, north),
        lon__range=(west, east),
    ).exists()


def _place(worked_on: Report, placing: Placing) -> Sequence[Subject]:
    """Runs in the record's transaction, under the lock of (kelurahan, category)."""
    PlacementLock.objects.select_for_update().get(kelurahan=placing.kelurahan, category=worked_on.category_id)
    report = Report.objects.select_related("category").get(pk=worked_on.pk)
    if _question(report) != _question(worked_on):
        raise Changed
    choice = grouping.choose(_newcomer(report), _anchors(report, placing), _reach(report))
    incident = _opened(report, placing, choice) if choice.joins is None else _locked(choice.joins)
    Report.objects.filter(pk=report.pk).update(
        kelurahan=placing.kelurahan,
        boundary=placing.boundary,
        place_how=placing.how,
        place_metres=placing.metres,
        incident=incident,
        updated_at=timezone.now(),
    )
    incident_recount(incident)
    look = [] if incident.is_closed else report_look(report=report, incident=incident)
    return [*look, *_younger_nearby(report)]


def _question(report: Report) -> tuple[Any, ...]:
    """What placing depends on; an update of the report may change it while a worker places it."""
    return (report.category_id, report.lat, report.lon, report.happened_at)


def _newcomer(report: Report) -> Newcomer:
    return Newcomer(report.point, report.happened_at)


def _reach(report: Report) -> Reach:
    return Reach(float(report.category.grouping_radius_m), float(report.category.grouping_s))


def _anchors(report: Report, placing: Placing) -> list[Anchor]:
    reach = timedelta(seconds=report.category.grouping_s)
    rows = Incident.objects.filter(
        category=report.category_id,
        kelurahan=placing.kelurahan,
        anchor_happened_at__range=(report.happened_at - reach, report.happened_at + reach),
    )
    return [
        # A closed incident without a time of closing was closed before anything was told about it.
        Anchor(i.pk, i.point, i.anchor_happened_at, (i.closed_at or i.opened_at) if i.status in CLOSED else None)
        for i in rows
    ]


def _locked(incident_id: int) -> Incident:
    return Incident.objects.select_for_update(of=("self",)).select_related("category").get(pk=incident_id)


def _opened(report: Report, placing: Placing, choice: grouping.Choice) -> Incident:
    category, now = report.category, timezone.now()
    assert placing.kelurahan is not None
    routed = routing.route(category.responsible_body, category.urgency, None)
    clock = sla.started(
        now, category.sla_first_response_h, category.sla_completion_h, working_days=category.sla_working_days
    )
    incident = Incident.objects.create(
        category=category,
        kelurahan=placing.kelurahan,
        boundary=placing.boundary,
        lat=report.lat,
        lon=report.lon,
        anchor_happened_at=report.happened_at,
        first_seen=report.happened_at,
        last_seen=report.happened_at,
        opened_at=now,
        place_uncertain=placing.uncertain,
        responsible_body=routed.responsible_body,
        priority=routed.priority,
        respond_by=clock.respond_by,
        due_at=clock.due_at,
        recurs_after_id=choice.recurs_after,
    )
    note = Note("incident", incident.pk, f"incident:{incident.pk}:opened", step=STEP.name, incident=incident)
    change_append(note, "status", "", Status.MENUNGGU)
    return incident


def incident_recount(incident: Incident) -> None:
    """Counts and times from the reports themselves, so that no increment can be counted twice.

    A reporter without a name is counted as one person for each report.
    """
    members = Report.objects.filter(incident=incident)
    counts = members.aggregate(
        all=Count("pk"),
        named=Count("reporter_hash", filter=~Q(reporter_hash__in=("", COUNTED)), distinct=True),
        nameless=Count("pk", filter=Q(reporter_hash="")),
        first=Min("happened_at"),
        last=Max("happened_at"),
    )
    incident.reports_count = counts["all"]
    incident.reporters_count = max(1, counts["named"] + counts["nameless"])
    incident.first_seen = counts["first"] or incident.first_seen
    incident.last_seen = counts["last"] or incident.last_seen
    incident.save(update_fields=["reports_count", "reporters_count", "first_seen", "last_seen", "updated_at"])


def _younger_nearby(report: Report) -> list[Subject]:
    """Reports that may have waited for this one: due now, whatever they were told."""
    waiting = Report.objects.filter(state=ReportState.RECEIVED, pk__gt=report.pk, category=report.category_id)
    pks = list(waiting.filter(kelurahan__isnull=True).order_by("pk").values_list("pk", flat=True)[:1])
    Report.objects.filter(pk__in=pks).update(next_run=timezone.now())
    return [Subject(REPORT, pk) for pk in pks]


STEP = Step("place", "intake", deadline_s=30, max_attempts=6, work=work, give_up=give_up, backoff_base_s=2)
