"""What the congestion check says, in both languages, with its figures."""

from __future__ import annotations

from typing import Any

from analytics.checks.density import Density
from analytics.checks.words import figure_id, percent_id
from analytics.frames import Survey
from analytics.verdict import Reason


class CongestionSentences:
    """Reasons of one judged clip. The figures are the judging class's own."""

    survey: Survey
    density: Density
    dense: Any
    flow_lps: Any
    flow_kmh: Any

    def level_of_service(self) -> str | None:
        raise NotImplementedError

    def _speed_words(self) -> tuple[str, str]:
        lps, kmh = self.flow_lps, self.flow_kmh
        if kmh is not None:
            return f"{figure_id(kmh)} km/jam", f"{kmh:.0f} km/h"
        if lps is None:
            return "kecepatan tidak terukur", "speed not measured"
        return f"{figure_id(lps, 2)} panjang kendaraan/dtk", f"{lps:.2f} vehicle lengths/s"

    def _count_words(self) -> tuple[str, str]:
        mean = float(self.density.vehicles.mean())
        return f"rata-rata {figure_id(mean, 1)} kendaraan", f"{mean:.1f} vehicles on average"

    def _rate_too_low(self) -> Reason:
        count_id, count_en = self._count_words()
        return Reason(
            "rate_too_low",
            f"Gambar terlalu jarang untuk mengukur kecepatan; {count_id} di jalan",
            f"The pictures are too far apart to measure speed; {count_en} on the road",
        )

    def _jam(self) -> Reason:
        (speed_id, speed_en), (count_id, count_en) = self._speed_words(), self._count_words()
        dense, level = float(self.dense.mean()), self.level_of_service()
        return Reason(
            "jam",
            f"Macet: {count_id}, jalan penuh {percent_id(dense)} dari waktu, kecepatan {speed_id} (tingkat {level})",
            f"Jam: {count_en}, the road full {percent_id(dense)} of the time, {speed_en} (level {level})",
        )

    def _flows(self) -> Reason:
        (speed_id, speed_en), (count_id, count_en) = self._speed_words(), self._count_words()
        return Reason(
            "flows", f"Lalu lintas mengalir: {speed_id}, {count_id}", f"Traffic flows: {speed_en}, {count_en}"
        )

    def _room(self) -> Reason:
        count_id, count_en = self._count_words()
        return Reason("not_full", f"Jalan tidak penuh: {count_id}", f"The road is not full: {count_en}")

    def _came_and_went(self) -> Reason:
        return Reason(
            "queue",
            "Antrean yang kemudian bergerak lancar, seperti di lampu merah: bukan kemacetan yang bertahan",
            "A queue that then moved off freely, as at a red light: no jam that lasts",
        )

    def _standing(self, count: int) -> Reason:
        return Reason(
            "standstill",
            f"Sekitar {count} kendaraan diam tanpa bergerak: mungkin parkir atau menunggu lampu merah",
            f"About {count} vehicles stand without moving: they may be parked or wait for a red light",
        )

    def _borderline(self) -> Reason:
        (speed_id, speed_en), (count_id, count_en) = self._speed_words(), self._count_words()
        return Reason(
            "borderline",
            f"Padat tetapi tidak jelas macet: {count_id}, {speed_id}",
            f"Busy but not clearly jammed: {count_en}, {speed_en}",
        )

    def _too_short(self) -> Reason:
        span = self.survey.span_s
        return Reason(
            "short",
            f"Rekaman {figure_id(span)} dtk terlalu pendek untuk menilai kemacetan",
            f"Footage of {span:.0f} s is too short to judge congestion",
        )

    def _under_two_cycles(self) -> Reason:
        span = self.survey.span_s
        return Reason(
            "under_two_cycles",
            f"Rekaman {figure_id(span)} dtk, kurang dari dua siklus lampu",
            f"The footage of {span:.0f} s is shorter than two signal cycles",
        )

    def _one_picture(self) -> Reason:
        return Reason(
            "still",
            "Hanya satu gambar diam: kecepatan lalu lintas tidak dapat diukur",
            "A single still picture: the speed of traffic cannot be measured",
        )
