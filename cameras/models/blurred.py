"""Parts of clips that anybody who may see the case may play: nobody can be made out in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cameras.footage.states import ExcerptState
from cameras.models.clip import FootageClip
from jsc_project.lib.claims import Claimable


class BlurredExcerpt(Claimable):
    """A short part of a clip with heads and plates made coarse; made when somebody first asks for it.

    A table of its own beside ``ClipExcerpt``, whose rows are originals: what serves one cannot serve the other by
    mistake.
    """

    clip = models.ForeignKey(FootageClip, on_delete=models.CASCADE, related_name="blurred", verbose_name=_("rekaman"))
    start_at = models.DateTimeField(_("mulai"))
    end_at = models.DateTimeField(_("selesai"))
    progress = models.PositiveSmallIntegerField(_("kemajuan (%)"), default=0, editable=False)
    """Percent of the work done; of the try under way."""
    file = models.FileField(_("berkas"), upload_to="blurred", blank=True, max_length=300)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    media_start_at = models.DateTimeField(null=True, blank=True)
    notes = models.JSONField(default=dict, blank=True)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cuplikan yang disamarkan")
        verbose_name_plural = _("cuplikan yang disamarkan")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["clip", "start_at", "end_at"], name="blurred_one_per_clip_and_range"),
            models.CheckConstraint(name="blurred_end_after_start", condition=Q(end_at__gt=F("start_at"))),
        ]
        indexes = [
            models.Index(fields=["next_run"], name="blurred_due", condition=Q(state=ExcerptState.WANTED)),
        ]

    def __str__(self) -> str:
        return f"{self.clip} {self.start_at:%H:%M:%S}-{self.end_at:%H:%M:%S}"
