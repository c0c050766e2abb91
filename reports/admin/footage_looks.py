"""Who looked at originals: appended by the player, here it can only be read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from reports.admin.base import ReadOnlyAdmin
from reports.models import FootageLook
from reports.words import clock, wib


@admin.register(FootageLook)
class FootageLookAdmin(ReadOnlyAdmin):
    list_display = ("when", "username", "camera_code", "part", "incident", "why", "reason", "address")
    list_filter = ("why",)
    list_filter_submit = True
    list_select_related = ("incident__category",)
    search_fields = ("username", "camera_code", "reason")
    search_help_text = gettext_lazy("Nama pengguna, kode kamera, atau alasan")
    ordering = ("-id",)
    fields = ("when", "username", "clip", "camera_code", "part", "incident", "why", "reason", "address", "until")

    @display(description=gettext_lazy("kapan"), ordering="at")
    def when(self, look: FootageLook) -> str:
        return wib(look.at)

    @display(description=gettext_lazy("bagian"))
    def part(self, look: FootageLook) -> str:
        return f"{clock(look.start_at)}-{clock(look.end_at)}"
