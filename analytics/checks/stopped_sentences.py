"""What the stopped-vehicle check says, in both languages, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.checks.words import capitalised, figure_id, vehicle_id
from analytics.frames import Survey
from analytics.second_look import SecondLook
from analytics.slots import Slot
from analytics.verdict import Reason
from analytics.zones import WHOLE_PICTURE, Zone


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A stay that was looked at twice. ``evidence``: mean confidence over its pictures, missed ones 0."""

    slot: Slot
    evidence: float
    look: SecondLook | None
    queued: bool = False

    @property
    def confidence(self) -> float:
        """Two looks that are not independent, so less than their noisy-or: the second counts by half."""
        again = self.look.mean if self.look else 0.0
        return float(np.clip(1 - (1 - self.evidence) * (1 - again / 2), 0, 0.99))


class StoppedSentences:
    """Reasons of one judged clip. The figures are the judging class's own."""

    survey: Survey
    zones: Sequence[Zone]
    rules: Any
    standing: Sequence[Slot]

    def _longest_s(self) -> float:
        raise NotImplementedError

    def _place(self) -> tuple[str, str]:
        if self.zones and self.zones[0].name == WHOLE_PICTURE:
            return "dalam gambar", "in the picture"
        return "di area dilarang berhenti", "in the no-stopping area"

    def _stands(self, c: Candidate) -> Reason:
        (where_id, where_en), sure = self._place(), c.confidence
        return Reason(
            "stopped",
            f"{capitalised(vehicle_id(c.slot.name))} diam {figure_id(c.slot.dwell_s)} dtk {where_id}, "
            f"keyakinan {figure_id(sure, 2)} (batas {figure_id(self.rules.min_dwell_s)} dtk)",
            f"A {c.slot.name} stood still for {c.slot.dwell_s:.0f} s {where_en}, confidence {sure:.2f} "
            f"(limit {self.rules.min_dwell_s:.0f} s)",
        )

    def _queue(self, c: Candidate) -> Reason:
        count = len(self.standing)
        return Reason(
            "queue",
            f"Kendaraan diam {figure_id(c.slot.dwell_s)} dtk, tetapi {count} kendaraan berhenti bersama "
            "dan mungkin sedang antre",
            f"A vehicle stood for {c.slot.dwell_s:.0f} s, but {count} vehicles stood together and may be queueing",
        )

    def _short(self) -> Reason:
        span, limit = self.survey.span_s, self.rules.min_dwell_s
        return Reason(
            "short",
            f"Rekaman {figure_id(span)} dtk lebih pendek dari batas berhenti {figure_id(limit)} dtk",
            f"The footage of {span:.0f} s is shorter than the limit of {limit:.0f} s",
        )

    def _borderline(self, c: Candidate) -> Reason:
        limit = self.rules.min_dwell_s
        return Reason(
            "borderline",
            f"{capitalised(vehicle_id(c.slot.name))} diam {figure_id(c.slot.dwell_s)} dtk, "
            f"belum mencapai batas {figure_id(limit)} dtk",
            f"A {c.slot.name} stood for {c.slot.dwell_s:.0f} s, short of the limit of {limit:.0f} s",
        )

    def _unsure(self, c: Candidate) -> Reason:
        return Reason(
            "unsure",
            f"Ada benda diam {figure_id(c.slot.dwell_s)} dtk yang mungkin kendaraan, "
            f"keyakinan hanya {figure_id(c.evidence, 2)}",
            f"Something that may be a vehicle stood for {c.slot.dwell_s:.0f} s, confidence only {c.evidence:.2f}",
        )

    def _sparse(self) -> Reason:
        step = self.survey.usual_step_s
        return Reason(
            "sparse",
            f"Gambar terlalu jarang (tiap {figure_id(step)} dtk) untuk memastikan tidak ada yang berhenti",
            f"Pictures are too sparse (every {step:.0f} s) to be sure that nothing stood",
        )

    def _nothing(self) -> Reason:
        longest, span, limit = self._longest_s(), self.survey.span_s, self.rules.min_dwell_s
        return Reason(
            "nothing_stopped",
            f"Tidak ada kendaraan yang berhenti lama dalam {figure_id(span)} dtk: "
            f"paling lama {figure_id(longest)} dtk, batas {figure_id(limit)} dtk",
            f"No vehicle stood for long in {span:.0f} s: at most {longest:.0f} s, the limit is {limit:.0f} s",
        )
