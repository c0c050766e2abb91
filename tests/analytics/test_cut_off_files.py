"""A file that breaks off: the time that it promises and does not give is no time that a camera has watched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import av
import cv2
import numpy as np
import pytest

from analytics import checks
from analytics.frames import FileClip, surveyed
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Reason, Verdict
from cameras.footage.decode import DecodeLimits, probe
from cameras.footage.frame import Frame
from tests.cameras.test_quality import noisy, street
from tests.fakes import FakeDetector

SECONDS, FPS = 20, 5
CONTAINERS = {"mp4": {"movflags": "+faststart"}, "mkv": {}, "avi": {}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    pictures = [noisy(street()) for _ in range(6)]
    return {ending: written(folder / f"whole.{ending}", pictures, CONTAINERS[ending]) for ending in CONTAINERS}


def written(path: Path, pictures: Sequence[Any], options: dict[str, str]) -> Path:
    with av.open(str(path), "w", options=options) as writing:
        stream = writing.add_stream("libx264" if path.suffix != ".avi" else "mpeg4", rate=FPS)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.gop_size = "yuv420p", FPS
        for number in range(SECONDS * FPS):
            drawn = av.VideoFrame.from_ndarray(pictures[number % len(pictures)], format="bgr24")
            writing.mux(stream.encode(drawn))
        writing.mux(stream.encode())
    return path


def cut(path: Path, share: float) -> Path:
    told = path.read_bytes()
    made = path.with_name(f"cut-{share}{path.suffix}")
    made.write_bytes(told[: int(share * len(told))])
    return made


class Clear:
    """Looks at the whole clip and denies."""

    slug: ClassVar[str] = "stopped_vehicle"
    version: ClassVar[str] = "1"
    zone_kinds: ClassVar[tuple[str, ...]] = ()
    measurement_keys: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[Any] = checks.CHECKS["stopped_vehicle"].defaults

    def run(self, clip: FileClip, zones: Any, thresholds: Any, detector: Any) -> CheckResult:
        survey = surveyed(clip, detector)
        reason = Reason("clear", "tidak ada", "nothing")
        return CheckResult(self.slug, Verdict.CONTRADICTED, 0.9, {}, (reason,), survey.coverage(), 1, 1, ())


@pytest.fixture(autouse=True)
def _one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECKS", {"stopped_vehicle": Clear()})


def answer(path: Path, **asked: Any) -> dict[str, Any]:
    request = AnalysisRequest("stopped_vehicle", want_stills=False, **asked)
    return analyse_file(path, request, FakeDetector()).as_json()


@pytest.mark.parametrize("ending", CONTAINERS)
def test_a_cut_off_file_covers_what_it_gives_of_what_it_promises(whole: dict[str, Path], ending: str) -> None:
    assert answer(whole[ending])["coverage"] == 1
    short = answer(cut(whole[ending], 0.8))
    held = probe(cut(whole[ending], 0.8))
    assert held.duration_s + held.missing_s == pytest.approx(SECONDS, abs=0.3)
    assert short["coverage"] == pytest.approx(held.duration_s / SECONDS, abs=0.02)
    assert short["coverage"] < 0.9
    said = next(reason for reason in short["reasons"] if reason["code"] == "truncated")
    assert f"{round(held.duration_s)} dtk" in said["id"] and f"promises {SECONDS} s" in said["en"]


@pytest.mark.parametrize("ending", CONTAINERS)
def test_less_than_the_least_share_denies_nothing(whole: dict[str, Path], ending: str) -> None:
    assert answer(whole[ending])["verdict"] == "CONTRADICTED"
    short = answer(cut(whole[ending], 0.45))
    assert short["verdict"] == "INCONCLUSIVE"
    assert {"low_coverage", "truncated"} <= {reason["code"] for reason in short["reasons"]}


def test_pictures_that_end_before_their_packets_do_are_missed_too(
    whole: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a decoder that gave up in the middle: the packets are there, and nothing comes of them."""
    plain = FileClip._read

    def read(self: FileClip, plan: Any) -> Iterator[Frame]:
        yield from (frame for frame in plain(self, plan) if frame.t_s <= SECONDS / 2)

    monkeypatch.setattr(FileClip, "_read", read)
    short = answer(whole["mkv"])
    assert short["coverage"] == pytest.approx(0.5, abs=0.08)
    assert any("pictures_end_early" in reason["en"] for reason in short["reasons"])
    asked = answer(whole["mkv"], window_s=(0.0, SECONDS), covered_s=[(0.0, SECONDS)])
    assert asked["coverage"] == pytest.approx(0.5, abs=0.08)
    early = answer(whole["mkv"], window_s=(0.0, 8.0), covered_s=[(0.0, SECONDS)])
    assert early["coverage"] == 1
    late = answer(whole["mkv"], window_s=(8.0, SECONDS), covered_s=[(0.0, SECONDS)])
    assert (late["verdict"], late["reasons"][0]["code"]) == ("INCONCLUSIVE", "low_coverage")


