"""Zones and the view they belong to: confirmed by a tap, moved by a proposal, drawn anew; and what operators see."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.storage import default_storage

from cameras import pictures
from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.frame import Picture
from cameras.models import Camera, CameraBackground, CameraCheckup, CameraView, CameraWatch, Zone
from cameras.patrol.shift import polygon_moved, shift_between
from cameras.services.pictures import LOOKS, REFERENCES, picture_save, picture_saved
from cameras.services.views import (
    NoPicture,
    PictureReplaced,
    ProposalChanged,
    picture_mark,
    reference_confirm,
    view_ensure,
    zones_drawn,
    zones_move,
    zones_proposal,
    zones_view,
    zones_view_confirm,
)
from tests import factories
from tests.cameras.test_quality import noisy, street
from tests.reports import rows

pytestmark = pytest.mark.django_db
WATCHES, CAMERAS = "/admin/cameras/camerawatch/", "/admin/cameras/camera/"
POLYGON = [[0.3, 0.5], [0.7, 0.5], [0.7, 0.9], [0.3, 0.9]]


@pytest.fixture(autouse=True)
def _blur(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: b"blurred " + picture[:4]])


def slipped(dx: float = 0.06, dy: float = 0.02, turn_deg: float = 0.0) -> Picture:
    """The street through a camera whose mount gave way: all stands ``dx``, ``dy`` further, shares of the width."""
    large = cv2.copyMakeBorder(street(), 60, 60, 100, 100, cv2.BORDER_REFLECT_101)
    matrix = cv2.getRotationMatrix2D((420, 240), turn_deg, 1.0)
    matrix[:, 2] += (dx * 640, dy * 640)
    moved = cv2.warpAffine(large, matrix, large.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)
    return np.ascontiguousarray(moved[60:420, 100:740])


def watched(still: Picture, code: str = "CAM-1", **extra: Any) -> CameraWatch:
    camera = factories.camera(code, source_kind="folder", source_settings={"folder": code})
    Zone.objects.create(camera=camera, kind="no_stopping", polygon=POLYGON, name="Kerb")
    names = {"reference": picture_save(REFERENCES, camera.pk, street()), "still": picture_save(LOOKS, camera.pk, still)}
    made = CameraWatch.objects.create(
        camera=camera, reference_at=factories.NOON, still_at=factories.NOON, **names, **extra
    )
    view_ensure(made)
    return made


def moved(still: Picture | None = None, code: str = "CAM-1") -> CameraWatch:
    made = watched(slipped() if still is None else still, code, moved_since=factories.NOON)
    made.camera.__class__.objects.filter(pk=made.pk).update(health="unhealthy", health_reason="view_moved: x")
    return made


# --- services ---------------------------------------------------------------------------------------------------------


def test_one_tap_lets_the_zones_count_again_and_history_says_whose(rini: Any) -> None:
    watch = moved()
    version = watch.camera.zones_version
    view = zones_view_confirm(watch.camera, rini)
    watch.refresh_from_db()
    watch.camera.refresh_from_db()
    assert (watch.moved_since, watch.view, watch.reference) == (None, view, view.file)
    assert (view.number, view.how, view.actor) == (2, "confirmed", "rini")
    zone = Zone.objects.get()
    assert (zone.view, zone.polygon) == (view, POLYGON)
    assert zone.history.first().history_user == rini
    assert watch.camera.zones_version > version
    assert watch.camera.health == "healthy"
    assert "rini" in CameraCheckup.objects.first().reason_detail  # type: ignore[union-attr]
    assert zones_view(watch.camera).stale_since is None


def test_a_new_reference_alone_does_not_bring_stale_zones_back(rini: Any) -> None:
    watch = moved()
    old = watch.view
    reference_confirm(watch.camera, rini)
    watch.refresh_from_db()
    assert (watch.moved_since, watch.zones_stale_since) == (None, factories.NOON)
    known = zones_view(watch.camera)
    assert (known.view, known.stale_since) == (old, factories.NOON)
    assert default_storage.exists(str(old.file))  # type: ignore[union-attr]
    zones_view_confirm(watch.camera, rini)
    assert zones_view(watch.camera).stale_since is None
    assert not default_storage.exists(str(old.file))  # type: ignore[union-attr]
    assert CameraView.objects.filter(file="").count() == 2  # the rows outlive their pictures


def test_without_zones_a_new_reference_is_all_there_is(rini: Any) -> None:
    watch = moved()
    Zone.objects.all().delete()
    reference_confirm(watch.camera, rini)
    watch.refresh_from_db()
    assert watch.zones_stale_since is None


def test_zones_drawn_on_the_last_still_confirm_it_and_those_on_the_reference_do_not(rini: Any) -> None:
    watch = moved()
    view = zones_drawn(watch.camera, rini, "acuan")
    watch.refresh_from_db()
    assert (view, watch.moved_since) == (watch.view, factories.NOON)
    view = zones_drawn(watch.camera, rini, "terakhir")
    watch.refresh_from_db()
    assert (view, view.how, watch.moved_since) == (watch.view, "drawn", None)  # type: ignore[union-attr]
    assert zones_drawn(factories.camera("NEW"), rini, "terakhir") is None


def test_a_person_speaks_of_the_picture_they_saw_and_of_none_that_came_meanwhile(rini: Any) -> None:
    watch = moved()
    seen = picture_mark(str(watch.still))
    CameraWatch.objects.update(still=picture_save(LOOKS, watch.pk, street()))
    with pytest.raises(PictureReplaced):
        zones_view_confirm(watch.camera, rini, seen=seen)
    client, camera = rows.browser(rini), Camera.objects.get(pk=watch.pk)
    assert client.post(f"{WATCHES}{watch.pk}/zona-tepat/", {"picture": seen}).status_code == 302
    zones = [{"id": Zone.objects.get().pk, "kind": "road", "polygon": POLYGON}]
    body = {"version": camera.zones_version, "zones": zones, "on": "terakhir", "picture": seen}
    saved = client.post(f"{CAMERAS}{watch.pk}/zona/simpan/", body, content_type="application/json").json()
    assert "gambar lain" in saved["words"]
    assert Zone.objects.get().kind == "road"
    assert CameraWatch.objects.get().moved_since is not None, "nobody has seen what the camera shows now"

    now = client.get(f"{CAMERAS}{watch.pk}/zona/keadaan/").json()["mark"]
    again = {**body, "version": saved["version"], "picture": now}
    assert client.post(f"{CAMERAS}{watch.pk}/zona/simpan/", again, content_type="application/json").status_code == 200
    assert CameraWatch.objects.get().moved_since is None


def test_there_is_nothing_to_confirm_before_a_picture_came(rini: Any) -> None:
    with pytest.raises(NoPicture):
        zones_view_confirm(factories.camera(), rini)


# --- the proposal -----------------------------------------------------------------------------------------------------


def test_zones_of_a_camera_that_slipped_are_proposed_where_they_lie_now_and_moved_by_a_person_alone(rini: Any) -> None:
    watch = moved(noisy(slipped(0.06, 0.02)))
    proposal = zones_proposal(watch.camera)
    assert proposal is not None
    [(kind, _name, old, new)] = proposal.zones
    assert (kind, old) == ("no_stopping", POLYGON)
    for x, y in POLYGON:
        assert min(np.hypot(a - x - 0.06, b - y - 0.02 * 640 / 360) for a, b in new) < 0.01
    assert Zone.objects.get().polygon == POLYGON
    view = zones_move(watch.camera, rini, proposal.digest)
    zone = Zone.objects.get()
    assert (zone.polygon, zone.view, view.how) == (new, view, "moved")
    assert view.notes["dx"] == pytest.approx(0.06, abs=0.01)
    assert zones_view(watch.camera).stale_since is None
    assert zones_proposal(watch.camera) is None


def test_what_was_shown_is_what_is_accepted(rini: Any) -> None:
    watch = moved()
    proposal = zones_proposal(watch.camera)
    assert proposal is not None
    Zone.objects.get().save()  # somebody else was here
    with pytest.raises(ProposalChanged):
        zones_move(watch.camera, rini, proposal.digest)
    assert Zone.objects.get().polygon == POLYGON


@pytest.mark.parametrize(
    "still",
    [
        pytest.param(np.ascontiguousarray(np.rot90(street(), 2)), id="another view"),
        pytest.param(np.asarray(cv2.resize(street()[90:270, 160:480], (640, 360)), np.uint8), id="zoomed in"),
        pytest.param(street(), id="in place"),
    ],
)
def test_nothing_is_proposed_for_another_view_or_the_same(still: Picture) -> None:
    assert zones_proposal(moved(still).camera) is None


def test_a_zone_that_leaves_the_picture_is_a_persons_to_draw() -> None:
    watch = moved(slipped(0.1))
    Zone.objects.update(polygon=[[0.9, 0.2], [1.0, 0.2], [1.0, 0.4], [0.9, 0.4]])
    assert zones_proposal(watch.camera) is None


@pytest.mark.parametrize(("dx", "dy", "turn"), [(0.04, 0.0, 0.0), (-0.08, 0.03, 0.0), (0.03, -0.02, 2.0)])
def test_the_shift_of_real_cameras_is_measured_to_two_hundredths(
    dx: float, dy: float, turn: float, testdata: Path
) -> None:
    for path in sorted((testdata / "video").iterdir()):
        with read_frames(path, SamplePlan("rate", fps=0.2)) as stream:
            first, *_others, last = [frame.picture for frame in stream]
        height, width = first.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
        matrix[:, 2] += (dx * width, dy * width)
        now = np.asarray(cv2.warpAffine(last, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)
        found = shift_between(first, now)
        assert found is not None, path.name
        points = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.8]])
        wanted = (np.c_[points * (width, height), np.ones(3)] @ matrix.T) / (width, height)
        assert np.abs(np.array(found.moved(points.tolist())) - wanted).max() < 0.02, path.name
        assert polygon_moved(POLYGON, found) is not None


# --- what operators see and do ----------------------------------------------------------------------------------------


def page(person: Any, address: str) -> str:
    answer = rows.browser(person).get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_page_tells_since_when_zones_do_not_count_and_draws_them_on_what_the_camera_shows(rini: Any) -> None:
    watch = moved()
    shown = page(rini, f"{WATCHES}{watch.pk}/change/")
    assert "Zona tidak berlaku: pandangan berubah sejak 2 Nov 2026 12.00 WIB." in shown
    assert shown.count("<polygon") == 2  # where it is, and where it is proposed
    assert 'stroke-dasharray="6 5"' in shown
    assert "Geser zona seperti usulan" in shown
    assert "Zona tidak berlaku" in page(rini, f"{CAMERAS}{watch.pk}/change/")


def test_an_operators_tap_confirms_and_another_accepts_the_proposal(rini: Any) -> None:
    one, two = moved(), moved(code="CAM-2")
    browser = rows.browser(rini)
    assert browser.get(f"{WATCHES}{one.pk}/zona-tepat/").status_code == 405
    assert browser.post(f"{WATCHES}{one.pk}/zona-tepat/").status_code == 302
    assert CameraWatch.objects.get(pk=one.pk).moved_since is None
    assert Zone.objects.get(camera=one.camera).polygon == POLYGON
    proposal = zones_proposal(two.camera)
    assert proposal is not None
    browser.post(f"{WATCHES}{two.pk}/zona-geser/", {"digest": "other"})
    assert Zone.objects.get(camera=two.camera).polygon == POLYGON
    browser.post(f"{WATCHES}{two.pk}/zona-geser/", {"digest": proposal.digest})
    assert Zone.objects.get(camera=two.camera).polygon != POLYGON


def test_cameras_whose_zones_do_not_count_are_a_filter_and_a_file(rini: Any) -> None:
    moved()
    watched(street(), "CAM-2")
    bare = moved(code="CAM-3")
    Zone.objects.filter(camera=bare.camera).delete()
    stale = page(rini, f"{CAMERAS}?zona=tidak_berlaku")
    assert "CAM-1" in stale
    assert "CAM-2" not in stale
    assert "CAM-3" not in stale
    fit = page(rini, f"{CAMERAS}?zona=berlaku")
    assert "CAM-2" in fit
    assert "CAM-1" not in fit
    assert "CAM-1" in page(rini, f"{WATCHES}?zona=tidak_berlaku&kondisi=semua")
    answer = rows.browser(rini).get(f"{WATCHES}csv-zona/")
    [line] = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (line["code"], line["view_moved_since"]) == ("CAM-1", "2026-11-02T12:00:00+07:00")


def background(watch: CameraWatch) -> CameraBackground:
    name, sha256 = picture_saved("backgrounds", watch.pk, street())
    return CameraBackground.objects.create(
        camera=watch.camera, view=watch.view, part="pagi", version=4, file=name, sha256=sha256, looks=13,
        first_look_at=factories.NOON, last_look_at=factories.NOON, changed_share=0.012,
    )  # fmt: skip


def test_backgrounds_are_shown_by_part_of_the_day_blurred(rini: Any) -> None:
    watch = watched(street())
    row = background(watch)
    shown = page(rini, f"{CAMERAS}{watch.pk}/change/")
    assert f'<img loading="lazy" alt="" src="{WATCHES}{watch.pk}/latar/{row.pk}/?kecil">' in shown
    assert "versi 4 dari 13 gambar" in shown
    assert "berubah 1,2 % dari versi sebelumnya" in shown or "berubah 1.2 % dari versi sebelumnya" in shown
    assert "Belum ada untuk: malam, fajar, siang, sore, senja." in shown
    answer = rows.browser(rini).get(f"{WATCHES}{watch.pk}/latar/{row.pk}/")
    assert answer.content.startswith(b"blurred ")
    assert answer["Cache-Control"] == "private, no-cache"


def test_of_privacy_zones_the_pages_of_health_and_backgrounds_show_nothing(
    rini: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: picture])
    watch = watched(street())
    addresses = (f"latar/{background(watch).pk}/", "gambar/terakhir/", "gambar/acuan/")
    client = rows.browser(rini)

    def corner(address: str) -> Any:
        answer = client.get(f"{WATCHES}{watch.pk}/{address}")
        assert answer.status_code == 200, address
        shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        return shown[: shown.shape[0] // 3, : shown.shape[1] // 3]

    assert all(corner(address).std(axis=(0, 1)).max() > 10 for address in addresses)
    factories.zone(watch.camera, "privacy", [[0, 0], [0.4, 0], [0.4, 0.4], [0, 0.4]])
    assert all(corner(address).std(axis=(0, 1)).max() < 3 for address in addresses)


def test_others_see_and_do_none_of_it(bu_sari: Any) -> None:
    watch = moved()
    row = background(watch)
    browser = rows.browser(bu_sari)
    for address in (f"latar/{row.pk}/", "zona-tepat/", "zona-geser/"):
        assert browser.get(f"{WATCHES}{watch.pk}/{address}").status_code in {302, 403, 404}
        assert browser.post(f"{WATCHES}{watch.pk}/{address}").status_code in {302, 403, 404, 405}
    assert CameraWatch.objects.get().moved_since is not None


def test_a_background_of_another_camera_is_not_found_by_counting(rini: Any) -> None:
    one, two = watched(street()), watched(street(), "CAM-2")
    row = background(one)
    assert rows.browser(rini).get(f"{WATCHES}{two.pk}/latar/{row.pk}/").status_code == 404
    assert rows.browser(rini).get(f"{WATCHES}{one.pk}/latar/{2**70}/").status_code == 404
