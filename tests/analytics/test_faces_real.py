"""Faces on real photos, and pasted into them, are not found again after blurring: by another network than ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analytics.blur import Finders, blurred
from analytics.detections import Detections
from analytics.faces import CenterFace, FacesUnknown
from tests.analytics.faces_again import NO_FACES, YuNet, cutouts, pasted, photos, put
from tests.fakes import NoPlates

pytestmark = pytest.mark.slow

MOST_AGAIN = 0.03


@pytest.fixture(scope="module")
def finder() -> CenterFace:
    return CenterFace()


def hidden(picture: np.ndarray, finder: CenterFace) -> np.ndarray:
    """Blurred without any help of persons' boxes."""
    safe = blurred(picture, Detections.none(), finders=Finders(finder, NoPlates()))
    assert not safe.whole
    return safe.picture


def test_no_face_of_the_photos_is_found_again(testdata: Path, finder: CenterFace) -> None:
    net, faces, left = YuNet(testdata), 0, []
    for name, picture in photos(testdata):
        targets = [face for face in net.targets(picture) if (name, round(face.score, 2)) not in NO_FACES]
        faces += len(targets)
        after = net.faces(hidden(picture, finder)) if targets else []
        left += [(name, face) for face in targets if any(face.overlap(one) > 0.3 for one in after)]
    assert faces >= 20
    assert len(left) / faces <= MOST_AGAIN, left


def test_of_faces_pasted_anywhere_at_most_three_in_a_hundred_are_found_again(
    testdata: Path, finder: CenterFace
) -> None:
    net, random, cuts = YuNet(testdata), np.random.default_rng(11), cutouts(testdata)
    faces = again = 0
    for _name, picture in list(photos(testdata))[::3]:
        before = pasted(picture, cuts, random, count=14)
        found, left = net.again(before, hidden(before, finder))
        faces, again = faces + found, again + left
    assert faces > 100
    assert again / faces <= MOST_AGAIN, f"{again} of {faces}"


def test_a_face_that_fills_the_picture_is_hidden_too(testdata: Path, finder: CenterFace) -> None:
    largest = max(cutouts(testdata), key=lambda cut: cut.picture.shape[1])
    for face_px in (150, 300, 600):
        picture = np.full((1080, 1920, 3), 120, np.uint8)
        cut = largest.sized(face_px)
        put(picture, cut, 300, 0)
        after, height, width = hidden(picture, finder), *cut.shape[:2]
        face = np.s_[height // 5 : min(1000, 4 * height // 5), 300 + width // 5 : 300 + 4 * width // 5]
        changed = np.abs(after[face].astype(int) - picture[face]).max(axis=2) > 2
        assert changed.mean() > 0.8, face_px


def test_small_faces_in_a_picture_of_many_pixels_are_found_in_its_parts(testdata: Path, finder: CenterFace) -> None:
    """4K: what is 20 pixels large here would be six if the picture were made as small as a film's."""
    net, cut = YuNet(testdata, 0.8), max(cutouts(testdata, 0.85), key=lambda cut: cut.picture.shape[1])
    picture = np.full((2160, 3840, 3), 110, np.uint8)
    places = [(x, y) for x in (5, 1275, 2550, 3700) for y in (5, 730, 1460, 2000)]
    for x, y in places:
        put(picture, cut.sized(22), x, y)
    found = finder.fine(picture)
    for x, y in places:
        near = np.abs(found[:, :2] - [x / 3840, y / 2160]).max(axis=1) < 0.01
        assert near.any(), (x, y)
    assert net.faces(hidden(picture, finder)[:720, :1280]) == []


def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(FacesUnknown):
        CenterFace(broken)


def test_pictures_of_any_shape_are_looked_at(finder: CenterFace) -> None:
    for height, width in ((1, 1), (3, 2000), (700, 8), (31, 33)):
        picture = np.zeros((height, width, 3), np.uint8)
        assert finder.near(picture).shape[1] == finder.fine(picture).shape[1] == 5
