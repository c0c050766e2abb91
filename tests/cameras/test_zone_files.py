"""Zones of many cameras in one file: out, in again, and what is refused on the way."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cameras.models import Camera, Zone
from cameras.services.zone_files import zones_export, zones_import
from cameras.zone_drafts import ZonesUnreadable
from tests import factories

pytestmark = pytest.mark.django_db

SQUARE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5], [0.1, 0.5]]
GROUND = [[0.1, 0.5, 0, 0], [0.5, 0.5, 8, 0], [0.5, 0.1, 8, 30], [0.1, 0.1, 0, 30]]


def told(name: str, *args: Any) -> Any:
    out = StringIO()
    call_command(name, *map(str, args), "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def two(db: None) -> list[Camera]:
    first, second = factories.camera("A"), factories.camera("B", lat=-6.2)
    Zone.objects.create(camera=first, kind="road", name="utara", polygon=SQUARE, ground_points=GROUND)
    Zone.objects.create(camera=first, kind="lamp", polygon=SQUARE)
    Zone.objects.create(camera=second, kind="river", polygon=[[1 / 3, 0], [1, 2 / 3], [0, 1]])
    return [first, second]


def written(folder: Path, content: Any) -> Path:
    path = folder / "zones.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_what_goes_out_comes_in_on_another_installation_and_changes_nothing_here(
    two: list[Camera], tmp_path: Path
) -> None:
    path = tmp_path / "all.json"
    assert told("export_zones", path) == {"cameras": 2, "zones": 3}
    before = zones_export()
    assert told("import_zones", path)["unchanged"] == 3
    assert Zone.history.count() == 3, "no line of history for what stays"
    Zone.objects.all().delete()
    first = told("import_zones", path)
    assert (first["cameras"], first["created"], first["refused"]) == (2, 3, [])
    assert zones_export() == before
    again = told("import_zones", path)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)


def test_a_zone_replaces_the_one_of_its_kind_and_name_and_others_stay_unless_asked(
    two: list[Camera], tmp_path: Path
) -> None:
    moved = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6]]
    road = Zone.objects.get(name="utara")
    path = written(tmp_path, [{"camera": "A", "zones": [{"kind": "road", "name": "utara", "polygon": moved}]}])
    dry = told("import_zones", path, "--dry-run")
    assert dry["updated"] == 1
    road.refresh_from_db()
    assert road.polygon == SQUARE, "a dry run stores nothing"
    assert told("import_zones", path) == dry
    road.refresh_from_db()
    assert (road.polygon, road.ground_points) == (moved, None)
    assert road.history.first().history_change_reason == "import_zones"
    assert two[0].zones.count() == 2
    assert told("import_zones", path, "--replace")["removed"] == 1
    assert [zone.kind for zone in two[0].zones.all()] == ["road"]


def test_one_cameras_zones_file_is_taken_with_its_code(two: list[Camera], tmp_path: Path) -> None:
    path = written(tmp_path, [{"kind": "pavement", "polygon": SQUARE}])
    with pytest.raises(ZonesUnreadable, match="--camera"):
        zones_import(path=path)
    assert zones_import(path=path, camera="B").created == 1
    assert told("export_zones", "--camera", "B")[0]["zones"][1]["kind"] == "pavement"


def test_what_is_wrong_is_refused_camera_by_camera_with_its_reason(two: list[Camera], tmp_path: Path) -> None:
    good = {"kind": "road", "name": "baru", "polygon": SQUARE}
    entries = [
        {"camera": "A", "zones": [good, {"kind": "jalan", "polygon": SQUARE}, {"kind": "road", "polygon": "x"}]},
        {"camera": "TIDAK-ADA", "zones": [good]},
        {"camera": "B", "zones": [good]},
        {"camera": "B", "zones": []},
        {"camera": 7, "zones": []},
        "A",
        {"camera": "C\x00", "zones": []},
        {"camera": "D"},
    ]
    answer = zones_import(path=written(tmp_path, entries))
    assert [row for row, _code, _reason in answer.refused] == [1, 2, 4, 5, 6, 7, 8]
    assert "zone 2: unknown kind 'jalan'" in answer.refused[0][2]
    assert "zone 3: a polygon is a list" in answer.refused[0][2]
    assert not Zone.objects.filter(camera=two[0], name="baru").exists(), "whole, or not at all"
    assert Zone.objects.filter(camera=two[1], name="baru").exists()


@pytest.mark.parametrize("content", ["", "{", "[NaN]", '{"camera": "A"}', "[" * 100_000, "\x00"])
def test_a_file_that_is_none_is_unreadable(two: list[Camera], tmp_path: Path, content: str) -> None:
    with pytest.raises(ZonesUnreadable):
        zones_import(path=written(tmp_path, content))
    with pytest.raises(ZonesUnreadable):
        zones_import(path=tmp_path / "missing.json")
    with pytest.raises(ZonesUnreadable, match="TIDAK"):
        zones_export(codes=["A", "TIDAK"])
