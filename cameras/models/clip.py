"""The footage taken from cameras, what keeps it, and the parts of it that people play."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.footage.states import ClipState, ExcerptState
from cameras.footage.window import TimeWindow
from cameras.models.camera import Camera
from jsc_project.lib.claims import Claimable


def clip_path(clip: FootageClip, filename: str) -> str:
    return f"clips/{clip.start_at:%Y/%m/%d}/{filename}"


class FootageClip(Claimable):
    """One camera, one range of whole minutes; shared by every verification that needs it."""

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="clips", verbose_name=_("kamera"))
    start_at = models.DateTimeField(_("mulai"))
    end_at = models.DateTimeField(_("selesai"))
    covered = models.JSONField(_("rentang terliput"), default=list, help_text="[[iso, iso], ...]")
    file = models.FileField(_("berkas"), upload_to=clip_path, blank=True, max_length=300)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    media_start_at = models.DateTimeField(null=True, blank=True)
    clock_offset_s = models.FloatField(default=0)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    reason_detail = models.CharField(max_length=500, blank=True)
    notes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    wanted_at = models.DateTimeField(default=timezone.now, editable=False)
    """When it was asked for, or asked for again: the time a pull may take in all counts from here."""
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the source is about to delete the window; None where it does not tell how long it keeps."""
    settled_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(_("dihapus pada"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("rekaman")
        verbose_name_plural = _("rekaman")
        ordering = ["-start_at", "camera"]
        constraints = [
            models.UniqueConstraint(fields=["camera", "start_at", "end_at"], name="clip_one_per_camera_and_range"),
            models.CheckConstraint(name="clip_end_after_start", condition=Q(end_at__gt=F("start_at"))),
        ]
        indexes = [
            # The sweep and the "due" query look at waiting clips only; almost all clips are settled.
            models.Index(fields=["next_run"], name="clip_due", condition=Q(state=ClipState.WANTED)),
        ]
        permissions = [("view_original_clip", _("Boleh melihat rekaman asli yang tidak disamarkan"))]

    def __str__(self) -> str:
        start, end = timezone.localtime(self.start_at), timezone.localtime(self.end_at)
        return f"{self.camera_id} {start:%Y-%m-%d %H:%M}-{end:%H:%M}"

    @property
    def window(self) -> TimeWindow:
        return TimeWindow(self.start_at, self.end_at)

    @property
    def covered_windows(self) -> list[TimeWindow]:
        return [TimeWindow.from_json(pair) for pair in self.covered]

    @property
    def clock_doubt_s(self) -> float:
        """Seconds by which the clip's times may be wrong, either way, as far as its source could tell."""
        clock = self.notes.get("clock") or {}
        return float(clock.get("uncertainty_s") or clock.get("padding_s") or 0.0)


class ClipExcerpt(Claimable):
    """A short part of a clip as an H.264 MP4 that a browser plays; made when somebody first asks for it."""

    clip = models.ForeignKey(FootageClip, on_delete=models.CASCADE, related_name="excerpts", verbose_name=_("rekaman"))
    start_at = models.DateTimeField(_("mulai"))
    end_at = models.DateTimeField(_("selesai"))
    file = models.FileField(_("berkas"), upload_to="excerpts", blank=True, max_length=300)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    media_start_at = models.DateTimeField(null=True, blank=True)
    """Time of its first picture: a copy may start at a keyframe a little sooner than asked."""
    notes = models.JSONField(default=dict, blank=True)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cuplikan rekaman")
        verbose_name_plural = _("cuplikan rekaman")
        constraints = [
            models.UniqueConstraint(fields=["clip", "start_at", "end_at"], name="excerpt_one_per_clip_and_range"),
            models.CheckConstraint(name="excerpt_end_after_start", condition=Q(end_at__gt=F("start_at"))),
        ]
        indexes = [
            models.Index(fields=["next_run"], name="excerpt_due", condition=Q(state=ExcerptState.WANTED)),
        ]

    def __str__(self) -> str:
        return f"{self.clip} {self.start_at:%H:%M:%S}-{self.end_at:%H:%M:%S}"


class FootageHold(models.Model):
    """Keeps a clip from being purged. Set and lifted by whoever knows why; the text says it."""

    clip = models.ForeignKey(FootageClip, on_delete=models.CASCADE, related_name="holds", verbose_name=_("rekaman"))
    purpose = models.CharField(_("tujuan"), max_length=200)
    until = models.DateTimeField(_("sampai"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("penahanan rekaman")
        verbose_name_plural = _("penahanan rekaman")
        constraints = [models.UniqueConstraint(fields=["clip", "purpose"], name="hold_one_per_purpose")]

    def __str__(self) -> str:
        return self.purpose
