"""How many offenders' plates are told right, told wrong, and left open, voted over the frames of rendered clips.

    python -m tests.bench.offenders [--clips 40] [--first 0] [--alone] [--out FOLDER]

The clips are those of ``tests.analytics.offender_scenes.any_scene``: a vehicle that stands or comes nearer, in any
light and sharpness, six in ten with another one that drives by in front of it with a plate of its own. ``--alone``:
also what the middle frame by itself would have told. Each clip's outcome is written as it comes, so that a run that is
stopped has told what it found. No plate is written anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from analytics.plates.ocr import OcrReader
from analytics.plates.offender import OffenderReading, plan_for, plate_of
from analytics.plates.reader import PlateReader
from analytics.verdict import Offender
from cameras.footage.decode import read_frames
from cameras.footage.frame import Frame
from tests.analytics.offender_scenes import ColourDetector, Scene, any_scene, film


@dataclass(frozen=True)
class Outcome:
    """``voted`` and ``alone`` (the middle frame): right, wrong, other (the passer's plate) or null."""

    scene: int
    width: float
    moves: bool
    passer: bool
    voted: str
    alone: str
    reason: str | None
    cpu_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("JSC_VAR_DIR", "var")) / "bench")
    parser.add_argument("--alone", action="store_true", help="the middle frame by itself as well")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    outcomes = []
    with (options.out / f"offenders-{options.first}.jsonl").open("w", encoding="utf-8") as told:
        for one in read(range(options.first, options.first + options.clips), options.alone):
            outcomes.append(one)
            print(json.dumps(asdict(one)), file=told, flush=True)
    print("\n".join(report(outcomes)))


def read(seeds: range, with_alone: bool) -> Iterator[Outcome]:
    reader, detector = PlateReader(OcrReader()), ColourDetector()
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            scene, path = any_scene(seed), Path(folder) / f"{seed}.mp4"
            offender = film(scene, path)
            began = time.process_time()
            with read_frames(path, plan_for(offender)) as stream:
                frames = list(stream)
            voted = plate_of(frames, offender, reader, detector)
            took = time.process_time() - began
            alone = _judged(scene, _alone(frames, offender, reader, detector)) if with_alone else ""
            passer = scene.passer is not None
            told = _judged(scene, voted)
            yield Outcome(seed, scene.offender.place.width, scene.moves, passer, told, alone, voted.reason, took)


def _alone(frames: list[Frame], offender: Offender, reader: PlateReader, detector: ColourDetector) -> OffenderReading:
    """Of who stands, twice the same frame, because a plate seen once is not told."""
    middle = frames[len(frames) // 2]
    return plate_of([middle] * (1 if len(offender.track) > 1 else 2), offender, reader, detector)


def _judged(scene: Scene, reading: OffenderReading) -> str:
    if reading.text is None:
        return "null"
    if reading.text == scene.offender.text.replace(" ", ""):
        return "right"
    return "other" if scene.passer and reading.text == scene.passer.text.replace(" ", "") else "wrong"


def report(outcomes: list[Outcome]) -> Iterator[str]:
    yield f"{len(outcomes)} clips, {sum(one.cpu_s for one in outcomes) / len(outcomes):.1f} core-seconds each"
    groups = {
        "all": outcomes,
        "standing": [one for one in outcomes if not one.moves],
        "moving": [one for one in outcomes if one.moves],
        "another drives by": [one for one in outcomes if one.passer],
        "plate of 60 pixels and more": [one for one in outcomes if one.width >= 60],
        "plate under 60 pixels": [one for one in outcomes if one.width < 60],
    }
    yield "| clips | | right | wrong | another's | null |"
    yield "|---|---|---|---|---|---|"
    for name, group in groups.items():
        yield _line(name, [one.voted for one in group])
    if any(one.alone for one in outcomes):
        yield _line("all, the middle frame alone", [one.alone for one in outcomes])
    yield f"null because: {dict(Counter(one.reason for one in outcomes if one.reason))}"


def _line(name: str, told: list[str]) -> str:
    counts = Counter(told)
    shares = " | ".join(f"{counts[word] / max(1, len(told)):.1%}" for word in ("right", "wrong", "other", "null"))
    return f"| {name} | {len(told)} | {shares} |"


if __name__ == "__main__":
    main()
