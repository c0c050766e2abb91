"""Which cameras see a point and which stand near it: the order, the index, the command."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from cameras.index import CameraIndex
from cameras.models import Camera
from cameras.selectors import camera_index, cameras_seeing, nearest_cameras
from jsc_project.lib.geo import LatLon, offset
from tests.bench.nearest import brute_force, entries, measured

HERE = LatLon(lat=-6.195, lon=106.825)
ROOT = Path(__file__).resolve().parents[2]


def camera(code: str, metres: float = 0, bearing: float = 90, **extra: Any) -> Camera:
    """A camera ``metres`` away; without more, its coverage is an assumed circle of 100 m."""
    at = offset(HERE, bearing, metres)
    return Camera.objects.create(code=code, name=f"Kamera {code}", lat=at.lat, lon=at.lon, **extra)


def looking_here(code: str, metres: float, bearing: float = 90, **extra: Any) -> Camera:
    """A camera ``metres`` away that looks back at the point."""
    view = {"bearing_deg": (bearing + 180) % 360, "fov_deg": 40, "range_m": metres + 50}
    return camera(code, metres, bearing, **view, **extra)


def codes(found: list[Any]) -> list[str]:
    return [seen.code for seen in found]


@pytest.mark.django_db
def test_the_best_view_comes_first() -> None:
    folder = {"source_kind": "folder", "source_settings": {"folder": "x"}}
    looking_here("A-SICK", 10, health=Camera.Health.UNHEALTHY, **folder)
    camera("B-ASSUMED", 10, **folder)
    looking_here("C-NO-SOURCE", 10)
    looking_here("D-FAR", 200, **folder)
    looking_here("E-NEAR", 100, health=Camera.Health.HEALTHY, **folder)
    looking_here("F-SAME-AS-E", 100, bearing=90, **folder)
    looking_here("G-OFF", 10, active=False, **folder)
    camera("H-BLIND", 150, **folder)
    assert codes(cameras_seeing(HERE)) == [
        "E-NEAR",
        "F-SAME-AS-E",
        "D-FAR",
        "C-NO-SOURCE",
        "B-ASSUMED",
        "A-SICK",
    ]


@pytest.mark.django_db
def test_a_sighting_tells_what_the_caller_needs() -> None:
    made = looking_here("A", 100, source_kind="folder", source_settings={"folder": "x"})
    (seen,) = cameras_seeing(HERE)
    assert (seen.camera_id, seen.name, seen.covers, seen.assumed) == (made.pk, "Kamera A", True, False)
    assert (seen.healthy, seen.has_source, seen.bearing_deg) == (True, True, 270)
    assert seen.metres == pytest.approx(100, abs=0.1)


@pytest.mark.django_db
def test_two_channels_of_a_pole_are_one_view_only_when_they_look_the_same_way() -> None:
    for code, bearing in (("A", 355), ("B", 10), ("C", 120), ("D", None), ("E", None)):
        camera(code, 0, bearing_deg=bearing)
    camera("F", 40, bearing_deg=355)
    by_code = {seen.code: seen for seen in cameras_seeing(HERE)}
    assert by_code["A"].same_view(by_code["B"])  # 15 degrees apart, across north
    assert not by_code["A"].same_view(by_code["C"])
    assert not by_code["D"].same_view(by_code["E"])  # unknown is not known to be the same
    assert not by_code["A"].same_view(by_code["F"])


@pytest.mark.django_db
def test_nearest_puts_unhealthy_last_then_not_covering_last_then_metres_then_code() -> None:
    camera("SICK-COVERS", 20, health=Camera.Health.UNHEALTHY)
    camera("SICK-BLIND", 150, health=Camera.Health.UNHEALTHY)
    camera("BLIND-NEAR", 120)
    camera("BLIND-FAR", 450)
    camera("COVERS-B", 90)
    camera("COVERS-A", 90)
    looking_here("BEYOND", 900)  # sees the point from farther than the radius
    camera("OUT", 600)
    camera("OFF", 10, active=False)
    found = nearest_cameras(HERE, radius_m=500, limit=20)
    assert codes(found) == [
        "COVERS-A",
        "COVERS-B",
        "BEYOND",
        "BLIND-NEAR",
        "BLIND-FAR",
        "SICK-COVERS",
        "SICK-BLIND",
    ]
    assert codes(nearest_cameras(HERE, limit=3)) == codes(found)[:3]


@pytest.mark.django_db
def test_no_camera_at_all_is_an_empty_answer() -> None:
    assert nearest_cameras(HERE) == []
    assert cameras_seeing(HERE) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_index_of_4000_cameras_answers_as_measuring_every_camera_does(seed: int) -> None:
    rng = random.Random(seed + 100)
    cameras = entries(4000, seed)
    index = CameraIndex(cameras)
    point = LatLon(lat=rng.uniform(-6.37, -6.10), lon=rng.uniform(106.70, 106.95))
    measures = measured(cameras, point)
    for radius_m, limit in ((500, 10), (0, 5), (800, 3), (3000, 40), (9000, 150), (60_000, 25)):
        answer = [(seen.code, seen.metres, seen.covers) for seen in index.nearest(point, radius_m, limit)]
        assert answer == brute_force(measures, radius_m, limit)


def test_a_warm_query_among_4000_cameras_takes_less_than_5_ms() -> None:
    index = CameraIndex(entries(4000))
    rng = random.Random(7)
    spent = []
    for _ in range(60):
        point = LatLon(lat=rng.uniform(-6.37, -6.10), lon=rng.uniform(106.70, 106.95))
        start = time.perf_counter()
        index.nearest(point, 500, 10)
        spent.append((time.perf_counter() - start) * 1000)
    assert statistics.median(spent) < 5


def _save(made: Camera) -> None:
    made.lat += 0.01
    made.save()


def _delete(made: Camera) -> None:
    made.delete()


def _update(made: Camera) -> None:
    Camera.objects.filter(code=made.code).update(lat=made.lat + 0.01)


def _update_by_its_own_filter(made: Camera) -> None:
    Camera.objects.filter(lat=made.lat).update(lat=made.lat + 0.01)


def _bulk_update(made: Camera) -> None:
    made.lat += 0.01
    Camera.objects.bulk_update([made], ["lat"])


def _bulk_delete(made: Camera) -> None:
    Camera.objects.filter(code=made.code).delete()


def _deactivate(made: Camera) -> None:
    Camera.objects.filter(code=made.code).update(active=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [_save, _delete, _update, _update_by_its_own_filter, _bulk_update, _bulk_delete, _deactivate]
)
def test_every_way_to_change_a_camera_shows_in_the_next_answer(change: Callable[[Camera], None]) -> None:
    made = camera("A")
    assert codes(cameras_seeing(HERE)) == ["A"]
    change(made)
    assert cameras_seeing(HERE) == []


@pytest.mark.django_db
def test_a_bulk_change_of_the_view_computes_the_coverage_anew() -> None:
    camera("A", 300)
    assert cameras_seeing(HERE) == []
    Camera.objects.filter(code="A").update(bearing_deg=270, fov_deg=40, range_m=350)
    (seen,) = cameras_seeing(HERE)
    assert not seen.assumed
    assert Camera.objects.get(code="A").coverage_kind == Camera.CoverageKind.DERIVED


@pytest.mark.django_db
def test_bulk_created_cameras_have_their_coverage() -> None:
    at = offset(HERE, 0, 100)
    Camera.objects.bulk_create([Camera(code="A", name="A", lat=at.lat, lon=at.lon, fov_deg=360, range_m=120)])
    assert codes(cameras_seeing(HERE)) == ["A"]


@pytest.mark.django_db
def test_a_camera_whose_coverage_was_lost_stands_near_and_covers_nothing() -> None:
    camera("A", 10)
    camera("B", 20)
    Camera.objects.filter(code="A").update(coverage={})
    assert codes(cameras_seeing(HERE)) == ["B"]
    assert codes(nearest_cameras(HERE)) == ["B", "A"]


@pytest.mark.django_db
def test_saving_only_the_health_leaves_the_coverage_alone_and_shows() -> None:
    made = camera("A")
    made.health = Camera.Health.UNHEALTHY
    made.save(update_fields=["health"])
    (seen,) = cameras_seeing(HERE)
    assert not seen.healthy


@pytest.mark.django_db(transaction=True)
def test_an_index_built_inside_a_transaction_dies_with_its_rollback() -> None:
    """Were the revision a count, the next change would get the number of the one rolled back."""
    camera("A")
    with pytest.raises(RuntimeError), transaction.atomic():
        camera("GHOST")
        assert codes(cameras_seeing(HERE)) == ["A", "GHOST"]
        raise RuntimeError
    camera("B")
    assert codes(cameras_seeing(HERE)) == ["A", "B"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_bulk_write_in_another_process_shows_in_the_next_answer() -> None:
    camera("A", 2000)
    camera("B", 3000)
    assert cameras_seeing(HERE) == []
    script = (
        "import os, sys, django; from django.conf import settings; django.setup();"
        "settings.DATABASES['default']['NAME'] = sys.argv[1];"
        "from cameras.models import Camera;"
        f"print(Camera.objects.all().update(lat={HERE.lat}, lon={HERE.lon}))"
    )
    name = str(connections["default"].settings_dict["NAME"])
    ran = subprocess.run(
        [sys.executable, "-c", script, name], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.stdout.strip() == "2", ran.stderr
    assert codes(cameras_seeing(HERE)) == ["A", "B"]


@pytest.mark.django_db(transaction=True)
def test_threads_ask_while_another_writes_and_the_last_word_is_right() -> None:
    camera("A")
    stop, errors = threading.Event(), []

    def ask() -> None:
        try:
            while not stop.is_set():
                assert len(cameras_seeing(HERE)) <= 6
        except Exception as error:  # noqa: BLE001 - handed to the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(5):
        camera(f"B{number}")
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    assert not errors
    assert len(cameras_seeing(HERE)) == 6


@pytest.mark.django_db
def test_the_index_is_built_once_while_nothing_changes(django_assert_num_queries: Any) -> None:
    camera("A")
    first = camera_index()
    with django_assert_num_queries(1):
        assert camera_index() is first


# -- The command ---------------------------------------------------------------------


def ask(*arguments: str) -> Any:
    out = StringIO()
    call_command("nearest_cameras", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.django_db
def test_the_command_answers_exactly_the_keys_of_the_contract() -> None:
    camera("A", 50, health=Camera.Health.UNHEALTHY)
    assert ask("-6.195", "106.825") == [
        {"code": "A", "name": "Kamera A", "metres": 50.0, "covers": True, "assumed": True, "healthy": False}
    ]
    assert ask("-6.3", "106.825") == []


@pytest.mark.django_db
def test_the_command_heeds_radius_and_limit() -> None:
    for number in range(5):
        camera(f"C{number}", 200 + 100 * number)
    assert [seen["code"] for seen in ask("-6.195", "106.825", "--radius-m", "350")] == ["C0", "C1"]
    assert [seen["code"] for seen in ask("-6.195", "106.825", "--limit", "3")] == ["C0", "C1", "C2"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ("95", "106.8"),
        ("nan", "106.8"),
        ("-6.2", "181"),
        ("-6.2", "106.8", "--limit", "0"),
        ("-6.2", "106.8", "--radius-m", "-1"),
        ("-6.2", "106.8", "--radius-m", "nan"),
    ],
)
def test_bad_input_ends_with_2_and_a_reason(arguments: tuple[str, ...], capsys: Any) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("nearest_cameras", *arguments, "--json", stdout=out)
    assert ended.value.code == 2
    assert set(json.loads(out.getvalue())["error"]) >= {"code", "detail"}


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["north", "106.8"], ["-6.2"]])
def test_arguments_that_are_no_numbers_are_answered_in_json_too(arguments: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "manage.py", "nearest_cameras", *arguments, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 2
    assert json.loads(ran.stdout.splitlines()[-1])["error"]["code"] == "unreadable_input"
