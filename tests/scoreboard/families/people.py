"""Scenes of `crowd` and `loitering`: a wide pavement, people of 30 pixels of height and more in a picture 384 wide."""

from __future__ import annotations

import numpy as np

from tests.scoreboard.case import Family
from tests.scoreboard.stage import bodies, props
from tests.scoreboard.stage.draft import SETTINGS, Draft, Ground, Setting
from tests.scoreboard.stage.views import pavement_view

LIMIT_S = 18.0
"""The category's limit for staying in these scenes; clips last about twice as long, so that scenes are cheap."""

CROWD = 8
"""People from whom on the category calls it a crowd here."""


def _spots(draft: Draft, count: int, gap: float = 0.9, room: float = 0.0) -> list[bodies.Spot]:
    return bodies.apart(draft.rng, count, draft.view, gap, room)


def _between(draft: Draft, low: float, high: float) -> float:
    return float(draft.rng.uniform(low, high))


# -- Loitering -----------------------------------------------------------------------------


def _watch_pavement(draft: Draft) -> None:
    draft.zones = (draft.view.pavement,)
    draft.thresholds["min_dwell_s"] = LIMIT_S


def _one_stays(draft: Draft) -> None:
    """1.3 limits and more; one in four is there from before the clip to after it."""
    [spot] = _spots(draft, 1)
    if draft.rng.random() < 0.25:
        start, end = -20.0, draft.seconds + 20.0
    else:
        start = _between(draft, 2.0, 7.0)
        end = start + LIMIT_S * _between(draft, 1.3, 1.7)
    draft.actors.append(bodies.visit(draft.rng, spot, (start, end), draft.view.gates))
    draft.truth["stays"] = [[max(0.0, start), min(draft.seconds, end)]]


def _others_pass(draft: Draft) -> None:
    x0, x1, _, _ = draft.view.floor
    for start in np.arange(-12.0, draft.seconds, _between(draft, 6.0, 11.0)):
        draft.actors.append(bodies.passing(draft.rng, _between(draft, x0, x1), float(start)))


def _one_after_another(draft: Draft) -> None:
    """Never long without somebody in the same part of the picture."""
    x0, x1, _, _ = draft.view.floor
    start, track = -14.0, _between(draft, x0, x1)
    while start < draft.seconds:
        draft.actors.append(bodies.passing(draft.rng, track + _between(draft, -0.5, 0.5), start))
        start += _between(draft, 2.5, 6.0)


def _bus_stop(draft: Draft) -> None:
    """People wait at a stop for at most six tenths of the limit, others take places nearby a little later."""
    for spot in _spots(draft, 4, 1.2):
        start = _between(draft, -8.0, 8.0)
        while start < draft.seconds:
            wait = LIMIT_S * _between(draft, 0.3, 0.6)
            near = (spot[0] + _between(draft, -0.4, 0.4), spot[1] + _between(draft, -0.4, 0.4))
            draft.actors.append(bodies.visit(draft.rng, near, (start, start + wait), draft.view.gates))
            start += wait + _between(draft, 4.0, 9.0)


def _same_place(draft: Draft) -> None:
    """One goes, another comes to the very spot: nobody stays, the place is never empty for long."""
    [spot] = _spots(draft, 1)
    start = -3.0
    while start < draft.seconds:
        wait = LIMIT_S * _between(draft, 0.35, 0.55)
        near = (spot[0] + _between(draft, -0.15, 0.15), spot[1] + _between(draft, -0.15, 0.15))
        draft.actors.append(bodies.visit(draft.rng, near, (start, start + wait), draft.view.gates))
        start += wait + _between(draft, 1.0, 3.0)


def _stands_briefly(draft: Draft) -> None:
    [spot] = _spots(draft, 1)
    start = _between(draft, 3.0, 14.0)
    end = start + LIMIT_S * _between(draft, 0.4, 0.7)
    draft.actors.append(bodies.visit(draft.rng, spot, (start, end), draft.view.gates))


def _stays_outside(draft: Draft) -> None:
    """At the other edge of the road or in the lane: outside the pavement's zone by a metre and a half and more."""
    street = draft.view.street
    x = float(np.mean(street.span(1.6, 4.0))) + _between(draft, -0.3, 0.3)
    draft.actors.append(bodies.standing(draft.rng, (x, _between(draft, 8.0, 12.0))))


def _poster(draft: Draft) -> None:
    """A person as large as life on a board, all the time."""
    [spot] = _spots(draft, 1)
    draft.actors.append(bodies.lying(props.board(draft.rng, _between(draft, 1.0, 1.6)), spot))


def _things_stand(draft: Draft) -> None:
    """A cart, a heap and a bag that nobody minds."""
    shapes = [props.cart(draft.rng), props.bag(draft.rng), props.heap(draft.rng, 0.6)]
    for shape, spot in zip(shapes, _spots(draft, 3, 1.5), strict=True):
        draft.actors.append(bodies.lying(shape, spot))


LOITER = Ground("loitering", pavement_view, (36.0, 42.0), _watch_pavement)
EVERYWHERE = (
    "plain", "night", "rain", "wet_night", "shadow_sweep", "leaves", "lens_dirt", "sway", "exposure_jumps",
    "fps_1", "fps_2", "fps_5", "fps_15", "fps_25", "variable_rate", "holes",
)  # fmt: skip
PASSING = ("night", "rain", "shadow_sweep", "lens_dirt", "sway", "exposure_jumps", "fps_1", "fps_15", "holes")

