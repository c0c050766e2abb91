"""ReportPhoto DUE: fetch a citizen's photo and keep what may be shown of it.

On a queue of its own. Nothing waits for a photo, and a photo may wait for fifteen seconds of silence: with the
announcements (``outbound``, whose workers place the reports as well) a dead photo host would keep reports waiting, and
with the analyses a processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from reports.lifecycle import PhotoState
from reports.models import ReportPhoto
from reports.photos.fetch import PhotoRefused, address_of
from reports.selectors.photos import host_free_at
from reports.services.photos import PhotoTaken, fetch_rules, photo_compare, photo_take
from reports.steps.base import Outcome, Step, Subject, Wait

PATIENCE = timedelta(hours=24)
"""Waiting for a host that is down or busy is free of tries; after a day the photo is given up."""


def work(photo: ReportPhoto) -> Outcome | Wait:
    assert photo.token is not None
    now = timezone.now()
    try:
        address_of(photo.url, fetch_rules(photo.report.source))
        until = host_free_at(photo.host, now)
        if until is not None:
            over = until > photo.due_since + PATIENCE
            return give_up(photo, "photo_unavailable", "its host was down all day") if over else Wait(until)
        return _kept(photo, photo_take(photo=photo, token=photo.token))
    except PhotoRefused as refused:
        return _ended(PhotoState.REFUSED, refused.reason, refused.detail)


def give_up(photo: ReportPhoto, code: str, detail: str) -> Outcome:
    return _ended(PhotoState.FAILED, code, detail)


def _kept(photo: ReportPhoto, taken: PhotoTaken) -> Outcome:
    fields = {**taken.fields, "reason_code": "", "reason_detail": "", "settled_at": timezone.now()}
    return Outcome(PhotoState.KEPT, record=lambda: _compared(photo, taken), fields=fields, files=[taken.name])


def _compared(photo: ReportPhoto, taken: PhotoTaken) -> Sequence[Subject]:
    photo_compare(photo=photo, asked=taken.asked, now=timezone.now())
    return ()


def _ended(state: PhotoState, code: str, detail: str) -> Outcome:
    fields = {"reason_code": code[:60], "reason_detail": detail[:300], "settled_at": timezone.now()}
    return Outcome(state, fields=fields, reason_code=code[:60])


STEP = Step(
    "photo",
    "photos",
    deadline_s=120,
    max_attempts=4,
    work=work,
    give_up=give_up,
    backoff_base_s=120,
    backoff_cap_s=3600,
)
"""Four tries within a quarter of an hour; a host that fails for several photos is left alone (``host_free_at``)."""
