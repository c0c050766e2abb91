"""The operators' pages about cameras in trouble: what they tell, what can be done, and that others see none of it."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from analytics import services as analytics_services
from analytics.detections import Detections
from cameras import pictures
from cameras.models import Camera, CameraCheckup, CameraWatch, SourceBreaker
from reports.stills import still_hidden
from tests import factories
from tests.cameras.test_quality import street
from tests.fakes import FakeDetector
from tests.reports import rows

pytestmark = pytest.mark.django_db
WATCHES, LINES, BREAKERS = (
    "/admin/cameras/camerawatch/",
    "/admin/cameras/cameracheckup/",
    "/admin/cameras/sourcebreaker/",
)


@pytest.fixture(autouse=True)
def _blur(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: b"blurred " + picture[:4]])


def still_of(camera: Camera) -> str:
    jpeg = bytes(cv2.imencode(".jpg", street())[1])
    return default_storage.save(f"looks/{camera.pk}/{uuid.uuid4().hex}.jpg", ContentFile(jpeg))


def watched(code: str, reason: str = "", **extra: Any) -> CameraWatch:
    camera = factories.camera(code, source_kind="folder", source_settings={"folder": code}, **extra)
    if reason:
        changed = {"health": "unhealthy", "health_reason": reason, "health_at": factories.NOON}
        Camera.objects.filter(pk=camera.pk).update(**changed)
    return CameraWatch.objects.create(
        camera=camera, looked_at=factories.NOON + timedelta(hours=1), clock_offset_s=-3.24
    )


def page(person: Any, address: str) -> str:
    answer = rows.browser(person).get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_names_the_dead_since_when_and_why_and_leaves_out_the_living(rini: Any) -> None:
    watched("DEAD-1", "source_unreachable: perangkat tidak dapat dihubungi", name="Simpang <b>Sabang</b>")
    watched("ALIVE-1")
    shown = page(rini, WATCHES)
    assert "DEAD-1" in shown
    assert "ALIVE-1" not in shown
    assert "2 Nov 2026 12.00 WIB" in shown
    assert "2 Nov 2026 13.00 WIB" in shown
    assert "Perangkat tidak dapat dihubungi" in shown
    assert "Lain" in shown
    assert "<b>Sabang</b>" not in shown
    assert "ALIVE-1" in page(rini, f"{WATCHES}?kondisi=semua")
    assert "DEAD-1" not in page(rini, f"{WATCHES}?kondisi=belum")


def test_cameras_out_of_use_are_nobodys_trouble(rini: Any) -> None:
    watched("OLD-1", "footage_missing: x", active=False)
    assert "OLD-1" not in page(rini, WATCHES)


def test_the_list_can_be_narrowed_by_reason_also_to_what_a_whole_recorder_did(rini: Any) -> None:
    watched("A-1", "flat: gambar polos")
    watched("B-1", "source_unreachable: x")
    watched("C-1", "recorder 10.0.0.7:80: source_unreachable")
    shown = page(rini, f"{WATCHES}?alasan=source_unreachable")
    assert "A-1" not in shown
    assert "B-1" in shown
    assert "C-1" in shown
    assert "(10.0.0.7:80)" in shown


def test_reasons_are_told_in_the_readers_language(rini: Any) -> None:
    watched("A-1", "flat: gambar polos")
    browser = rows.browser(rini)
    browser.cookies["django_language"] = "en"
    assert "the lens is covered" in browser.get(WATCHES).content.decode()


# --- as a file ------------------------------------------------------------------------------------------------------


def test_the_health_list_comes_as_csv_that_no_spreadsheet_runs(rini: Any) -> None:
    watched("DEAD-1", "source_denied: ditolak, katanya (401)", name='=HYPERLINK("http://x";"y")')
    watched("ALIVE-1", name="@SUM(A1)")
    answer = rows.browser(rini).get(f"{WATCHES}csv/")
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    dead, alive = csv.DictReader(io.StringIO(text))
    assert (dead["code"], dead["health"], dead["reason_code"]) == ("DEAD-1", "unhealthy", "source_denied")
    assert dead["reason"] == "ditolak, katanya (401)"
    assert dead["since"] == "2026-11-02T12:00:00+07:00"
    assert dead["last_look"] == "2026-11-02T13:00:00+07:00"
    assert dead["clock_offset_s"] == "-3.2"
    assert dead["name"].startswith("'=")
    assert (alive["health"], alive["name"]) == ("unknown", "'@SUM(A1)")


# --- one camera -----------------------------------------------------------------------------------------------------


def test_a_cameras_page_tells_its_history_and_offers_what_can_be_done(rini: Any) -> None:
    watch = watched("DEAD-1", "view_moved: pandangan berubah")
    CameraWatch.objects.filter(pk=watch.pk).update(still=still_of(watch.camera), still_at=factories.NOON)
    CameraCheckup.objects.create(camera=watch.camera, health="unhealthy", reason_code="view_moved")
    shown = page(rini, f"{WATCHES}{watch.pk}/change/")
    assert "Pandangan berubah" in shown
    assert 'value="look_now"' in shown
    assert 'value="take_as_reference"' in shown
    assert f"{WATCHES}{watch.pk}/gambar/terakhir/" in shown
    assert f"{LINES}?camera__id__exact={watch.pk}" in shown
    assert "DEAD-1" in page(rini, f"{LINES}?camera__id__exact={watch.pk}")


def test_an_operator_asks_for_a_look_and_it_is_due_at_once(rini: Any) -> None:
    watch = watched("DEAD-1", "flat: x")
    CameraWatch.objects.filter(pk=watch.pk).update(next_look=timezone.now() + timedelta(hours=1))
    sent = {"action": "look_now", "_selected_action": watch.pk}
    answer = rows.browser(rini).post(f"{WATCHES}?kondisi=semua", sent, follow=True)
    assert "1 kamera diperiksa" in answer.content.decode()
    watch.refresh_from_db()
    assert watch.next_look <= timezone.now()


def test_an_operator_confirms_the_new_view_and_the_camera_is_well_again(rini: Any) -> None:
    watch = watched("DEAD-1", "view_moved: x")
    CameraWatch.objects.filter(pk=watch.pk).update(still=still_of(watch.camera), moved_since=factories.NOON)
    blind = watched("DEAD-2", "view_moved: x")
    sent = {"action": "take_as_reference", "_selected_action": [watch.pk, blind.pk]}
    answer = rows.browser(rini).post(f"{WATCHES}?kondisi=semua", sent, follow=True).content.decode()
    assert "DEAD-1: gambar terakhir menjadi acuan" in answer
    assert "DEAD-2: belum ada gambar" in answer
    watch.refresh_from_db()
    assert watch.moved_since is None
    assert default_storage.exists(str(watch.reference))
    assert dict(Camera.objects.values_list("code", "health")) == {"DEAD-1": "healthy", "DEAD-2": "unhealthy"}
    line = CameraCheckup.objects.get()
    assert (line.reason_code, "rini" in line.reason_detail) == ("reference_confirmed", True)


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.fixture
def seen() -> CameraWatch:
    watch = watched("DEAD-1", "flat: x")
    CameraWatch.objects.filter(pk=watch.pk).update(still=still_of(watch.camera), still_at=factories.NOON)
    return watch


def picture_of(watch: CameraWatch, which: str = "terakhir") -> str:
    return reverse("admin:cameras_camerawatch_picture", args=[watch.pk, which])


def test_a_picture_is_shown_blurred_and_never_kept_by_a_proxy(rini: Any, seen: CameraWatch) -> None:
    answer = rows.browser(rini).get(picture_of(seen))
    assert answer.content == b"blurred \xff\xd8\xff\xe0"
    assert answer["Cache-Control"] == "private, no-cache"
    again = rows.browser(rini).get(picture_of(seen), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_nothing_is_shown_when_nothing_hides_the_faces(
    rini: Any, seen: CameraWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(picture: bytes) -> bytes:
        raise RuntimeError("no model")

    monkeypatch.setattr(pictures, "_blurs", [broken])
    assert rows.browser(rini).get(picture_of(seen)).status_code == 404
    monkeypatch.setattr(pictures, "_blurs", [])
    assert rows.browser(rini).get(picture_of(seen)).status_code == 404
    assert "/gambar/" not in page(rini, WATCHES)
    assert "/gambar/" not in page(rini, f"{WATCHES}{seen.pk}/change/")


def test_a_picture_that_is_gone_or_was_never_there_is_not_found(rini: Any, seen: CameraWatch) -> None:
    assert rows.browser(rini).get(picture_of(seen, "acuan")).status_code == 404
    assert rows.browser(rini).get(picture_of(seen, "lain")).status_code == 404
    seen.refresh_from_db()
    default_storage.delete(str(seen.still))
    assert rows.browser(rini).get(picture_of(seen)).status_code == 404


def test_the_services_own_blur_covers_every_head_and_stays_silent_without_a_model() -> None:
    class Crowd(FakeDetector):
        def detect(self, given: Any) -> list[Detections]:
            box = np.array([[0.4, 0.2, 0.6, 0.9]], np.float32)
            return [Detections(box, np.array([0.9], np.float32), ("person",)) for _ in given]

    plain = np.random.default_rng(3).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    jpeg = bytes(cv2.imencode(".jpg", plain, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])
    analytics_services.detector_set(Crowd())
    try:
        shown = cv2.imdecode(np.frombuffer(still_hidden(jpeg), np.uint8), cv2.IMREAD_COLOR)
    finally:
        analytics_services.detector_set(None)
    assert shown is not None
    head, ground = shown[90:130, 290:350], shown[250:350, 20:200]
    assert head.std() < ground.std() / 2
    with pytest.raises(ValueError, match="no picture"):
        still_hidden(b"<html>")


# --- breakers -------------------------------------------------------------------------------------------------------


def test_breakers_are_listed_and_closed_by_hand(rini: Any) -> None:
    until = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
    shut = SourceBreaker.objects.create(
        key="recorder 10.0.0.7:80", phase="open", retry_at=until, reason_code="source_unreachable", since=factories.NOON
    )
    shown = page(rini, BREAKERS)
    assert "recorder 10.0.0.7:80" in shown
    assert "terputus" in shown
    assert "2 Nov 2026 13.00 WIB" in shown
    assert "tidak dapat dihubungi" in shown
    assert page(rini, f"{BREAKERS}{shut.pk}/change/")
    sent = {"action": "try_now", "_selected_action": shut.pk}
    assert "1 sambungan" in rows.browser(rini).post(BREAKERS, sent, follow=True).content.decode()
    shut.refresh_from_db()
    assert (shut.phase, shut.retry_at) == ("closed", None)


# --- who may --------------------------------------------------------------------------------------------------------


def test_a_lurah_sees_none_of_it(bu_sari: Any, seen: CameraWatch) -> None:
    for address in (WATCHES, f"{WATCHES}csv/", f"{WATCHES}{seen.pk}/change/", LINES, BREAKERS, picture_of(seen)):
        assert rows.browser(bu_sari).get(address).status_code in {403, 404}, address
    sent = {"action": "look_now", "_selected_action": seen.pk}
    assert rows.browser(bu_sari).post(WATCHES, sent).status_code in {403, 404}
    assert "camerawatch" not in page(bu_sari, "/admin/")


def test_an_operator_finds_the_pages_in_the_sidebar(rini: Any) -> None:
    shown = page(rini, "/admin/")
    assert all(address in shown for address in (WATCHES, LINES, BREAKERS))


@pytest.mark.parametrize(
    "address",
    [
        f"{WATCHES}?camera__site_type__exact=lain",
        f"{WATCHES}?q=DEAD&kondisi=berfungsi",
        f"{LINES}?health__exact=unhealthy&reason_code=flat",
        f"{BREAKERS}?phase__exact=open",
    ],
)
def test_filters_and_search_answer(rini: Any, seen: CameraWatch, address: str) -> None:
    page(rini, address)
