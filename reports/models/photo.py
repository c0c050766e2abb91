"""A citizen's photo: where it is, how far we are with it, and what is kept of it."""

from __future__ import annotations

import hashlib
import uuid
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jsc_project.lib.claims import Claimable
from jsc_project.lib.geo import LatLon
from reports.lifecycle import PhotoState
from reports.models.intake import Report

BANDS = 4
"""As in ``reports.photos.prints``, which needs OpenCV, and a process that only records must not load that."""


class ReportPhoto(Claimable):
    """The photo of one report under one claim (address, place, time); another claim gets a row of its own.

    Kept are a picture with faces and plates hidden, the differences between what the file said of place and time
    and what the report says, and two prints to know it by. Never the file, and never what it said.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """In addresses, in place of the number."""
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="photos", verbose_name=_("laporan"))
    url = models.TextField(_("alamat"))
    host = models.CharField(_("host"), max_length=253, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    happened_at = models.DateTimeField()
    claim_sha256 = models.CharField(max_length=64)
    """Of the address, place and time copied here, so that an edit midway changes nothing under the work."""
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    due_since = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=60, blank=True)
    """Of its host at the last try; empty when it answered."""
    settled_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.CharField(_("alasan"), max_length=60, blank=True)
    reason_detail = models.CharField(max_length=300, blank=True)
    file = models.FileField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    whole_blurred = models.BooleanField(default=False)
    metres_off = models.PositiveIntegerField(null=True, blank=True)
    minutes_off = models.IntegerField(null=True, blank=True)
    """Taken this much after the time that was reported; negative: before. None: the file did not say."""
    seen = models.JSONField(default=dict, blank=True)
    """Class -> how many of it the detector saw."""
    coarse = models.BigIntegerField(null=True, blank=True)
    fine = models.CharField(max_length=64, blank=True)
    band_0 = models.PositiveIntegerField(null=True, blank=True)
    band_1 = models.PositiveIntegerField(null=True, blank=True)
    band_2 = models.PositiveIntegerField(null=True, blank=True)
    band_3 = models.PositiveIntegerField(null=True, blank=True)
    same_as = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="used_again_by")
    """The first photo known that this one repeats."""

    class Meta:
        verbose_name = _("foto warga")
        verbose_name_plural = _("foto warga")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["report", "claim_sha256"], name="photo_one_per_claim")]
        indexes = [
            models.Index(fields=["next_run"], name="photo_due", condition=Q(state=PhotoState.DUE)),
            models.Index(fields=["host", "tried_at"], name="photo_host_tries"),
            # With the print itself, so that what is compared is read from the index alone.
            *(
                models.Index(fields=[f"band_{n}", "coarse"], name=f"photo_band_{n}", condition=Q(coarse__isnull=False))
                for n in range(BANDS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.state}"

    @property
    def point(self) -> LatLon:
        return LatLon(lat=self.lat, lon=self.lon)


def photo_claim(report: Report) -> str:
    """What a photo is judged against, as a hash: another address, place or time is another claim."""
    told = (report.image_url, repr(report.lat), repr(report.lon), report.happened_at.isoformat())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def photo_host(url: str) -> str:
    """For lists and limits only; whether it may be asked is decided on the address itself."""
    try:
        return (urlsplit(url).hostname or "")[:253]
    except ValueError:
        return ""
