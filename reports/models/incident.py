"""What a kelurahan works on: incidents, the history of every change, and announcements about them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.verdict import Verdict
from jsc_project.lib.claims import Claimable
from jsc_project.lib.geo import LatLon
from reports.lifecycle import CLOSED, LABELS, OPEN, AnnouncementState, Status


class Incident(models.Model):
    """One trouble at one place, however many citizens reported it. The anchor is the first report's point."""

    category = models.ForeignKey(
        "reports.Category", on_delete=models.PROTECT, related_name="incidents", verbose_name=_("kategori")
    )
    kelurahan = models.ForeignKey(
        "reports.Kelurahan", on_delete=models.PROTECT, related_name="incidents", verbose_name=_("kelurahan")
    )
    boundary = models.ForeignKey("reports.KelurahanBoundary", on_delete=models.PROTECT, null=True, related_name="+")
    lat = models.FloatField(_("lintang"))
    lon = models.FloatField(_("bujur"))
    anchor_happened_at = models.DateTimeField(_("waktu kejadian"))
    first_seen = models.DateTimeField(_("pertama"))
    last_seen = models.DateTimeField(_("terakhir"))
    opened_at = models.DateTimeField(_("dibuka"), default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=[(s.value, LABELS[s][0]) for s in Status],
        default=Status.MENUNGGU,
        editable=False,
    )
    verdict = models.CharField(
        _("putusan kamera"), max_length=16, blank=True, choices=[(v.value, v.value) for v in Verdict], editable=False
    )
    closure_verdict = models.CharField(
        _("putusan saat selesai"),
        max_length=16,
        blank=True,
        choices=[(v.value, v.value) for v in Verdict],
        editable=False,
    )
    confidence = models.FloatField(_("keyakinan"), null=True, blank=True, editable=False)
    reasons = models.JSONField(_("alasan"), default=list, blank=True, editable=False)
    priority = models.PositiveSmallIntegerField(_("prioritas"), default=3, editable=False)
    urgency_set = models.PositiveSmallIntegerField(_("kegentingan menurut petugas"), null=True, editable=False)
    """In place of the category's, 1 (first) to 5."""
    place_uncertain = models.BooleanField(_("lokasi belum pasti"), default=False, editable=False)
    responsible_body = models.CharField(_("penanggung jawab"), max_length=100, blank=True)
    reporters_count = models.PositiveIntegerField(_("pelapor"), default=1, editable=False)
    reports_count = models.PositiveIntegerField(_("laporan"), default=1, editable=False)
    responded_at = models.DateTimeField(_("ditanggapi"), null=True, blank=True, editable=False)
    respond_by = models.DateTimeField(_("batas tanggapan"), null=True, blank=True, editable=False)
    due_at = models.DateTimeField(_("batas selesai"), null=True, blank=True, editable=False)
    clock_paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    recurs_after = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="recurrences"
    )
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="duplicates"
    )

    class Meta:
        verbose_name = _("kejadian")
        verbose_name_plural = _("kejadian")
        ordering = ["priority", "opened_at", "id"]
        indexes = [
            models.Index(fields=["category", "kelurahan", "anchor_happened_at"], name="incident_grouping"),
            models.Index(fields=["kelurahan", "status"], name="incident_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.category} #{self.pk}"

    @property
    def point(self) -> LatLon:
        return LatLon(lat=self.lat, lon=self.lon)

    @property
    def is_open(self) -> bool:
        return Status(self.status) in OPEN

    @property
    def is_closed(self) -> bool:
        return Status(self.status) in CLOSED


class StatusChange(models.Model):
    """Appended on every change of a state, by machine or person; never edited, never deleted."""

    subject_kind = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, null=True, blank=True, related_name="changes")
    what = models.CharField(max_length=16, default="state")
    old = models.CharField(max_length=32, blank=True)
    new = models.CharField(max_length=32)
    reason_code = models.CharField(max_length=60, blank=True)
    reason_text = models.TextField(blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    step = models.CharField(max_length=20, blank=True)
    cause = models.CharField(max_length=120, unique=True, default=uuid.uuid4)
    """What made it happen. Unique, so that one cause cannot be counted as two changes."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("perubahan status")
        verbose_name_plural = _("perubahan status")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="change_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}: {self.old} -> {self.new}"


class Announcement(Claimable):
    """Something to tell somebody outside, once, with bounded tries."""

    class Audience(models.TextChoices):
        QLUE = "qlue", _("Qlue")
        LURAH = "lurah", _("Lurah")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="announcements")
    report = models.ForeignKey("reports.Report", on_delete=models.CASCADE, null=True, related_name="announcements")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    stable_id = models.CharField(max_length=120, unique=True)
    body = models.JSONField()
    outcome = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pemberitahuan")
        verbose_name_plural = _("pemberitahuan")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["next_run"], name="announcement_due", condition=Q(state=AnnouncementState.DUE)),
        ]

    def __str__(self) -> str:
        return self.stable_id
