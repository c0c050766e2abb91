"""Drawing zones: who may, what is refused, and that nobody's work is lost when two draw at once."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.zones import zones_parse
from cameras import pictures
from cameras.models import Camera, CameraWatch, Zone
from cameras.rules import zone_problems
from cameras.services.references import LOOKS, REFERENCES, picture_save
from cameras.services.zones import ZonesChanged, zones_file, zones_save
from cameras.zone_drafts import ZonesRefused, ZonesUnreadable, content_of, drafts_read
from tests import factories
from tests.reports.rows import browser

pytestmark = pytest.mark.django_db

ROAD = {"kind": "road", "name": "utara", "polygon": [[0.3, 0.9], [0.4, 0.3], [0.6, 0.3], [0.8, 0.9]]}
GROUND = [[0.3, 0.9, 0, 0], [0.8, 0.9, 10, 0], [0.6, 0.3, 10, 40], [0.4, 0.3, 0, 40]]


@pytest.fixture
def camera(db: None) -> Camera:
    return factories.camera("CAM-1", source_kind="folder")


def at(name: str, camera: Camera, *extra: Any) -> str:
    return reverse(f"admin:cameras_camera_zones{name}", args=[camera.pk, *extra])


def sent(client: Client, url: str, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(url, raw, content_type="application/json")


def saved(client: Client, camera: Camera, zones: Any, version: int | None = None) -> Any:
    camera.refresh_from_db()
    body = {"version": camera.zones_version if version is None else version, "zones": zones}
    return sent(client, at("_save", camera), body)


# -- Storing ------------------------------------------------------------------------------


def test_what_is_sent_is_stored_with_the_name_of_who_drew_it(rini: Any, camera: Camera) -> None:
    answer = saved(browser(rini), camera, [{**ROAD, "ground_points": GROUND}])
    assert answer.status_code == 200
    zone = Zone.objects.get(camera=camera)
    assert (zone.kind, zone.name, zone.polygon, zone.ground_points) == ("road", "utara", ROAD["polygon"], GROUND)
    assert [line.history_user for line in zone.history.all()] == [rini]
    camera.refresh_from_db()
    assert answer.json()["version"] == camera.zones_version
    assert answer.json()["zones"][0]["id"] == zone.pk


def test_only_what_changed_leaves_a_line_of_history_and_what_is_missing_is_deleted(rini: Any, camera: Camera) -> None:
    client = browser(rini)
    first, second = saved(client, camera, [ROAD, {**ROAD, "name": "selatan"}]).json()["zones"]
    answer = saved(client, camera, [first, {**second, "kind": "pavement"}, {**ROAD, "kind": "river"}])
    kinds = [zone["kind"] for zone in answer.json()["zones"]]
    assert kinds == ["road", "pavement", "river"]
    assert Zone.objects.get(pk=first["id"]).history.count() == 1
    assert Zone.objects.get(pk=second["id"]).history.count() == 2
    saved(client, camera, answer.json()["zones"][:1])
    told = client.get(at("", camera)).context["changes"]
    assert [what for _at, _who, what, _zone in told] == ["-", "-", "+", "~", "+", "+"]
    assert {who for _at, who, _what, _zone in told} == {"rini"}
    assert [zone.pk for zone in Zone.objects.all()] == [first["id"]]
    assert set(Zone.history.filter(history_type="-").values_list("history_user", flat=True)) == {rini.pk}


def test_storing_the_same_again_changes_nothing(rini: Any, camera: Camera) -> None:
    client = browser(rini)
    zones = saved(client, camera, [ROAD]).json()["zones"]
    before = Camera.objects.get(pk=camera.pk).zones_version
    assert saved(client, camera, zones).json()["version"] == before
    assert Zone.history.count() == 1


# -- Two at once ------------------------------------------------------------------------------


def test_who_comes_second_is_told_by_whom_and_nothing_is_written(rini: Any, camera: Camera) -> None:
    seen = camera.zones_version
    saved(browser(factories.operator("dewi")), camera, [{**ROAD, "name": "punya Dewi"}])
    answer = saved(browser(rini), camera, [{**ROAD, "name": "punya Rini"}], version=seen)
    assert answer.status_code == 409
    told = answer.json()
    assert (told["who"], [zone["name"] for zone in told["zones"]]) == ("dewi", ["punya Dewi"])
    assert [zone.name for zone in Zone.objects.all()] == ["punya Dewi"]
    merged = [*told["zones"], {**ROAD, "name": "punya Rini"}]
    assert saved(browser(rini), camera, merged, version=told["version"]).status_code == 200
    assert sorted(zone.name for zone in Zone.objects.all()) == ["punya Dewi", "punya Rini"]


def test_a_change_by_the_old_form_counts_as_a_colleagues_change(camera: Camera) -> None:
    seen = camera.zones_version
    factories.zone(camera)
    with pytest.raises(ZonesChanged):
        zones_save(camera=camera, drafts=drafts_read([ROAD]), version=seen)


# -- Who may --------------------------------------------------------------------------------------


def test_a_lurah_finds_no_such_page(bu_sari: Any, camera: Camera) -> None:
    client = browser(bu_sari)
    for name in ("", "_state", "_pole", "_file"):
        assert client.get(at(name, camera)).status_code == 404, name
    assert sent(client, at("_save", camera), {"version": 1, "zones": []}).status_code == 404
    assert client.get(at("_picture", camera, "acuan")).status_code == 404
    assert Client().get(at("", camera)).status_code == 302


def test_who_may_only_look_sees_the_zones_and_stores_none(camera: Camera) -> None:
    from django.contrib.auth.models import Permission

    person = factories.user("tamu", is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_camera", "view_zone"]))
    zone = factories.zone(camera)
    client = browser(person)
    page = client.get(at("", camera))
    assert page.context["data"]["mayDraw"] is False
    assert [one["id"] for one in page.context["data"]["zones"]] == [zone.pk]
    assert saved(client, camera, []).status_code == 403
    assert sent(client, at("_look", camera), {}).status_code == 403
    assert Zone.objects.exists()


def test_a_zone_of_another_camera_is_not_taken_over(rini: Any, camera: Camera) -> None:
    strange = factories.zone(factories.camera("CAM-2", lat=-6.2))
    answer = saved(browser(rini), camera, [{**ROAD, "id": strange.pk}])
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (400, "strange_zone")
    own = factories.zone(camera)
    twice = saved(browser(rini), camera, [{**ROAD, "id": own.pk}, {**ROAD, "id": own.pk}])
    assert twice.json()["problems"][0]["code"] == "zone_twice"
    strange.refresh_from_db()
    assert strange.camera.code == "CAM-2"


# -- What comes from outside ------------------------------------------------------------------------


def huge(n: int) -> list[list[float]]:
    return [[0.5 + 0.4 * float(np.cos(a)), 0.5 + 0.4 * float(np.sin(a))] for a in np.linspace(0, 6, n)]


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ({**ROAD, "kind": "jalan"}, "unknown_kind"),
        ({**ROAD, "kind": None}, "unknown_kind"),
        ({**ROAD, "kind": {"a": 1}}, "unknown_kind"),
        ({"kind": "road"}, "not_points"),
        ({**ROAD, "polygon": "0,0 1,1"}, "not_points"),
        ({**ROAD, "polygon": [[0, 0], [1, 1]]}, "too_few"),
        ({**ROAD, "polygon": [[0, 0], [1, 0], [1, True]]}, "not_points"),
        ({**ROAD, "polygon": [[0, 0], [1, 0], [1, 10**400]]}, "not_points"),
        ({**ROAD, "polygon": [[0, 0], [1, 0], [1, 1.01]]}, "outside"),
        ({**ROAD, "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "crosses_itself"),
        ({**ROAD, "polygon": [[0, 0], [0.001, 0], [0, 0.001]]}, "tiny"),
        ({**ROAD, "polygon": huge(201)}, "too_many"),
        ({**ROAD, "ground_points": GROUND[:3]}, "not_points"),
        ({**ROAD, "ground_points": [[0, 0, 0, 0]] * 4}, "degenerate"),
        ({**ROAD, "name": "x" * 101}, "bad_name"),
        ({**ROAD, "name": "a\x00b"}, "bad_name"),
        ({**ROAD, "name": 7}, "bad_name"),
        ({**ROAD, "id": "1"}, "bad_id"),
        ({**ROAD, "id": 2**80}, "bad_id"),
        ({**ROAD, "id": True}, "bad_id"),
        (["road"], "not_an_object"),
    ],
)
def test_what_is_wrong_with_a_zone_is_said_and_nothing_is_stored(
    rini: Any, camera: Camera, zone: Any, code: str
) -> None:
    client = browser(rini)
    answer = saved(client, camera, [ROAD, zone])
    assert answer.status_code == 400
    assert (1, code) in {(one["zone"], one["code"]) for one in answer.json()["problems"]}
    assert not Zone.objects.exists()
    checked = sent(client, at("_check", camera), {"zones": [zone]})
    assert (checked.status_code, code in {one["code"] for one in checked.json()["problems"]}) == (200, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"version": NaN, "zones": []}',
        b'{"version": 1, "zones": [{"kind": "road", "polygon": [[NaN, 0], [1, 0], [1, Infinity]]}]}',
        b'{"version": "1", "zones": []}',
        b'{"version": true, "zones": []}',
        b'{"zones": []}',
        b'{"version": 1, "zones": {"kind": "road"}}',
        b'{"version": 1}',
        b'{"version": 1, "zones": ' + b"[" * 100_000,
        b'{"version": ' + b"9" * 10_000 + b', "zones": []}',
        json.dumps({"version": 1, "zones": [ROAD] * 61}).encode(),
        b" " * 1_000_001,
    ],
    ids=range(15),
)
def test_a_hostile_body_is_refused_and_is_no_error_of_ours(rini: Any, camera: Camera, body: bytes) -> None:
    client = browser(rini)
    assert sent(client, at("_save", camera), body).status_code == 400
    assert sent(client, at("_check", camera), body).status_code in {200, 400}
    assert not Zone.objects.exists()


def test_numbers_of_cameras_and_pictures_that_are_none_are_not_found(rini: Any, camera: Camera) -> None:
    client = browser(rini)
    address = at("", camera)
    for path in (address.replace(str(camera.pk), "9" * 30), address.replace(f"/{camera.pk}/", f"/{camera.pk + 99}/")):
        assert client.get(path).status_code == 404
    for which in ("acuan", "terakhir", "rekaman", "..", "lain"):
        assert client.get(f"{address}gambar/{which}/").status_code == 404
    assert client.get(at("_save", camera)).status_code == 405
    assert client.post(address).status_code == 405


# -- The file of the contract -------------------------------------------------------------------------


def test_the_exported_file_is_what_analyse_clip_reads_and_comes_back_as_it_was(rini: Any, camera: Camera) -> None:
    client = browser(rini)
    saved(client, camera, [{**ROAD, "ground_points": GROUND}, {**ROAD, "kind": "privacy", "name": ""}])
    answer = client.get(at("_file", camera))
    assert answer["Content-Disposition"] == 'attachment; filename="zona-CAM-1.json"'
    content = json.loads(answer.content)
    assert [zone.kind for zone in zones_parse(content)] == ["road", "privacy"]
    other = factories.camera("CAM-2", lat=-6.2)
    checked = sent(client, at("_check", other), {"zones": content}).json()
    assert checked["zones"] == content
    saved(client, other, checked["zones"])
    assert zones_file(other) == content


def test_the_rules_for_drawing_are_those_of_the_model() -> None:
    for value in ([[0, 0], [1, 0], [1, 10**400]], [[0, 0], [1, 0], [float("nan"), 1]], [[0, 0], [1, 0], [1e300, 1]]):
        assert zone_problems("road", value)
        with pytest.raises(ZonesRefused):
            drafts_read([{"kind": "road", "polygon": value}])
    with pytest.raises(ZonesUnreadable):
        content_of(b'[{"kind": "road", "polygon": [[-Infinity, 0]]}]')


def test_zones_of_the_same_pole_are_offered_and_no_others(rini: Any, camera: Camera) -> None:
    near = factories.camera("CAM-2", lat=camera.lat + 5e-6, lon=camera.lon)
    far = factories.camera("CAM-3", lat=camera.lat + 5e-4, lon=camera.lon)
    for one in (near, far, camera):
        factories.zone(one, "road")
    told = browser(rini).get(at("_pole", camera)).json()["cameras"]
    assert [(one["code"], [zone["kind"] for zone in one["zones"]]) for one in told] == [("CAM-2", ["road"])]


# -- The picture ----------------------------------------------------------------------------------------


def watched(camera: Camera, **pictures_of: Any) -> CameraWatch:
    white = np.full((90, 160, 3), 255, np.uint8)
    names = {
        which: picture_save({"reference": REFERENCES, "still": LOOKS}[which], camera.pk, white) for which in pictures_of
    }
    return CameraWatch.objects.create(camera=camera, **names, reference_at=timezone.now(), still_at=timezone.now())


def test_the_picture_is_blurred_and_shows_nothing_of_privacy_zones(
    rini: Any, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    import cv2

    seen: list[bytes] = []
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: seen.append(picture) or picture])
    watched(camera, reference=True)
    Zone.objects.create(camera=camera, kind="privacy", polygon=[[0, 0], [0.5, 0], [0.5, 1], [0, 1]])
    answer = browser(rini).get(at("_picture", camera, "acuan"))
    assert (answer.status_code, answer["Content-Type"], len(seen)) == (200, "image/jpeg", 1)
    shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert shown[45, 40].max() < 90, "covered"
    assert shown[45, 120].min() > 240, "the rest as it was"
    again = browser(rini).get(at("_picture", camera, "acuan"), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_without_a_way_to_hide_faces_there_is_no_picture(
    rini: Any, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched(camera, reference=True)
    monkeypatch.setattr(pictures, "_blurs", [])
    client = browser(rini)
    assert client.get(at("", camera)).context["data"]["pictures"] == []
    assert client.get(at("_picture", camera, "acuan")).status_code == 404


def test_a_new_picture_is_asked_of_the_patrol(rini: Any, camera: Camera) -> None:
    client = browser(rini)
    assert client.get(at("_state", camera)).json() == {"looked": None, "still": None, "mark": ""}
    asked = sent(client, at("_look", camera), {})
    assert asked.status_code == 200
    assert CameraWatch.objects.get(camera=camera).next_look <= timezone.now()
    without = factories.camera("CAM-9", lat=-6.2)
    assert sent(client, at("_look", without), {}).status_code == 409
