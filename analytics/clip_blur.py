"""A part of a clip with heads, plates and privacy zones made coarse in every frame.

Twice through the footage. First nothing is written: faces and objects are looked for, in nearly every frame, and what
was seen is followed through the frames between (``trails``), back in time as well. Then each frame is covered where
the trails say, and encoded. A frame between two looks that lie too far apart, or at which a look failed, and one that
the first pass did not have, is made coarse altogether: what was not looked at is not shown.

Memory holds one frame at a time, whatever the part's length.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from analytics.blur import FAILURES, Finders, face_regions, plate_regions, regions
from analytics.detections import Detector
from analytics.faces import faces_merged
from analytics.mosaic import HEAD_BLOCKS, Mosaic, mask
from analytics.trails import NUMBER, Sighting, Trail, linked
from analytics.zones import Zone
from cameras.footage.decode import DecodeFailed, DecodeLimits, SamplePlan, read_frames
from cameras.footage.film import FilmWriter
from cameras.footage.frame import Frame, Picture
from jsc_project.lib.errors import JscError

logger = logging.getLogger(__name__)

LONG_SIDE = 1280
"""Of the blurred film: as the stills. Who needs more needs the original."""

FPS = 31.0
"""Every frame of what cameras record; faster footage is thinned to this."""

NEAR_EVERY_S, NEAR_RARELY_S = 0.07, 0.25
"""A look at every second frame of 25 a second; on a slow machine fewer, and then it is followed over longer gaps."""

FINE_EVERY_S, FINE_RARELY_S = 0.3, 1.0
"""The closer look, for faces under 24 pixels, costs four times as much; they are followed between."""

APART_S = 0.5
"""Frames between two looks farther apart than this are not shown."""

NOVEL = 20.0
"""A change of a cell's mean colour (0-255) since the last look that calls for another at once: a face that pops up."""

CUT_SHARE = 0.25
"""Of the cells that changed so, all at once: another picture altogether, which calls for the closer look too."""

CELLS = (32, 18)
PLATES_EVERY_S = 0.8
"""Text is looked for so often, for vehicles that stand and were not seen as such; others are covered by their box."""

NEAR_SHARE, FINE_SHARE, PLATES_SHARE = 0.45, 0.2, 0.15
"""Of the time there is, what goes into each kind of look; the rest is for decoding and encoding."""

LOOKING_SHARE = 0.8
"""Of the time, what the first pass takes, for the progress that people see."""


class BlurFailed(JscError):
    """Not one frame could be looked at; an all-coarse film is of no use to anybody. Worth another try."""

    code = "blur_failed"
    retryable = True


