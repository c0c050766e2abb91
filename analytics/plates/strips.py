"""A row of text cut out straight and large, in several ways.

One plate is read many times: a little wider, a little turned, slanted back, in other light, in the other polarity.
A character that is really there is read alike in all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.plates.lines import TextRow
from cameras.footage.frame import Picture

STRIP_PX = 96
"""Height that a row is enlarged to: twice the reader's, so that its own scaling does not blur."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to cut: ``widen`` by row heights at each end, ``heighten`` by a share at each side, ``turn_deg`` more than
    the row's own angle, ``slant_deg`` of the upright strokes (positive leans right), ``tone``: see ``TONES``.
    """

    widen: float = 0.3
    heighten: float = 0.0
    turn_deg: float = 0.0
    slant_deg: float = 0.0
    tone: str = "plain"


def _plain(strip: Picture) -> Picture:
    return strip


def _stretched(strip: Picture) -> Picture:
    """Grey, from its own darkest to its own brightest: a plate in shade, at night, or burnt out."""
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    low, high = np.percentile(grey, [2, 98])
    return _coloured((grey - low) * (255.0 / max(high - low, 8.0)))


def _inverted(strip: Picture) -> Picture:
    """White on black as black on white, and the other way round."""
    return np.asarray(255 - _stretched(strip), np.uint8)


def _local(strip: Picture) -> Picture:
    """Contrast evened out over the plate: half in the sun, or with a lamp's glare on it."""
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    return _coloured(cv2.createCLAHE(3.0, (2, 6)).apply(grey).astype(np.float32))


def _soft(strip: Picture) -> Picture:
    """Slightly out of focus: what survives it is not an accident of single pixels."""
    return np.asarray(cv2.GaussianBlur(strip, (0, 0), STRIP_PX / 32), np.uint8)


def _coloured(grey: np.ndarray) -> Picture:
    return np.asarray(cv2.cvtColor(np.clip(grey, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


TONES: dict[str, Callable[[Picture], Picture]] = {
    "plain": _plain,
    "stretched": _stretched,
    "inverted": _inverted,
    "local": _local,
    "soft": _soft,
}

FIRST: Sequence[Look] = (Look(), Look(widen=2.6, heighten=0.05), Look(widen=1.2, heighten=0.15, tone="stretched"))
"""Enough to say whether a row could be a plate."""

CLOSER: Sequence[Look] = (
    Look(heighten=0.12),
    Look(widen=0.6, heighten=0.06),
    Look(turn_deg=2.0, heighten=0.1),
    Look(turn_deg=-2.0, heighten=0.1),
    Look(slant_deg=8.0, heighten=0.08),
    Look(slant_deg=-8.0, heighten=0.08),
    Look(heighten=0.05, tone="inverted"),
    Look(heighten=0.05, tone="local"),
    Look(heighten=0.1, tone="soft"),
)


def strip_cut(picture: Picture, row: TextRow, look: Look) -> Picture:
    """The row as a level BGR strip of ``STRIP_PX`` height; what lies outside the picture repeats its border."""
    height = row.height * (1 + 2 * look.heighten)
    length = row.length + 2 * look.widen * row.height
    scale = STRIP_PX / height
    size = (max(8, round(length * scale)), STRIP_PX)
    turn = math.radians(row.angle_deg + look.turn_deg)
    level = scale * np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    upright = np.array([[1.0, math.tan(math.radians(look.slant_deg))], [0.0, 1.0]]) @ level
    shift = np.array([size[0] / 2, size[1] / 2]) - upright @ np.array([row.x, row.y])
    matrix = np.column_stack([upright, shift])
    interpolation = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    cut = cv2.warpAffine(picture, matrix, size, flags=interpolation, borderMode=cv2.BORDER_REPLICATE)
    return TONES[look.tone](np.asarray(cut, np.uint8))
