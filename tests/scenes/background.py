"""The part of the picture that never moves: sky, ground with its paint, houses, trees, lamp posts.

It is drawn once at twice the size and shrunk, so that far lane marks do not flicker.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import Array, Camera
from .mesh import Colour, Mesh, MeshBuilder
from .paint import MeshPainter
from .street import LANE_M, Light, Street

Picture = NDArray[np.uint8]
SCALE = 14  # ground texture, pixels per metre
X_RANGE = (-34.0, 40.0)
Y_RANGE = (-2.0, 130.0)


def _noise(rng: np.random.Generator, shape: tuple[int, int], cell: int) -> NDArray[np.float32]:
    small = rng.standard_normal((shape[0] // cell + 2, shape[1] // cell + 2), np.float32)
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


class _Ground:
    """Top-down texture; every call takes metres."""

    def __init__(self, street: Street, rng: np.random.Generator) -> None:
        self.street, self.rng = street, rng
        rows = int((Y_RANGE[1] - Y_RANGE[0]) * SCALE)
        columns = int((X_RANGE[1] - X_RANGE[0]) * SCALE)
        self.picture = np.full((rows, columns, 3), (88, 92, 98), np.float32)

    def rectangle(self, x: tuple[float, float], y: tuple[float, float], colour: Colour, alpha: float = 1.0) -> None:
        columns = [round((v - X_RANGE[0]) * SCALE) for v in x]
        rows = [round((v - Y_RANGE[0]) * SCALE) for v in y]
        part = self.picture[max(rows[0], 0) : max(rows[1], 0), max(columns[0], 0) : max(columns[1], 0)]
        part += (np.array(colour, np.float32) - part) * alpha

    def line(self, points: list[tuple[float, float]], colour: Colour, width_m: float) -> None:
        flat = np.array([[(x - X_RANGE[0]) * SCALE, (y - Y_RANGE[0]) * SCALE] for x, y in points])
        cv2.polylines(
            self.picture, [np.round(flat).astype(np.int32)], False, colour, max(1, round(width_m * SCALE)), cv2.LINE_AA
        )

    def paint(self) -> NDArray[np.float32]:
        street, rng = self.street, self.rng
        verge: Colour = ((62, 96, 78), (120, 124, 128), (96, 108, 118))[rng.integers(3)]
        self.picture[:] = verge
        grey = rng.uniform(84, 118)
        self.rectangle(street.span(0.0, street.road_end), Y_RANGE, (grey * 1.02, grey, grey * 0.98))
        self._asphalt(grey)
        self._pavements()
        self._marks()
        shape = self.picture.shape[:2]
        mottle = _noise(rng, shape, 90) * 4 + _noise(rng, shape, 22) * 3 + 4 * rng.standard_normal(shape, np.float32)
        return np.clip(self.picture + mottle[..., None], 0, 255)

    def _asphalt(self, grey: float) -> None:
        street, rng = self.street, self.rng
        for lane in (*street.near_lanes, *street.far_lanes):
            if lane.busway and street.red_busway:
                self.rectangle((lane.x0, lane.x1), Y_RANGE, (62, 66, 122), 0.8)
            for x in (lane.middle - 0.85, lane.middle + 0.85):
                self.rectangle((x - 0.3, x + 0.3), Y_RANGE, (grey * 0.72,) * 3, 0.28)
            self.rectangle((lane.middle - 0.25, lane.middle + 0.25), Y_RANGE, (40, 40, 44), 0.18)
        for _ in range(int(rng.integers(2, 8))):
            x, y = rng.uniform(*sorted(street.span(0.5, street.road_end))), rng.uniform(2, 90)
            tone = grey * rng.uniform(0.7, 1.12)
            self.rectangle((x, x + rng.uniform(0.8, 3)), (y, y + rng.uniform(1, 9)), (tone,) * 3, 0.7)
        for _ in range(int(rng.integers(2, 6))):
            x, y = rng.uniform(*sorted(street.span(1, street.road_end))), rng.uniform(0, 70)
            steps = rng.normal(0, 0.35, 12).cumsum()
            self.line([(x + s, y + k * 0.9) for k, s in enumerate(steps)], (grey * 0.6,) * 3, 0.05)

    def _pavements(self) -> None:
        street = self.street
        tone = self.rng.uniform(-16, 16)
        tile: Colour = (128 + tone, 138 + tone, 152 + tone)
        far = street.span(street.road_end, street.road_end + 2.6)
        for x0, x1 in (street.pavement_x, far):
            self.rectangle((x0, x1), Y_RANGE, tile)
            for y in np.arange(Y_RANGE[0], 70, 0.6):
                self.rectangle((x0, x1), (y, y + 0.06), _shade(tile, 0.82))
            for x in np.arange(x0, x1, 0.6):
                self.rectangle((x, x + 0.06), Y_RANGE, _shade(tile, 0.82))
        guide = street.span(-1.9, -1.5)
        self.rectangle(guide, Y_RANGE, (60, 170, 205), 0.75)
        for edge in (street.span(-0.28, 0.0), street.span(street.road_end, street.road_end + 0.28)):
            for k, y in enumerate(np.arange(Y_RANGE[0], Y_RANGE[1], 1.5)):
                self.rectangle(edge, (y, y + 1.5), (205, 208, 210) if k % 2 else (45, 45, 48))

    def _marks(self) -> None:
        street, white = self.street, (212.0, 214.0, 216.0)
        if street.strip:
            self.rectangle(street.span(street.edge - 0.08, street.edge + 0.06), Y_RANGE, white, 0.85)
            if street.stopping_signs:
                a, b = street.span(0.35, street.edge - 0.35)
                zigzag = [((a, b)[k % 2], y) for k, y in enumerate(np.arange(0.0, 60.0, 2.0))]
                self.line(zigzag, (40.0, 190.0, 225.0), 0.14)
        for base, count in ((street.edge, street.lanes), (street.near_end + 1.9, street.opposite)):
            for k in range(1, count):
                for y in np.arange(0.0, 120.0, 8.0):
                    self.rectangle(
                        street.span(base + k * LANE_M - 0.07, base + k * LANE_M + 0.07), (y, y + 3), white, 0.85
                    )
        if street.busway:
            start = street.edge + street.lanes * LANE_M
            for y in np.arange(0.0, 120.0, 2.4):
                self.rectangle(street.span(start + 0.1, start + 0.42), (y, y + 1.7), (70.0, 200.0, 230.0))
        if street.opposite:
            x0, x1 = street.median_x
            self.rectangle((x0, x1), Y_RANGE, (150, 152, 155))
            self.rectangle((x0 + 0.25, x1 - 0.25), Y_RANGE, (58, 100, 78))
            for _ in range(260):
                x, y = self.rng.uniform(x0 + 0.3, x1 - 0.3), self.rng.uniform(0, 100)
                green = self.rng.uniform(0.7, 1.3)
                self.rectangle((x - 0.15, x + 0.15), (y, y + 0.5), (45 * green, 105 * green, 70 * green), 0.8)
        if street.zebra_y is not None:
            y = street.zebra_y
            for x in np.arange(0.6, street.near_end - 0.5, 1.0):
                self.rectangle(street.span(x, x + 0.5), (y, y + 3.2), white, 0.9)
            self.rectangle(street.span(0.4, street.near_end - 0.3), (y - 1.6, y - 1.25), white, 0.9)


def _shade(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _house(rng: np.random.Generator, depth: float, width: float, night: bool) -> Mesh:
    b = MeshBuilder()
    tone = rng.uniform(0.55, 1.0)
    wall: Colour = tuple(
        np.array(((190, 205, 215), (160, 185, 205), (205, 205, 205), (150, 160, 190))[rng.integers(4)]) * tone
    )  # type: ignore[assignment]
    height = rng.uniform(3.5, 8) if rng.random() < 0.6 else rng.uniform(9, 26)
    sides = b.box((-depth / 2, depth / 2, 0, height), (width, width), wall, tints={"top": _shade(wall, 0.8)})
    floors, bays = max(1, int(height / 3.2)), max(2, int(depth / 3))
    for name in ("left", "right", "rear"):
        for floor in range(floors):
            for bay in range(bays):
                lit = night and rng.random() < 0.3
                glass: Colour = (110, 190, 235) if lit else _shade((95, 85, 75), rng.uniform(0.6, 1.2))
                area = ((bay + 0.18) / bays, (bay + 0.82) / bays, (floor + 0.25) / floors, (floor + 0.8) / floors)
                b.decal(sides[name], area, glass, 0.2, "window" if lit else "")
    if rng.random() < 0.7:
        sign: Colour = ((40, 40, 190), (170, 90, 30), (50, 150, 60), (50, 190, 230))[rng.integers(4)]
        b.decal(sides["left"], (0.1, 0.9, 2.6 / height, 3.3 / height), sign)
        b.decal(sides["right"], (0.1, 0.9, 2.6 / height, 3.3 / height), sign)
    return b.build()


def _tree(picture: Picture, camera: Camera, spot: tuple[float, float], rng: np.random.Generator, gain: float) -> None:
    tall = rng.uniform(4, 8)
    base, top = np.array([*spot, 0.0]), np.array([*spot, tall])
    seen = camera.to_camera(np.stack([base, top]))
    if seen[:, 2].min() < 3:
        return
    flat = camera.to_picture(seen)
    scale = camera.focal_px / seen[1, 2]
    trunk = np.round(flat).astype(int)
    cv2.line(
        picture, trunk[0].tolist(), trunk[1].tolist(), _shade((50, 65, 80), gain), max(1, int(0.3 * scale)), cv2.LINE_AA
    )
    green = np.array([45, 95, 70]) * rng.uniform(0.7, 1.15)
    for _ in range(46):
        offset = rng.normal(0, 1, 2) * (tall * 0.22, tall * 0.16)
        lift = np.clip(1 - offset[1] / tall, 0.6, 1.3)
        centre = np.round(flat[1] + offset * scale).astype(int)
        radius = max(1, int(scale * rng.uniform(0.25, 0.7)))
        cv2.circle(
            picture, centre.tolist(), radius, (green * lift * gain * rng.uniform(0.75, 1.2)).tolist(), -1, cv2.LINE_AA
        )


def _sky(camera: Camera, light: Light, rng: np.random.Generator) -> Picture:
    rows = np.linspace(0, 1, camera.rows)[:, None, None]
    if light.night:
        top, low = np.array([26.0, 18, 14]), np.array([48.0, 42, 44])
    else:
        top, low = np.array([225.0, 190, 150]), np.array([232.0, 226, 218])
        top = top + (np.array([215.0, 212, 208]) - top) * (1 - min(light.sun, 1.0))
    sky = np.broadcast_to(top + (low - top) * rows, (camera.rows, camera.width, 3)).copy()
    if not light.night:
        clouds = np.clip(_noise(rng, (camera.rows, camera.width), 90), 0, 1)[..., None]
        sky += (240 - sky) * clouds * 0.6
    return np.clip(sky, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def draw_background(street: Street, camera: Camera, light: Light) -> Picture:
    """The empty street as (rows, width, 3) BGR, without lens and sensor effects."""
    rng = np.random.default_rng([street.seed, 77])
    big = Camera(
        camera.x, camera.height, camera.yaw_deg, camera.tilt_deg, camera.focal_px * 2, camera.width * 2, camera.rows * 2
    )
    picture = _sky(big, light, rng)
    texture = _Ground(street, rng).paint()
    _lay_ground(picture, texture, big, light)
    _houses(picture, street, big, light, rng)
    _furniture(picture, street, big, light, rng)
    return cv2.resize(picture, (camera.width, camera.rows), interpolation=cv2.INTER_AREA)


def _lay_ground(picture: Picture, texture: NDArray[np.float32], camera: Camera, light: Light) -> None:
    to_texture = np.array([[SCALE, 0, -X_RANGE[0] * SCALE], [0, SCALE, -Y_RANGE[0] * SCALE], [0, 0, 1.0]])
    back = to_texture @ np.linalg.inv(camera.ground_matrix())
    size = (camera.width, camera.rows)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(texture, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    x, y, below = _ground_points(camera)
    if light.night:
        coarse = light.ambient + 0.85 * light.lamp_light(x[::4, ::4], y[::4, ::4])
        gain = cv2.resize(coarse.astype(np.float32), size)[..., None] * np.array(light.tint, np.float32)
    else:
        gain = np.array(light.tint, np.float32) * (light.ambient + light.sun * float(light.sun_vector[2]))
    fog = cv2.resize(haze_share(light, np.hypot(x, y)[::2, ::2]).astype(np.float32), size)[..., None]
    laid = laid * gain
    laid += (haze_colour(light).astype(np.float32) - laid) * fog
    picture[below] = np.clip(laid, 0, 255).astype(np.uint8)[below]


def _ground_points(camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Ground x and y in metres under every pixel, and which pixels look at the ground at all."""
    to_world = (np.linalg.inv(camera.intrinsics).T @ camera.axes).astype(np.float32)
    u = np.arange(camera.width, dtype=np.float32)[None] + 0.5
    v = np.arange(camera.rows, dtype=np.float32)[:, None] + 0.5
    ray = [u * to_world[0, k] + v * to_world[1, k] + to_world[2, k] for k in range(3)]
    below = ray[2] < -1e-3
    reach = np.where(below, -camera.height / np.where(below, ray[2], -1.0), 1e5)
    return camera.x + ray[0] * reach, ray[1] * reach, below


