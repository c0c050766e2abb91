"""A citizen's photo on its way: kept without what it should not tell, refused with a reason, in nobody's way."""

from __future__ import annotations

import io
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from PIL import Image

from analytics import services
from jsc_project.supervisor import service_commands
from reports import pipeline
from reports.lifecycle import PhotoState, VerificationState
from reports.models import Incident, Report, ReportPhoto, Verification
from reports.selectors.pipeline import oldest_waiting_s
from reports.services import intake
from reports.services.photos import photo_due
from reports.steps import photo as step
from reports.steps.base import PHOTO
from tests import factories
from tests.cameras import photo_files as files
from tests.pipeline_world import World
from tests.reports.photos import host
from tests.reports.photos.host import NAME, PhotoWeb
from tests.reports.photos.steps import Broken, Sees, reported, stored, taken
from tests.reports.webhook_sender import categories, payload, send

pytestmark = pytest.mark.django_db

POINT = (-6.195, 106.825)
"""Of the reports that the factories make; at noon in Jakarta."""
FAR = (-6.195, 106.852)


# -- Kept ---------------------------------------------------------------------------------


def test_a_photo_is_kept_as_bare_pixels_with_what_it_told_gone(quick: PhotoWeb) -> None:
    at = datetime(2026, 11, 2, 11, 30)
    sent = files.photo(place=FAR, taken=at, shown=files.picture(3000, 2000), orientation=1)
    photo = taken(reported(quick, sent))
    assert photo.state == PhotoState.KEPT
    assert photo.metres_off == pytest.approx(2987, abs=15)
    assert photo.minutes_off == -30
    kept = stored(photo)
    image = Image.open(io.BytesIO(kept))
    assert (image.format, image.size) == ("JPEG", (1600, 1067))
    assert not image.getexif()
    assert "exif" not in image.info
    assert b"Telepon" not in kept
    row = " ".join(str(value) for value in ReportPhoto.objects.values().get(pk=photo.pk).values())
    assert "106.852" not in row, "the differences are kept, and not what they were made from"


def test_the_file_as_it_was_sent_is_nowhere(quick: PhotoWeb, settings: Any) -> None:
    sent = files.photo(place=POINT)
    photo = taken(reported(quick, sent))
    names = [default_storage.path(photo.file.name)]
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert [str(path) for path in kept] == names
    assert all(sent[200:400] not in path.read_bytes() for path in kept)


def test_a_photo_that_says_nothing_of_itself_has_no_differences(quick: PhotoWeb) -> None:
    photo = taken(reported(quick, files.encoded(files.picture())))
    assert (photo.state, photo.metres_off, photo.minutes_off) == (PhotoState.KEPT, None, None)


def test_heads_and_plates_are_hidden_and_the_rest_is_left(quick: PhotoWeb) -> None:
    services.detector_set(Sees(("person", 0.5, 0.2, 0.7, 0.9), ("car", 0.1, 0.5, 0.3, 0.9)))
    shown = np.random.default_rng(1).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    photo = taken(reported(quick, files.encoded(shown, ".png")))
    kept = cv2.imdecode(np.frombuffer(stored(photo), np.uint8), cv2.IMREAD_COLOR)

    def detail(x1: float, y1: float, x2: float, y2: float) -> float:
        part = kept[int(600 * y1) : int(600 * y2), int(800 * x1) : int(800 * x2), 0].astype(np.float32)
        return float(np.abs(cv2.Laplacian(part, cv2.CV_32F)).mean())

    assert detail(0.52, 0.22, 0.68, 0.38) < 0.2 * detail(0.8, 0.1, 0.95, 0.9), "the head"
    assert detail(0.12, 0.75, 0.28, 0.88) < 0.2 * detail(0.8, 0.1, 0.95, 0.9), "where the plate is"
    assert photo.seen == {"person": 1, "car": 1}
    assert not photo.whole_blurred


def test_a_model_that_fails_blurs_the_whole_picture(quick: PhotoWeb) -> None:
    services.detector_set(Broken())
    shown = np.random.default_rng(1).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    photo = taken(reported(quick, files.encoded(shown, ".png")))
    kept = cv2.imdecode(np.frombuffer(stored(photo), np.uint8), cv2.IMREAD_GRAYSCALE).astype(np.float32)
    assert (photo.state, photo.whole_blurred, photo.seen) == (PhotoState.KEPT, True, {})
    assert np.abs(cv2.Laplacian(kept, cv2.CV_32F)).mean() < 3


@pytest.mark.slow
def test_the_real_child_reads_it_as_well(listed: PhotoWeb, world: World, menteng: Any) -> None:
    photo = taken(reported(listed, files.photo(place=POINT)))
    assert (photo.state, photo.metres_off) == (PhotoState.KEPT, 0)


