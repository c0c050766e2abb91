"""``import_cameras``: what is taken over from a list, and what each refused row is told."""

from __future__ import annotations

import csv
import json
import random
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cameras.camera_list import COLUMNS
from cameras.camera_rows import SITE_TYPES
from cameras.errors import CameraFileUnreadable
from cameras.footage import registry
from cameras.footage.options import PASSWORD, Choice, Option, Words, problems, url_complaint
from cameras.models import Camera, CameraRevision
from cameras.selectors import nearest_cameras
from cameras.services.cameras import cameras_import
from jsc_project.lib.geo import LatLon

pytestmark = pytest.mark.django_db
HEADER = "code,name,lat,lon,site_type,bearing_deg,fov_deg,range_m,source,url"
MONAS = "M1,Monas,-6.1754,106.8272,monas,90,60,150,rtsp,rtsp://10.0.0.5/live"


def run(path: Path, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_cameras", str(path), *arguments, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def listed(tmp_path: Path) -> Any:
    """Import the lines given (text or bytes); the answer comes back."""

    def write(*lines: str, header: str = HEADER, name: str = "cameras.csv", encoding: str = "utf-8") -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *lines]).encode(encoding))
        return run(path)

    return write


def reasons(answer: dict[str, Any]) -> dict[int, str]:
    return {refusal["row"]: refusal["reason"] for refusal in answer["refused"]}


def test_a_full_row_becomes_a_camera_with_derived_coverage(listed: Any) -> None:
    assert listed(MONAS) == {"created": 1, "updated": 0, "unchanged": 0, "refused": []}
    camera = Camera.objects.get()
    assert (camera.code, camera.name, camera.lat, camera.lon) == ("M1", "Monas", -6.1754, 106.8272)
    assert (camera.site_type, camera.bearing_deg, camera.fov_deg, camera.range_m) == ("monas", 90, 60, 150)
    assert (camera.source_kind, camera.source_settings) == ("rtsp", {"url": "rtsp://10.0.0.5/live"})
    assert camera.coverage_kind == Camera.CoverageKind.DERIVED
    (near,) = nearest_cameras(LatLon(-6.1754, 106.8281))
    assert near.covers
    assert not near.assumed


def test_a_second_import_changes_nothing(listed: Any) -> None:
    rows = [MONAS, "M2,Monas 2,-6.18,106.82,,,,,,"]
    listed(*rows)
    before = list(Camera.objects.values())
    assert listed(*rows) == {"created": 0, "updated": 0, "unchanged": 2, "refused": []}
    assert list(Camera.objects.values()) == before
    assert Camera.history.count() == 2


def test_changed_values_update_and_are_kept_in_the_history(listed: Any) -> None:
    listed(MONAS)
    answer = listed(MONAS.replace("Monas,", "Monas barat,").replace(",150,", ",80,"))
    assert answer["updated"] == 1
    camera = Camera.objects.get()
    assert (camera.name, camera.range_m) == ("Monas barat", 80)
    assert [record.name for record in Camera.history.order_by("history_id")] == ["Monas", "Monas barat"]


def test_an_empty_cell_or_a_missing_column_clears_nothing(listed: Any) -> None:
    listed(MONAS)
    Camera.objects.update(active=False, clock_offset_s=3)
    assert listed("M1,Monas,-6.1754,106.8272,,,,,,")["unchanged"] == 1
    assert listed("M1,Monas,-6.1754,106.8272", header="code,name,lat,lon")["unchanged"] == 1
    camera = Camera.objects.get()
    assert (camera.site_type, camera.range_m, camera.active, camera.clock_offset_s) == ("monas", 150, False, 3)


def test_another_address_keeps_the_other_settings_of_the_same_source(listed: Any) -> None:
    listed(MONAS)
    Camera.objects.update(source_settings={"url": "rtsp://10.0.0.5/live", "user": "rini"})
    assert listed(MONAS)["unchanged"] == 1
    listed(MONAS.replace("10.0.0.5", "10.0.0.6"))
    assert Camera.objects.get().source_settings == {"url": "rtsp://10.0.0.6/live", "user": "rini"}


