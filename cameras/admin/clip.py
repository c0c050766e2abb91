"""Clips of footage and what holds them: written by the pipeline, looked at by people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from cameras.admin.base import LookOnlyAdmin, wib
from cameras.admin.health import ReasonFilter, code_said
from cameras.footage.states import ClipState
from cameras.models import FootageClip, FootageHold
from cameras.pictures import clip_links, clip_pictures
from jsc_project.lib.when import clock_text

CLIP_WORDS = {
    ClipState.WANTED: (gettext_lazy("ditunggu"), "info"),
    ClipState.HELD: (gettext_lazy("tersimpan"), "success"),
    ClipState.PARTIAL: (gettext_lazy("sebagian"), "warning"),
    ClipState.FAILED: (gettext_lazy("gagal"), "danger"),
    ClipState.PURGED: (gettext_lazy("sudah dihapus"), "info"),
}


@admin.register(FootageClip)
class FootageClipAdmin(LookOnlyAdmin):
    list_display = ("camera_code", "asked_range", "state_label", "covered_share", "why", "short_sha256")
    list_filter = ("state", ("reason_code", ReasonFilter), "camera__site_type")
    list_filter_submit = True
    list_select_related = ("camera",)
    search_fields = ("camera__code", "camera__name", "=sha256")
    ordering = ("-start_at", "camera")
    fields = (
        "camera",
        "asked_range",
        "state_words",
        "covered_ranges",
        "covered_share",
        "why",
        "reason_detail",
        "sha256",
        "size_bytes",
        "clock_offset_s",
        "tries",
        "settled",
        "purged",
        "holds_text",
        "pictures",
    )
    readonly_fields = (*fields, "originals")

    def get_fields(self, request: HttpRequest, obj: FootageClip | None = None) -> Any:
        """To those who may not see originals, no word tells that there are any."""
        if obj is None:
            return self.fields
        obj.links = clip_links(obj, request.user)  # type: ignore[attr-defined]
        return (*self.fields, "originals") if obj.links else self.fields  # type: ignore[attr-defined]

    @display(description=gettext_lazy("percobaan"))
    def tries(self, clip: FootageClip) -> int:
        return clip.attempts

    @display(description=gettext_lazy("putar"))
    def originals(self, clip: FootageClip) -> SafeString:
        return getattr(clip, "links", SafeString(""))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[FootageClip]:
        return super().get_queryset(request).prefetch_related("holds")

    @display(description=gettext_lazy("kamera"), ordering="camera__code")
    def camera_code(self, clip: FootageClip) -> str:
        return str(clip.camera)

    @display(description=gettext_lazy("rentang"), ordering="start_at")
    def asked_range(self, clip: FootageClip) -> str:
        return f"{wib(clip.start_at).removesuffix(' WIB')}–{clock_text(clip.end_at)} WIB"

    @display(
        description=gettext_lazy("keadaan"),
        ordering="state",
        label={state.value: tone for state, (_w, tone) in CLIP_WORDS.items()},
    )
    def state_label(self, clip: FootageClip) -> tuple[str, str]:
        return (clip.state, self.state_words(clip))

    @display(description=gettext_lazy("keadaan"))
    def state_words(self, clip: FootageClip) -> str:
        return str(CLIP_WORDS[ClipState(clip.state)][0])

    @display(description=gettext_lazy("terliput"))
    def covered_share(self, clip: FootageClip) -> str:
        asked_s = (clip.end_at - clip.start_at).total_seconds()
        had_s = sum((window.end - window.start).total_seconds() for window in clip.covered_windows)
        return f"{min(1.0, had_s / asked_s):.0%}"

    @display(description=gettext_lazy("rentang terliput"))
    def covered_ranges(self, clip: FootageClip) -> str:
        spans = (
            f"{clock_text(window.start, seconds=True)}–{clock_text(window.end, seconds=True)}"
            for window in clip.covered_windows
        )
        return ", ".join(spans) or "-"

    @display(description=gettext_lazy("alasan"), ordering="reason_code")
    def why(self, clip: FootageClip) -> str:
        return code_said(clip.reason_code) if clip.reason_code else "-"

    @display(description="SHA-256")
    def short_sha256(self, clip: FootageClip) -> str:
        return clip.sha256[:12] or "-"

    @display(description=gettext_lazy("selesai diambil"))
    def settled(self, clip: FootageClip) -> str:
        return wib(clip.settled_at)

    @display(description=gettext_lazy("dihapus pada"))
    def purged(self, clip: FootageClip) -> str:
        return wib(clip.purged_at)

    @display(description=gettext_lazy("ditahan untuk"))
    def holds_text(self, clip: FootageClip) -> str:
        return "; ".join(hold.purpose for hold in clip.holds.all()) or "-"

    @display(description=gettext_lazy("gambar"))
    def pictures(self, clip: FootageClip) -> SafeString | str:
        return clip_pictures(clip) or "-"


@admin.register(FootageHold)
class FootageHoldAdmin(LookOnlyAdmin):
    list_display = ("clip", "purpose", "until", "created_at")
    list_select_related = ("clip__camera",)
    search_fields = ("purpose", "clip__camera__code")
    ordering = ("-created_at",)
