"""What has the colours of fire and does not burn: jackets, walls in the sun, tail lights, a red sky, bright screens.

Every maker takes a generator, the picture's size and the clip's seconds.
"""

from __future__ import annotations

import cv2
import numpy as np

from .film import Change, Picture

Rng = np.random.Generator
Size = tuple[int, int]
"""Width and height in pixels."""

Colour = tuple[float, float, float]
JACKETS: tuple[Colour, ...] = ((30, 120, 255), (20, 90, 250), (40, 200, 255), (35, 35, 225), (90, 160, 250))
"""BGR: safety orange, red-orange, yellow, red, salmon."""


def walkers(rng: Rng, size: Size, seconds: float) -> Change:
    """People in orange and red, some under red umbrellas, who walk, stop, talk with their hands and walk on."""
    count = int(rng.integers(3, 7))
    people = [_Person(rng, size, seconds) for _ in range(count)]

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        for one in sorted(people, key=lambda each: each.y):
            one.draw(out, t)
        return out

    return change


class _Person:
    def __init__(self, rng: Rng, size: Size, seconds: float) -> None:
        self.high = float(rng.uniform(0.12, 0.4) * size[1])
        self.y = float(rng.uniform(0.55, 0.95) * size[1])
        self.jacket = JACKETS[int(rng.integers(len(JACKETS)))]
        self.umbrella = rng.random() < 0.3
        self.shine = rng.random() < 0.6
        self.phase, self.pace = float(rng.uniform(0, 6)), float(rng.uniform(4, 7))
        times = np.sort(rng.uniform(0, seconds, 8))
        steps = rng.uniform(-0.35, 0.35, 8) * (rng.random(8) < 0.6)
        self.times, self.places = times, (rng.uniform(0.1, 0.9) + np.cumsum(steps)) * size[0]

    def draw(self, out: Picture, t: float) -> None:
        x = float(np.interp(t, self.times, self.places))
        wide, step = 0.16 * self.high, float(np.sin(self.pace * t + self.phase))
        hip, neck = self.y - 0.45 * self.high, self.y - 0.85 * self.high
        for side in (-1, 1):
            foot = (round(x + side * 0.12 * self.high * step), round(self.y))
            cv2.line(out, (round(x), round(hip)), foot, (45, 40, 38), max(1, round(0.09 * self.high)), cv2.LINE_AA)
            hand = (round(x + side * wide * (1.1 + 0.4 * step)), round(hip - 0.15 * self.high * (1 + side * step)))
            shoulder = (round(x + side * wide), round(neck + 2))
            cv2.line(out, shoulder, hand, self.jacket, max(1, round(0.07 * self.high)), cv2.LINE_AA)
        corner, other = (round(x - wide), round(neck)), (round(x + wide), round(hip))
        cv2.rectangle(out, corner, other, self.jacket, -1)
        if self.shine:  # a reflecting band, burnt out in the sun
            band = round(0.5 * (neck + hip))
            cv2.line(out, (corner[0], band), (other[0], band), (225, 250, 255), max(1, round(0.05 * self.high)))
        cv2.circle(out, (round(x), round(neck - 0.07 * self.high)), max(1, round(0.07 * self.high)), (90, 120, 160), -1)
        if self.umbrella:
            top = (round(x), round(neck - 0.1 * self.high))
            axes = (round(0.35 * self.high), round(0.22 * self.high))
            cv2.ellipse(out, top, axes, 4 * step, 180, 360, (40, 45, 235), -1, cv2.LINE_AA)


