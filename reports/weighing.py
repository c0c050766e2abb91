"""From what each camera answered to what is said about the condition. Pure.

The rules of the design, again and in one place, whatever a check answered: a camera
that was only assumed to see the place, or whose footage covers too little of the
window, contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.verdict import Reason, Verdict
from cameras.words import WHY

MIN_SHARE = 0.60
"""Of the window; with less, what was reported may have happened in the rest."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one camera says. ``window_share`` 0-1: how much of the asked window its footage covers."""

    camera: str
    verdict: Verdict
    confidence: float | None
    reasons: tuple[Reason, ...]
    window_share: float
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """A camera that was asked and could not answer: no footage, or footage that cannot be read."""

    camera: str
    code: str


@dataclass(frozen=True, slots=True)
class Weighed:
    verdict: Verdict
    confidence: float | None
    reasons: tuple[Reason, ...]


def weigh(answers: Sequence[Answer], silences: Sequence[Silence]) -> Weighed:
    """Any SUPPORTED decides, the surest one; a CONTRADICTED only if none supports; else INCONCLUSIVE.

    Raises:
        ValueError: nobody was asked.
    """
    if not answers and not silences:
        raise ValueError("weighing needs at least one camera that was asked")
    fair = [_fair(answer) for answer in answers]
    supporting = _surest(a for a in fair if a.verdict is Verdict.SUPPORTED)
    denying = _surest(a for a in fair if a.verdict is Verdict.CONTRADICTED)
    if supporting:
        told = [*_told(supporting[0]), *(_conflict(a) for a in denying), *_others(supporting[1:])]
        return Weighed(Verdict.SUPPORTED, supporting[0].confidence, tuple(told))
    if denying:
        return Weighed(Verdict.CONTRADICTED, denying[0].confidence, (*_told(denying[0]), *_others(denying[1:])))
    told = [reason for answer in fair for reason in _told(answer)]
    return Weighed(Verdict.INCONCLUSIVE, None, (*told, *(_silent(s) for s in silences)))


def is_decided(answers: Sequence[Answer]) -> bool:
    """Whether asking one more camera cannot be needed."""
    return any(_fair(a).verdict in {Verdict.SUPPORTED, Verdict.CONTRADICTED} for a in answers)


def _fair(answer: Answer) -> Answer:
    """The answer, or what is left of a CONTRADICTED that the rules do not allow."""
    if answer.verdict is not Verdict.CONTRADICTED:
        return answer
    reason = _why_no_contradiction(answer)
    if reason is None:
        return answer
    return Answer(
        answer.camera,
        Verdict.INCONCLUSIVE,
        None,
        (reason, *answer.reasons),
        answer.window_share,
        answer.assumed,
    )


def _why_no_contradiction(answer: Answer) -> Reason | None:
    if answer.assumed:
        return Reason(
            "assumed_coverage",
            "cakupan kamera baru perkiraan, jadi tidak melihat apa-apa bukan bukti",
            "the camera's coverage is only assumed, so seeing nothing proves nothing",
        )
    if answer.window_share < MIN_SHARE:
        percent = round(100 * answer.window_share)
        return Reason(
            "coverage_low",
            f"rekaman hanya mencakup {percent} % dari waktu yang diperiksa (perlu {round(100 * MIN_SHARE)} %)",
            f"the footage covers only {percent} % of the time in question ({round(100 * MIN_SHARE)} % needed)",
        )
    return None


def _surest(answers: Iterable[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda a: (-(a.confidence or 0.0), a.camera))


def _told(answer: Answer) -> list[Reason]:
    return [_by(answer.camera, reason) for reason in answer.reasons]


def _by(camera: str, reason: Reason) -> Reason:
    return Reason(reason.code, f"{camera}: {reason.id}", f"{camera}: {reason.en}")


def _others(answers: Sequence[Answer]) -> list[Reason]:
    return [reason for answer in answers for reason in _told(answer)[:1]]


def _conflict(answer: Answer) -> Reason:
    first = answer.reasons[0]
    return Reason(
        "conflict",
        f"kamera lain tidak sependapat. {answer.camera}: {first.id}",
        f"another camera disagrees. {answer.camera}: {first.en}",
    )


def _silent(silence: Silence) -> Reason:
    words_id, words_en = WHY_SILENT.get(silence.code, (f"gagal ({silence.code})", f"failed ({silence.code})"))
    return Reason(
        "no_footage",
        f"{silence.camera}: rekaman tidak tersedia, {words_id}",
        f"{silence.camera}: no footage, {words_en}",
    )


WHY_SILENT: dict[str, tuple[str, str]] = {code: (words.id, words.en) for code, words in WHY.items()}
"""Why a camera that was asked said nothing, by the code of its failure."""

OUTCOMES: dict[str, tuple[Verdict, str, str]] = {
    "no_camera": (
        Verdict.UNOBSERVABLE,
        "tidak ada kamera yang melihat titik ini",
        "no camera sees this point",
    ),
    "no_check": (
        Verdict.UNOBSERVABLE,
        "belum ada pemeriksaan kamera untuk kategori ini",
        "there is no camera check for this category yet",
    ),
    "analysis_failed": (
        Verdict.INCONCLUSIVE,
        "pemeriksaan kamera gagal secara teknis, perlu dilihat petugas",
        "the camera check failed technically, a person has to look",
    ),
    "overloaded": (
        Verdict.INCONCLUSIVE,
        "antrean pemeriksaan kamera terlalu panjang, perlu dilihat petugas",
        "the queue of camera checks was too long, a person has to look",
    ),
}


def without_clip(code: str) -> Weighed:
    """What is said when no clip could be judged, by the verification's outcome code."""
    verdict, words_id, words_en = OUTCOMES[code]
    return Weighed(verdict, None, (Reason(code, words_id, words_en),))
