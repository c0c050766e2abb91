"""Every move of the tables, and every move they do not hold. The expected table is written out again, on purpose."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from cameras.footage.states import ClipState
from reports import lifecycle
from reports.lifecycle import (
    ANNOUNCEMENT_MOVES,
    CLIP_MOVES,
    CLOSED,
    INCIDENT_MOVES,
    OPEN,
    PHOTO_MOVES,
    REPORT_MOVES,
    VERIFICATION_MOVES,
    AnnouncementState,
    MoveRefused,
    PhotoState,
    ReportState,
    Status,
    VerificationState,
    change,
    reason_owed,
)

EXPECTED: dict[str, set[str]] = {
    "menunggu": {"koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat"},
    "koordinasi": {"menunggu", "proses", "selesai", "ditolak"},
    "disposisi": {"proses", "koordinasi", "selesai", "ditolak"},
    "proses": {"koordinasi", "selesai", "ditolak"},
    "selesai": {"proses"},
    "ditolak": {"menunggu"},
    "duplikat": {"menunggu"},
}

TABLES: list[tuple[type[StrEnum], Mapping[Any, frozenset[Any]]]] = [
    (Status, INCIDENT_MOVES),
    (ReportState, REPORT_MOVES),
    (VerificationState, VERIFICATION_MOVES),
    (ClipState, CLIP_MOVES),
    (AnnouncementState, ANNOUNCEMENT_MOVES),
    (PhotoState, PHOTO_MOVES),
]

ALL_MOVES = [(moves, old, new) for states, moves in TABLES for old, new in itertools.product(states, states)]


def test_the_statuses_move_as_the_design_says() -> None:
    assert {str(old): {str(new) for new in news} for old, news in INCIDENT_MOVES.items()} == EXPECTED


@pytest.mark.parametrize(("states", "moves"), TABLES)
def test_every_state_has_its_line(states: type[StrEnum], moves: Mapping[Any, Any]) -> None:
    assert set(moves) == set(states)


@pytest.mark.parametrize(
    ("moves", "old", "new"), ALL_MOVES, ids=[f"{type(old).__name__} {old}-{new}" for _, old, new in ALL_MOVES]
)
def test_a_move_is_allowed_by_the_table_or_refused(moves: Mapping[Any, frozenset[Any]], old: Any, new: Any) -> None:
    if new in moves[old]:
        assert change(moves, old, new) is new
        return
    with pytest.raises(MoveRefused) as refused:
        change(moves, old, new)
    assert str(old) in refused.value.detail
    assert str(new) in refused.value.detail


@pytest.mark.parametrize(("old", "new"), [(o, n) for o in Status for n in sorted(INCIDENT_MOVES[o])])
def test_declining_and_re_opening_owe_a_reason_and_nothing_else_does(old: Status, new: Status) -> None:
    owed = new is Status.DITOLAK or (old, new) == (Status.SELESAI, Status.PROSES)
    assert reason_owed(old, new) is owed


def test_every_status_is_open_or_closed_and_has_words_and_a_colour() -> None:
    assert set(Status) == OPEN | CLOSED
    assert not OPEN & CLOSED
    assert set(lifecycle.LABELS) == set(lifecycle.COLOURS) == set(Status)


def test_a_machine_never_declines() -> None:
    """No step of the pipeline writes a status: only opening an incident does, as Menunggu."""
    from reports import pipeline

    kinds = {kind for kind, _ in pipeline.STEPS}
    machines = {"clip", "excerpt", "blurred", "photo", "plates", "trial"}
    assert kinds == {"report", "verification", "announcement"} | machines
