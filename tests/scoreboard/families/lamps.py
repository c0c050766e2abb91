"""Scenes of `street_light_out`: rows of lamps at night, some of them dark, and what makes lit ones look dark."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np

from tests.scenes import Flow, Lane, Light, Stop, drive, pull_over
from tests.scoreboard.case import Case, Family, Maker, rng_of
from tests.scoreboard.stage import night, through
from tests.scoreboard.stage.draft import SETTINGS, Draft, Setting, drafted
from tests.scoreboard.stage.film import Picture
from tests.scoreboard.stage.lamps import HEAD_M, LampView, lamp_view
from tests.scoreboard.stage.through import Scene

MIX = {"car": 0.45, "motorcycle": 0.3, "bus": 0.08, "truck": 0.07, "angkot": 0.1}
SECONDS = (22.0, 28.0)
LOW_M = (2.25, 2.6)
"""A camera under the roof of a bus stop: what stands before it reaches up to the lamps."""


def _judged(draft: Draft, lamps: LampView, lit: frozenset[int], zones: frozenset[int] | None = None) -> None:
    """Sets the zones of these lamps (all by default), and the street with those burning."""
    chosen = zones if zones is not None else frozenset(range(len(lamps.lamps)))
    camera = lamps.view.camera
    draft.zones = tuple(lamps.lamps[n].zone(camera, f"lampu {n + 1}") for n in sorted(chosen))
    draft.truth["dark_lamps"] = len(chosen - lit)
    draft.truth["lit"] = [n in lit for n in sorted(chosen)]
    draft.bare = lambda: lamps.bare(lit)


def _traffic(draft: Draft, per_minute: float = 9.0) -> None:
    for lane in (*draft.view.street.near_lanes, *draft.view.street.far_lanes):
        flow = Flow(lane, MIX, per_minute, (8.0, 13.0))
        draft.actors += drive(flow, int(draft.rng.integers(1 << 30)), draft.seconds)


def _all(lamps: LampView) -> frozenset[int]:
    return frozenset(range(len(lamps.lamps)))


def _one_dark(draft: Draft, lamps: LampView) -> None:
    out = int(draft.rng.integers(len(lamps.lamps)))
    _judged(draft, lamps, _all(lamps) - {out})
    _traffic(draft)


def _two_dark(draft: Draft, lamps: LampView) -> None:
    out = draft.rng.choice(len(lamps.lamps), 2, replace=False)
    _judged(draft, lamps, _all(lamps) - {int(n) for n in out})
    _traffic(draft)


def _one_zone(draft: Draft, lamps: LampView) -> None:
    """Only the dark lamp was drawn; those that burn beside it are nobody's."""
    out = int(draft.rng.integers(len(lamps.lamps)))
    _judged(draft, lamps, _all(lamps) - {out}, frozenset({out}))
    _traffic(draft)


def _board(draft: Draft, lamps: LampView) -> None:
    """A dark lamp before a lit advertising board."""
    out = int(draft.rng.integers(len(lamps.lamps)))
    _judged(draft, lamps, _all(lamps) - {out})
    draft.ground.append(night.board(draft.rng, lamps.lamps[out].head, lamps.lamps[out].radius))
    _traffic(draft)


def _twigs(draft: Draft, lamps: LampView) -> None:
    """One lamp is dark, and a twig moves before it."""
    out = int(draft.rng.integers(len(lamps.lamps)))
    _judged(draft, lamps, _all(lamps) - {out})
    _twig(draft, lamps, out)
    _traffic(draft)


def _twigs_lit(draft: Draft, lamps: LampView) -> None:
    """All burn; a twig moves before one of them."""
    _lit(draft, lamps)
    _twig(draft, lamps, int(draft.rng.integers(len(lamps.lamps))))


def _twig(draft: Draft, lamps: LampView, n: int) -> None:
    draft.ground.append(night.twigs(draft.rng, lamps.view.camera, lamps.lamps[n].head, lamps.lamps[n].radius))


def _outage(draft: Draft, lamps: LampView) -> None:
    """No lamp burns; the houses' windows and the headlights show that the camera sees."""
    _judged(draft, lamps, frozenset())
    _traffic(draft, 14.0)


def _flickers(draft: Draft, lamps: LampView) -> None:
    """One lamp goes on and off every few seconds."""
    out = int(draft.rng.integers(len(lamps.lamps)))
    _judged(draft, lamps, _all(lamps) - {out})
    both = cache(lambda: (lamps.bare(_all(lamps) - {out}), lamps.bare(_all(lamps))))
    turns = np.cumsum(draft.rng.uniform(1.5, 5.0, 30))
    draft.ground.append(lambda picture, t: both()[int(np.searchsorted(turns, t)) % 2])
    _traffic(draft)


def _lit(draft: Draft, lamps: LampView) -> None:
    _judged(draft, lamps, _all(lamps))
    _traffic(draft)