def haze_share(light: Light, distance: Array) -> Array:
    """How much of the haze's colour covers what stands at this distance in metres."""
    return 1 - np.exp(np.log(max(1e-3, 1 - light.haze)) * np.minimum(distance, 400) / 100)


def haze_colour(light: Light) -> Array:
    """Colour of the air."""
    return np.array([34.0, 30, 30]) if light.night else np.array([218.0, 212, 206]) * min(1.0, light.exposure)


def _houses(picture: Picture, street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    painter = MeshPainter(camera, light)
    rows = (
        street.span(-street.pavement - 9.5, -street.pavement - 1.5),
        street.span(street.road_end + 4, street.road_end + 13),
    )
    placed: list[tuple[float, float, Mesh]] = []
    for x0, x1 in rows:
        y = rng.uniform(2, 14)
        while y < 150:
            depth = rng.uniform(7, 18)
            if rng.random() < 0.8:
                placed.append(((x0 + x1) / 2, y + depth / 2, _house(rng, depth, x1 - x0, light.night)))
            y += depth + rng.uniform(0.5, 5)
    for x, y, mesh in sorted(placed, key=lambda item: -item[1]):
        painter.draw(picture, mesh, (x, y), 0.0)


def _furniture(picture: Picture, street: Street, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    gain = 0.3 if light.night else 0.7 + 0.4 * light.sun
    sides = (
        street.span(-street.pavement - 1.2, -street.pavement - 0.4),
        street.span(street.road_end + 2.8, street.road_end + 3.6),
    )
    spots = [
        (float(rng.uniform(*span)), float(y))
        for span in sides
        for y in np.arange(rng.uniform(8, 16), 110, rng.uniform(7, 14))
    ]
    for spot in sorted(spots, key=lambda item: -item[1]):
        if rng.random() < 0.65:
            _tree(picture, camera, spot, rng, gain)
    for lamp_x, lamp_y in light.lamps or ():
        _lamp_post(picture, camera, (lamp_x, lamp_y), light)


def _lamp_post(picture: Picture, camera: Camera, spot: tuple[float, float], light: Light) -> None:
    head = camera.to_camera(np.array([[spot[0], spot[1], 8.5]]))
    if head[0, 2] < 4 or not light.night:
        return
    centre = np.round(camera.to_picture(head)[0]).astype(int).tolist()
    radius = max(2, int(0.28 * camera.focal_px / head[0, 2]))
    cv2.circle(picture, centre, radius, (190, 235, 250), -1, cv2.LINE_AA)
