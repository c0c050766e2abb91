"""Stills that a lurah can judge by: what was seen, where and when, with no face and no plate on them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from analytics.blur import blurred
from analytics.detections import Detections
from analytics.verdict import Mark, Moment
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.footage.frame import Frame, Picture
from jsc_project.lib.when import wib_text

WIDTH = 1280
LEAST_WIDTH = 960
"""Small pictures are enlarged, or the writing on them could not be read on a phone."""

KIND_ID = {"before": "SEBELUM", "event": "KEJADIAN", "after": "SESUDAH", "overview": "GAMBARAN UMUM"}
ZONE_COLOUR = (255, 196, 0)
MARK_COLOUR = (255, 64, 64)
BAND_COLOUR = (18, 22, 30)
QUALITY = 82


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One annotated picture, already blurred.

    ``jpeg``: the file's bytes, ``width`` x ``height`` pixels; ``moment`` says what it shows; ``at`` is its
    absolute time where the clip's start is known; ``blurred_whole`` is true when heads and
    plates could not be covered one by one and all of it was blurred.
    """

    jpeg: bytes
    width: int
    height: int
    moment: Moment
    at: datetime | None = None
    blurred_whole: bool = False

    @property
    def file_name(self) -> str:
        """``event_00018.4s.jpg``."""
        return f"{self.moment.kind}_{self.moment.at_s:07.1f}s.jpg"


@dataclass(frozen=True, slots=True)
class StillContext:
    """What all stills of one analysis share. ``headline``: the first reason, Indonesian. ``hidden``: zones of which
    nothing is shown."""

    zones: Sequence[Zone] = ()
    first_frame_at: datetime | None = None
    headline: str = ""
    hidden: Sequence[Zone] = ()


def still_render(moment: Moment, frame: Frame, detections: Detections, context: StillContext) -> Still:
    """One still: blurred first, then drawn on, so that no line crosses a face that was not covered."""
    safe = blurred(frame.picture, detections, context.hidden)
    at = context.first_frame_at + timedelta(seconds=moment.at_s) if context.first_frame_at else None
    canvas = _canvas(safe.picture)
    _draw_zones(canvas, context.zones)
    _draw_marks(canvas, moment.marks)
    framed = _with_bands(canvas, moment, _when(moment, at), context.headline)
    return Still(_jpeg(framed), framed.width, framed.height, moment, at, safe.whole)


def _canvas(picture: Picture) -> Image.Image:
    height, width = picture.shape[:2]
    target = min(WIDTH, max(LEAST_WIDTH, width))
    size = (target, max(1, round(height * target / width)))
    method = cv2.INTER_AREA if target < width else cv2.INTER_CUBIC
    resized = cv2.resize(picture, size, interpolation=method) if size[0] != width else picture
    return Image.fromarray(cv2.cvtColor(np.ascontiguousarray(resized), cv2.COLOR_BGR2RGB))


def _draw_zones(canvas: Image.Image, zones: Sequence[Zone]) -> None:
    draw = ImageDraw.Draw(canvas)
    for zone in zones:
        if zone.name == WHOLE_PICTURE:
            continue
        points = [(x * (canvas.width - 1), y * (canvas.height - 1)) for x, y in zone.polygon]
        draw.line([*points, points[0]], fill=ZONE_COLOUR, width=max(2, canvas.width // 400), joint="curve")


def _draw_marks(canvas: Image.Image, marks: Sequence[Mark]) -> None:
    draw = ImageDraw.Draw(canvas)
    font = _font(max(18, canvas.width // 48))
    labelled = len(marks) <= 6
    for mark in marks:
        x1, y1, x2, y2 = (value * side for value, side in zip(mark.box, canvas.size * 2, strict=True))
        draw.rectangle((x1, y1, x2, y2), outline=MARK_COLOUR, width=max(3, canvas.width // 320))
        if labelled:
            sure = "" if mark.confidence is None else f" · {mark.confidence:.2f}".replace(".", ",")
            _draw_label(draw, (x1, y1, y2), mark.label_id + sure, font, canvas.size)


def _draw_label(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float],
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: tuple[int, int],
) -> None:
    """Above the box, below it where there is no room; always inside the picture."""
    x, top, bottom = box
    left, upper, right, lower = draw.textbbox((0, 0), text, font=font)
    width, height = right - left + 12, lower - upper + 10
    y = top - height - 2 if top - height - 2 >= 0 else min(bottom + 2, size[1] - height)
    x = max(0.0, min(x, size[0] - width))
    draw.rectangle((x, y, x + width, y + height), fill=MARK_COLOUR)
    draw.text((x + 6 - left, y + 5 - upper), text, font=font, fill="white")


def _with_bands(canvas: Image.Image, moment: Moment, when: str, headline: str) -> Image.Image:
    """The picture with its kind and time above and what it says below: on bands, so that nothing is hidden."""
    size = max(24, canvas.width // 38)
    font = _font(size)
    lines = textwrap.wrap(moment.caption_id or headline, width=max(20, int(canvas.width / (size * 0.52)))) or []
    top, bottom = int(size * 1.6), int(size * (1.3 * len(lines) + 0.5)) if lines else 0
    framed = Image.new("RGB", (canvas.width, canvas.height + top + bottom), BAND_COLOUR)
    framed.paste(canvas, (0, top))
    draw = ImageDraw.Draw(framed)
    draw.text((size * 0.5, size * 0.2), KIND_ID.get(moment.kind, moment.kind.upper()), font=font, fill="white")
    draw.text((canvas.width - size * 0.5, size * 0.2), when, font=font, fill=ZONE_COLOUR, anchor="ra")
    for number, line in enumerate(lines):
        draw.text((size * 0.5, top + canvas.height + size * (0.25 + 1.3 * number)), line, font=font, fill="white")
    return framed


def _when(moment: Moment, at: datetime | None) -> str:
    seconds = f"dtk ke-{moment.at_s:.0f}"
    return f"{wib_text(at, seconds=True)} · {seconds}" if at else seconds


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _jpeg(image: Image.Image) -> bytes:
    ok, data = cv2.imencode(
        ".jpg", cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    if not ok:
        raise ValueError("a still could not be encoded")
    return bytes(data)
