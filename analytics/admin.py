"""Analyses as they were run: read, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from analytics.figures import seconds_said, share_said
from analytics.labels import check_label, verdict_label
from analytics.models import AnalysisRun, PlateReading
from analytics.pictures import run_pictures
from analytics.run_words import figures_html, picture_html, reasons_html, thresholds_html
from cameras.admin.base import WordsFilter, wib
from jsc_project.lib.when import clock_text


class CheckFilter(WordsFilter):
    said = staticmethod(check_label)


class VerdictFilter(WordsFilter):
    said = staticmethod(verdict_label)


@admin.register(AnalysisRun)
class AnalysisRunAdmin(ModelAdmin):
    list_display = ("id", "check_name", "answer", "sure", "camera", "covered", "cost", "made")
    list_filter = (("check_slug", CheckFilter), ("verdict", VerdictFilter), "model_name")
    list_filter_submit = True
    list_select_related = ("clip__camera",)
    search_fields = ("clip__camera__code", "clip__camera__name", "weights_sha256")
    show_full_result_count = False
    list_per_page = 50
    fieldsets = (
        (gettext_lazy("Hasil"), {"fields": ("check_name", "answer", "sure", "reasons_said", "figures", "pictures")}),
        (gettext_lazy("Rekaman"), {"fields": ("camera", "footage", "covered", "quality", "frames", "made")}),
        (
            gettext_lazy("Teknis"),
            {
                "fields": ("model", "check_version", "zones_version", "thresholds_said", "cost"),
                "classes": ("collapse",),
            },
        ),
    )
    readonly_fields = ("check_name", "answer", "sure", "reasons_said", "figures", "pictures", "camera", "footage",
                       "covered", "quality", "frames", "made", "model", "thresholds_said", "cost")  # fmt: skip

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AnalysisRun | None:
        """With its pictures, of which each reader sees their own."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.shown = run_pictures(found, request.user)
        return found

    @display(description=gettext_lazy("keyakinan"), ordering="confidence")
    def sure(self, run: AnalysisRun) -> str:
        return "-" if run.confidence is None else share_said(run.confidence)

    @display(description=gettext_lazy("liputan rekaman"), ordering="coverage")
    def covered(self, run: AnalysisRun) -> str:
        return share_said(run.coverage)

    @display(description=gettext_lazy("waktu hitung"), ordering="seconds_cpu")
    def cost(self, run: AnalysisRun) -> str:
        return seconds_said(run.seconds_cpu)

    @display(description=gettext_lazy("alasan"))
    def reasons_said(self, run: AnalysisRun) -> SafeString:
        return reasons_html(run.reasons)

    @display(description=gettext_lazy("ukuran"))
    def figures(self, run: AnalysisRun) -> SafeString:
        return figures_html(run.measurements)

    @display(description=gettext_lazy("gambar bukti"))
    def pictures(self, run: AnalysisRun) -> SafeString | str:
        return getattr(run, "shown", "") or "-"

    @display(description=gettext_lazy("rentang"))
    def footage(self, run: AnalysisRun) -> SafeString:
        """Leads to the clip's page, with its film for those who may play it."""
        span = f"{wib(run.clip.start_at).removesuffix(' WIB')}–{clock_text(run.clip.end_at)} WIB"
        address = reverse("admin:cameras_footageclip_change", args=[run.clip_id])
        return format_html('<a class="jsc-link" href="{}">{}</a>', address, span)

    @display(description=gettext_lazy("mutu gambar"))
    def quality(self, run: AnalysisRun) -> SafeString:
        return picture_html(run.picture)

    @display(description=gettext_lazy("gambar dilihat"))
    def frames(self, run: AnalysisRun) -> str:
        return _("%(seen)s dari %(opened)s yang dibuka") % {"seen": run.frames_analysed, "opened": run.frames_decoded}

    @display(description=gettext_lazy("model"))
    def model(self, run: AnalysisRun) -> str:
        return f"{run.model_name} ({run.weights_sha256[:12]})"

    @display(description=gettext_lazy("ambang"))
    def thresholds_said(self, run: AnalysisRun) -> SafeString:
        return thresholds_html(run.thresholds)

    @display(description=gettext_lazy("pemeriksaan"), ordering="check_slug")
    def check_name(self, run: AnalysisRun) -> str:
        return check_label(run.check_slug)

    @display(description=gettext_lazy("putusan"), ordering="verdict")
    def answer(self, run: AnalysisRun) -> str:
        return verdict_label(run.verdict)

    @display(description=gettext_lazy("dibuat"), ordering="created_at")
    def made(self, run: AnalysisRun) -> str:
        return wib(run.created_at)

    @display(description=gettext_lazy("kamera"))
    def camera(self, run: AnalysisRun) -> str:
        return str(run.clip.camera)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PlateReading)
class PlateReadingAdmin(ModelAdmin):
    list_display = ("at", "username", "files", "purpose")
    search_fields = ("username", "purpose")
    date_hierarchy = "at"
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
