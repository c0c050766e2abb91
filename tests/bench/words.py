"""What reading a report's words is worth, and what masking hides.

    JSC_TESTDATA=... python -m tests.bench.words [--seed N]

Prints a confusion table for each half of the shared real reports (labelled by eye; the rules were written with the even
half in sight and never changed for the odd one), what of the named areas is found, and, on made-up texts, how
much personal data is hidden and how many ordinary texts are spoilt.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from pathlib import Path

from reports.reading.categories import categories_in
from reports.reading.private import mask
from tests.reports.reading import measured
from tests.reports.reading.planted import SEED, planted

COUNT = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    testdata = os.environ.get("JSC_TESTDATA", "")
    if testdata:
        real(Path(testdata) / "reports")
    else:
        print("JSC_TESTDATA is not set: the real reports are left out")
    made_up(options.seed)


def real(folder: Path) -> None:
    for half, reading in measured.read(folder).items():
        print(
            f"\n{half} features: {reading.categories.total()} reports, category right {reading.accuracy:.1%} "
            f"(saying the commonest always: {reading.commonest:.1%}; of the others {reading.rarer})"
        )
        _confusion(reading.categories)
        areas, private = reading.areas, reading.private
        print(f"  area named: recall {areas.recall:.0%}, precision {areas.precision:.0%} ({areas})")
        print(f"  kinds of personal data: recall {private.recall:.0%}, precision {private.precision:.0%} ({private})")


def _confusion(counts: Counter[tuple[str, str]]) -> None:
    """Rows: what a person says; columns: what the rules say; "-": nothing."""
    columns = sorted({said for _, said in counts})
    print("  " + " " * 16 + "".join(f"{name:>16}" for name in columns))
    for label in sorted({label for label, _ in counts}):
        cells = (counts[label, said] for said in columns)
        print(f"  {label:16}" + "".join(f"{count or '.':>16}" for count in cells))


def made_up(seed: int) -> None:
    scores = measured.hidden(COUNT, seed)
    right, pieces = sum(s.right for s in scores.values()), sum(s.right + s.missed for s in scores.values())
    print(f"\n{COUNT} made-up texts with personal data (seed {seed}): {right / pieces:.2%} of {pieces} pieces hidden")
    for kind, score in scores.items():
        print(f"  {kind:10} {score.recall:7.2%}  {score.right}/{score.right + score.missed}")
    spoilt = measured.mutilated(COUNT, seed + 1)
    print(f"{COUNT} ordinary texts: {len(spoilt)} changed")
    _cost(seed)


def _cost(seed: int) -> None:
    texts = [made.text for made in planted(200, seed)]
    for name, work in (("masking", lambda text: mask(text)), ("reading", lambda text: categories_in([text]))):
        started = time.process_time()
        for text in texts:
            work(text)
        print(f"{name}: {(time.process_time() - started) / len(texts) * 1000:.2f} ms a text")


if __name__ == "__main__":
    main()
