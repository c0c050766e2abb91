"""What the night, the lens and the camera do to a picture of street lamps, and what is not there yet at dusk."""

from __future__ import annotations

import cv2
import numpy as np

from tests.scenes import Actor, Camera

from .film import Change, Picture

Rng = np.random.Generator


def infrared(rng: Rng, camera: Camera) -> Change:
    """The camera's own infrared light: no colour, a bright pool in the middle of the near ground, a lighter picture."""
    rows, columns = np.mgrid[0 : camera.rows, 0 : camera.width].astype(np.float32)
    x, y, wide = rng.uniform(0.35, 0.65) * camera.width, rng.uniform(0.6, 0.9) * camera.rows, 0.4 * camera.width
    pool = np.exp(-((((columns - x) / wide) ** 2) + ((rows - y) / (0.7 * wide)) ** 2))
    strong, lift = rng.uniform(0.8, 2.2), rng.uniform(0, 10)

    def change(picture: Picture, t: float) -> Picture:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        seen = np.clip(grey * (1 + strong * pool) + lift + 14 * pool, 0, 255).astype(np.uint8)
        return np.repeat(seen[..., None], 3, axis=2)

    return change


def bright_night(rng: Rng) -> Change:
    """A sensitive camera that makes the night almost as light as the day: dark tones lifted, lamps burnt out."""
    curve, gain = rng.uniform(0.42, 0.6), rng.uniform(1.0, 1.3)
    table = np.clip(gain * 255 * (np.arange(256) / 255) ** curve, 0, 255).astype(np.uint8)
    return lambda picture, t: np.asarray(cv2.LUT(picture, table), np.uint8)


def blooming(rng: Rng, camera: Camera) -> Change:
    """Light that spills in the lens and the sensor: wide pale clouds around everything bright."""
    sigma, strong = rng.uniform(0.01, 0.035) * camera.width, rng.uniform(1.5, 4.0)

    def change(picture: Picture, t: float) -> Picture:
        bright = np.clip(picture.astype(np.float32) - 150, 0, None)
        spilt = cv2.GaussianBlur(bright, (0, 0), sigma) + 0.5 * cv2.GaussianBlur(bright, (0, 0), 3 * sigma)
        return np.clip(picture + strong * spilt, 0, 255).astype(np.uint8)

    return change


def dazzled(rng: Rng, seconds: float) -> Change:
    """Cars that face the camera: for some seconds each its iris closes and everything but them sinks into the dark."""
    count = int(rng.integers(2, 5))
    starts, lasts = rng.uniform(0.05, 0.85, count) * seconds, rng.uniform(1.0, 5.0, count)
    depths = rng.uniform(0.3, 0.6, count)

    def change(picture: Picture, t: float) -> Picture:
        inside = (t >= starts) & (t < starts + lasts)
        gain = float(depths[inside].min()) if inside.any() else 1.0
        return np.clip(picture * gain, 0, 255).astype(np.uint8)

    return change


def twigs(rng: Rng, camera: Camera, head: tuple[float, float], radius: float) -> Change:
    """A twig in the wind before one place of the picture: its leaves hide it, let it through, and hide it again."""
    count = int(rng.integers(5, 10))
    reach = max(2.0, radius)
    spots = np.array(head) + rng.normal(0, 1.6, (count, 2)) * reach
    sizes, tones = rng.uniform(0.3, 0.7, count) * reach, rng.uniform(0.4, 1.0, count)
    phases, speed, swing = rng.uniform(0, 6.3, count), rng.uniform(0.6, 2.0), rng.uniform(1.2, 3.0) * reach

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        gust = 0.6 + 0.4 * np.sin(0.37 * t)
        moved = spots + (np.sin(speed * t + phases) * swing * gust)[:, None] * (1.0, 0.4)
        for (x, y), size, tone in zip(moved, sizes, tones, strict=True):
            axes = (max(1, round(size)), max(1, round(0.6 * size)))
            colour = (14 * tone, 34 * tone, 22 * tone)
            cv2.ellipse(out, (round(x), round(y)), axes, float(40 * np.sin(speed * t + tone * 9)), 0, 360, colour, -1)
        return out

    return change


def turned(rng: Rng, camera: Camera, since_s: float) -> Change:
    """From then on the camera looks a little elsewhere: by a twenty-fifth to an eighth of the width."""
    angle, size = rng.uniform(0, 2 * np.pi), rng.uniform(0.04, 0.12) * camera.width
    move = np.array([[1, 0, size * np.cos(angle)], [0, 1, 0.6 * size * np.sin(angle)]], np.float32)

    def change(picture: Picture, t: float) -> Picture:
        if t < since_s:
            return picture
        shape = (camera.width, camera.rows)
        return np.asarray(cv2.warpAffine(picture, move, shape, borderMode=cv2.BORDER_REFLECT_101), np.uint8)

    return change


def board(rng: Rng, head: tuple[float, float], radius: float) -> Change:
    """A lit advertising board on the house behind a lamp."""
    wide, high = rng.uniform(4, 9) * radius, rng.uniform(3, 6) * radius
    x, y = head[0] + rng.uniform(-0.4, 0.4) * wide, head[1] + rng.uniform(-0.4, 0.4) * high
    tone = rng.uniform(170, 250, 3)

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        corner, other = (round(x - wide), round(y - high)), (round(x + wide), round(y + high))
        cv2.rectangle(out, corner, other, tone.tolist(), -1)
        shade = (max(2, round(radius)), max(1, round(radius * 0.5)))
        cv2.ellipse(out, (round(head[0]), round(head[1])), shade, 0, 0, 360, (52, 54, 56), -1)
        return out

    return change


def lights_of(actors: list[Actor], camera: Camera) -> Change:
    """Head and tail lights of all vehicles, where the scene's own light draws none because it is not night."""

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        for actor in actors:
            place = actor.track.at(t)
            if place is None or actor.kind == "person":
                continue
            comes = abs(actor.track.heading) > 1.5
            points = np.array([[place[0] + side, place[1] - 2.2, 0.7] for side in (-0.6, 0.6)])
            if camera.to_camera(points)[:, 2].min() < 3:
                continue
            size = max(1, round(0.16 * camera.focal_px / camera.to_camera(points)[0, 2]))
            for u, v in camera.project(points):
                colour = (225, 250, 255) if comes else (40, 40, 200)
                cv2.circle(out, (round(u), round(v)), size, colour, -1, cv2.LINE_AA)
        return out

    return change
