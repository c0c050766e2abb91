"""A clip in which nobody can be made out in any frame, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from analytics import clip_blur as module
from analytics.blur import Finders
from analytics.clip_blur import BlurFailed, BlurReport, BlurTask, Eyes, clip_blur
from analytics.faces import Boxes, CenterFace
from analytics.zones import Zone
from cameras.footage.decode import DecodeFailed, probe
from cameras.footage.frame import Picture
from tests.analytics.faces_again import YuNet, film, frames_of, moving, panned
from tests.fakes import FakeDetector, NoPlates

FPS = 10.0
DISC = (40, 40, 220)
HIDDEN = 0.35
"""Of the red: the middle one of nine blocks is red as well."""


def street(seconds: float, size: tuple[int, int] = (320, 180)) -> list[Picture]:
    """Noise with a red disc that crosses it, for a face that a finder of the test knows by its colour."""
    width, height = size
    ground = np.random.default_rng(2).integers(60, 120, (height, width, 1), np.uint8).repeat(3, axis=2)
    pictures = []
    for number in range(round(seconds * FPS)):
        picture = ground.copy()
        cv2.circle(picture, (20 + round(number * (width - 40) / (seconds * FPS)), height // 2), 14, DISC, -1)
        pictures.append(picture)
    return pictures


def red_share(picture: Picture) -> float:
    """How much pure red is left: the disc as it was."""
    near = np.abs(picture.astype(int) - DISC).max(axis=2) < 40
    return float(near.mean()) / (np.pi * 14 * 14 / near.size)


@dataclass
class FindsDiscs:
    """``fails``: what looking raises at the given looks (counted from 0)."""

    fails: dict[int, Exception] = field(default_factory=dict)
    misses: Callable[[int], bool] = lambda _n: False
    looks: int = 0

    def near(self, picture: Picture) -> Boxes:
        number, self.looks = self.looks, self.looks + 1
        if number in self.fails:
            raise self.fails[number]
        rows, columns = np.nonzero(np.abs(picture.astype(int) - DISC).max(axis=2) < 60)
        if self.misses(number) or len(rows) < 40:
            return np.zeros((0, 5), np.float32)
        height, width = picture.shape[:2]
        box = [columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height, 0.9]
        return np.array([box], np.float32)

    def fine(self, picture: Picture) -> Boxes:
        return np.zeros((0, 5), np.float32)


def eyes(finder: Any, plates: Any = None) -> Eyes:
    return Eyes(FakeDetector(), Finders(finder, plates or NoPlates()))


def blurred(tmp_path: Path, pictures: Sequence[Picture], finder: Any, **extra: Any) -> tuple[BlurReport, list[Picture]]:
    source = film(tmp_path / "source.mp4", pictures, FPS)
    task = BlurTask(source, tmp_path / "blurred.mp4", extra.pop("part", (0.0, 60.0)), **extra)
    report = clip_blur(task, eyes(finder))
    return report, frames_of(task.destination)


def test_every_frame_is_covered_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    pictures = street(3)
    report, shown = blurred(tmp_path, pictures, FindsDiscs())
    assert (report.frames, report.whole, len(shown)) == (30, 0, 30)
    assert max(map(red_share, shown)) < HIDDEN
    assert all(np.abs(a[:50].astype(int) - b[:50]).mean() < 8 for a, b in zip(pictures, shown, strict=True))


def test_what_the_finder_misses_for_a_while_is_covered_all_the_same(tmp_path: Path) -> None:
    report, shown = blurred(tmp_path, street(3), FindsDiscs(misses=lambda n: n % 5 in {1, 2, 3}))
    assert report.whole == 0
    assert max(map(red_share, shown[:-2])) < HIDDEN


def test_a_frame_that_cannot_be_looked_at_is_blurred_whole_and_only_that_one(tmp_path: Path) -> None:
    pictures = street(3)
    report, shown = blurred(tmp_path, pictures, FindsDiscs(fails={7: RuntimeError("no"), 20: MemoryError()}))
    assert report.whole == 2
    sharp = [float(cv2.Laplacian(each, cv2.CV_32F).std()) for each in shown]
    assert [number for number, each in enumerate(sharp) if each < 0.3 * max(sharp)] == [7, 20]


def test_frames_between_two_looks_are_blurred_whole_when_one_of_them_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NEAR_EVERY_S", 0.29)
    monkeypatch.setattr(module, "NEAR_RARELY_S", 0.29)
    monkeypatch.setattr(module, "NOVEL", 500.0)
    report, shown = blurred(tmp_path, street(3), FindsDiscs(fails={4: ValueError("odd")}))
    assert report.looks == 11, "and the next frame is looked at in its place"
    assert report.whole == 3, "from after the look before to before the look after"
    assert max(map(red_share, shown)) < HIDDEN


def test_when_the_time_is_up_what_was_not_looked_at_is_not_shown(tmp_path: Path) -> None:
    finder = FindsDiscs()
    task_ends: dict[str, Any] = {"budget_s": 5.0}
    slow = finder.near

    def slower(picture: Picture) -> Boxes:
        if finder.looks == 10:
            raise_budget()
        return slow(picture)

    real = module.time.monotonic
    ahead = [0.0]
    module_time = type("clock", (), {"monotonic": staticmethod(lambda: real() + ahead[0])})

    def raise_budget() -> None:
        ahead[0] = 60.0

    finder.near = slower  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "time", module_time)
        report, shown = blurred(tmp_path, street(3), finder, **task_ends)
    assert (report.frames, report.whole) == (30, 19)
    assert max(map(red_share, shown)) < HIDDEN


def test_if_nothing_could_be_looked_at_there_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(BlurFailed):
        blurred(tmp_path, street(1), FindsDiscs(fails=dict.fromkeys(range(99), RuntimeError("broken"))))
    assert not (tmp_path / "blurred.mp4").exists()


def test_an_error_of_the_program_is_no_reason_to_blur(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        blurred(tmp_path, street(1), FindsDiscs(fails={3: KeyError("a mistake of ours")}))


def test_a_flash_between_two_looks_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEAR_EVERY_S", 0.25)
    pictures = street(2)
    clean = pictures[0].copy()
    cv2.circle(clean, (20, 90), 18, (90, 90, 90), -1)
    once = clean.copy()
    cv2.circle(once, (200, 90), 14, DISC, -1)
    flashed = [clean if number != 11 else once for number in range(20)]
    _report, shown = blurred(tmp_path, flashed, FindsDiscs())
    assert red_share(flashed[11]) > 0.9
    assert max(map(red_share, shown)) < HIDDEN


class SeesPlate:
    """Around the disc, where that is when it is asked; ``asked``: how often that was."""

    asked = 0

    def plates(self, picture: Picture, found: Any) -> Any:
        self.asked += 1
        return FindsDiscs().near(picture)[:, :4] + np.array([[-0.1, -0.1, 0.1, 0.1]], np.float32)


def test_plates_are_looked_for_now_and_then_and_covered_between(tmp_path: Path) -> None:
    still = [street(1)[0]] * 40
    finder = SeesPlate()
    source = film(tmp_path / "source.mp4", still, FPS)
    task = BlurTask(source, tmp_path / "blurred.mp4", (0.0, 60.0))
    clip_blur(task, eyes(FindsDiscs(misses=lambda _n: True), finder))
    assert max(map(red_share, frames_of(task.destination))) < HIDDEN
    assert finder.asked == 5


def test_nothing_is_left_of_a_privacy_zone_in_any_frame(tmp_path: Path) -> None:
    hidden = Zone("privacy", ((0.0, 0.0), (1.0, 0.0), (1.0, 0.25), (0.0, 0.25)))
    _report, shown = blurred(tmp_path, street(1), FindsDiscs(), hidden=[hidden])
    assert all(frame[:40].std() < 12 for frame in shown)


def test_the_part_that_was_asked_for_and_nothing_else(tmp_path: Path) -> None:
    told: list[float] = []
    report, shown = blurred(tmp_path, street(6), FindsDiscs(), part=(2.0, 4.0), told=told.append)
    assert (report.first_s, len(shown)) == (pytest.approx(2.0, abs=0.01), 20)
    assert told == sorted(told)
    assert told[-1] > 0.95
    with pytest.raises(DecodeFailed):
        blurred(tmp_path, street(1), FindsDiscs(), part=(30.0, 40.0))


def test_what_is_written_plays_everywhere_and_tells_nothing_of_its_source(tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    with av.open(str(source), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update({"title": "RAHASIA", "location": "-6.19+106.83/", "comment": "RAHASIA"})
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 321 - 1, 180, "yuv420p"
        sound = container.add_stream("aac", rate=8000)
        for picture in street(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate, silence.pts = 8000, 0
        container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    destination = tmp_path / "blurred.mp4"
    clip_blur(BlurTask(source, destination, (0, 60)), eyes(FindsDiscs()))
    content = destination.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert b"RAHASIA" not in content
    assert b"106.83" not in content
    with av.open(str(destination)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, len(container.streams)) == ("h264", "yuv420p", 1)
    assert probe(destination).keyframe_gap_max_s <= 1.1


def test_a_large_clip_is_made_smaller_and_odd_sizes_are_no_trouble(tmp_path: Path) -> None:
    large = [cv2.resize(picture, (1921, 1081)) for picture in street(0.5)]
    source = tmp_path / "large.mkv"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 1921, 1081, "yuvj444p"
        for picture in large:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="bgr24")))
        container.mux(stream.encode(None))
    destination = tmp_path / "blurred.mp4"
    clip_blur(BlurTask(source, destination, (0, 60)), eyes(FindsDiscs()))
    info = probe(destination)
    assert (info.width, info.height) == (1280, 720)


def test_a_hole_in_the_footage_stays_a_hole(tmp_path: Path) -> None:
    source = tmp_path / "holed.mp4"
    pictures = street(2)
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number * 100 + (8000 if number >= 10 else 0), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    destination = tmp_path / "blurred.mp4"
    clip_blur(BlurTask(source, destination, (0, 60)), eyes(FindsDiscs()))
    assert [(round(a), round(b)) for a, b in probe(destination).stretches_s] == [(0, 1), (9, 10)]
    assert max(map(red_share, frames_of(destination))) < HIDDEN


# -- Real faces -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "fps"),
    [
        (lambda data, fps: moving(data, 2.5, fps), 12.0),
        (lambda data, fps: panned(data, fps, 0.5, only=("103.jpg", "56.jpg", "63.jpg", "bus.jpg")), 12.0),
    ],
    ids=["faces that move", "photos panned, with cuts"],
)
def test_in_no_frame_is_a_face_found_again(
    made: Callable[[Path, float], Any], fps: float, testdata: Path, tmp_path: Path
) -> None:
    source = film(tmp_path / "source.mp4", made(testdata, fps), fps)
    destination = tmp_path / "blurred.mp4"
    report = clip_blur(BlurTask(source, destination, (0, 60)), eyes(CenterFace()))
    assert report.whole == 0
    net, faces, again = YuNet(testdata), 0, 0
    for before, after in zip(frames_of(source), frames_of(destination), strict=True):
        found, left = net.again(before, after)
        faces, again = faces + found, again + left
    assert faces > 50
    assert again / faces <= 0.03, f"{again} of {faces}"
