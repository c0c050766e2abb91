"""[core] Approximate borders of the kelurahan, derived from three facts each: code, centre of area, and area.

A bare machine has no official polygons. This module cuts our own rough outline
of the city (``fixtures/kelurahan/outline.json``) into cells that have, as nearly
as can be, the known area *and* the known centre of area. With ``m`` the centre of
cell i, ``R`` the radius of a circle of its area, a place x goes to the cell of the
smallest cost::

    0.6 |x - m_i|^2 / R_i  -  p_i . (x - m_i)  -  c_i          (kilometres)

The offsets c (one number per cell) and tilts p (two) are the multipliers of the
area and the centre conditions; ``balance`` finds them on a coarse grid. Large
kelurahan reach farther (the division by R), which areas alone would not give.

Measured with the real polygons, 24,705 random points of the mainland: 76 % with
nearest centres, 77 % with cells of the right areas, 83 % with these cells, and
84 % when a point just outside the outline takes the nearest cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from jsc_project.lib.geo import LatLon

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REFERENCE_LAT = -6.2
KM_PER_DEGREE = np.array([111.320 * math.cos(math.radians(REFERENCE_LAT)), 110.574])
"""Kilometres per degree of (longitude, latitude): over 35 km of city the error of a flat map is a few metres."""

METHOD = 1
"""Raise it when the drawing changes: stored cells are then drawn anew, as new versions."""

BALANCE_GRID_KM = 0.25
BALANCE_STEPS = 80
BALANCE_RATE = 0.1
SOFTNESS_KM = 0.1
"""Cells blend over this width while balancing, which makes areas smooth in c and p on a coarse grid."""
DRAW_GRID_KM = 0.1
DRAW_TOLERANCE_KM = 0.06
CRUMB_KM2 = 0.02
CANDIDATES = 10
BLOCK = 4096
ISLAND_SIDES = 32


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of a kelurahan. ``centre`` is its centre of area; islands become circles around it."""

    code: str
    centre: LatLon
    area_km2: float
    island: bool = False


@dataclass(frozen=True, slots=True)
class _Fit:
    """A solved partition: ``centres`` (N, 2) km, ``radii`` (N,) km, ``offsets`` (N,), ``tilts`` (N, 2)."""

    centres: Floats
    radii: Floats
    offsets: Floats
    tilts: Floats


def approximate_cells(sites: Sequence[Site], outline: Polygon) -> dict[str, BaseGeometry]:
    """A lon/lat Polygon or MultiPolygon per code, in the order given. Deterministic.

    Args:
        sites: mainland sites share ``outline``; islands are circles of their own area.
        outline: lon/lat, the rough shape of the mainland. Areas are scaled so that they fill it.
    """
    islands = {s.code: _circle(s) for s in sites if s.island}
    mainland = [s for s in sites if not s.island]
    drawn = _draw(mainland, _to_km(outline)) if mainland else {}
    return {s.code: islands[s.code] if s.island else drawn[s.code] for s in sites}


def _draw(sites: Sequence[Site], outline: Polygon) -> dict[str, BaseGeometry]:
    fit = balance(sites, outline)
    places, columns, rows = _grid(outline.buffer(2 * DRAW_GRID_KM), DRAW_GRID_KM)
    squares = _squares(assign(fit, places), columns, rows)
    # One simplification of the whole coverage keeps neighbours' common borders common.
    smooth = shapely.coverage_simplify(squares, DRAW_TOLERANCE_KM / DRAW_GRID_KM)
    corner = np.floor(np.array(outline.buffer(2 * DRAW_GRID_KM).bounds[:2]) / DRAW_GRID_KM)
    cells = [shapely.transform(g, lambda xy: (xy + corner) * DRAW_GRID_KM) for g in smooth]
    return {s.code: _to_degrees(_whole(cell.intersection(outline))) for s, cell in zip(sites, cells, strict=True)}


def _whole(cell: BaseGeometry) -> BaseGeometry:
    """Without crumbs cut off by a bend of the outline; its largest part stays, however small."""
    parts = sorted(_polygons(cell), key=lambda p: p.area, reverse=True)
    return MultiPolygon([p for i, p in enumerate(parts) if i == 0 or p.area >= CRUMB_KM2])


def balance(sites: Sequence[Site], outline: Polygon) -> _Fit:
    """Find offsets and tilts that give each cell its area and centre; ``outline`` in km.

    Ascends the concave dual of "least total cost under these conditions" with Adam
    steps of falling length. It ends at 2 % of area and 6 m of centre on average; more
    steps do not place more points right, because the outline is the larger error.
    """
    centres = np.array([s.centre.lonlat() for s in sites]) * KM_PER_DEGREE
    areas = np.array([s.area_km2 for s in sites])
    areas *= outline.area / areas.sum()
    radii = np.sqrt(areas / np.pi)
    fit = _Fit(centres, radii, np.zeros(len(sites)), np.zeros((len(sites), 2)))
    places, _, _ = _grid(outline, BALANCE_GRID_KM)
    near, cost, away = _candidates(fit, places)
    scale = np.stack([np.ones_like(radii), radii, radii], axis=1)
    first, second = np.zeros((len(sites), 3)), np.zeros((len(sites), 3))
    for step in range(BALANCE_STEPS):
        gap = _gap(fit, areas, _shares(fit, near, cost, away) * (outline.area / len(places)), (near, away)) / scale
        first, second = 0.9 * first + 0.1 * gap, 0.99 * second + 0.01 * gap**2
        move = BALANCE_RATE * (1 - step / BALANCE_STEPS) * first / (np.sqrt(second) + 0.01) / scale
        fit = _Fit(centres, radii, fit.offsets + move[:, 0], fit.tilts + move[:, 1:])
    return fit


