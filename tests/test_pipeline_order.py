"""The same reports make the same groups and verdicts, whatever the order of work and whoever dies in it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from analytics.verdict import Verdict
from reports import claiming, pipeline
from reports.models import Report
from reports.selectors import pipeline as books
from tests import factories
from tests.pipeline_world import World, happened

pytestmark = pytest.mark.django_db

# Metres east of the corner, minutes after noon: a chain that must not become one group, repeats, a crowd half an
# hour later, one at another time, one out of the city.
REPORTS = [(0, 0), (50, 1), (100, 1), (0, 40), (10, 41), (150, 2), (0, 75), (40, 0.5), (0, 130), (9_000, 0), (55, 39)]
METRE_EAST = 1 / 110_700


class _Undo(Exception):
    """Leaves a transaction without its effects."""


def send() -> None:
    for number, (metres, minutes) in enumerate(REPORTS, start=1):
        factories.report(
            external_id=number,
            lon=106.825 + metres * METRE_EAST,
            happened_at=happened(minutes),
            tracking_code=f"T-{number}",
        )


def told() -> dict[int, Any]:
    """What is said of each report: its group (by its first member), the look that answers it, the verdict."""
    rows = Report.objects.select_related("incident", "verification").order_by("external_id")
    first = {r.incident_id: r.external_id for r in reversed(rows)}
    return {
        r.external_id: (
            r.state,
            first[r.incident_id] if r.incident else None,
            r.verification.asked_for if r.verification else None,
            r.verification.verdict if r.verification else None,
            r.incident.verdict if r.incident else None,
            r.incident.reporters_count if r.incident else None,
        )
        for r in rows
    }


def any_due(dice: random.Random) -> tuple[Any, Any] | None:
    due = [
        (pipeline.Subject(kind, pk), state)
        for kind, state in pipeline.STEPS
        for pk in claiming.due(kind, state).values_list("pk", flat=True)
    ]
    return dice.choice(sorted(due)) if due else None


def live_through(dice: random.Random) -> None:
    """Workers in no order: some die in their step, some wait, leases lapse."""
    for _ in range(2_000):
        pair = any_due(dice)
        if pair is None:
            now = timezone.now()
            waiting = 0
            for kind in claiming.KINDS.values():
                waiting += kind.model._default_manager.filter(next_run__gt=now).update(next_run=now)
            if not waiting:
                return
        elif dice.random() < 0.15:
            claiming.claim_take(*pair, pipeline.STEPS[(pair[0].kind, pair[1])])
            model = claiming.KINDS[pair[0].kind].model
            model._default_manager.filter(pk=pair[0].pk).update(
                lease_until=timezone.now() - timedelta(seconds=1), crash_attempts=0
            )
        else:
            pipeline.advance(*pair)
    raise AssertionError("never quiet")


@pytest.mark.parametrize("seed", range(8))
def test_order_and_deaths_change_nothing(world: World, menteng: Any, parkir_liar: Any, seed: int) -> None:
    world.camera("CAM-1")
    world.camera("CAM-2", lat=-6.1952)
    world.analyst.verdicts.update({"CAM-1": Verdict.INCONCLUSIVE, "CAM-2": Verdict.CONTRADICTED})
    once: dict[int, Any] = {}
    try:
        with transaction.atomic():
            send()
            live_through(random.Random("once"))
            once = told()
            raise _Undo
    except _Undo:
        pass
    send()
    live_through(random.Random(seed))
    assert told() == once
    assert len({group for _, group, *_ in once.values()}) == 4, "three groups, and one outside"
    assert books.accounting().doubled == 0
    assert books.accounting().lost == 0
