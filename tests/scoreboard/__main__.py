"""Command line of the scoreboard.

$ python -m tests.scoreboard [--checks a,b] [--cases 200] [--out DIR] [--choose] [--first-seed N]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.scoreboard import real
from tests.scoreboard.case import Family
from tests.scoreboard.cost import measured
from tests.scoreboard.families import FAMILIES
from tests.scoreboard.progress import Progress
from tests.scoreboard.record import records_read
from tests.scoreboard.runner import WEIGHTS, Workplace, missing, run
from tests.scoreboard.seeds import Ask, asks_of
from tests.scoreboard.summary import keep, kept, told


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, parsed."""
    var = Path(os.environ.get("JSC_VAR_DIR", "var"))
    parser = argparse.ArgumentParser(prog="python -m tests.scoreboard", description="How well every check does.")
    parser.add_argument("--checks", default="", help="slugs with commas between; all when left out")
    parser.add_argument("--conditions", default="", help="only these conditions, commas between")
    parser.add_argument("--cases", type=int, default=200, help="per check, half of them positive")
    parser.add_argument("--choose", action="store_true", help="the seeds for choosing thresholds, never published")
    parser.add_argument("--first-seed", type=int, help="another place among the seeds of that side")
    parser.add_argument("--out", type=Path, help="where results, table and page go")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="neither the minute of 1080p15 nor real material")
    parser.add_argument("--keep", type=Path, help="keep the rendered files in this folder")
    args = parser.parse_args(words)
    args.out = args.out or var / ("scoreboard-choosing" if args.choose else "scoreboard")
    args.var_dir = var
    return args


def chosen(args: argparse.Namespace) -> list[Family]:
    """The families asked for.

    Raises:
        SystemExit: a slug nobody has scenes for.
    """
    wanted = [slug for slug in args.checks.split(",") if slug]
    known = {family.check: family for family in FAMILIES}
    if unknown := [slug for slug in wanted if slug not in known]:
        raise SystemExit(f"no scenes for {', '.join(unknown)}; there are scenes for {', '.join(known)}")
    return [known[slug] for slug in wanted] if wanted else list(FAMILIES)


def all_asks(args: argparse.Namespace) -> list[Ask]:
    """Every case of this command line."""
    only = {word for word in args.conditions.split(",") if word}
    asks = [ask for family in chosen(args) for ask in asks_of(family, args.cases, args.choose, args.first_seed)]
    return [ask for ask in asks if not only or ask.condition in only]


def beside(args: argparse.Namespace, families: Sequence[Family]) -> None:
    """What is measured one clip at a time: cost, and real material where there is any."""
    from analytics.yolo import YoloDetector, YoloOptions

    detector = YoloDetector(args.weights, YoloOptions(var_dir=args.var_dir))
    costs = args.out / "costs.json"
    keep(costs, measured(families, kept(costs) or {}, detector, partial(keep, costs)))
    folder = Path(os.environ.get("JSC_TESTDATA") or "")
    if not os.environ.get("JSC_TESTDATA") or not (folder / real.WEIGHTS).exists():
        return
    coco = YoloDetector(folder / real.WEIGHTS, YoloOptions(var_dir=args.var_dir))
    keep(args.out / "real.json", real.looked_at(folder, kept(args.out / "real.json"), coco))


def main() -> int:
    """Run what is missing, then print the table and write page and JSON."""
    args = arguments()
    place = Workplace(args.out / "results.jsonl", args.var_dir, args.weights, args.workers, args.keep)
    asks = all_asks(args)
    waiting = missing(asks, place)
    if waiting:
        with Progress(len(asks), len(asks) - len(waiting)) as progress:
            run(waiting, place, progress.step)
    names = {(ask.check, ask.condition, ask.positive, ask.seed) for ask in asks}
    records = [r for r in records_read(place.results) if (r.check, r.condition, r.positive, r.seed) in names]
    if not args.quick:
        beside(args, chosen(args))
    told(records, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
