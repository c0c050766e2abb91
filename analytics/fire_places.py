"""Where a clip shows something that goes on burning: three short looks at full rate, and what lies between them.

A flame flickers (``analytics.flames``) at one place and is there all the time; people in orange walk on, a sunset's
twigs are still now and then. And what a detector knows for a person is one, however his jacket shines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from analytics.flames import FlameRules, flame_coloured, flames, warm_light, weaker
from analytics.frames import ClipView, Span, Survey
from analytics.sample import Sample
from cameras.footage.frame import Frame

BURST_S = 2.0
BURSTS_AT = (0.15, 0.5, 0.85)
"""Of the clip: where it is looked at in full rate, if anything has the colours of fire."""

ENOUGH = 10
"""Pictures of one burst from which warm light that was not seen to flicker rests: at 3 pictures a second 2 of 6
rendered flames of 16 to 26 pixels flickered no more than a lamp, at 4 and 5 one, at 6 and more none."""

NEAR = 15
"""Pixels, of a picture ``flames.WIDE`` wide, that flames of one place may lie apart in two looks."""

STAYS = 0.75
"""Of the pictures between the first look at which a place burns and the last: least share that shows it warm."""

PERSON = 0.5
"""Share of a place that lies in a person's box, in half of the pictures, from which it is the person's."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Burning:
    """``mask``: where it burns, ``(h, flames.WIDE)``. ``maybe``: where something warm flickers that is too small, or
    too little like a flame, to be called one; with ``judged`` False, where a picture has the colours of fire, and too
    few pictures followed each other to see it flicker or rest."""

    mask: Mask
    maybe: Mask
    judged: bool = True


def burning(clip: ClipView, survey: Survey, least: int, rules: FlameRules) -> Burning | None:
    """Where flames were seen in ``least`` of the bursts, or in all of them where there are fewer; None where no picture
    has anything in the colours of fire."""
    coloured = [flame_coloured(frame.picture, weaker(rules)) for frame in survey.keepsakes]
    if not any(mask.any() for mask in coloured):
        return None
    bursts = _bursts(clip)
    sure = _agreed(survey, [(span, flames(frames, rules)) for span, frames in bursts], least)
    if sure is not None and sure.any():
        return Burning(sure, np.zeros_like(sure))
    if sure is None or max(len(frames) for _, frames in bursts) < ENOUGH:
        one = next(mask for mask in reversed(coloured) if mask.any())
        return Burning(np.zeros_like(one), one, judged=False)
    maybe = _agreed(survey, [(span, flames(frames, weaker(rules))) for span, frames in bursts], least)
    return Burning(sure, np.zeros_like(sure) if maybe is None else maybe)


def _bursts(clip: ClipView) -> list[tuple[Span, list[Frame]]]:
    spans = _spans(clip)
    frames = list(clip.bursts(spans))
    # A camera may change its resolution in between: pictures of its last one.
    frames = [frame for frame in frames if frame.picture.shape == frames[-1].picture.shape]
    return [((start, end), [frame for frame in frames if start <= frame.t_s <= end]) for start, end in spans]


def _agreed(survey: Survey, looks: Sequence[tuple[Span, Mask | None]], least: int) -> Mask | None:
    """Places of which enough looks agree; None where no look had pictures enough."""
    seen = [(start, end, mask) for (start, end), mask in looks if mask is not None]
    if not seen:
        return None
    masks = [mask for _, _, mask in seen]
    near = [_wider(mask) for mask in masks]
    often: Mask = np.any(masks, axis=0) & (np.sum(near, axis=0) >= min(least, len(masks)))
    kept: Mask = np.zeros_like(often)
    count, labels = cv2.connectedComponents(_wider(often).astype(np.uint8))
    for n in range(1, count):
        place = often & (labels == n)
        when = [(start, end) for start, end, mask in seen if (_wider(mask) & place).any()]
        between = (when[0][0], when[-1][1])
        if _stays(survey, place, between) and not _is_person(survey.samples, place, between):
            kept |= place
    return kept


def _wider(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((NEAR, NEAR), np.uint8)) > 0)


def _stays(survey: Survey, place: Mask, between: Span) -> bool:
    """Whether something in the colours of fire is there all the time between."""
    wide = _wider(place)
    least = 0.15 * place.sum()
    kept = [frame for frame in survey.keepsakes if between[0] <= frame.t_s <= between[1]]
    shown = [(_fitted(warm_light(frame.picture), wide.shape) & wide).sum() >= least for frame in kept]
    return not shown or float(np.mean(shown)) >= STAYS


def _fitted(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Full pictures and those of bursts are made smaller by different factors: heights may differ by a row or two."""
    return cv2.resize(mask.astype(np.uint8), shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0


def _is_person(samples: Sequence[Sample], place: Mask, between: Span) -> bool:
    near = [sample for sample in samples if between[0] <= sample.t_s <= between[1]]
    held = [float(place[_persons(sample, place.shape)].sum()) >= PERSON * place.sum() for sample in near]
    return bool(held) and float(np.mean(held)) >= 0.5


def _persons(sample: Sample, shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, bool)
    people = sample.detections.of(frozenset({"person"}))
    for x1, y1, x2, y2 in people.xyxy:
        rows = slice(max(0, int(y1 * shape[0])), max(0, int(np.ceil(y2 * shape[0]))))
        mask[rows, max(0, int(x1 * shape[1])) : max(0, int(np.ceil(x2 * shape[1])))] = True
    return mask


def _spans(clip: ClipView) -> list[Span]:
    """From the keyframe before each place, where reaching it costs nothing."""
    keys = np.asarray(clip.keyframe_times_s, np.float64)
    spans: list[Span] = []
    for share in BURSTS_AT:
        start = max(0.0, share * clip.span_s - BURST_S / 2)
        if len(keys) and (earlier := keys[keys <= start]).size:
            start = max(float(earlier[-1]), start - BURST_S)
        if not spans or start >= spans[-1][1]:
            spans.append((start, start + BURST_S))
    return spans
