"""Compare two demo summaries: the same reports lead to the same kelurahan, groups and verdicts; nothing is lost."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def essence(summary: dict[str, Any]) -> dict[str, Any]:
    """What must not depend on timing, on a restart, or on the database. Tracking codes are random between databases."""
    rows = sorted((r["category"], r["kelurahan"] or "", r["verdict"] or "", r["others"]) for r in summary["rows"])
    keys = ("reports", "placed", "out_of_area", "incidents", "verifications", "dead", "lost", "doubled", "detector")
    return {**{key: summary[key] for key in keys}, "rows": rows}


def main() -> int:
    first, second = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    for name, summary in zip(sys.argv[1:3], (first, second), strict=True):
        print(name, {k: v for k, v in summary.items() if k != "rows"})
        if summary["lost"] or summary["doubled"]:
            print("something was lost or doubled", file=sys.stderr)
            return 1
        if not all(summary["verifications"].values()):
            print("a verdict is missing from the demo", file=sys.stderr)
            return 1
    if essence(first) != essence(second):
        print("the two summaries differ", essence(first), essence(second), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
