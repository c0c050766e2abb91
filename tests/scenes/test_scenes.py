"""The renderer's truth has to be true: everything measured elsewhere leans on it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.scenes import (
    DEMO_SCENES,
    MAKERS,
    Actor,
    Camera,
    ClipPlan,
    Flow,
    Lane,
    Light,
    Scene,
    Street,
    Track,
    drive,
    write_clip,
)
from tests.scenes.dataset import samples
from tests.scenes.measure import key_frames

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
STILL = Light(noise=0.0, sun=0.0, shadows=False)


def standing(kind: str, x: float, y: float, heading: float = 0.0) -> Actor:
    """An actor that never moves."""
    return Actor(kind, 4, Track(np.array([0.0, 99.0]), np.array([x, x]), np.array([y, y]), heading))


def street(*actors: Actor, light: Light = STILL) -> Scene:
    """A small scene without sun or noise, so that only the actors change a picture."""
    return Scene(Street(seed=3), Camera(x=2.0, height=7.0, tilt_deg=22, focal_px=600), light, list(actors), seed=1)


@pytest.mark.parametrize("kind", list(MAKERS))
@pytest.mark.parametrize("heading", [0.0, 2.2])
def test_box_is_where_the_pixels_change(kind: str, heading: float) -> None:
    scene = street(standing(kind, 4.0, 22.0, heading))
    empty = street().render(1.0).image.astype(int)
    changed = np.abs(scene.render(1.0).image.astype(int) - empty).max(axis=2) > 12
    truth = scene.render(1.0).truth[0]
    rows, columns = np.nonzero(changed)
    x1, y1, x2, y2 = truth.box
    assert truth.kind == kind
    assert truth.visible > 0.97
    assert columns.min() == pytest.approx(x1, abs=2.5)
    assert columns.max() == pytest.approx(x2, abs=2.5)
    assert rows.min() == pytest.approx(y1, abs=2.5)
    assert rows.max() == pytest.approx(y2, abs=2.5)


def test_nearer_actor_hides_the_farther_one() -> None:
    truth = street(standing("car", 4.0, 26.0), standing("bus", 4.0, 17.0)).render(0.5).truth
    share = {t.kind: t.visible for t in truth}
    assert share["bus"] > 0.95
    assert share["car"] < 0.4


def test_box_is_not_cut_at_the_border() -> None:
    truth = street(standing("bus", -2.0, 9.0)).render(0.5).truth[0]
    assert truth.box[3] > 360 or truth.box[0] < 0
    assert truth.visible < 0.95


def test_speed_and_ground_follow_the_script() -> None:
    track = Track(np.array([0.0, 10.0]), np.array([4.0, 4.0]), np.array([10.0, 60.0]))
    truth = street(Actor("car", 2, track)).render(3.0).truth[0]
    assert truth.speed == pytest.approx(5.0)
    assert truth.ground == pytest.approx((4.0, 25.0))


def test_same_seed_gives_same_pixels() -> None:
    first, second = samples(123_456, 1)[0], samples(123_456, 1)[0]
    assert np.array_equal(first.image, second.image)
    assert first.truth == second.truth
    assert not np.array_equal(first.image, samples(123_457, 1)[0].image)


def test_clock_is_burnt_in() -> None:
    scene = street()
    bare = scene.render(0.0).image
    scene.start = datetime(2026, 11, 2, 7)
    rows, columns = np.nonzero(np.abs(scene.render(0.0).image.astype(int) - bare).max(axis=2) > 40)
    assert rows.max() < 30
    assert columns.max() < 320


def test_queue_keeps_its_distance() -> None:
    actors = drive(Flow(Lane(0, 3.3, 1), {"car": 1.0}, 20, stop_y=30.0, reds=[(5.0, 60.0)]), seed=5, duration=70)
    found = sorted(p[1] for p in (a.track.at(55.0) for a in actors) if p and p[1] < 30)
    assert len(found) > 2
    assert min(np.diff(found)) > 4.0
    assert all(a.track.at(55.0)[2] < 0.3 for a in actors if a.track.at(55.0) and 10 < a.track.at(55.0)[1] < 30)  # type: ignore[index]


@pytest.mark.parametrize("jitter", [0.0, 0.6])
def test_clip_carries_the_planned_times(tmp_path: Path, jitter: float) -> None:
    plan = ClipPlan(
        fps=5, start=2.0, seconds=6.0, jitter=jitter, dropped=[(4.0, 5.0)], preset="ultrafast", with_truth=False
    )
    kept = write_clip(street(standing("car", 4.0, 20.0)), tmp_path / "clip.mp4", plan)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        frames = [(float(f.pts * f.time_base), f.key_frame) for f in container.decode(video=0)]
    assert [t for t, _ in frames] == pytest.approx([shot.t - 2.0 for shot in kept], abs=1e-3)
    assert not any(2.0 <= t < 3.0 for t, _ in frames)
    keys = [t for t, key in frames if key]
    assert max(np.diff(keys)) <= 3.2  # two seconds of grid, one of gap


def test_scenes_file_agrees_with_the_scripts_and_the_files() -> None:
    entries = {e["name"]: e for e in json.loads((FIXTURES / "footage/scenes.json").read_text())}
    assert list(entries) == list(DEMO_SCENES)
    for name, entry in entries.items():
        files = sorted((FIXTURES / "footage" / name).glob("*.mp4"))
        start = datetime.fromisoformat(entry["start"])
        minutes = [(datetime.strptime(f.stem, "%Y%m%dT%H%M%S%z") - start).total_seconds() / 60 for f in files]
        assert minutes == entry["minutes"]
        for zone in entry["zones"]:
            points = np.array(zone["polygon"])
            assert len(points) >= 3
            assert points.min() >= 0
            assert points.max() <= 1
            assert cv2.contourArea(points.astype(np.float32)) > 0.01


def test_footage_is_one_minute_with_keyframes_every_two_seconds() -> None:
    path = min((FIXTURES / "footage/parked_car").glob("*.mp4"))
    with av.open(str(path)) as container:
        packets = [(float(p.pts * p.time_base), p.is_keyframe) for p in container.demux(video=0) if p.pts is not None]
    times = sorted(t for t, _ in packets)
    assert times[0] == 0
    assert 59.0 < times[-1] < 60.0
    assert np.diff(sorted(t for t, key in packets if key)) == pytest.approx(2.0)


def test_footage_still_shows_what_its_script_says() -> None:
    demo = DEMO_SCENES["angkot_ngetem"]()
    t, picture = next(key_frames(FIXTURES / "footage/angkot_ngetem", demo, 30))
    rendered = demo.scene.render(t, with_truth=False).image.astype(int)
    assert (np.abs(rendered - picture).max(axis=2) > 60).mean() < 0.005


def test_parked_car_stands_in_its_zone() -> None:
    demo = DEMO_SCENES["parked_car"]()
    zone = next(z for z in demo.zones() if z["kind"] == "no_stopping")
    polygon = (np.array(zone["polygon"]) * (640, 360)).astype(np.float32)
    parked = [t for t in demo.scene.render(200.0).truth if t.speed == 0 and t.kind == "car"]
    assert len(parked) == 1
    x1, _, x2, y2 = parked[0].box
    assert cv2.pointPolygonTest(polygon, ((x1 + x2) / 2, y2), False) > 0


def test_weights_are_the_ones_that_were_measured() -> None:
    facts = json.loads((FIXTURES / "weights/model.json").read_text())
    weights = FIXTURES / "weights" / facts["name"]
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert digest == facts["sha256"]
    assert digest in (FIXTURES / "weights/README.md").read_text()
    assert weights.stat().st_size < 6_000_000
    assert facts["classes"] == list(MAKERS)
