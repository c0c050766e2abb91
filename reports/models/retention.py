"""How long things are kept: what a court wants kept longer, what is about to go, and what each round has deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LegalHold(models.Model):
    """Nothing of the incident, nor of those that repeat it, is deleted until somebody lifts it; set and lifted with
    a reason, each a line in the access log. The row stays when it is lifted."""

    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, related_name="legal_holds", verbose_name=_("kejadian")
    )
    reason = models.CharField(_("alasan"), max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("dipasang oleh")
    )
    set_at = models.DateTimeField(_("dipasang"), default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("dicabut oleh")
    )
    lifted_at = models.DateTimeField(_("dicabut"), null=True)
    lift_reason = models.CharField(_("alasan pencabutan"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("penahanan hukum")
        verbose_name_plural = _("penahanan hukum")
        ordering = ["-id"]
        default_permissions = ()
        permissions = [("set_legal_hold", _("Boleh memasang dan mencabut penahanan hukum"))]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(lifted_at__isnull=True), name="legal_hold_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.incident_id} {self.set_at:%Y-%m-%d}"


class FileToErase(models.Model):
    """A stored file that no row speaks of any more, and whose bytes have to go.

    Written in the transaction that deletes the row which named it, and deleted once the bytes are proven gone: a
    process that dies in between leaves a file that is known, and no row that promises what is not there.
    """

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=300, unique=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class RetentionRun(models.Model):
    """One round of deleting what its time is over for. ``counts``: by kind; None where the storage failed."""

    started_at = models.DateTimeField(_("mulai"), default=timezone.now)
    finished_at = models.DateTimeField(_("selesai"), null=True)
    """None: it is under way, or was killed; the next round goes on with what it left."""
    counts = models.JSONField(_("jumlah"), default=dict)
    complete = models.BooleanField(_("tuntas"), default=False)
    """Nothing was left over, and the storage answered."""

    class Meta:
        verbose_name = _("putaran penghapusan")
        verbose_name_plural = _("putaran penghapusan")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
