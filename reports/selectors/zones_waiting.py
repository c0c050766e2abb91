"""Cameras that wait for a zone: what they lack, and how many reports and incidents that concerns.

Two questions, asked at different prices. *Demand*, which reports and incidents of the last 30 days each camera was or
would be asked about, reads much and changes slowly: it is kept for ten minutes. *Lack*, which zones a camera has, is
read anew each time, so that a camera leaves the list with the zone that is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import shapely
from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.checks import is_available
from analytics.verdict import Verdict
from cameras.models import Camera, CameraRevision, Zone
from cameras.selectors import camera_index
from reports.models import Category, Incident, VerificationMatch

NO_ZONE = "no_zone"
SINCE = timedelta(days=30)
DEMAND_KEPT_S = 600
COUNT_KEPT_S = 60
SITE_KINDS: Mapping[str, tuple[str, ...]] = {
    "jalan_utama": ("road", "no_stopping"),
    "sungai": ("river",),
    "pompa_air": ("water_gauge", "river"),
    "halte_busway": ("busway_lane",),
    "jpo": ("road", "pavement"),
    "rptra": ("pavement",),
    "rawan": ("pavement", "road"),
    "monas": ("pavement", "road"),
    "lain": ("road", "pavement"),
}
"""What a camera of such a site most likely shows; only a suggestion for one that nobody has been asked about yet."""

Demand = dict[int, dict[int, tuple[int, int]]]
"""Camera -> category -> (reports that ended without an answer for want of a zone, incidents within its view)."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One use that waits. ``kinds``: any one of them serves. Counts of the last 30 days. ``category``: its slug."""

    label: str
    kinds: tuple[str, ...]
    reports: int
    incidents: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class WaitingCamera:
    camera_id: int
    code: str
    name: str
    site_type: str
    has_zones: bool
    lacks: tuple[Lack, ...]

    @property
    def reports(self) -> int:
        return sum(lack.reports for lack in self.lacks)

    @property
    def incidents(self) -> int:
        return sum(lack.incidents for lack in self.lacks)


def waiting() -> list[WaitingCamera]:
    """Active cameras with footage that lack a zone, the busiest first."""
    demand, categories, drawn = _demand(), _categories(), _drawn()
    cameras = Camera.objects.filter(active=True).exclude(source_kind="")
    found = []
    for pk, code, name, site_type in cameras.values_list("pk", "code", "name", "site_type"):
        kinds = drawn.get(pk, frozenset())
        lacks = tuple(_lacks(demand.get(pk, {}), categories, kinds))
        if not lacks and not kinds - {"privacy"}:
            lacks = (Lack(_("Belum ada zona"), SITE_KINDS.get(site_type, SITE_KINDS["lain"]), 0, 0),)
        if lacks:
            found.append(WaitingCamera(pk, code, name, site_type, bool(kinds), lacks))
    return sorted(found, key=lambda one: (-one.reports, -one.incidents, one.code))


def _lacks(
    demand: Mapping[int, tuple[int, int]], categories: Mapping[int, Category], drawn: frozenset[str]
) -> Iterator[Lack]:
    for pk, (reports, incidents) in sorted(demand.items(), key=lambda item: (-item[1][0], -item[1][1], item[0])):
        category = categories.get(pk)
        if category is not None and not drawn & set(category.zone_kinds):
            yield Lack(category.label, tuple(category.zone_kinds), reports, incidents, category.slug)


def _categories() -> dict[int, Category]:
    """Those whose check exists and asks for a zone."""
    rows = Category.objects.filter(active=True).exclude(check_slug="")
    return {row.pk: row for row in rows if row.zone_kinds and is_available(row.check_slug)}


def _drawn() -> dict[int, frozenset[str]]:
    kinds: dict[int, set[str]] = defaultdict(set)
    for camera_id, kind in Zone.objects.order_by().values_list("camera_id", "kind"):
        kinds[camera_id].add(kind)
    return {camera_id: frozenset(found) for camera_id, found in kinds.items()}


# -- Demand ---------------------------------------------------------------------------


def _demand() -> Demand:
    known: Demand | None = cache.get("zones-demand-1")
    if known is None:
        known = demand_counted()
        cache.set("zones-demand-1", known, DEMAND_KEPT_S)
    return known


def demand_counted() -> Demand:
    since = timezone.now() - SINCE
    reports = _unanswered(since)
    incidents = _within_view(since)
    keys = reports.keys() | incidents.keys()
    told: Demand = {}
    for camera_id, category_id in keys:
        counts = (reports.get((camera_id, category_id), 0), incidents.get((camera_id, category_id), 0))
        told.setdefault(camera_id, {})[category_id] = counts
    return told


def _unanswered(since: datetime) -> dict[tuple[int, int], int]:
    """(camera, category) -> reports whose look through this camera ended for want of a zone."""
    looks = VerificationMatch.objects.filter(
        verification__created_at__gte=since, run__verdict=Verdict.INCONCLUSIVE, run__reasons__0__code=NO_ZONE
    )
    rows = looks.order_by().values_list("camera_id", "verification__category_id")
    counted = rows.annotate(reports=Count("verification__incident__reports", distinct=True))
    return {(camera_id, category_id): max(1, n) for camera_id, category_id, n in counted}


def _within_view(since: datetime) -> dict[tuple[int, int], int]:
    """(camera, category) -> incidents whose point the camera sees."""
    wanted = list(_categories())
    rows = Incident.objects.filter(opened_at__gte=since, category__in=wanted).order_by()
    points = list(rows.values_list("category_id", "lon", "lat"))
    counts: dict[tuple[int, int], int] = defaultdict(int)
    if points:
        seen = camera_index().covering_many(shapely.points([(lon, lat) for _category, lon, lat in points]))
        for at, camera_id in seen:
            counts[(camera_id, points[at][0])] += 1
    return dict(counts)


def waiting_count() -> int:
    """For every page's menu: counted anew once cameras or zones change, else each minute."""
    key = f"zones-waiting-count-{CameraRevision.current('cameras')}"
    known: int | None = cache.get(key)
    if known is None:
        known = len(waiting())
        cache.set(key, known, COUNT_KEPT_S)
    return known


def waiting_kinds(cameras: Sequence[WaitingCamera]) -> dict[str, int]:
    """Zone kind -> how many of the cameras it would serve."""
    counts: dict[str, int] = defaultdict(int)
    for camera in cameras:
        for kind in {kind for lack in camera.lacks for kind in lack.kinds}:
            counts[kind] += 1
    return dict(counts)
