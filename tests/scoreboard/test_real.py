"""Every check is asked of every real clip, also of its spoilt copies; what a person saw decides."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from analytics import checks
from tests.scoreboard.real import CLIPS, SILENT, all_asked
from tests.scoreboard.spoilt import SPOILERS, film


@pytest.fixture
def moving(tmp_path: Path) -> Path:
    """Twenty pictures of a bright square that walks to the right."""
    path = tmp_path / "moving.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for n in range(20):
            picture = np.full((96, 160, 3), 90, np.uint8)
            cv2.rectangle(picture, (5 + 6 * n, 30), (25 + 6 * n, 50), (250, 250, 250), -1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def pictures(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="gray").astype(np.float64) for frame in container.decode(video=0)])


def test_no_check_is_left_out_and_only_what_was_seen_may_be_supported() -> None:
    asked = all_asked()
    assert len(asked) == len(CLIPS) * len(checks.CHECKS) * (1 + len(SPOILERS))
    believed = {one.check for one in asked if "SUPPORTED" in one.allowed and not one.spoilt}
    assert believed == {name for seen in CLIPS for name in (*seen.must, *seen.open)}
    assert all(one.allowed == SILENT for one in asked if one.spoilt == "frozen")


def test_a_film_keeps_its_length_however_it_is_spoilt(moving: Path, tmp_path: Path) -> None:
    assert film(moving, "", tmp_path) == moving
    for kind in SPOILERS:
        assert len(pictures(film(moving, kind, tmp_path))) == 20


def test_frozen_stands_shaken_moves_and_dark_is_dark(moving: Path, tmp_path: Path) -> None:
    frozen, shaken, dark = (pictures(film(moving, kind, tmp_path)) for kind in ("frozen", "shaken", "dark"))
    assert np.abs(np.diff(frozen, axis=0)).max() <= 4
    heights = [float(np.mean(np.nonzero(picture > 200)[0])) for picture in shaken]
    assert np.std(heights) > 0.2
    assert dark.mean() < 0.25 * frozen.mean()


def test_an_unknown_way_to_spoil_is_refused(moving: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown way to spoil a film 'melted'"):
        film(moving, "melted", tmp_path)
