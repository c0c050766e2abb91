"""Renders the cases and asks the checks, in worker processes; every finished case is kept at once."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics import checks
from analytics.runner import AnalysisReport, AnalysisRequest, analyse_file
from analytics.weights import weights_identify
from cameras.footage.decode import probe
from jsc_project.lib.errors import JscError
from tests.scoreboard.case import Case, Family
from tests.scoreboard.record import Record, onset_of, record_append, records_read
from tests.scoreboard.seeds import Ask

WEIGHTS = Path(__file__).resolve().parents[2] / "fixtures" / "weights" / "jsc-demo-rendered-scenes-only.onnx"

_worker: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Workplace:
    """``results``: the file of lines. ``var_dir``: where the translated weights go. ``keep``: a folder for the
    rendered files, or None to delete each when it was looked at."""

    results: Path
    var_dir: Path
    weights: Path = WEIGHTS
    workers: int = 2
    keep: Path | None = None


def missing(asks: Iterable[Ask], place: Workplace) -> list[Ask]:
    """Those of the asks for which the results file has no answer of this check version and these weights."""
    sha256 = weights_identify(place.weights).sha256
    done = {record.key for record in records_read(place.results)}
    return [
        ask
        for ask in asks
        if (ask.check, ask.condition, ask.positive, ask.seed, checks.check_for(ask.check).version, sha256) not in done
    ]


def run(asks: Sequence[Ask], place: Workplace, told: Callable[[Record], None]) -> None:
    """Answer the asks that are missing. A case that raises is a record with its error, never a stop."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    start = (place.weights, place.var_dir, place.keep)
    with ProcessPoolExecutor(place.workers, context, initializer=_worker_begin, initargs=start) as pool:
        for record in _as_they_come(pool, asks, 2 * place.workers):
            record_append(place.results, record)
            told(record)


def _as_they_come(pool: ProcessPoolExecutor, asks: Sequence[Ask], ahead: int) -> Iterator[Record]:
    """A few asks in the queue at a time, so that Ctrl-C does not wait for hundreds."""
    coming = iter(asks)
    waiting: set[Future[Record]] = set()
    while True:
        for ask in coming:
            waiting.add(pool.submit(answered, ask))
            if len(waiting) >= ahead:
                break
        if not waiting:
            return
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def _worker_begin(weights: Path, var_dir: Path, keep: Path | None) -> None:
    from analytics.yolo import YoloDetector, YoloOptions

    _worker["detector"] = YoloDetector(weights, YoloOptions(var_dir=var_dir))
    _worker["keep"] = keep


def answered(ask: Ask) -> Record:
    """One case rendered and judged, in a worker."""
    from tests.scoreboard.families import FAMILIES

    family = next(family for family in FAMILIES if family.check == ask.check)
    return judged(family, ask, _worker["detector"], _worker["keep"])


def judged(family: Family, ask: Ask, detector: Any, keep: Path | None = None) -> Record:
    """One case rendered and judged with this detector."""
    folder = Path(tempfile.mkdtemp(prefix="scoreboard-"))
    try:
        began = _cpu_s()
        case = family.make(ask.condition, ask.positive, ask.seed)
        path = case.write(folder)
        render_s = _cpu_s() - began
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            side = "yes" if case.positive else "no"
            shutil.copy(path, keep / f"{case.check}-{case.condition}-{side}-{case.seed}{path.suffix}")
        return _asked(case, path, render_s, detector)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked(case: Case, path: Path, render_s: float, detector: Any) -> Record:
    request = AnalysisRequest(case.check, case.zones, case.thresholds, want_stills=False, **case.asked)
    try:
        return _record(case, analyse_file(path, request, detector), render_s, probe(path).duration_s)
    except (JscError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        version, sha256 = checks.check_for(case.check).version, detector.identity.sha256
        return Record(
            case.check, case.condition, case.positive, case.seed, version, sha256, "ERROR", type(error).__name__,
            None, None, {}, dict(case.labels), dict(case.truth), case.may_abstain, error=str(error)[:500],
        )  # fmt: skip


def _record(case: Case, report: AnalysisReport, render_s: float, span_s: float) -> Record:
    result = report.result
    assert report.detector is not None
    return Record(
        case.check,
        case.condition,
        case.positive,
        case.seed,
        report.check_version,
        report.detector.sha256,
        verdict=str(result.verdict),
        reason=result.reasons[0].code,
        confidence=result.confidence,
        raw=getattr(report, "raw_confidence", result.confidence),
        measurements=dict(result.measurements),
        labels=dict(case.labels),
        truth=dict(case.truth),
        may_abstain=case.may_abstain,
        onset_s=onset_of(result.measurements),
        span_s=span_s,
        render_s=round(render_s, 3),
        cpu_s=round(report.seconds.cpu, 3),
    )


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
