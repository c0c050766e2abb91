"""From the cameras' answers to one verdict."""

from __future__ import annotations

import itertools

import pytest

from analytics.verdict import Reason, Verdict
from reports.weighing import OUTCOMES, Answer, Silence, is_decided, weigh, without_clip

YES, NO, UNSURE = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE


def answer(
    verdict: Verdict, camera: str = "A", *, confidence: float | None = 0.8, share: float = 1.0, assumed: bool = False
) -> Answer:
    confidence = None if verdict is UNSURE else confidence
    return Answer(
        camera, verdict, confidence, (Reason("seen", f"terlihat {camera}", f"seen {camera}"),), share, assumed
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([answer(YES)], YES, id="one sees it"),
        pytest.param([answer(NO)], NO, id="one good view shows nothing"),
        pytest.param([answer(UNSURE)], UNSURE, id="one cannot tell"),
        pytest.param([answer(YES), answer(NO, "B")], YES, id="seen beats not seen"),
        pytest.param([answer(NO), answer(UNSURE, "B")], NO, id="a good view beats a doubtful one"),
        pytest.param([answer(YES, share=0.1)], YES, id="what is seen is there, however short the footage"),
        pytest.param([answer(YES, assumed=True)], YES, id="assumed coverage may support"),
        pytest.param([answer(NO, assumed=True)], UNSURE, id="assumed coverage never contradicts"),
        pytest.param([answer(NO, share=0.59)], UNSURE, id="under 60 % of the window never contradicts"),
        pytest.param([answer(NO, share=0.60)], NO, id="60 % is enough"),
        pytest.param([answer(NO, assumed=True), answer(NO, "B")], NO, id="one fair contradiction is enough"),
    ],
)
def test_the_verdict_follows_from_the_answers_in_any_order(answers: list[Answer], expected: Verdict) -> None:
    for order in itertools.permutations(answers):
        assert weigh(order, []).verdict is expected


def test_the_surest_view_speaks_and_every_reason_names_its_camera() -> None:
    weighed = weigh([answer(YES, "A", confidence=0.6), answer(YES, "B", confidence=0.9)], [])
    assert weighed.confidence == pytest.approx(1 - 0.1 * (1 - 0.5 * 0.6))
    assert [r.id for r in weighed.reasons[:2]] == ["B: terlihat B", "A: terlihat A"]
    assert weighed.reasons[2].id == "2 kamera sependapat bahwa kejadian terlihat: B dan A"


def test_a_conflict_is_stated() -> None:
    weighed = weigh([answer(YES, "A"), answer(NO, "B")], [])
    assert [r.code for r in weighed.reasons] == ["seen", "conflict", "views"]
    assert "B" in weighed.reasons[1].id
    assert weighed.reasons[2].en.startswith("the cameras disagree: A saw it, B did not")
    assert weighed.confidence == pytest.approx(0.8 * (1 - 0.5 * 0.8))


def test_silent_cameras_are_named_with_the_reason() -> None:
    weighed = weigh([], [Silence("A", "footage_missing"), Silence("B", "no_source")])
    assert weighed.verdict is UNSURE
    assert [r.code for r in weighed.reasons] == ["no_footage", "no_footage"]
    assert "A: rekaman tidak tersedia" in weighed.reasons[0].id


def test_nobody_asked_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one camera"):
        weigh([], [])


@pytest.mark.parametrize("code", sorted(OUTCOMES))
def test_every_ending_without_a_clip_has_words_in_both_languages(code: str) -> None:
    weighed = without_clip(code)
    assert weighed.verdict in {Verdict.UNOBSERVABLE, Verdict.INCONCLUSIVE}
    assert weighed.reasons[0].id
    assert weighed.reasons[0].en != weighed.reasons[0].id


def test_asking_goes_on_until_a_fair_answer() -> None:
    assert is_decided([answer(YES)])
    assert is_decided([answer(UNSURE), answer(NO, "B")])
    assert not is_decided([answer(NO, assumed=True)])
    assert not is_decided([answer(UNSURE)])
    assert not is_decided([])
