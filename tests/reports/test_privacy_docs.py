"""The papers say what the software does, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from reports.models import AccessEntry
from reports.services.retention import KEEPINGS

FOLDER = Path(settings.BASE_DIR) / "docs" / "privacy"


def page(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    """Cells of the rows of the table whose first column is headed so."""
    lines = text[text.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_retention_is_that_of_the_software() -> None:
    rows = {row[0]: row for row in table(page("retention.md"), "kind")}
    assert {keeping.kind for keeping in KEEPINGS} <= rows.keys()
    for kind in ("footage", "evidence", "plates", "stills", "photos", "deliveries"):
        setting, default = rows[kind][1].strip("`"), rows[kind][2]
        assert default.split()[0] == str(getattr(settings, setting)), setting
        assert default.split()[1] == ("hours" if setting.endswith("_H") else "days")


def test_every_way_the_proof_may_fail_is_explained() -> None:
    sources = [Path(settings.BASE_DIR) / "reports" / name for name in ("ledger.py", "selectors/access_proof.py")]
    codes = {code for file in sources for code in re.findall(r'Break\([^"]*?"(\w+)"', file.read_text(encoding="utf-8"))}
    told = {code for row in table(page("access-log.md"), "code") for code in re.findall(r"`(\w+)`", row[0])}
    assert codes == told


def test_every_command_that_is_named_exists() -> None:
    known = get_commands()
    for file in FOLDER.glob("*.md"):
        for name in re.findall(r"manage\.py (\w+)", file.read_text(encoding="utf-8")):
            assert name in known, f"{file.name}: {name}"


@pytest.mark.parametrize("name", ["ropa", "dpia"])
def test_both_languages_have_the_same_parts(name: str) -> None:
    both = [page(f"{name}.{language}.md") for language in ("id", "en")]
    for mark in (r"^#+ ", r"^\|", r"\[ \]"):
        counts = [len(re.findall(mark, text, re.MULTILINE)) for text in both]
        assert counts[0] == counts[1], mark
    articles = [sorted(set(re.findall(r"(?:Pasal|art\.) (\d+)", text))) for text in both]
    assert articles[0] == articles[1]


def test_links_between_the_papers_lead_somewhere() -> None:
    for file in FOLDER.glob("*.md"):
        for target in re.findall(r"\]\(([\w.-]+\.md)\)", file.read_text(encoding="utf-8")):
            assert (FOLDER / target).exists(), f"{file.name}: {target}"


def test_the_sign_names_the_periods_that_are_set() -> None:
    sign = page("camera-sign.md")
    assert sign.count(f"{settings.JSC_FOOTAGE_KEEP_H} jam") == sign.count(f"{settings.JSC_FOOTAGE_KEEP_H} hours") == 1
    assert settings.JSC_STILLS_KEEP_DAYS == 365
    assert "1 tahun" in sign
    assert "1 year" in sign


def test_every_kind_of_line_is_known_to_the_papers_in_words() -> None:
    assert {kind.value for kind in AccessEntry.Kind} == {
        "original", "words", "plate", "plates_read", "export", "erasure", "breach", "hold_set", "hold_lifted", "log",
        "trouble",
    }, "a new kind is described in docs/privacy/access-log.md, and here"  # fmt: skip
