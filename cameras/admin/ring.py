"""What our own recorder is doing: which cameras it keeps, since when, how much of each, and why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from cameras.admin.base import LookOnlyAdmin, wib
from cameras.admin.health import ReasonFilter, code_said
from cameras.models import Camera, RingChannel, RingSegment
from cameras.services.ring import recorder_alive
from cameras.services.ring_plan import channels_forgiven

Phase = RingChannel.Phase
ALONE = "alone"
"""Of a channel whose recorder died and that nobody took over; no phase, because nobody is there to write it."""


def state_of(channel: RingChannel) -> str:
    """Its phase, or ``alone``."""
    lives = channel.lease_until is not None and channel.lease_until > timezone.now()
    return channel.phase if lives or channel.phase == Phase.STOPPED or channel.set_aside_until else ALONE


def state_words(channel: RingChannel) -> str:
    state = state_of(channel)
    return _("perekamnya mati") if state == ALONE else str(Phase(state).label)


def why_said(channel: RingChannel) -> str:
    """The reason in the reader's language, empty where there is none."""
    if not channel.reason_code:
        return ""
    if channel.set_aside_until is not None:
        text = _("alirannya menjatuhkan perekam %(n)s kali; dicoba lagi %(when)s")
        return text % {"n": channel.crashes, "when": wib(channel.set_aside_until)}
    return code_said(channel.reason_code)


def kept_of(channel: RingChannel) -> str:
    """Of a channel that came through ``with_kept``."""
    bytes_kept: int | None = channel.bytes_kept  # type: ignore[attr-defined]
    time_kept: timedelta | None = channel.time_kept  # type: ignore[attr-defined]
    if not bytes_kept or time_kept is None:
        return "-"
    return _("%(hours)s jam, %(size)s") % {
        "hours": f"{time_kept.total_seconds() / 3600:.1f}",
        "size": filesizeformat(bytes_kept),
    }


def with_kept(channels: QuerySet[RingChannel]) -> QuerySet[RingChannel]:
    """With ``bytes_kept`` and ``time_kept``; counted for the rows of one page only."""
    own = RingSegment.objects.filter(camera=OuterRef("pk")).order_by().values("camera")
    length = ExpressionWrapper(F("end_at") - F("start_at"), DurationField())
    return channels.annotate(
        bytes_kept=Subquery(own.annotate(total=Sum("size_bytes")).values("total")),
        time_kept=Subquery(own.annotate(total=Sum(length)).values("total")),
    )


def ring_html(camera: Camera) -> SafeString | str:
    """For the camera's own page."""
    channel = with_kept(RingChannel.objects.filter(camera=camera)).first()
    if channel is None:
        return _("tidak direkam sendiri")
    state = _("%(state)s sejak %(when)s") % {"state": state_words(channel), "when": wib(channel.since)}
    lines = [
        f"{state}: {why_said(channel)}" if channel.reason_code else state,
        _("potongan terakhir: %(when)s") % {"when": wib(channel.last_segment_at)},
        _("tersimpan: %(kept)s") % {"kept": kept_of(channel)},
    ]
    return format_html("{}<br>{}<br>{}", *lines)


@admin.register(RingChannel)
class RingChannelAdmin(LookOnlyAdmin):
    list_display = ("camera_name", "state_label", "begun", "why", "last_segment", "kept")
    list_filter = ("phase", ("reason_code", ReasonFilter))
    list_filter_submit = True
    search_fields = ("camera__code", "camera__name")
    search_help_text = gettext_lazy("Kode atau nama kamera")
    ordering = ("phase", "camera__code")
    actions = ("try_now",)
    fields = ("camera_name", "state_label", "begun", "why", "detail", "last_segment", "kept", "own_hours", "recorder")
    readonly_fields = fields

    class Media:
        css = {"all": ("cameras/health.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RingChannel]:
        return with_kept(super().get_queryset(request).select_related("camera"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        if not recorder_alive():
            messages.warning(request, _("Tidak ada perekam yang berjalan; kamera tanpa perekam tidak punya masa lalu."))
        return super().changelist_view(request, extra_context)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("cameras.change_ringchannel"))

    @display(description=gettext_lazy("kamera"), ordering="camera__code")
    def camera_name(self, channel: RingChannel) -> str:
        return str(channel.camera)

    @display(
        description=gettext_lazy("keadaan"),
        ordering="phase",
        label={
            Phase.RECORDING.value: "success",
            Phase.LOST.value: "danger",
            Phase.STOPPED.value: "info",
            ALONE: "danger",
        },
    )
    def state_label(self, channel: RingChannel) -> tuple[str, str]:
        return (state_of(channel), state_words(channel))

    @display(description=gettext_lazy("sejak"), ordering="since")
    def begun(self, channel: RingChannel) -> str:
        return wib(channel.since)

    @display(description=gettext_lazy("alasan"), ordering="reason_code")
    def why(self, channel: RingChannel) -> SafeString | str:
        said = why_said(channel)
        return format_html('<span class="jsc-health-why">{}</span>', said[:1].upper() + said[1:]) if said else "-"

    @display(description=gettext_lazy("keterangan"))
    def detail(self, channel: RingChannel) -> str:
        return channel.reason_detail or "-"

    @display(description=gettext_lazy("potongan terakhir"), ordering="last_segment_at")
    def last_segment(self, channel: RingChannel) -> str:
        return wib(channel.last_segment_at)

    @display(description=gettext_lazy("tersimpan"))
    def kept(self, channel: RingChannel) -> str:
        return kept_of(channel)

    @display(description=gettext_lazy("jam yang diminta"))
    def own_hours(self, channel: RingChannel) -> str:
        return str(channel.camera.ring_hours)

    @display(description=gettext_lazy("perekam"))
    def recorder(self, channel: RingChannel) -> str:
        return channel.owner or "-"

    @admin.action(description=gettext_lazy("Coba sekarang"), permissions=["act"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[RingChannel]) -> None:
        aside = list(queryset.filter(set_aside_until__isnull=False))
        count = channels_forgiven(camera_ids=[channel.pk for channel in aside])
        for channel in aside:
            self.log_change(request, channel, "tried again by hand")
        text = ngettext("%(n)s kamera dicoba lagi.", "%(n)s kamera dicoba lagi.", count)
        messages.success(request, text % {"n": count})
