"""Scenes of `new_object`, `dumped_rubbish` and `obstruction`: what comes and stays, and what only seems to."""

from __future__ import annotations

import numpy as np

from tests.scenes import Actor, Flow, Lane, Stop, Track, drive, pull_over
from tests.scoreboard.case import Family, Maker
from tests.scoreboard.stage import bodies, props, weather
from tests.scoreboard.stage.draft import SETTINGS, Draft, Ground, Happening, Setting
from tests.scoreboard.stage.views import pavement_view, road_view

STILL_S = 14.0
"""The category's limit for lying still in these scenes."""

MIX = {"car": 0.5, "motorcycle": 0.3, "angkot": 0.2}


def _uniform(draft: Draft, low: float, high: float) -> float:
    return float(draft.rng.uniform(low, high))


def _spot(draft: Draft, room: float = 0.0) -> bodies.Spot:
    return bodies.apart(draft.rng, 1, draft.view, 1.0, room)[0]


def _still(draft: Draft) -> None:
    draft.thresholds["min_still_s"] = STILL_S


def _on_pavement(draft: Draft) -> None:
    _still(draft)
    draft.zones = (draft.view.pavement,)


def _on_road(draft: Draft) -> None:
    _still(draft)
    draft.zones = (draft.view.road,)


# -- What comes and stays -----------------------------------------------------------------


def _begin(draft: Draft) -> float:
    """Late enough to have seen the place before, early enough to lie there for 1.3 limits."""
    return _uniform(draft, 0.3 * draft.seconds, draft.seconds - 1.3 * STILL_S - 2.0)


def _bag_left(draft: Draft) -> None:
    """Somebody walks in with a bag, puts it down, and goes."""
    spot, begin = _spot(draft), _begin(draft)
    bag = props.bag(draft.rng)
    beside = (spot[0] - 0.45, spot[1])
    who = bodies.visit(draft.rng, beside, (begin, begin + 2.0), draft.view.gates)
    until = Track(np.array([who.track.times[0], begin]), who.track.x[:2] + 0.45, who.track.y[:2])
    draft.actors += [who, bodies.Thing("person", 1, until, shape=bag), bodies.lying(bag, spot, begin)]
    draft.truth["onset_s"] = begin


def _heap_thrown(draft: Draft) -> None:
    """Somebody comes and throws one load after another on a heap."""
    spot, begin = _spot(draft), _begin(draft)
    who = bodies.visit(draft.rng, (spot[0] - 1.1, spot[1]), (begin - 1.0, begin + 4.0), draft.view.gates)
    size = _uniform(draft, 0.5, 1.0)
    draft.actors += [
        who,
        bodies.lying(props.heap(draft.rng, size * 0.6), spot, begin, begin + 2.5),
        bodies.lying(props.heap(draft.rng, size), spot, begin + 2.5),
    ]
    draft.truth["onset_s"] = begin


def _road_spot(draft: Draft) -> bodies.Spot:
    """On the near lanes, well in the picture."""
    x0, x1, y0, y1 = draft.view.floor
    tries = [(_uniform(draft, x0 + 0.8, x1 - 0.8), _uniform(draft, y0, y1)) for _ in range(40)]
    return next((spot for spot in tries if draft.view.shows(spot, 0.5)), tries[0])


def _blocked(draft: Draft) -> None:
    """A tree, rubble or a load falls on the lanes; the traffic behind it stays away."""
    begin, spot = _begin(draft), _road_spot(draft)
    kind = int(draft.rng.integers(3))
    shape = (props.fallen_tree(draft.rng), props.rubble(draft.rng), props.load(draft.rng))[kind]
    across = float(draft.rng.choice([np.pi / 2, -np.pi / 2])) + _uniform(draft, -0.4, 0.4) if kind == 0 else 0.0
    draft.actors.append(bodies.lying(shape, spot, begin, heading=across))
    draft.labels["obstacle"] = ("tree", "rubble", "load")[kind]
    draft.truth["onset_s"] = begin
    _traffic(draft, quiet_from=begin - 9.0)


# -- What only seems to --------------------------------------------------------------------


def _traffic(draft: Draft, quiet_from: float = 1e9, per_minute: float = 8.0) -> None:
    street = draft.view.street
    lanes: list[tuple[Lane, float]] = [(lane, quiet_from) for lane in street.near_lanes]
    lanes += [(lane, 1e9) for lane in street.far_lanes]
    for lane, until in lanes:
        flow = Flow(lane, MIX, per_minute, (8.0, 13.0), quiet=((until, 1e9),))
        draft.actors += drive(flow, int(draft.rng.integers(1 << 30)), draft.seconds)


def _passers_by(draft: Draft) -> None:
    x0, x1, _, _ = draft.view.floor
    for start in np.arange(-14.0, draft.seconds, _uniform(draft, 5.0, 9.0)):
        draft.actors.append(bodies.passing(draft.rng, _uniform(draft, x0, x1), float(start)))


