"""The actors' shapes: car, motorcycle with rider, bus, truck, angkot, person.

Every maker takes a random generator and returns a mesh in metres; the same generator state gives the same mesh.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .mesh import Colour, Mesh, MeshBuilder

GLASS: Colour = (70, 60, 52)
TYRE: Colour = (28, 28, 30)
HUB: Colour = (150, 150, 150)
HEAD: Colour = (225, 240, 245)
TAIL: Colour = (40, 30, 190)
SKINS: tuple[Colour, ...] = ((110, 150, 200), (85, 120, 170), (65, 95, 140))
CAR_PAINTS: tuple[Colour, ...] = (
    (235, 235, 232), (40, 38, 36), (150, 148, 145), (95, 92, 90), (40, 35, 130), (105, 60, 30), (185, 190, 195),
    (60, 75, 95), (215, 220, 225), (45, 80, 45),
)  # fmt: skip
ANGKOT_PAINTS: tuple[Colour, ...] = ((205, 135, 45), (200, 150, 60), (35, 35, 200), (60, 160, 60), (70, 190, 90))
BUS_LIVERIES: tuple[tuple[Colour, Colour], ...] = (
    ((215, 150, 60), (240, 240, 240)),
    ((240, 240, 240), (190, 110, 30)),
    ((40, 60, 215), (60, 200, 240)),
    ((45, 120, 235), (240, 240, 240)),
)
TRUCK_PAINTS: tuple[Colour, ...] = ((60, 190, 235), (60, 140, 60), (180, 120, 60), (45, 45, 190), (225, 225, 225))
CARGO: tuple[Colour, ...] = ((190, 195, 200), (90, 120, 60), (70, 100, 140), (150, 90, 50), (215, 215, 210))


def _pick(rng: np.random.Generator, choices: tuple) -> Colour:  # type: ignore[type-arg]
    """One of the colours, slightly off so that no two are alike."""
    colour = np.array(choices[rng.integers(len(choices))], dtype=float) + rng.normal(0, 7, 3)
    return tuple(np.clip(colour, 8, 250))  # type: ignore[return-value]


def _dark(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _wheels(b: MeshBuilder, half: float, axles: tuple[float, ...], radius: float) -> None:
    for x in (-half, half):
        for y in axles:
            b.disc(x * 1.004, (y, radius), radius, TYRE)
            b.disc(x * 1.006, (y, radius), radius * 0.55, HUB)


def _ends(b: MeshBuilder, sides: dict, lamp: tuple[float, float, float], plate: Colour) -> None:  # type: ignore[type-arg]
    """Head and tail lamps, bumpers and plates; lamp is width, bottom, top as fractions of the end."""
    width, low, high = lamp
    for end, colour, glow in (("front", HEAD, "head"), ("rear", TAIL, "tail")):
        b.decal(sides[end], (0.0, 1.0, 0.0, low * 0.55), (45, 45, 48))
        b.decal(sides[end], (0.04, 0.04 + width, low, high), colour, 0.2, glow)
        b.decal(sides[end], (0.96 - width, 0.96, low, high), colour, 0.2, glow)
        b.decal(sides[end], (0.36, 0.64, low * 0.6, low * 1.3), plate)


def car(rng: np.random.Generator) -> Mesh:
    """Sedan, hatchback or the tall family car that most of Jakarta drives: 3.7-4.6 m long."""
    b, paint = MeshBuilder(), _pick(rng, CAR_PAINTS)
    tall = rng.random() < 0.55
    length, width = rng.uniform(3.7, 4.6), rng.uniform(1.64, 1.84)
    belt, roof = (0.98, rng.uniform(1.62, 1.78)) if tall else (0.86, rng.uniform(1.40, 1.5))
    half, side = length / 2, width / 2
    body = b.box((-half, half, 0.22, belt), (width, width * 0.96), paint, taper=(0.06, 0.16), gloss=0.25)
    for name in ("left", "right"):
        b.decal(body[name], (0.0, 1.0, 0.0, 0.16), _dark(paint, 0.45))
        b.decal(body[name], (0.48, 0.492, 0.2, 0.95), _dark(paint, 0.6))
    _wheels(b, side, (-half + 0.82, half - 0.86), 0.32)
    _ends(b, body, (0.2, 0.5, 0.78), (235, 235, 235) if rng.random() < 0.6 else (30, 30, 30))
    b.decal(body["front"], (0.28, 0.72, 0.52, 0.72), (40, 40, 42))
    back = -half + (0.12 if tall or rng.random() < 0.4 else 0.75)
    top = b.box(
        (back, half - 0.95, belt, roof), (width * 0.93, width * 0.76), paint,
        taper=(0.28, 0.72 if not tall else 0.62), level=1, gloss=0.35,
    )  # fmt: skip
    for name in ("left", "right"):
        b.decal(top[name], (0.07, 0.49, 0.12, 0.86), GLASS, 0.5)
        b.decal(top[name], (0.53, 0.94, 0.12, 0.86), GLASS, 0.5)
    b.decal(top["front"], (0.05, 0.95, 0.06, 0.92), GLASS, 0.7)
    b.decal(top["rear"], (0.08, 0.92, 0.15, 0.9), GLASS, 0.5)
    return b.build()


def angkot(rng: np.random.Generator) -> Mesh:
    """The city's minibus: one boxy volume, loud single colour, stripe, open door on the left, route sign."""
    b, paint = MeshBuilder(), _pick(rng, ANGKOT_PAINTS)
    stripe: Colour = (60, 210, 240) if rng.random() < 0.5 else (240, 240, 240)
    width, half = 1.56, 1.95
    body = b.box((-half, half, 0.28, 1.06), (width, width), paint, taper=(0.0, 0.05), gloss=0.15)
    for name in ("left", "right"):
        b.decal(body[name], (0.0, 1.0, 0.45, 0.68), stripe)
        b.decal(body[name], (0.0, 1.0, 0.0, 0.12), _dark(paint, 0.4))
    b.decal(body["left"], (0.44, 0.68, 0.05, 1.0), (26, 26, 30))
    _wheels(b, width / 2, (-half + 0.75, half - 0.6), 0.29)
    _ends(b, body, (0.17, 0.45, 0.8), (30, 200, 235))
    b.decal(body["front"], (0.0, 1.0, 0.84, 0.98), stripe)
    top = b.box((-half, half - 0.06, 1.06, 1.86), (width, width * 0.86), paint, taper=(0.08, 0.62), level=1, gloss=0.2)
    for name in ("left", "right"):
        for u0 in (0.05, 0.36, 0.68):
            b.decal(top[name], (u0, u0 + 0.26, 0.14, 0.78), GLASS, 0.4)
    b.decal(top["left"], (0.44, 0.68, 0.0, 0.8), (22, 22, 26))
    b.decal(top["front"], (0.06, 0.94, 0.1, 0.85), GLASS, 0.6)
    b.decal(top["rear"], (0.1, 0.9, 0.2, 0.82), GLASS, 0.4)
    b.decal(top["rear"], (0.2, 0.8, 0.84, 0.98), stripe)
    sign = b.box((half - 0.95, half - 0.82, 1.86, 2.08), (0.7, 0.7), (235, 235, 235), level=2)
    b.decal(sign["front"], (0.3, 0.7, 0.2, 0.8), (30, 30, 160))
    return b.build()


