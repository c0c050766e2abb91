"""One clip's pictures laid over each other: what a swaying mast moves is put back before places are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.frames import Survey
from analytics.newcomers import flat
from analytics.sample import Grey, Sample

Plane = npt.NDArray[np.float32]

MOST = 0.03
"""Shift put back, share of the width (as ``analytics.newcomers.NewcomerRules.sway``); beyond it the camera turned."""

LEAST_PX = 0.3
SURE = 0.1
"""Height of the correlation's peak from which a shift is believed."""


def steadied(survey: Survey) -> Survey:
    """The survey with every picture and its boxes on the first picture's place."""
    if len(survey.samples) < 2 or len({sample.grey.shape for sample in survey.samples}) > 1:
        return survey
    # One picture and no median: of a swaying view that is a blur, on which nothing lies surely.
    return replace(survey, samples=_laid(survey.samples, flat(survey.samples[0].grey.astype(np.float32))))


def _laid(samples: Sequence[Sample], first: Plane) -> list[Sample]:
    window = cast("Plane", cv2.createHanningWindow(first.shape[::-1], cv2.CV_32F))
    return [_moved(sample, *_shift(sample.grey, first, window)) for sample in samples]


def _shift(grey: Grey, first: Plane, window: Plane) -> tuple[float, float]:
    (dx, dy), sure = cv2.phaseCorrelate(first, flat(grey.astype(np.float32)), window)
    far = max(abs(dx), abs(dy))
    return (dx, dy) if sure > SURE and LEAST_PX < far <= MOST * first.shape[1] else (0.0, 0.0)


def _moved(sample: Sample, dx: float, dy: float) -> Sample:
    if not (dx or dy):
        return sample
    rows, columns = sample.grey.shape
    matrix = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
    grey = cv2.warpAffine(sample.grey, matrix, (columns, rows), borderMode=cv2.BORDER_REPLICATE)
    found = sample.detections
    back = np.array([dx / columns, dy / rows] * 2, np.float32)
    moved = Detections(np.asarray(found.xyxy - back, np.float32), found.confidence, found.names)
    return Sample(sample.t_s, moved, np.asarray(grey, np.uint8))
