"""What people said of the cameras' answers, and when they confirmed a camera anew."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.models import AnalysisRun
from analytics.verdict import Verdict
from cameras.models import Camera
from reports.models.append_only import AppendOnly


class CameraJudgement(AppendOnly):
    """One tap, about one camera of one look. Appended: of several about the same camera and look the newest counts.

    ``answer`` is what the person said of the look; ``right`` what follows for this camera's own ``said``: of two that
    disagreed, one was wrong whatever the person says. Whoever "the camera" was (zones, time) is copied into the row.
    """

    class Answer(models.TextChoices):
        RIGHT = "right", _("kamera benar")
        WRONG = "wrong", _("kamera keliru")
        UNSURE = "unsure", _("tidak bisa dinilai")
        WITHDRAWN = "withdrawn", _("dibatalkan")

    at = models.DateTimeField(_("kapan"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("siapa")
    )
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, related_name="judgements", verbose_name=_("kejadian")
    )
    verification = models.ForeignKey(
        "reports.Verification",
        on_delete=models.PROTECT,
        related_name="judgements",
        verbose_name=_("pemeriksaan kamera"),
    )
    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="+", verbose_name=_("analisis"))
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="+", verbose_name=_("kamera"))
    check_slug = models.CharField(_("pemeriksaan"), max_length=40)
    check_version = models.CharField(max_length=20)
    zones_version = models.PositiveIntegerField()
    said = models.CharField(_("kata kamera"), max_length=16, choices=[(v.value, v.value) for v in Verdict])
    said_at = models.DateTimeField()
    """When the camera's answer was made: a confirmation later than this speaks of a camera that was changed since."""
    answer = models.CharField(_("penilaian"), max_length=10, choices=Answer.choices)
    right = models.BooleanField(_("benar"), null=True)
    """Null where the person could not say, or took it back."""

    class Meta:
        verbose_name = _("penilaian kamera")
        verbose_name_plural = _("penilaian kamera")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["check_slug", "camera", "id"], name="judgement_pair"),
            models.Index(fields=["verification", "run", "id"], name="judgement_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.check_slug} {self.said}: {self.answer}"


class CameraConfirmation(AppendOnly):
    """A person has looked at zones and thresholds of a check on a camera: answers older than this count no more."""

    at = models.DateTimeField(_("kapan"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("siapa")
    )
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="+", verbose_name=_("kamera"))
    check_slug = models.CharField(_("pemeriksaan"), max_length=40)
    zones_version = models.PositiveIntegerField()
    note = models.CharField(_("catatan"), max_length=300)

    class Meta:
        verbose_name = _("konfirmasi ulang kamera")
        verbose_name_plural = _("konfirmasi ulang kamera")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["check_slug", "camera", "id"], name="confirmation_pair")]

    def __str__(self) -> str:
        return f"{self.check_slug} {self.camera_id} {self.at:%Y-%m-%d}"
