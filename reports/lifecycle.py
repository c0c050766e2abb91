"""Every state this product knows, and every move that is allowed. A civil servant can review this file.

Two doors write states: ``pipeline.advance`` (the machine) and
``services.incident_transition`` (people). Both call ``change`` here first.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from cameras.footage.states import ClipState, ExcerptState
from jsc_project.lib.errors import JscError

S = TypeVar("S", bound=StrEnum)


class ReportState(StrEnum):
    RECEIVED = "RECEIVED"
    PLACED = "PLACED"
    OUT_OF_AREA = "OUT_OF_AREA"
    DEAD = "DEAD"


class VerificationState(StrEnum):
    PENDING = "PENDING"
    MATCHED = "MATCHED"
    ANALYSED = "ANALYSED"
    DECIDED = "DECIDED"


class AnnouncementState(StrEnum):
    DUE = "DUE"
    SENT = "SENT"
    DEAD = "DEAD"


class PhotoState(StrEnum):
    """A citizen's photo. REFUSED: we do not take it. FAILED: it could not be had."""

    DUE = "DUE"
    KEPT = "KEPT"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


class PlateState(StrEnum):
    """A search for the plates of those that a run speaks of. FAILED: nothing was looked at, and why."""

    DUE = "DUE"
    READ = "READ"
    FAILED = "FAILED"


class Purpose(StrEnum):
    OPENING = "opening"
    CLOSURE = "closure"
    PATROL = "patrol"
    SECOND = "second"
    """Beside the opening: what else the words speak of. It never speaks for the incident."""


class Status(StrEnum):
    """The words of Jakarta's CRM."""

    MENUNGGU = "menunggu"
    KOORDINASI = "koordinasi"
    DISPOSISI = "disposisi"
    PROSES = "proses"
    SELESAI = "selesai"
    DITOLAK = "ditolak"
    DUPLIKAT = "duplikat"


OPEN = frozenset({Status.MENUNGGU, Status.KOORDINASI, Status.DISPOSISI, Status.PROSES})
CLOSED = frozenset({Status.SELESAI, Status.DITOLAK, Status.DUPLIKAT})
ACTIVE_VERIFICATION = frozenset({VerificationState.PENDING, VerificationState.MATCHED, VerificationState.ANALYSED})

LABELS: Mapping[Status, tuple[str, str]] = {
    Status.MENUNGGU: ("Menunggu", "Waiting"),
    Status.KOORDINASI: ("Koordinasi", "Coordinated with another agency"),
    Status.DISPOSISI: ("Disposisi", "Assigned"),
    Status.PROSES: ("Proses", "In progress"),
    Status.SELESAI: ("Selesai", "Done"),
    Status.DITOLAK: ("Ditolak", "Declined"),
    Status.DUPLIKAT: ("Duplikat", "Duplicate"),
}

COLOURS: Mapping[Status, str] = {
    Status.MENUNGGU: "red",
    Status.KOORDINASI: "blue",
    Status.DISPOSISI: "blue",
    Status.PROSES: "yellow",
    Status.SELESAI: "green",
    Status.DITOLAK: "grey",
    Status.DUPLIKAT: "grey",
}

INCIDENT_MOVES: Mapping[Status, frozenset[Status]] = {
    # A report that was never anybody's to do may end at once: done on the spot, declined, or a repeat.
    Status.MENUNGGU: frozenset(
        {Status.KOORDINASI, Status.DISPOSISI, Status.PROSES, Status.SELESAI, Status.DITOLAK, Status.DUPLIKAT}
    ),
    # Handed to another agency, which may hand it back; the lurah's clock stands still meanwhile.
    Status.KOORDINASI: frozenset({Status.MENUNGGU, Status.PROSES, Status.SELESAI, Status.DITOLAK}),
    Status.DISPOSISI: frozenset({Status.PROSES, Status.KOORDINASI, Status.SELESAI, Status.DITOLAK}),
    Status.PROSES: frozenset({Status.KOORDINASI, Status.SELESAI, Status.DITOLAK}),
    # Re-opened: what was said to be done is not.
    Status.SELESAI: frozenset({Status.PROSES}),
    # A refusal or a "repeat" may be a mistake; it goes back to the start of the queue.
    Status.DITOLAK: frozenset({Status.MENUNGGU}),
    Status.DUPLIKAT: frozenset({Status.MENUNGGU}),
}

