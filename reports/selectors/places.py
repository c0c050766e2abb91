"""Where a point lies, and what is known of the borders.

Every process keeps one index of the borders in force. Before each answer its
revision is compared with the database's (one primary-key read), so that an import
in any process shows in the next answer; it is also rebuilt when a border's own
``valid_from`` or ``valid_to`` passes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Q
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from jsc_project.lib.geo import LatLon, degrees_box
from reports.borders import overlaps
from reports.gazetteer import Border, Found, Gazetteer, How
from reports.lifecycle import OPEN
from reports.models import Incident, Kelurahan, KelurahanBoundary, PlaceRevision

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placing:
    """The answer of ``locate``. ``metres`` is 0 inside and None when ``how`` is none.

    ``uncertain``: nearest, and more than 60 m away.
    """

    kelurahan: Kelurahan | None
    boundary: KelurahanBoundary | None
    how: How
    metres: float | None
    uncertain: bool

    @property
    def official(self) -> bool | None:
        return None if self.boundary is None else not self.boundary.approximate


@dataclass(frozen=True, slots=True)
class WouldMove:
    """An open incident whose point lies in another kelurahan since a border changed."""

    incident: Incident
    placing: Placing


@dataclass(frozen=True, slots=True)
class BoundaryFacts:
    """Borders in force: counts, codes without any, and pairs of codes that overlap by 2 % or more."""

    official: int
    approximate: int
    missing: tuple[str, ...]
    overlapping: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Built:
    revision: int
    expires: datetime | None
    gazetteer: Gazetteer

    def current(self, revision: int) -> bool:
        return self.revision == revision and (self.expires is None or timezone.now() < self.expires)


_lock = threading.Lock()
_built: _Built | None = None


def locate(point: LatLon) -> Placing:
    """The kelurahan of ``point``; ``reports.gazetteer`` documents the order and the tie-breaks."""
    found = gazetteer().find(point)
    if found.border is None:
        return _placing(found, None)
    rows = KelurahanBoundary.objects.select_related("kelurahan").defer("geometry")
    return _placing(found, rows.get(pk=found.border.boundary_id))


def _placing(found: Found, boundary: KelurahanBoundary | None) -> Placing:
    kelurahan = None if boundary is None else boundary.kelurahan
    return Placing(kelurahan, boundary, found.how, found.metres, found.uncertain)


def gazetteer() -> Gazetteer:
    """The index of the borders as committed, or as this transaction sees them."""
    global _built  # noqa: PLW0603 - one index a process is the point
    built = _built
    if built is not None and built.current(PlaceRevision.current("boundaries")):
        return built.gazetteer
    with _lock:
        # The number before the rows: rows that change in between make the number old, never the index.
        revision = PlaceRevision.current("boundaries")
        if _built is None or not _built.current(revision):
            now = timezone.now()
            _built = _Built(revision, _next_change(now), Gazetteer(_borders(now)))
        return _built.gazetteer


def incidents_that_would_move() -> list[WouldMove]:
    """Open incidents whose point lies in another kelurahan than theirs. Nothing moves by itself: a person confirms.

    Incidents whose point lies in no kelurahan any more stay where they are.
    """
    index = gazetteer()
    incidents = Incident.objects.filter(status__in=[s.value for s in OPEN]).select_related("kelurahan", "category")
    moved = [
        (incident, found)
        for incident in incidents
        if (found := index.find(incident.point)).border and found.border.kelurahan_id != incident.kelurahan_id
    ]
    wanted = {found.border.boundary_id for _, found in moved if found.border}
    rows = KelurahanBoundary.objects.select_related("kelurahan").defer("geometry").in_bulk(wanted)
    return [
        WouldMove(incident, _placing(found, rows[found.border.boundary_id]))
        for incident, found in moved
        if found.border
    ]


def boundary_facts() -> BoundaryFacts:
    """What the system check and the operators ask: how official, complete and consistent the borders are."""
    borders = list(_borders(timezone.now()))
    official = {b.code: b.geometry for b in borders if not b.approximate}
    approximate = {b.code: b.geometry for b in borders if b.approximate}
    known = set(Kelurahan.objects.values_list("code", flat=True))
    # A cell beside an official border overlaps it by nature; only borders of one kind contradict each other.
    pairs = [(a, b) for kind in (official, approximate) for a, b, _ in overlaps(kind)]
    missing = sorted(known - official.keys() - approximate.keys())
    return BoundaryFacts(len(official), len(approximate), tuple(missing), tuple(pairs))


OUTLINE_TOLERANCE_DEG = 1e-5
"""About a metre: far below a pixel of any map that these are drawn on."""


def outlines_near(point: LatLon, radius_m: float) -> list[tuple[str, dict[str, Any]]]:
    """Name and outline (GeoJSON, lon/lat, cut to the neighbourhood) of the kelurahan around a point."""
    near = degrees_box(point, radius_m)
    found = [(border.kelurahan_id, border.geometry) for border in _borders(timezone.now())]
    shown = [(pk, shapely.intersection(shape, near)) for pk, shape in found if shape.intersects(near)]
    names = dict(Kelurahan.objects.filter(pk__in=[pk for pk, _shape in shown]).values_list("pk", "name"))
    simple = [(names[pk], shapely.simplify(shape, OUTLINE_TOLERANCE_DEG)) for pk, shape in shown]
    return [(name, dict(shapely.geometry.mapping(shape))) for name, shape in simple if not shape.is_empty]


def interior_point(code: str) -> LatLon:
    """A point that surely lies in the kelurahan: its representative point, else the deepest of its border in force.

    Raises:
        Kelurahan.DoesNotExist: no such code.
        LookupError: the kelurahan has neither border nor point.
    """
    kelurahan = Kelurahan.objects.get(code=code)
    shapes = [b.geometry for b in _borders(timezone.now(), kelurahan__code=code)]
    known = kelurahan.point
    if known is not None and (not shapes or shapes[0].covers(known.point())):
        return known
    if not shapes:
        raise LookupError(f"kelurahan {code} has neither a border nor a point")
    return deepest_point(shapes[0])


def deepest_point(geometry: BaseGeometry) -> LatLon:
    """The point of the largest part farthest from its edge, to about 10 m."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    lon, lat = shapely.maximum_inscribed_circle(largest, tolerance=1e-4).coords[0]
    return LatLon(lat=round(lat, 5), lon=round(lon, 5))


