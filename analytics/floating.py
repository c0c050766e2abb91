"""How much of a water surface is covered by floating rubbish, in one picture.

The network says where pieces of rubbish are, coarsely; how far they reach is read from the pixels: what stands out
from the water around it in colour or brightness. Where a clean picture of the same view is kept (the camera's own
reference), standing out means differing from that, which also clears what always lies there: stones, posts, buoys.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from analytics import adrift
from analytics.detections import Detections
from analytics.flood import IS_WATER, largest_parts
from analytics.water import Mask, Plane, Waters, boxes_mask, zone_mask
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.footage.frame import Picture

WIDTH_PX = 480
NO_RUBBISH = frozenset(
    {"person", "boat", "bird", "dog", "cow", "horse", "car", "truck", "bus", "motorcycle", "bicycle"}
)
"""What a detector names is no rubbish where it floats."""

SURE = 0.3

COLOUR_WEIGHS = np.array([1.0, 2.0, 2.0], np.float32)
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class FloatingRules:
    """``likely``: the network's probability from which a place is one of rubbish; ``sure``: at least this once in a
    patch. ``stands_out``: over the water's own unrest (its median deviation), in CIE Lab; ``contrast``: at least,
    in Lab units. ``largest``: share of the zone; a larger single patch is a boat, a bank or a bottle held before
    the lens, unless the network finds pieces all over it. ``leaf``: share of a patch's pixels in a plant's colours
    from which it is one. ``red_left``: red over
    the stronger of green and blue, median of the surface, under which the light has come through metres of clear
    water: a picture taken below the surface, where nothing floats. A river seen from above gives its sky or its mud
    back. ``whole_view``: share of the picture that such a surface takes at least. ``darker``, ``coloured``: Lab units
    from which rubbish is not merely brighter than the water around it. ``crowded``: share of a neighbourhood where the
    network is sure of pieces, from which they lie so close that no water is left there to stand out from; what it is
    sure of is rubbish then. ``closed``: the same, from which they hide the water altogether; ``carpet``: share of the
    zone that such a closed part takes at least, to be water with a carpet on it. Real pieces strewn over real water
    behind these: closed carpets take .45-.84 of the view, the densest part of 40 real photos without one .08 (a town
    of roofs from the air, once, .38).
    """

    likely: float = 0.25
    sure: float = 0.4
    stands_out: float = 3.0
    contrast: float = 9.0
    largest: float = 0.02
    leaf: float = 0.6
    red_left: float = 0.5
    whole_view: float = 0.6
    darker: float = 6.0
    coloured: float = 8.0
    crowded: float = 0.35
    closed: float = 0.5
    carpet: float = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Afloat:
    """``cover``: share 0-1 of the zone that is rubbish afloat; ``apart``: of it what stands out from the water around
    it, ``crowded``: of it what lies too close together for that. ``surface``: share of the zone that is water,
    rubbish on it included; ``wet``: of it what is seen to be; ``hidden``: share where pieces lie so close over so much
    of it that no water is seen for them: a carpet, if there is water below. ``plants``: share that is water plants.
    ``patches``: how many; ``boxes``: the largest. ``places``: share where the network is sure of pieces; coarse and too
    wide, but foam, glints and rings of rain, which stand out from the water as rubbish does, are hardly in it.
    ``varied``: share that is rubbish and darker than the water or of another colour; foam, glints and rings are only
    brighter. ``ashore``: share of what is no water of the zone where pieces are seen as well."""

    cover: float
    surface: float
    plants: float
    patches: int
    boxes: list[Box] = field(default_factory=list)
    places: float = 0.0
    varied: float = 0.0
    ashore: float = 0.0
    apart: float = 0.0
    crowded: float = 0.0
    hidden: float = 0.0
    wet: float = 0.0


NOTHING = Afloat(0.0, 0.0, 0.0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One picture with what is known of it. ``reference``: the same view, clean, in like light, where one is kept."""

    picture: Picture
    found: Waters
    detections: Detections
    reference: Picture | None = None


