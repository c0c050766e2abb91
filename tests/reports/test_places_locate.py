"""locate: hand-drawn boxes, so that every answer can be read off the picture.

    106.82        106.83        106.84
-6.19 +-------------+-------------+
      |   Menteng   |  Gondangdia |
-6.20 +-------------+-------------+
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from shapely.geometry import MultiPolygon, box

from jsc_project.lib.geo import LatLon, offset
from reports.gazetteer import Border, Gazetteer, How
from reports.models import KelurahanBoundary, PlaceRevision
from reports.selectors import places
from reports.selectors.places import boundary_facts, interior_point, locate
from tests import factories

MENTENG, GONDANGDIA = "31.71.06.1001", "31.71.06.1005"
NORTH_EDGE = LatLon(lat=-6.19, lon=106.825)


def border(number: int, shape: Any, *, code: str | None = None, approximate: bool = False) -> Border:
    return Border(number, number, code or f"31.71.01.{number:04d}", approximate, shape)


def at(lat: float, lon: float) -> LatLon:
    return LatLon(lat=lat, lon=lon)


def command(*words: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    try:
        call_command("locate", *words, "--json", stdout=out)
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, json.loads(out.getvalue().splitlines()[-1])


def test_a_point_inside_is_placed_with_its_border_and_no_distance(menteng: Any, gondangdia: Any) -> None:
    placing = locate(at(-6.195, 106.825))
    assert placing.kelurahan == menteng
    assert placing.boundary == menteng.boundaries.get()
    assert (placing.how, placing.metres, placing.uncertain, placing.official) == (How.INSIDE, 0, False, True)


def test_a_point_on_the_common_edge_goes_to_the_lower_code_every_time(menteng: Any, gondangdia: Any) -> None:
    assert {locate(at(-6.195, 106.83)).kelurahan.code for _ in range(20)} == {MENTENG}


def test_the_order_in_which_borders_came_decides_nothing() -> None:
    a, b = border(1, box(106.82, -6.2, 106.83, -6.19)), border(2, box(106.83, -6.2, 106.84, -6.19))
    edge = at(-6.195, 106.83)
    assert Gazetteer([a, b]).find(edge).border == Gazetteer([b, a]).find(edge).border == a


def test_where_two_overlap_the_smaller_polygon_wins_whatever_its_code() -> None:
    large, enclave = border(1, box(106.82, -6.2, 106.84, -6.18)), border(2, box(106.825, -6.195, 106.83, -6.19))
    assert Gazetteer([large, enclave]).find(at(-6.192, 106.827)).border == enclave


def test_official_holds_before_approximate_even_when_larger() -> None:
    official = border(2, box(106.80, -6.22, 106.84, -6.18))
    cell = border(1, box(106.82, -6.2, 106.83, -6.19), approximate=True)
    assert Gazetteer([cell, official]).find(at(-6.195, 106.825)).border == official


def test_a_cell_that_holds_the_point_beats_an_official_border_nearby() -> None:
    official = border(1, box(106.82, -6.2, 106.83, -6.19))
    cell = border(2, box(106.829, -6.2, 106.84, -6.19), approximate=True)
    found = Gazetteer([official, cell]).find(at(-6.195, 106.8301))
    assert (found.border, found.how) == (cell, How.INSIDE)


def test_official_beats_approximate_within_the_same_reach_and_not_beyond_it() -> None:
    cell = border(1, box(106.82, -6.2, 106.83, -6.19), approximate=True)
    near_official = border(2, box(106.8308, -6.2, 106.84, -6.19))
    far_official = border(3, box(106.8315, -6.2, 106.84, -6.19))
    between = at(-6.195, 106.8303)
    assert Gazetteer([cell, near_official]).find(between).border == near_official
    assert Gazetteer([cell, far_official]).find(between).border == cell


@pytest.mark.parametrize(
    ("metres", "how", "uncertain"),
    [
        (0.5, How.NEAREST, False),
        (59.9, How.NEAREST, False),
        (60.1, How.NEAREST, True),
        (199.9, How.NEAREST, True),
        (200.1, How.NONE, False),
        (5000, How.NONE, False),
    ],
)
def test_nearest_reaches_60_m_surely_and_200_m_uncertainly(
    menteng: Any, metres: float, how: How, uncertain: bool
) -> None:
    placing = locate(offset(NORTH_EDGE, 0, metres))
    assert (placing.how, placing.uncertain) == (how, uncertain)
    assert placing.metres is None if how is How.NONE else placing.metres == pytest.approx(metres, abs=0.01)
    assert (placing.kelurahan is None) == (placing.boundary is None) == (how is How.NONE)


def test_a_point_equally_near_to_two_goes_to_the_smaller_then_the_lower_code() -> None:
    left, right = border(2, box(106.82, -6.2, 106.83, -6.19)), border(1, box(106.831, -6.2, 106.841, -6.19))
    small = border(3, box(106.831, -6.2, 106.836, -6.19))
    middle = at(-6.195, 106.8305)
    assert Gazetteer([left, right]).find(middle).border == right
    assert Gazetteer([left, small]).find(middle).border == small


def test_a_hole_is_outside_and_an_island_in_it_is_inside() -> None:
    ring = box(106.80, -6.22, 106.84, -6.18) - box(106.81, -6.21, 106.83, -6.19)
    lake_kelurahan = border(1, MultiPolygon([ring, box(106.815, -6.205, 106.82, -6.2)]))
    index = Gazetteer([lake_kelurahan])
    assert index.find(at(-6.215, 106.82)).how is How.INSIDE
    assert index.find(at(-6.202, 106.818)).how is How.INSIDE
    assert index.find(at(-6.207, 106.826)).how is How.NONE


def test_a_sliver_between_two_goes_to_the_nearer_one() -> None:
    a, b = border(1, box(106.82, -6.2, 106.82995, -6.19)), border(2, box(106.83005, -6.2, 106.84, -6.19))
    found = Gazetteer([a, b]).find(at(-6.195, 106.83002))
    assert (found.border, found.how) == (b, How.NEAREST)
    assert found.metres == pytest.approx(3.3, abs=0.2)


def test_without_any_border_nothing_is_found(db: None) -> None:
    assert locate(at(-6.2, 106.8)).how is How.NONE


def test_an_import_in_another_process_shows_in_the_next_answer(menteng: Any, gondangdia: Any) -> None:
    assert locate(at(-6.195, 106.825)).kelurahan == menteng
    # What another process leaves behind: rows and a raised revision, no call into this process.
    with transaction.atomic():
        KelurahanBoundary.objects.filter(kelurahan=menteng).update(geometry=factories.square(106.90, -6.20))
    assert locate(at(-6.195, 106.825)).how is How.NONE
    assert locate(at(-6.195, 106.905)).kelurahan == menteng


def test_saving_creating_in_bulk_and_deleting_a_border_raise_the_revision(menteng: Any) -> None:
    row = menteng.boundaries.get()
    seen = [PlaceRevision.current("boundaries")]
    row.save()
    seen.append(PlaceRevision.current("boundaries"))
    later = timezone.now() + timedelta(days=1)
    KelurahanBoundary.objects.bulk_create(
        [KelurahanBoundary(kelurahan=menteng, geometry=row.geometry, source="t", valid_to=later)]
    )
    seen.append(PlaceRevision.current("boundaries"))
    row.delete()
    seen.append(PlaceRevision.current("boundaries"))
    assert seen == sorted(set(seen))


def test_nothing_is_rebuilt_while_nothing_changes(menteng: Any, django_assert_num_queries: Any) -> None:
    locate(at(-6.195, 106.825))
    built = places._built
    with django_assert_num_queries(2):
        locate(at(-6.195, 106.825))
    assert places._built is built


def test_a_border_ends_and_its_successor_begins_by_the_clock_alone(menteng: Any, monkeypatch: Any) -> None:
    noon = timezone.now()
    old = menteng.boundaries.get()
    KelurahanBoundary.objects.filter(pk=old.pk).update(valid_to=noon + timedelta(hours=1))
    new = KelurahanBoundary.objects.create(
        kelurahan=menteng, geometry=old.geometry, source="t", valid_from=noon + timedelta(hours=1)
    )
    assert locate(at(-6.195, 106.825)).boundary == old
    monkeypatch.setattr(places.timezone, "now", lambda: noon + timedelta(hours=1))
    assert locate(at(-6.195, 106.825)).boundary == new
    assert boundary_facts().official == 1


def test_a_broken_row_is_left_out_and_reported_missing(menteng: Any, gondangdia: Any) -> None:
    KelurahanBoundary.objects.filter(kelurahan=gondangdia).update(geometry={"type": "Polygon"})
    assert locate(at(-6.195, 106.825)).kelurahan == menteng
    facts = boundary_facts()
    assert (facts.official, facts.missing) == (1, (GONDANGDIA,))


def test_a_self_crossing_row_is_mended_when_read(menteng: Any) -> None:
    bow = [[106.82, -6.2], [106.83, -6.19], [106.83, -6.2], [106.82, -6.19], [106.82, -6.2]]
    KelurahanBoundary.objects.update(geometry={"type": "Polygon", "coordinates": [bow]})
    assert locate(at(-6.195, 106.8215)).how is How.INSIDE
    assert boundary_facts().official == 1


def test_the_facts_count_kinds_gaps_and_overlaps(menteng: Any, gondangdia: Any) -> None:
    factories.kelurahan(code="31.71.06.1002", name="Pegangsaan", west=106.825)
    factories.kelurahan(code="31.71.06.1003", name="Cikini", west=106.8, approximate=True)
    KelurahanBoundary.objects.filter(kelurahan=gondangdia).update(valid_to=timezone.now())
    facts = boundary_facts()
    assert (facts.official, facts.approximate, facts.missing) == (2, 1, (GONDANGDIA,))
    assert facts.overlapping == ((MENTENG, "31.71.06.1002"),)


def test_an_interior_point_is_the_representative_point_or_the_deepest_inside(menteng: Any) -> None:
    assert interior_point(MENTENG) == menteng.point
    KelurahanBoundary.objects.update(geometry=factories.square(106.90, -6.20))
    deepest = interior_point(MENTENG)
    assert (deepest.lat, deepest.lon) == (pytest.approx(-6.195, abs=1e-3), pytest.approx(106.905, abs=1e-3))


@pytest.mark.django_db(transaction=True)
def test_many_threads_ask_at_once_and_one_index_is_built(monkeypatch: Any) -> None:
    factories.kelurahan()
    builds: list[int] = []
    real = places.Gazetteer
    monkeypatch.setattr(places, "Gazetteer", lambda borders: builds.append(1) or real(borders))
    monkeypatch.setattr(places, "_built", None)
    answers: list[How] = []

    def ask() -> None:
        from django.db import connection

        answers.append(places.gazetteer().find(at(-6.195, 106.825)).how)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [How.INSIDE] * 8
    assert len(builds) == 1


def test_the_command_answers_exactly_the_keys_of_the_contract(menteng: Any) -> None:
    code, answer = command("-6.195", "106.825")
    assert code == 0
    assert answer == {
        "code": MENTENG,
        "kelurahan": "Menteng",
        "kecamatan": "Menteng",
        "kota": "Jakarta Pusat",
        "how": "inside",
        "metres": 0.0,
        "boundary": "official",
    }


def test_the_command_says_none_with_nulls(menteng: Any) -> None:
    code, answer = command("-6.9", "106.825")
    assert code == 0
    assert answer.pop("how") == "none"
    assert set(answer) == {"code", "kelurahan", "kecamatan", "kota", "metres", "boundary"}
    assert set(answer.values()) == {None}


def test_the_command_names_an_approximate_border(db: None) -> None:
    factories.kelurahan(approximate=True)
    assert command("-6.195", "106.825")[1]["boundary"] == "approximate"


@pytest.mark.parametrize(
    "words",
    [("abc", "106.8"), ("nan", "106.8"), ("-6.2", "inf"), ("106.8", "-6.2"), ("-6,2", "106.8"), ("-6.2", "181")],
)
def test_words_that_are_no_point_end_with_2_and_an_error(words: tuple[str, str], db: None) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("locate", "--json", "--", *words, stdout=out)
    assert stopped.value.code == 2
    error = json.loads(out.getvalue())["error"]
    assert error["code"] == "unreadable_input"
    assert "latitude first" in error["detail"]


@pytest.mark.slow
@pytest.mark.parametrize("words", [("-inf", "106.8"), ("-6,2", "106.8"), ("-6.2",), ("nan", "nan")])
def test_a_shell_gets_the_same_answer(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "manage.py", "locate", *words, "--json"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        env={"JSC_VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "DEBUG": "1"},
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "error" in json.loads(ran.stdout.splitlines()[-1])
