"""What one look at a camera says of it: covered, blurred, dark by day and by night, frozen, turned away, or well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.frame import Picture
from cameras.footage.limits import DecodeFailed, DecodeInterrupted
from cameras.footage.source import FootageMissing, FootageTimedOut, SourceDenied, StorageFull
from cameras.patrol.daylight import is_daylight
from cameras.patrol.judge import (
    Finding,
    Memory,
    Outcome,
    failed,
    judged,
    known_without_picture,
    plane_packed,
    plane_unpacked,
    small_plane,
)
from cameras.patrol.view import Change, view_check
from jsc_project.lib.when import wib_text
from tests.cameras.test_quality import blurred, dimmed, lettered, night, noisy, rain, street

WIB = ZoneInfo("Asia/Jakarta")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=WIB)
MIDNIGHT = datetime(2026, 11, 2, 0, 30, tzinfo=WIB)


def seen(picture: Picture, at: datetime = NOON, memory: Memory | None = None) -> Finding:
    return judged(picture, None, memory or Memory(), at)


def live(at: datetime, change: Callable[[Picture], Picture] = lambda picture: picture) -> Picture:
    return lettered(noisy(change(street())), f"{at:%Y-%m-%d %H:%M:%S}")


def compressed(picture: Picture, quality: int = 80) -> Picture:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1), np.uint8)


def looks(pictures: Iterator[tuple[datetime, Picture]]) -> list[Finding]:
    """One after the other, each with what the one before remembered."""
    found: list[Finding] = []
    memory = Memory()
    for at, picture in pictures:
        found.append(judged(picture, None, memory, at))
        memory = found[-1].memory or memory
    return found


# --- one picture ----------------------------------------------------------------------------------------------------


def test_a_street_by_day_and_one_under_lamps_are_good() -> None:
    assert seen(live(NOON)).outcome is Outcome.GOOD
    assert seen(live(MIDNIGHT, night), MIDNIGHT).outcome is Outcome.GOOD


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        pytest.param(np.full((360, 640, 3), 120, np.uint8), "flat", id="covered"),
        pytest.param(blurred(street(), 0.012), "blurred", id="out of focus"),
        pytest.param(dimmed(street(), 0.05), "too_dark", id="dark"),
        pytest.param(np.full((360, 640, 3), 253, np.uint8), "too_bright", id="burnt out"),
    ],
)
def test_a_picture_that_is_no_good_is_told_by_its_code(picture: Picture, code: str) -> None:
    found = seen(noisy(picture, 1.0))
    assert (found.outcome, found.code, found.fit) == (Outcome.BAD, code, False)


def test_darkness_is_a_fault_by_day_and_none_at_night() -> None:
    dark = noisy(dimmed(street(), 0.05), 1.0)
    assert seen(dark, NOON).outcome is Outcome.BAD
    at_night = seen(dark, MIDNIGHT)
    assert (at_night.outcome, at_night.code, at_night.fit) == (Outcome.NIGHT, "night_dark", False)
    assert seen(np.full((360, 640, 3), 120, np.uint8), MIDNIGHT).code == "flat"


def test_day_is_by_the_sun_of_jakarta_whatever_the_servers_zone() -> None:
    assert [hour for hour in range(24) if is_daylight(MIDNIGHT.replace(hour=hour))] == list(range(7, 17))
    assert is_daylight(NOON.astimezone(ZoneInfo("UTC")))
    assert not is_daylight(NOON.astimezone(ZoneInfo("UTC")) + timedelta(hours=12))


# --- no picture -----------------------------------------------------------------------------------------------------


def test_errors_are_told_in_clear_indonesian_words() -> None:
    assert "24 jam terakhir" in failed(FootageMissing("x")).sentence
    assert "401" in failed(SourceDenied("x", status=401)).sentence
    assert "tidak tersambung" in failed(FootageTimedOut("x", what="connect")).sentence
    assert {failed(e).outcome for e in (FootageMissing("x"), SourceDenied("x"), FootageTimedOut("x"))} == {Outcome.BAD}


def test_our_own_trouble_says_nothing_about_the_camera() -> None:
    for error in (StorageFull("x"), DecodeInterrupted("x"), DecodeFailed("x", reason="out_of_memory")):
        assert failed(error).outcome is Outcome.NOTHING
    assert failed(DecodeFailed("x", reason="not_media")).outcome is Outcome.BAD


def test_an_old_recording_is_told_without_looking_at_it() -> None:
    found = known_without_picture(NOON - timedelta(hours=5), Memory(), NOON)
    assert found is not None
    assert (found.outcome, found.code) == (Outcome.BAD, "footage_stale")
    assert "2 Nov 2026 07.00 WIB" in found.sentence
    assert known_without_picture(NOON - timedelta(hours=1), Memory(), NOON) is None


def test_the_recording_of_the_last_look_proves_only_that_somebody_answers() -> None:
    memory = Memory(small_plane(street()), NOON)
    found = known_without_picture(NOON, memory, NOON + timedelta(minutes=20))
    assert found is not None
    assert found.outcome is Outcome.REPEAT
    assert known_without_picture(NOON + timedelta(minutes=10), memory, NOON + timedelta(minutes=20)) is None


# --- frozen ---------------------------------------------------------------------------------------------------------


def test_a_picture_that_never_changes_is_frozen_after_twenty_minutes_also_at_night() -> None:
    for start, picture in ((NOON, compressed(live(NOON))), (MIDNIGHT, compressed(live(MIDNIGHT, night)))):
        found = looks((start + timedelta(minutes=minutes), picture) for minutes in (0, 10, 19, 21))
        assert [one.code for one in found] == ["", "", "", "frozen"]
        assert wib_text(start) in found[-1].sentence


def test_a_frozen_picture_that_is_encoded_anew_is_known_after_an_hour_of_daylight() -> None:
    picture = live(NOON)
    found = looks((NOON + timedelta(minutes=30 * n), compressed(picture, 80 - 5 * n)) for n in range(4))
    assert [one.code for one in found] == ["", "", "frozen", "frozen"]


def test_a_street_at_rest_with_a_running_clock_is_not_frozen() -> None:
    moments = [NOON + timedelta(minutes=30 * n) for n in range(4)]
    found = looks((at, compressed(lettered(street(), f"{at:%H:%M:%S}"))) for at in moments)
    assert [one.code for one in found] == [""] * 4


def test_a_lamp_lit_street_at_rest_without_a_clock_is_not_frozen_all_night() -> None:
    moments = [MIDNIGHT + timedelta(minutes=30 * n) for n in range(8)]
    found = looks((at, compressed(noisy(night(street()), 1.5))) for at in moments)
    assert [one.code for one in found] == [""] * 8


def test_one_change_begins_the_count_anew() -> None:
    still = compressed(live(NOON))
    other = compressed(live(NOON + timedelta(minutes=1), rain))
    pictures = [still, still, other, other, other]
    found = looks((NOON + timedelta(minutes=15 * n), picture) for n, picture in enumerate(pictures))
    assert [one.code for one in found] == ["", "", "", "", "frozen"]


def test_what_is_remembered_fits_a_row() -> None:
    plane = small_plane(live(NOON))
    packed = plane_packed(plane)
    again = plane_unpacked(packed)
    assert again is not None
    assert (again == plane).all()
    assert len(packed) < 20_000
    assert plane_unpacked(b"") is None
    assert plane_unpacked(b"no picture") is None


# --- the view -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: p, id="same"),
        pytest.param(lambda p: dimmed(p, 0.4), id="evening"),
        pytest.param(lambda p: (p * 0.3 + 140).astype(np.uint8), id="fog"),
        pytest.param(rain, id="rain"),
        pytest.param(lambda p: np.asarray(cv2.resize(p, (320, 180)), np.uint8), id="sub stream"),
        pytest.param(lambda p: np.roll(p, 6, axis=1), id="swaying by a hundredth"),
    ],
)
def test_the_same_view_in_another_light_is_the_same(change: Callable[[Picture], Picture]) -> None:
    found = seen(noisy(change(street())), NOON, Memory(reference=street()))
    assert (found.outcome, found.code) == (Outcome.GOOD, ""), found.view


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(lambda p: np.roll(p, 60, axis=1), Change.SHIFTED, id="turned by a tenth"),
        pytest.param(lambda p: np.roll(p, -40, axis=0), Change.SHIFTED, id="tilted"),
        pytest.param(lambda p: np.ascontiguousarray(np.rot90(p, 2)), Change.DIFFERENT, id="upside down"),
        pytest.param(
            lambda p: np.asarray(cv2.resize(p[90:270, 160:480], (640, 360)), np.uint8), Change.DIFFERENT, id="zoomed in"
        ),
    ],
)
def test_a_view_that_is_not_the_references_is_told(change: Callable[[Picture], Picture], what: Change) -> None:
    found = seen(noisy(change(street())), NOON, Memory(reference=street()))
    assert (found.outcome, found.code) == (Outcome.BAD, "view_moved")
    assert found.view is not None
    assert found.view.change is what
    assert found.fit  # the picture itself is good: a person may make it the new reference


def test_views_are_not_compared_in_the_dark() -> None:
    found = seen(live(MIDNIGHT, lambda p: night(np.roll(p, 60, axis=1))), MIDNIGHT, Memory(reference=street()))
    assert found.outcome is Outcome.GOOD


def test_a_picture_of_another_shape_is_another_view() -> None:
    assert view_check(street(), np.ascontiguousarray(street()[:, :400])).change is Change.DIFFERENT


def test_real_fixed_cameras_keep_their_view_and_lose_it_when_turned(testdata: Path) -> None:
    for path in sorted((testdata / "video").iterdir()):
        with read_frames(path, SamplePlan("rate", fps=0.2)) as stream:
            pictures = [frame.picture for frame in stream]
        changes = [view_check(pictures[0], picture).change for picture in pictures[1:]]
        # One of them looks down on bare ground that a single car fills.
        assert changes.count(Change.NONE) >= len(changes) - 1, path.name
        width = pictures[0].shape[1]
        left, right = pictures[0][:, : -width // 10], pictures[-1][:, width // 10 :]
        turned = view_check(np.ascontiguousarray(left), np.ascontiguousarray(right))
        assert turned.change in {Change.SHIFTED, Change.DIFFERENT}, (path.name, turned)
