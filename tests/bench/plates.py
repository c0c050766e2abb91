"""How many plates are told right, told wrong, and left open, over the confidence asked for.

    python -m tests.bench.plates [--worse] [--out FOLDER]

Reads the shared photos (``JSC_TESTDATA/plates``; their wrong names are put right in ``tests.analytics.plate_truth``)
and prints two tables: the curve over the threshold, and the same with the threshold chosen on a random half (most
right with at most 5 % wrong) and read on the other. ``--worse`` adds each photo blurred, shrunk, noisy, dark,
compressed, turned and smeared. Both go to FOLDER as JSON and Markdown (default: ``bench`` in ``JSC_VAR_DIR``). No
plate is written anywhere. A photo on which any told plate is not the labelled one counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from analytics.plates.decide import DEFAULT_RULES, Rules, Setting, doubt, is_plate_like
from analytics.plates.ocr import OcrReader
from analytics.plates.reader import PlateReader, Sighting
from tests.analytics.plate_truth import plate_photos
from tests.analytics.worse import WORSENINGS

THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MOST_WRONG = 0.05
SEED = 5


@dataclass(frozen=True)
class Case:
    """One photo in one state, and what was seen in it."""

    photo: int
    state: str
    truth: str
    sightings: tuple[Sighting, ...]
    cpu_s: float


@dataclass(frozen=True)
class Point:
    """Shares of the photos at one threshold; they sum to 1."""

    threshold: float
    right: float
    wrong: float
    null: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worse", action="store_true", help="each photo in nine states, not only as it is")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("JSC_VAR_DIR", "var")) / "bench")
    options = parser.parse_args()
    if not os.environ.get("JSC_TESTDATA"):
        print("JSC_TESTDATA is not set: no photos of plates here")
        return
    states = tuple(WORSENINGS) if options.worse else ("as it is",)
    cases = list(read(Path(os.environ["JSC_TESTDATA"]), states))
    lines = list(report(cases, states))
    print("\n".join(lines))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "plates.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (options.out / "plates.json").write_text(json.dumps(figures(cases, states), indent=2) + "\n", encoding="utf-8")


def read(testdata: Path, states: Sequence[str]) -> Iterator[Case]:
    reader = PlateReader(OcrReader())
    for state in states:
        rng = np.random.default_rng(SEED)
        for number, (photo, truth) in enumerate(plate_photos(testdata).items()):
            picture = WORSENINGS[state](cv2.imread(str(photo)), rng)
            began = time.process_time()
            sightings = tuple(reader.sightings(picture))
            yield Case(number, state, truth, sightings, time.process_time() - began)


def outcome(case: Case, rules: Rules) -> str:
    """``right``, ``wrong`` or ``null``."""
    told = [
        str(found.plate)
        for sighting in case.sightings
        if (found := sighting.verdict) is not None
        and is_plate_like(found, rules)
        and doubt(found, Setting(sighting.row, sighting.is_whole), rules) is None
    ]
    if any(text != case.truth for text in told):
        return "wrong"
    return "right" if told else "null"


def curve(cases: Sequence[Case]) -> list[Point]:
    return [point(cases, threshold) for threshold in THRESHOLDS]


def point(cases: Sequence[Case], threshold: float) -> Point:
    rules = replace(DEFAULT_RULES, least_confidence=threshold)
    outcomes = [outcome(case, rules) for case in cases]
    shares = [outcomes.count(name) / max(1, len(outcomes)) for name in ("right", "wrong", "null")]
    return Point(threshold, *shares)


def halves(cases: Sequence[Case], seeds: int = 5) -> list[tuple[Point, Point]]:
    """For each seed: the best point of one half of the photos, and the same threshold on the other half."""
    photos = sorted({case.photo for case in cases})
    found = []
    for seed in range(seeds):
        chosen = set(np.random.default_rng(seed).permutation(photos)[: len(photos) // 2].tolist())
        choosing, judging = _parted(cases, lambda case, chosen=chosen: case.photo in chosen)
        allowed = [one for one in curve(choosing) if one.wrong <= MOST_WRONG] or curve(choosing)[-1:]
        best = max(allowed, key=lambda one: one.right)
        found.append((best, point(judging, best.threshold)))
    return found


def _parted(cases: Sequence[Case], belongs: Callable[[Case], bool]) -> tuple[list[Case], list[Case]]:
    return [case for case in cases if belongs(case)], [case for case in cases if not belongs(case)]


def report(cases: Sequence[Case], states: Sequence[str]) -> Iterator[str]:
    clean, worse = _parted(cases, lambda case: case.state == "as it is")
    yield f"{len(clean)} photos, {np.mean([case.cpu_s for case in clean]):.2f} core-seconds each"
    for name, part in (("as they are", clean), ("made worse", worse)):
        if part:
            yield from _table(f"Plates, {name} ({len(part)})", curve(part))
            yield f"\nThreshold chosen on a random half, read on the other ({name}):"
            for best, there in halves(part):
                yield f"- {best.threshold:.2f}: right {there.right:.1%}, wrong {there.wrong:.1%}, null {there.null:.1%}"
    for state in states[1:]:
        found = point([case for case in cases if case.state == state], DEFAULT_RULES.least_confidence)
        yield f"- {state}: right {found.right:.1%}, wrong {found.wrong:.1%}, null {found.null:.1%}"


def _table(title: str, points: Sequence[Point]) -> Iterator[str]:
    yield f"\n{title}\n"
    yield "| confidence at least | right | wrong | null |"
    yield "|---|---|---|---|"
    for one in points:
        mark = " (in use)" if one.threshold == DEFAULT_RULES.least_confidence else ""
        yield f"| {one.threshold:.2f}{mark} | {one.right:.1%} | {one.wrong:.1%} | {one.null:.1%} |"


def figures(cases: Sequence[Case], states: Sequence[str]) -> dict[str, object]:
    return {
        "rules": asdict(DEFAULT_RULES),
        "cpu_s": round(float(np.mean([case.cpu_s for case in cases])), 3),
        "curves": {
            state: [asdict(one) for one in curve([case for case in cases if case.state == state])] for state in states
        },
    }


if __name__ == "__main__":
    main()
