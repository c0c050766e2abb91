"""Categories: loaded from the fixture, edited by people, judged before they are saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from analytics.checks import MEASUREMENT_KEYS, CheckUnavailable, ThresholdsInvalid, thresholds_from
from analytics.zones import ZONE_KINDS
from reports.intake.categories import OTHER, CategoryWords, clashes
from reports.models import Category
from reports.models.category import PLATE_CHECKS

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "categories.json"
SEEDED = "fixtures/categories.json"
"""The change reason of rows this module wrote: how it tells its own values from a person's."""


@transaction.atomic
def categories_seed() -> dict[str, int]:
    """Make what is missing and renew what no person ever touched. Run again, it changes nothing.

    A category that was edited, or deleted, by anybody stays as it was left; only ``lainnya``
    comes back, because every unknown word ends there.
    """
    counts = {"created": 0, "updated": 0, "unchanged": 0, "kept": 0}
    present = Category.objects.in_bulk(field_name="slug")
    for values in categories_fixture():
        counts[_seed_one(present.get(values["slug"]), values)] += 1
    return counts


def categories_fixture() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return rows


def _seed_one(row: Category | None, values: dict[str, Any]) -> str:
    if row is None:
        if values["slug"] != OTHER and Category.history.filter(slug=values["slug"], history_type="-").exists():
            return "kept"
        _write(Category(slug=values["slug"]), values)
        return "created"
    if all(getattr(row, name) == value for name, value in values.items()):
        return "unchanged"
    if not _untouched(row):
        return "kept"
    _write(row, values)
    return "updated"


def _write(row: Category, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row._change_reason = SEEDED  # type: ignore[attr-defined]  # simple_history reads it
    row.save()


def _untouched(row: Category) -> bool:
    """The newest history entry is ours and still describes the row: an edit past the history counts as one too."""
    last = row.history.order_by("-history_id").first()
    if last is None or last.history_change_reason != SEEDED:
        return False
    return all(getattr(last, field.attname) == getattr(row, field.attname) for field in Category._meta.concrete_fields)


def category_words() -> list[CategoryWords]:
    """What the categories in use answer to. Read for every report, so that an edit counts from the next one."""
    rows = Category.objects.filter(active=True).values_list("slug", "label_id", "label_en", "aliases")
    return [
        CategoryWords(slug, (label_id, label_en), tuple(word for word in _listed(aliases) if isinstance(word, str)))
        for slug, label_id, label_en, aliases in rows
    ]


def _listed(aliases: Any) -> list[Any]:
    """A JSON column holds whatever was once written past the form; a report must not fail on it."""
    return aliases if isinstance(aliases, list) else []


def category_problems(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a category about to be saved, by field; empty when nothing is.

    Args:
        values: ``slug``, ``label_id``, ``label_en``, ``aliases``, ``check_slug``, ``zone_kinds``, ``thresholds``,
            ``reads_plates`` as a form cleaned them; a missing one is not judged.
    """
    found = {
        "aliases": _alias_problems(values),
        "check_slug": _check_problems(values.get("check_slug", "")),
        "zone_kinds": _zone_problems(values.get("zone_kinds", [])),
        "thresholds": _threshold_problems(values.get("check_slug", ""), values.get("thresholds", {})),
        "reads_plates": _plate_problems(values.get("check_slug", ""), values.get("reads_plates", False)),
    }
    return {field: problems for field, problems in found.items() if problems}


def _alias_problems(values: Mapping[str, Any]) -> list[str]:
    aliases = values.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) and alias.strip() for alias in aliases):
        return [_('Alias harus berupa daftar kata, misalnya ["genangan", "flood"].')]
    slug = values.get("slug", "")
    own = CategoryWords(slug, (values.get("label_id", ""), values.get("label_en", "")), tuple(aliases))
    others = [words for words in category_words() if words.slug != slug]
    return [
        _("Kata “%(word)s” juga dipakai kategori %(others)s.")
        % {"word": word, "others": ", ".join(other for other in slugs if other != slug)}
        for word, slugs in clashes([own, *others]).items()
        if slug in slugs
    ]


def _check_problems(check: Any) -> list[str]:
    if not check or check in MEASUREMENT_KEYS:
        return []
    known = ", ".join(MEASUREMENT_KEYS)
    return [_("Pemeriksaan “%(check)s” tidak dikenal; yang dikenal: %(known)s.") % {"check": check, "known": known}]


def _zone_problems(kinds: Any) -> list[str]:
    if isinstance(kinds, list) and all(isinstance(kind, str) and kind in ZONE_KINDS for kind in kinds):
        return []
    return [_("Jenis zona harus berupa daftar dari: %(known)s.") % {"known": ", ".join(sorted(ZONE_KINDS))}]


def _threshold_problems(check: Any, thresholds: Any) -> list[str]:
    if not isinstance(thresholds, dict):
        return [_('Ambang harus berupa pasangan nama dan nilai, misalnya {"min_dwell_s": 120}.')]
    if not thresholds or (check and check not in MEASUREMENT_KEYS):
        return []
    if not check:
        return [_("Ambang tidak berguna tanpa pemeriksaan.")]
    try:
        thresholds_from(check, thresholds)
    except CheckUnavailable:
        return []  # what the check will accept is not known before it exists
    except ThresholdsInvalid as exc:
        return [exc.detail]
    return []


def _plate_problems(check: Any, reads_plates: Any) -> list[str]:
    if not reads_plates or check in PLATE_CHECKS:
        return []
    known = ", ".join(sorted(PLATE_CHECKS))
    said = check or "-"
    text = _("Pelat hanya boleh dibaca untuk pelanggaran lalu lintas (%(known)s), bukan untuk pemeriksaan “%(check)s”.")
    return [text % {"known": known, "check": said}]
