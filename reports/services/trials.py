"""Asking for a trial of zones: on the camera's last held footage, by the rules of a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from analytics.checks import check_for, is_available
from analytics.trial_models import ZoneTrial
from cameras.footage.states import ExcerptState
from cameras.models import Camera, FootageClip
from cameras.services.excerpts import clip_is_playable
from cameras.services.zone_pictures import clip_newest
from cameras.zone_drafts import ZoneDraft
from jsc_project.lib.errors import JscError
from reports import tasks
from reports.models import Category
from reports.steps.base import TRIAL, Subject

MOST_WAITING = 5
"""Trials of one person that have not ended: analyses of reports share the processor with them."""


class TrialRefused(JscError, ValueError):
    """``data["why"]``: no_clip, no_check or too_many."""

    code = "trial_refused"


@dataclass(frozen=True, slots=True)
class Choice:
    """A category whose check can be run. ``kinds``: zone kinds any one of which serves."""

    category: Category
    kinds: tuple[str, ...]


def trial_choices() -> list[Choice]:
    """What can be tried, by label."""
    active = [one for one in Category.objects.filter(active=True) if one.check_slug and is_available(one.check_slug)]
    choices = [Choice(one, tuple(one.zone_kinds or check_for(one.check_slug).zone_kinds)) for one in active]
    return sorted(choices, key=lambda choice: choice.category.label)


def trial_ask(*, camera: Camera, category_slug: str, drafts: Sequence[ZoneDraft], actor: Any) -> ZoneTrial:
    """A trial that waits for a worker. Who may ask is the caller's to know.

    Raises:
        TrialRefused: there is no footage, no such check, or too many are waiting.
    """
    choice = next((one for one in trial_choices() if one.category.slug == category_slug), None)
    if choice is None:
        raise TrialRefused(f"nothing can be tried for {category_slug[:60]!r}", why="no_check")
    with transaction.atomic():
        clip = _held(camera)
        if ZoneTrial.objects.filter(asked_by=actor, state=ExcerptState.WANTED).count() >= MOST_WAITING:
            raise TrialRefused(f"{MOST_WAITING} trials of this person are waiting", why="too_many")
        trial = ZoneTrial.objects.create(
            state=ExcerptState.WANTED,
            camera=camera,
            clip=clip,
            asked_by=actor,
            check_slug=choice.category.check_slug,
            zone_kinds=list(choice.category.zone_kinds),
            thresholds=choice.category.thresholds,
            zones=[draft.as_json() for draft in drafts],
        )
        tasks.ring_after_commit([Subject(TRIAL, trial.pk)])
    return trial


def _held(camera: Camera) -> FootageClip:
    """The newest clip, under the lock that a purge takes as well."""
    found = clip_newest(camera)
    clip = None if found is None else FootageClip.objects.select_for_update().filter(pk=found.pk).first()
    if clip is None or not clip_is_playable(clip):
        raise TrialRefused(f"no footage of {camera.code} is held", why="no_clip")
    return clip
