"""Cameras in trouble: since when, why, what they showed last, and what an operator can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from cameras.admin.base import LookOnlyAdmin, wib
from cameras.admin.health import code_said, health_csv, picture_answer, reason_said, seconds_said
from cameras.admin.views import ViewsAdmin, ZonesFilter, zones_part
from cameras.models import Camera, CameraCheckup, CameraWatch
from cameras.patrol.words import reason_code
from cameras.pictures import still_blur_known
from cameras.services.references import NoPicture, reference_confirm
from cameras.services.views import zones_are_stale
from cameras.services.watches import look_soon, watched

HISTORY_SHOWN = 15
CONDITIONS = {
    "berfungsi": (gettext_lazy("Berfungsi"), Camera.Health.HEALTHY),
    "belum": (gettext_lazy("Belum diperiksa"), Camera.Health.UNKNOWN),
    "semua": (gettext_lazy("Semua"), None),
}


class ConditionFilter(admin.SimpleListFilter):
    title = gettext_lazy("kondisi")
    parameter_name = "kondisi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, words) for key, (words, _health) in CONDITIONS.items()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The page is about those in trouble: that is what stands first, and what is meant by no choice."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Bermasalah")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[CameraWatch]) -> QuerySet[CameraWatch]:
        _words, health = CONDITIONS.get(self.value() or "", ("", Camera.Health.UNHEALTHY))
        return queryset.filter(camera__health=health) if health is not None else queryset


class ReasonFilter(admin.SimpleListFilter):
    title = gettext_lazy("alasan")
    parameter_name = "alasan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        stored = Camera.objects.filter(health=Camera.Health.UNHEALTHY).values_list("health_reason", flat=True)
        codes = sorted({reason_code(reason) for reason in stored} - {""})
        return [(code, code_said(code).capitalize()) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CameraWatch]) -> QuerySet[CameraWatch]:
        code = self.value()
        if not code:
            return queryset
        own = queryset.filter(camera__health_reason__startswith=f"{code}:")
        of_recorder = queryset.filter(
            camera__health_reason__startswith="recorder ", camera__health_reason__endswith=f": {code}"
        )
        return own | of_recorder


@admin.register(CameraWatch)
class CameraWatchAdmin(ViewsAdmin, LookOnlyAdmin):
    list_display = ("camera_link", "thumb", "since", "why", "last_look", "zones")
    list_display_links = ("camera_link",)
    list_filter = (ConditionFilter, ReasonFilter, ZonesFilter, "camera__site_type")
    list_filter_submit = True
    search_fields = ("camera__code", "camera__name")
    search_help_text = gettext_lazy("Kode atau nama kamera")
    ordering = ("-camera__health_at", "camera__code")
    actions = ("look_now", "take_as_reference")
    actions_list = ("as_csv", "stale_as_csv")
    change_form_outer_before_template = "cameras/admin/watch.html"
    fieldsets = (
        (None, {"fields": ("camera_page", "site_type", "condition", "why", "last_look", "next_turn", "bad_looks")}),
        (
            gettext_lazy("Gambar dan jam"),
            {"fields": ("moved", "reference_since", "picture_since", "clock", "clock_seen")},
        ),
        (gettext_lazy("Riwayat"), {"fields": ("history",)}),
    )

    class Media:
        css = {"all": ("cameras/health.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[CameraWatch]:
        seen = super().get_queryset(request).filter(pk__in=watched().values("pk"))
        return seen.select_related("camera").defer("last_plane")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("cameras.change_camerawatch"))

    # -- What is told ----------------------------------------------------------------

    @display(description=gettext_lazy("kamera"), ordering="camera__code")
    def camera_link(self, watch: CameraWatch) -> SafeString:
        camera = watch.camera
        kind = camera.get_site_type_display()
        return format_html('<b>{}</b><br>{}<br><span class="jsc-health-soft">{}</span>', camera.code, camera.name, kind)

    @display(description=gettext_lazy("zona"))
    def zones(self, watch: CameraWatch) -> SafeString:
        url = reverse("admin:cameras_camera_zones", args=[watch.pk])
        return format_html('<a class="jsc-zone-link" href="{}">✎&nbsp;{}</a>', url, _("gambar"))

    @display(description=gettext_lazy("kamera"))
    def camera_page(self, watch: CameraWatch) -> SafeString:
        url = reverse("admin:cameras_camera_change", args=[watch.pk])
        return format_html('<a class="jsc-link" href="{}">{}</a>', url, watch.camera)

    @display(description=gettext_lazy("jenis lokasi"), ordering="camera__site_type")
    def site_type(self, watch: CameraWatch) -> str:
        return str(watch.camera.get_site_type_display())

    @display(description=gettext_lazy("sejak"), ordering="camera__health_at")
    def since(self, watch: CameraWatch) -> str:
        return wib(watch.camera.health_at)

    @display(description=gettext_lazy("kondisi"))
    def condition(self, watch: CameraWatch) -> str:
        words = str(watch.camera.get_health_display())
        at = watch.camera.health_at
        return words if at is None else _("%(health)s sejak %(when)s") % {"health": words, "when": wib(at)}

    @display(description=gettext_lazy("alasan"), ordering="camera__health_reason")
    def why(self, watch: CameraWatch) -> SafeString | str:
        said = reason_said(watch.camera.health_reason)
        return format_html('<span class="jsc-health-why">{}</span>', said[:1].upper() + said[1:]) if said else "-"

    @display(description=gettext_lazy("terakhir diperiksa"), ordering="looked_at")
    def last_look(self, watch: CameraWatch) -> str:
        return wib(watch.looked_at)

    @display(description=gettext_lazy("diperiksa lagi"))
    def next_turn(self, watch: CameraWatch) -> str:
        return _("segera") if watch.next_look <= timezone.now() else wib(watch.next_look)

    @display(description=gettext_lazy("selisih jam"), ordering="clock_offset_s")
    def clock(self, watch: CameraWatch) -> str:
        return seconds_said(watch.clock_offset_s)

    @display(description=gettext_lazy("jam dibaca"))
    def clock_seen(self, watch: CameraWatch) -> str:
        return wib(watch.clock_at)

    @display(description=gettext_lazy("pandangan berubah sejak"))
    def moved(self, watch: CameraWatch) -> str:
        return wib(watch.moved_since)

    @display(description=gettext_lazy("gambar acuan sejak"))
    def reference_since(self, watch: CameraWatch) -> str:
        return wib(watch.reference_at)

    @display(description=gettext_lazy("gambar layak terakhir"))
    def picture_since(self, watch: CameraWatch) -> str:
        return wib(watch.still_at)

    @display(description=gettext_lazy("gambar layak terakhir"))
    def thumb(self, watch: CameraWatch) -> SafeString | str:
        return picture_html(watch, "terakhir", small=True) or "-"

    @display(description=gettext_lazy("pemeriksaan terakhir"))
    def history(self, watch: CameraWatch) -> SafeString:
        return history_html(watch.pk)

    # -- What can be done ------------------------------------------------------------

    @admin.action(description=gettext_lazy("Periksa sekarang"), permissions=["act"])
    def look_now(self, request: HttpRequest, queryset: QuerySet[CameraWatch]) -> None:
        count = look_soon([watch.pk for watch in queryset], timezone.now())
        text = ngettext("%(n)s kamera diperiksa dalam satu menit.", "%(n)s kamera diperiksa dalam satu menit.", count)
        messages.success(request, text % {"n": count})

    @admin.action(description=gettext_lazy("Pakai gambar terakhir sebagai acuan"), permissions=["act"])
    def take_as_reference(self, request: HttpRequest, queryset: QuerySet[CameraWatch]) -> None:
        for watch in queryset:
            try:
                reference_confirm(watch.camera, request.user)
            except NoPicture:
                text = _("%(camera)s: belum ada gambar yang layak dijadikan acuan.")
                messages.warning(request, text % {"camera": watch.camera.code})
            else:
                self.log_change(request, watch, "reference confirmed")
                text = _("%(camera)s: gambar terakhir menjadi acuan.")
                messages.success(request, text % {"camera": watch.camera.code})

    @action(description=gettext_lazy("Unduh CSV"), url_path="csv", icon="download", permissions=["view"])
    def as_csv(self, request: HttpRequest) -> HttpResponseBase:
        in_trouble = Case(When(camera__health=Camera.Health.UNHEALTHY, then=0), default=1)
        return health_csv(self.get_queryset(request).order_by(in_trouble, "camera__code"))

    @action(
        description=gettext_lazy("CSV zona tidak berlaku"), url_path="csv-zona", icon="download", permissions=["view"]
    )
    def stale_as_csv(self, request: HttpRequest) -> HttpResponseBase:
        return health_csv(self.get_queryset(request).filter(zones_are_stale()).order_by("camera__code"))

    # -- Pictures --------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.picture_view, cacheable=True)
        own = path("<int:pk>/gambar/<str:which>/", view, name="cameras_camerawatch_picture")
        return [own, *super().get_urls()]

    def picture_view(self, request: HttpRequest, pk: int, which: str) -> HttpResponseBase:
        watch = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if watch is None or which not in {"terakhir", "acuan"}:
            raise Http404
        return picture_answer(request, watch, which, small="kecil" in request.GET)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        watch = kwargs.get("obj")
        context["jsc_watch"] = watch
        context["jsc_may_act"] = self.has_act_permission(request)
        context["jsc_pictures"] = _pictures(watch) if watch is not None else []
        context["jsc_zones"] = zones_part(watch) if watch is not None else {}
        return super().render_change_form(request, context, *args, **kwargs)


def _pictures(watch: CameraWatch) -> list[tuple[str, str, SafeString]]:
    """Words, time and picture, of those there are."""
    both = ((_("Gambar acuan"), watch.reference_at, "acuan"), (_("Gambar layak terakhir"), watch.still_at, "terakhir"))
    made = [(words, wib(at), picture_html(watch, which, small=False)) for words, at, which in both]
    return [(words, at, html) for words, at, html in made if html is not None]


def picture_html(watch: CameraWatch, which: str, *, small: bool) -> SafeString | None:
    """None when there is no picture, or nobody who could hide the faces in it."""
    name = str(watch.reference if which == "acuan" else watch.still)
    if not name or not still_blur_known():
        return None
    url = reverse("admin:cameras_camerawatch_picture", args=[watch.pk, which]) + ("?kecil" if small else "")
    return format_html('<img class="jsc-health-picture" loading="lazy" alt="" src="{}">', url)


def history_html(camera_id: int) -> SafeString:
    """The newest lines, and where the others are."""
    lines = CameraCheckup.objects.filter(camera_id=camera_id)[:HISTORY_SHOWN]
    rows = SafeString("").join(
        format_html(
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            wib(line.at),
            line.get_health_display(),
            checkup_said(line) or _("baik"),
        )
        for line in lines
    )
    url = f"{reverse('admin:cameras_cameracheckup_changelist')}?camera__id__exact={camera_id}"
    return format_html(
        '<table class="jsc-health-lines">{}</table><a class="jsc-link" href="{}">{}</a>',
        rows,
        url,
        _("Seluruh riwayat"),
    )


def checkup_said(line: CameraCheckup) -> str:
    return code_said(line.reason_code, line.reason_detail) if line.reason_code else ""
