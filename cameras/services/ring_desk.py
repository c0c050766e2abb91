"""The part of a recorder that carries segments from its spool into the storage, and keeps the ring within its bounds.

Its own thread: a storage that is slow must not keep cameras from being started and stopped.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.utils import DatabaseError, InterfaceError

from cameras.models import RingChannel
from cameras.ring import spool
from cameras.ring.spool import Segment
from cameras.services.ring_plan import channel_note, channel_recovered
from cameras.services.ring_retention import ring_forget_future, ring_make_room, ring_retain
from cameras.services.ring_store import Adopted, segments_adopt
from jsc_project.lib.errors import StorageFailed, StorageFull

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
RETAIN_EVERY_S = 60.0
ROUND_MOST = 200
ROOM_BYTES = 256 << 20
SPOOL_MOST_BYTES = 8 << 30
"""Behind a storage that is away; then the oldest goes."""


class SpoolDesk(threading.Thread):
    """``wake`` it when something is finished. ``total`` counts for the figures."""

    def __init__(self, folder: Path, token: UUID, tokens: Mapping[int, UUID]) -> None:
        super().__init__(name="spool-desk", daemon=True)
        self._folder = folder
        self._token = token
        self._tokens = tokens
        self._bell = threading.Event()
        self._ending = threading.Event()
        self._full: set[int] = set()
        self._short = False
        self._not_before_s = 0.0
        self._retained_s: float | None = None
        self.total = Adopted()

    def wake(self) -> None:
        self._bell.set()

    def make_room(self) -> None:
        """The spool's own disk is full: something has to go."""
        self._short = True
        self._bell.set()

    def close(self, within_s: float) -> None:
        """Adopt what is there, as far as ``within_s`` goes; the rest waits for whoever gets this spool next."""
        self._ending.set()
        self._bell.set()
        self.join(within_s)

    def run(self) -> None:
        try:
            while not self._ending.is_set():
                self._bell.wait(LOOK_EVERY_S)
                self._bell.clear()
                self._guarded_round()
            self._guarded_round()  # what was finished while the round before was under way
        finally:
            connection.close()

    def _guarded_round(self) -> None:
        try:
            close_old_connections()
            self.round()
        except (DatabaseError, InterfaceError):
            log.exception("the database does not answer; segments wait in %s", self._folder)
            self._wait(5.0)

    def round(self) -> None:
        """Adopt what is finished; now and then let go of what is too old or too much."""
        now_s = time.monotonic()
        if self._retained_s is None or now_s - self._retained_s >= RETAIN_EVERY_S:
            self._retained_s = now_s
            self._retain()
        if self._short:
            self._short = False
            self._relieve()
        if now_s < self._not_before_s and not self._ending.is_set():
            self._keep_spool_small()
            return
        try:
            for segment in islice(spool.finished(self._folder), ROUND_MOST):
                self._adopt(segment)
        except StorageFailed as error:
            log.warning("the storage takes no segments (%s); they wait in the spool", error.code)
            self._wait(float(error.data.get("retry_after_s", 30.0)))
            self._keep_spool_small()

    def _relieve(self) -> None:
        """Of the storage, which is on the same disk more often than not; and of the spool itself."""
        try:
            ring_make_room(ROOM_BYTES)
        except StorageFailed as error:
            log.warning("nothing old can be deleted from the ring (%s)", error.code)
        self._keep_spool_small()

    def _wait(self, seconds: float) -> None:
        self._not_before_s = time.monotonic() + min(seconds, 30.0)

    def _adopt(self, segment: Segment) -> None:
        """Raises StorageFailed, but for a full one: that is dealt with here."""
        size = _size(segment.path)
        try:
            if not ring_make_room(size):
                raise StorageFull("no room for the ring, although nothing old is left in it")
            self.total.add(segments_adopt(segments=[segment], tokens=self._tokens))
        except StorageFull as error:
            self._no_room(segment, error)
            return
        if segment.camera_id in self._full:
            self._full.discard(segment.camera_id)
            channel_recovered(token=self._token, camera_id=segment.camera_id, code="storage_full")

    def _no_room(self, segment: Segment, error: StorageFull) -> None:
        """The disk says full although there was room a moment ago: make more, and try once more; then let it go."""
        try:
            if ring_make_room(4 * _size(segment.path)):
                self.total.add(segments_adopt(segments=[segment], tokens=self._tokens))
                return
        except StorageFull:
            pass
        self._drop(segment, error.detail)

    def _drop(self, segment: Segment, why: str) -> None:
        spool.discard(segment)
        self._full.add(segment.camera_id)
        self.total.refused += 1
        channel_note(
            token=self._token,
            camera_id=segment.camera_id,
            phase=RingChannel.Phase.LOST,
            code="storage_full",
            detail=why,
        )

    def _keep_spool_small(self) -> None:
        """While the storage is away, segments pile up here; the disk must not fill."""
        waiting = sorted(spool.finished(self._folder), key=lambda one: one.start_s)
        over = sum(_size(one.path) for one in waiting) - SPOOL_MOST_BYTES
        short = (settings.JSC_STORAGE_RESERVE_MB << 20) - shutil.disk_usage(self._folder).free
        too_much = max(over, short)
        for segment in waiting:
            if too_much <= 0:
                return
            too_much -= _size(segment.path)
            self._drop(segment, "the storage is away, and the spool is full")

    def _retain(self) -> None:
        try:
            gone = ring_retain()
            gone["future"] = ring_forget_future()
        except StorageFailed as error:
            log.warning("nothing old can be deleted from the ring (%s)", error.code)
            return
        if any(gone.values()):
            log.info("ring: deleted %s", gone)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
