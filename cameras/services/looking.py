"""Looks at cameras beside each other: a bounded number of threads, none of which can hold up the round."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from cameras.footage import registry
from cameras.footage.context import PullLimits
from cameras.footage.source import FootageTimedOut, Glance, SourceDenied
from cameras.patrol.schedule import DENIED_S
from cameras.services.clips import source_context
from cameras.services.watches import Claimed
from jsc_project.lib.errors import JscError

log = logging.getLogger(__name__)

LIMITS = PullLimits(connect_s=5.0, silence_s=8.0, slow_s=8.0, wall_s=25.0, max_bytes=256 << 20)
"""Less patient than a pull: a look that takes half a minute is a bad look, and the next camera waits."""

ABANDON_S = 40.0
"""A source that keeps none of its limits costs its own thread, and this long of one place in the round."""


@dataclass(frozen=True, slots=True)
class Landed:
    """How one look ended: ``glance`` or ``error``; neither when our own code failed. ``folder`` goes with ``drop``."""

    claimed: Claimed
    took_s: float
    folder: Path | None = None
    glance: Glance | None = None
    error: JscError | None = None

    def drop(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Lookers:
    """At most ``parallel`` looks under way. Used from one thread."""

    def __init__(self, parallel: int, abandon_s: float = ABANDON_S) -> None:
        self._parallel = parallel
        self._abandon_s = abandon_s
        self._done: queue.SimpleQueue[tuple[int, Landed]] = queue.SimpleQueue()
        self._flying: dict[int, tuple[Claimed, float]] = {}
        self._number = 0

    @property
    def free(self) -> int:
        return self._parallel - len(self._flying)

    @property
    def flying(self) -> list[Claimed]:
        return [claimed for claimed, _began in self._flying.values()]

    def start(self, claimed: Claimed) -> None:
        self._number += 1
        self._flying[self._number] = (claimed, time.monotonic())
        name = f"look-{claimed.camera.code}"
        # A daemon, because a thread that hangs in a library must not keep the worker from ending.
        threading.Thread(target=self._run, args=(self._number, claimed), name=name, daemon=True).start()

    def _run(self, number: int, claimed: Claimed) -> None:
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="jsc-look-"))
        try:
            glance, error = _looked(claimed, folder)
        finally:
            connections.close_all()
        landed = Landed(claimed, time.monotonic() - began, folder, glance, error)
        if number in self._flying:
            self._done.put((number, landed))
        else:
            landed.drop()

    def landed(self, wait_s: float) -> list[Landed]:
        """What has ended by now; waits for the first. Looks that are overdue end here as timed out."""
        found: list[Landed] = []
        try:
            while True:
                number, landed = self._done.get(timeout=0 if found else wait_s)
                if self._flying.pop(number, None) is None:
                    landed.drop()
                    continue
                found.append(landed)
        except queue.Empty:
            return found + self._overdue()

    def _overdue(self) -> list[Landed]:
        now = time.monotonic()
        late = [number for number, (_c, began) in self._flying.items() if now - began > self._abandon_s]
        ended = []
        for number in late:
            claimed, began = self._flying.pop(number)
            log.warning("the look at %s does not end; left to itself", claimed.camera.code)
            error = FootageTimedOut("the look did not end within its time", what="wall")
            ended.append(Landed(claimed, now - began, error=error))
        return ended


def _looked(claimed: Claimed, folder: Path) -> tuple[Glance | None, JscError | None]:
    camera = claimed.camera
    try:
        context = dataclasses.replace(source_context(camera), limits=LIMITS)
        return registry.source_for(camera.source_kind, context).glance(folder), None
    except JscError as error:
        return None, error
    except Exception:  # a mistake of ours in one source must not end the looks at all others
        log.exception("the look at %s failed in our own code", camera.code)
        return None, None


class DeniedMemory:
    """Devices that refused these very credentials a moment ago: they are not asked again for each of their channels,
    because they lock an account after a few wrong logins. Kept by the process, without the credentials themselves.
    """

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], tuple[float, SourceDenied]] = {}

    def of(self, claimed: Claimed) -> SourceDenied | None:
        known = self._until.get(self._key(claimed)) if claimed.recorder else None
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def learn(self, landed: Landed) -> None:
        if not landed.claimed.recorder:
            return
        if isinstance(landed.error, SourceDenied) and landed.error.data.get("status") != FORBIDDEN:
            self._until[self._key(landed.claimed)] = (time.monotonic() + DENIED_S, landed.error)
        elif landed.glance is not None:
            self._until.pop(self._key(landed.claimed), None)

    @staticmethod
    def _key(claimed: Claimed) -> tuple[str, str]:
        return claimed.recorder, _fingerprint(_secrets(claimed))


FORBIDDEN = 403
"""The login was right, and may not see this channel: says nothing of the others."""


def _secrets(claimed: Claimed) -> Mapping[str, str]:
    try:
        return claimed.camera.secrets
    except JscError:
        return {}


def _fingerprint(secrets: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(secrets.items())).encode()).hexdigest()
