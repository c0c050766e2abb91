"""Rows of photos, as after their step."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from reports.models import Report, ReportPhoto
from reports.models.photo import photo_claim
from tests.reports import rows


def photographed(report: Report, **fields: Any) -> ReportPhoto:
    """A report with a photo, as after its step; ``state`` REFUSED and the like without a picture."""
    Report.objects.filter(pk=report.pk).update(image_url=f"https://foto.contoh.id/{report.pk}.jpg?kunci=rahasia")
    report.refresh_from_db()
    photo = ReportPhoto(
        report=report,
        url=report.image_url,
        host="foto.contoh.id",
        lat=report.lat,
        lon=report.lon,
        happened_at=report.happened_at,
        claim_sha256=photo_claim(report),
        **{"state": "KEPT", "width": 640, "height": 360, "sha256": f"{report.pk:064x}", **fields},
    )
    if photo.state == "KEPT":
        photo.file.save(f"photos/{photo.key}.jpg", ContentFile(rows.jpeg()), save=False)
    photo.save()
    return photo
