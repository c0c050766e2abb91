"""The supervisor's page: who looked at whose data, when and why. Read by a permission of its own, written nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import TextFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from jsc_project.lib.sheet import csv_lines
from reports.access import incidents_visible_to
from reports.admin.base import ReadOnlyAdmin
from reports.code_words import detail_said, subject_said
from reports.models import AccessEntry, RetentionRun
from reports.selectors.access_log import counts_per_person, entries_visible_to, may_read_log
from reports.services.access_log import LONGEST_REASON, Access, access_append
from reports.throttle import client_address
from reports.words import wib

COLUMNS = (
    "number", "at", "kind", "username", "why", "reason", "subject", "camera", "incident", "address", "detail", "hash",
)  # fmt: skip
PERSONS_SHOWN = 12


class PersonFilter(TextFilter):
    title = gettext_lazy("nama pengguna")
    parameter_name = "orang"

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessEntry]) -> QuerySet[AccessEntry]:
        return queryset.filter(username=self.value()) if self.value() else queryset


class CameraFilter(TextFilter):
    title = gettext_lazy("kode kamera")
    parameter_name = "kamera"

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessEntry]) -> QuerySet[AccessEntry]:
        return queryset.filter(camera_code__icontains=self.value()) if self.value() else queryset


class DayForm(forms.Form):
    """As Unfold's own form of a filter, with the browser's calendar."""

    def __init__(self, name: str, label: str, data: dict[str, str]) -> None:
        super().__init__(data)
        widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
        self.fields[name] = forms.CharField(label=label, required=False, widget=widget)


class DayFilter(TextFilter):
    """A day in Jakarta. What is no day finds nothing: a period that was mistyped must not look like a quiet one of
    everything."""

    form_class = DayForm
    lookup = ""
    days_later = 0

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessEntry]) -> QuerySet[AccessEntry]:
        typed = self.value()
        if not typed:
            return queryset
        try:
            day = date.fromisoformat(typed) + timedelta(days=self.days_later)
        except (ValueError, OverflowError):
            return queryset.none()
        return queryset.filter(**{self.lookup: timezone.make_aware(datetime.combine(day, datetime.min.time()))})


class SinceFilter(DayFilter):
    title = gettext_lazy("sejak tanggal")
    parameter_name = "sejak"
    lookup = "at__gte"


class UntilFilter(DayFilter):
    title = gettext_lazy("sampai tanggal")
    parameter_name = "sampai"
    lookup = "at__lt"
    days_later = 1


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnlyAdmin):
    change_list_template = "reports/admin/access_log.html"
    list_display = ("__str__",)
    list_filter = (PersonFilter, CameraFilter, SinceFilter, UntilFilter, "kind", "why")
    list_filter_submit = True
    list_filter_sheet = True
    search_fields = ("username", "camera_code", "reason", "subject")
    search_help_text = gettext_lazy("Nama pengguna, kode kamera, alasan, atau kode lacak")
    ordering = ("-number",)
    fields = (
        "number", "when", "kind", "username", "why", "reason", "about", "camera_code", "incident_link",
        "address", "told", "proof",
    )  # fmt: skip
    readonly_fields = ("when", "about", "told", "incident_link", "proof")

    # -- Sight --------------------------------------------------------------------

    def visible(self, request: HttpRequest) -> QuerySet[AccessEntry]:
        return entries_visible_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read_log(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read_log(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        # An officer reads every line, and need not see a single incident.
        entry.follow = incidents_visible_to(request.user).filter(pk=entry.incident_id).exists()
        return entry

    # -- The list -----------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context is not None and "cl" in context:
            cl = context["cl"]
            counts = counts_per_person(cl.get_queryset(request))
            context["jsc_persons"] = [(count, cl.get_query_string({"orang": count.username})) for count in counts]
            context["jsc_shown"] = PERSONS_SHOWN
            context["jsc_proof"] = last_proof()
            context["jsc_csv"] = reverse("admin:reports_accessentry_csv") + cl.get_query_string(remove=["p"])
        return response

    @display(description=gettext_lazy("kapan"), ordering="number")
    def when(self, entry: AccessEntry) -> str:
        return wib(entry.at)

    @display(description=gettext_lazy("kejadian"))
    def incident_link(self, entry: Any) -> SafeString | str:
        if not entry.follow:
            return "-" if entry.incident_id is None else f"#{entry.incident_id}"
        url = reverse("admin:reports_incident_change", args=[entry.incident_id])
        return format_html('<a class="jsc-link" href="{}">#{}</a>', url, entry.incident_id)

    @display(description=gettext_lazy("mengenai"), ordering="subject")
    def about(self, entry: AccessEntry) -> str:
        return subject_said(entry.subject) or "-"

    @display(description=gettext_lazy("rincian"))
    def told(self, entry: AccessEntry) -> SafeString:
        told = [detail_said(name, value) for name, value in sorted(entry.detail.items())]
        lines = [format_html("{}: {}", name, value) for name, value in told]
        return format_html("<span>{}</span>", SafeString("<br>".join(lines))) if lines else SafeString("-")

    @display(description=gettext_lazy("bukti keutuhan"))
    def proof(self, entry: AccessEntry) -> SafeString:
        """What ``verify_access_log`` computes anew."""
        hashes = (entry.previous_hash, entry.entry_hash, entry.key_id)
        return format_html('<code class="jsc-hash">{} → {}<br>{}</code>', *hashes)

    # -- The list as a file ---------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = path("csv/", self.admin_site.admin_view(self.csv_view), name="reports_accessentry_csv")
        return [own, *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """The lines that the page's filters leave. That they were taken along is written down first, as a line."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chosen = self.get_changelist_instance(request).get_queryset(request).order_by("number")
        with transaction.atomic():
            newest = access_append(access=_taken(request, chosen.count()), actor=request.user)
        lines = csv_lines(COLUMNS, _rows(chosen.filter(number__lt=newest.number)))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="catatan-akses-{timezone.localtime():%Y%m%d-%H%M}.csv"'
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def last_proof() -> dict[str, Any] | None:
    """What the last daily proof of the log said, and when; None before the first."""
    run = RetentionRun.objects.filter(counts__access_log__isnull=False).order_by("-id").first()
    return None if run is None else {"at": run.started_at, **run.counts["access_log"]}


def _taken(request: HttpRequest, rows: int) -> Access:
    asked = {name: request.GET[name][:100] for name in sorted(request.GET) if request.GET[name]}
    words = ", ".join(f"{name}={value}" for name, value in asked.items()) or _("semua baris")
    return Access(
        kind=AccessEntry.Kind.LOG,
        why=AccessEntry.Why.AUDIT,
        reason=_("Ekspor CSV: %(filters)s") % {"filters": words[: LONGEST_REASON - 20]},
        detail={"rows": rows, "filters": asked},
        address=client_address(request),
    )


def _rows(entries: QuerySet[AccessEntry]) -> Iterator[list[object]]:
    for entry in entries.iterator(chunk_size=1000):
        at = timezone.localtime(entry.at).isoformat(timespec="seconds")
        told = [entry.get_kind_display(), entry.username, entry.get_why_display(), entry.reason, entry.subject]
        where = [entry.camera_code, entry.incident_id, entry.address]
        yield [
            entry.number,
            at,
            *map(str, told),
            *where,
            json.dumps(entry.detail, ensure_ascii=False),
            entry.entry_hash,
        ]
