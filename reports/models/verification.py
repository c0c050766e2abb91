"""One look at one place and time, through whatever cameras can see it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.labels import verdict_label
from analytics.verdict import Verdict
from cameras.footage.window import TimeWindow
from jsc_project.lib.claims import Claimable
from jsc_project.lib.geo import LatLon
from reports.code_words import purpose_said, stage_said
from reports.lifecycle import ACTIVE_VERIFICATION, Purpose


class Verification(Claimable):
    """Copies category, check, thresholds, point and window when opened: an edit midway changes nothing under it."""

    incident = models.ForeignKey(
        "reports.Incident",
        on_delete=models.CASCADE,
        null=True,
        related_name="verifications",
        verbose_name=_("kejadian"),
    )
    category = models.ForeignKey(
        "reports.Category", on_delete=models.PROTECT, related_name="+", verbose_name=_("kategori")
    )
    purpose = models.CharField(_("tujuan"), max_length=10, choices=[(p.value, p.value) for p in Purpose])
    check_slug = models.CharField(_("pemeriksaan"), max_length=40, blank=True)
    zone_kinds = models.JSONField(default=list)
    thresholds = models.JSONField(default=dict)
    match_radius_m = models.PositiveIntegerField()
    lat = models.FloatField(_("lintang"))
    lon = models.FloatField(_("bujur"))
    window_start = models.DateTimeField(_("rekaman sejak"))
    window_end = models.DateTimeField(_("rekaman sampai"))
    asked_for = models.DateTimeField(default=timezone.now)
    """When it happened, by the report (or person) that asked for this look."""
    priority = models.PositiveSmallIntegerField(default=3)
    verdict = models.CharField(_("putusan"), max_length=16, blank=True, choices=[(v.value, v.value) for v in Verdict])
    confidence = models.FloatField(_("keyakinan"), null=True, blank=True)
    reasons = models.JSONField(_("alasan"), default=list)
    outcome_code = models.CharField(_("kode hasil"), max_length=60, blank=True)
    """Why analysing ended without a clip's verdict: no_camera, no_check, no_footage, analysis_failed, overloaded."""
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pemeriksaan kamera")
        verbose_name_plural = _("pemeriksaan kamera")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(purpose=Purpose.OPENING, state__in=sorted(ACTIVE_VERIFICATION)),
                name="verification_one_active_opening",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "next_run"],
                name="verification_due",
                condition=Q(state__in=sorted(ACTIVE_VERIFICATION)),
            ),
        ]

    def __str__(self) -> str:
        told = verdict_label(self.verdict) if self.verdict else stage_said(self.state)
        return f"{purpose_said(self.purpose)} #{self.pk}: {told}"

    @property
    def point(self) -> LatLon:
        return LatLon(lat=self.lat, lon=self.lon)

    @property
    def window(self) -> TimeWindow:
        return TimeWindow(self.window_start, self.window_end)


class VerificationMatch(models.Model):
    """A camera that can see the point, in order of view; its clip once asked for, its run once analysed."""

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="matches")
    camera = models.ForeignKey("cameras.Camera", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    metres = models.FloatField()
    assumed = models.BooleanField(default=False)
    clip = models.ForeignKey("cameras.FootageClip", on_delete=models.PROTECT, null=True, related_name="matches")
    run = models.ForeignKey("analytics.AnalysisRun", on_delete=models.PROTECT, null=True, related_name="matches")
    failure = models.CharField(max_length=60, blank=True)
    """Why there will be no run though there is a clip: its error code."""

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["verification", "camera"], name="match_one_per_camera"),
            models.UniqueConstraint(fields=["verification", "rank"], name="match_one_per_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.verification_id}/{self.rank}"


class PlacementLock(models.Model):
    """Held while a report of this kelurahan and category is placed, so that two workers never open two incidents."""

    kelurahan = models.ForeignKey("reports.Kelurahan", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey("reports.Category", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kelurahan", "category"], name="placement_lock_one")]

    def __str__(self) -> str:
        return f"{self.kelurahan_id}/{self.category_id}"
