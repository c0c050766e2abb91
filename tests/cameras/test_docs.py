"""docs/cameras.md names every kind of source, every option and its label: what cannot be looked up is set wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from cameras.footage import registry
from cameras.footage.trial import LABELS

PAGE = (Path(settings.BASE_DIR) / "docs" / "cameras.md").read_text(encoding="utf-8")


def section(kind: str) -> str:
    found = re.search(rf"^## [^\n]*\(`{kind}`\)$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cameras.md has no section with (`{kind}`) in its heading"
    return found[1]


@pytest.mark.parametrize("kind", sorted(registry.SOURCES))
def test_every_option_is_told_with_its_label(kind: str) -> None:
    words = section(kind)
    for option in registry.SOURCES[kind].options:
        assert f"`{option.name}`" in words, f"{kind}: {option.name}"
        assert option.label.id in words, f"{kind}: {option.label.id}"
    assert "Traps:" in words


def test_nothing_is_told_that_does_not_exist() -> None:
    told = set(re.findall(r"^## [^\n]*\(`(\w+)`\)$", PAGE, re.MULTILINE))
    assert told <= set(registry.SOURCES)


def test_every_step_of_the_test_is_explained() -> None:
    for words in LABELS.values():
        assert f"| {words.id} |" in PAGE
