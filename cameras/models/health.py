"""What is known of each camera's and each recorder's state: looks, breakers, and who is being asked right now."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models.camera import Camera


class CameraWatch(models.Model):
    """The patrol's notebook on one camera: when to look again, what the view should be, what was last seen.

    ``token`` and ``lease_until`` claim a look, so that of several patrols one looks.
    """

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, primary_key=True, related_name="watch")
    next_look = models.DateTimeField(default=timezone.now, db_index=True)
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(_("terakhir diperiksa"), null=True, blank=True)
    bad_looks = models.PositiveIntegerField(default=0)
    """In a row."""
    reference = models.FileField(_("gambar acuan"), upload_to="references", blank=True, max_length=300)
    reference_at = models.DateTimeField(_("gambar acuan sejak"), null=True, blank=True)
    still = models.FileField(_("gambar terakhir"), upload_to="looks", blank=True, max_length=300)
    """The last picture that showed something, whatever it showed; people see it with faces blurred."""
    still_at = models.DateTimeField(_("gambar terakhir pada"), null=True, blank=True)
    last_plane = models.BinaryField(null=True, blank=True)
    """The last look as a small grey PNG: a picture that never changes is a dead feed."""
    last_plane_at = models.DateTimeField(null=True, blank=True)
    unchanged_since = models.DateTimeField(null=True, blank=True)
    moved_since = models.DateTimeField(_("pandangan berubah sejak"), null=True, blank=True)
    view = models.ForeignKey("cameras.CameraView", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """The row of ``reference``."""
    zones_stale_since = models.DateTimeField(_("zona tidak berlaku sejak"), null=True, blank=True)
    """A person has taken a new view as right and has not said that the zones fit it."""
    clock_offset_s = models.FloatField(_("selisih jam terukur (detik)"), null=True, blank=True)
    clock_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pengawasan kamera")
        verbose_name_plural = _("kamera bermasalah")

    def __str__(self) -> str:
        return str(self.camera)


class CameraCheckup(models.Model):
    """A line of health history: written when something changed, and once a day when nothing did."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="checkups", verbose_name=_("kamera"))
    at = models.DateTimeField(_("kapan"), default=timezone.now)
    health = models.CharField(_("kondisi"), max_length=10, choices=Camera.Health.choices)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    reason_detail = models.CharField(max_length=300, blank=True)
    took_ms = models.PositiveIntegerField(_("lama (ms)"), default=0)
    clock_offset_s = models.FloatField(_("selisih jam (detik)"), null=True, blank=True)
    quality = models.JSONField(_("mutu gambar"), default=dict, blank=True)

    class Meta:
        verbose_name = _("riwayat kondisi kamera")
        verbose_name_plural = _("riwayat kondisi kamera")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["camera", "-at"], name="checkup_of_camera")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.at:%Y-%m-%d %H:%M} {self.health}"


class SourceBreaker(models.Model):
    """A circuit breaker in the database, so that all workers know what one of them learned.

    ``key``: ``recorder host:port`` or ``camera <id>``. Closed: pulls go on, ``failures`` counts those in a row.
    Open: nobody asks until ``retry_at``. Half-open: one pull is trying. The column is called ``phase`` because
    states are the pipeline's word.
    """

    class Phase(models.TextChoices):
        CLOSED = "closed", _("tersambung")
        OPEN = "open", _("terputus")
        HALF_OPEN = "half_open", _("dicoba lagi")

    key = models.CharField(max_length=220, unique=True)
    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, null=True, blank=True, related_name="breakers")
    phase = models.CharField(_("keadaan"), max_length=10, choices=Phase.choices, default=Phase.CLOSED)
    failures = models.PositiveIntegerField(_("gagal berturut-turut"), default=0)
    opened = models.PositiveIntegerField(_("kali terputus berturut-turut"), default=0)
    since = models.DateTimeField(_("sejak"), default=timezone.now)
    retry_at = models.DateTimeField(_("dicoba lagi pada"), null=True, blank=True)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    reason_detail = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("pemutus sambungan")
        verbose_name_plural = _("pemutus sambungan")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class PullSlot(models.Model):
    """One pull under way: counted against the caps of its camera and its recorder, void after ``until``."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    recorder_key = models.CharField(max_length=200, blank=True, db_index=True)
    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="pull_slots")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.camera_id} {self.recorder_key}"
