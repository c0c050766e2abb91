"""What a check has measured, in words and units: one table for all pages.

Figures as Indonesian writes them (decimal comma, ``dtk`` for seconds), and as English does for its readers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _


def number_said(value: float, digits: int = 1) -> str:
    """``12``, ``0,25``: as many digits as are not nought."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if (get_language() or "id").startswith("en") else text.replace(".", ",")


def share_said(value: float) -> str:
    """``38 %`` of 0.38."""
    return f"{number_said(100 * value)} %"


def seconds_said(value: float) -> str:
    """``78,6 dtk``; from two minutes on with minutes, ``3 mnt 20 dtk``."""
    if value < 120:
        return _("%(n)s dtk") % {"n": number_said(value)}
    return _("%(minutes)s mnt %(seconds)s dtk") % {"minutes": int(value // 60), "seconds": int(value % 60)}


def span_said(start_s: float, end_s: float) -> str:
    """``3–78,6 dtk``."""
    return _("%(n)s dtk") % {"n": f"{number_said(start_s)}–{number_said(end_s)}"}


def _amount(value: Any) -> str:
    return number_said(float(len(value) if isinstance(value, list) else value))


def _level(value: Any) -> str:
    return _("%(level)s (A lancar, F macet)") % {"level": value}


def _speed(value: Any) -> str:
    return _("%(n)s km/jam") % {"n": number_said(float(value))}


def _lengths(value: Any) -> str:
    return _("%(n)s panjang kendaraan per detik") % {"n": number_said(float(value), 2)}


def _each(said: Callable[[Any], str]) -> Callable[[Any], str]:
    """Of a list: how many, and each."""

    def all_said(values: Sequence[Any]) -> str:
        return f"{len(values)}: {'; '.join(said(value) for value in values)}" if values else "0"

    return all_said


def _stop(stop: Mapping[str, Any]) -> str:
    return span_said(float(stop["start_s"]), float(stop["end_s"]))


def _visit(visit: Sequence[float]) -> str:
    return span_said(float(visit[0]), float(visit[1]))


def _since(thing: Mapping[str, Any]) -> str:
    return _("sejak %(time)s") % {"time": seconds_said(float(thing["start_s"]))}


FIGURES: Mapping[str, tuple[Any, Callable[[Any], str]]] = {
    "longest_dwell_s": (gettext_lazy("berhenti terlama"), lambda value: seconds_said(float(value))),
    "vehicles_stopped": (gettext_lazy("kendaraan berhenti"), _amount),
    "stops": (gettext_lazy("saat berhenti"), _each(_stop)),
    "level_of_service": (gettext_lazy("tingkat pelayanan jalan"), _level),
    "occupancy": (gettext_lazy("jalan terisi"), share_said),
    "flow_speed_kmh": (gettext_lazy("kecepatan arus"), _speed),
    "flow_speed_lengths_per_s": (gettext_lazy("kecepatan arus menurut gambar"), _lengths),
    "vehicles_mean": (gettext_lazy("kendaraan rata-rata"), _amount),
    "intrusions": (gettext_lazy("penerobosan"), _amount),
    "cover_percent": (gettext_lazy("permukaan tertutup"), lambda value: f"{number_said(float(value))} %"),
    "water_share": (gettext_lazy("bagian yang tergenang"), share_said),
    "people_mean": (gettext_lazy("orang rata-rata"), _amount),
    "people_max": (gettext_lazy("orang terbanyak"), _amount),
    "visits": (gettext_lazy("kunjungan"), _each(_visit)),
    "stalls": (gettext_lazy("lapak"), _amount),
    "new_objects": (gettext_lazy("benda baru"), _each(_since)),
    "dark_lamps": (gettext_lazy("lampu padam"), _amount),
    "share": (gettext_lazy("bagian gambar berasap atau berapi"), share_said),
}
"""By measurement (DESIGN section 6): what it is called, and how its value is told."""


def figures_said(measurements: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of each, in the reader's language; what was not measured says so. A measurement without words
    of its own, or of an unexpected shape, is told as it was stored."""
    return [_said(key, value) for key, value in measurements.items()]


def _said(key: str, value: Any) -> tuple[str, str]:
    label, said = FIGURES.get(key, (key, str))
    if value is None:
        return str(label), _("tidak terukur")
    try:
        return str(label), said(value)
    except (TypeError, ValueError, KeyError, IndexError):
        return str(label), str(value)


_UNITS: Mapping[str, Callable[[float], str]] = {"s": seconds_said, "share": share_said}


def threshold_said(name: str, value: Any) -> tuple[str, str]:
    """A threshold by the name under which a category sets it, its value with the unit that the name ends in."""
    if isinstance(value, bool):
        return name, _("ya") if value else _("tidak")
    if isinstance(value, int | float):
        return name, _UNITS.get(name.rsplit("_", 1)[-1], lambda one: number_said(one, 3))(float(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return name, ", ".join(str(one) for one in value) or "-"
    return name, str(value)
