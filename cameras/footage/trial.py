"""One careful look at a source as it is set, step by step, so that whoever sets it sees at once what is wrong. [core]

    report = trial(kind, context)
    for step in report.steps: step.name, step.ok, step.words

The whole runs beside the caller and is left behind when ``wall_s`` is over: a web worker that waits for a hanging
device answers nobody else. What was left behind ends by the limits its context carries, and tidies up after itself.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cameras.footage import options, registry
from cameras.footage.context import SourceContext
from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.frame import Picture
from cameras.footage.guard import InNetworks, checked_address
from cameras.footage.limits import DecodeLimits
from cameras.footage.options import Words
from cameras.footage.source import (
    Blame,
    FootageError,
    FootageSource,
    FootageUnreadable,
    Glance,
    SourceDenied,
    SourceMisconfigured,
)
from cameras.footage.window import TimeWindow, share_covered
from cameras.words import TIMED_OUT, why, why_of
from jsc_project.lib.errors import JscError

log = logging.getLogger(__name__)
T = TypeVar("T")

WALL_S = 20.0
GLANCE_S = 12.0
DECODE_S = 8.0
LOOK_BACK_S = 600.0
TRIAL_BYTES = 64 << 20
CLOCK_FINE_S = 10.0
HOUR_S, NEAR_HOUR_S = 3600.0, 120.0
"""A clock that is off by whole hours is right, and its time zone is set wrong."""

ENOUGH_SHARE = 0.60
"""Of a window; a report is not contradicted with less (DESIGN section 2)."""

LABELS = {
    "settings": Words("Pengaturan", "Settings"),
    "address": Words("Alamat diizinkan", "Address allowed"),
    "picture": Words("Tersambung, satu gambar diambil", "Connected, one picture taken"),
    "decode": Words("Gambar terbaca", "Picture decoded"),
    "clock": Words("Jam perangkat", "Clock of the device"),
    "coverage": Words("Rekaman 10 menit terakhir", "Footage of the last 10 minutes"),
}


@dataclass(frozen=True, slots=True)
class TrialStep:
    """``ok``: None when it could not be told, and nothing is wrong. ``detail``: one technical sentence, in English."""

    name: str
    ok: bool | None
    words: Words
    ms: int
    detail: str = ""
    code: str = ""


@dataclass(slots=True)
class TrialReport:
    """``picture``: BGR, as it came: to be blurred before anybody sees it."""

    steps: list[TrialStep] = field(default_factory=list)
    picture: Picture | None = None

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok is not False for step in self.steps)


def trial(kind: str, context: SourceContext, *, wall_s: float = WALL_S) -> TrialReport:
    """Raises nothing that a source may raise: every trouble is a step that is not ok."""
    run = _Trial(kind, context, wall_s)
    thread = threading.Thread(target=run.all, name="source-trial", daemon=True)
    thread.start()
    thread.join(wall_s)
    return run.told()


class _Late(Exception):
    """Nobody waits for the rest."""


class _Trial:
    def __init__(self, kind: str, context: SourceContext, wall_s: float) -> None:
        self._kind, self._context = kind, context
        self._ends = time.monotonic() + wall_s
        self._lock = threading.Lock()
        self._report = TrialReport()
        self._current, self._since = "settings", time.monotonic()
        self._over = False
        self._hopeless = False

    def told(self) -> TrialReport:
        """What is known now; a step that is still at work is out of time."""
        with self._lock:
            if not self._over:
                self._over = True
                self._report.steps.append(
                    TrialStep(self._current, False, TIMED_OUT["wall"], self._spent_ms(), code="wall")
                )
            return self._report

    def all(self) -> None:
        try:
            self._steps()
        except _Late:
            return
        with self._lock:
            self._over = True

    def _steps(self) -> None:
        source = self._try("settings", self._bound)
        if source is None or self._try("address", self._addressed) is None:
            return
        with tempfile.TemporaryDirectory(prefix="jsc-trial-", ignore_cleanup_errors=True) as folder:
            glance = self._try("picture", lambda: self._glanced(Path(folder)))
            if glance is not None:
                self._try("decode", lambda: self._decoded(glance))
                self._try("clock", lambda: _clock(glance, self._context.now()))
            if source.has_past and not self._hopeless:
                self._try("coverage", self._covered)

    # -- The clock and the book ------------------------------------------------------

    def _try(self, name: str, work: Callable[[], tuple[T, bool | None, Words]]) -> T | None:
        """One step; what it found, None when it failed."""
        with self._lock:
            if self._over:
                raise _Late
            self._current, self._since = name, time.monotonic()
        found: T | None = None
        try:
            found, ok, words = work()
            step = TrialStep(name, ok, words, self._spent_ms())
        except JscError as error:
            self._hopeless = _is_hopeless(error)
            step = TrialStep(name, False, _failure(error), self._spent_ms(), error.detail[:300], error.code)
        except Exception as error:
            # The border of the test: a fault in a source is told like any other, and its text may hold anything.
            log.exception("testing a source of kind %s failed at %s", self._kind, name)
            words, kind = why("unexpected_error"), type(error).__name__
            step = TrialStep(name, False, words, self._spent_ms(), kind, "unexpected_error")
        with self._lock:
            if self._over:
                raise _Late
            self._report.steps.append(step)
        return found

    def _spent_ms(self) -> int:
        return round(1000 * (time.monotonic() - self._since))

    def _left_s(self, most_s: float) -> float:
        return max(0.5, min(most_s, self._ends - time.monotonic() - 0.5))

    def _source(self, most_s: float) -> FootageSource:
        """Bound anew for each step, with what is left of the time as its limits."""
        left_s = self._left_s(most_s)
        given = self._context.limits
        limits = replace(
            given,
            connect_s=min(given.connect_s, left_s),
            silence_s=min(given.silence_s, left_s),
            wall_s=min(given.wall_s, left_s),
            max_bytes=min(given.max_bytes, TRIAL_BYTES),
        )
        return registry.source_for(self._kind, replace(self._context, limits=limits, scratch=None))

    # -- The steps -------------------------------------------------------------------

    def _bound(self) -> tuple[FootageSource, bool, Words]:
        problems = registry.validate(self._kind, self._context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        return self._source(GLANCE_S), True, Words("dapat dipakai", "can be used")

    def _addressed(self) -> tuple[bool, bool | None, Words]:
        parts = urlsplit(str(self._context.settings.get("url") or ""))
        if not parts.hostname:
            return True, None, Words("sumber ini tidak memakai jaringan", "this source uses no network")
        port = parts.port or registry.PORTS.get(parts.scheme, 0)
        checked_address(parts.hostname, port, InNetworks(self._context.networks), self._left_s(5.0))
        where = f"{parts.hostname}:{port}"
        return True, True, Words(f"{where} ada di jaringan kamera", f"{where} lies in the cameras' networks")

    def _glanced(self, folder: Path) -> tuple[Glance, bool, Words]:
        glance = self._source(GLANCE_S).glance(folder)
        size = glance.path.stat().st_size
        return glance, True, Words(f"{_kilobytes(size, ',')} kB diterima", f"{_kilobytes(size, '.')} kB came")

    def _decoded(self, glance: Glance) -> tuple[Picture, bool, Words]:
        limits = DecodeLimits(wall_s=self._left_s(DECODE_S), max_frames=1)
        with read_frames(glance.path, SamplePlan("keyframes"), limits) as stream:
            frame = next(stream, None)
            info = stream.info
        if frame is None or info is None:
            raise FootageUnreadable("no picture in it", reason="nothing_decodable")
        self._report.picture = frame.picture
        what = f"{info.width} x {info.height}, {info.codec}"
        return frame.picture, True, Words(what, what)

    def _covered(self) -> tuple[float, bool | None, Words]:
        source = self._source(GLANCE_S)
        known = any(option.name == "delay_s" for option in source.options)
        delay_s = options.value_of(source.options, self._context.settings, "delay_s") if known else 0
        until = self._context.now() - timedelta(seconds=float(delay_s or 0))
        window = TimeWindow(until - timedelta(seconds=LOOK_BACK_S), until)
        share = share_covered(source.coverage(window), window)
        if not share:
            return share, False, NOTHING_RECORDED
        had_s, asked_s = share * LOOK_BACK_S, LOOK_BACK_S
        had = Words(
            f"{_span(had_s, 'id')} dari {_span(asked_s, 'id')}", f"{_span(had_s, 'en')} of {_span(asked_s, 'en')}"
        )
        if share >= ENOUGH_SHARE:
            return share, True, had
        return share, None, Words(f"hanya {had.id}; {LITTLE_RECORDED.id}", f"only {had.en}; {LITTLE_RECORDED.en}")


NOTHING_RECORDED = Words(
    "tidak ada yang terekam; periksa zona waktu, jadwal rekam dan nomor kanal",
    "nothing is recorded; check the time zone, the recording schedule and the channel",
)

LITTLE_RECORDED = Words(
    'terlalu sedikit untuk menyanggah laporan; bila kamera ini tanpa perekam, isi "rekam sendiri (jam terakhir)"',
    'too little to contradict a report; if this camera has no recorder, set "record ourselves (last hours)"',
)


def _is_hopeless(error: JscError) -> bool:
    """Asking the same device something else would end the same way, and a wrong password sent again may lock it."""
    return isinstance(error, SourceDenied) or (isinstance(error, FootageError) and error.blame is Blame.RECORDER)


def _failure(error: JscError) -> Words:
    words = why_of(error)
    if isinstance(error, SourceMisconfigured):
        return Words(f"{words.id}: {error.detail}", f"{words.en}: {error.detail}")
    return words


def _clock(glance: Glance, now: datetime) -> tuple[float | None, bool | None, Words]:
    offset_s = glance.clock_offset_s
    if offset_s is None:
        return None, None, _age(glance, now)
    if abs(offset_s) <= CLOCK_FINE_S:
        return offset_s, True, Words("sama dengan jam kita", "the same as ours")
    fast_id, fast_en = ("lebih cepat", "ahead") if offset_s > 0 else ("lebih lambat", "behind")
    off = Words(f"{_span(abs(offset_s), 'id')} {fast_id}", f"{_span(abs(offset_s), 'en')} {fast_en}")
    hours = round(offset_s / HOUR_S)
    if hours and abs(offset_s - hours * HOUR_S) <= NEAR_HOUR_S:
        return offset_s, False, Words(f"{off.id}: periksa zona waktunya", f"{off.en}: check its time zone")
    return offset_s, True, Words(f"{off.id}; diperhitungkan saat mengambil", f"{off.en}; allowed for when pulling")


def _age(glance: Glance, now: datetime) -> Words:
    if glance.taken_at is None:
        return Words(
            "perangkat tidak memberi tahu jamnya; isi selisih jam bila diketahui",
            "the device does not tell its time; enter the clock's offset where it is known",
        )
    age_s = max(0.0, (now - glance.taken_at).total_seconds())
    return Words(f"gambar terbaru berumur {_span(age_s, 'id')}", f"the newest picture is {_span(age_s, 'en')} old")


def _span(seconds: float, language: str) -> str:
    """``7 menit 3 detik``; two units at most."""
    left, parts = round(seconds), []
    for unit_s, units in UNITS:
        count, left = divmod(left, unit_s)
        if count:
            parts.append(f"{count} {units.en if language == 'en' else units.id}")
    return " ".join(parts[:2]) or ("0 s" if language == "en" else "0 detik")


UNITS = ((86_400, Words("hari", "d")), (3600, Words("jam", "h")), (60, Words("menit", "min")), (1, Words("detik", "s")))


def _kilobytes(size: int, mark: str) -> str:
    return f"{size / 1000:.1f}".replace(".", mark)
