"""What must hold however many cameras say whatever: weighing is fair, steady and never more than a camera saw."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.verdict import Reason, Verdict
from reports.trust import Demotion
from reports.view_weight import View, weight_of
from reports.weighing import Answer, is_decided, side_of, weigh

YES, NO, UNSURE = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE
DEMOTED = Demotion(datetime(2026, 11, 3, 5, 0, tzinfo=UTC), 3, 5, 0.9)
TINY = 1e-9

shares = st.floats(0, 1, allow_nan=False)


@st.composite
def answered(draw: Any, verdict: Verdict | None = None) -> Answer:
    said = verdict or draw(st.sampled_from([YES, NO, UNSURE]))
    return Answer(
        camera=draw(st.sampled_from("ABCDEFGH")),
        verdict=said,
        confidence=None if said is UNSURE else draw(shares),
        reasons=(Reason("seen", "terlihat", "seen"),),
        window_share=draw(shares),
        assumed=draw(st.booleans()),
        weight=draw(shares),
        pole=draw(st.sampled_from(["", "p1", "p2", "p3"])),
        demotion=draw(st.sampled_from([None, None, None, DEMOTED])),
    )


some = st.lists(answered(), min_size=1, max_size=5)


def height(answers: list[Answer]) -> tuple[int, float]:
    """How much is said for the condition: not there, not known, there; and how surely it is there."""
    weighed = weigh(answers, [])
    sure = (weighed.confidence or 0.0) if weighed.verdict is YES else 0.0
    return [NO, UNSURE, YES].index(weighed.verdict), sure


@given(some)
def test_the_order_of_answers_changes_nothing(answers: list[Answer]) -> None:
    first = weigh(answers, [])
    for order in itertools.islice(itertools.permutations(answers), 24):
        again = weigh(order, [])
        assert again.verdict is first.verdict
        assert again.confidence == first.confidence
        assert is_decided(order) == is_decided(answers)


@given(some, answered(YES))
def test_one_more_that_sees_it_never_lowers(answers: list[Answer], more: Answer) -> None:
    before, after = height(answers), height([*answers, more])
    assert after[0] >= before[0]
    assert after[0] > before[0] or after[1] >= before[1] - TINY


@given(some, answered(NO))
def test_one_more_that_denies_never_raises(answers: list[Answer], more: Answer) -> None:
    before, after = height(answers), height([*answers, more])
    if before[0] == 2:
        assert after[0] <= 2
        assert after[0] < 2 or after[1] <= before[1] + TINY
    else:
        assert after[0] <= before[0]


@given(some, answered(UNSURE))
def test_one_more_that_cannot_tell_changes_nothing(answers: list[Answer], more: Answer) -> None:
    assert height([*answers, more]) == height(answers)


@given(some)
def test_no_verdict_without_a_camera_that_says_so(answers: list[Answer]) -> None:
    weighed = weigh(answers, [])
    if weighed.verdict is YES:
        assert any(a.verdict is YES and a.demotion is None for a in answers)
    if weighed.verdict is NO:
        assert not any(a.verdict is YES for a in answers)
        assert any(a.verdict is NO and not a.assumed and a.window_share >= 0.6 for a in answers)
    assert weighed.confidence is None or 0 <= weighed.confidence <= 1
    assert weighed.reasons


@given(answered())
def test_alone_a_camera_keeps_its_own_confidence(answer: Answer) -> None:
    weighed = weigh([answer], [])
    if weighed.verdict is not UNSURE:
        assert (weighed.verdict, weighed.confidence) == (answer.verdict, answer.confidence)


@given(some)
def test_asking_stops_only_at_a_verdict_that_one_more_silence_leaves_alone(answers: list[Answer]) -> None:
    if is_decided(answers):
        assert weigh(answers, []).verdict in {YES, NO}


@given(st.lists(answered(YES), min_size=2, max_size=4))
def test_of_one_pole_only_the_best_counts(answers: list[Answer]) -> None:
    together = [Answer(a.camera, a.verdict, a.confidence, a.reasons, 1.0, weight=a.weight, pole="p") for a in answers]
    assert weigh(together, []).confidence == max(a.confidence or 0.0 for a in answers)


def test_two_on_two_poles_are_surer_than_two_on_one() -> None:
    def seen(camera: str, pole: str) -> Answer:
        return Answer(camera, YES, 0.8, (Reason("seen", "terlihat", "seen"),), 1.0, pole=pole)

    apart, together = weigh([seen("A", "p"), seen("B", "q")], []), weigh([seen("A", "p"), seen("B", "p")], [])
    assert (apart.confidence, together.confidence) == (pytest.approx(0.88), 0.8)


# -- The view -----------------------------------------------------------------------


def view(**extra: Any) -> View:
    return View(**{"metres": 20.0, "assumed": False, "window_share": 1.0, **extra})


def told(verdict: Verdict, camera: str, confidence: float, seen: View) -> Answer:
    weight = weight_of(seen, verdict)
    reason = (Reason("seen", "terlihat", "seen"),)
    return Answer(camera, verdict, confidence, reason, seen.window_share, seen.assumed, weight)


def test_a_much_better_view_that_shows_nothing_sends_a_weak_sighting_to_a_person() -> None:
    far = told(YES, "Jauh", 0.62, view(metres=95.0, assumed=True))
    weighed = weigh([far, told(NO, "Dekat", 0.85, view())], [])
    assert (weighed.verdict, weighed.confidence) == (UNSURE, None)
    assert weighed.reasons[0].code == "conflict"
    assert weighed.reasons[0].id == "kamera tidak sependapat: Jauh melihatnya, Dekat tidak; petugas yang menentukan"
    assert not is_decided([far]), "so weak a sighting asks one more camera"


def test_a_good_sighting_stands_against_a_good_denial() -> None:
    weighed = weigh([told(YES, "A", 0.85, view(metres=60.0)), told(NO, "B", 0.9, view())], [])
    assert weighed.verdict is YES
    assert weighed.confidence is not None and weighed.confidence < 0.85


@given(st.floats(0, 2000), st.floats(0, 2000), st.booleans(), shares, st.floats(1.4, 3), st.floats(0, 255), shares)
def test_a_worse_view_never_weighs_more(
    near: float, far: float, assumed: bool, share: float, sharp: float, luma: float, reliability: float
) -> None:
    near, far = min(near, far), max(near, far)
    for verdict in (YES, NO):
        weight = weight_of(View(near, assumed, share, sharp, luma, reliability), verdict)
        assert 0 <= weight <= 1
        worse = (
            View(far, assumed, share, sharp, luma, reliability),
            View(near, True, share, sharp, luma, reliability),
            View(near, assumed, share * 0.5, sharp, luma, reliability),
            View(near, assumed, share, 1.4, luma, reliability),
            View(near, assumed, share, sharp, 0.0, reliability),
            View(near, assumed, share, sharp, luma, reliability * 0.5),
        )
        assert all(weight_of(one, verdict) <= weight + TINY for one in worse)


def test_what_is_not_known_takes_nothing_away() -> None:
    assert weight_of(view(), YES) == weight_of(view(), NO) == 1.0
    assert weight_of(view(window_share=0.1), YES) == 1.0, "what was seen is there, however short the footage"
    assert weight_of(view(window_share=0.7), NO) == pytest.approx(0.7)


def test_a_denial_beside_a_camera_that_is_not_believed_is_no_contradiction() -> None:
    reason = (Reason("seen", "terlihat", "seen"),)
    doubted = Answer("A", YES, 0.9, reason, 1.0, demotion=DEMOTED)
    weighed = weigh([doubted, Answer("B", NO, 0.9, reason, 1.0)], [])
    assert (weighed.verdict, weighed.reasons[0].code) == (UNSURE, "conflict")


def test_a_camera_that_is_not_believed_goes_to_a_person_with_the_reason_first() -> None:
    reason = (Reason("seen", "terlihat", "seen"),)
    dark = Answer("Z", UNSURE, None, (Reason("too_dark", "gelap", "dark"),), 1.0)
    weighed = weigh([dark, Answer("A", YES, 0.9, reason, 1.0, demotion=DEMOTED)], [])
    assert (weighed.verdict, weighed.confidence) == (UNSURE, None)
    assert [r.code for r in weighed.reasons] == ["camera_demoted", "seen", "too_dark"]
    assert "sejak 3 Nov 2026" in weighed.reasons[0].id and "3 dari 5" in weighed.reasons[0].id
    assert "since 3 Nov 2026" in weighed.reasons[0].en and "target 90 %" in weighed.reasons[0].en


def test_sides_are_empty_where_nobody_stands() -> None:
    assert (side_of([]).sure, side_of([]).strength, side_of([]).confidence) == (0.0, 0.0, None)