def test_a_window_that_was_asked_for_keeps_its_own_coverage(whole: dict[str, Path]) -> None:
    short = answer(cut(whole["mkv"], 0.8), window_s=(0.0, 10.0), covered_s=[(0.0, 10.0)])
    assert short["coverage"] == 1
    assert any(reason["code"] == "truncated" for reason in short["reasons"])


def test_a_count_that_a_recorder_never_meant_is_not_believed_of_a_whole_avi(whole: dict[str, Path]) -> None:
    told = bytearray(whole["avi"].read_bytes())
    at = told.index(b"avih") + 8 + 16
    told[at : at + 4] = (100_000).to_bytes(4, "little")
    odd = whole["avi"].with_name("odd.avi")
    odd.write_bytes(told)
    assert probe(odd).missing_s == 0
    assert answer(odd)["coverage"] == 1


def test_a_still_is_whole(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.asarray(street()))
    clip = FileClip(tmp_path / "a.png", DecodeLimits())
    assert clip.told_s == clip.given_s
    assert answer(tmp_path / "a.png")["coverage"] == 1


STREAMS = {"ts": {}, "mp4": {"movflags": "+frag_keyframe+empty_moov"}}
"""Formats that tell no length: only who asked for the footage knows how much it should be."""


@pytest.fixture(scope="module", params=STREAMS)
def endless(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("endless") / f"whole.{request.param}"
    return written(path, [noisy(street()) for _ in range(6)], STREAMS[request.param])


def test_of_a_stream_cut_after_it_was_pulled_only_what_is_left_is_covered(endless: Path) -> None:
    asked = {"window_s": (0.0, float(SECONDS)), "covered_s": [(0.0, float(SECONDS))]}
    assert answer(endless, **asked)["coverage"] == 1
    short = answer(cut(endless, 0.45), **asked)
    held = probe(cut(endless, 0.45))
    assert held.missing_s == 0
    assert short["coverage"] == pytest.approx(held.duration_s / SECONDS, abs=0.02)
    assert short["verdict"] == "INCONCLUSIVE"
    assert {"low_coverage", "truncated"} <= {reason["code"] for reason in short["reasons"]}


def test_of_a_stream_given_alone_the_cut_is_told_and_no_length_is_made_up(endless: Path) -> None:
    short = answer(cut(endless, 0.45))
    assert short["coverage"] == 1
    [said] = [reason for reason in short["reasons"] if reason["code"] == "truncated"]
    assert "promises" not in said["en"]


def test_a_hole_between_what_was_pulled_and_the_end_of_the_window_is_not_counted_twice(endless: Path) -> None:
    """The pull itself ended early: its windows say so, and the file has all of them."""
    told = answer(endless, window_s=(0.0, 2.0 * SECONDS), covered_s=[(0.0, float(SECONDS))])
    assert told["coverage"] == pytest.approx(0.5)
    assert "truncated" not in {reason["code"] for reason in told["reasons"]}