def test_the_clock_of_a_photo_is_compared_in_utc(quick: PhotoWeb) -> None:
    late = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
    photo = taken(reported(quick, files.photo(taken=late, offset="+00:00")))
    assert photo.minutes_off == (late - factories.NOON).total_seconds() / 60


# -- When a row is made ----------------------------------------------------------------------


def test_a_report_without_a_photo_has_none(menteng: Any) -> None:
    assert photo_due(report=factories.report(image_url="")) is None


def test_the_same_claim_is_the_same_photo_and_another_is_another(menteng: Any) -> None:
    report = factories.report(image_url=f"https://{NAME}/1.jpg")
    first, again = photo_due(report=report), photo_due(report=Report.objects.get(pk=report.pk))
    assert first is not None
    assert again is not None
    assert first.pk == again.pk
    Report.objects.filter(pk=report.pk).update(lat=-6.19)
    moved = photo_due(report=Report.objects.get(pk=report.pk))
    assert moved is not None
    assert moved.pk != first.pk


def by_webhook(**changes: Any) -> list[str]:
    """Post a report as Qlue does; the addresses of its photos' rows, oldest first."""
    assert send(payload(**changes)).status_code in {200, 202}
    return list(ReportPhoto.objects.order_by("pk").values_list("url", flat=True))


def test_a_delivery_with_a_photo_makes_its_row_and_an_update_with_another_a_second(db: None) -> None:
    categories()
    intake.ADMITTED.forget()
    one, two = f"https://{NAME}/1.jpg", f"https://{NAME}/2.jpg"
    assert by_webhook(image_url=None) == []
    assert by_webhook(image_url=one) == [one]
    assert by_webhook(image_url=one, text="hanya kata-kata lain") == [one]
    assert by_webhook(image_url=two) == [one, two]
    assert by_webhook(image_url=one) == [one, two], "back to the first: its row is there"
    long_ago = datetime.now(UTC) - timedelta(seconds=200)
    assert send(payload(image_url=f"https://{NAME}/lama.jpg"), at=long_ago).status_code == 200
    assert ReportPhoto.objects.count() == 2, "an update that is not applied brings no photo"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", 5, "https://user:pw@foto.contoh.id/1.jpg"]
)
def test_an_address_that_is_no_link_makes_no_row(url: Any, db: None) -> None:
    categories()
    intake.ADMITTED.forget()
    assert by_webhook(image_url=url) == []


# -- In nobody's way ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_dead_photo_host_delays_no_report(quick: PhotoWeb, world: World) -> None:
    """The photo hangs in its own queue while the report is placed, looked at and decided."""
    world.camera()
    photo = reported(quick, host.silent())
    settled: list[datetime] = []

    def fetch() -> None:
        try:
            pipeline.advance_most_urgent("photos")
        finally:
            settled.append(timezone.now())
            connection.close()

    worker = threading.Thread(target=fetch)
    worker.start()
    deadline = time.monotonic() + 10
    while not quick.server.asked:
        assert time.monotonic() < deadline, "the photo was not asked for"
        time.sleep(0.02)
    while any(pipeline.advance_most_urgent(q) for q in ("intake", "footage", "vision")):
        pass
    decided = Verification.objects.get()
    assert (decided.state, decided.verdict) == (VerificationState.DECIDED, "SUPPORTED")
    assert not settled, "the report had its verdict before the photo had anything"
    quick.server.stopping.set()
    worker.join(20)
    photo.refresh_from_db()
    assert photo.state == PhotoState.DUE
    assert decided.decided_at is not None
    assert decided.decided_at < settled[0]


def test_photos_have_a_queue_and_a_worker_that_they_share_with_nothing() -> None:
    shared = {queue for (kind, _), one in pipeline.STEPS.items() if kind != PHOTO for queue in [one.queue]}
    assert step.STEP.queue not in shared
    served = [c[c.index("-Q") + 1] for c in service_commands("x", 1, Path("var")).values() if "-Q" in c]
    assert "photos" in served


def test_photos_that_wait_do_not_make_the_service_unready(menteng: Any) -> None:
    due = photo_due(report=factories.report(image_url=f"https://{NAME}/1.jpg", state="PLACED"))
    assert due is not None
    ReportPhoto.objects.filter(pk=due.pk).update(next_run=timezone.now() - timedelta(hours=5))
    assert oldest_waiting_s() == 0


def test_what_a_photo_shows_changes_no_verdict(quick: PhotoWeb, world: World) -> None:
    services.detector_set(Sees(("car", 0.1, 0.5, 0.3, 0.9)))
    world.camera()
    world.analyst.verdicts["CAM-1"] = "INCONCLUSIVE"
    photo = reported(quick)
    pipeline.run_until_quiet()
    photo.refresh_from_db()
    incident = Incident.objects.get()
    assert photo.seen == {"car": 1}
    assert incident.verdict == "INCONCLUSIVE"
    assert "foto" not in str(incident.reasons).lower()
