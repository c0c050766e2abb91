"""Circuit breakers: which recorders and cameras are left alone for now, why, and until when."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from cameras.admin.base import LookOnlyAdmin, wib
from cameras.admin.health import ReasonFilter, code_said
from cameras.models import SourceBreaker
from cameras.services.breakers import breaker_close

Phase = SourceBreaker.Phase


@admin.register(SourceBreaker)
class SourceBreakerAdmin(LookOnlyAdmin):
    list_display = ("device", "phase_label", "begun", "why", "tried_again", "failures")
    list_filter = ("phase", ("reason_code", ReasonFilter))
    list_filter_submit = True
    list_select_related = ("camera",)
    search_fields = ("key", "camera__code", "camera__name")
    search_help_text = gettext_lazy("Alamat perekam, kode atau nama kamera")
    ordering = ("-phase", "key")
    actions = ("try_now",)
    fields = ("device", "phase_label", "begun", "why", "detail", "tried_again", "failures", "opened")
    readonly_fields = fields

    class Media:
        css = {"all": ("cameras/health.css",)}

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("cameras.change_sourcebreaker"))

    @display(description=gettext_lazy("perangkat"), ordering="key")
    def device(self, breaker: SourceBreaker) -> str:
        return str(breaker.camera) if breaker.camera is not None else breaker.key

    @display(
        description=gettext_lazy("keadaan"),
        ordering="phase",
        label={Phase.OPEN.value: "danger", Phase.HALF_OPEN.value: "warning", Phase.CLOSED.value: "success"},
    )
    def phase_label(self, breaker: SourceBreaker) -> tuple[str, str]:
        return (breaker.phase, str(Phase(breaker.phase).label))

    @display(description=gettext_lazy("sejak"), ordering="since")
    def begun(self, breaker: SourceBreaker) -> str:
        return wib(breaker.since)

    @display(description=gettext_lazy("alasan"), ordering="reason_code")
    def why(self, breaker: SourceBreaker) -> str:
        return code_said(breaker.reason_code) if breaker.reason_code else "-"

    @display(description=gettext_lazy("keterangan"))
    def detail(self, breaker: SourceBreaker) -> str:
        return breaker.reason_detail or "-"

    @display(description=gettext_lazy("dicoba lagi pada"), ordering="retry_at")
    def tried_again(self, breaker: SourceBreaker) -> str:
        return wib(breaker.retry_at)

    @admin.action(description=gettext_lazy("Coba sekarang"), permissions=["act"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[SourceBreaker]) -> None:
        shut = list(queryset.exclude(phase=Phase.CLOSED))
        for breaker in shut:
            breaker_close(breaker)
            self.log_change(request, breaker, "closed by hand")
        count = len(shut)
        text = ngettext("%(n)s sambungan dibuka lagi.", "%(n)s sambungan dibuka lagi.", count)
        messages.success(request, text % {"n": count})
