"""Which parts of a clip may be asked for: the event, as the pictures of its analyses date it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.models import EvidenceStill
from cameras.footage import excerpt
from cameras.footage.window import TimeWindow
from cameras.models import FootageClip
from reports.models import Incident, Verification


@dataclass(frozen=True, slots=True)
class ClipPart:
    """``is_event``: what the verdict is about; else just a stretch of the clip."""

    window: TimeWindow
    is_event: bool

    @property
    def key(self) -> str:
        """In forms."""
        return f"{self.window.start.timestamp():.0f}"


def clip_parts(clip: FootageClip, incident: Incident | None, *, all_of_it: bool) -> list[ClipPart]:
    """The events first, each once; then, for ``all_of_it`` or where no event is known, the rest in minutes."""
    covered = clip.covered_windows
    parts = [ClipPart(window, True) for window in _events(clip, incident, covered)]
    if all_of_it or not parts:
        minutes = [ClipPart(window, False) for window in excerpt.minutes_of(covered)]
        known = {part.key for part in parts}
        parts += [part for part in minutes if part.key not in known]
    return parts if all_of_it else parts[:3]


def _events(clip: FootageClip, incident: Incident | None, covered: Sequence[TimeWindow]) -> list[TimeWindow]:
    stills = EvidenceStill.objects.filter(run__clip=clip).order_by("at")
    looks = Verification.objects.filter(matches__clip=clip)
    if incident is not None:
        stills = stills.filter(run__matches__verification__incident=incident).distinct()
        looks = looks.filter(incident=incident)
    found: list[TimeWindow] = []
    for shown in _by_run(stills):
        events = [still.at for still in shown if still.kind == "event"] or [still.at for still in shown]
        _add(found, excerpt.around(events, covered))
    if not found:
        for asked_for in looks.order_by("created_at").values_list("asked_for", flat=True):
            _add(found, excerpt.around([asked_for], covered))
    return found


def _add(found: list[TimeWindow], window: TimeWindow | None) -> None:
    if window is not None and window not in found:
        found.append(window)


def _by_run(stills: Iterable[EvidenceStill]) -> list[list[EvidenceStill]]:
    runs: dict[int, list[EvidenceStill]] = {}
    for still in stills:
        runs.setdefault(still.run_id, []).append(still)
    return [runs[run] for run in sorted(runs)]