REPORT_MOVES: Mapping[ReportState, frozenset[ReportState]] = {
    ReportState.RECEIVED: frozenset({ReportState.PLACED, ReportState.OUT_OF_AREA, ReportState.DEAD}),
    ReportState.PLACED: frozenset(),
    # A new border may take it in; a person sends it through placing again.
    ReportState.OUT_OF_AREA: frozenset({ReportState.RECEIVED}),
    ReportState.DEAD: frozenset({ReportState.RECEIVED}),
}

VERIFICATION_MOVES: Mapping[VerificationState, frozenset[VerificationState]] = {
    VerificationState.PENDING: frozenset({VerificationState.MATCHED, VerificationState.ANALYSED}),
    # To itself: undecided, so the next-best camera was asked.
    VerificationState.MATCHED: frozenset({VerificationState.MATCHED, VerificationState.ANALYSED}),
    VerificationState.ANALYSED: frozenset({VerificationState.DECIDED}),
    VerificationState.DECIDED: frozenset(),
}

CLIP_MOVES: Mapping[ClipState, frozenset[ClipState]] = {
    ClipState.WANTED: frozenset({ClipState.HELD, ClipState.PARTIAL, ClipState.FAILED}),
    # Its time is over and nobody holds it.
    ClipState.HELD: frozenset({ClipState.PURGED}),
    # A person may ask for the window again: a recorder that was down may be back.
    ClipState.PARTIAL: frozenset({ClipState.WANTED, ClipState.PURGED}),
    ClipState.FAILED: frozenset({ClipState.WANTED}),
    # A closed case is opened again, and the recorder may still have it.
    ClipState.PURGED: frozenset({ClipState.WANTED}),
}

EXCERPT_MOVES: Mapping[ExcerptState, frozenset[ExcerptState]] = {
    ExcerptState.WANTED: frozenset({ExcerptState.READY, ExcerptState.FAILED}),
    # The clip was pulled again and shows more, or is there again; it is cut anew.
    ExcerptState.READY: frozenset({ExcerptState.WANTED}),
    ExcerptState.FAILED: frozenset({ExcerptState.WANTED}),
}

ANNOUNCEMENT_MOVES: Mapping[AnnouncementState, frozenset[AnnouncementState]] = {
    AnnouncementState.DUE: frozenset({AnnouncementState.SENT, AnnouncementState.DEAD}),
    AnnouncementState.SENT: frozenset(),
    AnnouncementState.DEAD: frozenset({AnnouncementState.DUE}),
}

PHOTO_MOVES: Mapping[PhotoState, frozenset[PhotoState]] = {
    PhotoState.DUE: frozenset({PhotoState.KEPT, PhotoState.REFUSED, PhotoState.FAILED}),
    PhotoState.KEPT: frozenset(),
    # A person asks again: its host may have been listed meanwhile, or be back.
    PhotoState.REFUSED: frozenset({PhotoState.DUE}),
    PhotoState.FAILED: frozenset({PhotoState.DUE}),
}

PLATE_MOVES: Mapping[PlateState, frozenset[PlateState]] = {
    PlateState.DUE: frozenset({PlateState.READ, PlateState.FAILED}),
    # Once only: what could be seen was looked at, and what could not is no reason to look again.
    PlateState.READ: frozenset(),
    PlateState.FAILED: frozenset(),
}


class MoveRefused(JscError, ValueError):
    """The table does not allow this move, or a reason is owed and missing."""

    code = "move_refused"


def change(moves: Mapping[S, frozenset[S]], old: S, new: S) -> S:
    """``new``, if the table allows it from ``old``.

    Raises:
        MoveRefused: names both states and what would have been allowed.
    """
    if new not in moves[old]:
        allowed = ", ".join(sorted(moves[old])) or "nothing"
        raise MoveRefused(f"from {old} to {new} is not allowed; allowed: {allowed}", old=str(old), new=str(new))
    return new


def reason_owed(old: Status, new: Status) -> bool:
    """Declining and re-opening take something away from somebody: both need a reason in words."""
    return new is Status.DITOLAK or (old is Status.SELESAI and new is Status.PROSES)
