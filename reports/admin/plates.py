"""Offenders' plates on the incident's page, masked; and the searches for those who keep the machine in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from analytics.errors import ClipWithoutFile, FootageChanged
from analytics.plates import decide, offender
from reports.admin.base import ReadOnlyAdmin
from reports.lifecycle import PlateState
from reports.models import Incident, PlateSearch
from reports.selectors.plates import SeenPlate, searches_of, seen_plates
from reports.steps.plates import NO_VEHICLE, SWITCHED_OFF
from reports.words import Badge, badge_html, wib

WHY_NOT = {
    offender.NO_PLATE: gettext_lazy("pelatnya tidak terlihat"),
    offender.SEEN_BRIEFLY: gettext_lazy("pelatnya hanya terlihat sekilas"),
    offender.SEVERAL: gettext_lazy("ada lebih dari satu pelat"),
    decide.TOO_SMALL: gettext_lazy("hurufnya terlalu kecil"),
    decide.CUT_OFF: gettext_lazy("terpotong tepi gambar"),
    decide.NO_SERIES: gettext_lazy("huruf di belakang angka tidak terlihat"),
    decide.REPAIRED: gettext_lazy("terlalu banyak karakter yang mirip"),
    decide.UNEVEN: gettext_lazy("jarak karakter tidak seperti pelat"),
    decide.DISAGREE: gettext_lazy("pembacaannya tidak sepakat"),
    decide.DOUBTFUL: gettext_lazy("ada karakter yang meragukan"),
    decide.BAND: gettext_lazy("nomor tidak lazim untuk jenis kendaraan"),
    SWITCHED_OFF: gettext_lazy("pembacaan pelat sudah dimatikan"),
    NO_VEHICLE: gettext_lazy("kendaraannya tidak ditandai"),
    ClipWithoutFile.code: gettext_lazy("rekamannya sudah dihapus"),
    FootageChanged.code: gettext_lazy("rekamannya sudah diambil ulang"),
}

STATE_BADGES = {
    PlateState.DUE: Badge(gettext_lazy("menunggu dibaca"), "…", "blue"),
    PlateState.READ: Badge(gettext_lazy("dibaca"), "✓", "green"),
    PlateState.FAILED: Badge(gettext_lazy("tidak dibaca"), "✕", "yellow"),
}


@dataclass(frozen=True, slots=True)
class PlateView:
    """``title`` in place of a plate, ``detail`` below it; ``seen`` None where nothing was looked at."""

    title: str
    detail: str
    seen: SeenPlate | None = None

    @property
    def times_words(self) -> str:
        times = self.seen.times if self.seen else 0
        text = ngettext(
            "terlihat di %(n)s kejadian dalam 90 hari, kategori ini",
            "terlihat di %(n)s kejadian dalam 90 hari, kategori ini",
            times,
        )
        return text % {"n": times}


def plate_views(incident: Incident) -> list[PlateView]:
    return [view for search in searches_of(incident) for view in _views(search)]


def _views(search: PlateSearch) -> Iterator[PlateView]:
    camera = search.run.clip.camera.name
    if search.state == PlateState.DUE:
        yield PlateView(_("Pelat sedang dibaca"), camera)
    elif search.state == PlateState.FAILED:
        yield PlateView(_("Pelat tidak dibaca: %(why)s") % {"why": why_not(search.reason_code)}, camera)
    for seen in seen_plates(search):
        plate = seen.plate
        title = "" if seen.is_told else _("Pelat tidak dapat dipastikan: %(why)s") % {"why": why_not(plate.reason_code)}
        sure = _("keyakinan %(n)s %%") % {"n": round(100 * plate.confidence)} if seen.is_told else ""
        read = ngettext("%(n)s gambar", "%(n)s gambar", plate.frames) % {"n": plate.frames} if plate.frames else ""
        yield PlateView(title, " · ".join(word for word in (camera, wib(plate.at), sure, read) if word), seen)


def why_not(code: str) -> str:
    return str(WHY_NOT.get(code, _("terjadi kesalahan")))


@admin.register(PlateSearch)
class PlateSearchAdmin(ReadOnlyAdmin):
    """How the searches fare: no plate, not even masked."""

    list_display = ("incident", "category", "state_label", "why", "told", "attempts", "made")
    list_filter = ("state", "reason_code", "category")
    list_filter_submit = True
    list_select_related = ("incident__category", "category")
    search_fields = ("=incident__id",)
    ordering = ("-id",)
    fields = ("incident", "category", "state_label", "why", "told", "reader", "attempts", "last_error", "made")
    readonly_fields = ("state_label", "why", "told", "made")

    @display(description=gettext_lazy("keadaan"))
    def state_label(self, search: PlateSearch) -> str:
        return badge_html(STATE_BADGES[PlateState(search.state)])

    @display(description=gettext_lazy("alasan"))
    def why(self, search: PlateSearch) -> str:
        return why_not(search.reason_code) if search.reason_code else "-"

    @display(description=gettext_lazy("terbaca / kendaraan"))
    def told(self, search: PlateSearch) -> str:
        rows = list(search.plates.values_list("reason_code", flat=True))
        return f"{rows.count('')} / {len(rows)}"

    @display(description=gettext_lazy("dibuat"), ordering="created_at")
    def made(self, search: PlateSearch) -> str:
        return wib(search.created_at)
