"""An analysis as cells of a page: reasons, figures, thresholds and the picture's quality, each in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.checks.words import bad_picture, capitalised
from analytics.figures import figures_said, number_said, threshold_said

NOTHING = SafeString("-")


def english() -> bool:
    return (get_language() or "id").startswith("en")


def listed(lines: Iterable[str]) -> SafeString:
    """One below the other; a dash where there are none."""
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="jsc-lines">{}</ul>', items) if items else NOTHING


def tabled(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """Names and values side by side; a dash where there are none."""
    rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", pairs)
    return format_html('<dl class="jsc-figures">{}</dl>', rows) if rows else NOTHING


def reasons_html(reasons: Sequence[Mapping[str, Any]]) -> SafeString:
    return listed(capitalised(_sentence(reason)) for reason in reasons)


def _sentence(reason: Mapping[str, Any]) -> str:
    told = reason.get("en" if english() else "id") or reason.get("id") or reason.get("code")
    return str(told or "")


def figures_html(measurements: Mapping[str, Any]) -> SafeString:
    return tabled((capitalised(name), value) for name, value in figures_said(measurements))


def thresholds_html(thresholds: Mapping[str, Any]) -> SafeString:
    """By the names under which a category sets them."""
    return tabled(threshold_said(name, value) for name, value in sorted(thresholds.items()))


def picture_html(picture: Mapping[str, Any] | None) -> SafeString:
    """What the picture gate found of the pictures behind the stills."""
    if picture is None:
        return NOTHING
    faults = [bad_picture(str(code)) for code in picture.get("reasons", ())]
    lines = [fault.en if english() else fault.id for fault in faults] or [_("layak dinilai")]
    told = [(name, picture.get(key)) for name, key in _looks()]
    figures = [f"{name} {number_said(float(value))}" for name, value in told if value is not None]
    return listed([*(capitalised(line) for line in lines), ", ".join(figures)])


def _looks() -> tuple[tuple[str, str], ...]:
    return (
        (_("terang (0–255)"), "mean_luma"),
        (_("kontras"), "contrast"),
        (_("ketajaman"), "sharpness"),
        (_("diam (dtk)"), "frozen_s"),
    )
