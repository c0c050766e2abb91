"""What one incident's page shows, gathered in one place: texts, pictures, map, reasons, cameras, timeline, moves.

Never the reporter: not the hash, not the number of what else the same person reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import EvidenceStill
from cameras.footage.states import ClipState
from cameras.services.excerpts import clip_is_playable
from reports.admin.judging import JudgeView, first_open, judge_view
from reports.admin.photos import PhotoView, hints_of, photo_views
from reports.admin.suggestions import SuggestionView, incident_views
from reports.lifecycle import INCIDENT_MOVES, LABELS, Purpose, Status, VerificationState, reason_owed
from reports.minimap import MapCamera, minimap
from reports.models import CameraJudgement, Incident, Report, StatusChange, Verification, VerificationMatch
from reports.run_stills import in_order
from reports.selectors.judgements import newest_judgements
from reports.selectors.queue import near_incidents, others_reported
from reports.selectors.texts import MaskedTexts, addresses_in, masked_proposals, masked_texts
from reports.services.blurred import clip_is_shown
from reports.views_said import VIEWS
from reports.weighing import OUTCOMES, WHY_SILENT, WHY_UNDECIDED
from reports.words import (
    Badge,
    Due,
    due_words,
    english,
    reason_text,
    status_badge,
    status_label,
    verdict_badge,
)


@dataclass(frozen=True, slots=True)
class StillView:
    id: str
    kind: str
    caption: str
    at: datetime
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CameraView:
    """One camera asked, with what came of it. ``share`` is the part of the window it has pictures of, 0-100."""

    number: int
    name: str
    code: str
    metres: int
    assumed: bool
    outcome: str
    detail: str
    share: int | None
    verdict: Badge | None
    reasons: Sequence[str]
    stills: Sequence[StillView]
    clip_id: int | None = None
    """Of footage that is there."""
    film_id: int | None = None
    """Of footage that is there, or of which a blurred film still is."""


@dataclass(frozen=True, slots=True)
class LookView:
    """One look of the cameras: why, when, over which time, and its answer."""

    verification: Verification
    title: str
    badge: Badge
    running: bool
    reasons: Sequence[str]
    cameras: Sequence[CameraView]
    judge: JudgeView | None = None
    """None where no camera said anything that could be right or wrong."""

    @property
    def has_stills(self) -> bool:
        return any(camera.stills for camera in self.cameras)


@dataclass(frozen=True, slots=True)
class TextView:
    """A report's words, masked."""

    report: Report
    masked: MaskedTexts
    proposals: Sequence[str]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    at: datetime
    what: str
    who: str
    reason: str
    by_person: bool
    symbol: str = "•"


@dataclass(frozen=True, slots=True)
class Move:
    """A button: the status it leads to, what it is called, and whether words are owed or welcome."""

    status: str
    word: str
    symbol: str
    tone: str
    reason_owed: bool
    asks: str
    primary: bool = False


@dataclass(slots=True)
class IncidentPage:
    incident: Incident
    status: Badge
    verdict: Badge
    why: Sequence[str]
    texts: Sequence[TextView]
    suggestions: Sequence[SuggestionView]
    addresses: Sequence[str]
    others: int
    looks: Sequence[LookView]
    map_svg: str
    timeline: Sequence[Moment]
    respond: Due | None
    due: Due | None
    moves: Sequence[Move]
    repeats: Sequence[Incident] = field(default_factory=tuple)
    candidates: Sequence[Incident] = field(default_factory=tuple)
    checking: bool = False
    linked: frozenset[int] = frozenset()
    """Of the incidents this one names, those that this person may see."""
    photos: Sequence[PhotoView] = ()
    hints: Sequence[str] = ()
    """What citizens' photos show: beside the reasons, and none of them."""
    views: str = ""
    """How the cameras agree or disagree, in one sentence; empty where one spoke alone."""

    @property
    def ask(self) -> JudgeView | None:
        """The first look that nobody has judged yet."""
        return first_open([look.judge for look in self.looks])

    @property
    def odd_photos(self) -> bool:
        return any(flag.odd for photo in self.photos for flag in photo.flags)


