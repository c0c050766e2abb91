"""Writes kelurahan and their borders: the shipped approximation, and the import of official polygons.

A border is never overwritten: the version in force gets its end, a new one begins at
the same moment, and incidents keep naming the version that placed them. No import
moves an open incident (``selectors.places.incidents_that_would_move`` lists them).
"""

from __future__ import annotations

import csv
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from jsc_project.lib.geo import LatLon
from reports.borders import Area, Reading, as_geojson, geometry_sha256, normalised, overlaps, square_metres
from reports.cells import METHOD, Site, approximate_cells
from reports.models import Kelurahan, KelurahanBoundary, PlaceRevision
from reports.selectors.places import deepest_point, stored_shape

APPROXIMATE_SOURCE = "perkiraan dari titik wakil dan luas"
ISLANDS = "31.01."
"""Codes of Kepulauan Seribu, whose kelurahan are groups of islands outside the outline."""


@dataclass(slots=True)
class ImportReport:
    """``as_json`` is the contract's answer; ``notes`` tell what was repaired or looks wrong."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if key != "notes"}


@dataclass(frozen=True, slots=True)
class _Border:
    """A border to write: ``source`` says where it is from."""

    geometry: BaseGeometry
    sha256: str
    source: str
    approximate: bool


def kelurahan_import(*, reading: Reading, source: str, dry_run: bool = False) -> ImportReport:
    """Take over the areas of one file as official borders, in one transaction.

    Codes that the file does not name keep what they have, approximate cells included.
    With ``dry_run`` everything is tried and nothing is kept.
    """
    report = ImportReport(notes=list(reading.notes))
    report.refused = [{"row": row, "reason": reason} for row, reason in sorted(reading.refused)]
    with transaction.atomic():
        _lock()
        current = _current_borders()
        report.notes += _overlap_notes(reading.areas, current)
        now = timezone.now()
        for area in reading.areas:
            outcome = _area_save(area, current.get(area.code), source[:200], now)
            setattr(report, outcome, getattr(report, outcome) + 1)
        transaction.set_rollback(dry_run)
    return report


def kelurahan_seed() -> ImportReport:
    """Load the shipped kelurahan and draw approximate borders where no border was ever official. Idempotent.

    A kelurahan that is already known keeps its names: an import may have set them.
    """
    report, facts = ImportReport(), _facts()
    source = f"{APPROXIMATE_SOURCE} ({_fingerprint()})"
    with transaction.atomic():
        _lock()
        known = {k.code: k for k in Kelurahan.objects.all()}
        official = set(KelurahanBoundary.objects.filter(approximate=False).values_list("kelurahan__code", flat=True))
        current = _current_borders()
        now = timezone.now()
        for row in facts:
            code = row["code"]
            fresh = code not in known
            kelurahan = known.get(code) or _kelurahan_from(row)
            border = current.get(code)
            if code in official or (border is not None and border.source == source):
                report.unchanged += 1
                continue
            cell = normalised(_cells()[code])
            _border_replace(kelurahan, border, _Border(cell, geometry_sha256(cell), source, approximate=True), now)
            report.created += fresh
            report.updated += not fresh
    return report


def _lock() -> None:
    """Two imports at once would both close the same version; the second waits here."""
    PlaceRevision.objects.get_or_create(name="boundaries")
    PlaceRevision.objects.select_for_update().get(name="boundaries")


def _current_borders() -> dict[str, KelurahanBoundary]:
    rows = KelurahanBoundary.objects.filter(valid_to__isnull=True).select_related("kelurahan")
    return {row.kelurahan.code: row for row in rows}


def _area_save(area: Area, border: KelurahanBoundary | None, source: str, now: datetime) -> str:
    names = {"name": area.name, "kecamatan": area.kecamatan, "kota": area.kota}
    kelurahan, created = Kelurahan.objects.get_or_create(code=area.code, defaults=names)
    renamed = not created and any(getattr(kelurahan, key) != value for key, value in names.items())
    redrawn = border is None or border.approximate or border.geometry_sha256 != area.sha256
    if renamed or redrawn:
        for key, value in names.items():
            setattr(kelurahan, key, value)
        _measure(kelurahan, area.geometry)
        kelurahan.save()
    if redrawn:
        _border_replace(kelurahan, border, _Border(area.geometry, area.sha256, source, approximate=False), now)
    if created:
        return "created"
    return "updated" if renamed or redrawn else "unchanged"


def _measure(kelurahan: Kelurahan, geometry: BaseGeometry) -> None:
    """The representative point stays while it lies inside; the area follows the border."""
    if kelurahan.point is None or not geometry.covers(kelurahan.point.point()):
        inside = deepest_point(geometry)
        kelurahan.lat, kelurahan.lon = inside.lat, inside.lon
    kelurahan.area_km2 = round(square_metres(geometry) / 1e6, 3)


def _border_replace(kelurahan: Kelurahan, old: KelurahanBoundary | None, new: _Border, now: datetime) -> None:
    if old is not None:
        KelurahanBoundary.objects.filter(pk=old.pk).update(valid_to=now)
    KelurahanBoundary.objects.create(
        kelurahan=kelurahan,
        geometry=as_geojson(new.geometry),
        geometry_sha256=new.sha256,
        valid_from=now,
        source=new.source,
        approximate=new.approximate,
    )


def _overlap_notes(areas: Sequence[Area], current: Mapping[str, KelurahanBoundary]) -> list[str]:
    """Pairs that share 2 % or more: among the new ones, and between them and the official ones that stay."""
    new = {area.code: area.geometry for area in areas}
    kept = {
        code: shape
        for code, row in current.items()
        if code not in new and not row.approximate and (shape := stored_shape(row.pk, row.geometry)) is not None
    }
    pairs = [pair for pair in overlaps({**kept, **new}) if new.keys() & set(pair[:2])]
    return [f"{a} and {b} overlap by {share:.0%} of the smaller one" for a, b, share in pairs]


def _kelurahan_from(row: Mapping[str, str]) -> Kelurahan:
    return Kelurahan.objects.create(
        code=row["code"],
        name=row["name"],
        kecamatan=row["kecamatan"],
        kota=row["kota"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        area_km2=float(row["area_km2"]),
    )


@functools.cache
def _facts() -> list[dict[str, str]]:
    with (_folder() / "jakarta_kelurahan.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def _fingerprint() -> str:
    """Changes when the facts, the outline or the method change: then, and only then, the cells are drawn anew."""
    files = (_folder() / "jakarta_kelurahan.csv", _folder() / "outline.json")
    facts = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(facts + str(METHOD).encode()).hexdigest()[:8]


@functools.cache
def _cells() -> dict[str, BaseGeometry]:
    vertices = json.loads((_folder() / "outline.json").read_text(encoding="utf-8"))["vertices"]
    return approximate_cells([_site(row) for row in _facts()], Polygon(vertices))


def _site(row: Mapping[str, str]) -> Site:
    """Islands stand around their representative point, which is on land; their centre of area is in the sea."""
    island = row["code"].startswith(ISLANDS)
    lat, lon = (row["lat"], row["lon"]) if island else (row["centre_lat"], row["centre_lon"])
    return Site(row["code"], LatLon(lat=float(lat), lon=float(lon)), float(row["area_km2"]), island)


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "fixtures" / "kelurahan"
