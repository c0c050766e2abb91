"""What was run on which clip, and the pictures it left."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.labels import check_label, verdict_label
from analytics.trial_models import TrialStill as TrialStill
from analytics.trial_models import ZoneTrial as ZoneTrial
from analytics.verdict import Verdict
from cameras.models import FootageClip


class AnalysisRun(models.Model):
    """One check on one clip with one model, one version of the zones and one set of thresholds."""

    clip = models.ForeignKey(FootageClip, on_delete=models.PROTECT, related_name="runs", verbose_name=_("rekaman"))
    check_slug = models.CharField(_("pemeriksaan"), max_length=40)
    check_version = models.CharField(max_length=20)
    zones_version = models.PositiveIntegerField()
    model_name = models.CharField(_("model"), max_length=200)
    weights_sha256 = models.CharField(max_length=64)
    thresholds = models.JSONField(default=dict)
    thresholds_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(_("putusan"), max_length=16, choices=[(v.value, v.value) for v in Verdict])
    confidence = models.FloatField(_("keyakinan"), null=True)
    measurements = models.JSONField(_("ukuran"), default=dict)
    reasons = models.JSONField(_("alasan"), default=list)
    offenders = models.JSONField(default=list, editable=False)
    """The vehicles that are the violation (``analytics.verdict.Offender``): where and when, not which."""
    coverage = models.FloatField(_("liputan"))
    picture = models.JSONField(_("mutu gambar"), null=True, blank=True)
    """Of the pictures behind the stills (``cameras.quality``); None where none was measured."""
    frames_decoded = models.PositiveIntegerField(default=0)
    frames_analysed = models.PositiveIntegerField(default=0)
    seconds_wall = models.FloatField(default=0)
    seconds_cpu = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("analisis")
        verbose_name_plural = _("analisis")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clip", "check_slug", "check_version", "zones_version", "weights_sha256", "thresholds_sha256"],
                name="run_one_per_clip_check_zones_model",
            ),
        ]

    def __str__(self) -> str:
        return f"{check_label(self.check_slug)}: {verdict_label(self.verdict)}"


def still_path(still: EvidenceStill, filename: str) -> str:
    return f"stills/{filename}"


class EvidenceStill(models.Model):
    """One annotated picture with heads and plates made unreadable before anything was drawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="stills")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    caption_id = models.CharField(max_length=300, blank=True)
    caption_en = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to=still_path, max_length=300)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("gambar bukti")
        verbose_name_plural = _("gambar bukti")
        ordering = ["at", "kind"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"


class PlateReadings(models.QuerySet["PlateReading"]):
    def update(self, **fields: Any) -> NoReturn:
        raise TypeError("plate readings are appended, never changed")

    def delete(self) -> NoReturn:
        raise TypeError("plate readings are appended, never deleted")


class PlateReading(models.Model):
    """Somebody had plates read: who, when, how many files, what for; never what the plates said.

    The row is written before the first file is opened. UU PDP 27/2022 art. 17: a camera in a public place must not be
    used to identify a person, the detection of offences excepted; so each use is on record.
    """

    at = models.DateTimeField(_("kapan"), default=timezone.now)
    username = models.CharField(_("siapa"), max_length=150)
    files = models.PositiveIntegerField(_("jumlah berkas"))
    purpose = models.CharField(_("untuk apa"), max_length=300, blank=True)

    objects = PlateReadings.as_manager()

    class Meta:
        verbose_name = _("pembacaan pelat nomor")
        verbose_name_plural = _("pembacaan pelat nomor")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("plate readings are appended, never changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("plate readings are appended, never deleted")
