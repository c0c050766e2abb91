"""The picture gate: what must be refused, and what a working camera shows on a bad day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.frame import Frame, Picture
from cameras.quality import assess
from tests.cameras import clips

Change = Callable[[Picture], Picture]
RNG = np.random.default_rng(11)


def lettered(picture: Picture, text: str = "2026-11-02 07:00:12") -> Picture:
    """With clock and name, as recorders write them after the lens."""
    out = picture.copy()
    scale = out.shape[1] / 640
    thick = max(1, round(2 * scale))
    foot = (round(380 * scale), out.shape[0] - round(8 * scale))
    cv2.putText(out, text, (round(8 * scale), round(22 * scale)), 0, 0.7 * scale, (255, 255, 255), thick, cv2.LINE_AA)
    cv2.putText(out, "JL SUDIRMAN 03", foot, 0, 0.7 * scale, (255, 255, 255), thick, cv2.LINE_AA)
    return out


def noisy(picture: Picture, level: float = 3.0) -> Picture:
    return np.clip(picture + RNG.normal(0, level, picture.shape), 0, 255).astype(np.uint8)


def street(width: int = 640) -> Picture:
    """A drawn street: sky, houses with windows, kerbs, road with markings, three cars."""
    height = width * 9 // 16
    scale = width / 640
    picture = np.full((height, width, 3), (150, 140, 130), np.uint8)

    def box(x: int, y: int, w: int, h: int, colour: tuple[int, int, int]) -> None:
        corner = (round((x + w) * scale), round((y + h) * scale))
        cv2.rectangle(picture, (round(x * scale), round(y * scale)), corner, colour, -1)

    box(0, 0, 640, 90, (215, 200, 185))
    for house in range(6):
        box(10 + house * 105, 45, 90, 95, (70 + 20 * house, 90, 120))
        for window in range(6):
            box(20 + house * 105 + window % 3 * 26, 60 + window // 3 * 36, 14, 20, (40, 40, 50))
    box(0, 150, 640, 210, (90, 90, 92))
    for mark in range(8):
        box(20 + mark * 80, 252, 40, 5, (225, 225, 225))
    for x, y, colour in ((80, 190, (40, 40, 160)), (300, 205, (200, 200, 200)), (470, 280, (60, 50, 40))):
        box(x, y, 95, 40, colour)
        box(x + 15, y - 18, 60, 20, (60, 55, 50))
    return picture


def over_time(make: Callable[[int], Picture], seconds: int = 60, every_s: int = 5) -> list[Frame]:
    return [Frame(float(t), make(t)) for t in range(0, seconds, every_s)]


def live(change: Change = lambda picture: picture, noise: float = 3.0) -> list[Frame]:
    """A minute of the street with sensor noise and a running clock."""
    return over_time(lambda t: lettered(noisy(change(street()), noise), f"2026-11-02 07:00:{t:02d}"))


def blurred(picture: Picture, share: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), share * picture.shape[1]), np.uint8)


def dimmed(picture: Picture, factor: float) -> Picture:
    return (picture * factor).astype(np.uint8)


def night(picture: Picture) -> Picture:
    """Two lamps light the road, the rest lies in the dark."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    light = np.full(picture.shape[:2], 0.10)
    for x in (0.25, 0.75):
        distance = np.hypot(columns / picture.shape[1] - x, rows / picture.shape[0] - 0.6)
        light += 0.6 * np.exp(-((distance / 0.18) ** 2))
    out = (picture * light[..., None]).clip(0, 255).astype(np.uint8)
    cv2.circle(out, (picture.shape[1] // 4, picture.shape[0] // 5), 5, (255, 255, 255), -1)
    return out


def rain(picture: Picture) -> Picture:
    """Less contrast, and streaks."""
    out = (picture * 0.55 + 70).astype(np.uint8)
    for _ in range(250):
        x, y = int(RNG.integers(0, out.shape[1])), int(RNG.integers(0, out.shape[0]))
        cv2.line(out, (x, y), (x + 2, y + 12), (190, 190, 190), 1)
    return out


# --- what must pass -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: p, id="day"),
        pytest.param(night, id="night"),
        pytest.param(rain, id="rain"),
        pytest.param(lambda p: dimmed(p, 0.3), id="evening"),
        pytest.param(lambda p: (p * 0.3 + 140).astype(np.uint8), id="fog"),
        pytest.param(lambda p: blurred(p, 0.001), id="a little soft"),
        pytest.param(lambda p: np.clip(p * 1.5, 0, 255).astype(np.uint8), id="glaring sky"),
    ],
)
def test_a_working_camera_passes(change: Change) -> None:
    report = assess(live(change))
    assert report.ok, report


