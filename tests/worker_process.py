"""A worker of its own, for tests that kill it: claims the given report, says so, and hangs in its step."""

from __future__ import annotations

import sys
import time
from typing import Any

import django

django.setup()

from reports import pipeline  # noqa: E402
from reports.lifecycle import ReportState  # noqa: E402
from reports.steps.base import REPORT, Step, Subject  # noqa: E402


def hang(row: Any) -> Any:
    sys.stdout.write("working\n")
    sys.stdout.flush()
    time.sleep(120)


if __name__ == "__main__":
    key = (REPORT, ReportState.RECEIVED)
    old = pipeline.STEPS[key]
    step = Step(old.name, old.queue, 120, old.max_attempts, hang, old.give_up)
    pipeline.STEPS = {**pipeline.STEPS, key: step}
    pipeline.advance(Subject(REPORT, int(sys.argv[1])), ReportState.RECEIVED)
