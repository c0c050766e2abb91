"""Who may use the busway when: windows over midnight, weekdays, contraflow, and what a clip without a date can say."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import services
from analytics.checks import ThresholdsInvalid, thresholds_from
from analytics.checks.exemptions import Exemption, exemptions_parse
from analytics.checks.lane_intrusion import LaneIntrusion
from analytics.checks.leave import Drive, Leave
from analytics.runner import AnalysisRequest, analyse_file
from analytics.services import Question
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector
from analytics.zones import Zone
from jsc_project.lib.when import WIB
from reports.services.categories import category_problems
from tests import factories
from tests.analytics.conftest import RENDERED_WEIGHTS, REPOSITORY
from tests.analytics.street import Street
from tests.analytics.test_lane_intrusion import LANE, along, vehicle

FRIDAY = datetime(2026, 11, 6, tzinfo=WIB)
"""Midnight in Jakarta."""

NIGHT = {"classes": ["truck"], "from": "22:00", "to": "05:00", "name": "bongkar muat"}


def read(*entries: Any) -> tuple[Exemption, ...]:
    return exemptions_parse("exemptions", list(entries))


def at(day: int, clock: str) -> datetime:
    """``day`` 0 is Friday."""
    hours, minutes = clock.split(":")
    return FRIDAY + timedelta(days=day, hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    ("entry", "when", "holds"),
    [
        (NIGHT, at(0, "21:59"), False),
        (NIGHT, at(0, "22:00"), True),
        (NIGHT, at(1, "04:59"), True),
        (NIGHT, at(1, "05:00"), False),
        ({**NIGHT, "days": ["fri"]}, at(0, "23:00"), True),
        ({**NIGHT, "days": ["fri"]}, at(1, "03:00"), True),
        ({**NIGHT, "days": ["fri"]}, at(0, "03:00"), False),
        ({**NIGHT, "days": ["fri"]}, at(1, "23:00"), False),
        ({"classes": ["car"], "days": ["minggu"]}, at(2, "00:00"), True),
        ({"classes": ["car"], "days": ["sun"]}, at(2, "23:59"), True),
        ({"classes": ["car"], "days": ["sun"]}, at(3, "00:00"), False),
        ({"classes": ["car"], "from": "06.00", "to": "24:00"}, at(0, "23:59"), True),
        ({"classes": ["car"], "from": "00:00", "to": "24:00"}, at(0, "12:00"), True),
        ({"classes": ["car"]}, at(0, "12:00"), True),
    ],
)
def test_a_window_holds_when_it_says(entry: dict[str, Any], when: datetime, holds: bool) -> None:
    assert read(entry)[0].holds_at(when) is holds


@given(
    st.integers(0, 7 * 24 * 60 - 1), st.integers(0, 1439), st.integers(0, 1439), st.sets(st.integers(0, 6), min_size=1)
)
def test_a_window_over_midnight_is_two_that_are_not(minute: int, start: int, end: int, days: set[int]) -> None:
    when = datetime(2026, 11, 2, tzinfo=WIB) + timedelta(minutes=minute)
    one = Exemption(frozenset({"car"}), frozenset(days), start, end)
    if start <= end:
        evening, morning = Exemption(one.classes, one.days, start, end), None
    else:
        evening = Exemption(one.classes, one.days, start, 1440)
        after = frozenset((day + 1) % 7 for day in days)
        morning = Exemption(one.classes, after, 0, end) if end else None
    if start != end:
        assert one.holds_at(when) == (evening.holds_at(when) or (morning is not None and morning.holds_at(when)))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("truck", "must be a list of objects"),
        (["truck"], r"exemptions\[0\]: an exemption is an object"),
        ([NIGHT, {"classes": []}], r"exemptions\[1\]: classes must name at least one"),
        ([{"classes": ["lorry"]}], "unknown class 'lorry', known are .*truck"),
        ([{"classes": "truck"}], "classes must be a list of words"),
        ([{**NIGHT, "to": None}], "to is missing"),
        ([{"classes": ["car"], "to": "05:00"}], "from is missing"),
        ([{**NIGHT, "from": "25:00"}], "from must be a time of day such as '22:00', got '25:00'"),
        ([{**NIGHT, "from": "24:30"}], "from must be a time of day"),
        ([{**NIGHT, "from": 22}], "from must be a time of day"),
        ([{**NIGHT, "from": "05:00"}], "is empty; leave both out"),
        ([{**NIGHT, "from": "24:00"}], "write 00:00"),
        ([{**NIGHT, "days": ["someday"]}], "unknown day 'someday', known are mon"),
        ([{**NIGHT, "days": []}], "at least one day"),
        ([{**NIGHT, "days": "sun"}], "days must be a list of words"),
        ([{**NIGHT, "direction": ["contraflow"]}], "direction must be 'contraflow' or 'with_flow'"),
        ([{**NIGHT, "zones": [1]}], "zones must be a list of words"),
        ([{**NIGHT, "name": "x" * 61}], "at most 60"),
        ([{**NIGHT, "untill": "05:00"}], "unknown key 'untill', known are classes"),
        ([NIGHT] * 51, "at most 50"),
        (None, "must be a list of objects"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(value: Any, words: str) -> None:
    with pytest.raises(ThresholdsInvalid, match=words) as raised:
        thresholds_from("lane_intrusion", {"exemptions": value})
    assert raised.value.data["name"] == "exemptions"


# -- In the check -----------------------------------------------------------------------


def asked(street: Street, began: datetime | None, *entries: Any, zones: list[Zone] = LANE) -> CheckResult:
    street.first_frame_at = began  # type: ignore[attr-defined]
    rules = thresholds_from("lane_intrusion", {"exemptions": list(entries)})
    return LaneIntrusion().run(street, zones, rules, street)


def lorry() -> Street:
    return Street([vehicle(along(8.0), "truck")], seconds=80)


def backwards(start_s: float) -> Any:
    there = along(start_s)

    def place(t: float) -> Any:
        box = there(t)
        return None if box is None else (1 - box[0] - box[2], *box[1:])

    return place


def test_by_night_the_lorry_may_and_the_exemption_is_named() -> None:
    result = asked(lorry(), datetime(2026, 11, 6, 16, 30, tzinfo=UTC), NIGHT)  # 23:30 in Jakarta
    assert (result.verdict, result.measurements) == (Verdict.CONTRADICTED, {"intrusions": 0})
    assert [reason.code for reason in result.reasons] == ["lane_clean", "exempted"]
    assert result.reasons[1].id == "1 truk melintas dengan pengecualian: “bongkar muat”, 22.00–05.00, setiap hari"
    assert result.reasons[1].en == "1 truck passed under an exemption: “bongkar muat”, 22.00–05.00, every day"


def test_by_day_it_may_not() -> None:
    result = asked(lorry(), datetime(2026, 11, 6, 5, 0, tzinfo=UTC), NIGHT)
    assert (result.verdict, [reason.code for reason in result.reasons]) == (Verdict.SUPPORTED, ["lane_intrusion"])


def test_a_car_may_not_by_night_either() -> None:
    street = Street([vehicle(along(8.0), "truck"), vehicle(along(40.0))], seconds=80)
    result = asked(street, at(0, "23:30"), NIGHT)
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"intrusions": 1})
    assert [reason.code for reason in result.reasons] == ["lane_intrusion", "exempted"]


def test_the_time_is_that_of_the_vehicle_and_not_of_the_clip() -> None:
    street = Street([vehicle(along(8.0), "truck"), vehicle(along(61.0), "truck", look=5)], seconds=80)
    result = asked(street, at(0, "21:59"), NIGHT)
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"intrusions": 1})
    assert result.reasons[1].code == "exempted"


def test_without_a_date_who_may_be_exempt_is_a_doubt() -> None:
    result = asked(lorry(), None, NIGHT)
    assert (result.verdict, [reason.code for reason in result.reasons]) == (
        Verdict.INCONCLUSIVE,
        ["unsure", "time_unknown"],
    )
    assert asked(lorry(), None, {"classes": ["truck"]}).verdict is Verdict.CONTRADICTED, "always is always"
    assert asked(Street([vehicle(along(8.0))], seconds=80), None, NIGHT).verdict is Verdict.SUPPORTED


def asked_unsure(street: Street, began: datetime, doubt_s: float, *entries: Any) -> CheckResult:
    """Of a clip whose clock may be wrong by so much."""
    street.clock_doubt_s = doubt_s  # type: ignore[attr-defined]
    return asked(street, began, *entries)


@pytest.mark.parametrize("edge", ["21:58", "22:01", "04:58", "05:00"])
def test_near_an_edge_of_the_hours_an_unsure_clock_supports_nothing_and_clears_nothing(edge: str) -> None:
    result = asked_unsure(lorry(), at(0, edge), 120.0, NIGHT)
    codes = [reason.code for reason in result.reasons]
    assert (result.verdict, codes) == (Verdict.INCONCLUSIVE, ["unsure", "clock_unsure"])
    assert "meleset 120 dtk" in result.reasons[1].id and "by 120 s" in result.reasons[1].en
    assert asked(lorry(), at(0, edge), NIGHT).verdict is not Verdict.INCONCLUSIVE, "a sure clock decides"


@pytest.mark.parametrize(("clock", "verdict"), [("23:30", Verdict.CONTRADICTED), ("12:00", Verdict.SUPPORTED)])
def test_far_from_every_edge_an_unsure_clock_changes_nothing(clock: str, verdict: Verdict) -> None:
    sure, unsure = asked(lorry(), at(0, clock), NIGHT), asked_unsure(lorry(), at(0, clock), 120.0, NIGHT)
    assert sure.verdict is unsure.verdict is verdict
    assert sure.reasons == unsure.reasons
    assert sure.confidence == unsure.confidence


def test_an_unsure_clock_is_no_matter_to_who_is_never_exempt_or_always() -> None:
    car = Street([vehicle(along(8.0))], seconds=80)
    assert asked_unsure(car, at(0, "21:59"), 120.0, NIGHT).verdict is Verdict.SUPPORTED
    always = {"classes": ["truck"]}
    assert asked_unsure(lorry(), at(0, "21:59"), 1e9, always).verdict is Verdict.CONTRADICTED


def test_a_sure_intruder_beside_a_doubtful_one_is_still_seen() -> None:
    street = Street([vehicle(along(8.0), "truck"), vehicle(along(40.0))], seconds=80)
    result = asked_unsure(street, at(0, "21:59"), 120.0, NIGHT)
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"intrusions": 1})
    assert [reason.code for reason in result.reasons] == ["lane_intrusion", "clock_unsure"]


@given(st.integers(0, 24 * 60 - 1), st.integers(1, 24 * 60), st.integers(1, 10 * 60), st.floats(1, 7200))
def test_only_what_holds_at_every_minute_of_the_doubt_is_certain(
    minute: int, start: int, length: int, doubt_s: float
) -> None:
    first, last = start % (24 * 60), (start + length) % (24 * 60)
    window = Exemption(frozenset({"truck"}), start_min=first, end_min=last)
    began = FRIDAY + timedelta(minutes=minute)
    leave = Leave((window,), began, doubt_s)
    certain, possible = leave.applying(Drive(0.0, "", None))
    true = {window.holds_at(began + timedelta(seconds=s)) for s in np.linspace(-doubt_s, doubt_s, 2000)}
    assert (bool(certain), bool(possible)) == (true == {True}, true == {True, False})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("clock", "doubt_s"),
    [({}, 0.0), ({"uncertainty_s": 3.5, "padding_s": 1.0}, 3.5), ({"uncertainty_s": None, "padding_s": 45}, 45.0)],
)
def test_the_doubt_of_a_clips_clock_reaches_the_check(
    clock: dict[str, Any], doubt_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[AnalysisRequest] = []
    monkeypatch.setattr(services, "analyse_file", lambda path, request, detector: told.append(request))
    notes = {"clock": clock} if clock else {}
    clip = factories.clip(
        factories.camera("A"), state="HELD", file="clips/a.mp4", media_start_at=factories.NOON, notes=notes
    )
    services.question_put(question=Question(clip, "lane_intrusion"), zones=[], detector=Street([]), deadline_s=1.0)
    assert told[0].clock_doubt_s == clip.clock_doubt_s == doubt_s


def test_contraflow_is_told_by_the_buses() -> None:
    rule = {"classes": ["truck"], "days": ["sun"], "direction": "contraflow"}
    against = Street([vehicle(along(8.0), "bus"), vehicle(backwards(35.0), "truck", look=5)], seconds=80)
    result = asked(against, at(2, "10:00"), rule)
    assert result.verdict is Verdict.CONTRADICTED
    assert "lawan arah" in result.reasons[1].id and "against the buses" in result.reasons[1].en
    along_with = Street([vehicle(along(8.0), "bus"), vehicle(along(35.0), "truck", look=5)], seconds=80)
    assert asked(along_with, at(2, "10:00"), rule).verdict is Verdict.SUPPORTED
    assert asked(against, at(1, "10:00"), rule).verdict is Verdict.SUPPORTED, "on Saturday nobody may"


def test_without_a_bus_nobody_knows_which_way_is_against() -> None:
    rule = {"classes": ["truck"], "direction": "contraflow"}
    result = asked(lorry(), at(2, "10:00"), rule)
    assert (result.verdict, result.reasons[1].code) == (Verdict.INCONCLUSIVE, "direction_unknown")


def test_an_exemption_of_one_lane_is_not_that_of_another() -> None:
    named = [Zone(LANE[0].kind, LANE[0].polygon, "Koridor 9")]
    rule = {**NIGHT, "zones": ["Koridor 9"]}
    assert asked(lorry(), at(0, "23:00"), rule, zones=named).verdict is Verdict.CONTRADICTED
    assert asked(lorry(), at(0, "23:00"), rule).verdict is Verdict.SUPPORTED


@pytest.mark.django_db
def test_a_category_is_not_saved_with_an_exemption_that_cannot_be_read() -> None:
    values = {"check_slug": "lane_intrusion", "zone_kinds": ["busway_lane"]}
    assert category_problems({**values, "thresholds": {"exemptions": [NIGHT]}}) == {}
    wrong = category_problems({**values, "thresholds": {"exemptions": [{**NIGHT, "to": "25:00"}]}})
    assert wrong == {"thresholds": ["exemptions[0]: to must be a time of day such as '22:00', got '25:00'"]}


@pytest.mark.slow
@pytest.mark.parametrize(("began", "told"), [(at(0, "23:00"), True), (at(0, "12:00"), False), (None, False)])
def test_the_rendered_busway_by_night(
    began: datetime | None, told: bool, detector_of: Callable[[Path], YoloDetector]
) -> None:
    """The clip's date reaches the check by the way that the pipeline and the command line go."""
    scenes = {scene["name"]: scene for scene in json.loads((REPOSITORY / "fixtures/footage/scenes.json").read_text())}
    zones = [Zone(z["kind"], tuple(map(tuple, z["polygon"]))) for z in scenes["busway_intruder"]["zones"]]
    clip = min((REPOSITORY / "fixtures" / "footage" / "busway_intruder").glob("*.mp4"))
    rules = {"exemptions": [{"classes": ["*"], "from": "22:00", "to": "05:00", "name": "malam"}]}
    request = AnalysisRequest("lane_intrusion", zones=zones, thresholds=rules, first_frame_at=began, want_stills=False)
    result = analyse_file(clip, request, detector_of(RENDERED_WEIGHTS)).result
    codes = {reason.code for reason in result.reasons}
    assert ("exempted" in codes) is told
    assert (result.verdict is Verdict.SUPPORTED) is (began is not None and not told)
    assert ("time_unknown" in codes) is (began is None)
