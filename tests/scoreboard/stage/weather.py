"""What light, air, water and the lens do to a picture over time. Every maker takes a generator and gives a `Change`."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tests.scenes import Camera

from .film import Change, Picture

Rng = np.random.Generator
Plane = npt.NDArray[np.float32]


def _lit(picture: Picture, gain: Plane) -> Picture:
    return np.clip(picture * gain[..., None], 0, 255).astype(np.uint8)


def _soft(mask: Picture, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.float32) / 255


def horizon(camera: Camera) -> int:
    """The row under which ground lies."""
    return int(np.clip(camera.rows / 2 - camera.focal_px * np.tan(np.radians(camera.tilt_deg)), 0, camera.rows - 1))


def cloud_passes(rng: Rng, seconds: float) -> Change:
    """The sun goes and comes again, slowly, over all of the picture."""
    middle, long, deep = rng.uniform(0.3, 0.7) * seconds, rng.uniform(0.1, 0.3) * seconds, rng.uniform(0.25, 0.5)

    def change(picture: Picture, t: float) -> Picture:
        gain = 1 - deep * np.exp(-(((t - middle) / long) ** 2))
        return np.clip(picture * gain, 0, 255).astype(np.uint8)

    return change


def shadow_sweeps(rng: Rng, camera: Camera, seconds: float) -> Change:
    """The shadow of a house, a tree or a sign comes over the ground from one side and stays; its edge is soft."""
    begins, takes = rng.uniform(0.15, 0.5) * seconds, rng.uniform(0.05, 0.5) * seconds
    depth, soft = rng.uniform(0.35, 0.6), rng.uniform(1.2, 4.0) * camera.width / 640
    reach, side = rng.uniform(0.25, 0.7) * camera.width, rng.random() < 0.5
    teeth = np.cumsum(rng.uniform(0, 1, 14))
    teeth = teeth / teeth[-1]
    steps = rng.uniform(-0.12, 0.12, 14) * camera.width
    top = horizon(camera)

    def change(picture: Picture, t: float) -> Picture:
        along = float(np.clip((t - begins) / takes, 0, 1)) * reach
        if along <= 0:
            return picture
        mask = np.zeros(picture.shape[:2], np.uint8)
        rows = top + teeth * (camera.rows - top)
        edge = np.stack([np.clip(along + steps, -5, None), rows], 1)
        points = np.concatenate([[[-5, top]], edge, [[-5, camera.rows]]])
        if side:
            points[:, 0] = camera.width - points[:, 0]
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 255)
        return _lit(picture, 1 - depth * _soft(mask, soft))

    return change


def exposure_jumps(rng: Rng, seconds: float) -> Change:
    """An automatic iris that hunts: two to four jumps."""
    times = np.sort(rng.uniform(0.1, 0.95, int(rng.integers(2, 5)))) * seconds
    gains = np.array([1.0, *np.exp(rng.uniform(np.log(0.65), np.log(1.4), len(times)))])
    gammas = np.array([1.0, *rng.uniform(0.85, 1.15, len(times))])

    def change(picture: Picture, t: float) -> Picture:
        at = int(np.searchsorted(times, t))
        table = 255 * np.clip(gains[at] * (np.arange(256) / 255) ** gammas[at], 0, 1)
        return np.asarray(cv2.LUT(picture, table.astype(np.uint8)))

    return change


def sways(rng: Rng, camera: Camera) -> Change:
    """A pole in the wind: up to a hundredth of the width, and a little turn."""
    size = rng.uniform(0.003, 0.01) * camera.width
    speeds, phases = rng.uniform(0.5, 3.0, 3), rng.uniform(0, 6, 3)
    centre = (camera.width / 2, camera.rows / 2)

    def change(picture: Picture, t: float) -> Picture:
        across, down, turn = np.sin(speeds * t + phases) * (size, size * 0.6, 0.25)
        move = cv2.getRotationMatrix2D(centre, float(turn), 1.0)
        move[:, 2] += (across, down)
        size_px = (camera.width, camera.rows)
        return np.asarray(cv2.warpAffine(picture, move, size_px, borderMode=cv2.BORDER_REFLECT_101), np.uint8)

    return change


def rain(rng: Rng, camera: Camera) -> Change:
    """Streaks, dull light and grey air."""
    count, lean, fog = int(rng.integers(60, 260)), float(rng.normal(0, 2.5)), rng.uniform(0.08, 0.22)
    seed = int(rng.integers(1 << 30))

    def change(picture: Picture, t: float) -> Picture:
        drops = np.random.default_rng([seed, int(t * 1000)])
        layer = np.zeros(picture.shape[:2], np.uint8)
        for x, y, long in zip(*drops.uniform(0, 1, (3, count)), strict=True):
            start = (int(x * camera.width), int(y * camera.rows))
            end = (int(start[0] + lean), int(start[1] + 4 + long * 0.05 * camera.rows))
            cv2.line(layer, start, end, int(70 + 90 * long), 1, cv2.LINE_AA)
        dull = picture * (1 - fog) + fog * min(165.0, float(picture.mean()) * 1.4 + 20)
        return np.clip(dull + layer[..., None] * 0.55, 0, 255).astype(np.uint8)

    return change


def wet_ground(rng: Rng, camera: Camera) -> Change:
    """A road that shines: bright things draw streaks down over the ground, dark ground gets darker."""
    strong, long = rng.uniform(0.35, 0.75), int(rng.uniform(0.12, 0.3) * camera.rows) | 1
    rows = np.arange(camera.rows)[:, None]
    share = np.clip((rows - horizon(camera)) / 30, 0, 1).astype(np.float32)[..., None]
    seed = int(rng.integers(1 << 30))

    def change(picture: Picture, t: float) -> Picture:
        bright = np.clip(picture.astype(np.float32) - 110, 0, None)
        kernel = np.zeros((2 * long + 1, 1), np.float32)
        kernel[long:] = np.linspace(1, 0, long + 1, dtype=np.float32)[:, None] / long * 2
        streaks = cv2.GaussianBlur(cv2.filter2D(bright, -1, kernel), (0, 0), 1.5)
        ripple = np.random.default_rng([seed, int(t * 6)]).normal(0, 0.06, (camera.rows, 1, 1)).astype(np.float32)
        shine = picture * (1 - 0.25 * share) + streaks * strong * share * (1 + ripple)
        return np.clip(shine, 0, 255).astype(np.uint8)

    return change


def _blobs(rng: Rng, camera: Camera, count: int, size: tuple[float, float]) -> Plane:
    mask = np.zeros((camera.rows, camera.width), np.uint8)
    for _ in range(count):
        centre = (int(rng.uniform(0, camera.width)), int(rng.uniform(0, camera.rows)))
        axes = tuple(max(2, int(v * camera.width)) for v in rng.uniform(*size, 2))
        cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, int(rng.integers(120, 256)), -1)
    return _soft(mask, 0.012 * camera.width)


def dirty_lens(rng: Rng, camera: Camera) -> Change:
    """Smears and dust before the lens all the time, out of focus."""
    dirt = _blobs(rng, camera, int(rng.integers(4, 10)), (0.01, 0.06))[..., None] * rng.uniform(0.3, 0.6)
    tone = rng.uniform(40, 150)
    return lambda picture, t: np.clip(picture * (1 - dirt) + tone * dirt, 0, 255).astype(np.uint8)


def drops_on_lens(rng: Rng, camera: Camera, seconds: float) -> Change:
    """Rain drops that hit the lens one after another and stay: blurred discs that bend what is behind them."""
    count = int(rng.integers(2, 6))
    drops = [
        (
            rng.uniform(0.15, 0.7) * seconds,
            (int(rng.uniform(0, camera.width)), int(rng.uniform(0, camera.rows))),
            int(rng.uniform(0.015, 0.05) * camera.width),
        )
        for _ in range(count)
    ]

    def change(picture: Picture, t: float) -> Picture:
        mask = np.zeros(picture.shape[:2], np.uint8)
        for since, centre, radius in drops:
            if t >= since:
                cv2.circle(mask, centre, radius, 255, -1, cv2.LINE_AA)
        if not mask.any():
            return picture
        share = _soft(mask, 0.006 * camera.width)[..., None]
        bent = cv2.GaussianBlur(picture, (0, 0), 0.012 * camera.width)
        bent = np.clip(bent * 1.06 + 6, 0, 255)
        return np.clip(picture * (1 - share) + bent * share, 0, 255).astype(np.uint8)

    return change


def insect(rng: Rng, camera: Camera, seconds: float) -> Change:
    """Something small walks over the lens, rests, and walks off: dark and out of focus."""
    begins, long = rng.uniform(0.15, 0.4) * seconds, rng.uniform(0.3, 0.55) * seconds
    size = rng.uniform(0.02, 0.05) * camera.width
    knots = np.linspace(begins, begins + long, 9)
    rests = rng.random(9) < 0.5
    steps = rng.normal(0, 0.07, (9, 2)) * ~rests[:, None]
    path = np.clip(rng.uniform(0.2, 0.8, 2) + np.cumsum(steps, axis=0), 0.02, 0.98)

    def change(picture: Picture, t: float) -> Picture:
        if not begins <= t <= begins + long:
            return picture
        x = float(np.interp(t, knots, path[:, 0])) * camera.width
        y = float(np.interp(t, knots, path[:, 1])) * camera.rows
        mask = np.zeros(picture.shape[:2], np.uint8)
        wiggle = float(np.sin(t * 5) * 12)
        cv2.ellipse(mask, (int(x), int(y)), (int(size), int(size * 0.5)), wiggle, 0, 360, 230, -1)
        return _lit(picture, 1 - 0.9 * _soft(mask, 0.007 * camera.width))

    return change


def leaves_move(rng: Rng, camera: Camera) -> Change:
    """A branch near the lens in the wind, over a part of the picture."""
    corner = np.array([rng.choice([0.0, 1.0]) * camera.width, rng.uniform(-0.05, 0.35) * camera.rows])
    count, spread = int(rng.integers(30, 70)), rng.uniform(0.08, 0.17) * camera.width
    spots = corner + rng.normal(0, 1, (count, 2)) * spread
    sizes, tones = rng.uniform(0.008, 0.022, count) * camera.width, rng.uniform(0.5, 1.3, count)
    phases, speed, swing = rng.uniform(0, 1.5, count), rng.uniform(0.8, 2.5), rng.uniform(0.006, 0.02) * camera.width

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        gust = 0.6 + 0.4 * np.sin(0.37 * t)
        moved = spots + (np.sin(speed * t + phases) * swing * gust)[:, None] * (1.0, 0.5)
        for (x, y), size, tone in zip(moved, sizes, tones, strict=True):
            colour = (32 * tone, 88 * tone, 60 * tone)
            turn = 40 * np.sin(speed * t + tone * 9)
            cv2.ellipse(out, (int(x), int(y)), (int(size), int(size * 0.5)), turn, 0, 360, colour, -1, cv2.LINE_AA)
        return np.asarray(cv2.addWeighted(out, 0.92, cv2.GaussianBlur(out, (0, 0), 1.2), 0.08, 0), np.uint8)

    return change


def headlights_sweep(rng: Rng, camera: Camera, seconds: float) -> Change:
    """Cars out of sight throw their light over the ground, one after another; one of them may stand for a while."""
    count = int(rng.integers(3, 7))
    starts = np.sort(rng.uniform(0.02, 0.9, count)) * seconds
    speeds, heights = rng.uniform(0.2, 0.6, count) * camera.width, rng.uniform(0.55, 0.9, count) * camera.rows
    waits = np.where(rng.random(count) < 0.3, rng.uniform(3, 9, count), 0.0)
    strength = rng.uniform(40, 110, count)

    def change(picture: Picture, t: float) -> Picture:
        glow = np.zeros((camera.rows // 4, camera.width // 4), np.float32)
        for start, speed, row, wait, power in zip(starts, speeds, heights, waits, strength, strict=True):
            run = t - start
            half = 0.5 * camera.width / speed
            along = speed * (run if run < half else max(half, run - wait))
            if run >= 0 and along < 1.3 * camera.width:
                spot = (int((along - 0.15 * camera.width) / 4), int(row / 4))
                axes = (int(0.05 * camera.width), int(0.02 * camera.width))
                cv2.ellipse(glow, spot, axes, 0, 0, 360, float(power), -1)
        soft = cv2.resize(cv2.GaussianBlur(glow, (0, 0), 3), (camera.width, camera.rows))
        return np.clip(picture + soft[..., None] * (0.85, 0.95, 1.0), 0, 255).astype(np.uint8)

    return change


def screen_changes(rng: Rng, box: tuple[int, int, int, int], seconds: float) -> Change:
    """An advertising screen at x, y, width, height in pixels that shows one picture after another."""
    x, y, width, height = box
    count = int(rng.integers(3, 6))
    shows = [
        cv2.resize(
            rng.integers(20, 240, (4, 5, 3)).astype(np.uint8), (width, height),
            interpolation=cv2.INTER_NEAREST if rng.random() < 0.6 else cv2.INTER_CUBIC,
        )
        for _ in range(count)
    ]  # fmt: skip
    period = seconds / float(rng.uniform(4, 9))

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        out[y : y + height, x : x + width] = shows[int(t / period) % count]
        cv2.rectangle(out, (x - 1, y - 1), (x + width, y + height), (40, 40, 42), 1)
        return out

    return change
