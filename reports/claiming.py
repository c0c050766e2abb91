"""Rows that are claimed: which tables, which of their rows are due, and the claim itself.

A claim is one UPDATE that asks for the expected state and a free lease, so that of any
number of workers one gets the row, on every database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from analytics.trial_models import ZoneTrial
from cameras.footage.states import ClipState, ExcerptState
from cameras.models import BlurredExcerpt, ClipExcerpt, FootageClip
from jsc_project.lib.claims import new_token
from reports import lifecycle
from reports.lifecycle import AnnouncementState, PhotoState, PlateState, ReportState, VerificationState
from reports.models import Announcement, PlateSearch, Report, ReportPhoto, Verification
from reports.steps.base import (
    ANNOUNCEMENT,
    BLURRED,
    CLIP,
    EXCERPT,
    PHOTO,
    PLATES,
    REPORT,
    TRIAL,
    VERIFICATION,
    Row,
    Step,
    Subject,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of claimable rows: its moves, and which of its due rows goes first."""

    model: type[Row]
    states: type[StrEnum]
    moves: Mapping[Any, frozenset[Any]]
    most_urgent: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    REPORT: Kind(Report, ReportState, lifecycle.REPORT_MOVES, ("pk",)),
    VERIFICATION: Kind(Verification, VerificationState, lifecycle.VERIFICATION_MOVES, ("priority", "created_at", "pk")),
    CLIP: Kind(FootageClip, ClipState, lifecycle.CLIP_MOVES, ("-expiring", "urgency", "pk")),
    EXCERPT: Kind(ClipExcerpt, ExcerptState, lifecycle.EXCERPT_MOVES, ("pk",)),
    BLURRED: Kind(BlurredExcerpt, ExcerptState, lifecycle.EXCERPT_MOVES, ("pk",)),
    TRIAL: Kind(ZoneTrial, ExcerptState, lifecycle.EXCERPT_MOVES, ("pk",)),
    PHOTO: Kind(ReportPhoto, PhotoState, lifecycle.PHOTO_MOVES, ("pk",)),
    PLATES: Kind(PlateSearch, PlateState, lifecycle.PLATE_MOVES, ("pk",)),
    ANNOUNCEMENT: Kind(Announcement, AnnouncementState, lifecycle.ANNOUNCEMENT_MOVES, ("pk",)),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to record one step of one row, until the lease lapses and another takes it."""

    subject: Subject
    expected: StrEnum
    step: Step
    token: UUID
    row: Any

    @property
    def held(self) -> QuerySet[Any]:
        """The row, if it is still ours and where we found it."""
        model = KINDS[self.subject.kind].model
        return model._default_manager.filter(pk=self.subject.pk, token=self.token, state=self.expected)


def due(kind: str, state: StrEnum) -> QuerySet[Any]:
    """Rows in ``state`` that may be claimed now."""
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    return KINDS[kind].model._default_manager.filter(free, state=state, next_run__lte=now)


def claim_take(subject: Subject, expected: StrEnum, step: Step) -> Claim | None:
    """Compare-and-swap: one statement, so that of any number of workers one gets the row.

    A lease that ran out belongs to a claim that never came back: that is counted as a
    crash and not as an attempt, so that a row whose neighbour killed the worker keeps its tries.
    """
    now, token = timezone.now(), new_token()
    crashed, count = Q(lease_until__isnull=False), models.PositiveSmallIntegerField()
    won = (
        due(subject.kind, expected)
        .filter(pk=subject.pk)
        .update(
            token=token,
            lease_until=now + timedelta(seconds=settings.JSC_LEASE_S),
            attempts=Case(When(crashed, then=F("attempts")), default=F("attempts") + 1, output_field=count),
            crash_attempts=Case(
                When(crashed, then=F("crash_attempts") + 1), default=F("crash_attempts"), output_field=count
            ),
        )
    )
    row = KINDS[subject.kind].model._default_manager.filter(pk=subject.pk, token=token).first() if won else None
    return None if row is None else Claim(subject, expected, step, token, row)


_ONE_LESS = Case(
    When(attempts__gt=0, then=F("attempts") - 1), default=Value(0), output_field=models.PositiveSmallIntegerField()
)


def claim_hand_back(claim: Claim, until: datetime, **fields: Any) -> None:
    """The row as it was before the claim, due at ``until``: neither waiting nor stopping costs an attempt."""
    claim_release(claim, next_run=until, attempts=_ONE_LESS, **fields)


def claim_release(claim: Claim, **fields: Any) -> None:
    claim.held.update(token=None, lease_until=None, **fields)
