"""Counting has to be right before anything counted is believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analytics.checks import check_for
from tests.scoreboard import figures
from tests.scoreboard.calibrate import calibrations, written
from tests.scoreboard.case import Case, Family
from tests.scoreboard.figures import Share
from tests.scoreboard.page import page
from tests.scoreboard.record import Record, onset_of, record_append, records_read
from tests.scoreboard.report import report, share, shares
from tests.scoreboard.seeds import CHOOSING, PUBLISHED, asks_of, seed_of


def record(verdict: str = "SUPPORTED", positive: bool = True, seed: int = 1, **more: Any) -> Record:
    values: dict[str, Any] = {
        "check": "congestion", "condition": "plain", "version": check_for("congestion").version, "weights": "w",
        "reason": "jam",
        "confidence": 0.9, "raw": 0.8, "measurements": {}, "span_s": 30.0, "cpu_s": 1.0,
    }  # fmt: skip
    return Record(**(values | {"verdict": verdict, "positive": positive, "seed": seed} | more))


def many(verdict: str, positive: bool, count: int, **more: Any) -> list[Record]:
    return [record(verdict, positive, n, **more) for n in range(count)]


def test_wilsons_bounds_are_those_of_the_book() -> None:
    low, high = Share(0, 100).bounds or (1, 1)
    assert (low, high) == pytest.approx((0.0, 0.0370), abs=1e-4)
    low, high = Share(90, 100).bounds or (1, 1)
    assert (low, high) == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert Share(0, 0).bounds is None


def test_precision_recall_and_alarms_are_counted_apart() -> None:
    found = figures.confusion(
        many("SUPPORTED", True, 90) + many("INCONCLUSIVE", True, 6) + many("CONTRADICTED", True, 4)
        + many("SUPPORTED", False, 2) + many("CONTRADICTED", False, 98)
    )  # fmt: skip
    assert (found.precision.hits, found.precision.of) == (90, 92)
    assert (found.recall.hits, found.recall.of) == (90, 100)
    assert (found.false_alarms.hits, found.false_alarms.of) == (2, 100)
    assert (found.missed.hits, found.cleared.hits) == (4, 98)
    assert figures.misses("congestion", found) == ["false_alarms"]
    assert figures.misses("street_vendors", found) == []
    assert figures.too_dear({"core_s_per_minute": 8.1}) == ["cost"]
    assert figures.too_dear({"core_s_per_minute": 8.0}) == figures.too_dear(None) == []


def test_a_check_that_never_supports_is_counted_by_its_suspicions() -> None:
    fires = many("INCONCLUSIVE", True, 7, check="smoke_fire", reason="smoke_seen", condition="far_smoke")
    fires += many("CONTRADICTED", True, 3, check="smoke_fire", reason="no_smoke", condition="fire")
    calm = many("INCONCLUSIVE", False, 1, check="smoke_fire", reason="fire_seen", condition="walkers")
    calm += many("INCONCLUSIVE", False, 4, check="smoke_fire", reason="night", condition="headlights")
    found = report([*fires, *calm, *many("SUPPORTED", True, 2)], False, {}, None)
    raised = found["checks"]["smoke_fire"]["suspicions"]
    assert (raised["positive"]["hits"], raised["positive"]["of"]) == (7, 10)
    assert (raised["negative"]["hits"], raised["negative"]["of"]) == (1, 5)
    assert found["checks"]["congestion"]["suspicions"] is None
    assert shares(found["checks"]["smoke_fire"])[0] == "never SUPPORTED"
    assert "suspected 0.700 (7/10" in page(found)
    assert "smoke_fire" not in page({**found, "checks": {"congestion": found["checks"]["congestion"]}})


def test_footage_that_carries_no_answer_costs_no_recall_but_may_cost_precision() -> None:
    found = figures.confusion(
        [*many("SUPPORTED", True, 1), *many("INCONCLUSIVE", True, 3, may_abstain=True),
         *many("CONTRADICTED", True, 1, may_abstain=True)]
    )  # fmt: skip
    assert (found.recall.hits, found.recall.of) == (1, 1)
    assert (found.missed.hits, found.missed.of) == (1, 5)


def test_a_confidence_that_comes_true_has_no_calibration_error() -> None:
    honest = many("SUPPORTED", True, 9) + many("SUPPORTED", False, 1)
    assert figures.calibration_error(honest) == pytest.approx(0.0)
    assert figures.calibration_error(honest, raw=True) == pytest.approx(0.1)
    assert figures.calibration_error(many("INCONCLUSIVE", True, 3)) is None
    [bin_] = figures.reliability(honest)
    assert (bin_.low, bin_.right.hits, bin_.right.of) == (0.9, 9, 10)


def test_onset_is_said_less_true_of_what_was_found() -> None:
    truth = {"onset_s": 5.0}
    found = [
        record(onset_s=6.5, truth=truth),
        record("INCONCLUSIVE", onset_s=9.0, truth=truth),
        record(onset_s=None, truth=truth),
        record(onset_s=4.0),
    ]
    assert figures.onset_errors(found) == [1.5]
    assert onset_of({"stops": [{"start_s": 7.0}, {"start_s": 3.0}]}) == 3.0
    assert onset_of({"visits": [[2.0, 9.0]], "new_objects": None}) == 2.0
    assert onset_of({"cover_percent": 3.0}) is None


def test_cost_is_per_minute_of_footage() -> None:
    assert figures.cost_per_minute([record(cpu_s=2.0, span_s=30.0), record(cpu_s=4.0, span_s=60.0)]) == 4.0


def test_a_line_cut_off_by_a_kill_costs_one_case_only(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    record_append(path, record(seed=1))
    with path.open("a") as file:
        file.write('{"check": "conges')
    record_append(path, record(seed=2))
    record_append(path, record("INCONCLUSIVE", seed=1))
    assert [(one.seed, one.verdict) for one in records_read(path)] == [(1, "INCONCLUSIVE"), (2, "SUPPORTED")]


def made(check: str, positive: Sequence[str] = ("a", "b"), negative: Sequence[str] = ("c", "d", "e")) -> Family:
    def maker(condition: str, side: bool):  # type: ignore[no-untyped-def]
        return lambda seed: Case(check, condition, side, seed, (), lambda folder: folder)

    return Family(check, {c: maker(c, True) for c in positive}, {c: maker(c, False) for c in negative})


def test_seeds_that_choose_and_seeds_that_are_published_never_meet() -> None:
    assert CHOOSING.start < CHOOSING.stop <= PUBLISHED.start < PUBLISHED.stop
    chosen = {ask.seed for ask in asks_of(made("x"), 200, choosing=True)}
    published = {ask.seed for ask in asks_of(made("x"), 200, choosing=False)}
    assert all(seed in CHOOSING for seed in chosen)
    assert not chosen & published
    with pytest.raises(ValueError, match="outside"):
        seed_of(1, choosing=True, first=CHOOSING.stop - 1)
    with pytest.raises(ValueError, match="outside"):
        seed_of(0, choosing=False, first=5)


def test_half_of_the_cases_are_positive_and_conditions_take_turns() -> None:
    asks = asks_of(made("x"), 13, choosing=True)
    assert len({(a.condition, a.positive, a.seed) for a in asks}) == 13
    assert sum(a.positive for a in asks) == 7
    assert [a.positive for a in asks[:4]] == [True, False, True, False]
    assert sum(a.condition == "a" for a in asks) - sum(a.condition == "b" for a in asks) in (0, 1)


def test_a_maker_that_makes_another_case_is_caught() -> None:
    family = Family("x", {"a": lambda seed: Case("x", "b", True, seed, (), lambda folder: folder)}, {})
    with pytest.raises(ValueError, match="asked for"):
        family.make("a", True, 3)


def test_the_page_stands_alone_and_shows_counts() -> None:
    records = many("SUPPORTED", True, 4) + many("CONTRADICTED", False, 4, condition="<night>")
    cost = {"congestion": {"core_s_per_minute": 3.2}}
    real = {"clips": [{"file": "a.mp4", "check": "congestion", "verdict": "SUPPORTED", "allowed": ["CONTRADICTED"],
                       "right": False, "confidence": None}], "photos": {"flood": {"photos": 3}}}  # fmt: skip
    text = page(report(records, True, cost, real))
    assert "4/4" in text
    assert "&lt;night&gt;" in text
    assert "a.mp4" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert share({"share": 0.5, "hits": 1, "of": 2, "bounds95": [0.09, 0.91]}) == "0.500 (1/2; 0.09-0.91)"


def test_calibration_is_counted_on_choosing_seeds_only() -> None:
    answers = [record(seed=n, raw=0.4 + 0.005 * n) for n in range(60)] + [record(positive=False, seed=70, raw=0.41)]
    found = calibrations(answers)
    assert found["congestion"].curves["SUPPORTED"].told(0.4) < found["congestion"].curves["SUPPORTED"].told(0.7)
    assert "'congestion': Calibration(" in written(found)
    with pytest.raises(ValueError, match="may be published"):
        calibrations([record(seed=PUBLISHED.start)])
