"""Places in words, and what is proposed when the point is poor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reports.reading.places import Strength, places_in
from reports.reading.suggesting import (
    Kind,
    PointFacts,
    Standing,
    suggest_category,
    suggest_place,
    suggestions,
    the_one_named,
)
from tests.reports.reading.measured import place_names

MENTENG, GONDANGDIA, KEBON_PALA = "31.71.06.1001", "31.71.06.1005", "31.75.08.1003"


def named(text: str) -> tuple[str, Strength] | None:
    found = the_one_named(places_in([text], place_names()).mentions)
    return None if found is None else (found.area.name, found.strength)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("banjir di kelurahan Kebon Pala", ("Kebon Pala", Strength.SURE)),
        ("Kel. rawabuaya banjir", ("Rawa Buaya", Strength.SURE)),
        ("Rt 01 Rw 06 kebon pala", ("Kebon Pala", Strength.SURE)),
        ("rt01/06 Kebon Pala", ("Kebon Pala", Strength.SURE)),
        ("pak lurah Setu tolong", ("Setu", Strength.SURE)),
        ("banjir di Pondok Kelapa", ("Pondok Kelapa", Strength.HERE)),
        ("komplek Billy, pondok kelapa", ("Pondok Kelapa", Strength.BARE)),
        ("kp melayu banjir", ("Kampung Melayu", Strength.BARE)),
        ("macet di Tj Priok", ("Tanjung Priok", Strength.HERE)),
        ("di Kelapa Dua Wetan gelap", ("Kelapa Dua Wetan", Strength.HERE)),
        ("dekat Monas banyak PKL", ("Gambir", Strength.HERE)),
        ("kecamatan Cakung, kel. Rawa Terate", ("Rawa Terate", Strength.SURE)),
        ("di Penjaringan, Kapuk Muara", ("Kapuk Muara", Strength.BARE)),
        # words that are no place here
        ("jalan baru rusak", None),
        ("di tengah jalan", None),
        ("menuju Kampung Melayu macet", None),
        ("arah Cawang padat", None),
        ("dari Tebet ke Manggarai macet", None),
        ("Jl. Kebon Sirih banjir", None),
        ("kali Krukut meluap", None),
        ("lewat jalan Kramat Raya", None),
        ("hari senen banjir", None),
        # two places are no place
        ("di Kebon Pala dan di Pondok Kelapa banjir", None),
        ("", None),
    ],
)
def test_the_place_that_is_named(text: str, area: tuple[str, Strength] | None) -> None:
    assert named(text) == area


def test_a_name_of_both_is_the_district_unless_the_kelurahan_is_said() -> None:
    for text, district in (("di Menteng", True), ("kelurahan Menteng", False), ("kecamatan Menteng", True)):
        found = the_one_named(places_in([text], place_names()).mentions)
        assert found is not None and found.area.is_district is district, text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Jl. Bank raya 2, banjir", ("Jl. Bank raya 2",)),
        ("Jl.batu wadas no. 89 Rt 03/06 batu ampar", ("Jl.batu wadas no. 89", "Rt 03/06")),
        ("Jalan Kebon Sirih gelap", ("Jalan Kebon Sirih",)),
        ("jalan rusak di RT 004 / RW 03", ("RT 004 / RW 03",)),
        ("gang Mawar IV", ("gang Mawar IV",)),
        ("jalan di depan rumah", ()),
    ],
)
def test_street_and_rt_rw(text: str, address: tuple[str, ...]) -> None:
    assert places_in([text], place_names()).address == address


def test_towns_around_jakarta() -> None:
    places = places_in(["Banjir di Bekasi Barat"], place_names())
    assert places.outside == ("Bekasi",)
    assert places_in(["Jalan Raya Bekasi macet arah Depok"], place_names()).outside == ()


# -- What is proposed ------------------------------------------------------------------


def facts(here: str = GONDANGDIA, metres: float | None = 5000.0, *, out: bool = False, centre: str = "") -> PointFacts:
    away: Callable[[frozenset[str]], float | None] = lambda codes: metres  # noqa: E731
    return PointFacts(frozenset({here} if here else ()), out, centre, away)


@pytest.mark.parametrize(
    ("text", "point", "value", "rule"),
    [
        ("kelurahan Kebon Pala", facts(), KEBON_PALA, "kelurahan-disebut"),
        ("kelurahan Kebon Pala", facts(metres=200.0), None, None),
        ("di Kebon Pala", facts(metres=800.0), None, None),
        ("di Kebon Pala", facts(metres=1200.0), KEBON_PALA, "kelurahan-disebut"),
        ("Kebon Pala", facts(), None, None),
        ("Kebon Pala", facts(metres=None), None, None),
        ("Kebon Pala", facts("", out=True), KEBON_PALA, "kelurahan-disebut"),
        ("Kebon Pala", facts(centre="Gondangdia"), KEBON_PALA, "kelurahan-disebut"),
        ("di Menteng", facts(MENTENG), None, None),
        ("di Tebet", facts(), "", "kecamatan-disebut"),
        ("banjir di Bekasi", facts(), "", "kota-lain"),
        ("banjir di Bekasi", facts("", out=True), None, None),
        ("RT 05 RW 02", facts(centre="Gondangdia"), "", "titik-tengah"),
        ("dekat Monas", facts(metres=9000.0), "31.71.01.1001", "patokan"),
        ("banjir", facts(), None, None),
    ],
)
def test_a_better_place(text: str, point: PointFacts, value: str | None, rule: str | None) -> None:
    found = suggest_place(places_in([text], place_names()), point)
    assert (found and (found.value, found.rule)) == (None if rule is None else (value, rule))


def standing(category: str, priority: int = 3) -> Standing:
    checks = {
        "kemacetan": "congestion",
        "banjir": "high_water",
        "pintu_air": "high_water",
        "parkir_liar": "stopped_vehicle",
        "sampah": "dumped_rubbish",
    }
    return Standing(
        category, priority, checks, {**dict.fromkeys(checks, 3), "banjir": 1, "lainnya": 4, "jalan_rusak": 3}
    )


def proposed(texts: list[str], category: str, **more: Any) -> dict[Kind, tuple[str, tuple[str, ...]]]:
    found = suggestions(texts, standing(category, more.pop("priority", 3)), place_names(), facts(**more))
    assert all(each.because and each.rule for each in found)
    assert all(each.words for each in found if each.rule != "titik-tengah"), "a suggestion says which words it rests on"
    return {each.kind: (each.value, each.words) for each in found}


def test_words_that_speak_of_something_else_propose_it() -> None:
    assert proposed(["banjir semata kaki"], "kemacetan")[Kind.CATEGORY] == ("banjir", ("banjir",))


def test_words_that_speak_of_the_sent_category_propose_no_other_but_a_second_look() -> None:
    found = proposed(["macet karena banjir"], "kemacetan")
    assert Kind.CATEGORY not in found
    assert found[Kind.SECOND] == ("banjir", ("banjir",))


def test_a_second_look_is_for_what_a_camera_can_see_and_is_not_looked_for_already() -> None:
    assert Kind.SECOND not in proposed(["banjir di dekat pintu air"], "banjir"), "the same check"
    assert Kind.SECOND not in proposed(["banjir dan jalan rusak"], "banjir"), "no check"
    assert proposed(["parkir liar bikin macet"], "lainnya")[Kind.SECOND][0] == "kemacetan"


def test_gravity_moves_from_the_categorys_own_urgency() -> None:
    assert proposed(["macet total"], "kemacetan")[Kind.SEVERITY] == ("2", ("macet total",))
    assert Kind.SEVERITY not in proposed(["macet total"], "kemacetan", priority=2), "it stands there already"
    assert Kind.SEVERITY not in proposed(["banjir sedada"], "banjir", priority=1), "nothing is more urgent"
    assert proposed(["banjir semata kaki"], "banjir", priority=1)[Kind.SEVERITY][0] == "2"


def test_words_that_say_nothing_propose_nothing() -> None:
    assert proposed(["tolong segera ditindak"], "kemacetan") == {}
    assert proposed([], "lainnya") == {}
    assert suggest_category([], "lainnya") is None
