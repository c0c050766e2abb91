"""The minute that costs are measured on, and what is kept when the measuring is cut short."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from analytics.checks import check_for
from cameras.footage.decode import probe
from tests.scoreboard import cost
from tests.scoreboard.case import Case, Family


@pytest.fixture
def short_film(tmp_path: Path) -> Path:
    """Five seconds of coloured noise, small, two pictures a second."""
    path = tmp_path / "scene.mp4"
    rng = np.random.default_rng(2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=2)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(10):
            picture = np.full((180, 320, 3), rng.integers(60, 200, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def test_the_minute_is_1080p_at_15_fps_with_a_keyframe_every_two_seconds(short_film: Path, tmp_path: Path) -> None:
    info = probe(cost.as_1080p15(short_film, tmp_path / "minute.mp4", seconds=7.0))
    assert (info.width, info.height, info.frames) == (1920, 1080, 105)
    assert list(info.keyframe_times_s) == pytest.approx([0.0, 2.0, 4.0, 6.0], abs=0.01)


def test_the_minute_shows_the_scene_in_its_colours_and_starts_again_when_it_ends(
    short_film: Path, tmp_path: Path
) -> None:
    minute = cost.as_1080p15(short_film, tmp_path / "minute.mp4", seconds=7.0)
    scene = [picture.mean(axis=(0, 1)) for _, picture in cost._frames(short_film)]
    shown = [picture[::9, ::9].mean(axis=(0, 1)) for _, picture in cost._frames(minute)]
    assert np.abs(shown[32] - scene[5]).max() < 8, "2.1 s into the scene, whose next picture is that of 2.5 s"
    assert np.abs(shown[-1] - scene[5]).max() < 8, "2.4 s into the scene that began again"


def test_each_cost_is_told_before_the_next_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def maker(seed: int) -> Case:
        raise AssertionError("not rendered here")

    families = [Family(slug, {"plain": maker}, {}) for slug in ("congestion", "crowd", "loitering")]
    detector, version = SimpleNamespace(identity=SimpleNamespace(sha256="w")), check_for("congestion").version
    known: dict[str, Any] = {"congestion": {"core_s_per_minute": 1.0, "version": version, "weights": "w"}}
    asked: list[str] = []

    def dies_at_the_second(family: Family, detector: Any) -> dict[str, Any]:
        asked.append(family.check)
        if family.check == "loitering":
            raise KeyboardInterrupt
        return {"core_s_per_minute": 2.0}

    heard: list[list[str]] = []
    monkeypatch.setattr(cost, "_cost", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        cost.measured(families, known, detector, lambda found: heard.append(sorted(found)))
    assert asked == ["crowd", "loitering"], "what is known of this version is not measured again"
    assert heard == [["congestion", "crowd"]]
