"""Citizens' photos for those who keep the machine in order: what came of each, by host, and another try."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from reports.admin.base import ReadOnlyAdmin
from reports.admin.report import tell_again
from reports.lifecycle import PhotoState
from reports.models import ReportPhoto
from reports.photos.words import why_none
from reports.services.photo_desk import photo_ask_again
from reports.words import Badge, badge_html, wib

STATE_BADGES = {
    PhotoState.DUE: Badge(gettext_lazy("menunggu diambil"), "…", "blue"),
    PhotoState.KEPT: Badge(gettext_lazy("disimpan"), "✓", "green"),
    PhotoState.REFUSED: Badge(gettext_lazy("ditolak"), "✕", "yellow"),
    PhotoState.FAILED: Badge(gettext_lazy("gagal"), "✕", "red"),
}


class PhotoStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("keadaan")
    parameter_name = "state__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, badge.word) for state, badge in STATE_BADGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReportPhoto]) -> QuerySet[ReportPhoto]:
        return queryset.filter(state=self.value()) if self.value() in set(PhotoState) else queryset


@admin.register(ReportPhoto)
class ReportPhotoAdmin(ReadOnlyAdmin):
    """Without the address: it is a stranger's, and a click on it would show what was hidden here."""

    list_display = ("report", "host", "state_label", "why", "asked", "picture")
    list_filter = (PhotoStateFilter, "reason_code", "whole_blurred")
    list_filter_submit = True
    list_select_related = ("report",)
    search_fields = ("report__tracking_code", "=host")
    ordering = ("-id",)
    actions = ("run_again",)
    fields = ("report", "host", "state_label", "why", "reason_detail", "last_error", "attempts", "asked", "picture")
    readonly_fields = ("state_label", "why", "asked", "picture")

    @display(description=gettext_lazy("keadaan"))
    def state_label(self, photo: ReportPhoto) -> str:
        return badge_html(STATE_BADGES[PhotoState(photo.state)])

    @display(description=gettext_lazy("alasan"))
    def why(self, photo: ReportPhoto) -> str:
        return why_none(photo.reason_code) if photo.reason_code else "-"

    @display(description=gettext_lazy("diminta"), ordering="created_at")
    def asked(self, photo: ReportPhoto) -> str:
        return wib(photo.created_at)

    @display(description=gettext_lazy("foto"))
    def picture(self, photo: ReportPhoto) -> str:
        if not photo.file:
            return "-"
        return format_html('<a class="jsc-link" href="{}">{}</a>', reverse("foto", args=[photo.key]), photo.host)

    @admin.action(description=gettext_lazy("Ambil lagi"), permissions=["view"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[ReportPhoto]) -> None:
        tell_again(request, [photo_ask_again(photo=photo, actor=request.user) for photo in queryset])
