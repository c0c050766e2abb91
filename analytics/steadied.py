"""One clip's pictures laid over each other: what a swaying mast moves is put back before places are compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.detections import Detections
from analytics.frames import Survey
from analytics.sample import Sample
from analytics.sway import Anchor, put_back

MOST = 0.03
"""Shift put back, share of the width (as ``analytics.newcomers.NewcomerRules.sway``); beyond it the camera turned."""


def steadied(survey: Survey) -> Survey:
    """The survey with every picture and its boxes on the first picture's place."""
    samples = survey.samples
    if len(samples) < 2 or len({sample.grey.shape for sample in samples}) > 1:
        return survey
    # One picture and no median: of a swaying view that is a blur, on which nothing lies surely.
    anchor = Anchor(samples[0].grey.astype(np.float32))
    return replace(survey, samples=[_laid(sample, anchor) for sample in samples])


def _laid(sample: Sample, anchor: Anchor) -> Sample:
    dx, dy = anchor.shift_of(sample.grey.astype(np.float32), MOST)
    if not (dx or dy):
        return sample
    rows, columns = sample.grey.shape
    found = sample.detections
    back = np.array([dx / columns, dy / rows] * 2, np.float32)
    moved = Detections(np.asarray(found.xyxy - back, np.float32), found.confidence, found.names)
    return Sample(sample.t_s, moved, put_back(sample.grey, dx, dy))