def bus(rng: np.random.Generator) -> Mesh:
    """City bus of 11-12 m with a window band, doors, roof unit and a two-colour livery."""
    b = MeshBuilder()
    main, second = BUS_LIVERIES[rng.integers(len(BUS_LIVERIES))]
    length, width, roof = rng.uniform(10.6, 12.2), 2.5, rng.uniform(2.95, 3.2)
    half = length / 2
    body = b.box((-half, half, 0.32, roof), (width, width * 0.97), main, taper=(0.05, 0.12), gloss=0.15)
    for name in ("left", "right"):
        b.decal(body[name], (0.0, 1.0, 0.0, 0.2), second)
        b.decal(body[name], (0.0, 1.0, 0.24, 0.29), _dark(second, 0.7))
        b.decal(body[name], (0.02, 0.98, 0.44, 0.86), (48, 44, 40), 0.3)
        for k in range(6):
            b.decal(body[name], (0.03 + k * 0.16, 0.165 + k * 0.16, 0.47, 0.83), GLASS, 0.6)
        for u in (0.2, 0.62):
            b.decal(body[name], (u, u + 0.1, 0.06, 0.84), (85, 80, 76), 0.4)
    _wheels(b, width / 2, (-half + 2.6, half - 2.4), 0.48)
    _ends(b, body, (0.13, 0.12, 0.2), (30, 200, 235))
    b.decal(body["front"], (0.05, 0.95, 0.32, 0.8), GLASS, 0.7)
    b.decal(body["front"], (0.15, 0.85, 0.84, 0.95), (20, 22, 26))
    b.decal(body["front"], (0.3, 0.7, 0.87, 0.93), (40, 170, 250))
    b.decal(body["rear"], (0.1, 0.9, 0.52, 0.84), GLASS, 0.4)
    b.decal(body["rear"], (0.12, 0.88, 0.2, 0.42), _dark(second, 0.55))
    b.box((-half + 2.0, half - 3.2, roof, roof + 0.24), (1.6, 1.4), (205, 205, 205), taper=(0.2, 0.2), level=1)
    return b.build()


