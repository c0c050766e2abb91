"""Writes README's table, ``docs/scoreboard.json`` and the page of plots from results: no figure in them was typed.

$ python -m tests.scoreboard.readme RESULTS_FOLDER...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.scoreboard.figures import NO_TARGET
from tests.scoreboard.page import page
from tests.scoreboard.record import Record, records_read
from tests.scoreboard.report import report, share, shares
from tests.scoreboard.seeds import PUBLISHED
from tests.scoreboard.summary import kept

REPOSITORY = Path(__file__).resolve().parents[2]
PUBLISHED_JSON = REPOSITORY / "docs" / "scoreboard.json"
PUBLISHED_PAGE = REPOSITORY / "docs" / "scoreboard.html"
README = REPOSITORY / "README.md"
BEGIN, END = "<!-- scoreboard: written by tests.scoreboard.readme -->", "<!-- scoreboard ends -->"
HEAD = (
    "| check | scenes | precision of SUPPORTED | recall | hard negatives SUPPORTED | positives CONTRADICTED "
    "| onset error | core-s per camera-minute | ECE, before |\n|---|---|---|---|---|---|---|---|---|\n"
)


def merged(folders: Sequence[Path]) -> dict[str, Any]:
    """One report of several results folders.

    Raises:
        ValueError: a record of a seed that chose something.
    """
    records: list[Record] = [record for folder in folders for record in records_read(folder / "results.jsonl")]
    if strange := [record.seed for record in records if record.seed not in PUBLISHED]:
        raise ValueError(f"seed {strange[0]} chose thresholds; it cannot be published")
    costs = {check: cost for folder in folders for check, cost in (kept(folder / "costs.json") or {}).items()}
    real = next((found for folder in reversed(folders) if (found := kept(folder / "real.json"))), None)
    return report(_newest(records), choosing=False, costs=costs, real=real)


def _newest(records: Sequence[Record]) -> list[Record]:
    """Of a check that was measured in several versions, the newest."""
    newest: dict[str, str] = {}
    for record in records:
        newest[record.check] = max(newest.get(record.check, ""), record.version, key=lambda v: (len(v), v))
    return [record for record in records if record.version == newest[record.check]]


def table(found: Mapping[str, Any]) -> str:
    """The table as Markdown, between its marks."""
    lines = [HEAD]
    for check, row in found["checks"].items():
        lines.append("| " + " | ".join([_name(check, row), *_cells(row)]) + " |\n")
    return f"{BEGIN}\n{''.join(lines)}{_real_line(found.get('real'))}{END}"


def _real_line(real: Mapping[str, Any] | None) -> str:
    """Real clips and photos in one sentence; nothing where none was looked at."""
    if not real or not real.get("clips"):
        return ""
    clips, photos = real["clips"], real.get("photos", {})
    wrong = [one for one in clips if not one["right"]]
    alarms = sum(one["verdict"] == "SUPPORTED" for one in wrong)
    told = [
        f"{len({one['file'] for one in clips})} real clips, as they are, frozen, shaken and dark, asked every check"
    ]
    told.append(f"{len(clips) - len(wrong)} of {len(clips)} answers not wrong, {alarms} of the wrong ones SUPPORTED")
    if flood := photos.get("flood"):
        told.append(f"{flood['measured']} flood photos: mean error {flood['mean_abs_error']}, r {flood['correlation']}")
    if river := photos.get("river"):
        above = river["floating_many_above_another"]
        told.append(f"{river['photos']} river photos: many floating above another {above}")
    return "\n" + "; ".join(told) + ".\n"


def _name(check: str, row: Mapping[str, Any]) -> str:
    return f"{check}{' (no target)' if check in NO_TARGET else ''}{' **misses**' if row['misses'] else ''}"


def _cells(row: Mapping[str, Any]) -> list[str]:
    total = sum(sum(side.values()) for side in row["counts"].values())
    onset, cost = row["onset_s"], row["cost"]["at_1080p15"]
    return [
        str(total),
        *shares(row),
        share(row["missed"]),
        "-" if onset is None else f"{onset['median_abs']:.1f} s",
        "not measured" if cost is None else f"{cost['core_s_per_minute']:.1f}",
        "-" if row["ece"] is None else f"{row['ece']:.3f}, {row['ece_raw']:.3f}",
    ]


def in_readme(text: str, found: Mapping[str, Any]) -> str:
    """README with the table in place of the old one.

    Raises:
        ValueError: README has no marks.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"README has no {BEGIN}")
    before, rest = text.split(BEGIN, 1)
    return before + table(found) + rest.split(END, 1)[1]


def _one_check_a_line(found: Mapping[str, Any]) -> str:
    """JSON in which a change of one check is a change of one line."""
    checks = ",\n".join(f"{json.dumps(check)}: {json.dumps(row)}" for check, row in found["checks"].items())
    rest = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found.items() if key != "checks")
    return f'{{\n{rest},\n"checks": {{\n{checks}\n}}}}\n'


def main() -> int:
    folders = [Path(word) for word in sys.argv[1:]]
    if not folders:
        raise SystemExit("name the folders of the results")
    found = merged(folders)
    PUBLISHED_JSON.write_text(_one_check_a_line(found), encoding="utf-8")
    PUBLISHED_PAGE.write_text(page(found), encoding="utf-8")
    README.write_text(in_readme(README.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