def test_several_channels_on_one_pole_are_normal(listed: Any) -> None:
    header = "site_id,site_name,channel,lat,lon"
    answer = listed("501844,Thamrin,CCTV-01,-6.195,106.823", "501844,Thamrin,CCTV-02,-6.195,106.823", header=header)
    assert answer["created"] == 2
    assert list(Camera.objects.values_list("code", "name")) == [
        ("501844-CCTV-01", "Thamrin"),
        ("501844-CCTV-02", "Thamrin"),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",Monas,-6.1754,106.8272", ["no code"]),
        ("A,,-6.1754,106.8272", ["no name"]),
        ("A,Monas,,", ["no coordinates"]),
        ("A,Monas,-6.1754,", ["no lon"]),
        ("A,Monas,106.8272,-6.1754", ["lat and lon look swapped"]),
        ("A,Monas,0,0", ["0,0"]),
        ("A,Monas,0.0,0.000", ["0,0"]),
        ("A,Monas,6.1754,106.8272", ["minus sign"]),
        ("A,Bandung,-6.9147,107.6098", ["km outside Jakarta"]),
        ("A,Monas,nan,106.8272", ["lat", "not a finite number"]),
        ("A,Monas,-6.1754,inf", ["lon", "not a finite number"]),
        ("A,Monas,-6.1754,1e999", ["lon", "not a finite number"]),
        ("A,Monas,enam,106.8272", ["lat 'enam' is not a number"]),
        ("A,Monas,-6_1,106.8272", ["not a number"]),
        ("A,Monas,-6.175.4,106.8272", ["not a number"]),
        ('A,Monas,"-6,1754","106,8272"', ["lat '-6,1754' has a decimal comma", "lon '106,8272' has a decimal comma"]),
        ("A,Monas,-61754,106.8272", ["no degrees"]),
        ("A,Monas,-6.1754,106.8272,istana", ["unknown site_type 'istana'", "jalan_utama"]),
        ("A,Monas,-6.1754,106.8272,,400", ["bearing_deg must be within 0 to 360"]),
        ("A,Monas,-6.1754,106.8272,,,0", ["fov_deg must be within 1 to 360"]),
        ("A,Monas,-6.1754,106.8272,,,,9000", ["range_m must be within 1 to 2000"]),
        ("A,Monas,-6.1754,106.8272,,utara", ["bearing_deg 'utara' is not a number"]),
        ("A" * 65 + ",Monas,-6.1754,106.8272", ["at most 64"]),
        ("A," + "x" * 201 + ",-6.1754,106.8272", ["at most 200"]),
        (",,,,monas", ["no code", "no name", "no coordinates"]),
        ("A,Monas,-6.1754,106.8272,,,,,tape,x", ["unknown source 'tape'"]),
        ("A,Monas,-6.1754,106.8272,,,,,rtsp,", ["needs an address"]),
        ("A,Monas,-6.1754,106.8272,,,,,rtsp,http://10.0.0.5/", ["does not fit source rtsp"]),
        ("A,Monas,-6.1754,106.8272,,,,,,ftp://10.0.0.5/", ["must begin with"]),
        ("A,Monas,-6.1754,106.8272,,,,,,file:///etc/passwd", ["must begin with"]),
        ("A,Monas,-6.1754,106.8272,,,,,,rtsp://", ["must begin with"]),
        ("A,Monas,-6.1754,106.8272,,,,,folder,../../etc", ["folder below the footage root"]),
        ("A,Monas,-6.1754,106.8272,,,,,folder,/etc", ["folder below the footage root"]),
        ("A,Monas,-6.1754,106.8272,,,,,folder,", ["folder below the footage root"]),
        ("A,Monas,-6.1754,106.8272,,,,,,rtsp://rini:rahasia@10.0.0.5/", ["credentials in the console"]),
        ("A,Monas,-6.1754,106.8272,,,,,,rtsp://10.0.0.5/?user=rini&password=rahasia", ["credentials in the console"]),
    ],
)
def test_a_row_is_refused_with_every_reason(listed: Any, row: str, words: list[str]) -> None:
    answer = listed(row, MONAS)
    assert answer["created"] == 1
    (refusal,) = answer["refused"]
    assert refusal["row"] == 2
    for word in words:
        assert word in refusal["reason"]
    assert "rahasia" not in refusal["reason"]


