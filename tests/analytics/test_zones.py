"""Zones: what a file may say, and who stands in one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation

from analytics.checks.words import ZONES_ID, no_zone
from analytics.zones import ZONE_KINDS, Zone, ZonesInvalid, whole_picture, zones_parse, zones_read
from cameras.models import Zone as ZoneRow

SQUARE = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"kind": "road"}, "list of zones"),
        ([7], "object"),
        ([{"polygon": SQUARE}], "kind must be text"),
        ({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}}, "GeoJSON (Feature"),
        ([{"type": "Feature", "properties": {"kind": "road"}}], "/0: a zone is an object"),
        ([{"camera": "A", "zones": []}], "several cameras"),
        (SQUARE, "/0: a zone is an object with kind and polygon, this is a list of points"),
        ([[SQUARE]], "list of points"),
        (None, "this is nothing"),
        ("road", "this is str"),
        ([{"kind": "motorway", "polygon": SQUARE}], "unknown kind 'motorway'"),
        ([{"kind": "road"}], "polygon must be a list"),
        ([{"kind": "road", "polygon": SQUARE[:2]}], "at least 3 different points"),
        ([{"kind": "road", "polygon": [SQUARE[0]] * 4}], "at least 3 different points"),
        ([{"kind": "road", "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}], "crosses itself"),
        ([{"kind": "road", "polygon": [[0, 0], [640, 0], [640, 360]]}], "outside 0-1"),
        ([{"kind": "road", "polygon": [[0, 0], [1, 0], [-0.1, 1]]}], "outside 0-1"),
        ([{"kind": "road", "polygon": [[0, 0], [1, "0"], [1, 1]]}], "two numbers"),
        ([{"kind": "road", "polygon": [[0, 0], [1, float("nan")], [1, 1]]}], "two numbers"),
        ([{"kind": "road", "polygon": [[0, 0], [True, 0], [1, 1]]}], "two numbers"),
        ([{"kind": "road", "polygon": [[0, 10**400], [1, 0], [1, 1]]}], "two numbers"),
        ([{"kind": "road", "polygon": [[0, 0, 0], [1, 0], [1, 1]]}], "must be [x, y]"),
        ([{"kind": "road", "polygon": SQUARE, "ground_points": [[0, 0, 1, 1]]}], "at least 4 points"),
        ([{"kind": "road", "polygon": SQUARE, "ground_points": [[0, 0, 1]]}], "east_m"),
    ],
)
def test_a_wrong_zone_is_refused_with_what_is_wrong(content: object, words: str) -> None:
    with pytest.raises(ZonesInvalid) as caught:
        zones_parse(content)
    assert words in caught.value.detail
    assert caught.value.data["where"]


def test_a_file_nested_without_end_is_refused_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    path.write_text("[" * 100_000)
    with pytest.raises(ZonesInvalid):
        zones_read(path)
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([{"kind": "road", "polygon": SQUARE}]).encode())
    assert [zone.kind for zone in zones_read(path)] == ["road"]


def test_the_second_zone_is_named_when_it_is_the_wrong_one() -> None:
    with pytest.raises(ZonesInvalid) as caught:
        zones_parse([{"kind": "road", "polygon": SQUARE}, {"kind": "road", "polygon": []}])
    assert caught.value.data["where"] == "/1"


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ([0.4, 0.4, 0.6, 0.6], True),
        ([0.4, 0.0, 0.6, 0.3], True),  # only its wheels are in
        ([0.4, 0.7, 0.6, 0.9], False),  # its roof is in, its wheels are past it
        ([0.7, 0.3, 0.95, 0.6], False),  # overlaps, stands in the next lane
    ],
)
def test_the_bottom_centre_decides(box: list[float], inside: bool) -> None:
    [zone] = zones_parse([{"kind": "road", "polygon": SQUARE}])
    assert zone.holds(np.array([box], np.float32)).tolist() == [inside]


def test_a_box_that_reaches_past_the_picture_is_in_the_whole_picture() -> None:
    boxes = np.array([[-0.1, 0.5, 0.1, 1.2], [0.9, 0.5, 1.3, 1.0]], np.float32)
    assert whole_picture("road").holds(boxes).all()


def test_calibration_is_read_as_the_camera_admin_stores_it() -> None:
    points = [[0, 0, 0, 0], [1, 0, 10, 0], [1, 1, 10, 30], [0, 1, 0, 30]]
    [zone] = zones_parse([{"kind": "road", "polygon": SQUARE, "ground_points": points}])
    assert zone.ground[2].metres == (10.0, 30.0)


def test_a_zone_validates_itself() -> None:
    with pytest.raises(ZonesInvalid):
        Zone("road", ((0.0, 0.0), (1.0, 0.0)))


def test_every_kind_has_an_indonesian_name_as_the_drawing_page_has_it() -> None:
    assert ZONES_ID.keys() == ZONE_KINDS == set(ZoneRow.Kind.values)
    with translation.override("id"):
        assert {kind.value: str(kind.label) for kind in ZoneRow.Kind} == ZONES_ID
    told = no_zone(("no_stopping", "road"))
    assert "dilarang berhenti, jalan" in told.id and "no stopping, road" in told.en


@pytest.mark.parametrize(
    ("polygon", "y", "wide"),
    [
        (((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)), 0.5, 0.6),
        (((0.4, 0.2), (0.6, 0.2), (1.0, 1.0), (0.0, 1.0)), 0.6, 0.6),
        (((0.4, 0.2), (0.6, 0.2), (1.0, 1.0), (0.0, 1.0)), 1.0, 1.0),
        (((0.0, 0.0), (0.2, 0.0), (0.2, 0.8), (0.6, 0.8), (0.6, 0.0), (0.8, 0.0), (0.8, 1.0), (0.0, 1.0)), 0.5, 0.4),
        (((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)), 0.9, 0.0),
    ],
    ids=["square", "narrowing road", "its near end", "two arms", "beyond it"],
)
def test_a_zones_width_is_measured_across_the_picture(
    polygon: tuple[tuple[float, float], ...], y: float, wide: float
) -> None:
    assert Zone("road", polygon).width_at(y) == pytest.approx(wide, abs=1e-6)
