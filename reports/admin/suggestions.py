"""Suggestions from the words, as people see them, take them and overrule them; and how often they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from jsc_project.lib.errors import JscError
from reports.access import incidents_visible_to, sees_everything
from reports.admin.base import ReadOnlyAdmin
from reports.admin.refusals import refusal_words
from reports.models import Category, Incident, Report, SuggestionRuling
from reports.reading.suggesting import Kind, Suggestion
from reports.selectors.suggestions import incident_suggestions, report_suggestions, rule_counts, rulings_of
from reports.services import suggestions as service
from reports.words import Badge, badge_html, wib


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """``title`` says what is proposed, ``words`` which words say so, ``because`` why they count.

    ``take``: the button's word; empty where a person cannot take it here. ``ruled``: who has overruled or taken it.
    """

    kind: str
    value: str
    rule: str
    title: str
    words: Sequence[str]
    because: str
    take: str
    ruled: str


def incident_views(incident: Incident, reports: Sequence[Report], user: Any) -> list[SuggestionView]:
    """The suggestions of an incident's page."""
    found = incident_suggestions(incident, reports)
    labels = _labels(found)
    rulings = rulings_of(incident=incident) if found else {}
    return [_view(each, labels, rulings, _take_word(each, user)) for each in found]


def report_views(report: Report, user: Any) -> list[SuggestionView]:
    """Those of a single report's page. With an incident they are taken there; without one, only a place can be."""
    found = report_suggestions(report)
    labels = _labels(found)
    rulings = rulings_of(report=report) if found else {}
    alone = report.incident_id is None
    words = {Kind.PLACE: _("Tempatkan di sana")} if alone and sees_everything(user) else {}
    return [_view(each, labels, rulings, words.get(each.kind, "") if each.value else "") for each in found]


def _labels(found: Sequence[Suggestion]) -> dict[str, str]:
    slugs = [each.value for each in found if each.kind in {Kind.CATEGORY, Kind.SECOND}]
    return {row.slug: row.label for row in Category.objects.filter(slug__in=slugs)} if slugs else {}


def _take_word(suggestion: Suggestion, user: Any) -> str:
    if not suggestion.value or (suggestion.kind is Kind.PLACE and not sees_everything(user)):
        return ""
    return _("Periksa juga") if suggestion.kind is Kind.SECOND else _("Pakai saran")


def _view(
    suggestion: Suggestion,
    labels: Mapping[str, str],
    rulings: Mapping[tuple[str, str], SuggestionRuling],
    take: str,
) -> SuggestionView:
    ruling = rulings.get((str(suggestion.kind), suggestion.value))
    return SuggestionView(
        kind=str(suggestion.kind),
        value=suggestion.value,
        rule=suggestion.rule,
        title=suggestion_title(suggestion, labels),
        words=suggestion.words,
        because=_(suggestion.because),
        take="" if ruling else take,
        ruled=_ruled(ruling),
    )


def suggestion_title(suggestion: Suggestion, labels: Mapping[str, str]) -> str:
    label = labels.get(suggestion.value, suggestion.value)
    if suggestion.kind is Kind.CATEGORY:
        return _("Saran kategori: %(label)s") % {"label": label}
    if suggestion.kind is Kind.SECOND:
        return _("Saran periksa juga: %(label)s") % {"label": label}
    if suggestion.kind is Kind.SEVERITY:
        return _("Saran kegentingan: %(n)s dari 5 (1 paling genting)") % {"n": suggestion.value}
    if suggestion.value:
        return _("Saran lokasi: kelurahan %(name)s") % {"name": suggestion.name}
    if suggestion.rule == "kecamatan-disebut":
        return _("Saran lokasi: kecamatan %(name)s") % {"name": suggestion.name}
    return _("Lokasi perlu ditanyakan")


def _ruled(ruling: SuggestionRuling | None) -> str:
    if ruling is None:
        return ""
    who = ruling.user.get_full_name() or ruling.user.get_username() if ruling.user else "-"
    said = _("Dipakai oleh %(who)s, %(when)s") if ruling.taken else _("Diabaikan oleh %(who)s, %(when)s")
    return said % {"who": who, "when": wib(ruling.at)}


