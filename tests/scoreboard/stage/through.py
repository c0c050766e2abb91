"""Through what a camera sees its lamps, and at what hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from cameras.patrol.daylight import WIB

from . import night, weather
from .draft import Draft
from .film import Change
from .lamps import LampView

Scene = Callable[[Draft, LampView], None]


HOURS = {"day": (7.0, 17.0), "dusk": (17.85, 18.15), "dusk_headlights": (17.95, 18.25)}
"""WIB, of a day on which the sun sets at 17:50 and civil twilight ends at 18:17; the night, where none is named."""


def taken_at(rng: np.random.Generator, condition: str) -> datetime:
    """As the pipeline tells every clip's time."""
    hour = float(rng.uniform(*HOURS.get(condition, (18.6, 28.6))))
    return datetime(2025, 8, 14, tzinfo=WIB) + timedelta(hours=hour)


def lensed(scene: Scene, *changes: Callable[[Draft, LampView], Change]) -> Scene:
    """The scene through something that changes the whole picture."""

    def happens(draft: Draft, lamps: LampView) -> None:
        scene(draft, lamps)
        draft.lens += [change(draft, lamps) for change in changes]

    return happens


def infrared(draft: Draft, lamps: LampView) -> Change:
    return night.infrared(draft.rng, lamps.view.camera)


def lifted(draft: Draft, lamps: LampView) -> Change:
    return night.bright_night(draft.rng)


def bloom(draft: Draft, lamps: LampView) -> Change:
    return night.blooming(draft.rng, lamps.view.camera)


def closed_iris(draft: Draft, lamps: LampView) -> Change:
    return night.dazzled(draft.rng, draft.seconds)


def drops(draft: Draft, lamps: LampView) -> Change:
    return weather.drops_on_lens(draft.rng, lamps.view.camera, draft.seconds)


def turns(draft: Draft, lamps: LampView) -> Change:
    return night.turned(draft.rng, lamps.view.camera, float(draft.rng.uniform(0.3, 0.7) * draft.seconds))


def turned_before(draft: Draft, lamps: LampView) -> Change:
    """Since its zones were drawn the camera was pushed aside, and nobody gives the check a picture of then."""
    return night.turned(draft.rng, lamps.view.camera, -1.0)