@dataclass(frozen=True, slots=True)
class BlurTask:
    """``part``: seconds from the clip's first frame. ``hidden``: zones of which nothing is shown. ``budget_s``: wall
    seconds after which no frame is looked at any more. ``told``: gets the share done, 0-1, now and then."""

    source: Path
    destination: Path
    part: tuple[float, float]
    hidden: Sequence[Zone] = ()
    budget_s: float = 600.0
    told: Callable[[float], None] = lambda _share: None

    @property
    def seconds(self) -> float:
        return self.part[1] - self.part[0]

    def share_of(self, t_s: float) -> float:
        return float(np.clip((t_s - self.part[0]) / max(self.seconds, 1e-6), 0, 1))

    def frames(self) -> Iterator[Frame]:
        plan = SamplePlan("rate", fps=FPS, spans=(self.part,), long_side=LONG_SIDE)
        with read_frames(self.source, plan, DecodeLimits(wall_s=self.budget_s)) as stream:
            yield from stream


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: for objects, for faces and plates."""

    detector: Detector
    finders: Finders


@dataclass(frozen=True, slots=True)
class BlurReport:
    """``first_s``: time of the first frame, from the clip's first. ``whole``: frames of which all was made coarse.
    ``looks``: frames that were looked at. ``seconds``: wall time of both passes."""

    first_s: float
    frames: int
    whole: int
    looks: int
    seconds: float

    def as_json(self) -> dict[str, float]:
        return {"frames": self.frames, "whole": self.whole, "looks": self.looks, "seconds": round(self.seconds, 1)}


def clip_blur(task: BlurTask, eyes: Eyes) -> BlurReport:
    """Write ``task.destination``.

    Raises:
        DecodeFailed: nothing is shown in this part. Other FootageErrors: it could not be decoded in time.
        BlurFailed: not one frame could be looked at.
    """
    began = time.monotonic()
    watch = _Watch(task, eyes)
    for frame in task.frames():
        watch.see(frame)
        task.told(LOOKING_SHARE * task.share_of(frame.t_s))
    watch.see_last()
    if not watch.times:
        raise DecodeFailed("no picture lies in this range", reason="no_frames")
    if not watch.looked:
        raise BlurFailed(f"none of {len(watch.times)} frames could be looked at")
    whole = _written(task, watch)
    took = time.monotonic() - began
    return BlurReport(watch.times[0], len(watch.times), whole, len(watch.looked), took)


class _Watch:
    """The first pass. ``times``: of all frames; ``looked``: of those looked at with success; both ascending."""

    def __init__(self, task: BlurTask, eyes: Eyes) -> None:
        self._pace = _Pace(task)
        self._eyes = eyes
        self._cells: npt.NDArray[np.float32] | None = None
        self._turning = self._is_cut = False
        self._unseen: Frame | None = None
        self.times: list[float] = []
        self.looked: list[float] = []
        self.failed: list[float] = []
        self.sightings: list[Sighting] = []

    def see(self, frame: Frame) -> None:
        self.times.append(frame.t_s)
        self._unseen = frame
        if self._pace.is_over:
            return
        cells = _cells_of(frame.picture)
        changed = 1.0 if self._cells is None else float((np.abs(cells - self._cells) > NOVEL).any(axis=2).mean())
        if self._pace.near.is_due(frame.t_s, soon=changed > 0):
            # Where the camera itself turns, everything changes from frame to frame: that is no cut.
            self._is_cut, self._turning = changed > CUT_SHARE and not self._turning, changed > CUT_SHARE
            self._cells = cells
            self._look(frame, fine=self._pace.fine.is_due(frame.t_s, soon=self._is_cut))

    def see_last(self) -> None:
        """The last frame bounds what the others are shown by, and is looked at with all there is."""
        if self._unseen is not None and not self._pace.is_over:
            self._is_cut = True
            self._look(self._unseen, fine=True)

    def _look(self, frame: Frame, *, fine: bool) -> None:
        self._unseen = None
        try:
            found = list(self._found(frame, fine))
        except FAILURES as error:
            logger.warning("a frame at %.2f s is blurred whole, looking at it failed: %s", frame.t_s, error)
            self.failed.append(frame.t_s)
            return
        self.sightings += found
        self.looked.append(frame.t_s)

    def _found(self, frame: Frame, fine: bool) -> Iterator[Sighting]:
        finders, pace = self._eyes.finders, self._pace
        with pace.near.measured(frame.t_s):
            [objects] = self._eyes.detector.detect([frame.picture])
            faces = finders.faces.near(frame.picture)
        if fine:
            with pace.fine.measured(frame.t_s):
                faces = faces_merged([faces, finders.faces.fine(frame.picture)])
        if pace.plates.is_due(frame.t_s, soon=self._is_cut):
            with pace.plates.measured(frame.t_s):
                plates = finders.plates.plates(frame.picture, objects)
            for region in plate_regions(plates):
                yield Sighting(frame.t_s, region, NUMBER)
        for region in regions(objects):
            yield Sighting(frame.t_s, region, "head" if region.blocks == HEAD_BLOCKS else "plate")
        for region in face_regions(faces, frame.picture):
            yield Sighting(frame.t_s, region, "face")

    def is_safe(self, t_s: float) -> bool:
        """Whether what was seen tells what to cover at ``t_s``: it lies between two good looks near each other, with
        no failed one between."""
        at = bisect_left(self.looked, t_s)
        if at < len(self.looked) and self.looked[at] == t_s:
            return True
        if at in {0, len(self.looked)}:
            return False
        before, after = self.looked[at - 1], self.looked[at]
        failed = bisect_right(self.failed, before) != bisect_left(self.failed, after)
        return after - before <= APART_S and not failed


def _cells_of(picture: Picture) -> npt.NDArray[np.float32]:
    """Mean colours of the cells of a coarse grid, ``(18, 32, 3)``: what it takes to notice a cut, and no more."""
    return np.asarray(cv2.resize(picture, CELLS, interpolation=cv2.INTER_AREA), np.float32)


@dataclass(slots=True)
class _Clock:
    """One kind of look: how often it is of use, how seldom it may be, what it costs, and when it was last done.

    ``per_s``: wall seconds there are for it for each second of footage.
    """

    every_s: float
    rarely_s: float
    per_s: float
    last_s: float = float("-inf")
    cost_s: float = 0.0

    def is_due(self, t_s: float, *, soon: bool = False) -> bool:
        """``soon``: there is a reason to look before the usual time; done as often as the time there is allows."""
        affordable_s = self.cost_s / self.per_s
        every_s = affordable_s if soon else max(self.every_s, affordable_s)
        return t_s - self.last_s >= min(self.rarely_s, every_s)

    @contextmanager
    def measured(self, t_s: float) -> Iterator[None]:
        """The cost follows the last looks: the first loads and warms what later ones use.

        A look that fails is none: the next frame is looked at in its place.
        """
        began = time.monotonic()
        yield
        took_s = time.monotonic() - began
        self.cost_s = took_s if self.cost_s == 0 else 0.7 * self.cost_s + 0.3 * took_s
        self.last_s = t_s


class _Pace:
    """How often to look, so that the time there is suffices: as often as is of use, on a slow machine less often."""

    def __init__(self, task: BlurTask) -> None:
        self._ends = time.monotonic() + task.budget_s
        per_s = task.budget_s / max(1.0, task.seconds)
        self.near = _Clock(NEAR_EVERY_S, NEAR_RARELY_S, NEAR_SHARE * per_s)
        self.fine = _Clock(FINE_EVERY_S, FINE_RARELY_S, FINE_SHARE * per_s)
        self.plates = _Clock(PLATES_EVERY_S, 2 * PLATES_EVERY_S, PLATES_SHARE * per_s)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._ends


def _written(task: BlurTask, watch: _Watch) -> int:
    """The second pass; how many frames were made coarse altogether."""
    trails, known, mosaic, whole = linked(watch.sightings), frozenset(watch.times), Mosaic(), 0
    with FilmWriter(task.destination) as film:
        for frame in task.frames():
            if frame.t_s in known and watch.is_safe(frame.t_s):
                shown = _covered(frame, trails, task.hidden, mosaic)
            else:
                shown, whole = mosaic.whole(frame.picture), whole + 1
            film.write(shown, frame.t_s)
            task.told(LOOKING_SHARE + (1 - LOOKING_SHARE) * task.share_of(frame.t_s))
    return whole


def _covered(frame: Frame, trails: Sequence[Trail], hidden: Sequence[Zone], mosaic: Mosaic) -> Picture:
    """The frame with everything covered that is there at its time; its own copy, for nobody else holds it."""
    for zone in hidden:
        mask(frame.picture, zone.polygon)
    for trail in trails:
        region = trail.at(frame.t_s)
        if region is not None:
            mosaic.cover(frame.picture, region, trail.number)
    return frame.picture
