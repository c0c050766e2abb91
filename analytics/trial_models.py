"""Trials: a check run for whoever draws a camera's zones, to see what it says. Nothing of them touches an incident."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.footage.states import ExcerptState
from cameras.models import Camera, FootageClip
from jsc_project.lib.claims import Claimable

KEPT = timedelta(hours=24)
"""A person looks at the answer at once, and asks again whenever it is needed."""


def trial_expiry() -> datetime:
    return timezone.now() + KEPT


class ZoneTrial(Claimable):
    """One check on one held clip, with zones as they stood on somebody's screen.

    A table of its own beside ``AnalysisRun``: those are answers about the zones that a camera has, found again by
    whoever asks the same; these are about zones that may never be stored, and are gone the next day.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="zone_trials")
    clip = models.ForeignKey(FootageClip, on_delete=models.CASCADE, related_name="zone_trials")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    check_slug = models.CharField(_("pemeriksaan"), max_length=40)
    zone_kinds = models.JSONField(default=list)
    thresholds = models.JSONField(default=dict)
    zones = models.JSONField(default=list)
    """As in the contract's zones file."""
    result = models.JSONField(default=dict)
    """``{"verdict", "confidence", "measurements", "reasons", "coverage", "frames", "seconds", "compared"}`` once it is
    READY; ``compared`` as ``analytics.trials`` tells it."""
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(default=trial_expiry, db_index=True)

    class Meta:
        verbose_name = _("uji zona")
        verbose_name_plural = _("uji zona")
        default_permissions = ()
        indexes = [
            models.Index(fields=["next_run"], name="zone_trial_due", condition=models.Q(state=ExcerptState.WANTED)),
        ]

    def __str__(self) -> str:
        return f"{self.check_slug} {self.camera_id} {self.state}"


class TrialStill(models.Model):
    """One annotated picture of a trial, heads and plates unreadable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trial = models.ForeignKey(ZoneTrial, on_delete=models.CASCADE, related_name="stills")
    file = models.FileField(upload_to="trials", max_length=300)
    sha256 = models.CharField(max_length=64)
    caption_id = models.CharField(max_length=300, blank=True)
    caption_en = models.CharField(max_length=300, blank=True)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.trial_id}/{self.place}"
