"""The operators' console for cameras: it renders, it refuses beside the field, and it keeps addresses to itself."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import escape

from cameras.models import Camera, FootageHold, Zone
from cameras.pictures import clip_pictures_register
from tests import factories

pytestmark = pytest.mark.django_db
SECRET_URL = "rtsp://10.9.8.7/rahasia"
FRAME = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]


@pytest.fixture
def boss(client: Any) -> Any:
    client.force_login(factories.user("boss", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def camera() -> Camera:
    made = Camera.objects.create(
        code="CAM-1",
        name="Simpang <b>Sabang</b>",
        lat=-6.1868,
        lon=106.8253,
        bearing_deg=90,
        fov_deg=60,
        range_m=120,
        source_kind="folder",
        source_settings={"folder": SECRET_URL.replace("://", "_")},
    )
    Zone.objects.create(camera=made, kind="no_stopping", name="tepi <i>kiri</i>", polygon=FRAME)
    return made


def change_page(camera: Camera) -> str:
    return reverse("admin:cameras_camera_change", args=[camera.pk])


def form_of(camera: Camera, **changed: Any) -> dict[str, Any]:
    zones = list(camera.zones.all())
    values: dict[str, Any] = {
        "code": camera.code,
        "name": camera.name,
        "site_type": camera.site_type,
        "lat": camera.lat,
        "lon": camera.lon,
        "active": "on",
        "bearing_deg": camera.bearing_deg,
        "fov_deg": camera.fov_deg,
        "range_m": camera.range_m,
        "drawn_coverage": json.dumps(camera.drawn_coverage),
        "source_kind": camera.source_kind,
        **{f"source__{camera.source_kind}__{name}": value for name, value in camera.source_settings.items()},
        "clock_offset_s": camera.clock_offset_s,
        "ring_hours": camera.ring_hours,
        "zones-TOTAL_FORMS": len(zones),
        "zones-INITIAL_FORMS": len(zones),
    }
    for number, zone in enumerate(zones):
        values |= {
            f"zones-{number}-id": zone.pk,
            f"zones-{number}-camera": camera.pk,
            f"zones-{number}-kind": zone.kind,
            f"zones-{number}-name": zone.name,
            f"zones-{number}-polygon": json.dumps(zone.polygon),
            f"zones-{number}-ground_points": "null",
        }
    return {name: value for name, value in {**values, **changed}.items() if value is not None}


def test_the_list_shows_coverage_and_health_and_no_address(boss: Any, camera: Camera) -> None:
    Camera.objects.create(code="CAM-2", name="Perkiraan", lat=-6.17, lon=106.82, source_settings={"url": SECRET_URL})
    Camera.objects.filter(pk=camera.pk).update(health=Camera.Health.UNHEALTHY, health_at=factories.NOON)
    page = boss.get(reverse("admin:cameras_camera_changelist")).content.decode()
    assert "perkiraan 100 m" in page
    assert "dihitung" in page
    assert "bermasalah sejak 2 Nov 2026 12.00 WIB" in page
    assert "rahasia" not in page
    assert "10.9.8.7" not in page


@pytest.mark.parametrize(
    "query", ["?site_type__exact=lain", "?coverage_kind__exact=assumed", "?health__exact=unknown", "?q=sabang"]
)
def test_filters_and_search_answer(boss: Any, camera: Camera, query: str) -> None:
    assert boss.get(reverse("admin:cameras_camera_changelist") + query).status_code == 200


def test_the_page_draws_coverage_and_zones_with_names_escaped(boss: Any, camera: Camera) -> None:
    page = boss.get(change_page(camera)).content.decode()
    assert page.count("<svg viewBox") == 2
    assert escape("tepi <i>kiri</i>") in page
    assert "<i>kiri</i>" not in page
    assert "<b>Sabang</b>" not in page
    assert "Perkiraan: lingkaran" not in page
    assert "(&#x27;derived" not in page  # a label of the list is a pair; the page wants the words


def test_an_assumed_coverage_is_marked_as_such_on_the_page(boss: Any) -> None:
    camera = Camera.objects.create(code="CAM-2", name="Perkiraan", lat=-6.17, lon=106.82)
    page = boss.get(change_page(camera)).content.decode()
    assert "tidak pernah membantahnya" in page
    assert 'stroke-dasharray="6 5"' in page


def test_the_page_for_a_new_camera_renders(boss: Any) -> None:
    assert boss.get(reverse("admin:cameras_camera_add")).status_code == 200


def test_a_save_recomputes_the_coverage_and_keeps_a_history(boss: Any, camera: Camera) -> None:
    before = camera.coverage
    answer = boss.post(change_page(camera), form_of(camera, range_m=200, name="Nama baru"))
    assert answer.status_code == 302
    camera.refresh_from_db()
    assert (camera.range_m, camera.name) == (200, "Nama baru")
    assert camera.coverage != before
    assert camera.history.first().history_user.username == "boss"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"bearing_deg": 400}, "bearing_deg", "harus antara 0 dan 360"),
        ({"fov_deg": 0}, "fov_deg", "harus antara 1 dan 360"),
        ({"range_m": 5000}, "range_m", "harus antara 1 dan 2000"),
        ({"lat": 106.8253, "lon": -6.1868}, "lat", "tertukar"),
        ({"lat": -6.9147, "lon": 107.6098}, "lat", "km di luar Jakarta"),
        ({"drawn_coverage": '{"type": "Point", "coordinates": [1, 2]}'}, "drawn_coverage", "tidak terbaca"),
        ({"drawn_coverage": "{"}, "drawn_coverage", ""),
        ({"source__folder__folder": "../../etc"}, "source__folder__folder", "di dalam folder rekaman"),
        ({"source__folder__folder": ""}, "source__folder__folder", "wajib diisi"),
        ({"source__folder__delay_s": "-5"}, "source__folder__delay_s", "harus antara 0 dan 3600"),
        ({"source__folder__delay_s": "lama"}, "source__folder__delay_s", "Masukkan"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    boss: Any, camera: Camera, changed: dict[str, Any], field: str, words: str
) -> None:
    answer = boss.post(change_page(camera), form_of(camera, **changed))
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert words in " ".join(errors[field])
    assert Camera.objects.get(pk=camera.pk).range_m == 120


def test_an_empty_box_of_json_is_empty_and_stays_nothing(boss: Any, camera: Camera) -> None:
    Camera.objects.filter(pk=camera.pk).update(drawn_coverage=None)
    camera.refresh_from_db()
    page = boss.get(change_page(camera)).content.decode()
    boxes = dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL))
    assert boxes["drawn_coverage"] == ""
    grounds = {name: text for name, text in boxes.items() if name.endswith("ground_points")}
    assert grounds and set(grounds.values()) == {""}
    assert "null" not in boxes.values()
    before = camera.zones.get().history.count()
    sent = form_of(camera, drawn_coverage="") | {"zones-0-ground_points": ""}
    assert boss.post(change_page(camera), sent).status_code == 302
    camera.refresh_from_db()
    assert camera.drawn_coverage is None and camera.zones.get().ground_points is None
    assert camera.zones.get().history.count() == before


def test_a_mistake_is_told_in_english_to_who_reads_english(boss: Any, camera: Camera) -> None:
    boss.cookies["django_language"] = "en"
    answer = boss.post(change_page(camera), form_of(camera, bearing_deg=400), headers={"accept-language": "en"})
    assert "must be within 0 to 360" in str(answer.context["adminform"].form.errors)


@pytest.mark.parametrize(
    ("polygon", "ground", "words"),
    [
        ([[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]], None, "memotong diri"),
        ([[0, 0], [640, 0], [640, 360]], None, "di luar 0 sampai 1"),
        ("x", None, "daftar [x, y]"),
        (FRAME, [[0, 0, 0, 0]], "empat"),
    ],
)
def test_a_zone_is_judged_in_the_form(boss: Any, camera: Camera, polygon: Any, ground: Any, words: str) -> None:
    changed = {"zones-0-polygon": json.dumps(polygon), "zones-0-ground_points": json.dumps(ground)}
    answer = boss.post(change_page(camera), form_of(camera, **changed))
    assert answer.status_code == 200
    formset = answer.context["inline_admin_formsets"][0].formset
    assert words in str(formset.errors)
    assert Zone.objects.get().polygon == FRAME


def test_a_zone_saved_in_the_form_raises_the_zones_version(boss: Any, camera: Camera) -> None:
    before = Camera.objects.get(pk=camera.pk).zones_version
    moved = [[0.2, 0.2], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
    answer = boss.post(change_page(camera), form_of(camera, **{"zones-0-polygon": json.dumps(moved)}))
    assert answer.status_code == 302
    assert Zone.objects.get().polygon == moved
    assert Camera.objects.get(pk=camera.pk).zones_version > before


def test_no_page_of_the_history_shows_the_source(boss: Any, camera: Camera) -> None:
    camera.source_settings = {"url": SECRET_URL}
    camera.name = "Nama baru"
    camera.save()
    history = boss.get(reverse("admin:cameras_camera_history", args=[camera.pk]))
    assert history.status_code == 200
    assert "rahasia" not in history.content.decode()
    for record in camera.history.all():
        page = boss.get(reverse("admin:cameras_camera_simple_history", args=[camera.pk, record.history_id]))
        assert page.status_code == 200
        assert "rahasia" not in page.content.decode()


def test_who_may_look_and_not_change_sees_no_address(client: Any, camera: Camera) -> None:
    Camera.objects.filter(pk=camera.pk).update(source_settings={"url": SECRET_URL})
    guest = factories.user("guest", is_staff=True)
    guest.user_permissions.add(Permission.objects.get(codename="view_camera"))
    client.force_login(guest)
    page = client.get(change_page(camera))
    assert page.status_code == 200
    assert "CAM-1" in page.content.decode()
    assert "rahasia" not in page.content.decode()


def test_an_operator_keeps_cameras_and_a_lurah_never_sees_them(client: Any, rini: Any, bu_sari: Any) -> None:
    camera = Camera.objects.create(code="CAM-2", name="Kamera", lat=-6.17, lon=106.82)
    pages = [
        reverse("admin:cameras_camera_changelist"),
        change_page(camera),
        reverse("admin:cameras_footageclip_changelist"),
        reverse("admin:cameras_footagehold_changelist"),
    ]
    client.force_login(rini)
    assert [client.get(page).status_code for page in pages] == [200] * 4
    client.force_login(bu_sari)
    assert all(client.get(page).status_code in {403, 404} for page in pages)


def test_clips_are_shown_and_cannot_be_touched(boss: Any, camera: Camera) -> None:
    half = [[factories.NOON.isoformat(), (factories.NOON + timedelta(minutes=2)).isoformat()]]
    clip = factories.clip(camera, minutes=4, state="PARTIAL", covered=half, sha256="ab" * 32, reason_code="gap")
    FootageHold.objects.create(clip=clip, purpose="bukti kejadian 7")
    page = boss.get(reverse("admin:cameras_footageclip_changelist")).content.decode()
    for words in ("sebagian", "2 Nov 2026 12.00–12.04 WIB", "50%", "gap", "abababababab"):
        assert words in page
    detail = boss.get(reverse("admin:cameras_footageclip_change", args=[clip.pk]))
    assert "12.00.00–12.02.00" in detail.content.decode()
    assert "(&#x27;PARTIAL" not in detail.content.decode()
    assert "bukti kejadian 7" in detail.content.decode()
    assert boss.get(reverse("admin:cameras_footageclip_add")).status_code == 403
    assert boss.post(reverse("admin:cameras_footageclip_delete", args=[clip.pk]), {"post": "yes"}).status_code == 403
    assert boss.get(reverse("admin:cameras_footagehold_changelist")).status_code == 200


def test_pictures_come_through_the_hook(boss: Any, camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils.html import format_html

    monkeypatch.setattr("cameras.pictures._hooks", [])
    clip_pictures_register(lambda clip: format_html('<img alt="klip {}">', clip.pk))
    clip = factories.clip(camera)
    page = boss.get(reverse("admin:cameras_footageclip_change", args=[clip.pk])).content.decode()
    assert f'<img alt="klip {clip.pk}">' in page


def test_the_list_costs_few_queries(boss: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        Camera.objects.create(code=f"C{number}", name="Kamera", lat=-6.17, lon=106.82)
    boss.get(reverse("admin:cameras_camera_changelist"))
    with django_assert_max_num_queries(12):
        boss.get(reverse("admin:cameras_camera_changelist"))
