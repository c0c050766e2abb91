"""Scenes of `street_vendors`: carts, umbrellas and mats with somebody who sells, and pavements where nobody does.

The check never answers SUPPORTED, whatever it sees: its figures are published as they are, and how many stalls it found
stands in each record's measurements.
"""

from __future__ import annotations

import numpy as np

from tests.scoreboard.case import Family
from tests.scoreboard.stage import bodies, props
from tests.scoreboard.stage.draft import SETTINGS, Draft, Ground, Setting
from tests.scoreboard.stage.views import pavement_view

LIMIT_S = 18.0
WATCH_S = 30.0


def _uniform(draft: Draft, low: float, high: float) -> float:
    return float(draft.rng.uniform(low, high))


def _watched(draft: Draft) -> None:
    draft.zones = (draft.view.pavement,)
    draft.thresholds.update(min_dwell_s=LIMIT_S, watch_s=WATCH_S)


def _stall(draft: Draft, begin: float, end: float) -> None:
    """A cart or a mat, the seller beside it, now and then a customer before it."""
    [spot] = bodies.apart(draft.rng, 1, draft.view, 1.0)
    rng = draft.rng
    shape = props.cart(rng) if rng.random() < 0.7 else props.mat(rng)
    draft.actors.append(bodies.lying(shape, spot, begin, end))
    side = float(rng.choice([-1.0, 1.0]))
    seller = (spot[0] + side * _uniform(draft, 0.75, 1.0), spot[1] + _uniform(draft, -0.2, 0.3))
    draft.actors.append(bodies.visit(rng, seller, (begin, end), draft.view.gates))
    for start in np.arange(max(begin, 0.0) + 3, draft.seconds, _uniform(draft, 8.0, 14.0)):
        before = (spot[0] - side * _uniform(draft, 0.8, 1.1), spot[1] - _uniform(draft, 0.2, 0.6))
        draft.actors.append(bodies.visit(rng, before, (float(start), float(start) + 4.0), draft.view.gates))


def _sells(draft: Draft) -> None:
    """All through the clip, or from its first third on."""
    begin = -30.0 if draft.rng.random() < 0.5 else _uniform(draft, 7.0, 12.0)
    _stall(draft, begin, draft.seconds + 30.0)
    draft.truth.update(stalls=1, onset_s=max(0.0, begin))


def _two_sell(draft: Draft) -> None:
    for _ in range(2):
        _stall(draft, -30.0, draft.seconds + 30.0)
    draft.truth["stalls"] = 2


def _passers_by(draft: Draft) -> None:
    x0, x1, _, _ = draft.view.floor
    for start in np.arange(-14.0, draft.seconds, _uniform(draft, 5.0, 9.0)):
        draft.actors.append(bodies.passing(draft.rng, _uniform(draft, x0, x1), float(start)))


def _waits(draft: Draft) -> None:
    """People who stay, with nothing to sell: a bus stop."""
    for spot in bodies.apart(draft.rng, 4, draft.view, 1.2):
        draft.actors.append(
            bodies.visit(draft.rng, spot, (_uniform(draft, -20, 5), draft.seconds + 20), draft.view.gates)
        )


def _cart_alone(draft: Draft) -> None:
    """A cart that nobody is at, and people who pass it."""
    [spot] = bodies.apart(draft.rng, 1, draft.view, 1.0)
    draft.actors.append(bodies.lying(props.cart(draft.rng), spot))
    _passers_by(draft)


def _stops_to_rest(draft: Draft) -> None:
    """Somebody puts his bag down, rests for half the limit, and goes on with it."""
    [spot] = bodies.apart(draft.rng, 1, draft.view, 1.0)
    begin = _uniform(draft, 6.0, 14.0)
    end = begin + 0.5 * LIMIT_S
    draft.actors.append(bodies.visit(draft.rng, (spot[0] - 0.5, spot[1]), (begin, end), draft.view.gates))
    draft.actors.append(bodies.lying(props.bag(draft.rng), spot, begin, end))


def _heap(draft: Draft) -> None:
    [spot] = bodies.apart(draft.rng, 1, draft.view, 1.0)
    draft.actors.append(bodies.lying(props.heap(draft.rng), spot, _uniform(draft, 10, 16)))
    _passers_by(draft)


SELLING = (
    "plain", "night", "rain", "wet_night", "shadow_sweep", "leaves", "lens_dirt", "sway", "exposure_jumps",
    "fps_1", "fps_2", "fps_5", "fps_15", "fps_25", "variable_rate", "holes",
)  # fmt: skip
PAVEMENT = Ground("street_vendors", pavement_view, (39.0, 43.0), _watched)
STREET_VENDORS = Family(
    "street_vendors",
    positives={
        **PAVEMENT.makers(True, SELLING, [_sells]),
        "two_stalls": PAVEMENT.maker("two_stalls", True, Setting(), [_two_sell]),
        "among_passers_by": PAVEMENT.maker("among_passers_by", True, Setting(), [_sells, _passers_by]),
    },
    negatives={
        **PAVEMENT.makers(False, ("plain", "night", "rain", "shadow_sweep", "leaves", "fps_1", "holes"), [_passers_by]),
        "bus_stop": PAVEMENT.maker("bus_stop", False, Setting(), [_waits]),
        "cart_alone": PAVEMENT.maker("cart_alone", False, Setting(), [_cart_alone]),
        "stops_to_rest": PAVEMENT.maker("stops_to_rest", False, Setting(), [_stops_to_rest]),
        "heap": PAVEMENT.maker("heap", False, SETTINGS["shadow_sweep"], [_heap]),
    },
)
FAMILIES = (STREET_VENDORS,)