def _in_force(now: datetime) -> Q:
    return Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))


def _borders(now: datetime, **only: str) -> Iterator[Border]:
    rows = KelurahanBoundary.objects.filter(_in_force(now), **only).order_by("pk")
    for pk, kelurahan_id, code, approximate, geometry in rows.values_list(
        "pk", "kelurahan_id", "kelurahan__code", "approximate", "geometry"
    ):
        shape = stored_shape(pk, geometry)
        if shape is not None:
            yield Border(pk, kelurahan_id, code, approximate, shape)


def stored_shape(pk: int, geometry: Any) -> BaseGeometry | None:
    """The stored geometry, made valid where a hand has edited it; None where it cannot be read at all."""
    try:
        shape = shapely.geometry.shape(geometry)
        return shape if shape.is_valid else shapely.make_valid(shape)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        # One broken row must not stop every report of the city; the kelurahan shows up as missing instead.
        log.exception("boundary %s has an unreadable geometry and is left out", pk)
        return None


def _next_change(now: datetime) -> datetime | None:
    """When a border starts or stops being in force by the clock alone."""
    rows = KelurahanBoundary.objects.filter(Q(valid_from__gt=now) | Q(valid_to__gt=now)).values_list(
        "valid_from", "valid_to"
    )
    return min((moment for row in rows for moment in row if moment is not None and moment > now), default=None)
