"""Rows for tests. Every value has a default, so that a test names only what it is about."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from cameras.models import Camera, FootageClip, Zone
from reports.lifecycle import Purpose, ReportState, VerificationState
from reports.models import (
    Category,
    Incident,
    Kelurahan,
    KelurahanBoundary,
    Membership,
    Report,
    Verification,
)
from reports.reading.private import searchable

WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
"""12:00 in Jakarta."""

_numbers = itertools.count(1)


def square(west: float, south: float, side: float = 0.01) -> dict[str, Any]:
    """A GeoJSON square, lon/lat."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def kelurahan(*, code: str = "31.71.06.1001", name: str = "Menteng", west: float = 106.82, **extra: Any) -> Kelurahan:
    made = Kelurahan.objects.create(
        code=code, name=name, kecamatan="Menteng", kota="Jakarta Pusat", lat=-6.195, lon=west + 0.005, area_km2=1.2
    )
    geometry = extra.pop("geometry", None) or square(west, -6.20)
    KelurahanBoundary.objects.create(
        kelurahan=made,
        geometry=geometry,
        geometry_sha256=hashlib.sha256(json.dumps(geometry, sort_keys=True).encode()).hexdigest(),
        source="tests",
        **extra,
    )
    KelurahanBoundary.bump_revision()
    return made


def user(username: str, **extra: Any) -> Any:
    return get_user_model().objects.create_user(username=username, password="kata-sandi-panjang", **extra)


def lurah(username: str, area: Kelurahan) -> Any:
    person = user(username, is_staff=True)
    Membership.objects.create(user=person, role=Membership.Role.LURAH, kelurahan=area)
    return person


def operator(username: str) -> Any:
    person = user(username, is_staff=True)
    Membership.objects.create(user=person, role=Membership.Role.OPERATOR)
    return person


def category(slug: str = "parkir_liar", **extra: Any) -> Category:
    defaults: dict[str, Any] = {
        "label_id": "Parkir liar",
        "label_en": "Illegal parking",
        "aliases": ["illegal_parking"],
        "check_slug": "stopped_vehicle",
        "zone_kinds": ["no_stopping"],
        "responsible_body": "Dishub",
        "grouping_radius_m": 60,
        "grouping_s": 2 * 3600,
    }
    return Category.objects.update_or_create(slug=slug, defaults={**defaults, **extra})[0]


def camera(code: str = "CAM-1", *, lat: float = -6.195, lon: float = 106.825, **extra: Any) -> Camera:
    coverage = extra.pop("coverage", None) or square(lon - 0.001, lat - 0.001, 0.002)
    made = Camera.objects.create(
        code=code,
        name=extra.pop("name", f"Kamera {code}"),
        lat=lat,
        lon=lon,
        coverage=coverage,
        drawn_coverage=extra.pop("drawn_coverage", coverage),
        coverage_kind=extra.pop("coverage_kind", Camera.CoverageKind.DRAWN),
        **extra,
    )
    Camera.bump_revision()
    return made


def zone(of: Camera, kind: str = "no_stopping", polygon: list[list[float]] | None = None) -> Zone:
    made = Zone.objects.create(camera=of, kind=kind, polygon=polygon or [[0, 0], [1, 0], [1, 1], [0, 1]])
    Zone.bump_revision()
    return made


def clip(of: Camera, *, start_at: datetime = NOON, minutes: int = 5, **extra: Any) -> FootageClip:
    return FootageClip.objects.create(
        camera=of,
        start_at=start_at,
        end_at=start_at + timedelta(minutes=minutes),
        state=extra.pop("state", "WANTED"),
        **extra,
    )


def report(of: Category | None = None, *, lat: float = -6.195, lon: float = 106.825, **extra: Any) -> Report:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "external_id": number,
        "tracking_code": f"TEST-{number:08d}",
        "text": "Mobil parkir di trotoar",
        "happened_at": NOON,
        "content_sha256": f"{number:064x}",
        "reporter_hash": f"{number:064x}",
        "state": ReportState.RECEIVED,
    }
    values = {**defaults, **extra}
    values.setdefault("searchable", searchable(values.get("title", ""), values["text"]))
    return Report.objects.create(category=of or category(), lat=lat, lon=lon, **values)


def incident(of: Category | None = None, area: Kelurahan | None = None, **extra: Any) -> Incident:
    area = area or Kelurahan.objects.first() or kelurahan()
    defaults: dict[str, Any] = {
        "boundary": area.boundaries.first(),
        "lat": area.lat,
        "lon": area.lon,
        "anchor_happened_at": NOON,
        "first_seen": NOON,
        "last_seen": NOON,
        "respond_by": timezone.now() + timedelta(hours=6),
        "due_at": timezone.now() + timedelta(days=7),
    }
    return Incident.objects.create(category=of or category(), kelurahan=area, **{**defaults, **extra})


def verification(of: Incident, **extra: Any) -> Verification:
    defaults: dict[str, Any] = {
        "category": of.category,
        "purpose": Purpose.OPENING,
        "check_slug": of.category.check_slug,
        "zone_kinds": of.category.zone_kinds,
        "match_radius_m": of.category.match_radius_m,
        "lat": of.lat,
        "lon": of.lon,
        "window_start": NOON - timedelta(minutes=3),
        "window_end": NOON + timedelta(minutes=2),
        "state": VerificationState.PENDING,
    }
    return Verification.objects.create(incident=of, **{**defaults, **extra})
