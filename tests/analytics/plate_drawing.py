"""Plates and streets drawn for the tests: nobody's plate, any colour, size, tilt and blur."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cameras.footage.frame import Picture

Colour = tuple[int, int, int]
WHITE, BLACK, YELLOW, RED = (236, 236, 236), (22, 22, 22), (40, 190, 240), (40, 30, 190)
PLATE_MM = (430, 135)


@dataclass(frozen=True)
class Paint:
    """BGR of the sheet and of the type."""

    sheet: Colour = WHITE
    type: Colour = BLACK


PRIVATE = Paint(WHITE, BLACK)
PRIVATE_UNTIL_2022 = Paint(BLACK, WHITE)
PUBLIC = Paint(YELLOW, BLACK)
GOVERNMENT = Paint(RED, WHITE)


def plate(text: str, paint: Paint = PRIVATE, date: str = "05.28", scale: float = 2.0) -> Picture:
    """A plate of 430 x 135 mm, ``scale`` pixels a mm: the number, the date below it, a line around."""
    width, height = (round(side * scale) for side in PLATE_MM)
    sheet = Image.new("RGB", (width, height), paint.sheet)
    draw = ImageDraw.Draw(sheet)
    draw.rounded_rectangle((3, 3, width - 4, height - 4), radius=8 * scale, outline=paint.type, width=round(2 * scale))
    _centred(draw, text, (width / 2, 0.38 * height), 78 * scale, paint.type)
    _centred(draw, date, (width / 2, 0.84 * height), 26 * scale, paint.type)
    return np.asarray(sheet, np.uint8)


def _centred(draw: ImageDraw.ImageDraw, text: str, at: tuple[float, float], size: float, colour: Colour) -> None:
    font = ImageFont.load_default(size=size)
    draw.text(at, text, font=font, fill=colour, anchor="mm", stroke_width=max(1, round(size / 40)), stroke_fill=colour)


@dataclass(frozen=True)
class Place:
    """Where a plate hangs: its middle and width in pixels, turned clockwise, seen from the side by ``yaw`` (0-1)."""

    x: float = 208.0
    y: float = 300.0
    width: float = 130.0
    turn_deg: float = 0.0
    yaw: float = 0.0


def street(size: tuple[int, int] = (416, 416), seed: int = 3) -> Picture:
    """A road with some texture: width, height."""
    rng = np.random.default_rng(seed)
    width, height = size
    coarse = rng.integers(70, 150, (8, 10, 3), np.uint8)
    ground = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    return np.clip(ground + rng.normal(0, 4, (height, width, 3)), 0, 255).astype(np.uint8)


def with_vehicle(picture: Picture, place: Place, body: Colour = (150, 60, 40)) -> Picture:
    """A car's front around where the plate will hang: body, windscreen, lamps, grille."""
    out = picture.copy()
    unit = place.width
    x, y = place.x, place.y
    _box(out, (x - 1.6 * unit, y - 1.3 * unit, x + 1.6 * unit, y + 0.6 * unit), body)
    _box(out, (x - 1.2 * unit, y - 2.1 * unit, x + 1.2 * unit, y - 1.3 * unit), (90, 80, 70))
    for side in (-1, 1):
        cv2.circle(out, (int(x + side * 1.2 * unit), int(y - 0.5 * unit)), int(0.2 * unit), (210, 225, 230), -1)
    for line in range(4):
        top, bottom = y - (0.75 - 0.1 * line) * unit, y - (0.72 - 0.1 * line) * unit
        _box(out, (x - 0.8 * unit, top, x + 0.8 * unit, bottom), BLACK)
    return out


def _box(picture: Picture, xyxy: tuple[float, float, float, float], colour: Colour) -> None:
    x1, y1, x2, y2 = (int(value) for value in xyxy)
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour, -1)


def hung(picture: Picture, sheet: Picture, place: Place) -> Picture:
    """The sheet in the picture, in perspective, with the edges a lens makes."""
    height, width = sheet.shape[:2]
    high = place.width * height / width
    near, far = high * (1 + place.yaw / 2), high * (1 - place.yaw / 2)
    half = place.width * math.cos(place.yaw) / 2
    flat = np.array([[-half, -near / 2], [half, -far / 2], [half, far / 2], [-half, near / 2]])
    turn = math.radians(place.turn_deg)
    turned = flat @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    goal = (turned + np.array([place.x, place.y])).astype(np.float32)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, goal)
    # Blurred before it is made small, or it would alias.
    soft = cv2.GaussianBlur(sheet, (0, 0), max(0.3, 0.35 * width / place.width))
    size = (picture.shape[1], picture.shape[0])
    drawn = cv2.warpPerspective(soft, matrix, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    share = (mask.astype(np.float32) / 255)[:, :, None]
    return np.clip(picture * (1 - share) + drawn * share, 0, 255).astype(np.uint8)


def photo(text: str, paint: Paint = PRIVATE, place: Place = Place(), seed: int = 3) -> Picture:
    """A car with that plate on a road, 416 x 416 BGR, with a sensor's noise."""
    out = hung(with_vehicle(street(seed=seed), place), plate(text, paint), place)
    noise = np.random.default_rng(seed).normal(0, 3, out.shape)
    return np.clip(out + noise, 0, 255).astype(np.uint8)


def lettering(text: str, place: Place = Place(), paint: Paint = PRIVATE) -> Picture:
    """A sign that is no plate."""
    scale = 2.0
    sheet = Image.new("RGB", (round(PLATE_MM[0] * scale), round(0.62 * PLATE_MM[1] * scale)), paint.sheet)
    _centred(ImageDraw.Draw(sheet), text, (sheet.width / 2, sheet.height / 2), 60 * scale, paint.type)
    return hung(with_vehicle(street(), place), np.asarray(sheet, np.uint8), place)