LOITERING = Family(
    "loitering",
    positives={
        **LOITER.makers(True, EVERYWHERE, [_one_stays]),
        "among_passers_by": LOITER.maker("among_passers_by", True, Setting(), [_one_stays, _others_pass]),
        "beside_things": LOITER.maker("beside_things", True, Setting(), [_one_stays, _things_stand]),
    },
    negatives={
        **LOITER.makers(False, PASSING, [_one_after_another]),
        "one_after_another": LOITER.maker("one_after_another", False, Setting(), [_one_after_another]),
        "bus_stop": LOITER.maker("bus_stop", False, Setting(), [_bus_stop]),
        "same_place": LOITER.maker("same_place", False, Setting(), [_same_place]),
        "stands_briefly": LOITER.maker("stands_briefly", False, Setting(), [_stands_briefly]),
        "stays_outside": LOITER.maker("stays_outside", False, Setting(), [_stays_outside]),
        "poster": LOITER.maker("poster", False, Setting(), [_poster, _others_pass]),
        "poster_exposure": LOITER.maker("poster_exposure", False, SETTINGS["exposure_jumps"], [_poster]),
        "things_only": LOITER.maker("things_only", False, SETTINGS["leaves"], [_things_stand]),
    },
)

# -- Crowd ---------------------------------------------------------------------------------


def _count(draft: Draft) -> None:
    draft.thresholds["min_people"] = CROWD


def _crowd(draft: Draft) -> None:
    """1.4 to 2.2 times the limit, standing about, some coming and going."""
    count = round(CROWD * _between(draft, 1.4, 2.2))
    for spot in _spots(draft, count, 1.0, room=3.0):
        draft.actors.append(bodies.standing(draft.rng, spot))
    draft.truth.update(people=count, onset_s=0.0)


def _gathers(draft: Draft) -> None:
    """Comes together within the first third of the clip."""
    count = round(CROWD * _between(draft, 1.6, 2.2))
    for spot in _spots(draft, count, 1.0, room=3.0):
        start = _between(draft, 0.0, 0.28) * draft.seconds
        draft.actors.append(bodies.visit(draft.rng, spot, (start, draft.seconds + 30), draft.view.gates))
    draft.truth["people"] = count


def _marches(draft: Draft) -> None:
    """A procession: the crowd is there all the time, nobody stays."""
    x0, x1, _, _ = draft.view.floor
    for start in np.arange(-34.0, draft.seconds + 2, 0.95):
        draft.actors.append(bodies.passing(draft.rng, _between(draft, x0, x1), float(start), (1.0, 30.0)))


def _few(draft: Draft) -> None:
    """At most three quarters of the limit."""
    for spot in _spots(draft, int(draft.rng.integers(2, int(CROWD * 0.75) + 1)), 0.9, room=3.0):
        draft.actors.append(bodies.standing(draft.rng, spot))


def _bus_lets_out(draft: Draft) -> None:
    """Twice the limit come out of a bus at the kerb and are gone through the doors of houses ten seconds later."""
    begin = _between(draft, 0.15, 0.5) * draft.seconds
    wide = draft.view.street.pavement
    side = draft.view.street.side
    kerb, house = -0.2 * side, -wide * side
    for x, y in _spots(draft, 2 * CROWD, 0.8, room=3.0):
        out = begin + _between(draft, 0.0, 2.0)
        go = out + _between(draft, 5.0, 7.0)
        points = [(out, kerb, y), (out + 2.0, x, y), (go, x, y), (go + 2.5, house, y)]
        draft.actors.append(bodies.person(draft.rng, points))


def _few_and_poster(draft: Draft) -> None:
    """A board with a group of people on it, and a few real ones: together more than the limit."""
    for spot in _spots(draft, 3, 1.2, room=3.0):
        draft.actors.append(bodies.standing(draft.rng, spot))
    [spot] = _spots(draft, 1)
    draft.actors.append(bodies.lying(props.board(draft.rng, 5.0, people=7), (spot[0], spot[1] + 4)))


def _few_and_things(draft: Draft) -> None:
    _few(draft)
    _things_stand(draft)


GATHER = Ground("crowd", pavement_view, (20.0, 26.0), _count)
CROWDS = Family(
    "crowd",
    positives={
        **GATHER.makers(True, EVERYWHERE, [_crowd]),
        "gathers": GATHER.maker("gathers", True, Setting(), [_gathers]),
        "marches": GATHER.maker("marches", True, Setting(), [_marches]),
    },
    negatives={
        **GATHER.makers(False, PASSING, [_few]),
        "few": GATHER.maker("few", False, Setting(), [_few]),
        "bus_lets_out": GATHER.maker("bus_lets_out", False, Setting(), [_bus_lets_out]),
        "one_after_another": GATHER.maker("one_after_another", False, Setting(), [_one_after_another]),
        "poster": GATHER.maker("poster", False, Setting(), [_few_and_poster]),
        "beside_things": GATHER.maker("beside_things", False, Setting(), [_few_and_things]),
        "bus_stop": GATHER.maker("bus_stop", False, SETTINGS["wet_night"], [_bus_stop]),
        "empty_leaves": GATHER.maker("empty_leaves", False, SETTINGS["leaves"], []),
    },
)
FAMILIES = (LOITERING, CROWDS)
