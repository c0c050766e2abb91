"""Draws a mesh: culls, shades, orders and fills its faces."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import NEAR_M, Array, Camera, clip_half_space
from .mesh import Mesh
from .street import Light

Picture = NDArray[np.uint8]
BITS = 4  # sub-pixel bits of OpenCV's polygon filler
GLOW_PX = 80.0


def fixed(points: Array) -> NDArray[np.int32]:
    """Pixels as OpenCV's fixed-point numbers; its pixel centres are whole numbers, ours are halves."""
    return np.round((np.clip(points, -4000, 4000) - 0.5) * (1 << BITS)).astype(np.int32)


@dataclass
class Drawn:
    """What one mesh left on the picture: outline polygons in pixels, and where its lamps shine."""

    outlines: list[Array]
    lamps: list[tuple[str, Array]]  # "head" or "tail", pixel of the centre and its radius (u, v, r)


@dataclass
class _View:
    """One mesh as the camera has it: per face whether it is turned to us and its colour, per vertex its place."""

    front: list[bool]
    flat: Array  # pixels, or camera axes where a vertex lies behind the lens
    pixels: NDArray[np.int32]
    seen: Array
    colours: list[list[float]]
    far: bool


class MeshPainter:
    """Draws meshes for one camera and light."""

    def __init__(self, camera: Camera, light: Light) -> None:
        self.camera, self.light = camera, light

    def draw(self, picture: Picture | None, mesh: Mesh, spot: tuple[float, float], heading: float) -> Drawn:
        """Draw at a ground point (metres), heading in radians counter-clockwise from +y; no picture: outlines only."""
        cos, sin = np.cos(heading), np.sin(heading)
        turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
        place = np.array([spot[0], spot[1], 0.0])
        seen = self.camera.to_camera(mesh.vertices @ turn.T + place)
        eye = (self.camera.position - place) @ turn
        front = np.einsum("ij,ij->i", mesh.normals, eye - mesh.centres) > 0
        far = seen[:, 2].min() > NEAR_M
        flat = self.camera.to_picture(seen) if far else seen
        if self._out_of_sight(seen, flat, far):
            return Drawn([], [])
        colours = self._colours(mesh, turn, spot).tolist() if picture is not None else []
        view = _View(front.tolist(), flat, fixed(flat) if far else np.zeros((0, 2), np.int32), seen, colours, far)
        distance = np.linalg.norm(mesh.part_centre - eye, axis=1)
        result = Drawn([], [])
        for part in np.lexsort((-distance, mesh.part_level)):
            self._part(picture, mesh, int(part), view, result)
        return result

    def _out_of_sight(self, seen: Array, flat: Array, far: bool) -> bool:
        """Behind the lens, or so far beside the picture that not even the glow of a lamp reaches it."""
        if not far:
            return bool(seen[:, 2].max() <= NEAR_M)
        (left, top), (right, bottom) = flat.min(axis=0), flat.max(axis=0)
        camera = self.camera
        return bool(
            right < -GLOW_PX or left > camera.width + GLOW_PX or bottom < -GLOW_PX or top > camera.rows + GLOW_PX
        )

    def _part(self, picture: Picture | None, mesh: Mesh, part: int, view: _View, out: Drawn) -> None:
        for n in mesh.part_faces[part]:
            if not view.front[n]:
                continue
            face = mesh.faces[n]
            span = slice(face.first, face.first + face.count)
            points = view.flat[span]
            if not view.far:
                points = clip_half_space(points, np.array([0, 0, 1.0]), NEAR_M)
                if len(points) < 3:
                    continue
                points = self.camera.to_picture(points)
            out.outlines.append(points)
            if picture is not None:
                pixels = view.pixels[span] if view.far else fixed(points)
                cv2.fillConvexPoly(picture, pixels, view.colours[n], cv2.LINE_AA, BITS)
            if face.glow in ("head", "tail"):
                centre = points.mean(axis=0)
                out.lamps.append((face.glow, np.array([*centre, np.ptp(points[:, 0]) / 2 + 1.0])))
        for ball in mesh.balls:
            if ball.part != part or view.seen[ball.vertex, 2] <= NEAR_M:
                continue
            centre = self.camera.to_picture(view.seen[ball.vertex : ball.vertex + 1])[0]
            radius = ball.radius * self.camera.focal_px / view.seen[ball.vertex, 2]
            angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
            ring = centre + radius * np.stack([np.cos(angles), np.sin(angles)], -1)
            out.outlines.append(ring)
            if picture is not None:
                shade = self._ball_shade(view.seen[ball.vertex])
                colour = np.array(ball.colour) * shade
                cv2.fillConvexPoly(picture, fixed(ring), colour.tolist(), cv2.LINE_AA, BITS)
                shine = fixed(centre + (ring - centre) * 0.5 - radius * 0.25)
                cv2.fillConvexPoly(picture, shine, np.minimum(colour * 1.25, 255).tolist(), cv2.LINE_AA, BITS)

    def _ball_shade(self, _: Array) -> float:
        light = self.light
        return min(1.0, light.ambient + 0.5 * light.sun) if not light.night else 0.45

    def _colours(self, mesh: Mesh, turn: Array, spot: tuple[float, float]) -> Array:
        light = self.light
        normals = mesh.normals @ turn.T
        paint, gloss = mesh.paints
        up = np.clip(normals[:, 2:3], 0, 1)
        if light.night:
            here = float(light.lamp_light(np.array(spot[0]), np.array(spot[1])))
            strength = light.ambient * (0.7 + 0.3 * up) + here * (0.42 + 0.45 * up)
            sky = np.array([60.0, 80, 95]) * min(here, 1.0)
        else:
            facing = np.clip(normals @ light.sun_vector, 0, None)[:, None]
            strength = light.ambient * (0.72 + 0.28 * up) + light.sun * facing
            sky = np.array([225.0, 215, 205]) * min(1.0, light.ambient + light.sun * 0.4)
        colour = paint * strength * np.array(light.tint)
        colour = colour + (sky - colour) * gloss * (0.12 + 0.5 * up)
        for n, face in enumerate(mesh.faces if light.night else ()):
            if face.glow:
                colour[n] = {"head": (235, 250, 255), "tail": (60, 50, 255), "window": (110, 190, 235)}[face.glow]
        fog = 1 - np.exp(np.log(max(1e-3, 1 - light.haze)) * float(np.hypot(*spot)) / 100)
        air = np.array([34.0, 30, 30]) if light.night else np.array([218.0, 212, 206]) * min(1.0, light.exposure)
        return np.clip(colour + (air - colour) * fog, 0, 255)
