"""What a run leaves behind: the table on the terminal, ``scoreboard.json`` and ``scoreboard.html``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.scoreboard.page import page
from tests.scoreboard.record import Record
from tests.scoreboard.report import report, share, shares

COLUMNS = (
    "check",
    "scenes",
    "precision",
    "recall",
    "false alarms",
    "missed",
    "no answer",
    "onset",
    "core-s/min",
    "ECE",
)


def told(records: Sequence[Record], args: argparse.Namespace) -> None:
    """Print the table, write JSON and page."""
    found = report(records, args.choose, kept(args.out / "costs.json") or {}, kept(args.out / "real.json"))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "scoreboard.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (args.out / "scoreboard.html").write_text(page(found), encoding="utf-8")
    console = Console()
    console.width = max(console.width, 150)
    console.print(table(found), soft_wrap=True)
    for record in records:
        if record.error:
            console.print(f"ERROR {record.check} {record.condition} {record.seed}: {record.error}", markup=False)
    console.print(f"{args.out / 'scoreboard.html'}", markup=False)


def kept(path: Path) -> Any:
    """JSON of an earlier step, None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def keep(path: Path, found: Any) -> None:
    """Write JSON for the next step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1, default=float) + "\n", encoding="utf-8")


def table(found: Mapping[str, Any]) -> Table:
    """One row a check: shares with counts and 95 % bounds."""
    out = Table(*COLUMNS, title=f"Scoreboard, {found['side']} seeds, {found['scenes']} scenes")
    for check, row in found["checks"].items():
        out.add_row(check, *cells(row))
    return out


def cells(row: Mapping[str, Any]) -> list[str]:
    """A check's figures in the order of ``COLUMNS``, the name left out."""
    counts = row["counts"]
    total = {side: sum(verdicts.values()) for side, verdicts in counts.items()}
    unanswered = sum(counts[side]["INCONCLUSIVE"] + counts[side]["UNOBSERVABLE"] for side in ("positive", "negative"))
    onset, cost = row["onset_s"], row["cost"]["at_1080p15"]
    return [
        f"{total['positive'] + total['may_abstain']} + {total['negative']}",
        *shares(row),
        share(row["missed"]),
        f"{unanswered}/{total['positive'] + total['negative']}",
        "-" if onset is None else f"{onset['median_abs']:.1f} s",
        "-" if cost is None else f"{cost['core_s_per_minute']:.1f}",
        "-" if row["ece"] is None else f"{row['ece']:.3f}",
    ]
