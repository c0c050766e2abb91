"""The table of contents of the product: which step moves which row, and how a row is moved.

Every stage is a row that a worker claims (compare-and-swap on state and a free lease),
works on outside any transaction, and records in one transaction guarded by the
claim's token. The database is the truth; the broker is a doorbell. So a killed
worker, a lost message, a doubled message and a restarted broker heal by themselves.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Case, Min, Q, QuerySet, When
from django.utils import timezone

from cameras.footage.states import ClipState, ExcerptState
from jsc_project.lib.errors import JscError, StorageFailed
from jsc_project.storage import erase
from reports import heartbeat
from reports.claiming import KINDS, Claim, claim_hand_back, claim_release, claim_take, due
from reports.doors import Note, state_swap
from reports.lifecycle import AnnouncementState, PhotoState, PlateState, ReportState, VerificationState
from reports.steps import analyse, blur, cut, decide, match, overload, photo, place, plates, pull, send, trial
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
    Changed,
    Outcome,
    Step,
    Subject,
    Wait,
)

log = logging.getLogger(__name__)

MAX_CRASHES = 5
"""Claims that ended without a word. Five, because a row that is innocent may sit in a worker that is killed often."""

TRIES_A_RING = 8
"""Rows a worker tries before it takes a ring for a false alarm."""

EXPIRES_SOON = timedelta(minutes=30)
"""Footage that its recorder is about to delete goes before everything: the rest can wait, this cannot."""

STEPS: Mapping[tuple[str, StrEnum], Step] = {
    (REPORT, ReportState.RECEIVED): place.STEP,
    (VERIFICATION, VerificationState.PENDING): match.STEP,
    (CLIP, ClipState.WANTED): pull.STEP,
    (VERIFICATION, VerificationState.MATCHED): analyse.STEP,
    (VERIFICATION, VerificationState.ANALYSED): decide.STEP,
    (ANNOUNCEMENT, AnnouncementState.DUE): send.STEP,
    (EXCERPT, ExcerptState.WANTED): cut.STEP,
    (BLURRED, ExcerptState.WANTED): blur.STEP,
    (TRIAL, ExcerptState.WANTED): trial.STEP,
    (PHOTO, PhotoState.DUE): photo.STEP,
    (PLATES, PlateState.DUE): plates.STEP,
}


class ClaimLost(Exception):
    """Somebody else took the row over; what this worker did must leave no trace."""


def advance(subject: Subject, expected: StrEnum) -> list[Subject]:
    """Move one row one step; the subjects that have work to do because of it.

    Nothing happens, and nothing is answered, when the row is not in ``expected``,
    not due, or claimed by somebody else.
    """
    return _advance(subject, expected) or []


def advance_most_urgent(queue: str) -> list[Subject]:
    """Advance the most urgent due row of ``queue``.

    Rows that others take meanwhile, or that turn out to have to wait, are passed over: a ring
    is good for one thing done.
    """
    for subject, state in _candidates(queue, limit=TRIES_A_RING):
        following = _advance(subject, state)
        if following is not None:
            return following
    return []


def _advance(subject: Subject, expected: StrEnum) -> list[Subject] | None:
    """None: the row was not ours to move, or not yet."""
    claim = claim_take(subject, expected, STEPS[(subject.kind, expected)])
    if claim is None:
        return None
    try:
        with heartbeat.kept(claim.held, claim.step.deadline_s):
            answer = _work(claim)
    except (SystemExit, KeyboardInterrupt):
        claim_hand_back(claim, claim.row.next_run)
        raise
    if isinstance(answer, Wait):
        claim_hand_back(claim, answer.until)
        return None
    return _settle(claim, answer)


def run_until_quiet(most: int = 10_000) -> int:
    """Advance in this process whatever is due until nothing is; the number of steps taken.

    For tests, the command line, and a machine without a broker.
    """
    for taken in range(most):
        found = next((pair for queue in queues() for pair in _candidates(queue, limit=1)), None)
        if found is None:
            return taken
        advance(*found)
    raise RuntimeError(f"not quiet after {most} steps")


def queues() -> list[str]:
    return sorted({step.queue for step in STEPS.values()})


def longest_deadline_s(queue: str) -> float:
    return max(step.deadline_s for step in STEPS.values() if step.queue == queue)


def queue_of(subject: Subject) -> str | None:
    """The queue whose workers can move this row now; None when it is at an end state or gone."""
    kind = KINDS[subject.kind]
    row = kind.model._default_manager.filter(pk=subject.pk).only("state").first()
    step = None if row is None else STEPS.get((subject.kind, kind.states(row.state)))
    return None if step is None else step.queue


def due_counts(most: int = 64) -> dict[str, int]:
    """Queue -> rows due with a free lease, at most ``most`` each."""
    counts = dict.fromkeys(queues(), 0)
    for queue in counts:
        counts[queue] = len(_candidates(queue, limit=most))
    return {queue: count for queue, count in counts.items() if count}


def is_deaf(queue: str, before: datetime) -> bool:
    """Work of ``queue`` has been due and free since ``before``, and nobody holds a lease on any row of it."""
    own = [(kind, state) for (kind, state), step in STEPS.items() if step.queue == queue]
    # A lease that ran out after ``before`` was held by somebody until then.
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=before)
    if not any(due(kind, state).filter(free, next_run__lt=before).exists() for kind, state in own):
        return False
    now = timezone.now()
    return not any(
        KINDS[kind].model._default_manager.filter(state=state, lease_until__gte=now).exists() for kind, state in own
    )


# -- Which row ------------------------------------------------------------------


def _candidates(queue: str, limit: int) -> list[tuple[Subject, StrEnum]]:
    """Due rows of ``queue``: within a step the most urgent first, between steps whoever waits longest."""
    found: list[tuple[int, datetime, Subject, StrEnum]] = []
    for kind, state in STEPS:
        rows = _rows_for(queue, kind, state)
        if rows is not None:
            keys = rows.order_by(*KINDS[kind].most_urgent).values_list("pk", "next_run")[:limit]
            found += [(place, since, Subject(kind, pk), state) for place, (pk, since) in enumerate(keys)]
    found.sort(key=lambda row: row[:2])
    return [(subject, state) for _, _, subject, state in found[:limit]]


def _rows_for(queue: str, kind: str, state: StrEnum) -> QuerySet[Any] | None:
    """Due rows in ``state`` that workers of ``queue`` move; None when they do not."""
    rows, step = due(kind, state), STEPS[(kind, state)]
    if kind == CLIP:
        soon = Q(expires_at__lt=timezone.now() + EXPIRES_SOON)
        rows = rows.annotate(
            urgency=Min("matches__verification__priority"), expiring=Case(When(soon, then=1), default=0)
        )
    if step.queue == queue:
        return rows
    if step is analyse.STEP and queue == match.STEP.queue:
        # Too old to be worth a look: ended by the fast queue, since the slow one is what they wait for.
        return rows.filter(created_at__lt=overload.overdue_before(), window_end__lt=overload.overdue_before())
    return None


# -- Claim, work, record ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Retry:
    """The step failed and may be tried again. ``free``: it was not the row's fault, and costs it no attempt."""

    at: datetime
    error: str
    free: bool = False


