"""Opening looks at incidents: which report needs one, and what the look copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from analytics.checks import is_available
from cameras.footage.window import TimeWindow
from jsc_project.lib.geo import LatLon
from reports import grouping
from reports.grouping import Look, Newcomer
from reports.lifecycle import ACTIVE_VERIFICATION, Purpose, VerificationState
from reports.models import Category, Incident, Report, Verification
from reports.selectors.sightings import watching
from reports.steps.base import VERIFICATION, Subject


@dataclass(frozen=True, slots=True)
class Glance:
    """What a new look is about: where, which stretch of time, and the moment that was reported."""

    point: LatLon
    window: TimeWindow
    asked_for: datetime


def glance_at(*, category: Category, point: LatLon, happened_at: datetime) -> Glance:
    """The category's window around the moment that was reported."""
    before, after = timedelta(seconds=category.window_before_s), timedelta(seconds=category.window_after_s)
    # A category without any window still needs a picture to look at.
    after = after if before + after else timedelta(minutes=1)
    return Glance(point, TimeWindow(happened_at - before, happened_at + after), happened_at)


def verification_open(
    *, incident: Incident, purpose: Purpose, glance: Glance, category: Category | None = None
) -> Verification:
    """A new look, for the incident's category unless another is given.

    Copies what it depends on, so that an edit midway changes nothing under it.
    """
    category = category or incident.category
    return Verification.objects.create(
        incident=incident,
        category=category,
        purpose=purpose,
        check_slug=category.check_slug,
        zone_kinds=category.zone_kinds,
        thresholds=category.thresholds,
        match_radius_m=category.match_radius_m,
        lat=glance.point.lat,
        lon=glance.point.lon,
        window_start=glance.window.start,
        window_end=glance.window.end,
        asked_for=glance.asked_for,
        priority=incident.priority,
        state=VerificationState.PENDING,
    )


def report_look(*, report: Report, incident: Incident) -> list[Subject]:
    """Give the report the look that answers it, or open one, or let it wait while another look runs.

    Call with the incident locked. What is answered depends on the reports and the looks
    asked for, never on how far the looks have come.
    """
    looks = list(openings(incident))
    answering = _answering(report, incident, looks)
    if answering is not None:
        _point_to(report, answering)
        return []
    if is_looked_at(incident):
        return []
    glance = glance_at(category=incident.category, point=report.point, happened_at=report.happened_at)
    opened = verification_open(incident=incident, purpose=Purpose.OPENING, glance=glance)
    _point_to(report, opened.pk)
    return [Subject(VERIFICATION, opened.pk)]


def waiting_looks(*, incident: Incident) -> list[Subject]:
    """After a look has ended: answer the reports that waited for it, in the order they arrived."""
    following: list[Subject] = []
    for report in Report.objects.filter(incident=incident, verification__isnull=True).order_by("pk"):
        following += report_look(report=report, incident=incident)
    return following


def is_looked_at(incident: Incident) -> bool:
    """Whether an opening look is running, for whatever category: there is at most one."""
    active = sorted(ACTIVE_VERIFICATION)
    return Verification.objects.filter(incident=incident, purpose=Purpose.OPENING, state__in=active).exists()


def openings(incident: Incident) -> Iterable[Verification]:
    """The incident's looks in the order they were asked for, those for its present category."""
    return Verification.objects.filter(
        incident=incident, purpose=Purpose.OPENING, category_id=incident.category_id
    ).order_by("pk")


def _answering(report: Report, incident: Incident, looks: list[Verification]) -> int | None:
    if looks and not is_available(incident.category.check_slug):
        return looks[0].pk
    newcomer = Newcomer(report.point, report.happened_at)
    most = settings.JSC_MAX_CAMERAS
    known = [Look(v.pk, v.window, v.asked_for, watching(v.point, most)) for v in looks]
    return grouping.look_that_answers(newcomer, watching(report.point, most), known)


def _point_to(report: Report, verification_id: int) -> None:
    Report.objects.filter(pk=report.pk).update(verification_id=verification_id)
