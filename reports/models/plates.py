"""Plates of those whose vehicle was the violation: a search for each run that shows one, and what it found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jsc_project.lib.claims import Claimable
from reports.lifecycle import PlateState


class PlateSearch(Claimable):
    """The vehicles that one camera's SUPPORTED run speaks of, looked at for their plates.

    For one purpose: the category that the look was about. Made when the look is decided, so that nothing here can
    keep a verdict waiting.
    """

    verification = models.ForeignKey("reports.Verification", on_delete=models.CASCADE, related_name="plate_searches")
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.CASCADE, related_name="plate_searches", verbose_name=_("kejadian")
    )
    category = models.ForeignKey(
        "reports.Category", on_delete=models.PROTECT, related_name="+", verbose_name=_("kategori")
    )
    run = models.ForeignKey("analytics.AnalysisRun", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    reader = models.CharField(max_length=100, blank=True)
    """What read them."""

    class Meta:
        verbose_name = _("pembacaan pelat pelanggar")
        verbose_name_plural = _("pembacaan pelat pelanggar")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["verification", "run"], name="plate_search_one_per_run")]
        indexes = [models.Index(fields=["next_run"], name="plate_search_due", condition=Q(state=PlateState.DUE))]

    def __str__(self) -> str:
        return f"#{self.incident_id} {self.state}"


class OffenderPlate(models.Model):
    """One vehicle's plate, or why it could not be told. The text is nowhere but in ``sealed``."""

    search = models.ForeignKey(PlateSearch, on_delete=models.CASCADE, related_name="plates")
    number = models.PositiveSmallIntegerField()
    """Of the vehicle within its search, from 1."""
    sealed = models.BinaryField(null=True, editable=False)
    """The text without spaces, under ``JSC_FIELD_KEYS``; None in doubt."""
    plate_hash = models.CharField(max_length=64, blank=True, editable=False)
    """Keyed, and of this category alone: the same plate in another category has another hash."""
    confidence = models.FloatField(_("keyakinan"), default=0)
    box = models.JSONField(default=list)
    """x1, y1, x2, y2 in 0-1 of the picture at ``at``."""
    at = models.DateTimeField(_("kapan"))
    frames = models.PositiveSmallIntegerField(_("jumlah gambar"), default=0)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("pelat pelanggar")
        verbose_name_plural = _("pelat pelanggar")
        ordering = ["search", "number"]
        default_permissions = ()
        permissions = [("view_plate", _("Boleh melihat pelat nomor lengkap pelanggar (setiap kali dicatat)"))]
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="offender_plate_one_per_vehicle"),
            models.CheckConstraint(
                name="offender_plate_told_or_not",
                condition=(Q(sealed__isnull=False) & ~Q(plate_hash="") & Q(reason_code=""))
                | (Q(sealed__isnull=True, plate_hash="") & ~Q(reason_code="")),
            ),
        ]
        indexes = [models.Index(fields=["plate_hash", "at"], name="offender_plate_again", condition=~Q(plate_hash=""))]

    def __str__(self) -> str:
        return f"{self.search_id}/{self.number}"
