"""The stills of an analysis as a strip of pictures, on pages that know no incidents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from analytics.models import AnalysisRun, EvidenceStill
from reports.access import stills_visible_to
from reports.words import clock, english

KIND_ORDER = {"before": 0, "event": 1, "overview": 2, "after": 3}
KIND_WORDS = {
    "before": gettext_lazy("Sebelum"),
    "event": gettext_lazy("Kejadian"),
    "overview": gettext_lazy("Gambaran"),
    "after": gettext_lazy("Sesudah"),
}

_STILL = """<a class="jsc-still jsc-still-{}" href="{}" target="_blank" rel="noopener">
<img src="{}" alt="{}" loading="lazy" width="{}" height="{}">
<span class="jsc-still-cap"><b>{}</b> {}<br>{}</span></a>"""


def stills_of_run(run: AnalysisRun, reader: Any) -> SafeString:
    """Those that this reader may see; empty where there are none."""
    stills = stills_visible_to(reader).filter(run=run)
    return strip(in_order(stills))


def in_order(stills: Iterable[EvidenceStill]) -> list[EvidenceStill]:
    """As a story is told: before it, the event, after it; of one kind by time."""
    return sorted(stills, key=lambda still: (KIND_ORDER.get(still.kind, 9), still.at))


def strip(stills: list[EvidenceStill]) -> SafeString:
    shown = format_html_join("", _STILL, (_parts(still) for still in stills))
    return format_html('<div class="jsc-stills jsc-run-stills">{}</div>', shown) if shown else SafeString("")


def _parts(still: EvidenceStill) -> tuple[Any, ...]:
    address = reverse("bukti", args=[still.pk])
    caption = (still.caption_en or still.caption_id) if english() else still.caption_id
    size = (still.width, still.height)
    return (
        still.kind,
        address,
        address,
        caption,
        *size,
        KIND_WORDS.get(still.kind, still.kind),
        clock(still.at),
        caption,
    )
