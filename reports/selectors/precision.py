"""How often each camera was right, as people judged it: by check and camera, and by check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, Value, When
from django.utils import timezone

from analytics.verdict import Verdict
from cameras.models import Camera
from reports.models import CameraJudgement
from reports.selectors.trust import (
    Pair,
    counting,
    demoted_pairs,
    last_confirmations,
    precision_targets,
    still_speaks,
)
from reports.trust import WINDOW, Demotion, wilson

KOTA_SIGNS, KECAMATAN_SIGNS, LONGEST_CODE = 5, 8, 13
"""Of a code such as 31.71.06.1001: how much of it names the city, the kecamatan, and all of it."""

LOOKED_BACK = timedelta(days=365)
"""The tables tell of a year; demotion itself knows no end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which answers: of a check, an area, a camera; empty for all. ``last``: how many of each pair.

    ``area``: the code of a kelurahan, or the first parts of it: ``31.71.06`` is its kecamatan, ``31.71`` its city.
    """

    check: str = ""
    area: str = ""
    camera: int | None = None
    last: int = WINDOW


@dataclass(frozen=True, slots=True)
class Tally:
    """``right`` of ``judged``."""

    right: int = 0
    judged: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.judged if self.judged else None

    @property
    def bounds(self) -> tuple[float, float]:
        """0-1; see ``reports.trust.wilson``."""
        return wilson(self.right, self.judged)


@dataclass(slots=True)
class PairRow:
    """One check on one camera. ``older``: answers that speak of earlier zones or came before a confirmation."""

    check: str
    camera: Camera
    target: float
    supported: Tally = field(default_factory=Tally)
    denied: Tally = field(default_factory=Tally)
    older: int = 0
    demotion: Demotion | None = None
    confirmed_at: datetime | None = None
    note: str = ""

    def worst_first(self) -> tuple[bool, float, float, str, str]:
        """The demoted, then those whose good is least likely: the upper bound tells bad luck from a bad camera."""
        share = self.supported.share
        return (
            self.demotion is None,
            self.supported.bounds[1],
            1.0 if share is None else share,
            self.check,
            self.camera.code,
        )


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check over all its cameras."""

    check: str
    target: float
    supported: Tally
    denied: Tally
    cameras: int
    demoted: int


@dataclass(frozen=True, slots=True)
class _Told:
    """The last answers of one pair, newest first."""

    now: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    whole: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    older: list[bool] = field(default_factory=list)


def precision_tables(asked: Asked) -> tuple[list[PairRow], list[CheckRow]]:
    """Both, read once."""
    told, demoted = _told(asked), demoted_pairs()
    return _pair_rows(asked, told, demoted), _check_rows(asked, told, demoted)


def precision_rows(asked: Asked) -> list[PairRow]:
    """Worst first. Figures are of the answers in force, so that a camera that was put right is not held to its past."""
    return _pair_rows(asked, _told(asked), demoted_pairs())


def check_rows(asked: Asked) -> list[CheckRow]:
    """By check, over the last ``asked.last`` answers of each of its cameras, those in force or not; worst first."""
    return _check_rows(asked, _told(asked), demoted_pairs())


def _pair_rows(asked: Asked, told: Mapping[Pair, _Told], demoted: Mapping[Pair, Demotion]) -> list[PairRow]:
    pairs = set(told) | {pair for pair in demoted if _wanted(pair, asked) and not asked.area}
    cameras = Camera.objects.in_bulk({camera for _, camera in pairs})
    targets, confirmed = precision_targets({check for check, _ in pairs}), last_confirmations(pairs)
    rows = []
    for check, camera in pairs:
        one = told.get((check, camera), _Told())
        at, note = confirmed.get((check, camera), (None, ""))
        rows.append(
            PairRow(
                check,
                cameras[camera],
                targets[check],
                _tally(one.now[Verdict.SUPPORTED], asked.last),
                _tally(one.now[Verdict.CONTRADICTED], asked.last),
                len(one.older),
                demoted.get((check, camera)),
                at,
                note,
            )
        )
    return sorted(rows, key=PairRow.worst_first)


def _check_rows(asked: Asked, told: Mapping[Pair, _Told], demoted: Mapping[Pair, Demotion]) -> list[CheckRow]:
    by_check: dict[str, list[Pair]] = defaultdict(list)
    for pair in told:
        by_check[pair[0]].append(pair)
    targets = precision_targets(by_check)
    rows = [
        CheckRow(
            check,
            targets[check],
            _sum(_tally(told[pair].whole[Verdict.SUPPORTED], asked.last) for pair in pairs),
            _sum(_tally(told[pair].whole[Verdict.CONTRADICTED], asked.last) for pair in pairs),
            len(pairs),
            sum(pair in demoted for pair in pairs),
        )
        for check, pairs in by_check.items()
    ]
    return sorted(rows, key=lambda row: (row.supported.bounds[1], row.check))


def _told(asked: Asked) -> dict[Pair, _Told]:
    rows = counting().filter(at__gte=timezone.now() - LOOKED_BACK)
    if asked.check:
        rows = rows.filter(check_slug=asked.check)
    if asked.area:
        rows = rows.filter(incident__kelurahan__code__startswith=asked.area)
    if asked.camera is not None:
        rows = rows.filter(camera=asked.camera)
    counts = Case(When(still_speaks(), then=Value(True)), default=Value(False), output_field=BooleanField())
    found: dict[Pair, _Told] = defaultdict(_Told)
    values = rows.annotate(now=counts).order_by("-at", "-id")
    for check, camera, said, right, now in values.values_list("check_slug", "camera_id", "said", "right", "now"):
        one = found[check, camera]
        one.whole[said].append(bool(right))
        (one.now[said] if now else one.older).append(bool(right))
    return found


def _wanted(pair: Pair, asked: Asked) -> bool:
    return asked.check in {"", pair[0]} and asked.camera in {None, pair[1]}


def _tally(answers: list[bool], last: int) -> Tally:
    counted = answers[:last]
    return Tally(sum(counted), len(counted))


def _sum(tallies: Iterable[Tally]) -> Tally:
    every = list(tallies)
    return Tally(sum(one.right for one in every), sum(one.judged for one in every))


def judged_checks() -> list[str]:
    return sorted(set(CameraJudgement.objects.order_by().values_list("check_slug", flat=True).distinct()))


@dataclass(frozen=True, slots=True)
class Areas:
    """Code and name of areas with a judged incident, by name; codes as in ``Asked.area``."""

    kota: list[tuple[str, str]]
    kecamatan: list[tuple[str, str]]
    kelurahan: list[tuple[str, str]]

    @property
    def codes(self) -> set[str]:
        return {code for part in (self.kota, self.kecamatan, self.kelurahan) for code, _name in part}


def judged_areas() -> Areas:
    place = "incident__kelurahan"
    rows = CameraJudgement.objects.filter(incident__kelurahan__isnull=False).order_by()
    known = set(
        rows.values_list(f"{place}__code", f"{place}__name", f"{place}__kecamatan", f"{place}__kota").distinct()
    )

    def part(digits: int, name: int) -> list[tuple[str, str]]:
        return sorted({(row[0][:digits], row[name]) for row in known}, key=lambda one: (one[1], one[0]))

    return Areas(part(KOTA_SIGNS, 3), part(KECAMATAN_SIGNS, 2), part(LONGEST_CODE, 1))
