"""The figures as one JSON object: what the page and the README's table are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.calibration import Spoken, calibrated
from tests.scoreboard import figures
from tests.scoreboard.figures import VERDICTS, Bin, Confusion
from tests.scoreboard.record import Record

Json = dict[str, Any]


def report(records: Sequence[Record], choosing: bool, costs: Mapping[str, Json], real: Json | None) -> Json:
    """``{"side", "scenes", "checks": {slug: ...}, "reliability", "ece", "ece_raw", "real"}``.

    Confidence is what the map shipped now tells of a record's own: a map counted later needs no scene rendered again.
    """
    records = [_told(record) for record in records]
    return {
        "side": "choosing" if choosing else "published",
        "scenes": len(records),
        "weights": sorted({record.weights for record in records}),
        "checks": {check: _check(check, mine, costs.get(check)) for check, mine in figures.by_check(records).items()},
        "reliability": [_bin(each) for each in figures.reliability(records)],
        "reliability_raw": [_bin(each) for each in figures.reliability(records, raw=True)],
        "ece": _rounded(figures.calibration_error(records)),
        "ece_raw": _rounded(figures.calibration_error(records, raw=True)),
        "real": real,
    }


def _told(record: Record) -> Record:
    spoken = Spoken(record.check, record.version, record.weights, record.verdict)
    return replace(record, confidence=calibrated(spoken, record.raw))


def _check(check: str, records: Sequence[Record], cost: Json | None) -> Json:
    found = figures.confusion(records)
    return {
        "version": sorted({record.version for record in records}),
        "seeds": [min(record.seed for record in records), max(record.seed for record in records)],
        **_counted(found),
        "suspicions": _suspicions(check, records),
        "misses": figures.misses(check, found) + figures.too_dear(cost),
        "conditions": [_condition(check, key, mine) for key, mine in figures.by_condition(records).items()],
        "reliability": [_bin(each) for each in figures.reliability(records)],
        "ece": _rounded(figures.calibration_error(records)),
        "ece_raw": _rounded(figures.calibration_error(records, raw=True)),
        "onset_s": _onset(records),
        "cost": {
            "core_s_per_minute_of_scenes": _rounded(figures.cost_per_minute(records), 2),
            "core_s_per_case": _rounded(float(np.mean([r.cpu_s + r.render_s for r in records])), 2),
            "at_1080p15": cost,
        },
    }


def _condition(check: str, key: tuple[str, bool], records: Sequence[Record]) -> Json:
    counted = _counted(figures.confusion(records))
    return {"condition": key[0], "positive": key[1], **counted, "suspicions": _suspicions(check, records)}


def _counted(found: Confusion) -> Json:
    return {
        "counts": {
            "positive": _verdicts(found.positive),
            "negative": _verdicts(found.negative),
            "may_abstain": _verdicts(found.abstaining),
        },
        "precision": found.precision.as_json(),
        "recall": found.recall.as_json(),
        "false_alarms": found.false_alarms.as_json(),
        "missed": found.missed.as_json(),
        "cleared": found.cleared.as_json(),
    }


def _suspicions(check: str, records: Sequence[Record]) -> Json | None:
    raised = figures.suspicions(check, records)
    return raised and {"positive": raised.positive.as_json(), "negative": raised.negative.as_json()}


def _verdicts(counts: Mapping[str, int]) -> dict[str, int]:
    return {verdict: counts.get(verdict, 0) for verdict in VERDICTS}


def _bin(each: Bin) -> Json:
    return {"low": each.low, "high": each.high, "told": round(each.told, 4), "right": each.right.as_json()}


def _onset(records: Sequence[Record]) -> Json | None:
    errors = figures.onset_errors(records)
    if not errors:
        return None
    absolute = np.abs(errors)
    return {
        "n": len(errors),
        "median": _rounded(float(np.median(errors)), 2),
        "median_abs": _rounded(float(np.median(absolute)), 2),
        "p90_abs": _rounded(float(np.percentile(absolute, 90)), 2),
        "errors": [round(error, 2) for error in sorted(errors)],
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


def shares(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Precision, recall and false alarms of a check; of one that never says SUPPORTED the shares of positives and of
    hard negatives that raised a suspicion, so named."""
    if raised := row.get("suspicions"):
        return "never SUPPORTED", f"suspected {share(raised['positive'])}", f"suspected {share(raised['negative'])}"
    return share(row["precision"]), share(row["recall"]), share(row["false_alarms"])


def share(one: Mapping[str, Any]) -> str:
    """``0.980 (98/100; 0.93-0.99)``."""
    if one["share"] is None:
        return "-"
    low, high = one["bounds95"]
    return f"{one['share']:.3f} ({one['hits']}/{one['of']}; {low:.2f}-{high:.2f})"
