"""Fingerprints of pictures, so that a photo that was used before is known again: near for near pictures. Pure.

The difference hash (N. Krawetz, "Kind of Like That", 2013): a grid of grey means, a bit for each step to the right that
is brighter. Two of them: ``coarse`` (8 x 8 steps) is what an index finds, ``fine`` (16 x 16) is what decides. Coarse
alone would not do: of 27,722 pairs of different photos the nearest differ by 11 of 64 bits, and each bit fewer is
half as many pairs, so that among a million photos several would be "the same" as any new one. In the fine print
pairs that near differ by 76 bits and more (mean 92, deviation 9), the same photo by at most 45.

Against crops, which move every mean, the *new* photo is asked about in ``FRAMES`` as well: a little cut off, or a
little added, at its edges and corners. Measured on 167 photos (street, flood, river, vehicles) and thirteen alterations
of each (re-encoded, made smaller, brighter, 3 % cut off a side, a corner or all round, several of these at once): at
least 97 % of each kind are found again. Of 5 % cut off all round, two thirds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Picture

NEAR, FINE_NEAR = 6, 48
"""Bits of 64, and of 256."""

COARSE_STEPS, FINE_STEPS = (8, 8), (16, 16)

BANDS = 4
"""Of two prints at most ``NEAR`` apart, six bits over four bands, one band of 16 bits differs in one bit at most: by
that an index finds them, and nothing else has to be looked at. Bands take every fourth bit, because neighbours go
together and bands of neighbours would all look alike: a quarter fewer photos have to be compared."""

SHARE = 0.03
WORKING_SIDE = 192
LEAST_STEP, LEAST_STEPS = 2, 24
"""Steps between means of at least 2 of 255 levels. A photo of the night sky has none, its bits are noise, and half the
city's would be "the same"; the plainest of the photos measured has 32."""

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Print:
    """``coarse``: 64 bits; ``fine``: 256."""

    coarse: int
    fine: int

    def is_near(self, other: Print) -> bool:
        is_candidate = (self.coarse ^ other.coarse).bit_count() <= NEAR
        return is_candidate and (self.fine ^ other.fine).bit_count() <= FINE_NEAR


def print_of(picture: Picture) -> Print | None:
    """Of a BGR picture; None when there is too little in it to know it by."""
    grey = _grey(picture)
    clear = np.abs(_steps(grey, COARSE_STEPS)) >= LEAST_STEP
    return _print(grey) if int(clear.sum()) >= LEAST_STEPS else None


def prints_asked(picture: Picture) -> list[Print]:
    """The picture's own print first, then those of its frames: what to compare earlier photos with."""
    grey = _grey(picture)
    return list(dict.fromkeys(_print(_framed(grey, frame)) for frame in FRAMES))


def bands_of(coarse: int) -> tuple[int, ...]:
    """Four numbers of 16 bits: every fourth bit, from the first, second, third and fourth."""
    return tuple(
        sum((coarse >> (BANDS * place + band) & 1) << place for place in range(64 // BANDS)) for band in range(BANDS)
    )


def bands_near(asked: Iterable[Print]) -> list[set[int]]:
    """By band: values of which a print that is near one of ``asked`` has one at least."""
    wanted: list[set[int]] = [set() for _ in range(BANDS)]
    for one in asked:
        for values, value in zip(wanted, bands_of(one.coarse), strict=True):
            values.update(_one_off(value))
    return wanted


def near_coarse(asked: Sequence[Print], stored: Sequence[int]) -> list[int]:
    """Indices of those of ``stored`` (coarse prints as the database keeps them) that may be near one of ``asked``."""
    known = np.array(stored, np.int64).view(np.uint64)
    differ = [np.bitwise_count(known ^ np.uint64(one.coarse)) for one in asked]
    return [int(at) for at in np.flatnonzero(np.min(differ, axis=0) <= NEAR)] if stored else []


def signed(coarse: int) -> int:
    """As a database's 64-bit integer, which has a sign."""
    return coarse - (1 << 64) if coarse >> 63 else coarse


def unsigned(stored: int) -> int:
    return stored & (1 << 64) - 1


def _one_off(value: int) -> Iterator[int]:
    yield value
    for place in range(64 // BANDS):
        yield value ^ 1 << place


def _grey(picture: Picture) -> Grey:
    height, width = picture.shape[:2]
    scale = WORKING_SIDE / max(height, width)
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def _print(grey: Grey) -> Print:
    return Print(_bits(_steps(grey, COARSE_STEPS)), _bits(_steps(grey, FINE_STEPS)))


def _steps(grey: Grey, grid: tuple[int, int]) -> npt.NDArray[np.int16]:
    """From each mean of the grid (rows, steps) to the one on its right."""
    rows, steps = grid
    means = cv2.resize(grey, (steps + 1, rows), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.diff(means, axis=1)


def _bits(steps: npt.NDArray[np.int16]) -> int:
    return int.from_bytes(np.packbits(steps > 0).tobytes(), "big")


def _frames() -> tuple[tuple[float, float, float, float], ...]:
    """Shares of left, top, right and bottom to cut off; negative: to add, by drawing the edge on."""
    found = [(0.0, 0.0, 0.0, 0.0)]
    for s in (-SHARE, SHARE):
        corners = [(s, s, 0.0, 0.0), (0.0, s, s, 0.0), (s, 0.0, 0.0, s), (0.0, 0.0, s, s)]
        sides = [(s, 0.0, 0.0, 0.0), (0.0, s, 0.0, 0.0), (0.0, 0.0, s, 0.0), (0.0, 0.0, 0.0, s)]
        found += [(s, s, s, s), *corners, *sides]
    return tuple(found)


FRAMES = _frames()
"""Added ones find the photo that this one was cut from, cut ones the photo that was cut from this one."""


def _framed(grey: Grey, frame: tuple[float, float, float, float]) -> Grey:
    height, width = grey.shape
    left, right = (round(frame[side] * width) for side in (0, 2))
    top, bottom = (round(frame[side] * height) for side in (1, 3))
    cut = grey[max(0, top) : height - max(0, bottom), max(0, left) : width - max(0, right)]
    above, below, before, behind = (max(0, -edge) for edge in (top, bottom, left, right))
    if not (above or below or before or behind):
        return cut
    return np.asarray(cv2.copyMakeBorder(cut, above, below, before, behind, cv2.BORDER_REPLICATE), np.uint8)
