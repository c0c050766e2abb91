"""What people made of the suggestions that a report's words give."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.reading.suggesting import Kind


class SuggestionRuling(models.Model):
    """One suggestion taken or overruled by a person. Counted by rule, so that a rule that is mostly wrong is seen.

    Holds no word of the citizen's: it stays when the report is erased.
    """

    KIND_LABELS = {
        Kind.CATEGORY: _("Kategori"),
        Kind.SEVERITY: _("Kegentingan"),
        Kind.PLACE: _("Lokasi"),
        Kind.SECOND: _("Pemeriksaan tambahan"),
    }

    at = models.DateTimeField(_("kapan"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("siapa")
    )
    incident = models.ForeignKey(
        "reports.Incident",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="rulings",
        verbose_name=_("kejadian"),
    )
    report = models.ForeignKey(
        "reports.Report",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="rulings",
        verbose_name=_("laporan"),
    )
    kind = models.CharField(_("jenis"), max_length=12, choices=[(k.value, label) for k, label in KIND_LABELS.items()])
    rule = models.CharField(_("aturan"), max_length=60)
    suggested = models.CharField(_("disarankan"), max_length=60, blank=True)
    taken = models.BooleanField(_("diikuti"))
    chosen = models.CharField(_("dipilih petugas"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("keputusan atas saran")
        verbose_name_plural = _("keputusan atas saran")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["kind", "rule"], name="ruling_rule")]

    def __str__(self) -> str:
        return f"{self.kind} {self.rule}: {self.suggested}"
