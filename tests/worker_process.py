"""Workers of their own, for tests that stop or kill them: placing says that it works, and hangs.

As a program (``python -m tests.worker_process PK``) it advances one report; as a Celery
application (``-A tests.worker_process``) it is a whole worker. ``JSC_TEST_MARK`` names the
file that appears when the step has begun.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from jsc_project import celery  # noqa: E402
from reports import pipeline  # noqa: E402
from reports.lifecycle import ReportState  # noqa: E402
from reports.steps.base import REPORT, Step, Subject  # noqa: E402


def hang(row: Any) -> Any:
    Path(os.environ["JSC_TEST_MARK"]).touch()
    time.sleep(120)


KEY = (REPORT, ReportState.RECEIVED)
_old = pipeline.STEPS[KEY]
pipeline.STEPS = {**pipeline.STEPS, KEY: Step(_old.name, _old.queue, 120, _old.max_attempts, hang, _old.give_up)}
celery.STEP_GRACE_S = 0.5
app = celery.app

if __name__ == "__main__":
    pipeline.advance(Subject(REPORT, int(sys.argv[1])), ReportState.RECEIVED)