def test_an_unquoted_decimal_comma_is_noticed_by_its_extra_columns(listed: Any) -> None:
    answer = listed("A,Monas,-6,1754,106,8272", header="code,name,lat,lon")
    assert "6 values under 4 columns" in reasons(answer)[2]


def test_a_code_told_twice(listed: Any) -> None:
    answer = listed(MONAS, MONAS, MONAS.replace("Monas,", "Lain,"), "M1,Monas,0,0")
    assert (answer["created"], answer["unchanged"]) == (1, 1)
    assert reasons(answer)[4] == "code 'M1' is already in row 2, with other values"
    assert "0,0" in reasons(answer)[5]
    assert Camera.objects.get().name == "Monas"


def test_rows_are_numbered_by_the_line_of_the_file(listed: Any) -> None:
    answer = listed("", ",,,", '"A","Monas\nlantai dua",0,0', "", "B,Monas,0,0")
    assert list(reasons(answer)) == [4, 7]


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        ("code;name;lat;lon", "A;Monas, barat;-6,1754;106,8272", "utf-8"),  # a spreadsheet set to Indonesian
        ("code\tname\tlat\tlon", "A\tMonas, barat\t-6.1754\t106.8272", "utf-8"),
        ("code,name,lat,lon", 'A,"Monas, barat",-6.1754,106.8272', "utf-8-sig"),
        ("code|name|lat|lon", "A|Monas, barat|-6.1754|106.8272", "utf-16"),
        ("sep=;\ncode;name;lat;lon", "A;Monas, barat;-6.1754;106.8272", "utf-8"),
        ("Code , NAME ,Latitude,LNG,remark", 'A,"Monas, barat",\N{MINUS SIGN}6.1754, 106.8272 ,x', "utf-8"),
        ("\n\ncode,name,lat,lon", 'A,"Monas, barat",-6.1754,106.8272\n', "utf-8"),
        ('"code","name","lat","lon"', '"A","Monas, barat","-6.1754","106.8272"\r', "utf-8"),
    ],
)
def test_many_spellings_of_a_list_are_read(listed: Any, header: str, row: str, encoding: str) -> None:
    assert listed(row, header=header, encoding=encoding)["created"] == 1
    camera = Camera.objects.get()
    assert (camera.code, camera.name, camera.lat, camera.lon) == ("A", "Monas, barat", -6.1754, 106.8272)


def test_windows_text_keeps_its_accents(listed: Any) -> None:
    assert listed("A,Café Batavia,-6.1349,106.8133", encoding="cp1252")["created"] == 1
    assert Camera.objects.get().name == "Café Batavia"


def test_site_types_come_as_slug_label_or_common_word(listed: Any) -> None:
    words = ["Halte Busway", "pompa-air", "River", "JALAN_UTAMA", "Jembatan penyeberangan (JPO)", "RPTRA"]
    listed(*[f"C{i},Kamera,-6.17,106.82,{word},,,,," for i, word in enumerate(words)])
    found = list(Camera.objects.order_by("code").values_list("site_type", flat=True))
    assert found == ["halte_busway", "pompa_air", "sungai", "jalan_utama", "jpo", "rptra"]


def test_the_reader_knows_exactly_the_site_types_of_the_model() -> None:
    assert list(SITE_TYPES) == Camera.SiteType.values


def test_a_folder_is_a_source_too(listed: Any) -> None:
    listed("A,Monas,-6.1754,106.8272,,,,,folder,gate-03")
    camera = Camera.objects.get()
    assert (camera.source_kind, camera.source_settings) == ("folder", {"folder": "gate-03"})


def kinds() -> list[str]:
    return list(Camera.objects.order_by("code").values_list("source_kind", flat=True))


def test_the_kind_of_source_follows_from_the_address(listed: Any) -> None:
    listed("A,Monas,-6.17,106.82,,,,,,rtsps://cam.example/1", "B,Monas,-6.17,106.82,,,,,,https://cam.example/1.mp4")
    assert kinds() == ["rtsp", "http"]