def afloat(scene: Scene, zone: Zone, rules: FloatingRules) -> Afloat:
    """What floats in the zone."""
    small = _sized(scene.picture)
    shape = small.shape[:2]
    area = zone_mask(zone, shape)
    if not area.any():
        return NOTHING
    water, likely = _enlarged(scene.found.water, shape), _enlarged(scene.found.pieces, shape)
    named = boxes_mask(scene.detections.of(NO_RUBBISH, SURE).xyxy, shape)
    wet = _surface(water > IS_WATER, area & ~named, rules)
    sure = likely > rules.sure
    hidden = adrift.carpet((adrift.dense(sure) > rules.closed) & area & ~named, rules.carpet * area.sum()) & ~wet
    # Without a zone a heap on a bank looks alike: only somebody who drew the river there knows what lies below.
    surface = wet if zone.name == WHOLE_PICTURE else wet | hidden
    share = float(surface.sum() / area.sum())
    if not surface.any():
        return Afloat(0.0, 0.0, 0.0, 0, hidden=float(hidden.sum() / area.sum()))
    if _is_below(small, surface, zone, rules):
        return NOTHING
    lab = _lab(small)
    out = (
        _standing_out(lab, surface, rules)
        if scene.reference is None
        else _changed(lab, scene.reference, surface, rules)
    )
    places = _grown(likely, rules) & surface
    patches, plants = _patches(out & places, lab, likely, (rules, float(area.sum())))
    crowd = adrift.crowd(sure, rules.crowded, _leafy(lab)) & surface
    rubbish = patches | crowd
    return Afloat(
        float(rubbish.sum() / area.sum()),
        share,
        float(plants.sum() / area.sum()),
        cv2.connectedComponents(patches.astype(np.uint8))[0] - 1,
        largest_parts(cv2.dilate(rubbish.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0, 5, 0.0004),
        float((sure & surface).sum() / area.sum()),
        float((rubbish & _varied(lab, rules)).sum() / area.sum()),
        float(sure[area & ~wet].mean()) if (area & ~wet).any() else 0.0,
        float(patches.sum() / area.sum()),
        float(crowd.sum() / area.sum()),
        float(hidden.sum() / area.sum()),
        float(wet.sum() / area.sum()),
    )


def _is_below(picture: Picture, surface: Mask, zone: Zone, rules: FloatingRules) -> bool:
    """Red is gone from all of the picture. A camera over whose river somebody drew a zone hangs above it, however blue
    the water."""
    blue, green, red = (float(np.median(picture[..., n][surface])) for n in range(3))
    gone = red < rules.red_left * max(green, blue)
    return zone.name == WHOLE_PICTURE and gone and surface.mean() >= rules.whole_view


def _enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    return np.asarray(cv2.resize(plane, shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _sized(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    size = (WIDTH_PX, max(8, round(WIDTH_PX * height / width)))
    method = cv2.INTER_AREA if width > WIDTH_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def _lab(picture: Picture) -> Plane:
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab), np.float32)


def _surface(water: Mask, area: Mask, rules: FloatingRules) -> Mask:
    """The water with what lies on it: gaps no wider than a few pieces are closed, if water is all around them."""
    reach = max(3, round(0.025 * water.shape[1])) | 1
    closed = cv2.morphologyEx(
        water.astype(np.uint8), cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    )
    gaps = (closed == 0).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(gaps)
    height, width = water.shape
    for n in range(1, count):
        x, y, w, h, size = stats[n]
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        if inside and size < rules.largest * area.sum():
            closed[labels == n] = 1
    return (closed > 0) & area


def _standing_out(lab: Plane, surface: Mask, rules: FloatingRules) -> Mask:
    """Pixels unlike the water around them: by more than that water's own ripples, row by row (far ones are finer)."""
    away = _length(_unlike(lab))
    unrest = _unrest(away, surface)
    return np.asarray(surface & (away > np.maximum(rules.contrast, rules.stands_out * unrest)), bool)


def _varied(lab: Plane, rules: FloatingRules) -> Mask:
    """Darker than what is around, or of another colour."""
    unlike = _unlike(lab)
    darker = unlike[..., 0] < -2 * rules.darker
    return np.asarray(darker | (np.hypot(unlike[..., 1], unlike[..., 2]) > rules.coloured), bool)


def _unlike(lab: Plane) -> Plane:
    """Away from the median of the neighbourhood, as ``_bytes`` gives it."""
    window = max(5, round(0.1 * lab.shape[1])) | 1
    parts = [cv2.medianBlur(np.clip(part, 0, 255).astype(np.uint8), window) for part in cv2.split(_bytes(lab))]
    return np.asarray(_bytes(lab) - np.dstack(parts).astype(np.float32), np.float32)


def _bytes(lab: Plane) -> Plane:
    """Lab in 0-255, the two colours around 128."""
    return lab * np.array([2.0, 1.0, 1.0], np.float32) + np.array([0.0, 128.0, 128.0], np.float32)


def _unrest(away: Plane, surface: Mask) -> Plane:
    """Median deviation of the surface in bands of rows, ``(h, 1)``."""
    height = len(away)
    whole = float(np.median(away[surface]))
    bands = np.full(height, whole, np.float32)
    step = max(8, height // 12)
    for top in range(0, height, step):
        rows = slice(max(0, top - step // 2), top + step + step // 2)
        inside = away[rows][surface[rows]]
        if len(inside) > 50:
            # Rubbish all over a band must not become its usual state.
            bands[top : top + step] = min(float(np.median(inside)), 2 * whole)
    return bands[:, None]


def _changed(lab: Plane, reference: Picture, surface: Mask, rules: FloatingRules) -> Mask:
    """Pixels unlike the clean reference, brightness and tint of the whole surface brought together first."""
    clean = _lab(np.asarray(cv2.resize(reference, lab.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8))
    shift = np.median(lab[surface] - clean[surface], axis=0)
    raw = _bytes(lab) - _bytes(clean + shift)
    # Ripples are never the same twice: what differs must differ softened too, and its edge is where it differs sharply.
    soft, sharp = _length(np.asarray(cv2.GaussianBlur(raw, (0, 0), 1.2), np.float32)), _length(raw)
    limit = np.maximum(rules.contrast, rules.stands_out * _unrest(soft, surface))
    return np.asarray(surface & (soft > limit) & (sharp > 1.5 * limit), bool)


def _length(difference: Plane) -> Plane:
    """Distance in Lab, the colours weighed double: waves change the brightness and seldom the colour."""
    return np.asarray(np.sqrt((np.square(difference) * COLOUR_WEIGHS).sum(axis=2)), np.float32)


def _grown(likely: Plane, rules: FloatingRules) -> Mask:
    """The network's places with a little around them: it finds a piece by its middle."""
    reach = max(3, round(0.012 * likely.shape[1])) | 1
    return cv2.dilate((likely > rules.likely).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0


def _patches(out: Mask, lab: Plane, likely: Plane, limits: tuple[FloatingRules, float]) -> tuple[Mask, Mask]:
    """Connected patches that are rubbish, and those that are plants."""
    rules, area = limits
    count, labels, stats, _ = cv2.connectedComponentsWithStats(out.astype(np.uint8))
    near = cv2.dilate(likely, np.ones((9, 9), np.uint8))
    leafy = _leafy(lab)
    rubbish, plants = np.zeros_like(out), np.zeros_like(out)
    for n in range(1, count):
        x, y, w, h, size = (int(value) for value in stats[n])
        box = (slice(y, y + h), slice(x, x + w))
        part = labels[box] == n
        if size < 3 or near[box][part].max() < rules.sure or _is_glint(w, h, size):
            continue
        if float(leafy[box][part].mean()) > rules.leaf:
            plants[box] |= part
        elif size <= rules.largest * area or float((likely[box][part] > rules.sure).mean()) > 0.5:
            rubbish[box] |= part
    return rubbish, plants


def _leafy(lab: Plane) -> Mask:
    """The colours of plants, living and fallen: greens, and yellows to browns that are not grey."""
    a, b = lab[..., 1], lab[..., 2]
    return np.asarray(((a < -6) & (b > 8)) | ((b > 22) & (a < 30) & (b > 0.8 * a)), bool)


def _is_glint(width: int, height: int, size: int) -> bool:
    """A thin level streak: light on a ripple."""
    return height <= 2 and width >= 6 * height and size < 40
