"""Real clips and photos (``JSC_TESTDATA``): what a person saw in them against what the checks say.

Rendered scenes are counted in hundreds; these are few, and a wrong SUPPORTED here weighs more.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analytics import checks
from analytics.runner import AnalysisRequest, analyse_file
from jsc_project.lib.errors import JscError
from tests.scoreboard.spoilt import film

Json = dict[str, Any]
WEIGHTS = "weights/yolov8n_int8.onnx"
YES, NO = ("SUPPORTED",), ("CONTRADICTED", "INCONCLUSIVE", "UNOBSERVABLE")
ANY, SILENT = YES + NO, ("INCONCLUSIVE", "UNOBSERVABLE")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person saw in a clip: checks whose SUPPORTED is true (``must``: anything else is a miss), those of which
    either can be said (``open``), and thresholds that a category would set. SUPPORTED by any other check is wrong."""

    file: str
    must: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    open: tuple[str, ...] = ()

    def asked(self) -> Iterator[Asked]:
        for check in checks.CHECKS:
            allowed = YES if check in self.must else ANY if check in self.open else NO
            yield Asked(self.file, check, allowed, self.must.get(check, {}))


@dataclass(frozen=True, slots=True)
class Asked:
    """A file, a check, the verdicts that are not wrong, thresholds, and what was done to the film first."""

    file: str
    check: str
    allowed: tuple[str, ...]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    spoilt: str = ""


CLIPS = (
    Seen("video/tiodh_vtest.mp4", {"stopped_vehicle": {}}),
    Seen("video/intel_car-detection.mp4", open=("lane_intrusion",)),
    Seen("video/intel_one-by-one-person-detection.mp4", {"loitering": {"min_dwell_s": 10.0}}),
    Seen("video/intel_bottle-detection.mp4", open=("new_object", "dumped_rubbish", "obstruction")),
    Seen("video/canersu_highway.mp4", open=("lane_intrusion",)),
)
"""Vehicles that drive along a zone that covers everything do travel along the lane; bottles are put onto a table."""


def all_asked() -> list[Asked]:
    """Every check of every clip as it is, and of the same clips frozen, shaken and dark, where silence is no miss."""
    plain = [asked for seen in CLIPS for asked in seen.asked()]
    frozen = [replace(asked, allowed=SILENT, spoilt="frozen") for asked in plain]
    worse = [
        replace(asked, allowed=tuple(dict.fromkeys((*asked.allowed, *SILENT))), spoilt=spoilt)
        for spoilt in ("shaken", "dark")
        for asked in plain
    ]
    return plain + frozen + worse


def looked_at(folder: Path, known: Json | None, detector: Any, told: Callable[[str], None] = print) -> Json:
    """``{"clips": [...], "photos": {...}}``; answers of the present versions and these weights are kept."""
    sha256 = detector.identity.sha256
    done = {_key(one): one for one in (known or {}).get("clips", [])}
    clips = []
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as scratch:
        for asked in all_asked():
            if not (folder / asked.file).exists():
                continue
            version = checks.check_for(asked.check).version
            before = done.get((Path(asked.file).name, asked.check, asked.spoilt, version, sha256))
            if before is None:
                told(" ".join((asked.file, asked.check, asked.spoilt)))
            clips.append(before or _answer(film(folder / asked.file, asked.spoilt, Path(scratch)), asked, detector))
    return {"clips": clips, "photos": {**_flood(folder, detector), **_river(folder, detector)}}


def _key(one: Json) -> tuple[str, ...]:
    return (one["file"], one["check"], one.get("spoilt", ""), one["version"], one["weights"])


def _answer(path: Path, asked: Asked, detector: Any) -> Json:
    report = analyse_file(path, AnalysisRequest(asked.check, thresholds=asked.thresholds, want_stills=False), detector)
    verdict = str(report.result.verdict)
    return {
        "file": Path(asked.file).name,
        "check": asked.check,
        "spoilt": asked.spoilt,
        "verdict": verdict,
        "allowed": list(asked.allowed),
        "right": verdict in asked.allowed,
        "confidence": report.result.confidence,
        "reason": report.result.reasons[0].code,
        "measurements": {} if asked.spoilt else dict(report.result.measurements),
        "version": report.check_version,
        "weights": detector.identity.sha256,
        "core_s": round(report.seconds.cpu, 2),
    }


def _still(path: Path, check: str, key: str, detector: Any) -> float | None:
    """One figure of one photo, None where it was not measured. A photo that could not even be read is told: it is
    missing from the figures through no fault of the check."""
    try:
        report = analyse_file(path, AnalysisRequest(check, want_stills=False), detector)
    except JscError as error:
        print(f"{path.name}: {check} measured nothing: {error}", file=sys.stderr)
        return None
    value = report.result.measurements.get(key)
    return None if value is None else float(value)


def _flood(folder: Path, detector: Any) -> dict[str, Json]:
    """The share of water against hand-made masks."""
    images = sorted((folder / "flood" / "images").glob("*"))
    if not images or not checks.is_available("high_water"):
        return {}
    pairs = []
    for image in images:
        mask = next((folder / "flood" / "masks").glob(f"{image.stem}.*"), None)
        if mask is None:
            continue
        true = float((cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE) > 127).mean())
        pairs.append((true, _still(image, "high_water", "water_share", detector)))
    known = np.array([(true, said) for true, said in pairs if said is not None], np.float64)
    if len(known) < 2:
        return {"flood": {"photos": len(pairs), "measured": len(known)}}
    error, match = np.abs(known[:, 1] - known[:, 0]).mean(), np.corrcoef(known.T)[0, 1]
    figures = {"mean_abs_error": round(float(error), 3), "correlation": round(float(match), 3)}
    return {"flood": {"photos": len(pairs), "measured": len(known), **figures}}


def _river(folder: Path, detector: Any) -> dict[str, Json]:
    """How often a photo of much floating rubbish gets more cover than one of another kind."""
    rows = list(_labelled(folder / "river_trash" / "labels.csv"))
    if not rows or not checks.is_available("floating_rubbish"):
        return {}
    cover = {
        name: _still(folder / "river_trash" / name, "floating_rubbish", "cover_percent", detector) for name, _ in rows
    }
    many = [cover[name] for name, label in rows if label == "floating_many"]
    rest = [cover[name] for name, label in rows if label != "floating_many"]
    pairs = [(a, b) for a in many for b in rest if a is not None and b is not None]
    above = sum(a > b for a, b in pairs)
    measured = sum(value is not None for value in cover.values())
    told = f"{above}/{len(pairs)}"
    return {"river": {"photos": len(rows), "measured": measured, "floating_many_above_another": told}}


def _labelled(path: Path) -> Iterator[tuple[str, str]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) >= 2 and (path.parent / row[0]).exists():
                yield row[0], row[1]
