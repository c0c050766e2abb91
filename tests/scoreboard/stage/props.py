"""Things: bags, heaps, trees, rubble, carts with umbrellas, boards with a picture on them. See `tests.scenes.mesh`."""

from __future__ import annotations

import numpy as np

from tests.scenes.mesh import Colour, Mesh, MeshBuilder

Rng = np.random.Generator
BAGS: tuple[Colour, ...] = ((30, 30, 32), (150, 90, 30), (40, 40, 150), (70, 110, 60), (120, 130, 140), (60, 120, 190))
WASTE: tuple[Colour, ...] = (
    (28, 28, 30), (230, 230, 232), (40, 60, 170), (180, 120, 60), (60, 150, 70), (60, 110, 150), (90, 170, 200),
)  # fmt: skip
AWNINGS: tuple[Colour, ...] = ((50, 50, 200), (60, 160, 230), (190, 120, 40), (60, 150, 60), (60, 200, 235))


def _of(rng: Rng, colours: tuple[Colour, ...]) -> Colour:
    shade = np.clip(np.array(colours[rng.integers(len(colours))]) + rng.normal(0, 9, 3), 5, 250)
    return (float(shade[0]), float(shade[1]), float(shade[2]))


def _dark(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def bag(rng: Rng) -> Mesh:
    """A travelling bag, suitcase, carton or sack as somebody leaves it: 0.4 to 0.8 m."""
    b, colour = MeshBuilder(), _of(rng, BAGS)
    half, wide, tall = rng.uniform(0.2, 0.38), rng.uniform(0.4, 0.75), rng.uniform(0.35, 0.75)
    taper = float(rng.choice([0.0, 0.06, 0.12]))
    sides = b.box((-half, half, 0.0, tall), (wide, wide * (1 - taper)), colour, taper=(taper, taper))
    for name in ("front", "rear", "left", "right"):
        b.decal(sides[name], (0.1, 0.9, 0.42, 0.56), _dark(colour, 0.5))
        b.decal(sides[name], (0.2, 0.32, 0.05, 0.95), _dark(colour, 1.6 if sum(colour) < 260 else 0.7))
    b.box((-0.04, 0.04, tall, tall + 0.1), (wide * 0.5, wide * 0.4), _dark(colour, 0.6), level=1)
    return b.build()


def small_bag(rng: Rng) -> Mesh:
    """What somebody carries in his hand, off the ground."""
    b, colour = MeshBuilder(), _of(rng, BAGS)
    sides = b.box((-0.2, 0.2, 0.35, 0.75), (0.16, 0.14), colour)
    b.decal(sides["left"], (0.1, 0.9, 0.4, 0.6), _dark(colour, 0.6))
    return b.build()


def heap(rng: Rng, radius: float = 0.9) -> Mesh:
    """Rubbish: sacks and cartons thrown on one heap of about twice this radius."""
    b = MeshBuilder()
    for _ in range(int(rng.integers(7, 15))):
        angle, far = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform(0, 1))
        x, y, size = far * np.cos(angle), far * np.sin(angle) * 0.7, rng.uniform(0.18, 0.42)
        lift = float(max(0.0, rng.uniform(-0.2, 0.35) * (1 - far / radius)))
        if rng.random() < 0.55:
            b.ball((x, y, lift + size * 0.75), size * 0.8, _of(rng, WASTE), level=0)
        else:
            colour = _of(rng, WASTE)
            b.box((y - size / 2, y + size / 2, lift, lift + size), (size * 1.3, size), colour, x=x)
    if not b.faces:  # fourteen sacks and no carton: a mesh needs a face
        b.box((-0.15, 0.15, 0.0, 0.3), (0.4, 0.3), _of(rng, WASTE))
    return b.build()


def fallen_tree(rng: Rng, length: float = 7.0) -> Mesh:
    """A trunk along +y with its crown at the far end; turn it across the road."""
    b, bark = MeshBuilder(), (50.0, 66.0, 84.0)
    half, thick = length / 2, rng.uniform(0.3, 0.5)
    b.box((-half, half * 0.4, 0.05, 0.05 + thick), (thick, thick), bark)
    for _ in range(int(rng.integers(26, 40))):
        y = rng.uniform(-0.1, 1.0) * half
        x, z = rng.normal(0, 0.8), rng.uniform(0.25, 1.7)
        green = rng.uniform(0.6, 1.25)
        b.ball((x, y, z), rng.uniform(0.25, 0.6), (40 * green, 95 * green, 62 * green), level=1)
    for _ in range(5):
        y = rng.uniform(-0.3, 0.8) * half
        b.box((y, y + 0.09, 0.3, rng.uniform(1.0, 2.0)), (0.08, 0.05), bark, x=rng.normal(0, 0.5), level=2)
    return b.build()


def rubble(rng: Rng, radius: float = 1.6) -> Mesh:
    """Broken stone, planks and earth, a lane wide."""
    b = MeshBuilder()
    for _ in range(int(rng.integers(22, 38))):
        angle, far = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform(0, 1))
        x, y = far * np.cos(angle), far * np.sin(angle)
        size, tone = rng.uniform(0.15, 0.55), rng.uniform(70, 215)
        colour = (tone * 0.9, tone * 0.95, tone)
        rise = max(0.0, (1 - far / radius) * rng.uniform(0.1, 0.7))
        b.box((y - size / 2, y + size / 2, rise, rise + size * 0.8), (size * 1.2, size * 0.8), colour, x=x)
    return b.build()


