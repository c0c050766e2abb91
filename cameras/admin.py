"""The operators' pages for cameras, their zones, and the footage taken from them.

Who may come in is decided by Django's permissions on these models; reports/ gives them to
operators. Addresses and credentials stand on the change page alone: no list, no history,
and no page of somebody who may only look.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display

from cameras.drawings import coverage_svg, zones_svg
from cameras.footage.states import ClipState
from cameras.forms import CameraForm, ZoneForm
from cameras.models import Camera, FootageClip, FootageHold, Zone
from cameras.pictures import clip_pictures

CLIP_WORDS = {
    ClipState.WANTED: (gettext_lazy("ditunggu"), "info"),
    ClipState.HELD: (gettext_lazy("tersimpan"), "success"),
    ClipState.PARTIAL: (gettext_lazy("sebagian"), "warning"),
    ClipState.FAILED: (gettext_lazy("gagal"), "danger"),
}

COVERAGE_SHORT = {
    Camera.CoverageKind.DRAWN: gettext_lazy("digambar"),
    Camera.CoverageKind.DERIVED: gettext_lazy("dihitung"),
    Camera.CoverageKind.ASSUMED: gettext_lazy("perkiraan 100 m"),
}
"""What a phone's list has room for; the page says it in full."""


def wib(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j M Y H:i") if at else "-"


class ZoneInline(StackedInline):
    model = Zone
    form = ZoneForm
    extra = 0
    show_change_link = False


@admin.register(Camera)
class CameraAdmin(SimpleHistoryAdmin, ModelAdmin):
    form = CameraForm
    inlines = (ZoneInline,)
    list_display = ("code", "name", "site_type", "coverage_label", "source_kind", "health_label", "active")
    list_filter = ("site_type", "coverage_kind", "health", "source_kind", "active")
    list_filter_submit = True
    search_fields = ("code", "name")
    search_help_text = gettext_lazy("Kode atau nama kamera")
    ordering = ("code",)
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    readonly_fields = (
        "coverage_words",
        "coverage_picture",
        "zones_picture",
        "health_detail",
        "created_at",
        "updated_at",
    )

    PLACE = (gettext_lazy("Tempat"), {"fields": ("code", "name", "site_type", "lat", "lon", "active")})
    VIEW = (
        gettext_lazy("Cakupan"),
        {
            "fields": (
                "bearing_deg",
                "fov_deg",
                "range_m",
                "drawn_coverage",
                "coverage_words",
                "coverage_picture",
                "zones_picture",
            )
        },
    )
    SOURCE = (gettext_lazy("Rekaman"), {"fields": ("source_kind", "source_settings", "clock_offset_s")})
    STATE = (gettext_lazy("Keadaan"), {"fields": ("health_detail", "created_at", "updated_at")})

    def get_fieldsets(self, request: HttpRequest, obj: Camera | None = None) -> Any:
        if self._hides_source(request, obj):
            return (self.PLACE, self.VIEW, self.STATE)
        return (self.PLACE, self.VIEW, self.SOURCE, self.STATE)

    def _hides_source(self, request: HttpRequest, obj: Camera | None) -> bool:
        """On pages of the history, and for those who may look and not change."""
        page = request.resolver_match.url_name if request.resolver_match else ""
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return str(page).endswith("_simple_history") or not may_edit

    @display(
        description=gettext_lazy("cakupan"),
        ordering="coverage_kind",
        # Unfold shows the bare key of a kind that is not named here.
        label={"assumed": "warning", "derived": "info", "drawn": "success"},
    )
    def coverage_label(self, camera: Camera) -> tuple[str, str]:
        return (camera.coverage_kind, str(COVERAGE_SHORT[Camera.CoverageKind(camera.coverage_kind)]))

    @display(description=gettext_lazy("cakupan"))
    def coverage_words(self, camera: Camera) -> str:
        return camera.get_coverage_kind_display()

    @display(
        description=gettext_lazy("kondisi"),
        ordering="health",
        label={"unhealthy": "danger", "healthy": "success", "unknown": "info"},
    )
    def health_label(self, camera: Camera) -> tuple[str, str]:
        words = camera.get_health_display()
        if camera.health_at is None:
            return (camera.health, words)
        return (camera.health, _("%(health)s sejak %(when)s") % {"health": words, "when": wib(camera.health_at)})

    @display(description=gettext_lazy("kondisi"))
    def health_detail(self, camera: Camera) -> str:
        words = self.health_label(camera)[1]
        return f"{words}: {camera.health_reason}" if camera.health_reason else words

    @display(description=gettext_lazy("gambar cakupan"))
    def coverage_picture(self, camera: Camera) -> SafeString | str:
        if not camera.pk:
            return "-"
        assumed = camera.coverage_kind == Camera.CoverageKind.ASSUMED
        picture = coverage_svg(camera.point, camera.coverage, assumed=assumed)
        if not assumed:
            return picture
        note = _("Perkiraan: lingkaran 100 m. Dapat mendukung laporan, tidak pernah membantahnya.")
        return format_html("{}<p>{}</p>", picture, note)

    @display(description=gettext_lazy("gambar zona"))
    def zones_picture(self, camera: Camera) -> SafeString | str:
        zones = list(camera.zones.all()) if camera.pk else []
        if not zones:
            return _("belum ada zona")
        return zones_svg((zone.kind, str(zone), zone.polygon) for zone in zones)


class LookOnlyAdmin(ModelAdmin):
    """Written by the pipeline alone."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FootageClip)
class FootageClipAdmin(LookOnlyAdmin):
    list_display = ("camera_code", "asked_range", "state_label", "covered_share", "reason_code", "short_sha256")
    list_filter = ("state", "reason_code", "camera__site_type")
    list_filter_submit = True
    list_select_related = ("camera",)
    search_fields = ("camera__code", "camera__name", "=sha256")
    ordering = ("-start_at", "camera")
    fields = (
        "camera",
        "asked_range",
        "state_words",
        "covered_ranges",
        "covered_share",
        "reason_code",
        "reason_detail",
        "sha256",
        "size_bytes",
        "clock_offset_s",
        "attempts",
        "settled",
        "holds_text",
        "pictures",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[FootageClip]:
        return super().get_queryset(request).prefetch_related("holds")

    @display(description=gettext_lazy("kamera"), ordering="camera__code")
    def camera_code(self, clip: FootageClip) -> str:
        return str(clip.camera)

    @display(description=gettext_lazy("rentang"), ordering="start_at")
    def asked_range(self, clip: FootageClip) -> str:
        return f"{wib(clip.start_at)}-{timezone.localtime(clip.end_at):%H:%M}"

    @display(
        description=gettext_lazy("keadaan"),
        ordering="state",
        label={state.value: tone for state, (_w, tone) in CLIP_WORDS.items()},
    )
    def state_label(self, clip: FootageClip) -> tuple[str, str]:
        return (clip.state, self.state_words(clip))

    @display(description=gettext_lazy("keadaan"))
    def state_words(self, clip: FootageClip) -> str:
        return str(CLIP_WORDS[ClipState(clip.state)][0])

    @display(description=gettext_lazy("terliput"))
    def covered_share(self, clip: FootageClip) -> str:
        asked_s = (clip.end_at - clip.start_at).total_seconds()
        had_s = sum((window.end - window.start).total_seconds() for window in clip.covered_windows)
        return f"{min(1.0, had_s / asked_s):.0%}"

    @display(description=gettext_lazy("rentang terliput"))
    def covered_ranges(self, clip: FootageClip) -> str:
        spans = (
            f"{timezone.localtime(window.start):%H:%M:%S}-{timezone.localtime(window.end):%H:%M:%S}"
            for window in clip.covered_windows
        )
        return ", ".join(spans) or "-"

    @display(description="SHA-256")
    def short_sha256(self, clip: FootageClip) -> str:
        return clip.sha256[:12] or "-"

    @display(description=gettext_lazy("selesai diambil"))
    def settled(self, clip: FootageClip) -> str:
        return wib(clip.settled_at)

    @display(description=gettext_lazy("ditahan untuk"))
    def holds_text(self, clip: FootageClip) -> str:
        return "; ".join(hold.purpose for hold in clip.holds.all()) or "-"

    @display(description=gettext_lazy("gambar"))
    def pictures(self, clip: FootageClip) -> SafeString | str:
        return clip_pictures(clip) or "-"


@admin.register(FootageHold)
class FootageHoldAdmin(LookOnlyAdmin):
    list_display = ("clip", "purpose", "until", "created_at")
    list_select_related = ("clip__camera",)
    search_fields = ("purpose", "clip__camera__code")
    ordering = ("-created_at",)
