"""Verifications and the history of changes, for those who keep the machine in order."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from analytics.admin import CheckFilter, VerdictFilter
from reports.admin.base import ReadOnlyAdmin
from reports.admin.filters import KindFilter, OutcomeFilter, PurposeFilter, StageFilter
from reports.admin.page import change_said, reason_said
from reports.code_words import outcome_said, purpose_said, stage_said, subject_said
from reports.models import StatusChange, Verification, VerificationMatch
from reports.words import badge_html, check_label, verdict_badge, wib


class MatchInline(TabularInline):
    model = VerificationMatch
    fields = ("rank", "camera", "metres", "assumed", "clip", "run")
    readonly_fields = fields
    extra = 0
    can_delete = False

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
    exclude = ("token", "lease_until", "crash_attempts")

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