def truck(rng: np.random.Generator) -> Mesh:
    """Cab-over truck of 5.5-8 m: a painted cab and a cargo box or an open bed with a load."""
    b, paint, cargo = MeshBuilder(), _pick(rng, TRUCK_PAINTS), _pick(rng, CARGO)
    length, width = rng.uniform(5.5, 8.0), rng.uniform(1.9, 2.4)
    half, front = length / 2, length / 2 - 1.6
    boxed = rng.random() < 0.6
    height = rng.uniform(2.5, 3.2) if boxed else rng.uniform(1.5, 1.9)
    chassis = b.box((-half + 0.1, front, 0.5, 0.85), (width * 0.8, width * 0.8), (50, 50, 55))
    _wheels(b, width * 0.46, (-half + 1.2, front + 0.7), 0.42)
    b.decal(chassis["rear"], (0.02, 0.18, 0.3, 0.9), TAIL, 0.2, "tail")
    b.decal(chassis["rear"], (0.82, 0.98, 0.3, 0.9), TAIL, 0.2, "tail")
    box = b.box((-half, front - 0.12, 0.85, height), (width, width), cargo, level=1)
    for name in ("left", "right"):
        for k in range(1, 6):
            b.decal(box[name], (k / 6 - 0.008, k / 6 + 0.008, 0.02, 0.98), _dark(cargo, 0.72))
    b.decal(box["rear"], (0.485, 0.515, 0.02, 0.98), _dark(cargo, 0.55))
    b.decal(box["rear"], (0.0, 1.0, 0.0, 0.1), (40, 40, 170))
    if not boxed:
        b.decal(box["top"], (0.05, 0.95, 0.02, 0.98), _dark(_pick(rng, CARGO), 0.6))
    cab = b.box((front, half, 0.4, 1.25), (width * 0.94, width * 0.94), paint, level=1, gloss=0.2)
    _ends(b, cab, (0.16, 0.3, 0.55), (30, 200, 235))
    high = b.box((front, half, 1.25, 2.15), (width * 0.94, width * 0.84), paint, taper=(0.0, 0.3), level=2, gloss=0.2)
    b.decal(high["front"], (0.06, 0.94, 0.1, 0.85), GLASS, 0.6)
    for name in ("left", "right"):
        b.decal(high[name], (0.2, 0.85, 0.1, 0.75), GLASS, 0.5)
    return b.build()


