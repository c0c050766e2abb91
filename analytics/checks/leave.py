"""Who in a clip was let pass by an exemption, and who may have been: where time, clock or direction leave it open."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.checks.exemptions import DAY_MIN, WITH_FLOW, Exemption
from analytics.checks.words import figure_id, vehicle_id
from analytics.verdict import Reason
from jsc_project.lib.when import WIB


@dataclass(frozen=True, slots=True)
class Drive:
    """A vehicle in a lane: seconds from the first frame, the zone's name, and whether it goes with the buses (True),
    against them (False), or nobody knows (None)."""

    at_s: float
    zone: str
    with_buses: bool | None


@dataclass(slots=True)
class Leave:
    """The exemptions as they apply to one clip. ``began``: when its first frame was taken, None where nobody knows;
    ``clock_doubt_s``: by how much that may be wrong, either way. Whoever drives that near to an edge of a window may be
    exempt or not."""

    exemptions: Sequence[Exemption]
    began: datetime | None
    clock_doubt_s: float = 0.0
    used: Counter[tuple[Exemption, str]] = field(default_factory=Counter)
    undated: int = 0
    at_an_edge: int = 0
    undirected: int = 0

    def applying(self, drive: Drive) -> tuple[list[Exemption], list[Exemption]]:
        """Those that apply for certain, and those that would if time or direction were known."""
        certain: list[Exemption] = []
        possible: list[Exemption] = []
        for one in self.exemptions:
            answers = (self._by_zone(one, drive), self._by_time(one, drive), self._by_direction(one, drive))
            if False in answers:
                continue
            (possible if None in answers else certain).append(one)
        return certain, possible

    def _by_zone(self, one: Exemption, drive: Drive) -> bool | None:
        return not one.zones or drive.zone in one.zones

    def _by_time(self, one: Exemption, drive: Drive) -> bool | None:
        if one.is_always:
            return True
        if self.began is None:
            return None
        at = (self.began + timedelta(seconds=drive.at_s)).astimezone(WIB)
        answers = {one.holds_at(moment) for moment in _around(at, self.clock_doubt_s)}
        return answers.pop() if len(answers) == 1 else None

    def _by_direction(self, one: Exemption, drive: Drive) -> bool | None:
        if not one.direction:
            return True
        return None if drive.with_buses is None else drive.with_buses == (one.direction == WITH_FLOW)

    def count(self, applied: Sequence[Exemption], name: str) -> None:
        """A vehicle called ``name`` was let pass; by the first of ``applied`` that names it."""
        if applied:
            self.used[next((one for one in applied if name in one.classes), applied[0]), name] += 1

    def doubt(self, possible: Sequence[Exemption], drive: Drive) -> None:
        """A vehicle may be exempt by one of ``possible``, and time or direction is not known."""
        if self.began is None:
            self.undated += 1
        elif any(self._by_time(one, drive) is None for one in possible):
            self.at_an_edge += 1
        else:
            self.undirected += 1

    def told(self) -> list[Reason]:
        """Which exemptions were made use of, and what kept others from being judged."""
        reasons = [
            Reason(
                "exempted",
                f"{count} {vehicle_id(name)} melintas dengan pengecualian: {one.told_id()}",
                f"{count} {name} passed under an exemption: {one.told_en()}",
            )
            for (one, name), count in sorted(self.used.items(), key=lambda item: (item[0][0].told_id(), item[0][1]))
        ]
        if self.undated:
            reasons.append(_undated(self.undated))
        if self.at_an_edge:
            reasons.append(_at_an_edge(self.at_an_edge, self.clock_doubt_s))
        if self.undirected:
            reasons.append(_undirected(self.undirected))
        return reasons


def _around(at: datetime, doubt_s: float) -> list[datetime]:
    """All minutes that ``at`` may be in, none of a window's between two of them; more than a day repeats itself."""
    doubt_s = min(doubt_s, DAY_MIN * 60.0)
    steps = math.ceil(2 * doubt_s / 60) if doubt_s > 0 else 0
    return [at + timedelta(seconds=-doubt_s + 2 * doubt_s * n / max(steps, 1)) for n in range(steps + 1)]


def _at_an_edge(count: int, doubt_s: float) -> Reason:
    return Reason(
        "clock_unsure",
        f"{count} kendaraan mungkin dikecualikan: jam rekaman dapat meleset {figure_id(doubt_s)} dtk, dan dalam "
        "selisih itu ada batas jam pengecualian; perlu dilihat petugas",
        f"{count} vehicles may be exempt: the clock of the footage may be wrong by {doubt_s:.0f} s, and an edge of an "
        "exemption's hours lies within that; a person must look",
    )


def _undated(count: int) -> Reason:
    return Reason(
        "time_unknown",
        f"{count} kendaraan mungkin dikecualikan, tetapi jam rekaman tidak diketahui",
        f"{count} vehicles may be exempt, but the time of the footage is not known",
    )


def _undirected(count: int) -> Reason:
    return Reason(
        "direction_unknown",
        f"{count} kendaraan mungkin dikecualikan menurut arahnya, tetapi tidak ada bus yang menunjukkan arah jalur",
        f"{count} vehicles may be exempt by direction, but no bus shows which way the lane runs",
    )
