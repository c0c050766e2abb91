"""The health patrol: looks at the cameras that are due, judges what they show, and writes down what is news."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from cameras.footage.frame import Picture
from cameras.footage.pictures import newest_pictures
from cameras.footage.source import FootageError
from cameras.models import SourceBreaker
from cameras.patrol.judge import Finding, Memory, Outcome, failed, judged, known_without_picture, plane_unpacked
from cameras.services.backgrounds import background_look
from cameras.services.findings import Recorded, finding_record
from cameras.services.looking import DeniedMemory, Landed, Lookers
from cameras.services.pictures import picture_load
from cameras.services.watches import Claimed, look_release, looks_claim, watches_ensure
from jsc_project.lib.errors import JscError

BATCH = 24
BATCH_WAIT_S = 4.0
"""A start of the decoding child costs as much as decoding a dozen stills, so pictures wait for each other."""

OUR_TROUBLE_S = 300.0
"""Nothing was learned (our disk is full, the decoder was stopped): the camera's turn comes again."""

_denied = DeniedMemory()


class SourceKnownBad(FootageError):
    """Not asked, because its breaker is open; carries the code of what opened it."""

    def __init__(self, breaker: SourceBreaker) -> None:
        super().__init__(breaker.reason_detail or breaker.reason_code)
        self.code = breaker.reason_code or "source_unavailable"  # type: ignore[misc]


@dataclass(slots=True)
class RoundReport:
    """``outcomes``: looks by what they were; ``recorded``: each look in the order of its end."""

    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    recorded: list[Recorded] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        looks = [one.as_json() for one in self.recorded]
        return {"seconds": round(self.seconds, 1), **{o.value: self.outcomes[o.value] for o in Outcome}, "looks": looks}


def patrol_round(seconds: float, only: Collection[int] | None = None) -> RoundReport:
    """Look at what is due until nothing is, or until ``seconds`` have passed; looks under way are waited for.

    Any number of these may run at once, in any number of processes. ``only``: these cameras once, due or not.
    """
    if only is None and not settings.JSC_PATROL_EVERY_MIN:
        return RoundReport()
    watches_ensure(timezone.now())
    return _Round(seconds, only).run()


class _Round:
    def __init__(self, seconds: float, only: Collection[int] | None) -> None:
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._only = None if only is None else set(only)
        self._lookers = Lookers(settings.JSC_PATROL_PARALLEL)
        self._waiting: list[Landed] = []
        self._waiting_since = 0.0
        self._report = RoundReport()

    def run(self) -> RoundReport:
        try:
            while self._claim() or self._lookers.flying or self._waiting:
                self._gather()
        finally:
            # On a stop the cameras come free at once; after an ordinary end there are none.
            for claimed in [*self._lookers.flying, *(landed.claimed for landed in self._waiting)]:
                look_release(claimed)
            for landed in self._waiting:
                landed.drop()
        self._report.seconds = time.monotonic() - self._began
        return self._report

    def _claim(self) -> bool:
        """Fill the free places; whether anything was found."""
        free = self._lookers.free
        if time.monotonic() >= self._until or (self._lookers.flying and free < settings.JSC_PATROL_PARALLEL / 2):
            return False
        claimed = looks_claim(free, timezone.now(), self._only)
        if self._only is not None:
            self._only -= {one.watch.pk for one in claimed}
        broken = _open_breakers(claimed)
        for one in claimed:
            known = broken.get(one.recorder) or _denied.of(one)
            if known is not None:
                self._record(_Judged(Landed(one, 0.0), failed(known)))
            else:
                self._lookers.start(one)
        return bool(claimed)

    def _gather(self) -> None:
        landed = self._lookers.landed(wait_s=0.5) if self._lookers.flying else []
        if landed and not self._waiting:
            self._waiting_since = time.monotonic()
        self._waiting += landed
        waited_s = time.monotonic() - self._waiting_since
        if len(self._waiting) >= BATCH or not self._lookers.flying or waited_s >= BATCH_WAIT_S:
            batch, self._waiting = self._waiting[:], []
            self._judge(batch)

    def _judge(self, batch: Sequence[Landed]) -> None:
        try:
            for one in _judge_all(batch, timezone.now()):
                _denied.learn(one.landed)
                self._record(one)
        finally:
            for landed in batch:
                landed.drop()

    def _record(self, one: _Judged) -> None:
        self._report.outcomes[one.finding.outcome.value] += 1
        now = timezone.now()
        if one.finding.outcome is Outcome.NOTHING:
            look_release(one.landed.claimed, now + timedelta(seconds=OUR_TROUBLE_S))
            return
        recorded = finding_record(one.landed, one.finding, one.picture, now)
        if recorded is not None:
            self._report.recorded.append(recorded)
            background_look(one.landed.claimed.watch, one.finding, one.picture, now)


def _open_breakers(claimed: Sequence[Claimed]) -> dict[str, JscError]:
    """By ``host:port``: what pulls have learned of a device is not found out again by a timeout for each channel."""
    keys = {f"recorder {one.recorder}": one.recorder for one in claimed if one.recorder}
    now = timezone.now()
    rows = SourceBreaker.objects.filter(key__in=keys, phase=SourceBreaker.Phase.OPEN, retry_at__gt=now)
    return {keys[row.key]: SourceKnownBad(row) for row in rows}


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    landed: Landed
    finding: Finding
    picture: Picture | None = None


def _judge_all(batch: Sequence[Landed], now: datetime) -> list[_Judged]:
    """One start of the decoding child for all pictures of the batch."""
    done, waiting = [], []
    for landed in batch:
        memory = _memory(landed.claimed)
        known = _without_picture(landed, memory, now)
        if known is not None:
            done.append(_Judged(landed, known))
        elif landed.glance is not None:
            waiting.append((landed, landed.glance, memory))
    pictures = newest_pictures([glance.path for _landed, glance, _memory in waiting])
    for landed, glance, memory in waiting:
        came = pictures[glance.path]
        if isinstance(came, FootageError):
            done.append(_Judged(landed, failed(came)))
        else:
            done.append(_Judged(landed, judged(came, glance.taken_at, memory, now), came))
    return done


def _without_picture(landed: Landed, memory: Memory, now: datetime) -> Finding | None:
    """What is known before anything is decoded; None when the picture has to be looked at."""
    if landed.error is not None:
        return failed(landed.error)
    if landed.glance is None:
        return Finding(Outcome.NOTHING)
    return known_without_picture(landed.glance.taken_at, memory, now)


def _memory(claimed: Claimed) -> Memory:
    watch = claimed.watch
    plane = plane_unpacked(watch.last_plane)
    return Memory(plane, watch.last_plane_at, watch.unchanged_since, picture_load(str(watch.reference)))
