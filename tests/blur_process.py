"""A worker of its own that blurs slowly, for a test that kills it: ``python -m tests.blur_process``."""

from __future__ import annotations

import time
from typing import Any

import django

django.setup()

from analytics import blurred_excerpts, faces  # noqa: E402
from reports import pipeline  # noqa: E402
from tests.fakes import NoFaces, nobody_found  # noqa: E402


class Slow(NoFaces):
    def near(self, picture: Any) -> Any:
        time.sleep(0.2)
        return super().near(picture)


if __name__ == "__main__":
    blurred_excerpts.TELL_EVERY_S = 0.0
    with nobody_found():
        faces.face_finder_set(Slow())
        pipeline.run_until_quiet()