def test_playlists_and_stills_are_told_by_the_ending_where_their_sources_exist(
    listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("hls", "snapshot"):
        monkeypatch.setitem(registry.SOURCES, kind, Plain)
    addresses = [
        "http://10.0.0.5/a/index.M3U8?x=1",
        "https://10.0.0.5/now.jpg",
        "http://10.0.0.5/jpg",
        "rtsp://a/b.jpg",
    ]
    listed(*(f"C{n},Monas,-6.17,106.82,,,,,,{address}" for n, address in enumerate(addresses)))
    assert kinds() == ["hls", "snapshot", "http", "rtsp"]


class Plain:
    """A source that needs an address only."""

    options = (Option("url", Words("Alamat", "Address"), required=True, check=url_complaint("http", "https")),)

    @classmethod
    def validate(cls, settings: Any) -> dict[str, str]:
        return problems(cls.options, settings)


class Recorder:
    """A source that needs more than an address."""

    title = Words("Perekam", "Recorder")
    options = (
        Option("url", title, required=True, check=url_complaint("http", "https")),
        Option("channel", title, "number", required=True, low=1, high=64),
        Option("stream", title, "choice", choices=(Choice("main", title), Choice("sub", title))),
        Option("verify_tls", title, "flag", default=True),
        Option("track", title),
        PASSWORD,
    )

    @classmethod
    def validate(cls, settings: Any) -> dict[str, str]:
        return problems(cls.options, settings)


@pytest.fixture
def recorders(monkeypatch: pytest.MonkeyPatch, listed: Any) -> Any:
    """Import rows of a registered kind with columns for its options."""
    monkeypatch.setitem(registry.SOURCES, "recorder", Recorder)
    for option in Recorder.options:
        if option.kind != "secret":
            monkeypatch.setitem(COLUMNS, option.name, option.name)
    header = "code,name,lat,lon,source,url,channel,stream,verify_tls,track,password"
    return lambda *rows: listed(*(f"{row}" for row in rows), header=header)


REC = "R1,Monas,-6.1754,106.8272,Recorder,http://10.0.0.5"


def test_any_registered_kind_is_taken_with_its_options_from_columns_of_their_names(recorders: Any) -> None:
    assert recorders(f"{REC},3,SUB,tidak,101")["created"] == 1
    camera = Camera.objects.get()
    assert (camera.source_kind, camera.source_settings) == (
        "recorder",
        {"url": "http://10.0.0.5", "channel": 3, "stream": "sub", "verify_tls": False, "track": "101"},
    )
    assert type(camera.source_settings["channel"]) is int


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("", "source recorder: channel is required"),
        ("0", "channel must be between 1 and 64"),
        ("tiga", "channel must be a number"),
        ("3,fast", "stream must be one of: main, sub"),
        ("3,,mungkin", "verify_tls must be yes or no"),
        ("3,,,?token=rahasia", "track holds a user name or password"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_by_its_column(recorders: Any, cells: str, words: str) -> None:
    (refusal,) = recorders(f"{REC},{cells}")["refused"]
    assert words in refusal["reason"]
    assert "rahasia" not in refusal["reason"]


def test_a_url_of_another_scheme_does_not_fit_a_kind(recorders: Any) -> None:
    (refusal,) = recorders("R1,Monas,-6.1754,106.8272,recorder,rtsp://10.0.0.5/,3")["refused"]
    assert refusal["reason"] == "the url does not fit source recorder"


def test_what_a_camera_has_already_need_not_stand_in_the_list(recorders: Any) -> None:
    recorders(f"{REC},3")
    assert recorders(REC)["unchanged"] == 1
    assert recorders(f"{REC},,sub")["updated"] == 1
    assert Camera.objects.get().source_settings == {"url": "http://10.0.0.5", "channel": 3, "stream": "sub"}


def test_a_column_of_passwords_is_never_read(recorders: Any) -> None:
    recorders(f"{REC},3,,,,rahasia")
    camera = Camera.objects.get()
    assert camera.source_secrets is None
    assert "rahasia" not in json.dumps(camera.source_settings)


def test_a_site_lists_channel_is_part_of_the_code_and_no_number_of_a_recorder(
    listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.SOURCES, "recorder", Recorder)
    answer = listed(
        "501844,CCTV-01,Monas,-6.17,106.82,recorder,http://10.0.0.5",
        "501844,2,Monas,-6.17,106.82,recorder,http://10.0.0.5",
        header="site_id,channel,name,lat,lon,source,url",
    )
    assert reasons(answer) == {2: "source recorder: channel is required"}
    assert Camera.objects.get().source_settings["channel"] == 2


def test_a_list_cannot_lead_stored_credentials_to_another_device(listed: Any) -> None:
    listed(MONAS)
    camera = Camera.objects.get()
    camera.secrets_set({"password": "rahasia"})
    camera.save()
    for url in ("rtsp://10.0.0.6/live", "rtsp://10.0.0.5:8554/live"):
        assert "leads away" in reasons(listed(MONAS.replace("rtsp://10.0.0.5/live", url)))[2]
    assert listed(MONAS.replace("/live", "/live2"))["updated"] == 1
    assert Camera.objects.get().secrets["password"] == "rahasia"


def test_a_dry_run_answers_the_same_and_stores_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cameras.csv"
    path.write_text(f"{HEADER}\n{MONAS}\nB,Monas,0,0\n")
    before = CameraRevision.current("cameras")
    dry = run(path, "--dry-run")
    assert not Camera.objects.exists()
    assert not Camera.history.exists()
    assert CameraRevision.current("cameras") == before
    assert run(path) == dry


def test_a_camera_moved_away_from_its_drawn_coverage_is_refused(listed: Any) -> None:
    listed(MONAS)
    ring = [[106.8272, -6.1754], [106.8282, -6.1754], [106.8282, -6.1744], [106.8272, -6.1754]]
    camera = Camera.objects.get()
    camera.drawn_coverage = {"type": "Polygon", "coordinates": [ring]}
    camera.save()
    answer = listed(MONAS.replace("-6.1754", "-6.30"))
    assert "km from the camera" in reasons(answer)[2]
    assert Camera.objects.get().lat == -6.1754


# -- GeoJSON -------------------------------------------------------------------------


def feature(code: Any = "A", lon: Any = 106.8272, lat: Any = -6.1754, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"code": code, "name": "Monas", **properties},
    }


def geojson(tmp_path: Path, *features: Any) -> dict[str, Any]:
    path = tmp_path / "cameras.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return run(path)


def test_features_become_cameras(tmp_path: Path) -> None:
    answer = geojson(
        tmp_path,
        feature("A", bearing_deg=90, fov_deg=60.5, range_m=100, site_type="monas", remark={"any": "thing"}),
        feature(12, name="Angka"),
        {**feature("C"), "geometry": {"type": "Point", "coordinates": [106.8, -6.2, 12.0]}},
        {"type": "Feature", "geometry": None, "properties": {"code": "D", "name": "D", "lat": -6.2, "lon": 106.8}},
    )
    assert answer == {"created": 4, "updated": 0, "unchanged": 0, "refused": []}
    assert set(Camera.objects.values_list("code", flat=True)) == {"A", "12", "C", "D"}
    assert Camera.objects.get(code="A").fov_deg == 60.5


def test_features_are_refused_by_their_number(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[106.8, -6.2], [106.9, -6.2]]}
    answer = geojson(
        tmp_path,
        feature("A", lon=-6.1754, lat=106.8272),
        feature("B", lon=0, lat=0),
        feature("C", lon=float("nan")),
        {**feature("D"), "geometry": line},
        feature("E", lon="106.8"),
        "no feature",
        feature(None),
        {"type": "Feature", "geometry": None, "properties": None},
        feature(True),
        feature("OK"),
    )
    told = reasons(answer)
    assert answer["created"] == 1
    assert list(told) == list(range(1, 10))
    assert "swapped" in told[1]
    assert "0,0" in told[2]
    assert "finite" in told[3]
    assert "Point" in told[4]
    assert "no code" in told[7]
    assert "no code" in told[9]


