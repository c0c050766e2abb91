"""What people read about a citizen's photo: why there is none, what is odd about it, what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.photos.claims import is_another_time, is_far

UNSAFE = gettext_lazy("alamat fotonya tidak aman")
BROKEN = gettext_lazy("berkasnya rusak atau terpotong")
SUSPECT = gettext_lazy("berkasnya tidak wajar dan mungkin berbahaya")
SILENT = gettext_lazy("host fotonya tidak menjawab")

WHY: Mapping[str, Any] = {
    "photos_off": gettext_lazy("pengambilan foto belum diaktifkan pengelola"),
    "host_not_listed": gettext_lazy("host fotonya tidak ada di daftar yang diizinkan"),
    "address_not_public": gettext_lazy("alamat fotonya menuju jaringan yang tidak boleh dihubungi"),
    "not_an_address": UNSAFE,
    "not_https": gettext_lazy("alamat fotonya bukan https"),
    "credentials": UNSAFE,
    "odd_port": UNSAFE,
    "redirects": UNSAFE,
    "too_large": gettext_lazy("berkasnya lebih dari 10 MB"),
    "too_many_pixels": gettext_lazy("gambarnya lebih dari 50 megapiksel"),
    "empty": BROKEN,
    "truncated": BROKEN,
    "broken": BROKEN,
    "not_a_photo": gettext_lazy("berkasnya bukan foto JPEG, PNG, atau WebP"),
    "animated": gettext_lazy("berkasnya animasi, bukan foto"),
    "polyglot": SUSPECT,
    "bomb": SUSPECT,
    "crashed": SUSPECT,
    "nonsense": SUSPECT,
    "out_of_memory": SUSPECT,
    "too_slow": SUSPECT,
    "photo_gone": gettext_lazy("fotonya sudah tidak ada di hostnya"),
    "photo_unavailable": SILENT,
}
"""By reason code; what is not here is our own trouble."""


def why_none(code: str) -> str:
    return str(WHY.get(code, gettext_lazy("fotonya gagal diolah")))


def place_words(metres: int) -> tuple[str, bool]:
    """How far from the reported point it was taken, and whether that is odd."""
    if is_far(metres):
        return _("diambil %(distance)s dari titik laporan") % {"distance": _distance(metres)}, True
    return _("tempatnya cocok (%(distance)s dari titik laporan)") % {"distance": _distance(metres)}, False


def time_words(minutes: int) -> tuple[str, bool]:
    """How long before or after the reported time it was taken, and whether that is odd."""
    if not is_another_time(minutes):
        return _("waktunya cocok"), False
    told = _("diambil %(time)s sebelumnya") if minutes < 0 else _("diambil %(time)s sesudahnya")
    return told % {"time": _duration(abs(minutes))}, True


def seen_words(telling: Mapping[str, int]) -> str:
    """``2 mobil, 1 truk``; empty where there is nothing to tell."""
    return ", ".join(_counted(name, count) for name, count in telling.items())


def _distance(metres: int) -> str:
    if metres < 1000:
        return f"{metres} m"
    tenths = round(metres / 100) if metres < 10_000 else 10 * round(metres / 1000)
    return f"{number_format(tenths / 10, 1 if tenths % 10 else 0, force_grouping=True)} km"


def _duration(minutes: int) -> str:
    hours, days = round(minutes / 60), round(minutes / 1440)
    if days >= 2:
        return ngettext("%(n)s hari", "%(n)s hari", days) % {"n": days}
    return ngettext("%(n)s jam", "%(n)s jam", hours) % {"n": hours}


def _counted(name: str, count: int) -> str:
    told = {
        "car": ngettext("%(n)s mobil", "%(n)s mobil", count),
        "truck": ngettext("%(n)s truk", "%(n)s truk", count),
        "bus": ngettext("%(n)s bus", "%(n)s bus", count),
        "van": ngettext("%(n)s van", "%(n)s van", count),
        "minibus": ngettext("%(n)s minibus", "%(n)s minibus", count),
        "angkot": ngettext("%(n)s angkot", "%(n)s angkot", count),
        "motorcycle": ngettext("%(n)s sepeda motor", "%(n)s sepeda motor", count),
        "person": ngettext("%(n)s orang", "%(n)s orang", count),
    }
    return told.get(name, f"%(n)s {name}") % {"n": count}