def motorcycle(rng: np.random.Generator) -> Mesh:
    """Scooter with a helmeted rider, some with a passenger or a ride-hailing jacket."""
    b, paint = MeshBuilder(), _pick(rng, ((40, 40, 45), (40, 40, 180), (190, 120, 40), (225, 225, 225), (60, 60, 60)))
    jacket = _pick(rng, ((50, 150, 40), (45, 45, 45), (120, 60, 40), (60, 60, 150), (120, 120, 120), (50, 140, 30)))
    skin = SKINS[rng.integers(3)]
    for y in (-0.62, 0.64):
        b.box((y - 0.27, y + 0.27, 0.0, 0.56), (0.13, 0.11), TYRE, taper=(0.1, 0.1))
    body = b.box((-0.85, 0.3, 0.34, 0.8), (0.34, 0.3), paint, taper=(0.0, 0.35), level=1, gloss=0.2)
    b.decal(body["rear"], (0.2, 0.8, 0.5, 0.85), TAIL, 0.2, "tail")
    b.decal(body["rear"], (0.25, 0.75, 0.1, 0.4), (225, 225, 225))
    nose = b.box((0.32, 0.72, 0.45, 1.02), (0.44, 0.3), paint, taper=(0.1, 0.18), level=1, gloss=0.2)
    b.decal(nose["front"], (0.25, 0.75, 0.45, 0.8), HEAD, 0.2, "head")
    b.box((0.34, 0.46, 1.0, 1.08), (0.72, 0.72), (40, 40, 42), level=2)
    trousers = _pick(rng, ((60, 50, 40), (40, 40, 40), (90, 70, 50)))
    for x in (-0.23, 0.23):
        b.box((-0.2, 0.32, 0.42, 0.86), (0.17, 0.15), trousers, x=x, level=2)
    seats = [(-0.2, jacket)] if rng.random() < 0.75 else [(-0.62, _pick(rng, CAR_PAINTS)), (-0.1, jacket)]
    for rank, (y, cloth) in enumerate(seats):
        b.box((y - 0.17, y + 0.15, 0.78, 1.4), (0.4, 0.5), cloth, taper=(-0.08, 0.02), level=3 + rank * 3)
        for x in (-0.29, 0.29):
            b.box((y, y + 0.55, 0.98, 1.18), (0.12, 0.1), cloth, x=x, taper=(0.0, 0.05), level=4 + rank * 3)
        b.ball((0.0, y + 0.08, 1.54), 0.17, _pick(rng, (*CAR_PAINTS, skin)), level=5 + rank * 3)
    return b.build()


def person(rng: np.random.Generator, stride: float | None = None) -> Mesh:
    """A pedestrian, 1.5-1.8 m; stride (-1 to 1) swings legs and arms."""
    b, tall = MeshBuilder(), rng.uniform(0.9, 1.06)
    swing = 0.2 * (rng.uniform(-1, 1) if stride is None else stride)
    shirt, skin = _pick(rng, (*CAR_PAINTS, *ANGKOT_PAINTS)), SKINS[rng.integers(3)]
    trousers = _pick(rng, ((60, 45, 35), (40, 40, 40), (110, 80, 50), (95, 110, 130)))
    for x, s in ((-0.1, swing), (0.1, -swing)):
        b.box((s - 0.1, s + 0.1, 0.0, 0.85 * tall), (0.15, 0.18), trousers, x=x, taper=(-s, s), level=0)
    b.box((-0.12, 0.12, 0.8 * tall, 1.42 * tall), (0.36, 0.44), shirt, level=1)
    for x, s in ((-0.26, -swing), (0.26, swing)):
        b.box(
            (s - 0.06, s + 0.06, 0.78 * tall, 1.38 * tall), (0.1, 0.11), _dark(shirt, 0.85), x=x, taper=(-s, s), level=2
        )
    hair = rng.random() < 0.7
    b.ball((0.0, 0.02, 1.54 * tall), 0.135, (30, 28, 30) if hair else _pick(rng, (*CAR_PAINTS, skin)), level=3)
    return b.build()


MAKERS: dict[str, Callable[[np.random.Generator], Mesh]] = {
    "person": person,
    "car": car,
    "motorcycle": motorcycle,
    "bus": bus,
    "truck": truck,
    "angkot": angkot,
}
CLASSES: tuple[str, ...] = tuple(MAKERS)
