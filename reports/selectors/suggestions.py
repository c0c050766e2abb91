"""What the words of a report or an incident propose, and what people have made of it.

Worked out whenever it is asked for, by the rules as they are now; nothing of it is stored but people's rulings. The
reader gets the texts masked: the words it points at are shown to everybody who may see the incident.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Q
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from analytics.checks import is_available
from jsc_project.lib.geo import LatLon, metres_between, metres_to
from reports.gazetteer import Gazetteer
from reports.lifecycle import ReportState
from reports.models import Category, Incident, Kelurahan, PlaceRevision, Report, SuggestionRuling
from reports.reading.places import NamedKelurahan, PlaceNames
from reports.reading.private import mask_all
from reports.reading.suggesting import PointFacts, Standing, Suggestion, suggestions
from reports.selectors.places import gazetteer

READ_MOST = 20
"""Reports of one incident that are read, the newest: after a storm one incident holds hundreds."""
ON_CENTRE_M = 10.0
"""Nearer to the centre of an area than anybody points by hand; of random points 1 in 2,000 lies so."""


def incident_suggestions(incident: Incident, reports: Sequence[Report] | None = None) -> list[Suggestion]:
    """What the texts of its reports propose; ``reports`` where they are at hand already."""
    if reports is None:
        reports = list(incident.reports.order_by("-happened_at", "-id")[:READ_MOST])
    newest = sorted(reports, key=lambda report: (report.happened_at, report.pk), reverse=True)[:READ_MOST]
    standing = _standing(incident.category, incident.urgency_set)
    facts = _facts(incident.point, frozenset({incident.kelurahan.code}), out_of_area=False)
    return suggestions(masked_parts(newest), standing, place_names(), facts)


def report_suggestions(report: Report) -> list[Suggestion]:
    """What one report's text proposes, measured by how it stands itself."""
    incident = report.incident
    standing = _standing(report.category, incident.urgency_set if incident else None)
    here = frozenset({report.kelurahan.code}) if report.kelurahan else frozenset()
    facts = _facts(report.point, here, out_of_area=report.state == ReportState.OUT_OF_AREA)
    return suggestions(masked_parts([report]), standing, place_names(), facts)


def masked_parts(reports: Iterable[Report]) -> list[str]:
    """Title and text of each, without personal data."""
    return [part.text for report in reports for part in mask_all([report.title, report.text]) if part.text]


def _standing(category: Category, urgency_set: int | None) -> Standing:
    rows = Category.objects.filter(active=True).values_list("slug", "check_slug", "urgency")
    known = {slug: (check if is_available(check) else "", urgency) for slug, check, urgency in rows}
    return Standing(
        category=category.slug,
        priority=urgency_set or category.urgency,
        checks={slug: check for slug, (check, _) in known.items()},
        urgencies={slug: urgency for slug, (_, urgency) in known.items()},
    )


# -- Rulings ---------------------------------------------------------------------------


def rulings_of(
    *, incident: Incident | None = None, report: Report | None = None
) -> dict[tuple[str, str], SuggestionRuling]:
    """The newest ruling of each suggestion, by (kind, value)."""
    rows = SuggestionRuling.objects.filter(incident=incident, report=report).select_related("user").order_by("id")
    return {(row.kind, row.suggested): row for row in rows}


@dataclass(frozen=True, slots=True)
class RuleCount:
    kind: str
    rule: str
    taken: int
    overruled: int

    @property
    def percent_taken(self) -> int:
        return round(100 * self.taken / max(1, self.taken + self.overruled))


def rule_counts() -> list[RuleCount]:
    """How often each rule was taken and overruled, the most overruled first."""
    rows = SuggestionRuling.objects.order_by().values_list("kind", "rule")
    counted = rows.annotate(yes=Count("pk", filter=Q(taken=True)), no=Count("pk", filter=Q(taken=False)))
    return [RuleCount(*row) for row in counted.order_by("-no", "-yes", "kind", "rule")]


# -- Places ----------------------------------------------------------------------------

_lock = threading.Lock()
_names: tuple[int, PlaceNames] | None = None


def place_names() -> PlaceNames:
    """The names of the kelurahan; read again when the borders' revision moves, as an import makes it."""
    global _names  # noqa: PLW0603 - one list a process
    revision = PlaceRevision.current("boundaries")
    if _names is None or _names[0] != revision:
        with _lock:
            rows = Kelurahan.objects.values_list("code", "name", "kecamatan")
            _names = (revision, PlaceNames(NamedKelurahan(code, name, kecamatan) for code, name, kecamatan in rows))
    return _names[1]


def _facts(point: LatLon, here: frozenset[str], *, out_of_area: bool) -> PointFacts:
    shapes = _shapes(gazetteer())

    def metres(codes: frozenset[str]) -> float | None:
        return min((metres_to(point, shapes[code]) for code in codes if code in shapes), default=None)

    return PointFacts(here, out_of_area, _centre_at(point), metres)


@lru_cache(maxsize=2)
def _shapes(index: Gazetteer) -> Mapping[str, BaseGeometry]:
    """Borders by code, the official where there are two."""
    return {border.code: border.geometry for border in sorted(index.borders, key=lambda b: not b.approximate)}


def _centre_at(point: LatLon) -> str:
    """The area whose centre the point is, if any."""
    found = (name for name, centre in _centres(gazetteer()) if _near(centre, point))
    return next(found, "")


def _near(centre: LatLon, point: LatLon) -> bool:
    return abs(centre.lat - point.lat) < 2e-4 and metres_between(centre, point) <= ON_CENTRE_M


@lru_cache(maxsize=2)
def _centres(index: Gazetteer) -> list[tuple[str, LatLon]]:
    """Of kelurahan (the point that stands for it, and the middle of its border), of kecamatan, of the city."""
    rows = {row.code: row for row in Kelurahan.objects.all()}
    shapes = {code: shape for code, shape in _shapes(index).items() if code in rows}
    centres = [(row.name, row.point) for row in rows.values() if row.point is not None]
    centres += [(rows[code].name, _middle(shape)) for code, shape in shapes.items()]
    districts: dict[str, list[BaseGeometry]] = {}
    for code, shape in shapes.items():
        districts.setdefault(rows[code].kecamatan, []).append(shape)
    return [*centres, *((name, _middle(unary_union(parts))) for name, parts in districts.items()), *CITY]


def _middle(shape: BaseGeometry) -> LatLon:
    return LatLon(lat=shape.centroid.y, lon=shape.centroid.x)


CITY = (("Jakarta", LatLon(lat=-6.2088, lon=106.8456)), ("Jakarta", LatLon(lat=-6.2, lon=106.816666)))
"""What map services answer to "Jakarta": a person who never moved the pin reports from there."""
