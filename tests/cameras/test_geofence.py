"""What a camera sees on the ground, and what may not be drawn.

A sector of 60 degrees to the east, seen from above:

            x  north-east corner (bearing 60)
          /  )
    cam <     )   range
          \\  )
            x  south-east corner (bearing 120)
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from cameras.errors import CameraInvalid
from cameras.geofence import CoverageKind, View, coverage_of
from cameras.rules import JAKARTA, drawn_problems, place_problems
from jsc_project.lib.geo import LatLon, metres_between, metres_to, offset
from tests.factories import square

HERE = LatLon(lat=-6.195, lon=106.825)


def view(**extra: Any) -> View:
    return View(HERE.lat, HERE.lon, **extra)


def sees(of: View, bearing_deg: float, metres: float) -> bool:
    return shape(coverage_of(of).geojson).covers(offset(HERE, bearing_deg, metres).point())


@pytest.mark.parametrize(
    ("bearing_deg", "metres", "seen"),
    [
        (90, 199, True),  # straight ahead, just within range
        (90, 201, False),  # just beyond
        (61, 150, True),  # a degree inside the left edge
        (59, 150, False),  # a degree outside
        (119, 150, True),
        (121, 150, False),
        (270, 1, False),  # behind the camera
    ],
)
def test_a_sector_ends_at_its_edges_and_its_range(bearing_deg: float, metres: float, seen: bool) -> None:
    east = view(bearing_deg=90, fov_deg=60, range_m=200)
    assert coverage_of(east).kind is CoverageKind.DERIVED
    assert sees(east, bearing_deg, metres) is seen


def test_a_sector_across_north_holds_both_sides_of_north() -> None:
    north = view(bearing_deg=350, fov_deg=60, range_m=100)
    assert sees(north, 10, 90)
    assert sees(north, 330, 90)
    assert not sees(north, 30, 90)


def test_a_sector_wider_than_half_a_turn_still_leaves_out_what_lies_behind() -> None:
    wide = view(bearing_deg=0, fov_deg=300, range_m=100)
    assert sees(wide, 140, 90)
    assert not sees(wide, 180, 90)
    assert shape(coverage_of(wide).geojson).is_valid


def test_an_all_round_camera_needs_no_bearing() -> None:
    dome = view(fov_deg=360, range_m=150)
    assert coverage_of(dome).kind is CoverageKind.DERIVED
    assert all(sees(dome, bearing, 149) and not sees(dome, bearing, 151) for bearing in range(0, 360, 30))


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"bearing_deg": 90.0},
        {"bearing_deg": 90.0, "fov_deg": 60.0},
        {"bearing_deg": 90.0, "range_m": 200.0},  # a guessed angle could contradict a report it never saw
        {"fov_deg": 60.0, "range_m": 200.0},
    ],
)
def test_a_view_that_is_not_fully_known_is_assumed_to_be_a_circle_of_100_m(known: dict[str, float]) -> None:
    assumed = view(**known)
    assert coverage_of(assumed).kind is CoverageKind.ASSUMED
    assert all(sees(assumed, bearing, 99.8) and not sees(assumed, bearing, 100.2) for bearing in range(0, 360, 7))


def test_a_drawn_polygon_wins_over_the_sector() -> None:
    drawn = square(106.825, -6.195, 0.001)
    coverage = coverage_of(view(bearing_deg=90, fov_deg=60, range_m=200, drawn=drawn))
    assert coverage.kind is CoverageKind.DRAWN
    assert coverage.geojson == drawn


@settings(max_examples=60, deadline=None)
@given(
    lat=st.floats(-6.38, -5.2),
    lon=st.floats(106.4, 107.0),
    bearing=st.floats(0, 360),
    fov=st.floats(1, 358.9),
    reach=st.floats(1, 2000),
)
def test_the_arc_lies_at_the_geodesic_range(lat: float, lon: float, bearing: float, fov: float, reach: float) -> None:
    coverage = coverage_of(View(lat, lon, bearing, fov, reach))
    polygon = shape(coverage.geojson)
    assert polygon.is_valid or reach < 2
    far = [metres_between(LatLon(lat, lon), LatLon(y, x)) for x, y in polygon.exterior.coords[1:-1]]
    assert max(abs(metres - reach) for metres in far) < 0.05 + reach * 1e-4


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bearing_deg": 361.0}, "bearing_deg must be within 0 to 360, got 361"),
        ({"bearing_deg": -1.0}, "bearing_deg must be within"),
        ({"fov_deg": 0.0}, "fov_deg must be within 1 to 360"),
        ({"fov_deg": 400.0}, "fov_deg must be within 1 to 360"),
        ({"range_m": 0.0}, "range_m must be within 1 to 2000"),
        ({"range_m": 2001.0}, "range_m must be within 1 to 2000"),
        ({"range_m": math.nan}, "range_m must be within"),
        ({"range_m": math.inf}, "range_m must be within"),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(CameraInvalid) as refusal:
        coverage_of(view(**wrong))
    assert words in refusal.value.detail


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(CameraInvalid) as refusal:
        coverage_of(view(bearing_deg=-5, range_m=9000))
    assert [problem.field for problem in refusal.value.problems] == ["bearing_deg", "range_m"]


def drawn_code(geojson: Any) -> str:
    return ",".join(problem.code for problem in drawn_problems(geojson, HERE))


BOWTIE = [[106.825, -6.195], [106.826, -6.194], [106.826, -6.195], [106.825, -6.194], [106.825, -6.195]]


@pytest.mark.parametrize(
    ("geojson", "code"),
    [
        (square(106.825, -6.195, 0.001), ""),
        (square(106.83, -6.195, 0.001), ""),  # does not hold the camera, and lies half a kilometre away: fine
        ({"type": "MultiPolygon", "coordinates": [square(106.825, -6.195, 0.001)["coordinates"]]}, ""),
        ({"type": "Polygon", "coordinates": [BOWTIE]}, "invalid"),
        ({"type": "Point", "coordinates": [106.825, -6.195]}, "unreadable"),
        ({"type": "Polygon", "coordinates": []}, "unreadable"),
        ({"type": "Polygon", "coordinates": [[[1, 2]]]}, "unreadable"),
        ({"type": "Polygon", "coordinates": "x"}, "unreadable"),
        ({"type": "Polygon"}, "unreadable"),
        ([1, 2], "unreadable"),
        ({"type": "Polygon", "coordinates": [[[106, math.nan], [106, -6], [107, -6], [106, math.nan]]]}, "unreadable"),
        (square(106.9, -6.195, 0.001), "far"),  # 8 km away
        (square(106.80, -6.22, 0.06), "reach"),
        (square(106.825, -6.195, 1e-6), "tiny"),
        (square(-6.196, 106.824, 0.001), "swapped"),
        (square(700_000.0, 9_314_000.0, 100), "not_degrees"),  # UTM metres
    ],
)
def test_a_drawn_coverage_is_judged(geojson: Any, code: str) -> None:
    assert drawn_code(geojson) == code


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        (-6.1754, 106.8272, ""),  # Monas
        (-5.7455, 106.6135, ""),  # Pulau Pramuka
        (-6.24, 106.99, ""),  # across the border to Bekasi, 4 km: a border road's camera
        (106.8272, -6.1754, "swapped"),
        (0, 0, "zero"),
        (6.1754, 106.8272, "sign"),
        (-6.9147, 107.6098, "far_outside"),  # Bandung
        (-6.5950, 106.8166, "far_outside"),  # Bogor
        (51.5, -0.12, "far_outside"),
        (-617.54, 10682.72, "not_degrees"),
        (math.nan, 106.8, "not_finite"),
        (-6.2, math.inf, "not_finite"),
    ],
)
def test_a_place_is_judged_and_the_likeliest_mistake_named(lat: float, lon: float, code: str) -> None:
    assert ",".join(problem.code for problem in place_problems(lat, lon)) == code


def test_far_outside_says_how_far() -> None:
    (problem,) = place_problems(-6.9147, 107.6098)
    km = int(problem.en.removesuffix(" km outside Jakarta").split()[-1])
    assert 80 < km < 110  # Bandung's centre to the border near Cibubur


def test_the_hand_set_outline_holds_all_of_jakarta(testdata: Any) -> None:
    content = json.loads((testdata / "boundaries" / "jakarta_kelurahan_kemendagri.geojson").read_text())
    corners = [xy for feature in content["features"] for xy in shapely.get_coordinates(shape(feature["geometry"]))]
    outside = [metres_to(LatLon(float(y), float(x)), JAKARTA) for x, y in corners[::10]]
    assert max(outside) < 3000
