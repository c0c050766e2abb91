"""ClipExcerpt WANTED: cut the part that somebody asked to see."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from cameras.footage.states import ExcerptState
from cameras.models import ClipExcerpt, FootageClip
from cameras.services.excerpts import PLAYABLE, excerpt_cut
from reports.steps.base import Changed, Outcome, Step, Subject


def work(excerpt: ClipExcerpt) -> Outcome:
    assert excerpt.token is not None
    made = excerpt_cut(excerpt_row=excerpt, token=excerpt.token)
    record = lambda: still_there(excerpt.clip)  # noqa: E731 - bound, for the record
    return Outcome(ExcerptState.READY, record=record, fields=made.fields, files=[made.name])


def give_up(excerpt: ClipExcerpt, code: str, detail: str) -> Outcome:
    fields = {"reason_code": code[:60], "settled_at": timezone.now()}
    return Outcome(ExcerptState.FAILED, fields=fields, reason_code=code[:60])


def still_there(clip: FootageClip) -> Sequence[Subject]:
    """Nothing may outlive the clip it was cut from: purged or pulled again meanwhile, and this part is not kept.

    Raises:
        Changed: cut again, from what is there now.
    """
    same = FootageClip.objects.select_for_update().filter(pk=clip.pk, state__in=PLAYABLE, file=clip.file.name)
    if same.first() is None:
        raise Changed
    return ()


STEP = Step("cut", "vision", deadline_s=300, max_attempts=3, work=work, give_up=give_up, backoff_base_s=2)
"""With the vision workers, because cutting may mean decoding and encoding a minute of video: processor work belongs
where the number of processes is fitted to the cores. The footage workers sit in pulls for minutes, and somebody is
looking at a progress bar; here one analysis at most goes first."""
