"""When played-back film was recorded: by asking a simulated recorder again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest

from cameras.footage.playback_dating import Answer, Dating, Film, dated


@dataclass(frozen=True)
class Recorder:
    """``runs``: (begin, end) of what was recorded, seconds; a keyframe every ``group_s``. It closes up holes."""

    runs: tuple[tuple[float, float], ...]
    group_s: float = 2.0
    phase_s: float = 0.3
    exactly: bool = False
    silent_in_holes: bool = False
    encodes_anew: bool = False

    def keys(self) -> list[float]:
        out = []
        for begin, end in self.runs:
            at = begin
            while at < end:
                out.append(round(at, 6))
                at += self.group_s
        return out

    def begins(self, second: float) -> tuple[int, float] | None:
        """Number of the first keyframe played, and what is played before it."""
        keys = self.keys()
        recorded = any(begin <= second < end for begin, end in self.runs)
        if not recorded and self.silent_in_holes:
            return None
        if not recorded or self.exactly:
            after = [n for n, key in enumerate(keys) if key >= second]
            if not after:
                return None
            run_end = next((end for begin, end in self.runs if begin <= second < end), second)
            return after[0], min(keys[after[0]], run_end) - second
        return max(n for n, key in enumerate(keys) if key <= second), 0.0

    def ask(self, second: float) -> Answer | None:
        found = self.begins(second)
        if found is None:
            return None
        digest = str(random.random()) if self.encodes_anew else str(found[0])
        return Answer(digest, found[1])

    def play(self, second: float, length_s: float) -> tuple[Film, list[float]]:
        """The film, and the true time of each of its keyframes."""
        found = self.begins(second)
        assert found is not None
        number, lead_s = found
        keys = self.keys()
        shown, at_s, true = [], 0.0, []
        for this, following in pairwise([*keys[number:], keys[-1] + self.group_s]):
            if at_s > length_s:
                break
            shown.append((at_s, str(keys.index(this))))
            true.append(this)
            run_end = next(end for begin, end in self.runs if begin <= this < end)
            at_s += min(following, run_end) - this
        return Film(second, second + length_s, shown, min(at_s, length_s), lead_s, ended=at_s < length_s), true


def check(recorder: Recorder, asked: float, length_s: float) -> tuple[Dating, Film, list[float]]:
    film, true = recorder.play(asked, length_s)
    asks = []

    def ask(second: float) -> Answer | None:
        asks.append(second)
        return recorder.ask(second)

    found = dated(film, ask)
    assert len(asks) <= 24
    # What is called good is true, to within what is told and the slack.
    for (at_s, _), true_at in zip(film.keys, true, strict=True):
        if at_s < found.good_to_s:
            assert abs(found.began + at_s - true_at) <= found.uncertainty_s + 0.5, (found, at_s, true_at)
    return found, film, true


def test_film_without_a_hole_is_dated_to_a_second() -> None:
    found, film, _ = check(Recorder(((100.3, 1000.0),)), 200.0, 120.0)
    assert found.checked
    assert found.uncertainty_s <= 0.5
    assert found.resume_at is None
    assert found.good_to_s > film.length_s - 6.0


def test_long_groups_of_pictures_are_narrowed_down_too() -> None:
    found, _, _ = check(Recorder(((100.7, 1000.0),), group_s=9.7), 200.0, 200.0)
    assert found.checked
    assert found.uncertainty_s <= 1.6


def test_a_recorder_that_begins_in_the_middle_of_a_group_begins_where_it_was_asked_to() -> None:
    found, _, _ = check(Recorder(((100.3, 1000.0),), group_s=4.0, exactly=True), 201.0, 120.0)
    assert found.checked
    assert found.uncertainty_s <= 0.3


def test_film_asked_for_within_a_hole_is_dated_after_it() -> None:
    found, _, true = check(Recorder(((0.0, 150.0), (260.4, 1000.0))), 200.0, 120.0)
    assert found.checked
    assert found.began == pytest.approx(true[0], abs=1.0)
    assert found.resume_at is None


def test_a_hole_that_was_closed_up_is_found_and_what_follows_is_not_believed() -> None:
    found, _, true = check(Recorder(((100.0, 250.0), (640.0, 1000.0))), 200.0, 120.0)
    assert found.checked
    assert found.began == pytest.approx(true[0], abs=1.0)
    assert 46.0 <= found.good_to_s <= 50.5
    assert found.resume_at is not None
    assert 250.0 <= found.resume_at <= 254.0


def test_going_on_from_there_finds_the_film_after_the_hole() -> None:
    recorder = Recorder(((100.0, 250.0), (640.0, 1000.0)))
    first, _, _ = check(recorder, 200.0, 600.0)
    assert first.resume_at is not None
    second, _, true = check(recorder, first.resume_at, 560.0)
    assert second.began == pytest.approx(640.0, abs=1.0)
    assert true[0] == 640.0
    assert second.resume_at is None


def test_a_recorder_that_refuses_within_holes_is_understood() -> None:
    found, _, _ = check(Recorder(((100.0, 250.0), (290.0, 1000.0)), silent_in_holes=True), 200.0, 120.0)
    assert 46.0 <= found.good_to_s <= 50.5


def test_a_recording_that_ends_is_good_to_its_end() -> None:
    found, film, _ = check(Recorder(((100.0, 260.0),)), 200.0, 120.0)
    assert found.checked
    assert found.good_to_s == film.length_s


def test_a_recorder_that_encodes_anew_cannot_be_checked_and_that_is_told() -> None:
    found, film, _ = check(Recorder(((100.0, 1000.0),), encodes_anew=True), 201.0, 120.0)
    assert not found.checked
    assert found.good_to_s == film.length_s
    assert found.uncertainty_s == pytest.approx(1.0)


def test_one_group_of_pictures_is_all_there_is() -> None:
    found, _, _ = check(Recorder(((200.0, 201.5),)), 200.0, 120.0)
    assert found.good_to_s > 0


@pytest.mark.parametrize("seed", range(400))
def test_whatever_the_recording_is_like_what_is_called_good_is_true(seed: int) -> None:
    chance = random.Random(seed)
    runs, at = [], chance.uniform(0, 50)
    for _ in range(chance.randint(1, 4)):
        length = chance.uniform(30, 300)
        runs.append((round(at, 3), round(at + length, 3)))
        at += length + chance.uniform(15, 400)
    recorder = Recorder(
        tuple(runs),
        group_s=chance.choice([0.96, 1.0, 2.0, 4.0, 3.7]),
        exactly=chance.random() < 0.3,
        silent_in_holes=chance.random() < 0.3,
    )
    asked = float(round(chance.uniform(0, at - 400)))
    if recorder.begins(asked) is not None:
        check(recorder, asked, chance.choice([40.0, 120.0, 320.0]))
