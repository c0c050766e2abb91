"""How long a verification may wait before it is ended in words instead of in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from reports.lifecycle import VerificationState
from reports.models import Verification
from reports.steps.base import Outcome

OVERLOADED = "overloaded"
LOOK_AGAIN_S = 20.0
"""A settled clip rings for its verifications; this is the longest wait when that ring came at a bad moment."""


def overdue_before() -> datetime:
    """Verifications older than this have waited too long."""
    return timezone.now() - timedelta(seconds=settings.JSC_OVERLOADED_AFTER_S)


def is_overdue(verification: Verification) -> bool:
    """Waiting counts from when the window was over: before that there was nothing to do."""
    return max(verification.created_at, verification.window_end) < overdue_before()


def footage_is_over(verification: Verification) -> bool:
    """All the time that pulling clips for this verification may take is used up: decide from what has come."""
    since = max(verification.created_at, verification.window_end)
    return since < timezone.now() - timedelta(seconds=settings.JSC_FOOTAGE_WALL_S)


def ended() -> Outcome:
    return Outcome(VerificationState.ANALYSED, fields={"outcome_code": OVERLOADED}, reason_code=OVERLOADED)


def look_again_at(*not_before: datetime) -> datetime:
    """Shortly from now, or shortly after the last of ``not_before``."""
    return max([timezone.now(), *not_before]) + timedelta(seconds=LOOK_AGAIN_S)