@pytest.mark.parametrize("width", [352, 640, 1280, 2560])
def test_the_same_scene_passes_and_fails_alike_at_every_size(width: int) -> None:
    assert assess([Frame(0.0, lettered(noisy(street(width))))]).ok
    assert assess([Frame(0.0, lettered(noisy(blurred(street(width), 0.01))))]).reasons == ("blurred",)


def test_strong_compression_passes() -> None:
    def squeezed(picture: Picture) -> Picture:
        return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], 1), np.uint8)

    assert assess(live(squeezed)).ok


def test_a_single_still_is_judged_by_what_one_picture_can_tell() -> None:
    report = assess([Frame(0.0, street())])
    assert report.ok
    assert report.frames == 1
    assert report.frozen_s == 0.0


def test_one_flash_and_one_dark_moment_decide_nothing() -> None:
    frames = live()
    frames[3] = Frame(frames[3].t_s, np.full_like(frames[3].picture, 255))
    frames[7] = Frame(frames[7].t_s, np.zeros_like(frames[7].picture))
    assert assess(frames).ok


def test_a_car_that_stands_all_the_time_is_no_frozen_picture() -> None:
    """Nothing moves but the clock: compressed so hard that the noise is gone."""
    frames = over_time(lambda t: lettered(street(), f"2026-11-02 07:00:{t:02d}"))
    report = assess(frames)
    assert report.ok, report


def test_noise_alone_shows_a_live_camera_without_a_clock() -> None:
    assert assess(over_time(lambda _t: noisy(street(), 1.5))).ok


def test_traffic_that_fills_the_picture_is_no_turned_camera() -> None:
    def jam(t: int) -> Picture:
        picture = street()
        for lane in range(4):
            for car in range(5):
                x = (car * 140 + lane * 50 + t * (11 + 7 * lane)) % 640
                cv2.rectangle(
                    picture, (x, 160 + lane * 48), (x + 90, 198 + lane * 48), (30 * car, 90, 200 - 40 * lane), -1
                )
        return noisy(picture)

    assert assess(over_time(jam)).ok


def test_a_change_of_light_is_no_turned_camera() -> None:
    assert assess(over_time(lambda t: lettered(noisy(dimmed(street(), 1.0 if t < 30 else 0.45))))).ok


# --- what must fail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 4, 9])
def test_a_nearly_black_picture_fails(level: int) -> None:
    report = assess(over_time(lambda t: lettered(noisy(np.full((360, 640, 3), level, np.uint8)), f"07:00:{t:02d}")))
    assert report.reasons == ("too_dark",)


def test_a_street_at_a_twentieth_of_its_light_fails() -> None:
    assert assess(live(lambda p: dimmed(p, 0.05), noise=1.0)).reasons == ("too_dark",)


def test_a_burnt_out_picture_fails() -> None:
    assert assess(over_time(lambda _t: noisy(np.full((360, 640, 3), 253, np.uint8), 2))).reasons == ("too_bright",)


@pytest.mark.parametrize("level", [40, 120, 200])
@pytest.mark.parametrize("noise", [0.0, 2.0, 6.0])
def test_a_covered_lens_fails_in_spite_of_letters_and_noise(level: int, noise: float) -> None:
    """With the falling off of light toward the corners that a covered lens still has."""
    shade = np.linspace(-8, 8, 640)[None, :, None]
    cover = np.clip(np.full((360, 640, 3), level) + shade, 0, 255).astype(np.uint8)
    assert assess(over_time(lambda t: lettered(noisy(cover, noise), f"07:00:{t:02d}"))).reasons == ("flat",)


