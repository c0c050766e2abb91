"""From what each camera answered to what is said about the condition. Pure.

The rules of the design, again and in one place, whatever a check answered: a camera
that was only assumed to see the place, or whose footage covers too little of the
window, contradicts nothing. How cameras that agree or disagree are weighed: docs/trust.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

from analytics.verdict import Reason, Verdict
from cameras.words import WHY
from reports.trust import Demotion, demoted_words
from reports.views_said import said_by, views_words

MIN_SHARE = 0.60
"""Of the window; with less, what was reported may have happened in the rest."""

INDEPENDENT = 0.5
"""Share of a further camera's evidence that adds to the surest one's, and that a denial takes away. Half, because what
misleads one camera (rain, dusk, the detector itself) often misleads the next; ours, nobody has measured it."""

STRONG, MUCH_STRONGER = 0.5, 2.0
"""A denial this strong, and so many times as strong as what supports, sends a SUPPORTED to a person."""

FIRM = 0.3
"""A verdict that stands on less strength asks one more camera: say, one that is 0.6 sure, assumed to see the place."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one camera says.

    ``window_share`` 0-1: how much of the asked window its footage covers. ``weight`` 0-1: how well it could see
    (``reports.view_weight``). ``pole``: cameras with the same one count as one; empty for a pole of its own.
    ``demotion``: its SUPPORTED is not believed by itself.
    """

    camera: str
    verdict: Verdict
    confidence: float | None
    reasons: tuple[Reason, ...]
    window_share: float
    assumed: bool = False
    weight: float = 1.0
    pole: str = ""
    demotion: Demotion | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1:
            raise ValueError(f"weight must be within 0..1, got {self.weight}")


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


@dataclass(frozen=True, slots=True)
class Side:
    """Those who say the same, the surest first. Both figures are 0-1, 0 where there is nobody.

    ``sure``: the calibrated confidence of the surest, raised by what the others add. ``strength``: the same of
    confidences times weights.
    """

    answers: tuple[Answer, ...]
    sure: float
    strength: float

    @property
    def confidence(self) -> float | None:
        """None where no camera gave one."""
        return None if all(answer.confidence is None for answer in self.answers) else self.sure


def weigh(answers: Sequence[Answer], silences: Sequence[Silence]) -> Weighed:
    """What all of them say together.

    SUPPORTED when one camera shows it, unless a much stronger denial stands against it; CONTRADICTED only when none
    shows it; else INCONCLUSIVE. A demoted camera's SUPPORTED makes no verdict, but it keeps others from contradicting.

    Raises:
        ValueError: nobody was asked.
    """
    if not answers and not silences:
        raise ValueError("weighing needs at least one camera that was asked")
    return _weighed([_fair(answer) for answer in answers], silences)


def _weighed(fair: Sequence[Answer], silences: Sequence[Silence]) -> Weighed:
    showing = side_of(a for a in fair if a.verdict is Verdict.SUPPORTED)
    denying = side_of(a for a in fair if a.verdict is Verdict.CONTRADICTED)
    doubted = [a for a in fair if a.demotion is not None]
    if showing.answers and not overturned(showing, denying):
        return _supported(showing, denying, doubted)
    if denying.answers and (showing.answers or doubted):
        return _divided(showing, denying, doubted)
    if denying.answers:
        told = [*_told(denying.answers[0]), *_others(denying.answers[1:]), *views_words(_names(denying), denies=True)]
        return Weighed(Verdict.CONTRADICTED, denying.confidence, tuple(told))
    unsure = [*doubted, *(answer for answer in fair if answer.demotion is None)]
    told = [reason for answer in unsure for reason in _told(answer)]
    return Weighed(Verdict.INCONCLUSIVE, None, (*told, *(_silent(s) for s in silences)))


def is_decided(answers: Sequence[Answer]) -> bool:
    """Whether asking one more camera cannot be needed: there is a verdict, and it stands on more than a weak view."""
    if not answers:
        return False
    fair = [_fair(answer) for answer in answers]
    verdict = _weighed(fair, ()).verdict
    if verdict not in {Verdict.SUPPORTED, Verdict.CONTRADICTED}:
        return False
    return side_of(a for a in fair if a.verdict is verdict).strength >= FIRM


# -- Sides ------------------------------------------------------------------------


def side_of(answers: Iterable[Answer]) -> Side:
    own = sorted(answers, key=lambda a: (-(a.confidence or 0.0), -a.weight, a.camera))
    if not own:
        return Side((), 0.0, 0.0)
    adds: dict[str, float] = {}
    for answer in own:
        adds[_pole(answer)] = max(adds.get(_pole(answer), 0.0), _evidence(answer))
    sure = max(_joined(answer.confidence or 0.0, _pole(answer), adds) for answer in own)
    strength = max(_joined(_evidence(answer), _pole(answer), adds) for answer in own)
    return Side(tuple(own), sure, strength)


def _joined(leading: float, pole: str, adds: dict[str, float]) -> float:
    """The doubt of one camera times what the evidence on every other pole leaves of it.

    The side takes the best of all its cameras as the leading one, so that a further answer can only raise it.
    """
    # The rest may be nothing at all: 1 - (1 - x) is not x in floating point, and alone a camera's own figure stands.
    rest = [1 - INDEPENDENT * evidence for other, evidence in adds.items() if other != pole]
    return leading + (1 - leading) * (1 - prod(sorted(rest))) if rest else leading


def _evidence(answer: Answer) -> float:
    return answer.weight * (answer.confidence or 0.0)


def _pole(answer: Answer) -> str:
    return answer.pole or f"pole of {answer.camera}"


def overturned(showing: Side, denying: Side) -> bool:
    """Whether the denial is strong in itself and much stronger than what supports."""
    return denying.strength >= STRONG and denying.strength >= MUCH_STRONGER * showing.strength


# -- What is said -------------------------------------------------------------------


def _supported(showing: Side, denying: Side, doubted: Sequence[Answer]) -> Weighed:
    told = [
        *_told(showing.answers[0]),
        *(_conflict(a) for a in denying.answers),
        *_others([*showing.answers[1:], *doubted]),
        *views_words(_names(showing), _names(denying)),
    ]
    confidence = showing.confidence
    if confidence is not None:
        confidence *= 1 - INDEPENDENT * denying.strength
    return Weighed(Verdict.SUPPORTED, confidence, tuple(told))


def _divided(showing: Side, denying: Side, doubted: Sequence[Answer]) -> Weighed:
    """Cameras disagree, and a person has to say which is right."""
    seeing = [*showing.answers, *doubted]
    said = views_words(tuple(a.camera for a in seeing), _names(denying), undecided=True)
    told = [*said, *(reason for answer in seeing for reason in _told(answer)), *_others(denying.answers)]
    return Weighed(Verdict.INCONCLUSIVE, None, tuple(told))


def _names(side: Side) -> tuple[str, ...]:
    return tuple(answer.camera for answer in side.answers)


def _fair(answer: Answer) -> Answer:
    """The answer, or what is left of a verdict that the rules do not allow. Who keeps a ``demotion`` is doubted."""
    if answer.verdict is Verdict.SUPPORTED:
        reason = demoted_words(answer.demotion) if answer.demotion is not None else None
    else:
        answer = replace(answer, demotion=None)
        reason = _why_no_contradiction(answer) if answer.verdict is Verdict.CONTRADICTED else None
    if reason is None:
        return answer
    return replace(answer, verdict=Verdict.INCONCLUSIVE, confidence=None, reasons=(reason, *answer.reasons))


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


def _told(answer: Answer) -> list[Reason]:
    return [said_by(answer.camera, reason) for reason in answer.reasons]


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

WHY_UNDECIDED: dict[str, tuple[str, str]] = {
    "camera_demoted": ("kamera ini perlu dikonfirmasi ulang", "this camera must be confirmed anew"),
    "conflict": ("kamera tidak sependapat", "the cameras disagree"),
}
"""Why a verdict was left to a person, in the few words that a line of history has room for."""

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
