"""Every text has its English, and the compiled catalogues are those of the sources."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "jsc_project" / "locale"


def entries(language: str) -> dict[str, str]:
    """msgid -> msgstr (the first form of plurals) of a source catalogue, header left out."""
    text = (FOLDER / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    text = re.sub(r'"\n"', "", text)
    found = re.findall(r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"$', text, re.MULTILINE)
    return {_plain(msgid): _plain(msgstr) for msgid, msgstr in found}


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def compiled(language: str) -> gettext.GNUTranslations:
    with (FOLDER / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_text_is_left_without_a_translation(language: str) -> None:
    assert entries(language)
    assert not [msgid for msgid, msgstr in entries(language).items() if not msgstr]
    assert "fuzzy" not in (FOLDER / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_compiled_catalogue_is_that_of_the_source(language: str) -> None:
    catalogue = compiled(language)
    for msgid, msgstr in entries(language).items():
        assert msgstr in {catalogue.gettext(msgid), catalogue.ngettext(msgid, msgid, 1)}


@pytest.mark.parametrize("language", ["en", "id"])
def test_placeholders_survive_translation(language: str) -> None:
    for msgid, msgstr in entries(language).items():
        assert sorted(re.findall(r"%\(\w+\)\w", msgid)) == sorted(re.findall(r"%\(\w+\)\w", msgstr)), msgid


def test_every_literal_in_the_pages_of_reports_is_in_the_english_catalogue() -> None:
    known = entries("en")
    for page in (Path(settings.BASE_DIR) / "reports" / "templates").rglob("*.html"):
        for _quote, literal in re.findall(r"""\{% translate (["'])(.+?)\1""", page.read_text(encoding="utf-8")):
            assert literal in known, f"{page.name}: {literal}"


def test_every_text_in_the_code_is_in_the_english_catalogue() -> None:
    known = entries("en")
    for app in ("jsc_project", "cameras", "analytics", "reports"):
        for module in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if "migrations" not in module.parts:
                assert not [text for text in spoken(module) if text not in known], module.name


def spoken(module: Path) -> list[str]:
    """The constant texts that a module hands to gettext."""
    calls = [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    marked = [call.args[0] for call in calls if call.args and _called(call) in {"_", "gettext", "gettext_lazy"}]
    return [text.value for text in marked if isinstance(text, ast.Constant) and isinstance(text.value, str)]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
