"""Who looked at footage that is not blurred, at what, when and why."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models import ClipExcerpt, FootageClip
from reports.models.append_only import AppendOnly


class FootageLook(AppendOnly):
    """One look at the original of one range of one clip; the row is the grant, and is written before anything is shown.

    Appended, never changed and never deleted: what it says is copied into it (names, range), so that nothing
    that happens to other rows changes it. Those it points to cannot be deleted. Each has its line in the access log,
    written in the same transaction, which proves what stands here.
    """

    class Why(models.TextChoices):
        CHECK = "check", _("Memastikan kejadian")
        ACT = "act", _("Menyiapkan tindak lanjut di lapangan")
        COMPLAINT = "complaint", _("Menjawab keberatan warga")
        OFFICIAL = "official", _("Permintaan resmi (kepolisian, pengadilan)")
        TECHNICAL = "technical", _("Masalah teknis kamera")
        OTHER = "other", _("Lainnya")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """In addresses, in place of the number."""
    at = models.DateTimeField(_("kapan"), default=timezone.now)
    until = models.DateTimeField(_("berlaku sampai"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("siapa")
    )
    username = models.CharField(_("nama pengguna"), max_length=150)
    clip = models.ForeignKey(FootageClip, on_delete=models.PROTECT, related_name="looks", verbose_name=_("rekaman"))
    camera_code = models.CharField(_("kamera"), max_length=100)
    start_at = models.DateTimeField(_("mulai"))
    end_at = models.DateTimeField(_("selesai"))
    incident = models.ForeignKey(
        "reports.Incident",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="looks",
        verbose_name=_("kejadian"),
    )
    why = models.CharField(_("untuk apa"), max_length=12, choices=Why.choices)
    reason = models.CharField(_("alasan"), max_length=300)
    address = models.GenericIPAddressField(_("alamat"), null=True, blank=True)

    class Meta:
        verbose_name = _("penayangan rekaman asli")
        verbose_name_plural = _("penayangan rekaman asli")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.username} {self.camera_code} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_current(self) -> bool:
        return timezone.now() < self.until

    @property
    def excerpt(self) -> ClipExcerpt | None:
        """What is shown; by clip and range, because excerpts go when their clip is purged and looks stay."""
        same = {"clip_id": self.clip_id, "start_at": self.start_at, "end_at": self.end_at}
        return ClipExcerpt.objects.filter(**same).select_related("clip").first()