def load(rng: Rng) -> Mesh:
    """Cartons and sacks that fell off a truck."""
    b = MeshBuilder()
    for _ in range(int(rng.integers(5, 10))):
        colour, size = _of(rng, ((90, 140, 180), (110, 150, 190), (200, 205, 210))), rng.uniform(0.5, 0.95)
        x, y = rng.normal(0, 0.9), rng.normal(0, 0.7)
        sides = b.box((y - size / 2, y + size / 2, 0.0, size * 0.8), (size, size), colour, x=x)
        for name in ("front", "rear"):
            b.decal(sides[name], (0.42, 0.58, 0.0, 1.0), _dark(colour, 0.7))
    return b.build()


def cart(rng: Rng) -> Mesh:
    """A vendor's cart (gerobak): box on wheels with a glass cabinet, goods, and an awning or a wide umbrella."""
    b, body, awning = MeshBuilder(), _of(rng, AWNINGS), _of(rng, AWNINGS)
    half, wide = rng.uniform(0.55, 0.85), rng.uniform(0.75, 1.0)
    sides = b.box((-half, half, 0.35, 1.0), (wide, wide), body)
    for name in ("left", "right", "rear", "front"):
        b.decal(sides[name], (0.08, 0.92, 0.35, 0.75), (235, 235, 235))
        b.decal(sides[name], (0.2, 0.8, 0.45, 0.62), _of(rng, AWNINGS))
    for x in (-wide / 2, wide / 2):
        b.disc(x * 1.02, (0.0, 0.34), 0.33, (30, 30, 32))
    glass = b.box((-half * 0.9, half * 0.5, 1.0, 1.45), (wide * 0.9, wide * 0.9), (170, 165, 150), level=1)
    for name in ("left", "right", "rear", "front"):
        b.decal(glass[name], (0.1, 0.45, 0.1, 0.55), _of(rng, WASTE))
        b.decal(glass[name], (0.55, 0.9, 0.1, 0.7), _of(rng, WASTE))
    if rng.random() < 0.5:
        b.box((-half, half, 1.95, 2.12), (wide * 1.35, wide * 1.2), awning, level=3)
        for y in (-half * 0.9, half * 0.9):
            b.box((y - 0.03, y + 0.03, 1.0, 1.95), (wide * 0.95, wide * 0.95), (120, 120, 120), level=2)
    else:
        b.box((-0.03, 0.03, 1.0, 2.1), (0.06, 0.06), (130, 130, 130), level=2)
        b.box((-1.1, 1.1, 2.0, 2.45), (2.2, 0.2), awning, taper=(1.0, 1.0), level=3, tints={"left": _dark(awning, 1.3)})
    return b.build()


def mat(rng: Rng) -> Mesh:
    """Goods on a mat on the ground, with a stool."""
    b = MeshBuilder()
    b.box((-0.6, 0.6, 0.0, 0.04), (1.5, 1.5), _of(rng, AWNINGS))
    for x in np.linspace(-0.55, 0.55, 5):
        for y in (-0.4, 0.0, 0.4):
            size = rng.uniform(0.12, 0.24)
            b.box((y, y + size, 0.04, 0.04 + size), (size, size), _of(rng, WASTE), x=float(x), level=1)
    return b.build()


def board(rng: Rng, width: float = 1.5, people: int = 1, paper: Colour | None = None) -> Mesh:
    """An upright board whose side towards -y shows people as large as life."""
    b = MeshBuilder()
    ground = paper or _of(rng, ((225, 225, 228), (200, 160, 90), (90, 180, 210), (190, 190, 120)))
    face = b.box((-0.06, 0.06, 0.25, 2.45), (width, width), ground)["rear"]
    for n in range(people):
        middle = (n + 0.5) / people
        share = min(0.9 / people, 0.62 / width)
        _figure(b, face, (middle, share), rng)
    return b.build()


def _figure(b: MeshBuilder, face: list, place: tuple[float, float], rng: Rng) -> None:  # type: ignore[type-arg]
    middle, wide = place
    shirt, trousers = _of(rng, BAGS), _of(rng, ((60, 45, 35), (40, 40, 40), (110, 80, 50)))
    left = middle - wide / 2
    b.decal(face, (left + wide * 0.3, left + wide * 0.49, 0.06, 0.42), trousers)
    b.decal(face, (left + wide * 0.51, left + wide * 0.7, 0.06, 0.42), trousers)
    b.decal(face, (left + wide * 0.26, left + wide * 0.74, 0.4, 0.72), shirt)
    for u in (0.12, 0.76):
        b.decal(face, (left + wide * u, left + wide * (u + 0.12), 0.4, 0.7), _dark(shirt, 0.85))
    b.decal(face, (left + wide * 0.37, left + wide * 0.63, 0.74, 0.88), (30, 28, 30))
