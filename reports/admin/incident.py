"""The lurah's queue and the page of one incident. Every change of status goes through the one door for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jsc_project.lib.errors import JscError
from reports.access import (
    incidents_visible_to,
    may_hold,
    may_see_originals,
    may_see_personal_data,
    may_see_plates,
    sees_everything,
)
from reports.admin.judging import ASK, IncidentJudging, page_after
from reports.admin.legal_hold import hold_asked, hold_view
from reports.admin.navigation import queue_counts
from reports.admin.page import incident_page
from reports.admin.plates import plate_views
from reports.admin.refusals import refusal_words
from reports.admin.suggestions import IncidentSuggestions
from reports.lifecycle import Status
from reports.models import Category, Incident, Kelurahan
from reports.selectors.queue import (
    LIST_LABELS,
    QueueList,
    Thumb,
    list_condition,
    list_ordering,
    others_reported,
    thumbs_for,
)
from reports.services.incidents import (
    Transition,
    incident_change_category,
    incident_look_again,
    incident_move,
    incident_transition,
)
from reports.words import Badge, Due, due_words, english, reason_text, status_badge, status_label, verdict_badge

LIST_PARAMETER = "daftar"


class QueueListFilter(admin.SimpleListFilter):
    """Which list of the queue. Shown as tabs above the rows, so the filter drawer leaves it out."""

    title = gettext_lazy("daftar")
    parameter_name = LIST_PARAMETER
    template = "reports/admin/empty_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(chosen.value, LIST_LABELS[chosen]) for chosen in QueueList]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        return queryset.filter(list_condition(chosen_list(request)))


def chosen_list(request: HttpRequest) -> QueueList:
    """The list asked for. A search without one looks everywhere: what a person looks for may be closed."""
    try:
        return QueueList(request.GET.get(LIST_PARAMETER, ""))
    except ValueError:
        return QueueList.ALL if request.GET.get("q") else QueueList.OPEN


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of the queue as people read it."""

    incident: Incident
    url: str
    verdict: Badge
    status: Badge
    why: str
    others: int
    due: Due | None
    thumb: Thumb | None
    caption: str