def _bags_carried(draft: Draft) -> None:
    """Everybody who passes carries something."""
    x0, x1, _, _ = draft.view.floor
    for start in np.arange(-14.0, draft.seconds, _uniform(draft, 4.0, 8.0)):
        who = bodies.passing(draft.rng, _uniform(draft, x0, x1), float(start))
        draft.actors += [who, bodies.carried(props.small_bag(draft.rng), who)]


def _stands_then_leaves(draft: Draft) -> None:
    """Somebody comes, stands for more than the limit, and goes; another comes and is still there at the end."""
    begin = _uniform(draft, 5.0, 9.0)
    spots = bodies.apart(draft.rng, 2, draft.view, 1.5)
    spans = [(begin, begin + 1.2 * STILL_S), (draft.seconds - 1.3 * STILL_S, draft.seconds + 20.0)]
    for spot, span in zip(spots, spans, strict=True):
        draft.actors.append(bodies.visit(draft.rng, spot, span, draft.view.gates))


def _thing_taken(draft: Draft) -> None:
    """What stood there from the beginning is carried off: the ground under it is no new thing."""
    spot, end = _spot(draft), _uniform(draft, 0.3, 0.5) * draft.seconds
    draft.actors.append(bodies.lying(props.bag(draft.rng), spot, end=end))
    draft.actors.append(bodies.visit(draft.rng, (spot[0] - 0.5, spot[1]), (end - 1.5, end), draft.view.gates))


def _put_down_briefly(draft: Draft) -> None:
    """A bag put down and taken up again by who waits beside it."""
    spot, begin = _spot(draft), _uniform(draft, 8.0, 14.0)
    end = begin + _uniform(draft, 0.4, 0.75) * STILL_S
    draft.actors.append(bodies.visit(draft.rng, (spot[0] - 0.5, spot[1]), (begin, end), draft.view.gates))
    draft.actors.append(bodies.lying(props.bag(draft.rng), spot, begin, end))


def _kerb_stop(draft: Draft, start: float, end: float, kind: str = "") -> None:
    street, rng = draft.view.street, draft.rng
    lane = street.near_lanes[0]
    kerb = 1.15 * street.side
    name = kind or str(rng.choice(["car", "car", "angkot", "truck", "motorcycle"]))
    stop = Stop(
        name, int(rng.integers(1 << 30)), lane.middle, kerb, _uniform(draft, 10.0, 17.0), start, end, lane.direction
    )
    draft.actors.append(pull_over(stop))


def _car_leaves(draft: Draft) -> None:
    """A car that was parked pulls out: bare ground and kerb come to light."""
    _kerb_stop(draft, -60.0, _uniform(draft, 0.3, 0.5) * draft.seconds)


def _car_parks(draft: Draft) -> None:
    """A vehicle comes and stays: somebody else's question."""
    _kerb_stop(draft, _uniform(draft, 0.3, 0.5) * draft.seconds, draft.seconds + 60.0)


def _screen(draft: Draft) -> None:
    """An advertising screen goes on from picture to picture."""
    camera = draft.view.camera
    wide = int(_uniform(draft, 0.1, 0.22) * camera.width)
    box = (
        int(_uniform(draft, 0.02, 0.75) * camera.width),
        int(_uniform(draft, 0.05, 0.3) * camera.rows),
        wide,
        wide // 2,
    )
    draft.ground.append(weather.screen_changes(draft.rng, box, draft.seconds))


def _drops(draft: Draft) -> None:
    draft.lens.append(weather.drops_on_lens(draft.rng, draft.view.camera, draft.seconds))


def _cloud(draft: Draft) -> None:
    draft.lens.append(weather.cloud_passes(draft.rng, draft.seconds))


def _heap_outside(draft: Draft) -> None:
    """Thrown on the road's far side, beyond the pavement's zone."""
    street = draft.view.street
    x = float(np.mean(street.span(3.0, 5.5)))
    draft.actors.append(bodies.lying(props.heap(draft.rng), (x, _uniform(draft, 9.0, 14.0)), _begin(draft)))


def _red_light(draft: Draft) -> None:
    """A queue stands to the end of the clip."""
    red = _uniform(draft, 0.25, 0.45) * draft.seconds
    for lane in draft.view.street.near_lanes:
        flow = Flow(lane, MIX, 22.0, (8.0, 13.0), reds=((red, 1e9),), stop_y=24.0 if lane.direction > 0 else 8.0)
        draft.actors += drive(flow, int(draft.rng.integers(1 << 30)), draft.seconds)


def _breaks_down(draft: Draft) -> None:
    """A truck, bus or car stands in its lane from the middle of the clip: a vehicle, not an obstacle."""
    lane = draft.view.street.near_lanes[0]
    kind = str(draft.rng.choice(["car", "truck", "bus", "angkot"]))
    begin = _uniform(draft, 0.3, 0.5) * draft.seconds
    y = _uniform(draft, 12.0, 18.0)
    stop = Stop(
        kind, int(draft.rng.integers(1 << 30)), lane.middle, lane.middle, y, begin, draft.seconds + 60, lane.direction
    )
    draft.actors.append(pull_over(stop))


