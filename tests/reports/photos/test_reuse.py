"""A photo that was used before is flagged with the earlier case; what is no longer needed of a photo is forgotten."""

from __future__ import annotations

from datetime import timedelta

import cv2
import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from reports.models import Report, ReportPhoto
from reports.photos.prints import bands_near, prints_asked
from reports.services.photos import photo_due, photos_purge
from tests.cameras import photo_files as files
from tests.reports.photos import host
from tests.reports.photos.host import PhotoWeb
from tests.reports.photos.steps import reported, taken

pytestmark = pytest.mark.django_db


# -- Used before -------------------------------------------------------------------------------


def test_a_photo_that_was_used_before_is_flagged_with_the_earlier_case(quick: PhotoWeb) -> None:
    shown = files.picture(1200, 900)
    first = taken(reported(quick, files.encoded(shown)))
    small = cv2.resize(shown[14:-14, 18:-18], (600, 450), interpolation=cv2.INTER_AREA)
    again = taken(reported(quick, files.encoded(small, ".jpg", cv2.IMWRITE_JPEG_QUALITY, 60)))
    other = taken(reported(quick, files.encoded(files.picture(1200, 900, seed=99))))
    assert (first.same_as_id, again.same_as_id, other.same_as_id) == (None, first.pk, None)


def test_it_is_the_first_of_several_that_is_named(quick: PhotoWeb) -> None:
    shown = files.encoded(files.picture(1200, 900))
    rows = [taken(reported(quick, shown)) for _ in range(3)]
    assert [row.same_as_id for row in rows] == [None, rows[0].pk, rows[0].pk]


def test_whichever_photo_comes_first_the_later_report_is_flagged(quick: PhotoWeb) -> None:
    shown = files.encoded(files.picture(1200, 900))
    early, late = reported(quick, shown), reported(quick, shown)
    taken(late)
    taken(early)
    late.refresh_from_db()
    assert (early.same_as_id, late.same_as_id) == (None, early.pk)


def test_two_photos_of_one_report_are_no_reuse(quick: PhotoWeb) -> None:
    shown = files.encoded(files.picture(1200, 900))
    first = taken(reported(quick, shown))
    url = quick.serve("/again.jpg", host.content(shown))
    Report.objects.filter(pk=first.report_id).update(image_url=url)
    second = photo_due(report=Report.objects.get(pk=first.report_id))
    assert second is not None
    assert taken(second).same_as_id is None


def test_after_two_years_nobody_is_reminded(quick: PhotoWeb) -> None:
    shown = files.encoded(files.picture(1200, 900))
    first = taken(reported(quick, shown))
    ReportPhoto.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=731))
    assert taken(reported(quick, shown)).same_as_id is None


def test_black_photos_are_not_each_other(quick: PhotoWeb) -> None:
    black = files.encoded(np.zeros((600, 800, 3), np.uint8), ".png")
    rows = [taken(reported(quick, black)) for _ in range(2)]
    assert [(row.state, row.coarse, row.same_as_id) for row in rows] == [("KEPT", None, None)] * 2


def test_earlier_photos_are_looked_up_in_an_index_and_nowhere_else() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads SQLite's own plan")
    for number, values in enumerate(bands_near(prints_asked(files.picture()))):
        rows = ReportPhoto.objects.filter(**{f"band_{number}__in": sorted(values)}, coarse__isnull=False)
        plan = rows.order_by().values_list("pk", "coarse").explain()
        assert f"COVERING INDEX photo_band_{number}" in plan


# -- Forgotten ---------------------------------------------------------------------------------


def replaced(web: PhotoWeb) -> ReportPhoto:
    """The first photo of a report that has another one now."""
    first = taken(reported(web))
    second = web.serve("/second.jpg", host.content(files.encoded(files.picture(seed=50))))
    Report.objects.filter(pk=first.report_id).update(image_url=second)
    again = photo_due(report=Report.objects.get(pk=first.report_id))
    assert again is not None
    assert taken(again).file
    return first


def test_the_picture_of_a_photo_that_was_replaced_goes_and_the_new_one_stays(quick: PhotoWeb) -> None:
    first = replaced(quick)
    name = first.file.name
    assert photos_purge(timezone.now()) == {"pictures": 1, "prints": 0}
    assert not default_storage.exists(name)
    assert ReportPhoto.objects.exclude(file="").get().report_id == first.report_id
    assert photos_purge(timezone.now()) == {"pictures": 0, "prints": 0}


def test_prints_go_when_they_are_no_longer_compared(quick: PhotoWeb) -> None:
    photo = taken(reported(quick))
    assert photo.coarse is not None
    ReportPhoto.objects.update(created_at=timezone.now() - timedelta(days=731))
    assert photos_purge(timezone.now()) == {"pictures": 0, "prints": 1}
    photo.refresh_from_db()
    assert (photo.coarse, photo.fine, photo.band_0) == (None, "", None)
    assert photo.file
