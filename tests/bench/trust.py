"""What the rule of demotion costs: how soon a bad camera is found, how often a good one is demoted for nothing.

    python -m tests.bench.trust [--target 0.9] [--cameras 4000] [--seed 7]

Every simulated camera is right with one and the same chance each time, and is judged a hundred times.
"""

from __future__ import annotations

import argparse
import random
from datetime import UTC, datetime, timedelta

from reports.trust import Judged, demotion_of

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
PRECISIONS = (0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.5)
JUDGED = 100


def demoted_after(precision: float, target: float, rng: random.Random) -> int | None:
    """After how many answers the camera was demoted; None: not within a hundred."""
    answers = [Judged(NOON + timedelta(minutes=n), rng.random() < precision) for n in range(1, JUDGED + 1)]
    demotion = demotion_of(answers, target)
    return None if demotion is None else round((demotion.since - NOON).total_seconds() / 60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=float, default=0.9)
    parser.add_argument("--cameras", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    print("| right in truth | demoted within 10 | 20 | 50 | 100 answers | half of them after |")
    print("|---|---|---|---|---|---|")
    for precision in PRECISIONS:
        found = [demoted_after(precision, asked.target, rng) for _ in range(asked.cameras)]
        within = [sum(n is not None and n <= most for n in found) / len(found) for most in (10, 20, 50, 100)]
        ordered = sorted(n for n in found if n is not None)
        half = str(ordered[len(found) // 2]) if len(ordered) > len(found) // 2 else "-"
        print(f"| {precision:.2f} | {' | '.join(f'{100 * share:.1f} %' for share in within)} | {half} |")


if __name__ == "__main__":
    main()