def sunlit_wall(rng: Rng, size: Size, seconds: float) -> Change:
    """Sand, brick or a shutter in the low sun, of fire's colours, burnt out in places; people pass before it."""
    wide, high = rng.uniform(0.12, 0.35) * size[0], rng.uniform(0.06, 0.2) * size[1]
    x, y = rng.uniform(0, size[0] - wide), rng.uniform(0.35, 0.75) * size[1]
    colour = np.array([rng.uniform(120, 190), rng.uniform(190, 235), rng.uniform(235, 255)])
    rows, columns = round(high) + 1, round(wide) + 1
    grain = cv2.resize(rng.normal(0, 22, (rows // 3 + 1, columns // 3 + 1)).astype(np.float32), (columns, rows))
    wall = np.clip(colour + grain[..., None], 0, 255)
    passing = walkers(rng, size, seconds)
    top, left = round(y), round(x)

    def change(picture: Picture, t: float) -> Picture:
        out = picture.copy()
        part = out[top : top + rows, left : left + columns]
        breath = 1 + 0.02 * np.sin(1.3 * t)
        part[:] = np.clip(wall[: part.shape[0], : part.shape[1]] * breath, 0, 255).astype(np.uint8)
        return passing(out, t)

    return change


def tail_lights(rng: Rng, size: Size, seconds: float) -> Change:
    """A queue by night: red lights that brake on and off, amber ones that blink, glare around them; it creeps on."""
    count = int(rng.integers(4, 10))
    cars = [
        (rng.uniform(0.1, 0.9) * size[0], rng.uniform(0.4, 0.9) * size[1], rng.uniform(1.5, 5.0), rng.uniform(0.6, 2.5))
        for _ in range(count)
    ]
    brakes = [np.cumsum(rng.uniform(0.3, 4.0, 60)) for _ in range(count)]
    blinks = rng.random(count) < 0.35

    def change(picture: Picture, t: float) -> Picture:
        glow = np.zeros((size[1], size[0], 3), np.float32)
        for n, (x, y, radius, hertz) in enumerate(cars):
            creep = 6 * radius * np.floor(t / 13 + 0.1 * n)
            brakes_now = int(np.searchsorted(brakes[n], t)) % 2 == 0
            for side in (-1, 1):
                spot = (round(x + side * 4 * radius), round(y - creep % (0.3 * size[1])))
                power = 1.0 if brakes_now else 0.45
                cv2.circle(glow, spot, max(1, round(radius)), (70 * power, 90 * power, 255 * power), -1, cv2.LINE_AA)
                if blinks[n] and side > 0 and (t * hertz) % 1 < 0.5:
                    cv2.circle(glow, (spot[0] + 2, spot[1]), max(1, round(radius)), (60, 190, 255), -1, cv2.LINE_AA)
        spilt = glow + 0.8 * cv2.GaussianBlur(glow, (0, 0), 3) + 0.9 * cv2.GaussianBlur(glow, (0, 0), 9)
        return np.clip(picture + spilt, 0, 255).astype(np.uint8)

    return change


def sunset(rng: Rng, size: Size, seconds: float) -> Change:
    """A sky that burns from yellow to red behind drifting clouds, and branches that move before it."""
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    x, y, wide = rng.uniform(0, size[0]), rng.uniform(0.1, 0.35) * size[1], rng.uniform(0.25, 0.6) * size[0]
    far = np.hypot((columns - x) / wide, (rows - y) / (0.5 * wide))
    sky = np.clip(1.25 - far, 0, 1) * np.clip(1.6 - rows / (0.5 * size[1]), 0, 1)
    steps = np.array([0.0, 0.3, 0.6, 0.9])
    tones = np.array([[60, 70, 180], [40, 110, 240], [70, 190, 255], [190, 240, 255]], np.float32)
    colour = np.stack([np.interp(sky, steps, tones[:, n]) for n in range(3)], axis=2).astype(np.float32)
    small = rng.normal(0, 1, (size[1] // 24 + 2, size[0] // 8 + 2)).astype(np.float32)
    clouds = cv2.GaussianBlur(cv2.resize(small, (2 * size[0], size[1]), interpolation=cv2.INTER_CUBIC), (0, 0), 4)
    twigs = rng.uniform(0, 1, (int(rng.integers(8, 25)), 3))
    speed = float(rng.uniform(1, 6))

    def change(picture: Picture, t: float) -> Picture:
        drift = round(speed * t) % size[0]
        veil = np.clip(1 - 0.35 * np.maximum(clouds[:, drift : drift + size[0]], 0), 0.4, 1)
        share = np.clip(1.5 * sky, 0, 0.95)[..., None]
        out = np.clip(picture * (1 - share) + colour * veil[..., None] * share, 0, 255).astype(np.uint8)
        for u, v, phase in twigs:
            sway = 5 * np.sin(2.2 * t + 6 * phase)
            end = (round(u * size[0] + sway + 25 * (phase - 0.5)), round(0.45 * v * size[1]))
            cv2.line(out, (round(u * size[0]), round(0.5 * size[1])), end, (25, 30, 30), 2, cv2.LINE_AA)
        return out

    return change


def warm_screen(rng: Rng, size: Size, seconds: float) -> Change:
    """An advertising screen that plays films in warm colours: it changes a few times a second, cut after cut."""
    wide, high = int(rng.uniform(0.06, 0.2) * size[0]), int(rng.uniform(0.08, 0.25) * size[1])
    left, top = int(rng.uniform(0, size[0] - wide)), int(rng.uniform(0.05, 0.5) * size[1])
    hertz, seed = float(rng.uniform(0.3, 3.0)), int(rng.integers(1 << 30))
    warm = np.array([[30, 40, 200], [20, 120, 255], [60, 200, 255], [210, 245, 255]], np.float32)

    def change(picture: Picture, t: float) -> Picture:
        shown = np.random.default_rng([seed, int(t * hertz)])
        tiles = warm[shown.integers(0, 4, (3, 4))] * shown.uniform(0.4, 1.0, (3, 4, 1))
        move = np.float32([[1, 0, 3 * np.sin(2 * t)], [0, 1, 0]])
        film = cv2.resize(tiles.astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
        out = picture.copy()
        moved = cv2.warpAffine(film, move, (wide, high), borderMode=cv2.BORDER_REPLICATE)
        out[top : top + high, left : left + wide] = np.clip(moved, 0, 255).astype(np.uint8)
        return out

    return change
