"""A camera: where it stands, what it sees, how its footage is reached, and its zones."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display

from cameras.admin.base import wib
from cameras.admin.coverage import CoverageAdmin
from cameras.admin.health import reason_said
from cameras.admin.ring import ring_html
from cameras.admin.source import SourceAdmin, source_fieldsets
from cameras.admin.views import ZonesFilter, backgrounds_html, zones_banner
from cameras.admin.zones import ZonesAdmin
from cameras.drawings import coverage_svg, zones_svg
from cameras.forms import CameraForm, ZoneForm
from cameras.models import Camera, Zone
from cameras.notes import camera_notes

COVERAGE_SHORT = {
    Camera.CoverageKind.DRAWN: gettext_lazy("digambar"),
    Camera.CoverageKind.DERIVED: gettext_lazy("dihitung"),
    Camera.CoverageKind.ASSUMED: gettext_lazy("perkiraan 100 m"),
}
"""What a phone's list has room for; the page says it in full."""


class ZoneInline(StackedInline):
    model = Zone
    form = ZoneForm
    extra = 0
    show_change_link = False


@admin.register(Camera)
class CameraAdmin(ZonesAdmin, CoverageAdmin, SourceAdmin, SimpleHistoryAdmin, ModelAdmin):
    form = CameraForm
    inlines = (ZoneInline,)
    list_display = (
        "code",
        "name",
        "zones_link",
        "site_type",
        "coverage_label",
        "source_kind",
        "health_label",
        "active",
    )
    list_filter = ("site_type", "coverage_kind", "health", ZonesFilter, "source_kind", "active")
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
        "backgrounds_detail",
        "source_test",
        "health_detail",
        "ring_detail",
        "judged_detail",
        "created_at",
        "updated_at",
    )

    class Media:
        css = {"all": ("cameras/health.css",)}

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
                "backgrounds_detail",
            )
        },
    )
    STATE = (
        gettext_lazy("Keadaan"),
        {"fields": ("health_detail", "ring_detail", "judged_detail", "created_at", "updated_at")},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Camera | None = None) -> Any:
        if self._hides_source(request, obj):
            return (self.PLACE, self.VIEW, self.STATE)
        return (self.PLACE, self.VIEW, *source_fieldsets(obj), self.STATE)

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
        return f"{words}: {reason_said(camera.health_reason)}" if camera.health_reason else words

    @display(description=gettext_lazy("latar menurut waktu"))
    def backgrounds_detail(self, camera: Camera) -> SafeString | str:
        return backgrounds_html(camera) if camera.pk else "-"

    @display(description=gettext_lazy("rekaman sendiri"))
    def ring_detail(self, camera: Camera) -> SafeString | str:
        return ring_html(camera) if camera.pk else "-"

    @display(description=gettext_lazy("ketepatan"))
    def judged_detail(self, camera: Camera) -> SafeString | str:
        return (camera_notes(camera.pk) if camera.pk else "") or "-"

    @display(description=gettext_lazy("gambar cakupan"))
    def coverage_picture(self, camera: Camera) -> SafeString | str:
        if not camera.pk:
            return "-"
        assumed = camera.coverage_kind == Camera.CoverageKind.ASSUMED
        url = reverse("admin:cameras_camera_coverage", args=[camera.pk])
        picture = _with_button(
            coverage_svg(camera.point, camera.coverage, assumed=assumed), url, _("Atur cakupan di peta")
        )
        if not assumed:
            return picture
        note = _("Perkiraan: lingkaran 100 m. Dapat mendukung laporan, tidak pernah membantahnya.")
        return format_html("{}<p>{}</p>", picture, note)

    @display(description=gettext_lazy("gambar zona"))
    def zones_picture(self, camera: Camera) -> SafeString | str:
        if not camera.pk:
            return _("belum ada zona")
        zones = list(camera.zones.all())
        shown = zones_svg((zone.kind, str(zone), zone.polygon) for zone in zones) if zones else _("belum ada zona")
        drawn = _with_button(shown, reverse("admin:cameras_camera_zones", args=[camera.pk]), _("Gambar zona"))
        return format_html("{}{}", zones_banner(camera), drawn)

    @display(description=gettext_lazy("zona"))
    def zones_link(self, camera: Camera) -> SafeString:
        """A phone's thumb hits it; how many there are is said in the same place."""
        url = reverse("admin:cameras_camera_zones", args=[camera.pk])
        count = camera.zone_count  # type: ignore[attr-defined]
        css = "jsc-zone-link" if count else "jsc-zone-link jsc-zone-none"
        return format_html('<a class="{}" href="{}">✎&nbsp;{}</a>', css, url, count or _("gambar"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Camera]:
        return super().get_queryset(request).annotate(zone_count=Count("zones"))


def _with_button(shown: SafeString | str, url: str, words: str) -> SafeString:
    return format_html('{}<p><a class="jsc-zone-link" href="{}">✎&nbsp;{}</a></p>', shown, url, words)
