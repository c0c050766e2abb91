"""Kelurahan, the versions of their borders, and who works for which."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin
from unfold.decorators import display

from reports.admin.base import ReadOnlyAdmin, ScopedAdmin
from reports.minimap import outline_map
from reports.models import Kelurahan, KelurahanBoundary, Membership
from reports.words import Badge, badge_html, wib


def _kind(approximate: bool) -> str:
    return badge_html(Badge(_("perkiraan"), "≈", "yellow") if approximate else Badge(_("resmi"), "✓", "green"))


@admin.register(Kelurahan)
class KelurahanAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "kecamatan", "kota", "border")
    list_filter = ("kota",)
    list_filter_submit = True
    search_fields = ("code", "name", "kecamatan")
    readonly_fields = ("border",)

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        current = KelurahanBoundary.objects.filter(kelurahan=OuterRef("pk"), valid_to__isnull=True)
        return (
            super()
            .visible(request)
            .annotate(has_border=Exists(current), is_approximate=Exists(current.filter(approximate=True)))
        )

    @display(description=gettext_lazy("batas"))
    def border(self, kelurahan: Any) -> str:
        if not kelurahan.has_border:
            return badge_html(Badge(_("tidak ada"), "✕", "red"))
        return _kind(kelurahan.is_approximate)


@admin.register(KelurahanBoundary)
class KelurahanBoundaryAdmin(ReadOnlyAdmin):
    list_display = ("kelurahan", "kind", "since", "until", "source")
    list_filter = ("approximate",)
    list_filter_submit = True
    list_select_related = ("kelurahan",)
    search_fields = ("kelurahan__name", "kelurahan__code")
    fields = ("kelurahan", "kind", "since", "until", "source", "geometry_sha256", "drawing")
    readonly_fields = ("kind", "since", "until", "drawing")

    @display(description=gettext_lazy("jenis"))
    def kind(self, boundary: KelurahanBoundary) -> str:
        return _kind(boundary.approximate)

    @display(description=gettext_lazy("berlaku sejak"), ordering="valid_from")
    def since(self, boundary: KelurahanBoundary) -> str:
        return wib(boundary.valid_from)

    @display(description=gettext_lazy("berlaku sampai"), ordering="valid_to")
    def until(self, boundary: KelurahanBoundary) -> str:
        return wib(boundary.valid_to) if boundary.valid_to else _("sekarang")

    @display(description=gettext_lazy("gambar"))
    def drawing(self, boundary: KelurahanBoundary) -> SafeString:
        return outline_map(boundary.geometry)


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role without its area would see nothing; that is told here instead of being found out at 3 a.m."""

    class Meta:
        model = Membership
        fields = ("user", "role", "kelurahan", "kecamatan", "kota", "agency", "valid_from", "valid_to")

    NEEDS = {
        Membership.Role.LURAH: "kelurahan",
        Membership.Role.STAFF: "kelurahan",
        Membership.Role.CAMAT: "kecamatan",
        Membership.Role.WALI_KOTA: "kota",
        Membership.Role.AGENCY: "agency",
    }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = self.NEEDS.get(cleaned.get("role", ""))
        if needed and not cleaned.get(needed):
            self.add_error(needed, _("Wajib diisi untuk peran ini."))
        for field in ("kecamatan", "kota"):
            # A misspelt name would match nothing, silently.
            if cleaned.get(field) and not Kelurahan.objects.filter(**{field: cleaned[field]}).exists():
                self.add_error(field, _("Tidak ada wilayah dengan nama ini."))
        start, end = cleaned.get("valid_from"), cleaned.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("Harus sesudah tanggal mulai."))
        return cleaned


@admin.register(Membership)
class MembershipAdmin(SimpleHistoryAdmin, ScopedAdmin):
    form = MembershipForm
    list_display = ("user", "role", "area", "since", "until")
    list_filter = ("role",)
    list_filter_submit = True
    list_select_related = ("user", "kelurahan")
    search_fields = ("user__username", "user__first_name", "user__last_name", "kelurahan__name", "agency")
    autocomplete_fields = ("kelurahan",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ended with a date, never deleted: who was responsible when must stay known."""
        return False

    @display(description=gettext_lazy("wilayah"))
    def area(self, membership: Membership) -> str:
        return str(
            membership.kelurahan or membership.kecamatan or membership.kota or membership.agency or "DKI Jakarta"
        )

    @display(description=gettext_lazy("sejak"), ordering="valid_from")
    def since(self, membership: Membership) -> str:
        return wib(membership.valid_from)

    @display(description=gettext_lazy("sampai"), ordering="valid_to")
    def until(self, membership: Membership) -> str:
        return wib(membership.valid_to) if membership.valid_to else _("sekarang")
