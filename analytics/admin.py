"""Analyses as they were run: read, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from analytics.models import AnalysisRun, PlateReading


@admin.register(AnalysisRun)
class AnalysisRunAdmin(ModelAdmin):
    list_display = ("id", "check_slug", "verdict", "confidence", "camera", "coverage", "seconds_cpu", "created_at")
    list_filter = ("check_slug", "verdict", "model_name")
    list_filter_submit = True
    list_select_related = ("clip__camera",)
    search_fields = ("clip__camera__code", "clip__camera__name", "weights_sha256")
    show_full_result_count = False
    list_per_page = 50

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