@admin.register(Incident)
class IncidentAdmin(IncidentJudging, IncidentSuggestions):
    change_list_template = "reports/admin/queue.html"
    list_display = ("__str__",)
    list_filter_submit = True
    list_fullwidth = False
    search_fields = ("=id", "reports__tracking_code", "reports__searchable", "kelurahan__name")
    search_help_text = gettext_lazy("Nomor, kode lacak, isi laporan, atau kelurahan")
    actions = ("to_proses", "to_disposisi")

    # -- Sight --------------------------------------------------------------------

    def visible(self, request: HttpRequest) -> QuerySet[Incident]:
        return incidents_visible_to(request.user).select_related("category", "kelurahan")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters: list[Any] = [QueueListFilter, "category", "status"]
        return [*filters, "kelurahan__kota", "kelurahan__kecamatan"] if sees_everything(request.user) else filters

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return list_ordering(chosen_list(request))

    # -- The queue ----------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        response = super().changelist_view(request, {**(extra_context or {}), "title": _("Antrean kejadian")})
        context = getattr(response, "context_data", None)
        if context is not None and "cl" in context:
            context["jsc_rows"] = self._rows(context["cl"])
            context["jsc_tabs"] = self._tabs(request)
            context["jsc_list"] = LIST_LABELS[chosen_list(request)]
        return response

    def _rows(self, cl: ChangeList) -> list[QueueRow]:
        incidents: Sequence[Incident] = list(cl.result_list)
        thumbs = thumbs_for(incidents)
        return [self._row(incident, thumbs.get(incident.pk)) for incident in incidents]

    def _row(self, incident: Incident, thumb: Thumb | None) -> QueueRow:
        caption = "" if thumb is None else (thumb.caption_en if english() else thumb.caption_id)
        return QueueRow(
            incident=incident,
            url=reverse("admin:reports_incident_change", args=[incident.pk]),
            verdict=verdict_badge(incident.verdict),
            status=status_badge(incident.status),
            why=reason_text(incident.reasons[0] if incident.reasons else None),
            others=others_reported(incident),
            due=None if incident.is_closed else due_words(incident.due_at, incident.clock_paused_at),
            thumb=thumb,
            caption=caption,
        )

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        counts = queue_counts(request)
        here = chosen_list(request)
        return [
            {"label": LIST_LABELS[q], "count": counts[q], "url": f"?{LIST_PARAMETER}={q.value}", "here": q is here}
            for q in QueueList
        ]

    # -- One incident -------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/status/", wrap(self.status_view), name="reports_incident_status"),
            path("<int:pk>/periksa-lagi/", wrap(self.look_again_view), name="reports_incident_look_again"),
            path("<int:pk>/kategori/", wrap(self.category_view), name="reports_incident_category"),
            path("<int:pk>/kelurahan/", wrap(self.move_view), name="reports_incident_move"),
            path("<int:pk>/penahanan/", wrap(self.hold_view), name="reports_incident_hold"),
        ]
        return own + super().get_urls()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The triage page instead of a form: nothing here is a field, every change is a named action."""
        incident = self.get_object(request, object_id or "")
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        context = {
            **self.admin_site.each_context(request),
            "title": f"{incident.category} #{incident.pk}",
            "opts": self.opts,
            "page": incident_page(incident, incidents_visible_to(request.user), request.user),
            "may_unmask": may_see_personal_data(request.user),
            "categories": Category.objects.filter(active=True).exclude(pk=incident.category_id).order_by("label_id"),
            "may_move": sees_everything(request.user),
            "may_see_originals": may_see_originals(request.user),
            "plates": plate_views(incident),
            "may_see_plates": may_see_plates(request.user),
            "hold": hold_view(incident, request.user),
            "asks": ASK in request.GET,
            "queue_url": reverse("admin:reports_incident_changelist"),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, "reports/admin/incident.html", context)

    def status_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """One step of one incident. ``expected_status`` is what the person saw when they pressed the button."""
        incident = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        expected, new = request.POST.get("expected_status", ""), request.POST.get("new", "")
        try:
            self._transition(request, incident, new=new, expected=expected)
        except JscError as exc:
            messages.error(request, refusal_words(exc, incident))
            return _back(incident)
        messages.success(request, _("Status diubah menjadi %(status)s.") % {"status": status_label(new)})
        return HttpResponseRedirect(page_after(incident, new))

    def _transition(self, request: HttpRequest, incident: Incident, *, new: str, expected: str) -> None:
        wanted = Transition(
            new=_status(new),
            expected=_status(expected),
            reason=_typed(request, "reason"),
            duplicate_of=self._repeat(request) if new == Status.DUPLIKAT else None,
        )
        incident_transition(incident=incident, wanted=wanted, actor=request.user)

    def _repeat(self, request: HttpRequest) -> Incident | None:
        """The incident this one repeats, if this person may see it: another's number answers like none at all."""
        number = _typed(request, "duplicate_of").lstrip("#")
        if not number.isdecimal() or len(number) > 18:
            return None
        return incidents_visible_to(request.user).filter(pk=int(number)).first()

    def look_again_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        incident = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            incident_look_again(incident=incident, actor=request.user)
        except JscError as exc:
            messages.error(request, refusal_words(exc, incident))
        else:
            messages.success(request, _("Kamera akan diperiksa lagi. Putusannya muncul di halaman ini."))
        return _back(incident)

    def category_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A person says what it really is: routed anew, and looked at with that category's check."""
        incident = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        category = Category.objects.filter(active=True, slug=_typed(request, "category")).first()
        if category is None:
            messages.error(request, _("Pilih kategori."))
            return _back(incident)
        reason = _typed(request, "reason")
        try:
            incident_change_category(incident=incident, category=category, actor=request.user, reason=reason)
        except JscError as exc:
            messages.error(request, refusal_words(exc, incident))
        else:
            messages.success(request, _("Kategori diubah menjadi %(label)s.") % {"label": category.label})
        # An agency's incident may leave its sight with the category; the queue is always there.
        still_seen = incidents_visible_to(request.user).filter(pk=incident.pk).exists()
        return _back(incident) if still_seen else HttpResponseRedirect(reverse("admin:reports_incident_changelist"))

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """To another kelurahan: only for those who see both, so that nobody pushes work over a fence."""
        incident = self.get_object(request, str(pk))
        if not sees_everything(request.user):
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kelurahan = Kelurahan.objects.filter(code=_typed(request, "kelurahan")).first()
        if kelurahan is None:
            messages.error(request, _("Kelurahan dengan kode itu tidak ada."))
            return _back(incident)
        reason = _typed(request, "reason")
        incident_move(incident=incident, kelurahan=kelurahan, actor=request.user, reason=reason)
        messages.success(request, _("Dipindahkan ke kelurahan %(name)s.") % {"name": kelurahan.name})
        return _back(incident)

    def hold_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Legal hold, set or lifted; to all but the permitted this address does not exist."""
        incident = self.get_object(request, str(pk))
        if not may_hold(request.user):
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            words = hold_asked(request, incident, _typed(request, "reason"))
        except JscError as exc:
            messages.error(request, refusal_words(exc, incident))
        else:
            messages.success(request, words)
        return _back(incident)

    # -- Several at once ------------------------------------------------------------

    @admin.action(description=gettext_lazy("Tandai Proses"), permissions=["view"])
    def to_proses(self, request: HttpRequest, queryset: QuerySet[Incident]) -> None:
        self._move_all(request, queryset, Status.PROSES)

    @admin.action(description=gettext_lazy("Tandai Disposisi"), permissions=["view"])
    def to_disposisi(self, request: HttpRequest, queryset: QuerySet[Incident]) -> None:
        self._move_all(request, queryset, Status.DISPOSISI)

    def _move_all(self, request: HttpRequest, queryset: QuerySet[Incident], new: Status) -> None:
        """Each on its own: one that may not move keeps no other from moving. Says how many, and why not."""
        moved, refused = 0, Counter[str]()
        for incident in queryset:
            try:
                wanted = Transition(new=new, expected=Status(incident.status))
                incident_transition(incident=incident, wanted=wanted, actor=request.user)
            except JscError as exc:
                refused[refusal_words(exc, incident)] += 1
            else:
                moved += 1
        if moved:
            text = ngettext("%(n)s kejadian menjadi %(status)s.", "%(n)s kejadian menjadi %(status)s.", moved)
            messages.success(request, text % {"n": moved, "status": status_label(new)})
        for why, count in refused.items():
            text = ngettext("%(n)s kejadian tidak berubah: %(why)s", "%(n)s kejadian tidak berubah: %(why)s", count)
            messages.warning(request, text % {"n": count, "why": why})


def _typed(request: HttpRequest, name: str) -> str:
    """A field as stored text: PostgreSQL takes no NUL, and the form's own limit is only the browser's promise."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:1000]


class StatusUnknown(JscError, ValueError):
    """A form sent a word that is no status."""

    code = "unknown_status"


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError as exc:
        raise StatusUnknown(f"no such status: {word[:40]!r}") from exc


def _back(incident: Incident) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:reports_incident_change", args=[incident.pk]))
