"""Which incidents are over, and since when: what the periods of keeping count from.

An incident that repeats another is over when that one is: its pictures and words are about the same trouble. One
under legal hold is not over, and neither is what repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from reports.lifecycle import CLOSED
from reports.models import Incident, LegalHold

_STATUSES = ", ".join(f"'{status.value}'" for status in sorted(CLOSED))
# A closed incident without a time of closing is one of before that was told; its last change is no earlier.
_KEPT_SET = f"""
WITH RECURSIVE kept(id) AS (
    SELECT id FROM reports_incident
    WHERE status NOT IN ({_STATUSES}) OR COALESCE(closed_at, updated_at) >= %s
    UNION SELECT incident_id FROM reports_legalhold WHERE lifted_at IS NULL
    UNION SELECT repeat.id FROM reports_incident repeat JOIN kept ON repeat.duplicate_of_id = kept.id
)
"""  # noqa: S608 - our own words
_KEPT = f"{_KEPT_SET} SELECT id FROM kept"  # noqa: S608
# A join, because PostgreSQL looks through the whole of a NOT IN for every row: 80 s for 100,000 incidents.
_OVER = f"""{_KEPT_SET} SELECT closed.id FROM reports_incident closed
LEFT JOIN kept ON kept.id = closed.id WHERE kept.id IS NULL"""  # noqa: S608
# What repeats a case moves with it. A report that joins writes no line into the case's history: its arrival counts.
_AT_REST = """
WITH RECURSIVE moved(id) AS (
    SELECT incident_id FROM reports_statuschange WHERE incident_id IS NOT NULL AND at >= %s
    UNION SELECT incident_id FROM reports_report WHERE incident_id IS NOT NULL AND received_at >= %s
    UNION SELECT incident_id FROM reports_legalhold WHERE lifted_at IS NULL
    UNION SELECT repeat.id FROM reports_incident repeat JOIN moved ON repeat.duplicate_of_id = moved.id
) SELECT resting.id FROM reports_incident resting LEFT JOIN moved ON moved.id = resting.id WHERE moved.id IS NULL
"""
_HELD = """
WITH RECURSIVE held(id) AS (
    SELECT incident_id FROM reports_legalhold WHERE lifted_at IS NULL
    UNION SELECT repeat.id FROM reports_incident repeat JOIN held ON repeat.duplicate_of_id = held.id
) SELECT id FROM held
"""


def kept_at(before: datetime) -> RawSQL:
    """Numbers of the incidents that were not over at ``before``; for ``...__in``."""
    return RawSQL(_KEPT, [connection.ops.adapt_datetimefield_value(before)])  # noqa: S611 - our own words


def legally_held() -> RawSQL:
    """Numbers of the incidents of which nothing may be deleted; for ``...__in``."""
    return RawSQL(_HELD, [])  # noqa: S611 - our own words


def cases_over(before: datetime) -> QuerySet[Incident]:
    """Incidents that were over before ``before``, and are."""
    asked = [connection.ops.adapt_datetimefield_value(before)]
    return Incident.objects.filter(pk__in=RawSQL(_OVER, asked))  # noqa: S611 - our own words


def cases_at_rest(before: datetime) -> QuerySet[Incident]:
    """Incidents, open ones too, that nobody and nothing has moved since ``before``, and no report has joined."""
    asked = [connection.ops.adapt_datetimefield_value(before)] * 2
    return Incident.objects.filter(pk__in=RawSQL(_AT_REST, asked))  # noqa: S611 - our own words


def hold_in_force(incident_id: int) -> LegalHold | None:
    """The hold on this incident, or on one that it repeats."""
    chain = [incident_id, *_originals(incident_id)]
    return LegalHold.objects.filter(incident__in=chain, lifted_at__isnull=True).select_related("set_by").first()


def over_since(incident_id: int) -> datetime | None:
    """When the incident and those it repeats were all closed; None while one is open or held."""
    chain = [incident_id, *_originals(incident_id)]
    if LegalHold.objects.filter(incident__in=chain, lifted_at__isnull=True).exists():
        return None
    rows = Incident.objects.filter(pk__in=chain).values_list("status", "closed_at", "updated_at")
    ends = [(closed_at or updated_at) if status in CLOSED else None for status, closed_at, updated_at in rows]
    known = [at for at in ends if at is not None]
    return max(known) if known and len(known) == len(ends) else None


def with_repeats(incident_ids: Iterable[int]) -> list[int]:
    """These incidents and all that repeat them, to the last."""
    found = dict.fromkeys(incident_ids)
    new: list[Any] = list(found)
    while new:
        repeats = Incident.objects.filter(duplicate_of__in=new).values_list("pk", flat=True)
        new = [pk for pk in repeats if pk not in found]
        found.update(dict.fromkeys(new))
    return list(found)


def _originals(incident_id: int) -> list[int]:
    """What the incident repeats, what that one repeats, and so on."""
    chain: list[int] = []
    at: int | None = incident_id
    while at is not None:
        at = Incident.objects.values_list("duplicate_of", flat=True).get(pk=at)
        if at is None or at in chain or at == incident_id:
            break
        chain.append(at)
    return chain
