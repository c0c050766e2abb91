"""A recorder: one process that keeps many cameras recorded, and goes on through lost streams, crashes and full disks.

The thread that runs it decides who is recorded (``ring_plan``) and watches the recording child; ``ring_desk`` carries
what is finished into the storage.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import close_old_connections
from django.db.utils import DatabaseError, InterfaceError

from cameras.footage.context import SourceContext
from cameras.models import Camera, RingChannel
from cameras.ring import feeds, spool
from cameras.ring.child import Event, RecordingChild
from cameras.ring.feeds import FeedJob
from cameras.services.clips import source_context
from cameras.services.ring_desk import SpoolDesk
from cameras.services.ring_held import Held
from cameras.services.ring_plan import (
    channel_note,
    channels_claim,
    channels_crashed,
    channels_release,
    channels_renew,
    channels_steady,
    recorder_beat,
    recorder_gone,
    ring_wanted,
)
from jsc_project.lib.errors import JscError

log = logging.getLogger(__name__)

PLAN_EVERY_S = 2.0
RENEW_EVERY_S = 5.0
BEAT_EVERY_S = 10.0
IDLE_CHILD_S = 15.0
STEP_S = 0.5
STEADY_AFTER_S = 600.0
STARTS_A_STEP = 4
"""Not all at once: a device with many channels, and after a crash the question which camera it was."""
MOST = 100
"""One process's share: half a core at 2 Mbit/s a camera (``tests/bench/ring.py``), because its threads take turns."""
LEAVE_FEEDS_S = 1.5
LEAVE_DESK_S = 1.0
LOOK_UP_AGAIN_S = 60.0


