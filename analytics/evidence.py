"""Stills that a lurah can judge by: what was seen, where and when, with no face and no plate on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analytics.detections import Detections
from analytics.verdict import CheckResult, Moment
from analytics.zones import Zone
from cameras.footage.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One annotated picture, already blurred.

    ``jpeg`` are the file's bytes (at most 1280 px wide); ``moment`` says what it shows;
    ``at`` is its absolute time where the clip's start is known; ``blurred_whole`` is true
    when heads and plates could not be found safely and the whole picture was blurred.
    """

    jpeg: bytes
    moment: Moment
    at: datetime | None = None
    blurred_whole: bool = False

    @property
    def file_name(self) -> str:
        """``event_000184.0s.jpg``: sorts by kind, then time."""
        return f"{self.moment.kind}_{self.moment.at_s:08.1f}s.jpg"


@dataclass(frozen=True, slots=True)
class StillContext:
    """What every still of one analysis shares."""

    zones: Sequence[Zone] = ()
    first_frame_at: datetime | None = None
    caption_id: str = ""
    captions: dict[str, str] = field(default_factory=dict)


def stills_render(
    moments: Sequence[tuple[Moment, Frame, Detections]], context: StillContext
) -> Iterable[Still]:
    """One still per moment, in order."""
    raise NotImplementedError


def caption_of(result: CheckResult) -> str:
    """The first reason in Indonesian: what the still is about."""
    return result.reasons[0].id
