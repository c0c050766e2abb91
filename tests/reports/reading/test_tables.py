"""The tables are complete, name what there is, and are refused, with the place of the fault, when they are not."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from reports.reading import suggesting, tables
from reports.reading.categories import category_rules, rules_of
from reports.reading.patterns import pattern
from reports.reading.private.names import given
from reports.reading.severity import severity_in
from reports.reading.tables import TableInvalid, entries, table, words
from reports.services.categories import categories_fixture
from tests.reports.reading.measured import KELURAHAN
from tests.reports.reading.planted import WORDS
from tests.test_locale import entries as catalogue


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(KELURAHAN.read_text(encoding="utf-8").splitlines()))


def test_every_rule_says_why_and_names_a_category_there_is() -> None:
    known = {row["slug"] for row in categories_fixture()}
    for rule, slug in category_rules():
        assert slug in known, rule.name
        assert rule.because.endswith(".") and len(rule.because) > 15, rule.name
    assert known - {slug for _, slug in category_rules()} == {"lainnya"}


def test_the_places_are_those_of_the_city() -> None:
    official = {name.strip() for row in rows() for name in (row["name"], row["kecamatan"])}
    assert set(words("places", "areas")) == official
    assert set(table("places")["ordinary"]) <= official
    assert {str(name) for name in table("places")["alias"].values()} <= official
    codes = {row["code"] for row in rows()}
    assert {row["code"] for row in entries("places", "landmark", ("code",))} <= codes


def test_every_landmark_lies_in_its_kelurahan(testdata: Path) -> None:
    import json

    from shapely.geometry import Point, shape

    features = json.loads((testdata / "boundaries" / "jakarta_kelurahan_kemendagri.geojson").read_text())["features"]
    shapes = {f["properties"]["kode"]: shape(f["geometry"]) for f in features}
    for row in entries("places", "landmark", ("code",)):
        assert shapes[row["code"]].covers(Point(row["lon"], row["lat"])), row["name"]


def test_the_rare_names_of_the_tests_are_unknown_to_the_masker() -> None:
    assert {name.casefold() for name in WORDS["rare_names"]}.isdisjoint(given())


@pytest.mark.parametrize(
    "source", ["", "..2", "..2 banjir", "banjir ..", "ban*jir", "a||b", "banjir|", "(banjir)", "|"]
)
def test_a_pattern_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(TableInvalid):
        pattern(source)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    table.cache_clear()
    yield tmp_path
    table.cache_clear()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "aturan.toml: No such file"),
        ("[[rule]]\nname = 3", "[[rule]] number 1 needs a text 'name'"),
        ('[[rule]]\nname = "a"', "needs a text 'because'"),
        ('[[rule]]\nname="a"\nbecause="b"\n[[rule]]\nname="a"\nbecause="b"', "the name 'a' is taken"),
        ("[[rule", "aturan.toml: "),
    ],
)
def test_a_broken_table_says_where(content: str | None, said: str, folder: Path) -> None:
    if content is not None:
        (folder / "aturan.toml").write_text(content, encoding="utf-8")
    with pytest.raises(TableInvalid, match=said.replace("[", r"\[").replace("]", r"\]")):
        entries("aturan", "rule", ("because",))


def test_a_list_that_is_none_is_refused(folder: Path) -> None:
    (folder / "aturan.toml").write_text("kata = [1]", encoding="utf-8")
    with pytest.raises(TableInvalid, match="kata must be a list of texts"):
        words("aturan", "kata")
    with pytest.raises(TableInvalid, match="lain must be a list of texts"):
        words("aturan", "lain")


def test_nothing_is_read_from_nothing() -> None:
    assert severity_in([]) is None


def test_every_reason_people_read_has_its_english() -> None:
    known = catalogue("en")
    reasons = {rule.because for rule, _ in category_rules()} | {rule.because for rule in rules_of("severity")}
    reasons |= {str(table("severity")["depth"]["because"]), *suggesting.PLACE_REASONS}
    assert {reason for reason in reasons if reason not in known} == set()
