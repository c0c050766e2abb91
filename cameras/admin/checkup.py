"""The history of cameras' health: written by the patrol and by pulls, read here."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from cameras.admin.base import LookOnlyAdmin, wib
from cameras.admin.health import ReasonFilter, seconds_said
from cameras.admin.watch import checkup_said
from cameras.models import Camera, CameraCheckup


@admin.register(CameraCheckup)
class CameraCheckupAdmin(LookOnlyAdmin):
    list_display = ("when", "camera", "health_label", "why", "clock", "took")
    list_filter = ("health", ("reason_code", ReasonFilter))
    list_filter_submit = True
    list_select_related = ("camera",)
    search_fields = ("camera__code", "camera__name")
    search_help_text = gettext_lazy("Kode atau nama kamera")
    ordering = ("-at", "-id")
    fields = ("camera", "when", "health_label", "why", "clock", "took", "figures")
    readonly_fields = fields

    class Media:
        css = {"all": ("cameras/health.css",)}

    def lookup_allowed(self, lookup: str, value: str, request: object = None) -> bool:
        """The page of a camera links here."""
        return lookup == "camera__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description=gettext_lazy("kapan"), ordering="at")
    def when(self, line: CameraCheckup) -> str:
        return wib(line.at)

    @display(
        description=gettext_lazy("kondisi"),
        ordering="health",
        label={"unhealthy": "danger", "healthy": "success", "unknown": "info"},
    )
    def health_label(self, line: CameraCheckup) -> tuple[str, str]:
        return (line.health, str(Camera.Health(line.health).label))

    @display(description=gettext_lazy("yang terlihat"), ordering="reason_code")
    def why(self, line: CameraCheckup) -> str:
        return checkup_said(line) or _("baik")

    @display(description=gettext_lazy("selisih jam"))
    def clock(self, line: CameraCheckup) -> str:
        return seconds_said(line.clock_offset_s)

    @display(description=gettext_lazy("lama"))
    def took(self, line: CameraCheckup) -> str:
        return f"{line.took_ms} ms"

    @display(description=gettext_lazy("angka mutu gambar"))
    def figures(self, line: CameraCheckup) -> str:
        return ", ".join(f"{name} {value}" for name, value in line.quality.items()) or "-"
