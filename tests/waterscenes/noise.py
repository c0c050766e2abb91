"""Fractal noise at any coordinates, colours by hue, and layers put over a picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

HEIGHT, WIDTH = 256, 368
TILE = 512
CYCLES = 64
"""Waves across one noise tile."""

Plane = npt.NDArray[np.float32]
Colour = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator
Span = tuple[float, float]


def _tile(rng: Rng) -> Plane:
    """White noise kept around one wave length, so that octaves can be weighed by the camera's resolution."""
    wave = np.fft.fftfreq(TILE)
    radius = np.hypot(wave[:, None], wave[None, :]) * TILE
    band = np.exp(-((np.log2(np.maximum(radius, 1e-6)) - np.log2(CYCLES)) ** 2) / 0.35)
    plane = np.fft.ifft2(np.fft.fft2(rng.standard_normal((TILE, TILE))) * band).real
    return (plane / plane.std()).astype(np.float32)


_SOURCE = np.random.default_rng(11)
TILES = [_tile(_SOURCE) for _ in range(6)]
ROWS, COLUMNS = (plane.astype(np.float32) for plane in np.mgrid[0:HEIGHT, 0:WIDTH])


def fractal(
    rng: Rng, uv: tuple[Plane, Plane], octaves: int = 5, gain: float = 0.6, footprint: Plane | None = None
) -> Plane:
    """Mean 0, deviation 1. One unit of ``uv`` is the coarsest wave; ``footprint``: a pixel's size in those units."""
    u, v = (np.asarray(part, np.float32) for part in uv)
    out, power, weight, wave = np.zeros(u.shape, np.float32), 0.0, 1.0, 1.0
    for _ in range(octaves):
        tile, shift = TILES[rng.integers(len(TILES))], rng.uniform(0, 1, 2).astype(np.float32)
        across, down = (part * np.float32(wave / CYCLES) + s for part, s in zip((u, v), shift, strict=True))
        layer = cv2.remap(
            tile, (across - np.floor(across)) * np.float32(TILE), (down - np.floor(down)) * np.float32(TILE),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP,
        )  # fmt: skip
        if footprint is not None:
            layer = layer * np.exp(-np.square(np.asarray(footprint, np.float32) * np.float32(wave * 1.2)))
        out += np.float32(weight) * layer
        power, weight, wave = power + weight * weight, weight * gain, wave * 2.07
    return out / np.float32(np.sqrt(power))


def flat(rng: Rng, size: float, octaves: int = 5, gain: float = 0.6, stretch: float = 1.0) -> Plane:
    """Fractal noise of the picture plane, its coarsest wave ``size`` pixels long."""
    return fractal(rng, (COLUMNS / size, ROWS / size * stretch), octaves, gain)


def colour(rng: Rng, hue: Span = (0, 180), saturation: Span = (0, 1), value: Span = (0, 1)) -> Colour:
    """BGR 0-1; ``hue`` in halves of degrees, as OpenCV has it."""
    hsv = [rng.uniform(*hue) % 180 * 2, rng.uniform(*saturation), rng.uniform(*value)]
    return cv2.cvtColor(np.array([[hsv]], np.float32), cv2.COLOR_HSV2BGR)[0, 0]


def tone(shade: Colour) -> tuple[float, ...]:
    """As OpenCV's drawing functions want it."""
    return tuple(float(part) for part in shade)


def shaded(base: Colour, plane: Plane, amount: float) -> Plane:
    return np.clip(base[None, None] * (1 + amount * plane[..., None]), 0, 1.2).astype(np.float32)


def from_hsv(hue: Plane, saturation: Plane, value: Plane) -> Plane:
    return cv2.cvtColor(np.dstack([hue * 2, saturation, value]).astype(np.float32), cv2.COLOR_HSV2BGR)


def window(shape: tuple[int, ...], x: int, y: int) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    """Where a layer put with its corner at x, y lies in the picture, and which part of it that is."""
    height, width = shape[:2]
    left, right, top, bottom = max(0, x), min(WIDTH, x + width), max(0, y), min(HEIGHT, y + height)
    if left >= right or top >= bottom:
        return None
    return (slice(top, bottom), slice(left, right)), (slice(top - y, bottom - y), slice(left - x, right - x))


def laid(picture: Plane, layer: tuple[Plane, Plane], corner: tuple[int, int], allowed: Mask | None = None) -> None:
    """Put a layer (BGR and alpha) over the picture, only where allowed."""
    body, alpha = layer
    if (places := window(body.shape, int(corner[0]), int(corner[1]))) is None:
        return
    here, part = places
    share = alpha[part][..., None]
    if allowed is not None:
        share = share * allowed[here][..., None]
    picture[here] = picture[here] * (1 - share) + body[part] * share


def taken(mask: Mask, alpha: Plane, corner: tuple[int, int]) -> None:
    """Take what a layer covers out of the mask."""
    if (places := window(alpha.shape, int(corner[0]), int(corner[1]))) is not None:
        here, part = places
        mask[here] &= alpha[part] < 0.5


def resized(layer: tuple[Plane, Plane], width: int, height: int) -> tuple[Plane, Plane]:
    size = (max(1, width), max(1, height))
    body, alpha = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in layer)
    return body, alpha
