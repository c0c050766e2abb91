"""PlateSearch DUE: read the plates of the vehicles that a run speaks of, where its category may.

The verdict is decided by then and does not wait for this; nor does any other look: while one is ready to be analysed,
a search stands back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from analytics.plate_evidence import READER, plates_read
from analytics.services import detector_get
from reports.lifecycle import PlateState
from reports.models import PlateSearch
from reports.selectors.plates import looks_are_waiting
from reports.services.plates import Readings, plates_record
from reports.steps.base import Changed, Outcome, Step, Subject, Wait

STANDS_BACK = timedelta(seconds=15)
PATIENCE = timedelta(hours=1)
"""For how long a search stands back; footage is kept for days, but a search that always waits is none."""

BUDGET_S = 120.0
"""Six vehicles at eight looks of a second or two each. What is not got to is not told."""

SWITCHED_OFF = "switched_off"
NO_VEHICLE = "no_vehicle"
SETTINGS_AT_FAULT = frozenset({"text_models_missing", "weights_missing"})


def work(search: PlateSearch) -> Outcome | Wait:
    now = timezone.now()
    if not search.category.reads_plates:
        return _ended(SWITCHED_OFF)
    if search.created_at + PATIENCE > now and looks_are_waiting():
        return Wait(now + STANDS_BACK)
    if not search.run.offenders:
        return _ended(NO_VEHICLE)
    readings = Readings(search, plates_read(run=search.run, detector=detector_get(), budget_s=BUDGET_S))
    fields = {"settled_at": timezone.now(), "reason_code": "", "reader": READER}
    return Outcome(PlateState.READ, record=lambda: _recorded(readings), fields=fields)


def give_up(search: PlateSearch, code: str, detail: str) -> Outcome:
    return _ended(code)


def _ended(code: str) -> Outcome:
    fields = {"reason_code": code[:60], "settled_at": timezone.now()}
    return Outcome(PlateState.FAILED, fields=fields, reason_code=code[:60])


def _recorded(readings: Readings) -> Sequence[Subject]:
    """Switched off while it was read: nothing is kept.

    Raises:
        Changed: then it is done again, which ends it.
    """
    if not plates_record(readings=readings):
        raise Changed
    return ()


STEP = Step("plates", "vision", deadline_s=240, max_attempts=3, work=work, give_up=give_up, backoff_base_s=30)
"""With the analyses, whose models it uses. After a kill it begins again: nothing was stored till then."""