class Recorder:
    """``run`` until told to stop, or ``step`` by step. ``close`` always; it takes under ten seconds."""

    def __init__(self, *, most: int = MOST, spool_root: Path | None = None, segment_s: float | None = None) -> None:
        """Raises OSError when the spool cannot be had."""
        self._slot = spool.Slot(spool_root or Path(settings.JSC_RING_SPOOL), socket.gethostname()[:80] or "recorder")
        self.name = self._slot.name
        self.token = uuid4()
        self._most = most
        self._segment_s = segment_s or settings.JSC_RING_SEGMENT_S
        self.held: dict[int, Held] = {}
        self._tokens: dict[int, UUID] = {}
        self.child = RecordingChild(self._slot.folder, most)
        self.desk = SpoolDesk(self._slot.folder, self.token, self._tokens)
        self._names = ThreadPoolExecutor(4, thread_name_prefix="look-up")
        self._planned_s = self._renewed_s = self._beat_s = -1e9
        self._busy_s = time.monotonic()
        self._feed_events: list[Event] = []
        self._lock = threading.Lock()
        spool.salvage(self._slot.folder)
        self.desk.start()
        self.desk.wake()

    @property
    def folder(self) -> Path:
        return self._slot.folder

    def run(self, stop: threading.Event, tick: Callable[[], None] = lambda: None) -> None:
        while not stop.is_set():
            self.guarded_step()
            tick()
            stop.wait(STEP_S if self.held else PLAN_EVERY_S)

    def guarded_step(self) -> None:
        """A database that is away stops no recording: what runs runs on, and is written down later."""
        try:
            close_old_connections()
            self.step()
        except (DatabaseError, InterfaceError):
            log.exception("the database does not answer; recording goes on")

    def step(self) -> None:
        now_s = time.monotonic()
        self._watch_child()
        self._hear(self.child.events() + self._take_feed_events())
        if now_s - self._planned_s >= PLAN_EVERY_S:
            self._planned_s = now_s
            self._plan()
        self._start_some(now_s)
        self._rest_child(now_s)
        if now_s - self._beat_s >= BEAT_EVERY_S:
            self._beat_s = now_s
            recorder_beat(name=self.name, cameras=len(self.held))
            self._forgive(now_s)

    # -- Who is recorded -------------------------------------------------------------

    def _plan(self) -> None:
        wanted = ring_wanted(feeds.kinds())
        mine = self._still_mine()
        for camera_id in [one for one in self.held if one not in mine or one not in wanted]:
            self._let_go(camera_id)
        for camera_id, held in self.held.items():
            if wanted[camera_id].stamp != held.wanted.stamp:
                self._stop_feed(held)
                held.change(wanted[camera_id])
        new = wanted.keys() - self.held.keys()
        room = self._most - len(self.held)
        if new and room > 0:
            for camera_id in channels_claim(owner=self.name, token=self.token, camera_ids=new, most=room):
                self._tokens[camera_id] = self.token
                self.held[camera_id] = Held(wanted[camera_id], feeds.way_of(wanted[camera_id].kind))

    def _still_mine(self) -> set[int]:
        now_s = time.monotonic()
        if not self.held or now_s - self._renewed_s < RENEW_EVERY_S:
            return set(self.held)
        self._renewed_s = now_s
        return channels_renew(token=self.token, camera_ids=list(self.held))

    def _let_go(self, camera_id: int) -> None:
        """Its last segment is on its way into the spool; that is adopted without a claim."""
        self._stop_feed(self.held.pop(camera_id))
        self._tokens.pop(camera_id, None)
        channels_release(token=self.token, camera_ids=[camera_id])

    def _stop_feed(self, held: Held) -> None:
        if held.feed is not None:
            held.feed.stop()
        elif held.is_running:
            self.child.stop(held.wanted.camera_id)
        if held.looking is not None:
            held.looking.cancel()
        held.feed, held.looking, held.is_running, held.recording_since_s = None, None, False, None

    # -- Starting ----------------------------------------------------------------------

    def _start_some(self, now_s: float) -> None:
        if not self.child.may_start:
            return
        starts = 0
        for held in self.held.values():
            if held.is_running or starts >= STARTS_A_STEP:
                continue
            starts += self._started(held, now_s)

    def _started(self, held: Held, now_s: float) -> bool:
        """Whether something was begun; what an address lookup takes is waited for elsewhere."""
        camera_id = held.wanted.camera_id
        try:
            if held.target is None and held.looking is None:
                if now_s - held.looked_up_s < LOOK_UP_AGAIN_S and held.looked_up_s:
                    return False
                held.looked_up_s = now_s
                context = source_context(_camera(camera_id))
                if held.way != feeds.RTSP:
                    self._start_feed(held, context)
                    return True
                held.looking = self._names.submit(feeds.rtsp_task, context)
            if held.looking is not None and held.looking.done():
                looking, held.looking = held.looking, None
                held.target, held.is_running = looking.result(), True
                self.child.record(camera_id, held.target, self._segment_s)
                return True
        except Camera.DoesNotExist:
            return False
        except JscError as error:
            self._note(camera_id, RingChannel.Phase.LOST, error.code, error.detail)
            held.looked_up_s = now_s
        return False

    def _start_feed(self, held: Held, context: SourceContext) -> None:
        """Raises JscError."""
        wanted = held.wanted
        folder = self._slot.folder / f"feed-{wanted.camera_id}"
        job = FeedJob(wanted.camera_id, wanted.kind, context, folder, self._segment_s)
        held.feed = feeds.feed_of(job, self.child, self._say)
        held.is_running = True
        held.feed.start()

    def _say(self, said: str, /, **facts: Any) -> None:
        """From the feeds' threads."""
        with self._lock:
            self._feed_events.append({"said": said, **facts})

    def _take_feed_events(self) -> list[Event]:
        with self._lock:
            taken, self._feed_events = self._feed_events, []
        return taken

    # -- What is told --------------------------------------------------------------------

    def _hear(self, events: list[Event]) -> None:
        if any(event["said"] == "segment" for event in events):
            self.desk.wake()
        for event in events:
            held = self.held.get(event["camera"])
            if held is None:
                continue
            if event["said"] == "recording":
                held.recording_since_s = time.monotonic()
                self._note(event["camera"], RingChannel.Phase.RECORDING)
            elif event["said"] == "lost":
                self._lost(held, event)

    def _lost(self, held: Held, event: Event) -> None:
        held.recording_since_s = None
        code = str(event.get("code") or "footage_failed")
        self._note(held.wanted.camera_id, RingChannel.Phase.LOST, code, str(event.get("detail", "")))
        if code == "storage_full":
            self.desk.make_room()
        now_s = time.monotonic()
        away = held.target is not None and code in ("source_unreachable", "footage_timed_out")
        if away and now_s - held.looked_up_s > LOOK_UP_AGAIN_S:  # its name may lead elsewhere by now
            self._stop_feed(held)
            held.start_over()

    def _note(self, camera_id: int, phase: str, code: str = "", detail: str = "") -> None:
        channel_note(token=self.token, camera_id=camera_id, phase=phase, code=code, detail=detail)

    def _forgive(self, now_s: float) -> None:
        steady = [
            camera_id
            for camera_id, held in self.held.items()
            if held.recording_since_s is not None and now_s - held.recording_since_s > STEADY_AFTER_S
        ]
        if steady:
            channels_steady(token=self.token, camera_ids=steady)

    # -- The child -------------------------------------------------------------------------

    def _watch_child(self) -> None:
        suspects = self.child.died()
        if suspects is None:
            return
        log.warning("the recording process died; suspected: cameras %s", suspects or "none")
        spool.salvage(self._slot.folder)
        self.desk.wake()
        for held in self.held.values():
            if held.way == feeds.RTSP:
                held.start_over()
        for camera_id in suspects:
            if camera_id in self.held:
                self._note(camera_id, RingChannel.Phase.LOST, "crashed")
        for camera_id in channels_crashed(token=self.token, camera_ids=suspects):
            if camera_id in self.held:
                self._let_go(camera_id)

    def _rest_child(self, now_s: float) -> None:
        """It runs while somebody needs it, and not for nothing: every installation runs a recorder."""
        if self.held:
            self._busy_s = now_s
            if self.child.may_start and any(held.feed is not None for held in self.held.values()):
                self.child.start()
        elif self.child.pid is not None and now_s - self._busy_s > IDLE_CHILD_S:
            self.child.close()

    # -- The end ----------------------------------------------------------------------------

    def close(self) -> None:
        """Finish the running segments, take them over, and give the cameras back. Harmless twice."""
        feeds_left = [held.feed for held in self.held.values() if held.feed is not None]
        for feed in feeds_left:
            feed.stop()
        ends_s = time.monotonic() + LEAVE_FEEDS_S
        for feed in feeds_left:
            feed.join(max(0.0, ends_s - time.monotonic()))
        self.child.close()
        spool.salvage(self._slot.folder)
        self.desk.close(LEAVE_DESK_S)
        self._names.shutdown(wait=False, cancel_futures=True)
        try:
            channels_release(token=self.token, camera_ids=list(self.held))
            recorder_gone(name=self.name)
        except (DatabaseError, InterfaceError):
            log.exception("the database does not answer; the claims run out by themselves")
        self.held.clear()
        self._slot.clear()
        self._slot.close()


def _camera(camera_id: int) -> Camera:
    return Camera.objects.get(pk=camera_id)
