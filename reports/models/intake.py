"""What was received: deliveries, reports and their updates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jsc_project.lib.claims import Claimable
from jsc_project.lib.geo import LatLon
from reports.lifecycle import ReportState


class Report(Claimable):
    """One citizen's report. Who reported is only ever a keyed hash."""

    source = models.CharField(_("sumber"), max_length=20, default="qlue")
    external_id = models.BigIntegerField(_("nomor di sumber"))
    tracking_code = models.CharField(_("kode lacak"), max_length=24, unique=True)
    category = models.ForeignKey(
        "reports.Category", on_delete=models.PROTECT, related_name="reports", verbose_name=_("kategori")
    )
    sent_category = models.CharField(_("kategori yang dikirim"), max_length=200, blank=True)
    title = models.TextField(_("judul"), blank=True)
    text = models.TextField(_("isi"), blank=True)
    lat = models.FloatField(_("lintang"))
    lon = models.FloatField(_("bujur"))
    happened_at = models.DateTimeField(_("waktu kejadian"))
    received_at = models.DateTimeField(_("diterima"), default=timezone.now)
    searchable = models.TextField(blank=True, editable=False)
    """Title and text with personal data masked: a search in what is sent would give it away letter by letter."""
    image_url = models.TextField(_("foto"), blank=True)
    qlue_city = models.CharField(max_length=100, blank=True)
    disaster_type = models.CharField(max_length=100, blank=True)
    reporter_hash = models.CharField(max_length=64, blank=True, editable=False)
    content_sha256 = models.CharField(max_length=64, editable=False)
    applied_at = models.DateTimeField(editable=False, default=timezone.now)
    """``webhook-timestamp`` of the content shown; an update that is older is kept and not applied."""
    kelurahan = models.ForeignKey(
        "reports.Kelurahan",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("kelurahan"),
    )
    boundary = models.ForeignKey(
        "reports.KelurahanBoundary", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place_how = models.CharField(max_length=10, blank=True)
    place_metres = models.FloatField(null=True, blank=True)
    placed_in = models.ForeignKey(
        "reports.Kelurahan", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    """Where a person placed it whose point lies outside the city; the point stays as it was sent."""
    incident = models.ForeignKey(
        "reports.Incident",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("kejadian"),
    )
    verification = models.ForeignKey(
        "reports.Verification", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="reports"
    )
    """The look that answers this report; empty on a placed report: it waits for the running look to end."""
    erased_at = models.DateTimeField(_("data pribadi dihapus"), null=True, blank=True, editable=False)
    """Since then nothing of what its sender wrote is kept, and nothing they send again is taken."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("laporan")
        verbose_name_plural = _("laporan")
        ordering = ["-received_at", "-id"]
        permissions = [("view_personal_data", _("Boleh melihat data pribadi dalam isi laporan"))]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="report_one_per_source_and_external_id"),
        ]
        indexes = [
            models.Index(fields=["next_run"], name="report_due", condition=Q(state=ReportState.RECEIVED)),
            models.Index(fields=["category", "happened_at"], name="report_category_time"),
        ]

    def __str__(self) -> str:
        return self.tracking_code

    @property
    def point(self) -> LatLon:
        return LatLon(lat=self.lat, lon=self.lon)


class WebhookDelivery(models.Model):
    """A delivery whose signature was right, as it came: forensics and the memory of ids."""

    source = models.CharField(max_length=20, default="qlue")
    webhook_id = models.CharField(max_length=128)
    body_sha256 = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    body_encrypted = models.BinaryField(null=True)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, null=True, related_name="deliveries")
    outcome = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("kiriman webhook")
        verbose_name_plural = _("kiriman webhook")
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(fields=["source", "webhook_id"], name="delivery_one_per_webhook_id"),
        ]

    def __str__(self) -> str:
        return self.webhook_id


class ReportUpdate(models.Model):
    """The same external id with other content. Category and place become a proposal once the report is placed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="updates")
    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField()
    arrived_at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    applied = models.BooleanField(default=False)
    proposal = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("pembaruan laporan")
        verbose_name_plural = _("pembaruan laporan")
        ordering = ["sent_at", "arrived_at"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.sent_at:%Y-%m-%d %H:%M:%S}"