def incident_page(incident: Incident, visible: QuerySet[Incident], user: Any) -> IncidentPage:
    """Everything the page needs, in a fixed number of queries."""
    reports = list(incident.reports.prefetch_related("updates").order_by("happened_at", "id"))
    verifications = _verifications(incident)
    judged = newest_judgements(verifications)
    looks = [_look(verification, judged.get(verification.pk)) for verification in verifications]
    photos = photo_views(incident, reports, visible)
    moves = _moves(Status(incident.status))
    ask_repeat = any(move.status == Status.DUPLIKAT for move in moves)
    answered = incident.responded_at is not None or incident.is_closed
    return IncidentPage(
        incident=incident,
        status=status_badge(incident.status),
        verdict=verdict_badge(incident.verdict),
        why=[reason_text(reason) for reason in incident.reasons if reason["code"] != VIEWS],
        texts=[_text(report) for report in reports],
        suggestions=incident_views(incident, reports, user),
        addresses=addresses_in(reports),
        others=others_reported(incident),
        looks=looks,
        map_svg=_map(incident, verifications),
        timeline=_timeline(incident, reports, verifications),
        respond=None if answered else due_words(incident.respond_by, incident.clock_paused_at),
        due=None if incident.is_closed else due_words(incident.due_at, incident.clock_paused_at),
        moves=moves,
        repeats=list(visible.filter(duplicate_of=incident).select_related("category")),
        candidates=near_incidents(incident, visible) if ask_repeat else (),
        checking=any(look.running for look in looks),
        linked=_linked(incident, visible),
        photos=photos,
        hints=hints_of(photos),
        views=reason_text(next((reason for reason in incident.reasons if reason["code"] == VIEWS), None)),
    )


def _linked(incident: Incident, visible: QuerySet[Incident]) -> frozenset[int]:
    named = [pk for pk in (incident.duplicate_of_id, incident.recurs_after_id) if pk]
    return frozenset(visible.filter(pk__in=named).values_list("pk", flat=True)) if named else frozenset()


def _verifications(incident: Incident) -> list[Verification]:
    stills = Prefetch("run__stills", queryset=EvidenceStill.objects.order_by("at"))
    matches = VerificationMatch.objects.select_related("camera", "clip", "run").prefetch_related(stills)
    looks = incident.verifications.select_related("category").order_by("-created_at", "-id")
    found = looks.prefetch_related(Prefetch("matches", matches))
    return list(found)


def _look(verification: Verification, judged: CameraJudgement | None) -> LookView:
    running = verification.state != VerificationState.DECIDED
    titles = {
        Purpose.OPENING: _("Apakah kejadiannya ada?"),
        Purpose.CLOSURE: _("Apakah sudah selesai?"),
        Purpose.PATROL: _("Patroli kamera"),
        Purpose.SECOND: _("Diperiksa juga: %(label)s") % {"label": verification.category.label},
    }
    return LookView(
        verification=verification,
        title=titles.get(Purpose(verification.purpose), verification.purpose),
        badge=verdict_badge("" if running else verification.verdict),
        running=running,
        reasons=[reason_text(reason) for reason in verification.reasons],
        cameras=[_camera(number, match) for number, match in enumerate(verification.matches.all(), start=1)],
        judge=judge_view(verification, judged),
    )


def _camera(number: int, match: VerificationMatch) -> CameraView:
    stills = in_order(match.run.stills.all()) if match.run else []
    outcome, detail = clip_words(match)
    return CameraView(
        number=number,
        name=match.camera.name,
        code=match.camera.code,
        metres=round(match.metres),
        assumed=match.assumed,
        outcome=outcome,
        detail=detail,
        share=_share(match),
        verdict=verdict_badge(match.run.verdict) if match.run else None,
        reasons=[reason_text(reason) for reason in match.run.reasons] if match.run else [],
        stills=[_still(still) for still in stills],
        clip_id=match.clip.pk if match.clip is not None and clip_is_playable(match.clip) else None,
        film_id=match.clip.pk if match.clip is not None and clip_is_shown(match.clip) else None,
    )


def _still(still: EvidenceStill) -> StillView:
    caption = (still.caption_en or still.caption_id) if english() else still.caption_id
    return StillView(str(still.pk), still.kind, caption, still.at, still.width, still.height)


def clip_words(match: VerificationMatch) -> tuple[str, str]:
    """What came of the footage, and why nothing came. Technical detail stays on the operators' pages."""
    clip = match.clip
    if clip is None:
        return (_("belum diminta"), "")
    words = {
        ClipState.WANTED: _("rekaman sedang diambil"),
        ClipState.HELD: _("rekaman lengkap"),
        ClipState.PARTIAL: _("rekaman sebagian"),
        ClipState.FAILED: _("rekaman tidak ada"),
        ClipState.PURGED: _("rekaman sudah dihapus, masa simpannya habis"),
    }
    why = WHY_SILENT.get(match.failure or clip.reason_code)
    return (words[ClipState(clip.state)], why[1 if english() else 0] if why else "")


def _share(match: VerificationMatch) -> int | None:
    clip = match.clip
    if clip is None or clip.state == ClipState.WANTED:
        return None
    whole = (clip.end_at - clip.start_at).total_seconds()
    held = sum((window.end - window.start).total_seconds() for window in clip.covered_windows)
    return round(100 * min(1.0, held / whole))


def _text(report: Report) -> TextView:
    return TextView(report, masked_texts(report), masked_proposals(report))


