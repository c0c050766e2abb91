"""Who answers for an incident, and how soon somebody should look at it."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.verdict import Verdict

MOST_URGENT, LEAST_URGENT = 1, 5
LURAH = "lurah"


@dataclass(frozen=True, slots=True)
class Routing:
    """``priority`` 1 (first) to 5 (last)."""

    responsible_body: str
    priority: int


def route(category_body: str, urgency: int, verdict: Verdict | None) -> Routing:
    """The category's body, or the lurah where it names none; what a camera has seen comes one step earlier.

    The lurah keeps the incident in the own queue whoever the body is: CRM's coordinator
    is the kelurahan. ``urgency`` is the category's, 1 to 5.
    """
    raised = urgency - 1 if verdict is Verdict.SUPPORTED else urgency
    return Routing(category_body.strip() or LURAH, min(LEAST_URGENT, max(MOST_URGENT, raised)))
