"""Analyses as they were run: read, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from analytics.labels import check_label, verdict_label
from analytics.models import AnalysisRun, PlateReading
from cameras.admin.base import WordsFilter, wib


class CheckFilter(WordsFilter):
    said = staticmethod(check_label)


class VerdictFilter(WordsFilter):
    said = staticmethod(verdict_label)


@admin.register(AnalysisRun)
class AnalysisRunAdmin(ModelAdmin):
    list_display = ("id", "check_name", "answer", "confidence", "camera", "coverage", "seconds_cpu", "made")
    list_filter = (("check_slug", CheckFilter), ("verdict", VerdictFilter), "model_name")
    list_filter_submit = True
    list_select_related = ("clip__camera",)
    search_fields = ("clip__camera__code", "clip__camera__name", "weights_sha256")
    show_full_result_count = False
    list_per_page = 50

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