# -- Acting ----------------------------------------------------------------------------


class IncidentSuggestions(ReadOnlyAdmin):
    """What the admin of incidents inherits for it."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.suggestion_view)
        return [path("<int:pk>/saran/", view, name="reports_incident_suggestion"), *super().get_urls()]

    def suggestion_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        incident = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kind, value = _asked(request)
        takes = request.POST.get("do") == "take" and (kind != Kind.PLACE or sees_everything(request.user))
        act = service.suggestion_take if takes else service.suggestion_overrule
        try:
            act(incident=incident, kind=kind, value=value, actor=request.user)
        except JscError as exc:
            messages.error(request, refusal_words(exc, incident))
        else:
            messages.success(request, _("Saran dipakai.") if takes else _("Saran diabaikan; hitungannya dicatat."))
        # An agency's incident may leave its sight with the category; the queue is always there.
        seen = incidents_visible_to(request.user).filter(pk=incident.pk).exists()
        name = "admin:reports_incident_change" if seen else "admin:reports_incident_changelist"
        return HttpResponseRedirect(reverse(name, args=[incident.pk] if seen else []))


class ReportSuggestions(ReadOnlyAdmin):
    """The same for single reports; only those without an incident are acted on here."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.suggestion_view)
        return [path("<int:pk>/saran/", view, name="reports_report_suggestion"), *super().get_urls()]

    def suggestion_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        report = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if report.incident_id is not None:
            return HttpResponseRedirect(reverse("admin:reports_incident_change", args=[report.incident_id]))
        try:
            self._act(request, report)
        except JscError as exc:
            messages.error(request, refusal_words(exc, None))
        return HttpResponseRedirect(reverse("admin:reports_report_change", args=[report.pk]))

    def _act(self, request: HttpRequest, report: Report) -> None:
        kind, value = _asked(request)
        if request.POST.get("do") != "take" or kind != Kind.PLACE or not sees_everything(request.user):
            service.report_suggestion_overrule(report=report, kind=kind, value=value, actor=request.user)
            messages.success(request, _("Saran diabaikan; hitungannya dicatat."))
        elif service.report_suggestion_take(report=report, value=value, actor=request.user):
            messages.success(request, _("Laporan ditempatkan di kelurahan itu."))
        else:
            messages.warning(request, _("Laporan ini sudah ditempatkan."))


def _asked(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("kind", "")[:20], request.POST.get("value", "")[:60]


# -- Counting --------------------------------------------------------------------------


@admin.register(SuggestionRuling)
class SuggestionRulingAdmin(ReadOnlyAdmin):
    """What people ruled, newest first; above the rows, how often each rule was taken and overruled."""

    change_list_template = "reports/admin/rulings.html"
    list_display = ("when", "kind", "rule", "suggested", "outcome", "chosen", "user", "incident")
    list_filter = ("kind", "taken")
    list_filter_submit = True
    list_select_related = ("user", "incident__category")
    search_fields = ("=rule", "suggested")
    search_help_text = gettext_lazy("Nama aturan, atau yang disarankan")
    ordering = ("-id",)
    fields = ("when", "kind", "rule", "suggested", "outcome", "chosen", "user", "incident", "report")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        labels = {str(kind): label for kind, label in SuggestionRuling.KIND_LABELS.items()}
        counts = [(labels.get(count.kind, count.kind), count) for count in rule_counts()]
        return super().changelist_view(request, {**(extra_context or {}), "jsc_counts": counts})

    @display(description=gettext_lazy("kapan"), ordering="at")
    def when(self, ruling: SuggestionRuling) -> str:
        return wib(ruling.at)

    @display(description=gettext_lazy("keputusan"), ordering="taken")
    def outcome(self, ruling: SuggestionRuling) -> str:
        return badge_html(Badge(_("diikuti"), "✓", "green") if ruling.taken else Badge(_("diabaikan"), "✕", "yellow"))
