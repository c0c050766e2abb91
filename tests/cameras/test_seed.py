"""The demo's cameras: enough of every kind, each scene seen by its own camera alone, and never overwritten."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from shapely.geometry import shape

from cameras.models import Camera, Zone
from cameras.selectors import cameras_seeing, nearest_cameras
from cameras.services.cameras import cameras_import, cameras_seed
from jsc_project.lib.geo import LatLon, metres_to, offset
from tests import factories

pytestmark = pytest.mark.django_db
FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "cameras" / "demo_cameras.csv"
SCENES = Path(settings.BASE_DIR) / "fixtures" / "footage" / "scenes.json"
DEAD = "kamera_mati"


def rows() -> list[dict[str, str]]:
    with FIXTURE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def aims() -> list[tuple[dict[str, str], LatLon]]:
    return [(row, LatLon(float(row["aim_lat"]), float(row["aim_lon"]))) for row in rows() if row["url"]]


def test_every_site_type_of_the_city_is_there() -> None:
    cameras_seed(demo=True)
    found = Counter(Camera.objects.values_list("site_type", flat=True))
    assert set(found) == set(Camera.SiteType.values)
    assert 35 <= found.total() <= 50
    assert set(Camera.objects.values_list("coverage_kind", flat=True)) == {"derived", "assumed"}
    assert Camera.objects.filter(active=False).count() == 1


def test_each_scene_is_seen_by_its_own_camera_alone() -> None:
    cameras_seed(demo=True)
    for row, aim in aims():
        for bearing in range(0, 360, 45):
            (seen,) = cameras_seeing(offset(aim, bearing, 15))  # reports about one thing lie a few metres apart
            assert (seen.code, seen.assumed, seen.has_source) == (row["code"], False, True)
        others = [s for s in nearest_cameras(aim, radius_m=600) if s.code != row["code"]]
        assert not others


def test_every_rendered_scene_has_a_camera_with_its_zones() -> None:
    cameras_seed(demo=True)
    for scene in json.loads(SCENES.read_text(encoding="utf-8")):
        camera = Camera.objects.get(source_settings__folder=scene["name"])
        zones = [(zone.kind, zone.polygon) for zone in camera.zones.order_by("id")]
        assert zones == [(zone["kind"], zone["polygon"]) for zone in scene["zones"]]
    dead = Camera.objects.get(source_settings__folder=DEAD)
    assert not (SCENES.parent / DEAD).exists()
    assert not dead.zones.exists()


def test_a_second_run_changes_nothing() -> None:
    assert cameras_seed(demo=True)["created"] == len(rows())
    before = list(Camera.objects.values("pk", "zones_version", "updated_at"))
    assert cameras_seed(demo=True) == {"created": 0, "bound": 0, "unchanged": len(rows())}
    assert list(Camera.objects.values("pk", "zones_version", "updated_at")) == before


def test_what_a_person_changed_stays() -> None:
    cameras_seed(demo=True)
    camera = Camera.objects.get(source_settings__folder="jam")
    camera.name, camera.source_kind, camera.source_settings = "Punya kami", "", {}
    camera._history_user = factories.user("rini")
    camera.save()
    camera.zones.all().delete()
    cameras_seed(demo=True)
    camera.refresh_from_db()
    assert (camera.name, camera.source_kind) == ("Punya kami", "")
    assert not Zone.objects.filter(camera=camera).exists()


def test_without_the_demo_no_rendered_picture_can_judge_a_report() -> None:
    cameras_seed(demo=False)
    assert not Camera.objects.exclude(source_kind="").exists()
    assert not Zone.objects.exists()
    assert cameras_seed(demo=True)["bound"] == len(aims())
    assert Camera.objects.get(code="DEMO-RASUNA-01").zones.exists()


def test_the_list_is_one_that_import_cameras_reads() -> None:
    answer = cameras_import(path=FIXTURE)
    assert (answer.created, answer.refused) == (len(rows()), [])


def test_demo_reports_lie_well_inside_their_kelurahan(testdata: Path) -> None:
    content: Any = json.loads((testdata / "boundaries" / "jakarta_kelurahan_kemendagri.geojson").read_text())
    polygons = [shape(feature["geometry"]) for feature in content["features"]]
    for row, aim in aims():
        (home,) = [polygon for polygon in polygons if polygon.covers(aim.point())]
        assert metres_to(aim, home.boundary) > 100, row["code"]
