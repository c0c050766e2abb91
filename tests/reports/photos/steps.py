"""One photo of one report, from its address to what is kept of it; and detectors that see what a test says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils import timezone

from analytics.detections import Detections
from reports import pipeline
from reports.lifecycle import PhotoState
from reports.models import ReportPhoto
from reports.services.photos import photo_due
from reports.steps.base import PHOTO, Subject
from tests import factories
from tests.cameras import photo_files as files
from tests.fakes import FakeDetector
from tests.reports.photos import host
from tests.reports.photos.host import PhotoWeb


class Sees(FakeDetector):
    """``boxes``: (class, x1, y1, x2, y2) in 0-1, each quite sure."""

    def __init__(self, *boxes: Any) -> None:
        self.boxes = boxes

    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        found = Detections(
            np.array([box[1:] for box in self.boxes], np.float32).reshape(-1, 4),
            np.full(len(self.boxes), 0.9, np.float32),
            tuple(box[0] for box in self.boxes),
        )
        return [found for _ in pictures]


class Broken(FakeDetector):
    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        raise RuntimeError("the model is out of order")


def reported(web: PhotoWeb, body: bytes | host.Answer | None = None, **extra: Any) -> ReportPhoto:
    """A report with a photo that the host serves, and its row, due."""
    number = len(web.server.answers)
    body = files.photo(shown=files.picture(seed=number)) if body is None else body
    url = web.serve(f"/{number}.jpg", host.content(body) if isinstance(body, bytes) else body)
    due = photo_due(report=factories.report(image_url=url, **extra))
    assert due is not None
    return due


def taken(photo: ReportPhoto) -> ReportPhoto:
    """After one try."""
    ReportPhoto.objects.filter(pk=photo.pk).update(next_run=timezone.now())
    pipeline.advance(Subject(PHOTO, photo.pk), PhotoState.DUE)
    photo.refresh_from_db()
    return photo


def stored(photo: ReportPhoto) -> bytes:
    with photo.file.open("rb") as file:
        return bytes(file.read())
