"""Counts how often answers are right, by the checks' own confidence, and writes ``analytics/calibration_table.py``;
a check of which no results are given keeps its map.

$ python -m tests.scoreboard --choose --cases 200
$ python -m tests.scoreboard.calibrate [var/scoreboard-choosing/results.jsonl ...]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from analytics import checks
from analytics.calibration import Calibration, Curve, fitted
from analytics.calibration_table import TABLE as KNOWN
from tests.scoreboard.figures import by_check, is_right
from tests.scoreboard.record import Record, records_read
from tests.scoreboard.seeds import CHOOSING

TABLE = Path(__file__).resolve().parents[2] / "analytics" / "calibration_table.py"
HEAD = '''"""Counted by ``python -m tests.scoreboard.calibrate`` on choosing seeds; not written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.calibration import Calibration, Curve

TABLE: Mapping[str, Calibration] = {
'''
VERDICTS = ("SUPPORTED", "CONTRADICTED")


def calibrations(records: Sequence[Record], alike: Collection[str] = ()) -> dict[str, Calibration]:
    """A map per check and verdict, from the answers of the check's present version, and of earlier ones named
    "check:version" in ``alike``, whose confidence is made in the same way.

    Raises:
        ValueError: a record of a seed that may be published.
    """
    if strange := [record.seed for record in records if record.seed not in CHOOSING]:
        raise ValueError(f"seed {strange[0]} may be published; choose on others")
    priors = {verdict: _prior(records, verdict) for verdict in VERDICTS}
    found = {}
    for check, mine in by_check(records).items():
        version = checks.check_for(check).version
        known = [record for record in mine if record.version == version or f"{check}:{record.version}" in alike]
        curves = {v: curve for v in VERDICTS if (curve := _curve(known, v, priors[v])) is not None}
        if curves:
            found[check] = Calibration(version, known[0].weights, curves)
    return dict(sorted(found.items()))


def _answers(records: Sequence[Record], verdict: str) -> list[tuple[float, bool]]:
    given = [record for record in records if record.verdict == verdict and record.raw is not None]
    return [(float(record.raw or 0.0), bool(is_right(record))) for record in given]


def _prior(records: Sequence[Record], verdict: str) -> float:
    """Rate of being right over all checks, Laplace's rule."""
    answers = _answers(records, verdict)
    return (sum(right for _, right in answers) + 1) / (len(answers) + 2)


def _curve(records: Sequence[Record], verdict: str, prior: float) -> Curve | None:
    answers = _answers(records, verdict)
    return fitted([raw for raw, _ in answers], [right for _, right in answers], prior) if answers else None


def written(found: dict[str, Calibration]) -> str:
    """The table as a Python module."""
    rows = "".join(f"    {check!r}: {calibration!r},\n" for check, calibration in found.items())
    return HEAD + rows + "}\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scoreboard.calibrate", description="Counts the calibration.")
    parser.add_argument("results", type=Path, nargs="*", default=[Path("var/scoreboard-choosing/results.jsonl")])
    parser.add_argument("--alike", nargs="*", default=[], metavar="CHECK:VERSION", help="earlier versions that count")
    args = parser.parse_args()
    records = [record for path in args.results for record in records_read(path)]
    found = dict(sorted({**KNOWN, **calibrations(records, args.alike)}.items()))
    TABLE.write_text(written(found), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(TABLE)], check=True)
    print(TABLE.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
