"""What looks mean for a camera's health: confirmed before it is called bad, well at once, and a moved view stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cameras.patrol.judge import Finding, Outcome
from cameras.patrol.verdicts import Health, Standing, Verdict, weighed
from cameras.patrol.view import Change, ViewCheck
from cameras.patrol.words import reason_code, reason_family, reason_text, reason_words

T0 = datetime(2026, 11, 2, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
GOOD = Finding(Outcome.GOOD)
NIGHT = Finding(Outcome.NIGHT, "night_dark")
REPEAT = Finding(Outcome.REPEAT)
DEAD = Finding(Outcome.BAD, "source_unreachable", "tidak tersambung")
FLAT = Finding(Outcome.BAD, "flat")
SHIFTED = Finding(Outcome.BAD, "view_moved", view=ViewCheck(Change.SHIFTED, 0.2, 0.9, 0.1, 0.0))
DIFFERENT = Finding(Outcome.BAD, "view_moved", view=ViewCheck(Change.DIFFERENT, 0.1, 0.2, 0.1, 0.0))


def after(*looks: tuple[int, Finding], health: Health = Health.UNKNOWN) -> Verdict:
    """The verdict of the last of looks at minutes after T0."""
    standing, verdict = Standing(health), None
    for minutes, finding in looks:
        now = T0 + timedelta(minutes=minutes)
        verdict = weighed(standing, finding, now)
        same = verdict.look_code == standing.last_code
        since = standing.last_since if same else now
        standing = Standing(
            verdict.health, verdict.code, verdict.look_code, since, verdict.bad_looks, verdict.moved_since
        )
    assert verdict is not None
    return verdict


def test_one_bad_look_is_a_suspicion_and_a_second_confirms_it() -> None:
    first = after((0, GOOD), (30, DEAD))
    assert (first.health, first.code, first.look_code, first.bad_looks) == (
        Health.HEALTHY,
        "",
        "source_unreachable",
        1,
    )
    second = after((0, GOOD), (30, DEAD), (31, DEAD))
    assert (second.health, second.code, second.sentence) == (
        Health.UNHEALTHY,
        "source_unreachable",
        "tidak tersambung",
    )


def test_a_new_camera_stays_unknown_until_the_second_look() -> None:
    assert after((0, DEAD)).health is Health.UNKNOWN
    assert after((0, GOOD)).health is Health.HEALTHY


def test_bad_looks_of_different_kinds_do_not_confirm_each_other_for_ever() -> None:
    assert after((0, GOOD), (30, DEAD), (31, FLAT)).health is Health.HEALTHY
    assert after((0, GOOD), (30, DEAD), (31, FLAT), (33, DEAD)).health is Health.UNHEALTHY


def test_one_good_look_makes_it_well_again() -> None:
    well = after((0, DEAD), (1, DEAD), (3, GOOD))
    assert (well.health, well.code, well.bad_looks) == (Health.HEALTHY, "", 0)


def test_another_reason_is_told_at_once_of_a_camera_that_is_bad_already() -> None:
    assert after((0, DEAD), (1, DEAD), (3, FLAT)).code == "flat"


def test_the_dark_of_the_night_kills_no_camera_and_heals_no_picture() -> None:
    healthy = after((0, GOOD), (600, NIGHT), (630, NIGHT), (660, NIGHT))
    assert (healthy.health, healthy.code) == (Health.HEALTHY, "night_dark")
    assert after((0, NIGHT)).health is Health.UNKNOWN
    covered = after((0, FLAT), (1, FLAT), (600, NIGHT))
    assert (covered.health, covered.code, covered.look_code) == (Health.UNHEALTHY, "flat", "night_dark")
    reachable = after((0, DEAD), (1, DEAD), (600, NIGHT))
    assert (reachable.health, reachable.code) == (Health.HEALTHY, "night_dark")


def test_a_turned_camera_is_told_when_the_shift_lasts_and_stays_until_a_person_says_otherwise() -> None:
    assert after((0, GOOD), (30, SHIFTED), (31, SHIFTED)).health is Health.HEALTHY
    moved = after((0, GOOD), (30, SHIFTED), (31, SHIFTED), (35, SHIFTED))
    assert (moved.health, moved.code, moved.moved_since) == (
        Health.UNHEALTHY,
        "view_moved",
        T0 + timedelta(minutes=30),
    )
    assert "sejak 2 Nov 2026 09.30 WIB" in moved.sentence
    for finding in (GOOD, NIGHT, REPEAT):
        later = after((0, GOOD), (30, SHIFTED), (35, SHIFTED), (60, finding))
        assert (later.health, later.code, later.moved_since) == (Health.UNHEALTHY, "view_moved", moved.moved_since)


IN_PLACE = Finding(Outcome.GOOD, view=ViewCheck(Change.NONE, 0.8, 0.9, 0.0, 0.0))
UNSURE = Finding(Outcome.GOOD, view=ViewCheck(Change.UNSURE, 0.35, 0.38, 0.0, 0.0))


def test_a_camera_on_its_tour_is_well_again_when_it_is_seen_in_its_place_twice_and_not_in_passing() -> None:
    moved = [(0, GOOD), (30, SHIFTED), (35, SHIFTED)]
    assert (after(*moved, (60, IN_PLACE)).code, after(*moved, (60, IN_PLACE)).look_code) == ("view_moved", "view_back")
    assert after(*moved, (60, IN_PLACE), (65, IN_PLACE)).code == "view_moved"
    assert after(*moved, (60, IN_PLACE), (65, SHIFTED), (90, IN_PLACE)).code == "view_moved"
    assert after(*moved, (60, UNSURE), (90, UNSURE)).code == "view_moved"
    back = after(*moved, (60, IN_PLACE), (90, IN_PLACE))
    assert (back.health, back.code, back.moved_since) == (Health.HEALTHY, "", None)


def test_a_bus_before_the_camera_is_waited_for() -> None:
    stands = [(minutes, DIFFERENT) for minutes in (30, 31, 34, 40, 48)]
    assert after((0, GOOD), *stands).health is Health.HEALTHY
    assert after((0, GOOD), *stands, (60, GOOD)).code == ""
    assert after((0, GOOD), *stands, (51, DIFFERENT)).code == "view_moved"


def test_a_moved_camera_that_falls_silent_is_still_moved_when_it_comes_back() -> None:
    moved = [(0, GOOD), (30, SHIFTED), (35, SHIFTED)]
    assert after(*moved, (60, DEAD)).code == "source_unreachable"
    assert after(*moved, (60, DEAD), (90, GOOD)).code == "view_moved"


def test_an_old_recording_seen_again_changes_nothing_but_that_somebody_answers() -> None:
    flat = after((0, FLAT), (1, FLAT), (30, REPEAT))
    assert (flat.health, flat.code) == (Health.UNHEALTHY, "flat")
    back = after((0, DEAD), (1, DEAD), (30, REPEAT))
    assert (back.health, back.code) == (Health.HEALTHY, "")
    suspected = after((0, GOOD), (30, SHIFTED), (40, REPEAT))
    assert (suspected.health, suspected.look_code, suspected.bad_looks) == (Health.HEALTHY, "view_moved", 1)


def test_reasons_are_stored_by_code_and_told_in_both_languages() -> None:
    stored = reason_text("flat")
    assert reason_code(stored) == "flat"
    assert "lensa tertutup" in reason_words(stored)
    assert "covered" in reason_words(stored, english=True)
    assert reason_words(reason_text("source_denied", "ditolak (401)")) == "ditolak (401)"
    assert reason_text("") == ""
    assert reason_code("") == ""
    assert len(reason_text("flat", "x" * 999)) == 300


def test_a_recorders_fall_is_told_with_its_name() -> None:
    stored = "recorder 10.0.0.7:80: source_unreachable"
    assert reason_code(stored) == "source_unreachable"
    assert reason_words(stored).endswith("(10.0.0.7:80)")
    assert "cannot be reached" in reason_words(stored, english=True)
    assert reason_family(reason_code(stored)) == "source"