@pytest.mark.parametrize("share", [0.008, 0.0125, 0.025])
def test_a_lens_out_of_focus_fails_in_spite_of_sharp_letters(share: float) -> None:
    report = assess(live(lambda p: blurred(p, share)))
    assert report.reasons == ("blurred",)


def test_a_feed_that_repeats_one_picture_fails() -> None:
    picture = lettered(noisy(street()))
    report = assess(over_time(lambda _t: picture))
    assert report.reasons == ("frozen",)
    assert report.frozen_s == 55.0


def test_a_repeated_picture_is_known_after_compression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = lettered(noisy(street(320)))
    monkeypatch.setattr(clips, "picture_at", lambda _t, _size: picture)
    path = clips.write(tmp_path / "frozen.mp4", clips.Clip(clips.steady(50, fps=5.0), size=(320, 180), fps=5.0))
    with read_frames(path) as stream:
        report = assess(list(stream))
    assert report.reasons == ("frozen",)


def test_a_repeated_picture_is_known_while_the_encoder_still_sharpens_it(tmp_path: Path) -> None:
    """One noisy picture, a keyframe every two seconds: the encoder changes it for six seconds before it rests."""
    picture = noisy(street(), 6.0)
    path = tmp_path / "frozen.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.options = {"crf": "23", "preset": "superfast", "g": "20"}
        for _ in range(260):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    with read_frames(path) as film:
        assert assess(list(film)).reasons == ("frozen",)


def test_a_thing_put_down_early_in_a_clip_without_noise_is_no_frozen_feed() -> None:
    def thing(t: int) -> Picture:
        picture = street()
        if t >= 5:
            cv2.rectangle(picture, (300, 250), (340, 290), (20, 20, 20), -1)
        return picture

    assert assess(over_time(thing, seconds=28, every_s=2)).ok


def test_a_feed_that_freezes_half_way_is_known_by_the_noise_before() -> None:
    last = lettered(noisy(street()))
    report = assess(over_time(lambda t: lettered(noisy(street()), f"07:00:{t:02d}") if t < 40 else last, seconds=100))
    assert report.reasons == ("frozen",)


def test_a_short_repeat_is_forgiven() -> None:
    last = lettered(noisy(street()))
    report = assess(over_time(lambda t: lettered(noisy(street()), f"07:00:{t:02d}") if t < 40 else last, seconds=60))
    assert report.ok


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda p: np.roll(p, (40, 140), axis=(0, 1)), id="turned"),
        pytest.param(lambda p: np.roll(p, -50, axis=0), id="tilted"),
        pytest.param(lambda p: np.asarray(cv2.resize(p[90:270, 160:480], (640, 360)), np.uint8), id="zoomed"),
    ],
)
def test_a_camera_turned_half_way_fails(view: Change) -> None:
    def turned(t: int) -> Picture:
        return lettered(noisy(street() if t < 30 else view(street())), f"07:00:{t:02d}")

    assert assess(over_time(turned)).reasons == ("moved",)


def test_no_frames_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        assess([])


# --- real pictures --------------------------------------------------------------------------------------------------


def test_real_clips_and_photos_pass(testdata: Path) -> None:
    stills = [*(testdata / "photos").iterdir(), *(testdata / "flood" / "images").iterdir()]
    for path in sorted(stills):
        with read_frames(path) as stream:
            assert assess(list(stream)).ok, path.name
    for path in sorted((testdata / "video").iterdir()):
        with read_frames(path, SamplePlan("rate", fps=0.5)) as stream:
            assert assess(list(stream)).ok, path.name


def test_real_pictures_fail_when_blurred_or_black(testdata: Path) -> None:
    for path in sorted((testdata / "photos").iterdir()):
        with read_frames(path) as stream:
            picture = next(stream).picture
        assert assess([Frame(0.0, lettered(noisy(blurred(picture, 0.01))))]).reasons == ("blurred",), path.name
        assert assess([Frame(0.0, noisy(dimmed(picture, 0.05)))]).reasons == ("too_dark",), path.name
