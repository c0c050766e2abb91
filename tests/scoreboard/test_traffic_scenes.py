"""The traffic scenes are what their labels say, and the same whenever they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from analytics import checks
from analytics.detections import Detections, DetectorIdentity
from tests.scenes import Scene
from tests.scoreboard.case import Case, Family
from tests.scoreboard.families import FAMILIES
from tests.scoreboard.families.traffic import CONGESTION, LANE_INTRUSION, LOITERING_MINIBUS, STOPPED
from tests.scoreboard.families.traffic import FAMILIES as TRAFFIC
from tests.scoreboard.runner import judged
from tests.scoreboard.seeds import Ask

FOLLOWED = ("car", "motorcycle", "truck", "bus", "angkot")


def scene_of(case: Case) -> Scene:
    return case.write.args[0].plan.scene(None, "")  # type: ignore[attr-defined]


def inside(scene: Scene, case: Case, kind: str, t: float) -> list[Any]:
    """Vehicles with their foot in a zone of this kind at a time."""
    zone = next(z for z in case.zones if z.kind == kind)
    size = np.array([scene.camera.width, scene.camera.rows] * 2)
    return [one for one in scene.render(t).truth
            if one.kind in FOLLOWED and zone.holds((np.array([one.box]) / size).astype(np.float32))[0]]  # fmt: skip


def test_every_family_has_a_check_and_both_sides() -> None:
    assert len({family.check for family in FAMILIES}) == len(FAMILIES)
    for family in FAMILIES:
        assert family.check in checks.MEASUREMENT_KEYS
        assert family.positives
        assert family.negatives


@pytest.mark.parametrize("family", TRAFFIC, ids=lambda family: family.check)
def test_every_condition_can_be_made_and_its_thresholds_and_zones_fit(family: Family) -> None:
    kinds = checks.check_for(family.check).zone_kinds
    for positive, side in ((True, family.positives), (False, family.negatives)):
        for condition in side:
            case = family.make(condition, positive, 77)
            checks.thresholds_from(family.check, case.thresholds)
            assert {zone.kind for zone in case.zones} & set(kinds), (condition, positive)


def test_a_seed_is_a_scene_and_another_seed_another() -> None:
    first, again, other = (scene_of(STOPPED.make("plain", True, seed)) for seed in (5, 5, 6))
    assert np.array_equal(first.render(9.0).image, again.render(9.0).image)
    assert not np.array_equal(first.render(9.0).image, other.render(9.0).image)


@pytest.mark.parametrize("seed", [1, 2])
def test_who_stops_stands_in_the_zone_for_as_long_as_the_truth_says(seed: int) -> None:
    case = STOPPED.make("plain", True, seed)
    scene, start = scene_of(case), float(case.truth["onset_s"])
    for t in (start + 2, start + case.truth["dwell_s"] - 2):
        assert any(one.speed < 0.1 for one in inside(scene, case, "no_stopping", t))
    assert not any(one.speed < 0.1 for one in inside(scene, case, "no_stopping", max(0.0, start - 2)))
    assert case.truth["dwell_s"] >= case.thresholds["min_dwell_s"] + 5


@pytest.mark.parametrize("condition", ["half_the_dwell", "in_turn", "bus_stop", "plain"])
def test_who_only_stops_for_a_while_has_gone_before_the_limit(condition: str) -> None:
    for seed in (3, 4):
        case = STOPPED.make(condition, False, seed)
        assert float(case.truth.get("dwell_s", 0.0)) <= 0.7 * case.thresholds["min_dwell_s"]


def test_a_jam_fills_the_road_and_a_queue_stands_before_its_line() -> None:
    jam = CONGESTION.make("plain", True, 8)
    standing = inside(scene_of(jam), jam, "road", 15.0)
    assert len(standing) >= 3
    assert np.mean([one.speed for one in standing]) < 2.5
    queue = STOPPED.make("red_light_queue", False, 8)
    waiting = inside(scene_of(queue), queue, "no_stopping", 30.0)
    assert sum(one.speed < 0.3 for one in waiting) >= 2


def test_an_intruder_drives_in_the_busway_and_buses_may() -> None:
    case = LANE_INTRUSION.make("car", True, 2)
    scene = scene_of(case)
    seen = {one.kind for t in np.arange(0, 22, 0.5) for one in inside(scene, case, "busway_lane", float(t))}
    assert "car" in seen
    clean = LANE_INTRUSION.make("bus_stands", False, 2)
    assert {one.kind for one in inside(scene_of(clean), clean, "busway_lane", 9.0)} == {"bus"}


def test_only_minibuses_loiter() -> None:
    case = LOITERING_MINIBUS.make("creeps", True, 3)
    t = case.truth["onset_s"] + 20
    assert "angkot" in {one.kind for one in inside(scene_of(case), case, "no_stopping", t) if one.speed < 0.5}


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_who_stops_in_steps_stands_too_long_in_all_and_never_at_once(seed: int) -> None:
    case = LOITERING_MINIBUS.make("in_steps", True, seed)
    scene, limit = scene_of(case), case.thresholds["min_dwell_s"]
    times = np.arange(0.0, 60.0, 0.5)
    stands = [any(one.kind == "angkot" and one.speed < 0.1 for one in inside(scene, case, "no_stopping", float(t)))
              for t in times]  # fmt: skip
    longest = max(len(run) for run in "".join("#" if stood else " " for stood in stands).split())
    assert 0.5 * longest < limit < 36 <= 0.5 * sum(stands) + 1
    assert 0.5 * sum(stands) == pytest.approx(case.truth["dwell_s"], abs=2.5)


@pytest.mark.parametrize("condition", ["short_stops", "in_turn_ahead", "one_at_a_bay"])
def test_minibuses_that_stop_for_passengers_stay_under_the_limit(condition: str) -> None:
    for seed in (3, 4):
        case = LOITERING_MINIBUS.make(condition, False, seed)
        assert float(case.truth["dwell_s"]) < case.thresholds["min_dwell_s"]


def test_in_a_queue_at_short_greens_minibuses_stand_and_roll_among_others() -> None:
    case = LOITERING_MINIBUS.make("short_greens", False, 5)
    scene = scene_of(case)
    looks = [inside(scene, case, "no_stopping", float(t)) for t in np.arange(0.0, 60.0, 2.0)]
    standing = [[one for one in look if one.speed < 0.1] for look in looks]
    assert sum(len(those) >= 3 and "angkot" in {one.kind for one in those} for those in standing) >= 12
    assert any(not those for those in standing[8:])


def test_rates_and_holes_are_in_the_file(tmp_path: Path) -> None:
    def times(case: Case) -> np.ndarray:
        with av.open(str(case.write(tmp_path))) as container:
            return np.array([float(frame.time or 0) for frame in container.decode(video=0)])

    assert np.diff(times(STOPPED.make("fps_1", True, 1))) == pytest.approx(1.0)
    assert np.diff(times(STOPPED.make("holes", True, 1))).max() >= 5.0
    uneven = np.diff(times(STOPPED.make("variable_rate", True, 1)))
    assert uneven.std() > 0.05


def test_footage_too_sparse_for_motion_may_go_unanswered() -> None:
    assert CONGESTION.make("fps_2", True, 1).may_abstain
    assert not CONGESTION.make("fps_5", True, 1).may_abstain
    assert not STOPPED.make("fps_1", True, 1).may_abstain


class Blind:
    """Sees nothing, so that nothing may be SUPPORTED."""

    identity = DetectorIdentity("blind", "0" * 64)

    def detect(self, pictures: Any) -> list[Detections]:
        return [Detections.none() for _ in pictures]


def test_a_case_is_rendered_asked_recorded_and_its_file_deleted(tmp_path: Path) -> None:
    found = judged(STOPPED, Ask("stopped_vehicle", "fps_1", True, 1), Blind(), tmp_path / "kept")
    assert (found.verdict, found.positive, found.error) == ("CONTRADICTED", True, None)
    assert found.labels["fps"] == 1.0
    assert found.span_s == pytest.approx(60.0, abs=1.1)
    assert found.cpu_s > 0
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["stopped_vehicle-fps_1-yes-1.mp4"]


def test_a_case_that_cannot_be_analysed_is_a_record_with_its_error() -> None:
    def broken(folder: Path) -> Path:
        path = folder / "clip.mp4"
        path.write_bytes(b"no film")
        return path

    case = Case("stopped_vehicle", "plain", True, 4, (), broken)
    found = judged(
        Family("stopped_vehicle", {"plain": lambda seed: case}, {}), Ask("stopped_vehicle", "plain", True, 4), Blind()
    )
    assert found.verdict == "ERROR"
    assert found.error
