"""A citizen's photo on its way: kept without what it should not tell, refused with a reason, in nobody's way."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Sequence
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
from analytics.detections import Detections
from jsc_project.supervisor import service_commands
from reports import pipeline
from reports.lifecycle import PhotoState, VerificationState
from reports.models import Incident, Report, ReportPhoto, StatusChange, Verification
from reports.photos.prints import bands_near, prints_asked
from reports.selectors.photos import host_free_at
from reports.selectors.pipeline import oldest_waiting_s
from reports.services import intake
from reports.services.photo_desk import photo_ask_again
from reports.services.photos import photo_due, photos_purge
from reports.steps import photo as step
from reports.steps.base import PHOTO, Subject
from tests import factories
from tests.cameras import photo_files as files
from tests.fakes import FakeDetector
from tests.pipeline_world import World
from tests.reports.photos import host
from tests.reports.photos.host import NAME, PhotoWeb
from tests.reports.webhook_sender import categories, payload, send

pytestmark = pytest.mark.django_db

POINT = (-6.195, 106.825)
"""Of the reports that the factories make; at noon in Jakarta."""
FAR = (-6.195, 106.852)


class Sees(FakeDetector):
    """``boxes``: (class, x1, y1, x2, y2) in 0-1, each quite sure."""

    def __init__(self, *boxes: Any) -> None:
        self.boxes = boxes

    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        found = Detections(
            np.array([box[1:] for box in self.boxes], np.float32).reshape(-1, 4),
            np.full(len(self.boxes), 0.9, np.float32),
            tuple(box[0] for box in self.boxes),
        )
        return [found for _ in pictures]


class Broken(FakeDetector):
    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        raise RuntimeError("the model is out of order")


def reported(web: PhotoWeb, body: bytes | host.Answer | None = None, **extra: Any) -> ReportPhoto:
    """A report with a photo that the host serves, and its row, due."""
    number = len(web.server.answers)
    body = files.photo(shown=files.picture(seed=number)) if body is None else body
    url = web.serve(f"/{number}.jpg", host.content(body) if isinstance(body, bytes) else body)
    due = photo_due(report=factories.report(image_url=url, **extra))
    assert due is not None
    return due


def taken(photo: ReportPhoto) -> ReportPhoto:
    """After one try."""
    ReportPhoto.objects.filter(pk=photo.pk).update(next_run=timezone.now())
    pipeline.advance(Subject(PHOTO, photo.pk), PhotoState.DUE)
    photo.refresh_from_db()
    return photo


def stored(photo: ReportPhoto) -> bytes:
    with photo.file.open("rb") as file:
        return bytes(file.read())


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


# -- Refused, and not to be had --------------------------------------------------------------


REFUSED = {
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
    "HTML as JPEG": (b"<html><script>alert(1)</script></html>", "not_a_photo"),
    "50,000 x 50,000": (files.png_of_size(50_000, 50_000), "too_many_pixels"),
    "a polyglot": (files.encoded(files.picture()) + files.zip_file(), "polyglot"),
    "half a photo": (files.encoded(files.picture())[:3000], "truncated"),
    "nothing": (b"", "empty"),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_photo_is_refused_at_once_and_for_good(quick: PhotoWeb, body: bytes, reason: str) -> None:
    photo = taken(reported(quick, body))
    assert (photo.state, photo.reason_code, str(photo.file)) == (PhotoState.REFUSED, reason, "")
    assert StatusChange.objects.filter(subject_kind=PHOTO, subject_id=photo.pk, reason_code=reason).count() == 1
    pipeline.run_until_quiet()
    assert len(quick.server.asked) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://{NAME}/1.jpg", "not_https"),
        ("https://jahat.example/1.jpg", "host_not_listed"),
        ("https://169.254.169.254/latest/", "host_not_listed"),
        ("https://2130706433/", "host_not_listed"),
    ],
)
def test_an_address_that_we_do_not_ask_is_refused_unasked(quick: PhotoWeb, url: str, reason: str) -> None:
    due = photo_due(report=factories.report(image_url=url))
    assert due is not None
    photo = taken(due)
    assert (photo.state, photo.reason_code) == (PhotoState.REFUSED, reason)
    assert quick.net.connections == []


def test_a_listed_name_that_leads_inside_is_refused(quick: PhotoWeb) -> None:
    photo = reported(quick)
    quick.net.names[NAME] = ["10.0.0.7"]
    assert (taken(photo).state, photo.reason_code) == (PhotoState.REFUSED, "address_not_public")
    assert quick.net.connections == []


def test_without_hosts_nothing_is_fetched_and_the_row_says_so(quick: PhotoWeb, settings: Any) -> None:
    settings.JSC_PHOTO_HOSTS = ()
    photo = taken(reported(quick))
    assert (photo.state, photo.reason_code) == (PhotoState.REFUSED, "photos_off")
    assert quick.net.resolved == []


def test_a_host_that_is_down_gets_four_tries_and_no_fifth(quick: PhotoWeb) -> None:
    photo = reported(quick, host.status(503))
    for tries in range(1, step.STEP.max_attempts):
        assert taken(photo).state == PhotoState.DUE
        assert (photo.attempts, photo.trouble) == (tries, "503")
        assert photo.next_run > timezone.now() + timedelta(seconds=60)
    assert taken(photo).state == PhotoState.FAILED
    assert photo.reason_code == "photo_unavailable"
    taken(photo)
    assert len(quick.server.asked) == step.STEP.max_attempts


def test_a_photo_that_is_gone_is_not_asked_for_again(quick: PhotoWeb) -> None:
    photo = taken(reported(quick, host.status(404)))
    assert (photo.state, photo.reason_code) == (PhotoState.FAILED, "photo_gone")


def test_operators_ask_again_for_what_was_refused_or_failed(quick: PhotoWeb, settings: Any, rini: Any) -> None:
    hosts, settings.JSC_PHOTO_HOSTS = settings.JSC_PHOTO_HOSTS, ()
    photo = taken(reported(quick))
    settings.JSC_PHOTO_HOSTS = hosts
    assert photo_ask_again(photo=photo, actor=rini)
    assert taken(photo).state == PhotoState.KEPT
    assert (photo.reason_code, photo.reason_detail) == ("", "")
    assert not photo_ask_again(photo=photo, actor=rini)


# -- One host, many photos -----------------------------------------------------------------


def test_a_host_that_failed_for_three_photos_is_left_alone(quick: PhotoWeb) -> None:
    quick.net.refuse = True
    photos = [reported(quick) for _ in range(5)]
    for photo in photos[:3]:
        assert taken(photo).trouble
    tried = len(quick.net.connections)
    assert taken(photos[3]).state == PhotoState.DUE
    assert (photos[3].attempts, len(quick.net.connections)) == (0, tried), "it waits, and no try is counted"
    assert timezone.now() < photos[3].next_run < timezone.now() + timedelta(minutes=1)
    ReportPhoto.objects.update(tried_at=timezone.now() - timedelta(minutes=2))
    quick.net.refuse = False
    assert taken(photos[4]).state == PhotoState.KEPT
    assert host_free_at(NAME, timezone.now()) is None, "one that answers is trusted again"


def test_another_host_is_not_held_up_by_it(quick: PhotoWeb) -> None:
    for photo in [reported(quick) for _ in range(3)]:
        ReportPhoto.objects.filter(pk=photo.pk).update(tried_at=timezone.now(), trouble="silence")
    assert host_free_at(NAME, timezone.now()) is not None
    assert host_free_at(host.OTHER, timezone.now()) is None


def test_a_host_is_not_asked_more_often_than_the_setting_allows(quick: PhotoWeb, settings: Any) -> None:
    settings.JSC_PHOTO_RATE_PER_MIN = 3
    photos = [taken(reported(quick)) for _ in range(4)]
    assert [photo.state for photo in photos] == ["KEPT", "KEPT", "KEPT", "DUE"]
    assert len(quick.server.asked) == 3
    assert photos[3].next_run > timezone.now() + timedelta(seconds=30)
    ReportPhoto.objects.filter(state="KEPT").update(tried_at=timezone.now() - timedelta(minutes=2))
    assert taken(photos[3]).state == PhotoState.KEPT


def test_a_photo_whose_host_is_down_for_a_day_is_given_up(quick: PhotoWeb) -> None:
    for photo in [reported(quick) for _ in range(3)]:
        ReportPhoto.objects.filter(pk=photo.pk).update(tried_at=timezone.now(), trouble="connect")
    waiting = reported(quick)
    ReportPhoto.objects.filter(pk=waiting.pk).update(due_since=timezone.now() - timedelta(days=2))
    assert (taken(waiting).state, waiting.reason_code) == (PhotoState.FAILED, "photo_unavailable")


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


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads SQLite's own plan")
def test_earlier_photos_are_looked_up_in_an_index_and_nowhere_else() -> None:
    for number, values in enumerate(bands_near(prints_asked(files.picture()))):
        rows = ReportPhoto.objects.filter(**{f"band_{number}__in": sorted(values)}, coarse__isnull=False)
        plan = rows.order_by().values_list("pk", "coarse").explain()
        assert f"COVERING INDEX photo_band_{number}" in plan


def test_the_clock_of_a_photo_is_compared_in_utc(quick: PhotoWeb) -> None:
    late = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
    photo = taken(reported(quick, files.photo(taken=late, offset="+00:00")))
    assert photo.minutes_off == (late - factories.NOON).total_seconds() / 60


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
