"""Verifications and the history of changes, for those who keep the machine in order."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from analytics.admin import CheckFilter, VerdictFilter
from analytics.figures import number_said, share_said
from analytics.models import AnalysisRun
from analytics.run_words import reasons_html, thresholds_html
from cameras.models import Zone
from jsc_project.lib.when import clock_text
from reports.admin.base import ReadOnlyAdmin
from reports.admin.filters import KindFilter, OutcomeFilter, PurposeFilter, StageFilter
from reports.admin.page import change_said, clip_words, reason_said
from reports.code_words import outcome_said, purpose_said, stage_said, subject_said
from reports.models import StatusChange, Verification, VerificationMatch
from reports.run_stills import stills_of_run
from reports.words import badge_html, check_label, verdict_badge, wib


class MatchInline(TabularInline):
    model = VerificationMatch
    fields = ("number", "camera_name", "distance", "footage", "answer", "why")
    readonly_fields = fields
    extra = 0
    can_delete = False
    hide_title = True
    verbose_name_plural = gettext_lazy("kamera yang ditanya")

    def get_queryset(self, request: HttpRequest) -> QuerySet[VerificationMatch]:
        return super().get_queryset(request).select_related("camera", "clip", "run")

    @display(description=gettext_lazy("urutan"))
    def number(self, match: VerificationMatch) -> int:
        return match.rank + 1

    @display(description=gettext_lazy("kamera"))
    def camera_name(self, match: VerificationMatch) -> SafeString:
        address = reverse("admin:cameras_camera_change", args=[match.camera_id])
        return format_html(
            '<a class="jsc-link" href="{}">{}</a> <small>{}</small>', address, match.camera.name, match.camera.code
        )

    @display(description=gettext_lazy("jarak"))
    def distance(self, match: VerificationMatch) -> str:
        metres = f"{number_said(match.metres, 0)} m"
        return f"{metres}, {_('cakupan diperkirakan')}" if match.assumed else metres

    @display(description=gettext_lazy("rekaman"))
    def footage(self, match: VerificationMatch) -> SafeString | str:
        outcome, detail = clip_words(match)
        words = f"{outcome}: {detail}" if detail else outcome
        if match.clip_id is None:
            return words
        address = reverse("admin:cameras_footageclip_change", args=[match.clip_id])
        return format_html('<a class="jsc-link" href="{}">{}</a>', address, words)

    @display(description=gettext_lazy("putusan"))
    def answer(self, match: VerificationMatch) -> SafeString | str:
        if match.run is None:
            return "-"
        address = reverse("admin:analytics_analysisrun_change", args=[match.run.pk])
        return format_html('<a href="{}">{}</a>', address, badge_html(verdict_badge(match.run.verdict)))

    @display(description=gettext_lazy("alasan"))
    def why(self, match: VerificationMatch) -> SafeString:
        return reasons_html(match.run.reasons if match.run else ())

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_view_permission(self, request: object, obj: object = None) -> bool:
        """Whoever may open the verification may see what it looked through."""
        return True

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ("name", "incident", "check_name", "stage", "answer", "outcome", "made", "tries")
    list_filter = (
        ("state", StageFilter),
        ("verdict", VerdictFilter),
        ("purpose", PurposeFilter),
        ("check_slug", CheckFilter),
        ("outcome_code", OutcomeFilter),
    )
    list_filter_submit = True
    list_select_related = ("incident__category",)
    search_fields = ("=incident__id",)
    ordering = ("-id",)
    inlines = (MatchInline,)
    fieldsets = (
        (gettext_lazy("Hasil"), {"fields": ("incident", "category", "purpose_said", "check_name", "stage", "answer",
                                            "sure", "reasons_said", "outcome", "pictures")}),
        (gettext_lazy("Yang diminta"), {"fields": ("window_said", "asked", "place", "zones", "urgency")}),
        (gettext_lazy("Jalannya"), {"fields": ("made", "decided", "next_try", "tries", "thresholds_said"),
                                    "classes": ("collapse",)}),
    )  # fmt: skip
    readonly_fields = ("purpose_said", "check_name", "stage", "answer", "sure", "reasons_said", "outcome", "pictures",
                       "window_said", "asked", "place", "zones", "urgency", "made", "decided", "next_try", "tries",
                       "thresholds_said")  # fmt: skip

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Verification:
        """With the pictures of its cameras, of which each reader sees their own."""
        found: Verification = super().get_object(request, object_id, from_field)
        runs = AnalysisRun.objects.filter(matches__verification=found).order_by("matches__rank")
        found.shown = format_html_join("", "{}", ((stills_of_run(run, request.user),) for run in runs))  # type: ignore[attr-defined]
        return found

    @display(description=gettext_lazy("pemeriksaan"), ordering="id")
    def name(self, verification: Verification) -> str:
        return f"{purpose_said(verification.purpose)} #{verification.pk}"

    @display(description=gettext_lazy("tahap"), ordering="state")
    def stage(self, verification: Verification) -> str:
        return stage_said(verification.state)

    @display(description=gettext_lazy("yang dicari"), ordering="check_slug")
    def check_name(self, verification: Verification) -> str:
        return check_label(verification.check_slug) or "-"

    @display(description=gettext_lazy("putusan"), ordering="verdict")
    def answer(self, verification: Verification) -> SafeString:
        return badge_html(verdict_badge(verification.verdict))

    @display(description=gettext_lazy("kenapa tanpa kamera"), ordering="outcome_code")
    def outcome(self, verification: Verification) -> str:
        return outcome_said(verification.outcome_code)

    @display(description=gettext_lazy("percobaan"), ordering="attempts")
    def tries(self, verification: Verification) -> int:
        return verification.attempts

    @display(description=gettext_lazy("dibuat"), ordering="created_at")
    def made(self, verification: Verification) -> str:
        return wib(verification.created_at)

    @display(description=gettext_lazy("tujuan"))
    def purpose_said(self, verification: Verification) -> str:
        return purpose_said(verification.purpose)

    @display(description=gettext_lazy("keyakinan"))
    def sure(self, verification: Verification) -> str:
        return "-" if verification.confidence is None else share_said(verification.confidence)

    @display(description=gettext_lazy("alasan"))
    def reasons_said(self, verification: Verification) -> SafeString:
        return reasons_html(verification.reasons)

    @display(description=gettext_lazy("gambar bukti"))
    def pictures(self, verification: Verification) -> SafeString | str:
        return getattr(verification, "shown", "") or "-"

    @display(description=gettext_lazy("rekaman yang diminta"))
    def window_said(self, verification: Verification) -> str:
        return f"{wib(verification.window_start).removesuffix(' WIB')}–{clock_text(verification.window_end)} WIB"

    @display(description=gettext_lazy("menurut laporan terjadi"))
    def asked(self, verification: Verification) -> str:
        return wib(verification.asked_for)

    @display(description=gettext_lazy("tempat"))
    def place(self, verification: Verification) -> str:
        words = _("%(lat)s, %(lon)s; kamera dalam %(metres)s m")
        point = verification.point
        return words % {"lat": f"{point.lat:.5f}", "lon": f"{point.lon:.5f}", "metres": verification.match_radius_m}

    @display(description=gettext_lazy("zona yang dipakai"))
    def zones(self, verification: Verification) -> str:
        kinds = dict(Zone.Kind.choices)
        return ", ".join(str(kinds.get(kind, kind)) for kind in verification.zone_kinds) or "-"

    @display(description=gettext_lazy("prioritas"))
    def urgency(self, verification: Verification) -> str:
        return _("%(n)s dari 5") % {"n": verification.priority}

    @display(description=gettext_lazy("diputuskan"))
    def decided(self, verification: Verification) -> str:
        return wib(verification.decided_at)

    @display(description=gettext_lazy("percobaan berikutnya"))
    def next_try(self, verification: Verification) -> str:
        return "-" if verification.decided_at else wib(verification.next_run)

    @display(description=gettext_lazy("ambang yang diubah kategori"))
    def thresholds_said(self, verification: Verification) -> SafeString:
        return thresholds_html(verification.thresholds)


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    """Appended by machine and people; here it can only be read."""

    list_display = ("when", "subject", "told", "why", "actor", "step")
    list_filter = (("subject_kind", KindFilter), "what", "new", "step")
    list_filter_submit = True
    list_select_related = ("actor",)
    search_fields = ("=subject_id", "reason_text")
    ordering = ("-at", "-id")
    fields = (
        "at",
        "subject_kind",
        "subject_id",
        "what",
        "old",
        "new",
        "reason_code",
        "reason_text",
        "actor",
        "step",
        "cause",
    )

    @display(description=gettext_lazy("kapan"), ordering="at")
    def when(self, change: StatusChange) -> str:
        return wib(change.at)

    @display(description=gettext_lazy("apa"))
    def subject(self, change: StatusChange) -> str:
        return subject_said(f"{change.subject_kind} {change.subject_id}")

    @display(description=gettext_lazy("perubahan"), ordering="new")
    def told(self, change: StatusChange) -> str:
        return change_said(change)

    @display(description=gettext_lazy("alasan"), ordering="reason_code")
    def why(self, change: StatusChange) -> str:
        return reason_said(change) or "-"