def _bag_on_road(draft: Draft) -> None:
    """Something small, that traffic drives around."""
    x0, x1, _, y1 = draft.view.floor
    spot = (_uniform(draft, x0, x1), _uniform(draft, y1 - 5, y1))
    draft.actors.append(bodies.lying(props.bag(draft.rng), spot, _begin(draft)))


def _people_cross(draft: Draft) -> None:
    """People cross the road, and one stands in it to sell or to direct the traffic."""
    x0, x1, y0, y1 = draft.view.floor
    for start in np.arange(-3.0, draft.seconds, _uniform(draft, 4.0, 8.0)):
        y = _uniform(draft, y0, y1)
        draft.actors.append(bodies.person(draft.rng, [(start, x0 - 3, y), (start + (x1 - x0 + 6) / 1.3, x1 + 3, y)]))
    draft.actors.append(bodies.standing(draft.rng, _road_spot(draft), _begin(draft)))


def _parked(draft: Draft) -> None:
    """A car parked all through, so that what stays is not always what is new."""
    if draft.rng.random() < 0.4:
        seed, y = int(draft.rng.integers(1 << 30)), _uniform(draft, 18.0, 26.0)
        x = 1.15 * draft.view.street.side
        draft.actors.append(Actor("car", seed, Track(np.array([-1e3, 1e3]), np.full(2, x), np.full(2, y))))


EVERYWHERE = (
    "plain", "night", "rain", "wet_night", "leaves", "lens_dirt", "sway", "exposure_jumps",
    "fps_1", "fps_2", "fps_5", "fps_15", "fps_25", "variable_rate", "holes",
)  # fmt: skip
NOTHING = (
    "plain", "night", "rain", "wet_night", "shadow_sweep", "leaves", "lens_dirt", "sway", "exposure_jumps",
    "fps_1", "fps_15", "holes",
)  # fmt: skip

Named = dict[str, tuple[Setting, list[Happening]]]


def _made(ground: Ground, named: Named) -> dict[str, Maker]:
    return {name: ground.maker(name, False, setting, happens) for name, (setting, happens) in named.items()}


SEEMING: Named = {
    "bags_carried": (Setting(), [_bags_carried]),
    "stands_then_leaves": (Setting(), [_stands_then_leaves]),
    "thing_taken": (Setting(), [_thing_taken, _passers_by]),
    "put_down_briefly": (Setting(), [_put_down_briefly]),
    "car_leaves": (Setting(), [_car_leaves]),
    "car_parks": (Setting(), [_car_parks]),
    "drops_on_lens": (SETTINGS["rain"], [_drops]),
    "cloud": (Setting(), [_cloud, _passers_by]),
}
PAVEMENT = Ground("new_object", pavement_view, (39.0, 43.0), _still)
RUBBISH = Ground("dumped_rubbish", pavement_view, (39.0, 43.0), _on_pavement)
ROAD = Ground("obstruction", road_view, (39.0, 43.0), _on_road)

NEW_OBJECT = Family(
    "new_object",
    positives={
        **PAVEMENT.makers(True, EVERYWHERE, [_bag_left, _parked]),
        "among_passers_by": PAVEMENT.maker("among_passers_by", True, Setting(), [_bag_left, _passers_by]),
        "beside_traffic": PAVEMENT.maker("beside_traffic", True, Setting(), [_bag_left, _traffic]),
    },
    negatives={
        **PAVEMENT.makers(False, NOTHING, [_passers_by, _parked]),
        **_made(PAVEMENT, SEEMING | {"screen": (Setting(), [_screen, _passers_by])}),
    },
)
DUMPED_RUBBISH = Family(
    "dumped_rubbish",
    positives={
        **RUBBISH.makers(True, EVERYWHERE, [_heap_thrown, _parked]),
        "bag_left": RUBBISH.maker("bag_left", True, Setting(), [_bag_left]),
        "among_passers_by": RUBBISH.maker("among_passers_by", True, Setting(), [_heap_thrown, _passers_by]),
    },
    negatives={
        **RUBBISH.makers(False, NOTHING, [_passers_by, _traffic]),
        **_made(RUBBISH, SEEMING | {"heap_outside": (Setting(), [_heap_outside])}),
    },
)
OBSTRUCTION = Family(
    "obstruction",
    positives={
        **ROAD.makers(True, EVERYWHERE, [_blocked]),
        "shadow_sweep": ROAD.maker("shadow_sweep", True, SETTINGS["shadow_sweep"], [_blocked]),
    },
    negatives={
        **ROAD.makers(False, NOTHING, [_traffic]),
        **_made(
            ROAD,
            {
                "red_light_queue": (Setting(), [_red_light]),
                "breaks_down": (Setting(), [_breaks_down]),
                "car_leaves": (Setting(), [_car_leaves, _traffic]),
                "bag_on_road": (Setting(), [_bag_on_road, _traffic]),
                "people_cross": (Setting(), [_people_cross]),
                "drops_on_lens": (SETTINGS["rain"], [_drops, _traffic]),
                "cloud": (Setting(), [_cloud, _traffic]),
            },
        ),
    },
)
FAMILIES = (NEW_OBJECT, DUMPED_RUBBISH, OBSTRUCTION)
