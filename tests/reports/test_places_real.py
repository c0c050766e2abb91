"""The shipped approximate borders, and the real polygons where the environment names them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.conf import settings
from django.core.management import call_command
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from jsc_project.lib.geo import LatLon, metres_between
from reports.cells import Site, approximate_cells, areas_km2
from reports.models import Kelurahan, KelurahanBoundary
from reports.selectors.places import boundary_facts, gazetteer, interior_point, locate
from reports.services.places import APPROXIMATE_SOURCE, kelurahan_seed
from tests import factories

FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "kelurahan"
RIGHT_SHARE = 0.82
"""Measured 84.1 % of 24,837 points of the mainland; the contract says about four of five."""
LANDMARKS = [
    ("Monas", -6.1754, 106.8272, "Gambir"),
    ("Bundaran HI", -6.1950, 106.8230, "Menteng"),
    ("Gelora Bung Karno", -6.2186, 106.8022, "Gelora"),
    ("Kebun binatang Ragunan", -6.3125, 106.8200, "Ragunan"),
    ("Kota Tua", -6.1352, 106.8133, "Pinangsia"),
]


def outline() -> Polygon:
    return Polygon(json.loads((FIXTURES / "outline.json").read_text())["vertices"])


@pytest.fixture
def seeded(db: None) -> None:
    kelurahan_seed()


@pytest.fixture
def polygons(testdata: Path) -> dict[str, BaseGeometry]:
    document = json.loads((testdata / "boundaries" / "jakarta_kelurahan_kemendagri.geojson").read_text())
    return {f["properties"]["kode"]: shape(f["geometry"]) for f in document["features"]}


def imported(testdata: Path) -> dict[str, Any]:
    out = io.StringIO()
    path = testdata / "boundaries" / "jakarta_kelurahan_kemendagri.geojson"
    call_command("import_kelurahan", str(path), "--json", stdout=out)
    return dict(json.loads(out.getvalue().splitlines()[-1]))


def owner(polygons: dict[str, BaseGeometry], lat: float, lon: float) -> set[str]:
    """By asking every polygon, without any index."""
    point = shapely.Point(lon, lat)
    return {code for code, polygon in polygons.items() if polygon.covers(point)}


def test_the_outline_is_a_valid_polygon_of_at_most_60_vertices() -> None:
    drawn = outline()
    assert len(drawn.exterior.coords) - 1 <= 60
    assert drawn.is_valid


def test_the_267_kelurahan_are_shipped_as_facts_in_44_kecamatan_and_6_kota() -> None:
    rows = list(csv.DictReader((FIXTURES / "jakarta_kelurahan.csv").open(encoding="utf-8")))
    assert len({row["code"] for row in rows}) == len(rows) == 267
    assert len({row["code"][:8] for row in rows}) == 44
    assert len({row["kota"] for row in rows}) == 6
    assert sum(float(row["area_km2"]) for row in rows) == pytest.approx(660, abs=5)


def test_cells_get_the_areas_and_centres_they_were_asked_for() -> None:
    square = Polygon([(106.80, -6.30), (106.90, -6.30), (106.90, -6.20), (106.80, -6.20)])
    total = areas_km2({"all": square})["all"]
    centres = [(-6.25, 106.815, 0.3), (-6.225, 106.865, 0.35), (-6.275, 106.865, 0.35)]
    sites = [Site(str(i), LatLon(lat=a, lon=o), share * total) for i, (a, o, share) in enumerate(centres)]
    cells = approximate_cells(sites, square)
    assert shapely.union_all(list(cells.values())).symmetric_difference(square).area < 0.002 * square.area
    for site in sites:
        assert areas_km2(cells)[site.code] == pytest.approx(site.area_km2, rel=0.05)
        centre = cells[site.code].centroid
        assert metres_between(LatLon(lat=centre.y, lon=centre.x), site.centre) < 300
        assert cells[site.code].is_valid


def test_an_island_is_a_circle_of_its_area_and_cells_are_the_same_every_time() -> None:
    square = Polygon([(106.80, -6.30), (106.90, -6.30), (106.90, -6.20), (106.80, -6.20)])
    sites = [
        Site("land", LatLon(lat=-6.25, lon=106.85), 120.0),
        Site("island", LatLon(lat=-5.74, lon=106.61), 1.5, island=True),
    ]
    first, second = approximate_cells(sites, square), approximate_cells(sites, square)
    assert areas_km2(first)["island"] == pytest.approx(1.5, rel=0.02)
    assert all(first[code].equals_exact(second[code], 0) for code in first)


def test_seeding_twice_writes_once_and_every_kelurahan_has_an_approximate_border(seeded: None) -> None:
    assert kelurahan_seed().unchanged == 267
    facts = boundary_facts()
    assert (facts.official, facts.approximate, facts.missing, facts.overlapping) == (0, 267, (), ())
    assert KelurahanBoundary.objects.filter(source__startswith=APPROXIMATE_SOURCE).count() == 267


def test_seeding_never_replaces_an_official_border_not_even_one_that_has_ended(db: None) -> None:
    menteng = factories.kelurahan(code="31.71.06.1001", name="Menteng (resmi)")
    gondangdia = factories.kelurahan(code="31.71.06.1005", name="Gondangdia", west=106.83)
    gondangdia.boundaries.update(valid_to="2026-01-01T00:00:00Z")
    assert kelurahan_seed().unchanged == 2
    menteng.refresh_from_db()
    assert menteng.name == "Menteng (resmi)"
    assert menteng.boundaries.get().approximate is False
    assert gondangdia.boundaries.count() == 1


def test_every_demo_point_lies_in_its_own_cell(seeded: None) -> None:
    for code in Kelurahan.objects.values_list("code", flat=True):
        placing = locate(interior_point(code))
        assert placing.kelurahan is not None
        assert (placing.kelurahan.code, placing.how) == (code, "inside")


@pytest.mark.parametrize(("place", "lat", "lon", "name"), LANDMARKS)
def test_landmarks_are_right_with_the_real_polygons(
    testdata: Path, db: None, place: str, lat: float, lon: float, name: str
) -> None:
    imported(testdata)
    placing = locate(LatLon(lat=lat, lon=lon))
    assert placing.kelurahan is not None
    assert (placing.kelurahan.name, placing.how) == (name, "inside"), place


def test_about_four_of_five_points_of_the_mainland_are_right_with_the_shipped_cells(
    seeded: None, polygons: dict[str, BaseGeometry]
) -> None:
    mainland = {code: p for code, p in polygons.items() if not code.startswith("31.01.")}
    codes, tree = list(mainland), shapely.STRtree(list(mainland.values()))
    west, south, east, north = shapely.total_bounds(tree.geometries)
    points = np.random.default_rng(2026).uniform((west, south), (east, north), (6000, 2))
    which, truth = tree.query(shapely.points(points), predicate="within")
    found = [gazetteer().find(LatLon(lat=points[i][1], lon=points[i][0])).border for i in which]
    right = [border is not None and border.code == codes[j] for border, j in zip(found, truth, strict=True)]
    assert len(right) > 3000
    assert np.mean(right) >= RIGHT_SHARE, np.mean(right)


def test_every_demo_point_lies_in_its_real_polygon(seeded: None, polygons: dict[str, BaseGeometry]) -> None:
    wrong = [code for code, p in polygons.items() if not p.covers(interior_point(code).point())]
    assert wrong == []


def test_all_real_polygons_are_imported_and_replace_the_cells(
    testdata: Path, seeded: None, polygons: dict[str, BaseGeometry]
) -> None:
    assert imported(testdata) == {"created": 0, "updated": 267, "unchanged": 0, "refused": []}
    assert imported(testdata) == {"created": 0, "updated": 0, "unchanged": 267, "refused": []}
    assert kelurahan_seed().unchanged == 267
    facts = boundary_facts()
    assert (facts.official, facts.approximate, facts.missing) == (267, 0, ())


def test_real_cameras_and_reports_lie_where_the_polygons_say(
    testdata: Path, db: None, polygons: dict[str, BaseGeometry]
) -> None:
    assert imported(testdata)["created"] == 267
    with (testdata / "cctv" / "jakarta_public_cctv_channels.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            placing = locate(LatLon(lat=float(row["lat"]), lon=float(row["lon"])))
            assert placing.kelurahan is not None
            assert (placing.kelurahan.code, placing.kelurahan.name) == (row["kode_by_point"], row["kelurahan_by_point"])
            assert placing.kelurahan.kecamatan == row["kecamatan_by_point"]
    inside = 0
    for path in sorted((testdata / "reports").glob("*.geojson")):
        for feature in json.loads(path.read_text())["features"]:
            lon, lat = feature["geometry"]["coordinates"][:2]
            truth, placing = owner(polygons, lat, lon), locate(LatLon(lat=lat, lon=lon))
            if truth:
                inside += 1
                assert placing.how == "inside"
                assert placing.kelurahan is not None
                assert placing.kelurahan.code in truth
            else:
                assert placing.how != "inside"
    assert inside > 100
