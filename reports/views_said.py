"""What cameras say together, as one sentence that a lurah can read. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.verdict import Reason

VIEWS, CONFLICT = "views", "conflict"
"""Codes: of a sentence beside the verdict, and of one that is the reason why there is none."""


def said_by(camera: str, reason: Reason) -> Reason:
    return Reason(reason.code, f"{camera}: {reason.id}", f"{camera}: {reason.en}")


def views_words(
    first: Sequence[str], against: Sequence[str] = (), *, denies: bool = False, undecided: bool = False
) -> list[Reason]:
    """One sentence about the cameras that made the verdict (names) and those against it; none where one spoke alone.

    ``denies``: the first say that it is not there. ``undecided``: no verdict came of it.
    """
    if len(first) + len(against) < 2:
        return []
    if against:
        return [_divided(first, against, undecided)]
    seen_id = "kejadian tidak terlihat" if denies else "kejadian terlihat"
    seen_en = "it is not there" if denies else "it is there"
    return [
        Reason(
            VIEWS,
            f"{len(first)} kamera sependapat bahwa {seen_id}: {_listed(first, 'dan')}",
            f"{len(first)} cameras agree that {seen_en}: {_listed(first, 'and')}",
        )
    ]


def _divided(seeing: Sequence[str], denying: Sequence[str], undecided: bool) -> Reason:
    told_id = f"kamera tidak sependapat: {_listed(seeing, 'dan')} melihatnya, {_listed(denying, 'dan')} tidak"
    told_en = f"the cameras disagree: {_listed(seeing, 'and')} saw it, {_listed(denying, 'and')} did not"
    if undecided:
        return Reason(CONFLICT, f"{told_id}; petugas yang menentukan", f"{told_en}; a person decides")
    return Reason(
        VIEWS,
        f"{told_id}; yang terlihat tetap dihitung, dengan keyakinan lebih rendah",
        f"{told_en}; what was seen counts, with less confidence",
    )


def _listed(names: Sequence[str], last: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