# -- Files that are no list ----------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n\n ",
        b"\xef\xbb\xbf",
        b"M1,Monas,-6.1754,106.8272\n",  # no header
        b"code,name,lat,lat\n",
        b"PK\x03\x04\x14\x00\x06\x00spreadsheet",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xfe\x00\xd8\x00",  # UTF-16 cut short
        b"{",
        b"[1, 2]",
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": {"a": 1}}',
        b'{"type": "Feature", "geometry": null, "properties": {}}',
        b'code,name,lat,lon\n"' + b"x" * 200_000,  # a quote that never ends
    ],
)
def test_a_file_that_is_no_list_ends_with_2(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cameras.csv"
    path.write_bytes(content)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_cameras", str(path), "--json", stdout=out)
    assert ended.value.code == 2
    error = json.loads(out.getvalue().splitlines()[-1])["error"]
    assert error["code"] == "camera_file_unreadable"
    assert not Camera.objects.exists()


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_opened_ends_with_2(tmp_path: Path, name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("import_cameras", str(tmp_path / name), "--json", stdout=StringIO())
    assert ended.value.code == 2


def test_a_header_alone_is_an_empty_list(listed: Any) -> None:
    assert listed() == {"created": 0, "updated": 0, "unchanged": 0, "refused": []}


PIECES = [
    *(b'"', b",", b";", b"\n", b"\r", b"{", b"[", b"]", b"-", b"nan", b"null", b"1e999", b"\xff", b"\xc3", b"true"),
    *(
        b'"\\ud800"',
        b"rtsp://a:b@c",
        b"http://[",
        b"9" * 5000,
        b"\xe2\x80\xa8",
        b"../",
        b"\x0b",
        b"lat",
        b"\xef\xbb\xbf",
    ),
]


@pytest.mark.parametrize("seed", range(40))
def test_a_mangled_file_is_answered_or_refused_and_never_crashes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    lists = [
        f"{HEADER}\n{MONAS}\n".encode(),
        json.dumps({"type": "FeatureCollection", "features": [feature()]}).encode(),
    ]
    content = bytearray(rng.choice(lists))
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(content) + 1)
        content[at : at + rng.choice([0, 0, 5, 20])] = rng.choice(PIECES)
    path = tmp_path / "cameras.csv"
    path.write_bytes(content)
    try:
        answer = cameras_import(path=path).as_json()
    except CameraFileUnreadable:
        return
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


# -- Real lists ----------------------------------------------------------------------


def test_the_60_public_channels_are_imported_and_the_second_time_unchanged(testdata: Path) -> None:
    path = testdata / "cctv" / "jakarta_public_cctv_channels.csv"
    assert run(path) == {"created": 60, "updated": 0, "unchanged": 0, "refused": []}
    assert run(path) == {"created": 0, "updated": 0, "unchanged": 60, "refused": []}
    assert len({(c.lat, c.lon) for c in Camera.objects.all()}) < 40


def test_the_nameless_list_is_refused_row_by_row(testdata: Path) -> None:
    path = testdata / "cctv" / "jakcctv_public_50_names.csv"
    with path.open(newline="") as lines:
        rows = len(list(csv.DictReader(lines)))
    answer = run(path)
    assert answer["created"] == 0
    assert len(answer["refused"]) == rows > 40
    assert all("no coordinates" in refusal["reason"] for refusal in answer["refused"])


def test_4000_cameras_are_imported_in_reasonable_time(listed: Any) -> None:
    rows = [f"C{i},Kamera {i},{-6.15 - (i % 60) / 400:.5f},{106.75 + i // 60 / 400:.5f},,,,,," for i in range(4000)]
    assert listed(*rows)["created"] == 4000
    assert listed(*rows)["unchanged"] == 4000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "code;name;lat;lon;Bearing Deg;bearng_deg;Pemilik\nA;B;-6.17;106.82;10;20;Dishub\n"),
        (
            "a.geojson",
            (
                '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, "properties": '
                '{"code": "A", "bearing-deg": 10, "bearng_deg": 20, "Pemilik": "Dishub"}}, 7]}'
            ),
        ),
    ],
)
def test_columns_that_nothing_is_read_from_are_named(name: str, content: str, tmp_path: Path) -> None:
    path, said = tmp_path / name, StringIO()
    path.write_text(content)
    call_command("import_cameras", str(path), "--json", stdout=StringIO(), stderr=said)
    assert said.getvalue().strip() == "ignored columns: bearng_deg, Pemilik"
