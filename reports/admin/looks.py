"""Verifications and the history of changes, for those who keep the machine in order."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from reports.admin.base import ReadOnlyAdmin
from reports.models import StatusChange, Verification, VerificationMatch
from reports.words import wib


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
    list_display = ("__str__", "incident", "check_slug", "stage", "verdict", "outcome_code", "made", "tries")
    list_filter = ("state", "verdict", "purpose", "check_slug")
    list_filter_submit = True
    list_select_related = ("incident__category",)
    search_fields = ("=incident__id",)
    ordering = ("-id",)
    inlines = (MatchInline,)
    exclude = ("token", "lease_until", "crash_attempts")

    @display(description=gettext_lazy("tahap"), ordering="state")
    def stage(self, verification: Verification) -> str:
        return verification.state

    @display(description=gettext_lazy("percobaan"), ordering="attempts")
    def tries(self, verification: Verification) -> int:
        return verification.attempts

    @display(description=gettext_lazy("dibuat"), ordering="created_at")
    def made(self, verification: Verification) -> str:
        return wib(verification.created_at)


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    """Appended by machine and people; here it can only be read."""

    list_display = ("when", "subject", "what", "old", "new", "reason_code", "actor", "step")
    list_filter = ("subject_kind", "what", "new", "step")
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
        return f"{change.subject_kind} {change.subject_id}"
