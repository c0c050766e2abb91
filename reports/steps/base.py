"""What a step is, and what it answers.

Steps enqueue nothing, hold no transaction open around their work, and write no state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from jsc_project.lib.claims import Claimable

REPORT, VERIFICATION, CLIP, ANNOUNCEMENT = "report", "verification", "clip", "announcement"
EXCERPT, PHOTO, BLURRED, PLATES = "excerpt", "photo", "blurred", "plates"
TRIAL = "trial"


class Subject(NamedTuple):
    """A row of the pipeline: its kind and primary key."""

    kind: str
    pk: int


class Changed(Exception):
    """Raised by a record: what the step worked on has changed meanwhile. Rolled back, and done again at once."""


def _nothing() -> Sequence[Subject]:
    return ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new state and what belongs to it.

    ``fields`` are columns of the row written with the state. ``record`` runs in the
    same transaction, after the swap was won, and answers the subjects to ring next.
    ``files`` are storage names written under the claim's token: the record adopts
    them; if the swap is lost they are deleted. ``next_run`` is when the new state
    is due (None: at once).
    """

    state: StrEnum
    record: Callable[[], Sequence[Subject]] = _nothing
    fields: dict[str, Any] = field(default_factory=dict)
    files: Sequence[str] = ()
    reason_code: str = ""
    next_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done before ``until``. Costs no attempt."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the pipeline's table of contents.

    ``work`` gets the claimed row (its ``token`` names files) and runs outside any
    transaction. ``give_up`` gets the row, a code and a sentence when the tries are
    used up, and answers the row's way out.
    """

    name: str
    queue: str
    deadline_s: float
    max_attempts: int
    work: Callable[[Any], Outcome | Wait]
    give_up: Callable[[Any, str, str], Outcome]
    backoff_base_s: float = 5.0
    backoff_cap_s: float = 900.0


Row = Claimable
