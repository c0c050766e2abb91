"""What our own recorder keeps of cameras that nobody else records."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.footage.window import TimeWindow, clipped
from cameras.models.camera import Camera


class RingDemand(models.Model):
    """Somebody needs this camera recorded until ``until``: set when a report is matched to a camera without a past."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="ring_demands")
    purpose = models.CharField(max_length=200)
    since = models.DateTimeField(null=True, blank=True)
    """From when on it is needed, where that is before it was asked for (a camera that is recorded anyway)."""
    until = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["camera", "purpose"], name="ring_demand_one_per_purpose")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.purpose}"


class RingChannel(models.Model):
    """How the recording of one camera goes. ``phase``: ``recording``, ``lost`` (with why), ``stopped``.

    ``owner``, ``token`` and ``lease_until`` claim it, so that of several recorders one records. A camera whose stream
    brought the recorder down ``crashes`` times is left alone until ``set_aside_until``.
    """

    class Phase(models.TextChoices):
        RECORDING = "recording", _("merekam")
        LOST = "lost", _("terputus")
        STOPPED = "stopped", _("berhenti")

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, primary_key=True, related_name="ring_channel")
    phase = models.CharField(_("keadaan"), max_length=10, choices=Phase.choices, default=Phase.STOPPED)
    since = models.DateTimeField(_("sejak"), default=timezone.now)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    reason_detail = models.CharField(max_length=300, blank=True)
    last_segment_at = models.DateTimeField(_("potongan terakhir"), null=True, blank=True)
    owner = models.CharField(_("perekam"), max_length=120, blank=True, editable=False)
    token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    crashes = models.PositiveSmallIntegerField(_("kali menjatuhkan perekam"), default=0, editable=False)
    set_aside_until = models.DateTimeField(_("dikesampingkan sampai"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("perekaman sendiri")
        verbose_name_plural = _("perekaman sendiri")

    def __str__(self) -> str:
        return f"{self.camera_id} {self.phase}"


class RingSegment(models.Model):
    """One stored segment. ``start_at``, ``end_at``: true time of its first showable frame and of its end.

    ``stretches``: ``[[from_s, to_s], ...]`` from its start where it has holes of over a second; else empty.
    """

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="ring_segments")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    stretches = models.JSONField(default=list, blank=True)
    file = models.FileField(upload_to="ring", max_length=300)
    size_bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["camera", "start_at"]
        constraints = [models.CheckConstraint(name="ring_end_after_start", condition=Q(end_at__gt=F("start_at")))]
        indexes = [
            models.Index(fields=["camera", "start_at"], name="ring_of_camera"),
            # Retention deletes the oldest of all cameras first.
            models.Index(fields=["start_at"], name="ring_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.start_at:%Y-%m-%d %H:%M:%S}"

    @property
    def window(self) -> TimeWindow:
        return TimeWindow(self.start_at, self.end_at)

    @property
    def shown(self) -> list[TimeWindow]:
        """The stretches of true time that its pictures show."""
        if not self.stretches:
            return [self.window]
        bounds = (
            (self.start_at + timedelta(seconds=a), self.start_at + timedelta(seconds=b)) for a, b in self.stretches
        )
        return clipped([TimeWindow(start, end) for start, end in bounds if start < end], self.window)


class RecorderBeat(models.Model):
    """A recorder process that lives. Without one, a live-only camera has to be captured by the pull itself."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()
    cameras = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
