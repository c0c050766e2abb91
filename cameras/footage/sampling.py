"""Which of a clip's frames to look at; standard library only, because the child uses it.

All times are seconds from the clip's first frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

KEYFRAME_GAP_MAX_S = 2.0
"""Up to here keyframes alone follow a scene: dwell is counted in seconds, and a full decode
costs about five times as much."""

GAP_TOLERANCE_S = 0.25
"""A "2 s" group of pictures is 2.0 s plus clock jitter and a dropped frame or two."""

HOLE_S = 1.0
"""A longer silence between frames is a hole in the recording (the constant of Frigate's motion search)."""

ENDS_EARLY_S = 1.0

Span = tuple[float, float]


def stretches(times_s: Sequence[float], frame_s: float) -> list[Span]:
    """Continuous ranges of ascending ``times_s``; each ends one frame after its last time.

    A time-lapse with one frame every few seconds is continuous too, hence the multiple of ``frame_s``.
    """
    if not times_s:
        return []
    hole_s = max(HOLE_S, 2.5 * frame_s)
    out: list[Span] = []
    start = times_s[0]
    for before, after in pairwise(times_s):
        if after - before > hole_s:
            out.append((start, before + frame_s))
            start = after
    return [*out, (start, times_s[-1] + frame_s)]


def ends_early(missing_s: float, frame_s: float) -> bool:
    """Whether so much less than what was promised is a loss; what is not may be rounding."""
    return missing_s > max(ENDS_EARLY_S, 2.5 * frame_s)


def typical_frame_s(times_s: Sequence[float], otherwise: float) -> float:
    """Median distance of ascending times; declared rates lie, so they only fill in for a single frame."""
    gaps = [after - before for before, after in pairwise(times_s) if after > before]
    return median(gaps) if gaps else otherwise


def keyframe_gap_max_s(times_s: Sequence[float], keys_s: Sequence[float], frame_s: float) -> float:
    """Longest time that plays on from a keyframe before the next one.

    A hole after which the recorder began again with a keyframe does not count: no
    frame is lost there by looking at keyframes only.
    """
    if not keys_s:
        return float("inf")
    longest, at = 0.0, 0
    for key, following in zip(keys_s, [*keys_s[1:], float("inf")], strict=True):
        last = key
        while at < len(times_s) and times_s[at] < following:
            last = max(last, times_s[at])
            at += 1
        longest = max(longest, min(following, last + frame_s) - key)
    return longest


def resolve_mode(mode: str, gap_max_s: float, flags_trusted: bool) -> str:
    """``auto`` made definite. Where every packet claims to be a keyframe the flags say nothing."""
    if mode != "auto":
        return mode if flags_trusted or mode != "keyframes" else "rate"
    return "keyframes" if flags_trusted and gap_max_s <= KEYFRAME_GAP_MAX_S + GAP_TOLERANCE_S else "rate"


def inside(t_s: float, spans: Sequence[Span] | None) -> bool:
    return spans is None or any(start <= t_s < end for start, end in spans)


def thinned_keys(keys_s: Sequence[float], spans: Sequence[Span] | None, fps: float) -> list[float]:
    """The keyframes inside ``spans``, at most about ``fps`` a second.

    Three quarters of the step, so that keyframes just under a step apart are not halved by jitter.
    """
    out: list[float] = []
    for key in keys_s:
        if inside(key, spans) and (not out or key - out[-1] >= 0.75 / fps):
            out.append(key)
    return out


def groups_to_decode(keys_s: Sequence[float], spans: Sequence[Span] | None) -> list[Span]:
    """Ranges of time, each starting at a keyframe, that must be decoded to see ``spans`` whole."""
    if spans is None or not keys_s:
        return [(float("-inf"), float("inf"))]
    out: list[Span] = []
    for start, end in sorted(spans):
        opening = max((key for key in keys_s if key <= start), default=float("-inf"))
        if out and opening <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((opening, end))
    return out


class RateGrid:
    """Picks the first frame at or after each tick of a regular grid, anew in each span."""

    def __init__(self, fps: float, spans: Sequence[Span] | None) -> None:
        self._step_s = 1.0 / fps
        self._spans: Iterator[Span] = iter(sorted(spans) if spans is not None else [(float("-inf"), float("inf"))])
        self._span: Span | None = next(self._spans, None)
        self._due_s = float("-inf")

    def wants(self, t_s: float) -> bool:
        """Ask once per frame, in ascending time."""
        while self._span is not None and t_s >= self._span[1]:
            self._span, self._due_s = next(self._spans, None), float("-inf")
        if self._span is None or t_s < self._span[0] or t_s < self._due_s - 1e-3:
            return False
        origin = self._due_s if self._due_s > float("-inf") else t_s
        missed = max(0, int((t_s - origin + 1e-3) / self._step_s))
        self._due_s = origin + (missed + 1) * self._step_s
        return True

    @property
    def finished(self) -> bool:
        return self._span is None
