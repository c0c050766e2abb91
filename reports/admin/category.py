"""Categories: the rules of each kind of report, judged before they are saved, with a history of who changed what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin
from unfold.decorators import display

from analytics.checks import MEASUREMENT_KEYS, is_available
from reports.access import may_switch_plates
from reports.admin.base import ScopedAdmin
from reports.models import Category
from reports.services.categories import category_problems
from reports.words import check_label


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Category
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("aliases", "zone_kinds", "thresholds"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3
        if "reads_plates" not in self.fields and self.instance.pk:
            # An old version is put back through this form as well, with all that was true then.
            now = Category.objects.filter(pk=self.instance.pk).values_list("reads_plates", flat=True).first()
            self.instance.reads_plates = bool(now)

    def clean(self) -> dict[str, Any]:
        cleaned = {**self.instance_values(), **(super().clean() or {})}
        for field, problems in category_problems(cleaned).items():
            # Who may not switch the reading of plates may not make it one of something else either.
            shown = "check_slug" if field == "reads_plates" and field not in self.fields else field
            if shown in self.fields:
                self.add_error(shown, problems)
        return self.cleaned_data

    def instance_values(self) -> dict[str, Any]:
        """What a read-only field holds is judged together with what was typed."""
        if not self.instance.pk:
            return {}
        return {"slug": self.instance.slug, "reads_plates": self.instance.reads_plates}


@admin.register(Category)
class CategoryAdmin(SimpleHistoryAdmin, ScopedAdmin):
    form = CategoryForm
    list_display = ("slug", "label_id", "label_en", "check_words", "responsible_body", "publicly_listed", "active")
    list_filter = ("active", "publicly_listed", "responsible_body")
    list_filter_submit = True
    search_fields = ("slug", "label_id", "label_en")
    fieldsets = (
        (None, {"fields": (("slug", "active"), ("label_id", "label_en"), "aliases", "responsible_body", "urgency")}),
        (
            gettext_lazy("Pemeriksaan kamera"),
            {
                "fields": (
                    "check_slug",
                    "zone_kinds",
                    "match_radius_m",
                    ("window_before_s", "window_after_s"),
                    "thresholds",
                    "precision_target",
                )
            },
        ),
        (gettext_lazy("Pengelompokan"), {"fields": (("grouping_radius_m", "grouping_s"),)}),
        (gettext_lazy("Batas waktu"), {"fields": (("sla_first_response_h", "sla_completion_h"), "sla_working_days")}),
        (gettext_lazy("Umum"), {"fields": ("publicly_listed",)}),
        (gettext_lazy("Pelat nomor pelanggar"), {"fields": ("reads_plates",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        """The slug is what senders and addresses use: it is chosen once. Plates are switched by a permission of its
        own."""
        plates = () if may_switch_plates(request.user) else ("reads_plates",)
        return (*(("slug",) if obj else ()), *plates)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Switched off with ``active``; a deleted one would come back with the fixtures or break its reports."""
        return False

    @display(description=gettext_lazy("pemeriksaan"))
    def check_words(self, category: Category) -> str:
        if not category.check_slug:
            return "-"
        known = category.check_slug in MEASUREMENT_KEYS and is_available(category.check_slug)
        label = check_label(category.check_slug)
        return label if known else f"{label} ({gettext_lazy('belum tersedia')})"
