"""Who may read which lines of the access log, and who looked how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from reports.access import incidents_visible_to, sees_everything
from reports.models import AccessEntry

READS_LOG = "reports.view_access_log"
READS_ALL = "reports.view_whole_access_log"
"""For the data protection officer, who watches everybody and keeps no cameras."""


@dataclass(frozen=True, slots=True)
class PersonCount:
    """One account or, with a ``$``, one account of the machine."""

    username: str
    looks: int
    cameras: int
    latest: datetime


def may_read_log(user: Any) -> bool:
    """By a permission of its own, which no membership brings: whoever keeps the cameras is watched by another."""
    return bool(user.is_active and user.is_staff and (user.has_perm(READS_LOG) or user.has_perm(READS_ALL)))


def entries_visible_to(user: Any) -> QuerySet[AccessEntry]:
    """A supervisor of a kelurahan reads what was looked at for its incidents; who sees everything, all of it."""
    if not may_read_log(user):
        return AccessEntry.objects.none()
    if sees_everything(user) or user.has_perm(READS_ALL):
        return AccessEntry.objects.all()
    return AccessEntry.objects.filter(incident__in=incidents_visible_to(user))


def counts_per_person(entries: QuerySet[AccessEntry]) -> Sequence[PersonCount]:
    """The busiest first."""
    counted = (
        entries.order_by()
        .values("username")
        .annotate(looks=Count("number"), latest=Max("at"), cameras=Count("camera_code", distinct=True))
    )
    return [PersonCount(**row) for row in counted.order_by("-looks", "username")]
