"""import_kelurahan: what it takes over, what it refuses and why, and what a second import changes."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from jsc_project.lib.geo import LatLon
from reports.borders import MAX_FEATURES, PropertyNames, geometry_sha256, read_areas, read_code, read_geometry
from reports.models import Kelurahan, KelurahanBoundary, PlaceRevision
from reports.selectors.places import incidents_that_would_move, locate
from reports.services.places import APPROXIMATE_SOURCE
from tests import factories

MENTENG, GONDANGDIA = "31.71.06.1001", "31.71.06.1005"


def feature(code: Any = MENTENG, name: Any = "Menteng", geometry: Any = None, **properties: Any) -> dict[str, Any]:
    facts = {"kode": code, "kelurahan": name, "kecamatan": "Menteng", "kota": "Jakarta Pusat", **properties}
    return {"type": "Feature", "properties": facts, "geometry": geometry or factories.square(106.82, -6.20)}


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(c) for c in (*corners, corners[0])]]}


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


@pytest.fixture
def run(tmp_path: Path, db: None) -> Any:
    def importing(document: Any, *options: str) -> dict[str, Any]:
        path = tmp_path / "batas.geojson"
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        out = io.StringIO()
        importing.notes = io.StringIO()  # type: ignore[attr-defined]
        call_command("import_kelurahan", str(path), *options, "--json", stdout=out, stderr=importing.notes)  # type: ignore[attr-defined]
        return dict(json.loads(out.getvalue().splitlines()[-1]))

    return importing


def error_of(path: Path) -> dict[str, Any]:
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("import_kelurahan", str(path), "--json", stdout=out)
    assert stopped.value.code == 2
    return dict(json.loads(out.getvalue().splitlines()[-1])["error"])


def test_a_file_is_imported_once_and_its_second_import_changes_nothing(run: Any) -> None:
    document = collection(feature(), feature(GONDANGDIA, "Gondangdia", factories.square(106.83, -6.20)))
    assert run(document) == {"created": 2, "updated": 0, "unchanged": 0, "refused": []}
    before = PlaceRevision.current("boundaries")
    assert run(document) == {"created": 0, "updated": 0, "unchanged": 2, "refused": []}
    assert KelurahanBoundary.objects.count() == 2
    assert PlaceRevision.current("boundaries") == before
    menteng = Kelurahan.objects.get(code=MENTENG)
    assert (menteng.name, menteng.kecamatan, menteng.kota) == ("Menteng", "Menteng", "Jakarta Pusat")
    assert menteng.area_km2 == pytest.approx(1.22, abs=0.01)
    assert locate(LatLon(lat=menteng.lat, lon=menteng.lon)).kelurahan == menteng


def test_a_changed_polygon_is_a_new_version_and_the_old_one_stays(run: Any) -> None:
    run(collection(feature()))
    old = KelurahanBoundary.objects.get()
    drawn = copy.deepcopy(old.geometry)
    assert run(collection(feature(geometry=factories.square(106.82, -6.20, 0.02))))["updated"] == 1
    old.refresh_from_db()
    new = KelurahanBoundary.objects.get(valid_to__isnull=True)
    assert old.geometry == drawn
    assert old.valid_to == new.valid_from
    assert new.pk != old.pk
    assert locate(LatLon(lat=-6.185, lon=106.835)).boundary == new


def test_going_back_to_an_old_polygon_is_a_third_version(run: Any) -> None:
    run(collection(feature()))
    run(collection(feature(geometry=factories.square(106.82, -6.20, 0.02))))
    assert run(collection(feature()))["updated"] == 1
    assert KelurahanBoundary.objects.count() == 3
    assert KelurahanBoundary.objects.filter(valid_to__isnull=True).count() == 1


def test_a_changed_name_is_an_update_without_a_new_border(run: Any) -> None:
    run(collection(feature()))
    assert run(collection(feature(name="Menteng Baru")))["updated"] == 1
    assert KelurahanBoundary.objects.count() == 1
    assert Kelurahan.objects.get().name == "Menteng Baru"


def test_the_start_direction_and_order_of_rings_do_not_make_a_new_version(run: Any) -> None:
    west, east = factories.square(106.82, -6.20)["coordinates"], factories.square(106.84, -6.20)["coordinates"]
    run(collection(feature(geometry={"type": "MultiPolygon", "coordinates": [west, east]})))
    ring = west[0][:-1]
    turned = [[*ring[2:], *ring[:2], ring[2]][::-1]]
    again = {"type": "MultiPolygon", "coordinates": [east, turned]}
    assert run(collection(feature(geometry=again)))["unchanged"] == 1


def test_a_multipolygon_of_one_part_is_the_same_shape_as_the_polygon() -> None:
    square = factories.square(106.82, -6.20)
    multi = {"type": "MultiPolygon", "coordinates": [square["coordinates"]]}
    assert geometry_sha256(read_geometry(square)[0]) == geometry_sha256(read_geometry(multi)[0])


def test_heights_and_finer_decimals_do_not_make_a_new_version(run: Any) -> None:
    run(collection(feature()))
    lifted = {
        "type": "Polygon",
        "coordinates": [[[x + 1e-9, y, 7.5] for x, y in factories.square(106.82, -6.20)["coordinates"][0]]],
    }
    assert run(collection(feature(geometry=lifted)))["unchanged"] == 1


def test_a_dry_run_answers_the_same_and_writes_nothing(run: Any) -> None:
    before = PlaceRevision.current("boundaries")
    assert run(collection(feature()), "--dry-run")["created"] == 1
    assert not Kelurahan.objects.exists()
    assert not KelurahanBoundary.objects.exists()
    assert PlaceRevision.current("boundaries") == before


def test_a_part_retires_only_the_approximate_cells_of_its_own_codes(run: Any, db: None) -> None:
    menteng = factories.kelurahan(approximate=True)
    factories.kelurahan(code=GONDANGDIA, name="Gondangdia", west=106.83, approximate=True)
    run(collection(feature()))
    assert [b.approximate for b in menteng.boundaries.order_by("pk")] == [True, False]
    assert menteng.boundaries.filter(valid_to__isnull=True).get().approximate is False
    left = KelurahanBoundary.objects.get(kelurahan__code=GONDANGDIA)
    assert left.approximate
    assert left.valid_to is None


def test_the_same_shape_as_the_approximate_cell_still_becomes_official(run: Any, db: None) -> None:
    run(collection(feature()))
    KelurahanBoundary.objects.update(approximate=True, source=APPROXIMATE_SOURCE)
    assert run(collection(feature()))["updated"] == 1
    assert KelurahanBoundary.objects.get(valid_to__isnull=True).approximate is False


def test_other_property_names_can_be_given(run: Any) -> None:
    odd = {
        "type": "Feature",
        "properties": {"KD": 3171061001, "NM": "Menteng", "KEC": "Menteng", "KOT": "Jakarta Pusat"},
    }
    odd["geometry"] = factories.square(106.82, -6.20)
    options = ("--code-property=KD", "--name-property=NM", "--kecamatan-property=KEC", "--kota-property=KOT")
    assert run(collection(odd), *options)["created"] == 1
    assert Kelurahan.objects.get().code == MENTENG


def test_open_incidents_stay_and_are_listed_when_their_place_changes_hands(
    run: Any, menteng: Any, gondangdia: Any
) -> None:
    incident = factories.incident(area=menteng, lat=-6.195, lon=106.825)
    assert incidents_that_would_move() == []
    run(
        collection(
            feature(geometry=factories.square(106.81, -6.20)),
            feature(GONDANGDIA, "Gondangdia", factories.square(106.82, -6.20, 0.02)),
        )
    )
    incident.refresh_from_db()
    assert incident.kelurahan == menteng
    assert incident.boundary.valid_to is not None
    (would,) = incidents_that_would_move()
    assert would.incident == incident
    assert would.placing.kelurahan == gondangdia


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (feature(code=None), "'kode' is missing"),
        (feature(code="  "), "'kode' is missing"),
        (feature(code="32.71.06.1001"), "form 31.xx.xx.xxxx"),
        (feature(code="31.71.06"), "form 31.xx.xx.xxxx"),
        (feature(code=True), "'kode' is missing"),
        (feature(code=3171061001.0), "'kode' is missing"),
        (feature(name=" "), "'kelurahan' is missing"),
        (feature(name=["x"]), "'kelurahan' is missing"),
        (feature(name="x" * 101), "longer than 100"),
        (feature(name="a\u0000b"), "'kelurahan' is missing"),
        (feature(kota=None), "'kota' is missing"),
        ("text", "not a GeoJSON Feature"),
        ({"type": "Feature", "properties": None, "geometry": None}, "no properties"),
        ({**feature(), "geometry": None}, "no geometry"),
        (feature(geometry={"type": "Point", "coordinates": [106.8, -6.2]}), "only Polygon"),
        (feature(geometry={"type": "Polygon", "coordinates": []}), "no ring"),
        (feature(geometry={"type": "Polygon"}), "no ring"),
        (feature(geometry={"type": "MultiPolygon", "coordinates": []}), "empty"),
        (feature(geometry={"type": "Polygon", "coordinates": [[]]}), "fewer than three corners"),
        (feature(geometry={"type": "Polygon", "coordinates": [[[106.8, -6.2], [106.9, -6.2]]]}), "fewer than three"),
        (feature(geometry={"type": "Polygon", "coordinates": [[106.8, -6.2]]}), "not [longitude, latitude]"),
        (feature(geometry={"type": "Polygon", "coordinates": [[["a", -6.2]] * 4]}), "finite number"),
        (feature(geometry={"type": "Polygon", "coordinates": [[[True, -6.2]] * 4]}), "finite number"),
        (feature(geometry={"type": "Polygon", "coordinates": [[[10**400, -6.2]] * 4]}), "finite number"),
        (feature(geometry=polygon((-6.20, 106.82), (-6.19, 106.82), (-6.19, 106.83))), "swapped"),
        (feature(geometry=factories.square(112.7, -7.25)), "outside DKI"),
        (feature(geometry=polygon((700000, 9310000), (701000, 9310000), (701000, 9311000))), "not degrees"),
        (feature(geometry=polygon((106.82, -6.2), (106.83, -6.2), (106.84, -6.2))), "no area"),
        (feature(geometry=polygon((106.82, -6.2), (106.82, -6.2), (106.82, -6.2))), "no area"),
        (feature(geometry=polygon((106.82, -6.2), (106.83, -6.19), (106.83, -6.2), (106.82, -6.19))), "more than 5 %"),
    ],
)
def test_a_bad_feature_is_refused_with_its_number_and_reason_while_the_others_are_taken(
    run: Any, broken: Any, reason: str
) -> None:
    answer = run(collection(feature(GONDANGDIA, "Gondangdia"), broken))
    assert answer["created"] == 1
    (refusal,) = answer["refused"]
    assert refusal["row"] == 2
    assert reason in refusal["reason"]


def test_a_code_given_twice_is_taken_once_and_the_second_is_refused(run: Any) -> None:
    answer = run(collection(feature(), feature(geometry=factories.square(106.85, -6.20))))
    assert answer["created"] == 1
    assert answer["refused"][0]["row"] == 2
    assert "already given by feature 1" in answer["refused"][0]["reason"]


def test_a_small_self_crossing_is_repaired_and_told(run: Any) -> None:
    crossed = polygon(
        (106.82, -6.20),
        (106.83, -6.20),
        (106.83, -6.19),
        (106.8249, -6.19),
        (106.8251, -6.1898),
        (106.8251, -6.19),
        (106.8249, -6.1898),
        (106.8249, -6.19),
        (106.82, -6.19),
    )
    assert run(collection(feature(geometry=crossed)))["created"] == 1
    assert "repaired" in run.notes.getvalue()


def test_an_open_ring_is_closed_and_told(run: Any) -> None:
    ring = factories.square(106.82, -6.20)["coordinates"][0][:-1]
    assert run(collection(feature(geometry={"type": "Polygon", "coordinates": [ring]})))["created"] == 1
    assert "open ring" in run.notes.getvalue()


def test_overlaps_with_the_file_and_with_borders_that_stay_are_told_and_not_refused(run: Any) -> None:
    run(collection(feature()))
    answer = run(collection(feature(GONDANGDIA, "Gondangdia", factories.square(106.825, -6.20))))
    assert answer["created"] == 1
    assert f"{MENTENG} and {GONDANGDIA} overlap by 50%" in run.notes.getvalue()


@pytest.mark.parametrize("code", ["31.71.06.1001", 3171061001, "3171061001", " 31.71.06.1001 "])
def test_codes_are_read_with_and_without_dots(code: Any) -> None:
    assert read_code(code) == MENTENG


def test_a_byte_order_mark_a_wgs84_crs_and_a_single_feature_are_accepted() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    marked = b"\xef\xbb\xbf" + json.dumps(collection(feature(), crs=crs)).encode()
    assert len(read_areas(marked, PropertyNames()).areas) == 1
    assert len(read_areas(json.dumps(feature()).encode(), PropertyNames()).areas) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"kode,kelurahan\n",
        b"\xff\xfe\x00{",
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": {}}',
        b'{"type": "Topology", "features": []}',
        b'{"type": "FeatureCollection", "features": [], "x": NaN}',
        b"[" * 100_000,
        json.dumps(collection(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32748"}})).encode(),
        json.dumps(collection(crs="EPSG:23830")).encode(),
        json.dumps(collection(*[0] * (MAX_FEATURES + 1))).encode(),
    ],
)
def test_a_file_that_is_no_geojson_in_wgs84_ends_with_2_and_an_error(content: bytes, tmp_path: Path, db: None) -> None:
    path = tmp_path / "bukan.geojson"
    path.write_bytes(content)
    assert error_of(path)["code"] == "unreadable_input"
    assert not Kelurahan.objects.exists()


def test_a_missing_file_and_a_folder_end_with_2_and_an_error(tmp_path: Path, db: None) -> None:
    assert error_of(tmp_path / "tidak-ada.geojson")["code"] == "unreadable_input"
    assert error_of(tmp_path)["code"] == "unreadable_input"