def _dim(draft: Draft, lamps: LampView) -> None:
    """One lamp of another kind, or dirty: it burns, half as brightly as the others."""
    _lit(draft, lamps)
    power = {int(draft.rng.integers(len(lamps.lamps))): float(draft.rng.uniform(0.4, 0.7))}
    draft.bare = lambda: lamps.bare(_all(lamps), power)


def _switched_on(draft: Draft, lamps: LampView) -> None:
    """The lamps come on while somebody looks, one after the other."""
    _judged(draft, lamps, _all(lamps))
    begin = float(draft.rng.uniform(0.3, 0.75) * draft.seconds)
    starts = begin + np.sort(draft.rng.uniform(0, 4, len(lamps.lamps)))
    known = cache(lambda lit: lamps.bare(lit))
    draft.ground.append(lambda picture, t: known(frozenset(int(n) for n in np.flatnonzero(starts <= t))))
    _traffic(draft)


def _stuck(draft: Draft, lamps: LampView) -> None:
    """All lamps burn; the camera sends one picture of an hour at which one of them was dark, again and again, as
    often as cameras do: the encoder settles after so many pictures, however long they take."""
    draft.seconds = float(draft.rng.uniform(45, 60))
    _one_dark(draft, lamps)
    draft.truth["dark_lamps"] = 0
    draft.frozen = True


def _other_side(draft: Draft, lamps: LampView) -> None:
    """The lamps of the other kerb are dark; nobody asked for them."""
    own = max((0, 1), key=lambda kerb: sum(side == kerb for side in lamps.sides))
    mine = frozenset(n for n, side in enumerate(lamps.sides) if side == own)
    _judged(draft, lamps, mine, mine)
    _traffic(draft)


def _day(draft: Draft, lamps: LampView) -> None:
    light = Light(sun=0.4, ambient=float(draft.rng.uniform(0.55, 0.7)), noise=1.5)
    _by_light(draft, lamps, light)


def _dusk(draft: Draft, lamps: LampView) -> None:
    """Before the lamps are switched on: grey, the sky still lighter than the ground."""
    light = Light(sun=0.0, ambient=0.7, noise=3.0, exposure=float(draft.rng.uniform(0.28, 0.5)), tint=(1.06, 1.0, 0.92))
    _by_light(draft, lamps, light)


def _by_light(draft: Draft, lamps: LampView, light: Light) -> None:
    other = LampView(replace(lamps.view, light=light), lamps.lamps, lamps.sides)
    draft.view = other.view
    _judged(draft, other, frozenset())
    draft.truth["dark_lamps"] = 0
    _traffic(draft)


def _dusk_with_headlights(draft: Draft, lamps: LampView) -> None:
    """A little later, the lamps still waiting, the cars' lights on: the sky is lighter than the houses."""
    light = Light(sun=0.0, ambient=0.7, noise=3.0, tint=(1.08, 1.0, 0.9))
    other = LampView(replace(lamps.view, light=light), lamps.lamps, lamps.sides)
    draft.view = replace(lamps.view, light=replace(light, ambient=0.3))
    _judged(draft, other, frozenset())
    draft.truth["dark_lamps"] = 0
    gain = float(draft.rng.uniform(0.15, 0.35))
    draft.bare = lambda: np.clip(other.bare(frozenset()) * gain, 0, 255).astype(np.uint8)
    _traffic(draft, 14.0)
    draft.lens.append(night.lights_of(draft.actors, lamps.view.camera))


def _dark_picture(draft: Draft, lamps: LampView) -> None:
    """All lamps burn; a covered lens or a starved sensor shows next to nothing of it."""
    _lit(draft, lamps)
    gain = float(draft.rng.uniform(0.08, 0.3))
    draft.lens.append(lambda picture, t: np.clip(picture * gain, 0, 255).astype(np.uint8))


def _misty_lens(draft: Draft, lamps: LampView) -> None:
    """Condensation: lit lamps are wide pale discs."""
    _lit(draft, lamps)
    sigma = float(draft.rng.uniform(0.008, 0.018)) * lamps.view.camera.width

    def misty(picture: Picture, t: float) -> Picture:
        return np.clip(cv2.GaussianBlur(picture, (0, 0), sigma) * 0.8 + 14, 0, 255).astype(np.uint8)

    draft.lens.append(misty)


def _ray(lamps: LampView, roof_m: float = 2.85) -> tuple[float, float]:
    """Ground point under which the farthest lamp's light passes at this height on its way to the camera: what is as
    tall and stands there hides it."""
    camera = lamps.view.camera
    x, y = max((lamp.place for lamp in lamps.lamps), key=lambda place: place[1])
    share = (roof_m - camera.height) / (HEAD_M - camera.height)
    return camera.x + share * (x - camera.x), share * y


def _bus_stands(draft: Draft, lamps: LampView) -> None:
    """A bus comes to stand before a low camera early in the clip and stays; behind it lamps burn."""
    _judged(draft, lamps, _all(lamps))
    x, y = _ray(lamps)
    begin = float(draft.rng.uniform(0.12, 0.4) * draft.seconds)
    stop = Stop("bus", int(draft.rng.integers(1 << 30)), x, x, y + 5.2, begin, draft.seconds + 30.0, -1)
    draft.actors.append(pull_over(stop))


