"""Legal holds on an incident's page, and the lists of holds and of rounds of deleting."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from reports.access import incidents_visible_to, may_hold, sees_everything
from reports.admin.base import ReadOnlyAdmin
from reports.models import Incident, LegalHold, RetentionRun
from reports.selectors.access_log import may_read_log
from reports.selectors.cases import hold_in_force
from reports.services.legal_holds import HoldAsk, legal_hold_lift, legal_hold_set
from reports.throttle import client_address
from reports.words import Badge, badge_html, wib


@dataclass(frozen=True, slots=True)
class HoldView:
    """``is_own``: the hold in force is this incident's, and not of one that it repeats."""

    in_force: LegalHold | None
    is_own: bool


def hold_view(incident: Incident, user: Any) -> HoldView | None:
    """None for those who are not to know."""
    if not may_hold(user):
        return None
    hold = hold_in_force(incident.pk)
    return HoldView(hold, hold is not None and hold.incident_id == incident.pk)


def hold_asked(request: HttpRequest, incident: Incident, reason: str) -> str:
    """What the form asks for is done; the words that say so.

    Raises:
        HoldUnchanged, AccessReasonOwed: nothing was changed.
    """
    asked = HoldAsk(request.user, reason, client_address(request))
    if request.POST.get("hold") == "lift":
        legal_hold_lift(incident=incident, asked=asked)
        return _("Penahanan dicabut; masa simpan berjalan lagi.")
    legal_hold_set(incident=incident, asked=asked)
    return _("Penahanan dipasang; tidak ada data kejadian ini yang dihapus.")


@admin.register(LegalHold)
class LegalHoldAdmin(ReadOnlyAdmin):
    list_display = ("incident_link", "state", "reason", "set_by", "since", "until")
    list_display_links = None
    list_select_related = ("set_by", "incident")
    search_fields = ("reason", "=incident__id")
    ordering = ("-id",)

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        return LegalHold.objects.filter(incident__in=incidents_visible_to(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_hold(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_hold(request.user)

    @display(description=gettext_lazy("kejadian"))
    def incident_link(self, hold: LegalHold) -> SafeString:
        url = reverse("admin:reports_incident_change", args=[hold.incident_id])
        return format_html('<a class="jsc-link" href="{}#penahanan">#{}</a>', url, hold.incident_id)

    @display(description=gettext_lazy("keadaan"))
    def state(self, hold: LegalHold) -> str:
        in_force = hold.lifted_at is None
        return badge_html(Badge(_("berlaku"), "■", "red") if in_force else Badge(_("dicabut"), "□", "grey"))

    @display(description=gettext_lazy("dipasang"), ordering="set_at")
    def since(self, hold: LegalHold) -> str:
        return wib(hold.set_at)

    @display(description=gettext_lazy("dicabut"), ordering="lifted_at")
    def until(self, hold: LegalHold) -> str:
        return wib(hold.lifted_at)


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyAdmin):
    list_display = ("when", "state", "short")
    ordering = ("-id",)
    fields = ("when", "state", "told")
    readonly_fields = ("when", "state", "told")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return sees_everything(request.user) or may_read_log(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(description=gettext_lazy("mulai"), ordering="started_at")
    def when(self, run: RetentionRun) -> str:
        return wib(run.started_at)

    @display(description=gettext_lazy("keadaan"))
    def state(self, run: RetentionRun) -> str:
        if run.complete:
            return badge_html(Badge(_("tuntas"), "✓", "green"))
        word = _("belum tuntas") if run.finished_at else _("terhenti atau berjalan")
        return badge_html(Badge(word, "!", "yellow"))

    @display(description=gettext_lazy("dihapus"))
    def short(self, run: RetentionRun) -> str:
        told = {kind: _gone(run.counts.get(kind)) for kind in ("footage", "evidence", "stills", "photos", "deliveries")}
        words = _(
            "%(footage)s rekaman, %(evidence)s cuplikan, %(stills)s gambar, %(photos)s foto, %(deliveries)s kiriman"
        )
        return words % told

    @display(description=gettext_lazy("jumlah"))
    def told(self, run: RetentionRun) -> SafeString:
        lines = [format_html("{}: {}", kind, _plain(counts)) for kind, counts in run.counts.items()]
        return format_html("<span>{}</span>", SafeString("<br>".join(lines)))


def _gone(counts: Any) -> int:
    if isinstance(counts, dict):
        return int(counts.get("clips") or counts.get("rows") or 0)
    return int(counts or 0)


def _plain(counts: Any) -> str:
    if not isinstance(counts, dict):
        return json.dumps(counts)
    return ", ".join(f"{name} {number}" for name, number in counts.items() if number) or "0"