def assign(fit: _Fit, places: Floats) -> Ints:
    """Index of the cell of each of ``places`` (M, 2) km. In blocks: all distances at once would fill 250 MB."""
    return np.concatenate([_assign(fit, places[i : i + BLOCK]) for i in range(0, len(places), BLOCK)])


def _assign(fit: _Fit, places: Floats) -> Ints:
    near, cost, away = _candidates(fit, places)
    best = _scores(fit, near, cost, away).argmax(axis=1)
    chosen: Ints = np.take_along_axis(near, best[:, None], axis=1)[:, 0]
    return chosen


def _candidates(fit: _Fit, places: Floats) -> tuple[Ints, Floats, Floats]:
    """The cells worth asking about: indices (M, k), costs (M, k), and vectors from their centres (M, k, 2)."""
    squares = (places**2).sum(axis=1)[:, None] - 2 * places @ fit.centres.T + (fit.centres**2).sum(axis=1)
    count = min(CANDIDATES, len(fit.radii))
    near = np.argpartition(np.sqrt(np.maximum(squares, 0)) - fit.radii, count - 1, axis=1)[:, :count]
    cost = 0.6 * np.take_along_axis(squares, near, axis=1) / fit.radii[near]
    return near, cost, places[:, None, :] - fit.centres[near]


def _scores(fit: _Fit, near: Ints, cost: Floats, away: Floats) -> Floats:
    scores: Floats = fit.offsets[near] + (fit.tilts[near] * away).sum(axis=2) - cost
    return scores


def _shares(fit: _Fit, near: Ints, cost: Floats, away: Floats) -> Floats:
    """The soft belonging (M, k) of each place; rows sum to 1."""
    scores = _scores(fit, near, cost, away) / SOFTNESS_KM
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _gap(fit: _Fit, areas: Floats, shares: Floats, where: tuple[Ints, Floats]) -> Floats:
    """What is missing (N, 3): area as a fraction, centre in km east and north."""
    near, away = where
    flat, count = near.ravel(), len(areas)
    area = np.bincount(flat, shares.ravel(), count)
    east = np.bincount(flat, (shares * away[..., 0]).ravel(), count)
    north = np.bincount(flat, (shares * away[..., 1]).ravel(), count)
    return np.stack([1 - area / areas, -east / areas, -north / areas], axis=1)


def _grid(area: BaseGeometry, step: float) -> tuple[Floats, Ints, Ints]:
    """Middles (M, 2) of the grid squares whose middle lies in ``area``, with their column and row numbers."""
    west, south, east, north = (int(v) for v in np.floor(np.array(area.bounds) / step))
    across, up = np.meshgrid(np.arange(east - west + 1), np.arange(north - south + 1))
    columns, rows = across.ravel().astype(np.int64), up.ravel().astype(np.int64)
    places = (np.stack([columns + west, rows + south], axis=1).astype(np.float64) + 0.5) * step
    inside = shapely.contains_xy(area, places[:, 0], places[:, 1])
    return places[inside], columns[inside], rows[inside]


def _squares(owners: Ints, columns: Ints, rows: Ints) -> list[BaseGeometry]:
    """The union of each owner's grid squares, in grid units. Whole numbers, so that edges meet exactly."""
    boxes = shapely.box(columns, rows, columns + 1, rows + 1)
    return [shapely.coverage_union_all(boxes[owners == i]) for i in range(int(owners.max()) + 1)]


def _circle(site: Site) -> BaseGeometry:
    radius = math.sqrt(site.area_km2 / math.pi)
    return _to_degrees(Point(np.array(site.centre.lonlat()) * KM_PER_DEGREE).buffer(radius, ISLAND_SIDES // 4))


def _to_km(shape: Polygon) -> Polygon:
    return shapely.transform(shape, lambda xy: xy * KM_PER_DEGREE)


def _to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Back to lon/lat, on a grid of 1e-5 degrees (1 m); only the polygonal parts."""
    parts = _polygons(shapely.set_precision(shapely.transform(shape, lambda xy: xy / KM_PER_DEGREE), 1e-5))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    return [p for p in shapely.get_parts(shape) if isinstance(p, Polygon) and not p.is_empty]


def areas_km2(cells: Mapping[str, BaseGeometry]) -> dict[str, float]:
    """Areas of lon/lat shapes on the same flat map."""
    factor = float(KM_PER_DEGREE.prod())
    return {code: shape.area * factor for code, shape in cells.items()}
