"""Single reports, as received. Read-only; who reported is shown nowhere, because nobody here may know."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from reports.access import may_see_personal_data, reports_visible_to, sees_everything
from reports.admin.base import ReadOnlyAdmin
from reports.admin.filters import SendingFilter
from reports.admin.suggestions import ReportSuggestions, report_views
from reports.code_words import sending_said
from reports.lifecycle import ReportState
from reports.models import Announcement, Report
from reports.selectors.texts import masked_texts
from reports.services import incidents as rows
from reports.words import Badge, badge_html, wib

STATE_BADGES = {
    ReportState.RECEIVED: Badge(gettext_lazy("menunggu penempatan"), "…", "blue"),
    ReportState.PLACED: Badge(gettext_lazy("ditempatkan"), "✓", "green"),
    ReportState.OUT_OF_AREA: Badge(gettext_lazy("di luar wilayah"), "○", "yellow"),
    ReportState.DEAD: Badge(gettext_lazy("gagal"), "✕", "red"),
}


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("keadaan")
    parameter_name = "state__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, badge.word) for state, badge in STATE_BADGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        return queryset.filter(state=self.value()) if self.value() in set(ReportState) else queryset


@admin.register(Report)
class ReportAdmin(ReportSuggestions):
    list_display = ("tracking_code", "category", "place", "arrived", "state_label", "incident_link")
    list_filter = (StateFilter, "category")
    list_filter_submit = True
    search_fields = ("tracking_code", "searchable", "=external_id")
    search_help_text = gettext_lazy("Kode lacak, isi laporan, atau nomor di sumber")
    ordering = ("-received_at", "-id")
    actions = ("run_again",)
    fields = (
        "tracking_code",
        "category",
        "sent_words",
        "title_masked",
        "text_masked",
        "event_time",
        "arrived",
        "place",
        "state_label",
        "last_error",
        "incident_link",
    )
    readonly_fields = (
        "sent_words",
        "title_masked",
        "text_masked",
        "event_time",
        "arrived",
        "place",
        "state_label",
        "incident_link",
    )
    change_form_outer_after_template = "reports/admin/report_after.html"

    def visible(self, request: HttpRequest) -> QuerySet[Report]:
        return reports_visible_to(request.user).select_related("category", "kelurahan", "incident__category")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if sees_everything(request.user) else {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        report = self.get_object(request, object_id or "")
        context = {
            "jsc_masked": masked_texts(report),
            "jsc_suggestions": report_views(report, request.user),
            "jsc_suggestion_url": _acts_at(report),
            "jsc_may_unmask": may_see_personal_data(request.user),
        }
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **context})

    @display(description=gettext_lazy("kategori yang dikirim"))
    def sent_words(self, report: Report) -> str:
        return masked_texts(report).sent_category or "-"

    @display(description=gettext_lazy("judul"))
    def title_masked(self, report: Report) -> str:
        return masked_texts(report).title or "-"

    @display(description=gettext_lazy("isi"))
    def text_masked(self, report: Report) -> str:
        return masked_texts(report).text or "-"

    @display(description=gettext_lazy("kelurahan"))
    def place(self, report: Report) -> str:
        return report.kelurahan.name if report.kelurahan else "-"

    @display(description=gettext_lazy("diterima"), ordering="received_at")
    def arrived(self, report: Report) -> str:
        return wib(report.received_at)

    @display(description=gettext_lazy("waktu kejadian"), ordering="happened_at")
    def event_time(self, report: Report) -> str:
        return wib(report.happened_at)

    @display(description=gettext_lazy("keadaan"))
    def state_label(self, report: Report) -> str:
        return badge_html(STATE_BADGES[ReportState(report.state)])

    @display(description=gettext_lazy("kejadian"))
    def incident_link(self, report: Report) -> str:
        if report.incident is None:
            return "-"
        url = reverse("admin:reports_incident_change", args=[report.incident_id])
        return format_html('<a class="jsc-link" href="{}">{}</a>', url, report.incident)

    @admin.action(description=gettext_lazy("Jalankan lagi"), permissions=["view"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        done = [report_again(row, request.user) for row in queryset]
        tell_again(request, done)


def _acts_at(report: Report) -> str:
    """Where its suggestions are ruled on; with an incident, on that one's page."""
    return "" if report.incident_id else reverse("admin:reports_report_suggestion", args=[report.pk])


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    """What was told to Qlue and to the lurah, and what could not be told."""

    list_display = ("stable_id", "audience", "incident", "sending", "attempts", "outcome", "made")
    list_filter = (("state", SendingFilter), "audience")
    list_select_related = ("incident__category",)
    list_filter_submit = True
    ordering = ("-created_at",)
    actions = ("run_again",)
    fields = ("stable_id", "audience", "incident", "report", "body", "sending", "attempts", "last_error", "outcome")
    readonly_fields = ("sending",)

    @display(description=gettext_lazy("keadaan"), ordering="state")
    def sending(self, announcement: Announcement) -> str:
        return sending_said(announcement.state)

    @display(description=gettext_lazy("dibuat"), ordering="created_at")
    def made(self, announcement: Announcement) -> str:
        return wib(announcement.created_at)

    @admin.action(description=gettext_lazy("Kirim lagi"), permissions=["view"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Announcement]) -> None:
        done = [rows.announcement_revive(announcement=row, actor=request.user) for row in queryset]
        tell_again(request, done)


def report_again(report: Report, actor: Any) -> bool:
    """Dead ones are tried again, those out of area placed again; the rest stand where they are."""
    if report.state == ReportState.OUT_OF_AREA:
        return rows.report_place_again(report=report, actor=actor)
    return rows.report_revive(report=report, actor=actor)


def tell_again(request: HttpRequest, done: list[bool]) -> None:
    """How many, and how many had nothing to run again."""
    moved, refused = done.count(True), done.count(False)
    if moved:
        text = ngettext("%(n)s baris dijalankan lagi.", "%(n)s baris dijalankan lagi.", moved)
        messages.success(request, text % {"n": moved})
    if refused:
        messages.warning(request, _("%(n)s baris tidak perlu dijalankan lagi.") % {"n": refused})
