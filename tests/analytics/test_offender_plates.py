"""Whose plate it is: rendered clips with drawn plates, the real text models, and who stands or drives beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from analytics.detections import Detections
from analytics.plates import decide, offender
from analytics.plates.offender import OffenderReading, box_at, plan_for, plate_of
from analytics.plates.reader import PlateReader
from analytics.verdict import Offender
from cameras.footage.decode import read_frames
from cameras.footage.frame import Frame, Picture
from tests.analytics.offender_scenes import ColourDetector, Scene, Vehicle, film, pictures
from tests.analytics.plate_drawing import PUBLIC, Place, hung, plate

CAR = Vehicle("car", "B 1357 TKL", Place(x=480, y=260, width=110))
PASSER = Vehicle("truck", "D 8642 ZAB", Place(x=0, y=370, width=110))


def read(scene: Scene, folder: Path, reader: PlateReader) -> OffenderReading:
    who = film(scene, folder / "clip.mp4")
    with read_frames(folder / "clip.mp4", plan_for(who)) as frames:
        return plate_of(frames, who, reader, ColourDetector())


@pytest.mark.slow
def test_the_plate_of_who_stands_is_told_with_place_and_time(tmp_path: Path, plate_reader: PlateReader) -> None:
    found = read(Scene(CAR), tmp_path, plate_reader)
    assert (found.text, found.reason) == ("B1357TKL", None)
    x1, y1, x2, y2 = found.box
    assert x1 < 480 / 960 < x2 and y1 < 260 / 540 < y2
    assert 0 <= found.at_s <= 6
    assert found.frames >= 2


@pytest.mark.slow
def test_the_plate_of_who_drives_in_front_of_it_is_not_its_own(tmp_path: Path, plate_reader: PlateReader) -> None:
    """Half hidden for a while it may be too doubtful to be told; but what is read is its own."""
    found = read(Scene(CAR, PASSER), tmp_path, plate_reader)
    assert found.text in {"B1357TKL", None}
    assert found.box[1] < 260 / 540 < found.box[3]
    assert found.confidence > 0.5 and found.frames >= 2
    bare = replace(CAR, text="")
    found = read(Scene(bare, replace(PASSER, place=replace(PASSER.place, y=262))), tmp_path, plate_reader)
    assert found.text is None


@pytest.mark.slow
def test_frames_of_who_comes_nearer_vote(tmp_path: Path, plate_reader: PlateReader) -> None:
    found = read(Scene(replace(CAR, paint=PUBLIC), moves=True, seconds=4), tmp_path, plate_reader)
    assert (found.text, found.reason) == ("B1357TKL", None)
    assert found.frames >= 3


@pytest.mark.slow
def test_too_far_away_it_is_null_with_a_reason(tmp_path: Path, plate_reader: PlateReader) -> None:
    far = replace(CAR, place=replace(CAR.place, width=26))
    found = read(Scene(far), tmp_path, plate_reader)
    assert found.text is None
    assert found.reason in {offender.NO_PLATE, decide.TOO_SMALL, decide.DOUBTFUL, decide.DISAGREE, decide.NO_SERIES}


@pytest.mark.slow
def test_a_motorcycle_that_leans_on_it_is_another_vehicle(plate_reader: PlateReader) -> None:
    """The plate lies in both boxes, and the motorcycle does not stand behind."""
    scene = Scene(CAR)
    frames = [Frame(float(n), shown) for n, shown in enumerate(_pictures(scene, 4))]
    who = Offender(0.0, 4.0, ((0.0, CAR.box),))
    beside = (0.42, 0.40, 0.58, 0.55)
    both = Boxes(("car", CAR.box), ("motorcycle", beside))
    assert plate_of(frames, who, plate_reader, both).reason == offender.NO_PLATE
    behind = Boxes(("car", CAR.box), ("bus", (0.1, 0.05, 0.9, 0.9)))
    assert plate_of(frames, who, plate_reader, behind).text == "B1357TKL"


@pytest.mark.slow
def test_a_plate_seen_once_is_not_told(plate_reader: PlateReader) -> None:
    plain, shown = next(_pictures(Scene(replace(CAR, text="")), 1)), next(_pictures(Scene(CAR), 1))
    frames = [Frame(float(n), shown if n == 3 else plain) for n in range(6)]
    found = plate_of(frames, Offender(0.0, 6.0, ((0.0, CAR.box),)), plate_reader, Boxes(("car", CAR.box)))
    assert (found.text, found.reason) == (None, offender.SEEN_BRIEFLY)


@pytest.mark.slow
def test_two_plates_on_one_vehicle_are_none(plate_reader: PlateReader) -> None:
    """Two vehicles taken for one, say: whose would it be?"""
    below = Vehicle("car", "AB 2468 CD", Place(x=480, y=420, width=92))
    frames = [Frame(float(n), shown) for n, shown in enumerate(_pictures(Scene(CAR), 4))]
    with_both = [Frame(f.t_s, _over(f.picture, below)) for f in frames]
    whole = (0.3, 0.1, 0.7, 0.95)
    found = plate_of(with_both, Offender(0.0, 4.0, ((0.0, whole),)), plate_reader, Boxes(("car", whole)))
    assert (found.text, found.reason) == (None, offender.SEVERAL)


def test_when_there_is_no_time_left_nothing_is_looked_at(plate_reader: PlateReader) -> None:
    frames = [Frame(0.0, np.zeros((90, 160, 3), np.uint8))]
    who = Offender(0.0, 4.0, ((0.0, CAR.box),))
    detector = ColourDetector()
    found = plate_of(frames, who, plate_reader, detector, until=0.0)
    assert (found.text, found.reason, found.frames, detector.asked) == (None, offender.NO_PLATE, 0, 0)


def test_who_moves_is_where_its_track_says() -> None:
    who = Offender(1.0, 3.0, ((1.0, (0.1, 0.1, 0.2, 0.2)), (3.0, (0.3, 0.1, 0.4, 0.2))))
    assert box_at(who, 2.0) == pytest.approx((0.2, 0.1, 0.3, 0.2))
    assert box_at(who, 9.0) == pytest.approx((0.3, 0.1, 0.4, 0.2))
    assert Offender.from_json(who.as_json()) == who


def test_a_stay_is_looked_at_evenly_however_sparse_its_footage(tmp_path: Path) -> None:
    film(Scene(CAR, seconds=40), tmp_path / "clip.mp4")
    who = Offender(0.0, 40.0, ((0.0, CAR.box),))
    with read_frames(tmp_path / "clip.mp4", plan_for(who)) as frames:
        times = [frame.t_s for frame in frames]
    assert len(times) == offender.STAY_LOOKS
    assert np.ptp(np.diff(times)) < 1.0
    assert 0 < times[0] < times[-1] < 40


def test_an_offender_is_somewhere_for_some_time() -> None:
    with pytest.raises(ValueError, match="somewhere"):
        Offender(2.0, 1.0, ((0.0, (0, 0, 1, 1)),))
    with pytest.raises(ValueError, match="somewhere"):
        Offender(0.0, 1.0, ())


def _pictures(scene: Scene, count: int) -> Iterator[Picture]:
    return islice(pictures(scene), count)


def _over(picture: Picture, vehicle: Vehicle) -> Picture:
    return hung(picture, plate(vehicle.text, vehicle.paint), vehicle.place)


class Boxes(ColourDetector):
    """Says the same of every picture."""

    def __init__(self, *found: tuple[str, tuple[float, float, float, float]]) -> None:
        super().__init__()
        boxes = np.array([box for _, box in found], np.float32)
        self._found = Detections(boxes, np.full(len(found), 0.9, np.float32), tuple(name for name, _ in found))

    def detect(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        return [self._found for _ in pictures]
