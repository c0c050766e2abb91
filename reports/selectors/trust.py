"""How far each camera is believed in each check: worked out from the rows of judgements, stored nowhere."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from analytics.verdict import Verdict
from cameras.models import Camera, CameraRevision, CameraView
from reports.models import CameraConfirmation, CameraJudgement, Category
from reports.trust import DEFAULT_TARGET, WINDOW, Demotion, Judged, demotion_of, reliability

Pair = tuple[str, int]
"""Check slug and camera id."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one pair, over the answers in force (the last ``WINDOW`` of them)."""

    supported: tuple[Judged, ...] = ()
    denied: tuple[Judged, ...] = ()
    target: float = DEFAULT_TARGET
    demotion: Demotion | None = None

    def reliability(self, verdict: Verdict) -> float:
        """0-1, as ``reports.trust.reliability``, of what the camera says when it says this."""
        judged = self.denied if verdict is Verdict.CONTRADICTED else self.supported
        return reliability(sum(one.right for one in judged), len(judged), self.target)


UNJUDGED = Standing()

KEPT_S = 3600.0
"""How long the worked-out list is kept; it is found again only while all that it came from is the same."""


def counting() -> QuerySet[CameraJudgement]:
    """Judgements that say right or wrong and that no newer one about the same camera of the same look replaces."""
    newer = CameraJudgement.objects.filter(
        verification=OuterRef("verification"), run=OuterRef("run"), pk__gt=OuterRef("pk")
    )
    return CameraJudgement.objects.filter(~Exists(newer), right__isnull=False)


def in_force() -> QuerySet[CameraJudgement]:
    """Those of them that speak of the camera as it is: of its zones of today, later than its last confirmation.

    That a person found zones to fit after a move (``CameraView``) is a confirmation as well, of every check at once.
    """
    return counting().filter(still_speaks())


def still_speaks() -> Q:
    """Of judgements: as ``in_force`` says."""
    later = CameraConfirmation.objects.filter(
        camera=OuterRef("camera"), check_slug=OuterRef("check_slug"), at__gte=OuterRef("said_at")
    )
    fits = CameraView.objects.filter(
        camera=OuterRef("camera"), how=CameraView.How.CONFIRMED, at__gte=OuterRef("said_at")
    )
    today = Camera.objects.filter(pk=OuterRef("camera"), zones_version=OuterRef("zones_version"))
    return Q(~Exists(later), ~Exists(fits), Exists(today))


def standings(check: str, cameras: Collection[int]) -> dict[int, Standing]:
    """By camera id, those only of whom something was judged. Two queries whatever the number of cameras."""
    rows = in_force().filter(check_slug=check, camera__in=cameras)
    targets = precision_targets([check])
    return {camera: standing for (_check, camera), standing in _standings(rows, targets).items()}


def demoted_pairs() -> dict[Pair, Demotion]:
    """Every pair that is demoted now. The menu of each page asks: kept while nothing changed."""
    newest = CameraJudgement.objects.order_by("-id").values_list("id", "at").first()
    if newest is None:
        return {}
    others = (
        CameraConfirmation.objects.order_by("-id").values_list("id", flat=True).first(),
        CameraView.objects.order_by("-id").values_list("id", flat=True).first(),
        CameraRevision.current("cameras"),
        sorted(Category.objects.filter(active=True).values_list("check_slug", "precision_target")),
    )
    key = hashlib.sha256(f"{newest} {others}".encode()).hexdigest()
    found: dict[Pair, Demotion] | None = cache.get(f"demoted:{key}")
    if found is None:
        found = _demoted_pairs()
        cache.set(f"demoted:{key}", found, timeout=KEPT_S)
    return found


def _demoted_pairs() -> dict[Pair, Demotion]:
    """Only pairs with a wrong SUPPORTED in force are looked at."""
    suspects = in_force().filter(said=Verdict.SUPPORTED, right=False)
    pairs = set(suspects.order_by().values_list("check_slug", "camera_id").distinct())
    if not pairs:
        return {}
    rows = in_force().filter(check_slug__in={check for check, _ in pairs}, camera__in={camera for _, camera in pairs})
    found = _standings(rows, precision_targets({check for check, _ in pairs}))
    return {pair: standing.demotion for pair, standing in found.items() if standing.demotion is not None}


def _standings(rows: QuerySet[CameraJudgement], targets: Mapping[str, float]) -> dict[Pair, Standing]:
    told: dict[tuple[str, int, str], list[Judged]] = defaultdict(list)
    values = rows.order_by("at", "id").values_list("check_slug", "camera_id", "said", "at", "right")
    for check, camera, said, at, right in values:
        told[check, camera, said].append(Judged(at, bool(right)))
    pairs = {(check, camera) for check, camera, _ in told}
    return {
        pair: standing_of(told[*pair, Verdict.SUPPORTED], told[*pair, Verdict.CONTRADICTED], targets[pair[0]])
        for pair in pairs
    }


def standing_of(supported: list[Judged], denied: list[Judged], target: float) -> Standing:
    """Of a pair's answers in force, by time."""
    return Standing(tuple(supported[-WINDOW:]), tuple(denied[-WINDOW:]), target, demotion_of(supported, target))


def precision_targets(checks: Iterable[str]) -> dict[str, float]:
    """What is asked of each check: the strictest of the categories in use that it serves."""
    targets: dict[str, float] = {}
    rows = Category.objects.filter(active=True, check_slug__in=list(checks))
    for check, target in rows.values_list("check_slug", "precision_target"):
        targets[check] = max(target, targets.get(check, 0.0))
    return defaultdict(lambda: DEFAULT_TARGET, targets)


def last_confirmations(pairs: Collection[Pair]) -> dict[Pair, tuple[datetime, str]]:
    """When each pair was confirmed last, and with which note; those only that ever were."""
    asked = Q(check_slug__in={check for check, _ in pairs}, camera__in={camera for _, camera in pairs})
    rows = CameraConfirmation.objects.filter(asked).order_by("id").values_list("check_slug", "camera_id", "at", "note")
    return {(check, camera): (at, note) for check, camera, at, note in rows if (check, camera) in set(pairs)}