def _work(claim: Claim) -> Outcome | Wait | _Retry:
    step, row = claim.step, claim.row
    if row.crash_attempts >= MAX_CRASHES:
        return step.give_up(row, "crashed", f"{step.name}: the process died {row.crash_attempts} times over this row")
    try:
        return step.work(row)
    except StorageFailed as exc:
        # Our own disk or bucket: no row may run out of tries over it, and all go on by themselves once it works again.
        log.warning("%s of %s %s waits for the storage: %s: %s", step.name, *claim.subject, exc.code, exc.detail)
        at = timezone.now() + timedelta(seconds=exc.data["retry_after_s"])
        return _Retry(at, f"{exc.code}: {exc.detail}"[:500], free=True)
    except JscError as exc:
        return _failed(claim, exc.code, exc.detail, exc.data.get("retry_after_s") if exc.retryable else -1)
    except Exception as exc:
        # The border of the worker: a fault of one row must not stop the others.
        log.exception("%s failed on %s %s", step.name, *claim.subject)
        return _failed(claim, "unexpected_error", f"{type(exc).__name__}: {exc}", None)


def _failed(claim: Claim, code: str, detail: str, retry_after_s: float | None) -> Outcome | _Retry:
    """``retry_after_s``: None backs off by the step's own figures, negative means trying again cannot help."""
    step, row = claim.step, claim.row
    log.warning("%s of %s %s: %s: %s", step.name, *claim.subject, code, detail)
    if row.attempts >= step.max_attempts or (retry_after_s is not None and retry_after_s < 0):
        return step.give_up(row, code, detail)
    wait_s = backoff_s(step, row.attempts) if retry_after_s is None else retry_after_s
    return _Retry(timezone.now() + timedelta(seconds=wait_s), f"{code}: {detail}"[:500])


def backoff_s(step: Step, attempts: int) -> float:
    """Doubling from the step's base up to its cap, and up to a fifth more, so that a crowd spreads out."""
    plain = min(step.backoff_cap_s, step.backoff_base_s * 2 ** max(0, attempts - 1))
    return float(plain * random.uniform(1.0, 1.2))  # noqa: S311 - spreading load is no secret


def _settle(claim: Claim, answer: Outcome | _Retry) -> list[Subject]:
    if isinstance(answer, _Retry):
        if answer.free:
            claim_hand_back(claim, answer.at, last_error=answer.error)
        else:
            claim_release(claim, next_run=answer.at, last_error=answer.error)
        return []
    try:
        return _record(claim, answer)
    except ClaimLost:
        log.warning("%s of %s %s came too late, nothing recorded", claim.step.name, *claim.subject)
        _delete_files(answer.files)
    except Changed:
        _delete_files(answer.files)
        claim_hand_back(claim, timezone.now())
        return [claim.subject]
    except Exception as exc:
        log.exception("%s of %s %s could not be recorded", claim.step.name, *claim.subject)
        _delete_files(answer.files)
        failed = _failed(claim, "record_failed", f"{type(exc).__name__}: {exc}", None)
        if isinstance(failed, Outcome):
            return _record(claim, failed)
        claim_release(claim, next_run=failed.at, last_error=failed.error)
    return []


def _record(claim: Claim, outcome: Outcome) -> list[Subject]:
    subject, free = claim.subject, {"token": None, "lease_until": None, "attempts": 0, "crash_attempts": 0}
    fields = {"last_error": "", "next_run": outcome.next_run or timezone.now(), **outcome.fields}
    cause = f"{claim.step.name}:{claim.token}"
    note = Note(subject.kind, subject.pk, cause, step=claim.step.name, reason_code=outcome.reason_code)
    with transaction.atomic():
        moves = KINDS[subject.kind].moves
        if not state_swap(claim.held, moves, claim.expected, outcome.state, note, **free, **fields):
            raise ClaimLost
        following = list(outcome.record())
    again = [subject] if (subject.kind, outcome.state) in STEPS and outcome.next_run is None else []
    return [*again, *following]


def _delete_files(names: Sequence[str]) -> None:
    for name in names:
        try:
            erase(name)
        except OSError as exc:
            log.warning("%s stays until the purge: %s", name, exc)
