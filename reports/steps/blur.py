"""BlurredExcerpt WANTED: make coarse what nobody may see of the part that somebody asked to play."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from analytics.blur import finders_at_hand
from analytics.blurred_excerpts import excerpt_blur
from analytics.clip_blur import Eyes
from analytics.services import detector_get
from cameras.footage.states import ExcerptState
from cameras.models import BlurredExcerpt
from reports.steps.base import Outcome, Step, Subject
from reports.steps.cut import still_there

BUDGET_S = 600.0
"""A minute of 25 pictures a second takes two to three on one free core; on a slow or busy machine fewer frames are
looked at, and after this none, so that the deadline leaves time to encode."""


def work(excerpt: BlurredExcerpt) -> Outcome:
    assert excerpt.token is not None
    eyes = Eyes(detector_get(), finders_at_hand())
    made = excerpt_blur(row=excerpt, token=excerpt.token, eyes=eyes, budget_s=BUDGET_S)
    record = lambda: _still_there(excerpt)  # noqa: E731 - bound, for the record
    return Outcome(ExcerptState.READY, record=record, fields=made.fields, files=[made.name])


def give_up(excerpt: BlurredExcerpt, code: str, detail: str) -> Outcome:
    fields = {"reason_code": code[:60], "settled_at": timezone.now(), "progress": 0}
    return Outcome(ExcerptState.FAILED, fields=fields, reason_code=code[:60])


def _still_there(excerpt: BlurredExcerpt) -> Sequence[Subject]:
    return still_there(excerpt.clip)


STEP = Step("blur", "vision", deadline_s=900, max_attempts=3, work=work, give_up=give_up, backoff_base_s=2)
"""With the analyses, whose models it uses. After a kill it begins again; what was made till then was never stored."""
