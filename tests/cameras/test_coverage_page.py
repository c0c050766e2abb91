"""What a camera sees, set on a map: who may, what is refused, and two who set it at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from cameras.models import Camera
from tests import factories
from tests.reports.rows import browser

pytestmark = pytest.mark.django_db

NEAR = [[106.825, -6.195], [106.826, -6.195], [106.826, -6.194], [106.825, -6.195]]


@pytest.fixture
def camera(db: None) -> Camera:
    return factories.camera("CAM-1", drawn_coverage=None)


def page(camera: Camera) -> str:
    return reverse("admin:cameras_camera_coverage", args=[camera.pk])


def sent(person: Any, camera: Camera, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = reverse("admin:cameras_camera_coverage_save", args=[camera.pk])
    return browser(person).post(url, raw, content_type="application/json")


def seen(person: Any, camera: Camera) -> Any:
    return json.loads(json.dumps(browser(person).get(page(camera)).context["data"]["view"]))


def drawn(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_bearing_field_of_view_and_range_make_the_coverage(rini: Any, camera: Camera) -> None:
    before = seen(rini, camera)
    view = {**before, "bearing_deg": 90, "fov_deg": 60, "range_m": 80}
    answer = sent(rini, camera, {"view": view, "seen": before})
    assert (answer.status_code, answer.json()["kind"]) == (200, "derived")
    stored = Camera.objects.get(pk=camera.pk)
    assert (stored.bearing_deg, stored.fov_deg, stored.range_m) == (90, 60, 80)
    assert all(lon >= 106.825 - 1e-7 for lon, _lat in stored.coverage["coordinates"][0]), "it looks east"
    assert stored.history.first().history_user == rini
    lines = stored.history.count()
    again = sent(rini, camera, {"view": view, "seen": seen(rini, camera)})
    assert again.status_code == 200
    assert stored.history.count() == lines, "the same again leaves no line"


def test_a_drawn_polygon_counts_and_can_be_taken_away(rini: Any, camera: Camera) -> None:
    before = seen(rini, camera)
    assert (
        sent(rini, camera, {"view": {**before, "drawn_coverage": drawn(NEAR)}, "seen": before}).json()["kind"]
        == "drawn"
    )
    now = seen(rini, camera)
    assert sent(rini, camera, {"view": {**now, "drawn_coverage": None}, "seen": now}).json()["kind"] == "assumed"


def test_who_comes_second_is_told_and_writes_nothing(rini: Any, camera: Camera) -> None:
    before = seen(rini, camera)
    Camera.objects.filter(pk=camera.pk).update(bearing_deg=10, fov_deg=40, range_m=50)
    answer = sent(rini, camera, {"view": {**before, "range_m": 500}, "seen": before})
    assert (answer.status_code, answer.json()["view"]["range_m"]) == (409, 50)
    assert Camera.objects.get(pk=camera.pk).range_m == 50
    assert sent(rini, camera, {"view": {**before, "range_m": 500}, "seen": answer.json()["view"]}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"lat": None},
        {"drawn_coverage": {"type": {}, "coordinates": []}},
        {"lat": "x"},
        {"lat": True},
        {"lat": 106.8, "lon": -6.2},
        {"lat": 0, "lon": 0},
        {"lat": 52.5, "lon": 13.4},
        {"bearing_deg": 361},
        {"fov_deg": 0},
        {"range_m": 10**400},
        {"range_m": -5},
        {"drawn_coverage": {"type": "Point", "coordinates": [106.8, -6.2]}},
        {"drawn_coverage": "x"},
        {"drawn_coverage": drawn()},
        {"drawn_coverage": drawn([[106.825, -6.195], [106.826, -6.194], [106.826, -6.195], [106.825, -6.194]])},
        {"drawn_coverage": drawn([[lat, lon] for lon, lat in NEAR])},
        {"drawn_coverage": drawn(NEAR[:3] * 400)},
        {"drawn_coverage": drawn([[None, 1], {}, []])},
        {"drawn_coverage": {"type": "GeometryCollection", "geometries": []}},
    ],
)
def test_a_view_that_is_none_is_refused_with_its_field(rini: Any, camera: Camera, change: dict[str, Any]) -> None:
    before = seen(rini, camera)
    answer = sent(rini, camera, {"view": {**before, **change}, "seen": before})
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["problems"]} & {*change, "lat"}
    assert Camera.objects.get(pk=camera.pk).history.count() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"view": {}, "seen": 7}', b'{"view": NaN}', b"[" * 100_000])
def test_a_hostile_body_is_refused(rini: Any, camera: Camera, body: bytes) -> None:
    assert sent(rini, camera, body).status_code == 400
    assert sent(rini, camera, {"view": 7, "seen": seen(rini, camera)}).status_code == 400


def test_only_those_who_may_change_cameras_set_it(bu_sari: Any, camera: Camera, client: Any) -> None:
    from django.contrib.auth.models import Permission

    guest = factories.user("tamu", is_staff=True)
    guest.user_permissions.add(Permission.objects.get(codename="view_camera"))
    assert browser(guest).get(page(camera)).context["data"]["mayEdit"] is False
    assert sent(guest, camera, {"view": {}, "seen": {}}).status_code == 403
    assert browser(bu_sari).get(page(camera)).status_code == 404
    assert sent(bu_sari, camera, {"view": {}, "seen": {}}).status_code == 404
    assert client.get(page(camera)).status_code == 302
    assert browser(guest).get(page(camera).replace(str(camera.pk), "9" * 25)).status_code == 404


def test_the_map_shows_neighbours_with_what_is_assumed_and_the_borders_around(
    rini: Any, camera: Camera, menteng: Any
) -> None:
    factories.camera("DEKAT", lat=camera.lat + 0.001, drawn_coverage=None)
    factories.camera("JAUH", lat=camera.lat + 0.05)
    data = browser(rini).get(page(camera)).context["data"]
    assert [(one["code"], one["assumed"]) for one in data["neighbours"]] == [("DEKAT", True)]
    assert [one["name"] for one in data["outlines"]] == ["Menteng"]
