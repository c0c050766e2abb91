"""What a look means for the camera: when it is called unhealthy, and when it is well again. [core]

One bad look may be anybody's doing (a lost packet, a lorry, a reboot), so a second one has to confirm it. One good
look is enough to be well again. A moved view is the exception to both: it has to last, because traffic stands before
cameras, and it stays until a person has confirmed what the camera shall look at, because the zones drawn in its
picture no longer lie where they should; or until the camera is seen back in its place, twice: one that turns by itself
comes back by itself, and its zones lie right again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cameras.patrol.judge import Finding, Outcome
from cameras.patrol.view import Change
from cameras.patrol.words import NIGHT_DARK, VIEW_BACK, VIEW_MOVED, reason_family, words_of
from jsc_project.lib.when import wib_text

SHIFTED_FOR = timedelta(minutes=4)
"""The same edges elsewhere in the picture: no traffic does that."""

DIFFERENT_FOR = timedelta(minutes=20)
"""A bus at a stop, a lorry that is unloaded, a jam before a low camera: ten minutes and more."""

BACK_FOR = timedelta(minutes=10)
"""A camera on its tour passes its old place, too."""

DIFFERENT_LOOKS = 3
ANY_TWO_LOOKS = 2


class Health(StrEnum):
    """The values of ``Camera.Health``."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record. ``code``: of the health reason. ``last_code``, ``last_since``: what the last look said, and
    since when looks have said it. ``bad_looks``: in a row. ``moved_since``: a confirmed change of view.
    """

    health: Health = Health.UNKNOWN
    code: str = ""
    last_code: str = ""
    last_since: datetime | None = None
    bad_looks: int = 0
    moved_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``look_code``, ``look_sentence``: what this look said; ``code``, ``sentence``: the reason of ``health``."""

    health: Health
    code: str
    sentence: str
    look_code: str
    look_sentence: str
    bad_looks: int
    moved_since: datetime | None


def weighed(before: Standing, finding: Finding, now: datetime) -> Verdict:
    """What ``finding`` makes of ``before``. A finding with the outcome NOTHING must not come here."""
    if finding.outcome is Outcome.BAD:
        return _bad(before, finding, now)
    if before.moved_since is not None:
        if finding.view is None or finding.view.change is not Change.NONE:
            return _still_moved(before.moved_since)
        if before.last_code != VIEW_BACK or before.last_since is None or now - before.last_since < BACK_FOR:
            return _seems_back(before.moved_since)
    if finding.outcome is Outcome.NIGHT:
        return _night(before)
    if finding.outcome is Outcome.REPEAT and "source" not in {
        reason_family(before.code),
        reason_family(before.last_code),
    }:
        return Verdict(before.health, before.code, "", before.last_code, "", before.bad_looks, None)
    return Verdict(Health.HEALTHY, "", "", "", "", 0, None)


def _bad(before: Standing, finding: Finding, now: datetime) -> Verdict:
    sentence = finding.sentence or words_of(finding.code).id
    if finding.code == VIEW_MOVED and before.moved_since is not None:
        return _still_moved(before.moved_since)
    looks = before.bad_looks + 1
    confirmed = _is_confirmed(before, finding, looks, now)
    moved_since = before.moved_since
    if confirmed and finding.code == VIEW_MOVED:
        return _still_moved(before.last_since or now, looks)
    if confirmed or before.health is Health.UNHEALTHY:
        return Verdict(Health.UNHEALTHY, finding.code, sentence, finding.code, sentence, looks, moved_since)
    # Suspected: the camera keeps its health, the history tells what was seen.
    return Verdict(before.health, before.code, "", finding.code, sentence, looks, moved_since)


def _is_confirmed(before: Standing, finding: Finding, looks: int, now: datetime) -> bool:
    same = reason_family(before.last_code) == reason_family(finding.code)
    if finding.code != VIEW_MOVED:
        return looks >= 2 and (same or looks > ANY_TWO_LOOKS)
    if not same or before.last_since is None:
        return False
    lasted = now - before.last_since
    if finding.view is not None and finding.view.change is Change.SHIFTED:
        return looks >= 2 and lasted >= SHIFTED_FOR
    return looks >= DIFFERENT_LOOKS and lasted >= DIFFERENT_FOR


def _still_moved(since: datetime, looks: int = 2) -> Verdict:
    sentence = f"{words_of(VIEW_MOVED).id}, sejak {wib_text(since)}"
    return Verdict(Health.UNHEALTHY, VIEW_MOVED, sentence, VIEW_MOVED, sentence, looks, since)


def _seems_back(since: datetime) -> Verdict:
    """One look that shows the old view again; the next one decides."""
    still, back = _still_moved(since), words_of(VIEW_BACK).id
    return Verdict(still.health, still.code, still.sentence, VIEW_BACK, back, still.bad_looks, since)


def _night(before: Standing) -> Verdict:
    """It answers, which ends what kept pictures from coming; what was wrong with the picture cannot be seen now."""
    dark = words_of(NIGHT_DARK).id
    if before.health is Health.UNHEALTHY and reason_family(before.code) in {"picture", "view"}:
        return Verdict(before.health, before.code, "", NIGHT_DARK, dark, before.bad_looks, None)
    health = Health.UNKNOWN if before.health is Health.UNKNOWN else Health.HEALTHY
    return Verdict(health, NIGHT_DARK, dark, NIGHT_DARK, dark, 0, None)
