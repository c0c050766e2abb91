"""What each camera is to look at, and what its place looks like when nothing is in the way."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models.camera import Camera
from cameras.patrol.daypart import DayPart

PARTS = {
    DayPart.NIGHT: _("malam"),
    DayPart.DAWN: _("fajar"),
    DayPart.MORNING: _("pagi"),
    DayPart.NOON: _("siang"),
    DayPart.AFTERNOON: _("sore"),
    DayPart.DUSK: _("senja"),
}


class CameraView(models.Model):
    """One way a camera has looked: its picture, and who said that it is right. Appended; the row outlives the picture.

    Zones name the view they were drawn on or last confirmed on, backgrounds the view they belong to.
    """

    class How(models.TextChoices):
        PATROL = "patrol", _("gambar layak pertama")
        REFERENCE = "reference", _("pandangan baru, zona belum dikonfirmasi")
        CONFIRMED = "confirmed", _("pandangan benar, zona masih tepat")
        DRAWN = "drawn", _("zona digambar ulang")
        MOVED = "moved", _("zona digeser mengikuti kamera")

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="views", verbose_name=_("kamera"))
    number = models.PositiveIntegerField(_("nomor"))
    """1, 2, ... within the camera."""
    file = models.FileField(upload_to="references", blank=True, max_length=300)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("sejak"), default=timezone.now)
    how = models.CharField(_("bagaimana"), max_length=12, choices=How.choices)
    actor = models.CharField(_("oleh"), max_length=150, blank=True)
    notes = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("pandangan kamera")
        verbose_name_plural = _("pandangan kamera")
        ordering = ["camera", "-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["camera", "number"], name="view_numbered_within_camera")]

    def __str__(self) -> str:
        return f"{self.camera_id} #{self.number}"


class BackgroundLook(models.Model):
    """A look of the patrol that is kept, small, for the background of its part of the day."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(CameraView, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=8, choices=[(part.value, words) for part, words in PARTS.items()])
    at = models.DateTimeField()
    file = models.FileField(upload_to="background-looks", max_length=300)

    class Meta:
        ordering = ["-at"]
        default_permissions = ()
        indexes = [models.Index(fields=["camera", "part", "-at"], name="background_look_newest")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.part} {self.at:%Y-%m-%d %H:%M}"


class CameraBackground(models.Model):
    """A version of a camera's background in one part of the day: the median of looks of several days.

    Never written over: what an answer was measured against can be looked at as long as the answer's stills.
    """

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="backgrounds", verbose_name=_("kamera"))
    view = models.ForeignKey(CameraView, on_delete=models.CASCADE, related_name="+", verbose_name=_("pandangan"))
    part = models.CharField(_("waktu"), max_length=8, choices=[(part.value, words) for part, words in PARTS.items()])
    version = models.PositiveIntegerField(_("versi"))
    file = models.FileField(upload_to="backgrounds", max_length=300)
    sha256 = models.CharField(max_length=64)
    unrest = models.BinaryField(null=True, blank=True)
    """Small grey PNG: how much edges differ from look to look (``cameras.patrol.backdrop``)."""
    looks = models.PositiveSmallIntegerField(_("jumlah gambar"))
    first_look_at = models.DateTimeField(_("gambar pertama"))
    last_look_at = models.DateTimeField(_("gambar terakhir"))
    built_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    changed_share = models.FloatField(_("berubah dari versi sebelumnya"), null=True, blank=True)
    """0-1; None for the first version of a view."""
    used_at = models.DateTimeField(null=True, blank=True)
    """When it was last handed to a check; what was used is kept longer."""

    class Meta:
        verbose_name = _("latar kamera")
        verbose_name_plural = _("latar kamera")
        ordering = ["camera", "part", "-version"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["camera", "part", "version"], name="background_versions")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.part} v{self.version}"