def _map(incident: Incident, verifications: Iterable[Verification]) -> str:
    newest = next(iter(verifications), None)
    matches = newest.matches.all() if newest else []
    boundary = incident.boundary
    cameras = [
        MapCamera(
            number=number,
            name=match.camera.name,
            point=match.camera.point,
            coverage=match.camera.coverage,
            metres=match.metres,
            assumed=match.assumed,
        )
        for number, match in enumerate(matches, start=1)
    ]
    return minimap(incident.point, boundary.geometry if boundary else None, cameras)


# -- Timeline ---------------------------------------------------------------------


def _timeline(incident: Incident, reports: Sequence[Report], looks: Sequence[Verification]) -> list[Moment]:
    """Reports, machine and people, newest first."""
    moments = [
        Moment(
            report.received_at,
            _("Laporan %(code)s diterima") % {"code": report.tracking_code},
            _("Warga"),
            "",
            False,
            "✉",
        )
        for report in reports
    ]
    subjects = Q(incident=incident) | Q(subject_kind="verification", subject_id__in=[look.pk for look in looks])
    changes = StatusChange.objects.filter(subjects).select_related("actor").order_by("at", "id")
    # That a look has ended is told by the line with its verdict.
    changes = changes.exclude(subject_kind="verification", new=VerificationState.DECIDED)
    moments += [_moment(change) for change in changes]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _moment(change: StatusChange) -> Moment:
    person = change.actor_id is not None
    who = (change.actor.get_full_name() or change.actor.get_username()) if change.actor else _("Sistem")
    return Moment(change.at, change_said(change), str(who), reason_said(change), person, "👤" if person else "⚙")


def reason_said(change: StatusChange) -> str:
    return change.reason_text or _reason_code_words(change.reason_code)


_STATE_WORDS = {
    ("verification", "PENDING"): gettext_lazy("Kamera akan diperiksa"),
    ("verification", "MATCHED"): gettext_lazy("Kamera ditemukan, rekaman diminta"),
    ("verification", "ANALYSED"): gettext_lazy("Rekaman dianalisis"),
}


def change_said(change: StatusChange) -> str:
    """What changed, in words."""
    if change.what == "verdict":
        return _("Putusan kamera: %(verdict)s") % {"verdict": verdict_badge(change.new).word}
    if change.what == "closure_verdict":
        return _("Saat ditutup, kamera melihat: %(verdict)s") % {"verdict": verdict_badge(change.new).word}
    if change.what == "second_verdict":
        return f"{_('Diperiksa juga')}: {verdict_badge(change.new).word}"
    if change.what == "second":
        return f"{_('Diperiksa juga')}: {change.new}"
    if change.what == "urgency":
        return f"{_('Kegentingan')}: {change.old} → {change.new}"
    if change.what == "judgement" and change.new in CameraJudgement.Answer.values:
        return _("Penilaian: %(answer)s") % {"answer": CameraJudgement.Answer(change.new).label}
    if change.what == "look":
        return _("Kamera diminta melihat lagi")
    if change.what in {"category", "kelurahan"}:
        words = _("Kategori") if change.what == "category" else _("Kelurahan")
        return f"{words}: {change.old} → {change.new}"
    if change.what == "status":
        moved = change.old and change.old != change.new
        return f"{status_label(change.old)} → {status_label(change.new)}" if moved else status_label(change.new)
    state = _STATE_WORDS.get((change.subject_kind, change.new))
    return str(state) if state else f"{change.what}: {change.new}"


def _reason_code_words(code: str) -> str:
    """What a code of the machine means to people; nothing where the change already says it."""
    known = {**{name: (words[1], words[2]) for name, words in OUTCOMES.items()}, **WHY_SILENT, **WHY_UNDECIDED}
    return known[code][1 if english() else 0] if code in known else ""


# -- Moves ------------------------------------------------------------------------

_MOVE_ORDER = (
    Status.PROSES,
    Status.SELESAI,
    Status.KOORDINASI,
    Status.DISPOSISI,
    Status.MENUNGGU,
    Status.DUPLIKAT,
    Status.DITOLAK,
)


def _moves(now: Status) -> list[Move]:
    allowed = INCIDENT_MOVES[now]
    return [_move(now, new) for new in _MOVE_ORDER if new in allowed]


def _move(now: Status, new: Status) -> Move:
    badge = status_badge(new)
    owed = reason_owed(now, new)
    word = LABELS[new][1 if english() else 0]
    asks = ""
    if new is Status.DUPLIKAT:
        asks = "repeat"
    elif owed or new in {Status.KOORDINASI, Status.DISPOSISI}:
        asks = "reason"
    if now is Status.SELESAI:
        word = _("Buka lagi")
    elif new is Status.MENUNGGU:
        word = _("Kembalikan ke Menunggu")
    primary = not asks and new in {Status.PROSES, Status.SELESAI}
    return Move(new.value, word, badge.symbol, badge.tone, owed, asks, primary)
