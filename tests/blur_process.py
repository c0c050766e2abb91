"""A worker of its own that blurs slowly, for a test that kills it: ``python -m tests.blur_process``."""

from __future__ import annotations

import time
from typing import Any

import django
import numpy as np

django.setup()

from analytics import blurred_excerpts, faces, services  # noqa: E402
from reports import pipeline  # noqa: E402
from tests.fakes import FakeDetector  # noqa: E402


class Slow:
    def near(self, picture: Any) -> faces.Boxes:
        time.sleep(0.2)
        return np.zeros((0, 5), np.float32)

    fine = near


if __name__ == "__main__":
    blurred_excerpts.TELL_EVERY_S = 0.0
    services.detector_set(FakeDetector())
    faces.face_finder_set(Slow())
    pipeline.run_until_quiet()