def _bus_passes(draft: Draft, lamps: LampView) -> None:
    """Buses, one after another, between a low camera and a lamp."""
    _judged(draft, lamps, _all(lamps))
    x, _ = _ray(lamps)
    flow = Flow(Lane(x - 1.5, x + 1.5, -1), {"bus": 0.8, "truck": 0.2}, 11.0, (6.0, 9.0))
    draft.actors += drive(flow, int(draft.rng.integers(1 << 30)), draft.seconds)


def _maker(condition: str, positive: bool, setting: Setting, scene: Scene, may_abstain: bool = False) -> Maker:
    def make(seed: int) -> Case:
        rng = rng_of(seed, "street_light_out", condition, "yes" if positive else "no")
        lamps = lamp_view(rng, LOW_M) if scene in (_bus_stands, _bus_passes) else lamp_view(rng)
        draft = Draft(rng, lamps.view, float(round(rng.uniform(*SECONDS))), setting)
        scene(draft, lamps)
        draft.labels["lamps"] = len(draft.zones)
        case = drafted("street_light_out", condition, positive, seed, draft)
        at = through.taken_at(rng_of(seed, "street_light_out", condition, "hour"), condition)
        # Half of them as on the command line, where nobody tells when a clip was taken.
        asked = {"first_frame_at": at} if seed % 2 else {}
        return replace(case, may_abstain=may_abstain, asked=asked)

    return make


NIGHT = ("plain", "rain", "headlights", "wet_road", "lens_dirt", "sway", "exposure_jumps", "leaves")
RATED = ("fps_1", "fps_2", "fps_5", "fps_15", "fps_25", "variable_rate", "holes")
AT_NIGHT: dict[str, Setting] = {
    name: replace(SETTINGS[name], night=True) for name in (*NIGHT, *RATED) if name in SETTINGS
} | {
    "headlights": Setting(True, ("headlights",)),
    "wet_road": Setting(True, ("headlights", "wet")),
}
LENSES = {
    "infrared": ("plain", through.infrared),
    "bloom": ("plain", through.bloom),
    "dazzled": ("headlights", through.closed_iris),
    "drops": ("rain", through.drops),
    "bright_night": ("plain", through.lifted),
}
"""What stands between the lamps and the picture, and the night it is seen in; lit lamps and dark ones alike."""


def _through_lenses(positive: bool, scene: Scene) -> dict[str, Maker]:
    return {
        name: _maker(name, positive, AT_NIGHT[setting], through.lensed(scene, lens))
        for name, (setting, lens) in LENSES.items()
    }


STREET_LIGHT_OUT = Family(
    "street_light_out",
    positives={
        **{name: _maker(name, True, setting, _one_dark) for name, setting in AT_NIGHT.items()},
        "two_dark": _maker("two_dark", True, AT_NIGHT["plain"], _two_dark),
        "outage": _maker("outage", True, AT_NIGHT["plain"], _outage),
        "one_zone": _maker("one_zone", True, AT_NIGHT["plain"], _one_zone),
        "twigs": _maker("twigs", True, AT_NIGHT["plain"], _twigs),
        **_through_lenses(True, _one_dark),
        "board": _maker("board", True, AT_NIGHT["plain"], _board, may_abstain=True),
        "flickers": _maker("flickers", True, AT_NIGHT["plain"], _flickers, may_abstain=True),
    },
    negatives={
        **{name: _maker(name, False, setting, _lit) for name, setting in AT_NIGHT.items()},
        "other_side": _maker("other_side", False, AT_NIGHT["plain"], _other_side),
        "bus_passes": _maker("bus_passes", False, AT_NIGHT["plain"], _bus_passes),
        "bus_stands": _maker("bus_stands", False, AT_NIGHT["plain"], _bus_stands),
        "day": _maker("day", False, SETTINGS["plain"], _day),
        "dusk": _maker("dusk", False, SETTINGS["plain"], _dusk),
        "dark_picture": _maker("dark_picture", False, AT_NIGHT["plain"], _dark_picture),
        "dusk_headlights": _maker("dusk_headlights", False, SETTINGS["plain"], _dusk_with_headlights),
        "twigs": _maker("twigs", False, AT_NIGHT["plain"], _twigs_lit),
        **_through_lenses(False, _lit),
        "dim_lamp": _maker("dim_lamp", False, AT_NIGHT["plain"], _dim),
        "switched_on": _maker("switched_on", False, AT_NIGHT["plain"], _switched_on),
        "turns": _maker("turns", False, AT_NIGHT["plain"], through.lensed(_lit, through.turns)),
        "turned_before": _maker("turned_before", False, AT_NIGHT["plain"], through.lensed(_lit, through.turned_before)),
        "frozen": _maker("frozen", False, AT_NIGHT["fps_15"], _stuck),
        "misty_lens": _maker("misty_lens", False, AT_NIGHT["plain"], _misty_lens),
    },
)
FAMILIES = (STREET_LIGHT_OUT,)
