"""Does a camera still look where its zones were drawn, and what does its place look like by itself?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cameras.admin.base import wib
from cameras.admin.health import stored_picture_answer
from cameras.drawings import ZONE_COLOURS
from cameras.models import Camera, CameraBackground, CameraView, CameraWatch, Zone
from cameras.models.views import PARTS
from cameras.patrol.daypart import DayPart
from cameras.pictures import still_blur_known
from cameras.services.views import (
    NoPicture,
    PictureReplaced,
    Proposal,
    ProposalChanged,
    picture_mark,
    stale_since,
    zones_are_stale,
    zones_move,
    zones_proposal,
    zones_view_confirm,
)
from jsc_project.lib.errors import StorageFailed

STALE, FIT = "tidak_berlaku", "berlaku"
VIEWS_SHOWN = 6


class ZonesFilter(admin.SimpleListFilter):
    """Of cameras, or of their watch rows."""

    title = gettext_lazy("zona")
    parameter_name = "zona"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(STALE, gettext_lazy("Tidak berlaku: pandangan berubah")), (FIT, gettext_lazy("Ada dan berlaku"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        stale = CameraWatch.objects.filter(zones_are_stale()).values("pk")
        if self.value() == STALE:
            return queryset.filter(pk__in=stale)
        if self.value() == FIT:
            drawn = Zone.objects.order_by().values("camera")
            return queryset.filter(pk__in=drawn).exclude(pk__in=stale)
        return queryset


def zones_banner(camera: Camera) -> SafeString:
    """Empty where the zones count, or there are none."""
    watch = CameraWatch.objects.filter(zones_are_stale(), camera=camera).first()
    if watch is None:
        return SafeString("")
    url = reverse("admin:cameras_camerawatch_change", args=[camera.pk])
    words = _("Zona tidak berlaku: pandangan berubah sejak %(when)s.") % {"when": wib(stale_since(watch))}
    return format_html('<p class="jsc-zones-stale"><b>{}</b> <a href="{}">{}</a></p>', words, url, _("Periksa"))


# -- The pages' parts ------------------------------------------------------------------


def zones_part(watch: CameraWatch) -> dict[str, Any]:
    """For the template: what there is to say of the camera's zones, and to draw over its last still."""
    camera = watch.camera
    zones = list(Zone.objects.filter(camera=camera).order_by("pk"))
    stale = stale_since(watch) if zones else None
    proposal = _proposal(camera) if stale is not None else None
    shown = watch.still and still_blur_known()
    return {
        "count": len(zones),
        "stale_since": wib(stale) if stale is not None else "",
        "picture": f"{reverse('admin:cameras_camerawatch_picture', args=[watch.pk, 'terakhir'])}" if shown else "",
        "still_at": wib(watch.still_at),
        "still_mark": picture_mark(str(watch.still)),
        "drawing": zones_overlay(zones, proposal) if zones else "",
        "proposal": proposal,
        "moved_by": _moved_by(proposal) if proposal is not None else "",
        "confirm_url": reverse("admin:cameras_camerawatch_zones_confirm", args=[watch.pk]),
        "move_url": reverse("admin:cameras_camerawatch_zones_move", args=[watch.pk]),
        "draw_url": reverse("admin:cameras_camera_zones", args=[watch.pk]),
        "views": _views(camera),
        "backgrounds": backgrounds_html(camera),
    }


def _proposal(camera: Camera) -> Proposal | None:
    try:
        return zones_proposal(camera)
    except StorageFailed:
        return None


def _moved_by(proposal: Proposal) -> str:
    shift = proposal.shift
    percent = 100 * max(abs(shift.dx), abs(shift.dy))
    return _("%(percent).0f %% lebar gambar, putaran %(turn).1f°, kemiripan %(before).2f menjadi %(after).2f") % {
        "percent": percent,
        "turn": shift.turn_deg,
        "before": shift.before,
        "after": shift.after,
    }


def _views(camera: Camera) -> list[dict[str, str]]:
    rows = CameraView.objects.filter(camera=camera)[:VIEWS_SHOWN]
    patrol = _("patroli")
    return [
        {"number": str(v.number), "at": wib(v.at), "how": str(v.get_how_display()), "who": v.actor or patrol}
        for v in rows
    ]


def zones_overlay(zones: Sequence[Zone], proposal: Proposal | None) -> SafeString:
    """An SVG to lie over the picture: zones as they are, dashed where a proposal says otherwise, and the proposal."""
    dash = "6 5" if proposal is not None else "none"
    now = [(_points(zone.polygon), ZONE_COLOURS.get(zone.kind, "#334155"), dash, "0.12") for zone in zones]
    moved = [
        (_points(new), ZONE_COLOURS.get(kind, "#334155"), "none", "0.35") for kind, _n, _old, new in _rows(proposal)
    ]
    shapes = format_html_join(
        "",
        '<polygon points="{}" fill="{}" stroke-dasharray="{}" fill-opacity="{}" stroke="#fff" stroke-width="2" '
        'vector-effect="non-scaling-stroke"/>',
        [*now, *moved],
    )
    return format_html(
        '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        _("Zona di atas gambar terakhir"),
        shapes,
    )


def _rows(proposal: Proposal | None) -> Sequence[tuple[str, str, Any, list[list[float]]]]:
    return proposal.zones if proposal is not None else ()


def _points(polygon: Sequence[Sequence[float]]) -> str:
    return " ".join(f"{point[0] * 1000:.0f},{point[1] * 1000:.0f}" for point in polygon)


def backgrounds_html(camera: Camera) -> SafeString | str:
    """The newest background of each part of the day: picture, how it was made, what changed."""
    newest = {row.part: row for row in reversed(CameraBackground.objects.filter(camera=camera).defer("unrest"))}
    if not newest:
        return _("belum ada: patroli mengumpulkan lima gambar tiap bagian hari, dua sampai tiga hari")
    cells = [_background_cell(newest[part.value]) for part in DayPart if part.value in newest]
    missing = ", ".join(str(PARTS[part]) for part in DayPart if part.value not in newest)
    note = _("Belum ada untuk: %(parts)s.") % {"parts": missing} if missing else ""
    return format_html(
        '<div class="jsc-backgrounds">{}</div><p class="jsc-health-note">{} {}</p>',
        format_html_join("", "{}", ((cell,) for cell in cells)),
        _("Wajah dan pelat disamarkan."),
        note,
    )


def _background_cell(row: CameraBackground) -> SafeString:
    url = reverse("admin:cameras_camerawatch_background", args=[row.camera_id, row.pk])
    picture = format_html('<img loading="lazy" alt="" src="{}?kecil">', url) if still_blur_known() else SafeString("")
    made = _("versi %(version)s dari %(looks)s gambar, %(first)s sampai %(last)s") % {
        "version": row.version,
        "looks": row.looks,
        "first": wib(row.first_look_at),
        "last": wib(row.last_look_at),
    }
    share = row.changed_share
    changed = (
        _("berubah %(percent).1f %% dari versi sebelumnya") % {"percent": 100 * share} if share is not None else ""
    )
    return format_html(
        '<figure><a href="{}">{}</a><figcaption><b>{}</b> {}<br>{}</figcaption></figure>',
        url,
        picture,
        str(PARTS[DayPart(row.part)]).capitalize(),
        made,
        changed,
    )


# -- What can be done --------------------------------------------------------------------


class ViewsAdmin:
    """Mixed into the watch's admin."""

    def get_urls(self) -> list[URLPattern]:
        def own(tail: str, view: Any, name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(view, cacheable=True)  # type: ignore[attr-defined]
            return path(f"<int:pk>/{tail}", wrapped, name=f"cameras_camerawatch_{name}")

        return [
            own("latar/<int:background>/", self.background_view, "background"),
            own("zona-tepat/", self.zones_confirm_view, "zones_confirm"),
            own("zona-geser/", self.zones_move_view, "zones_move"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def background_view(self, request: HttpRequest, pk: int, background: int) -> HttpResponseBase:
        self._watch(request, pk)
        row = CameraBackground.objects.filter(camera_id=pk, pk=background).first() if background < 2**63 else None
        if row is None:
            raise Http404
        return stored_picture_answer(request, pk, str(row.file), small="kecil" in request.GET)

    def zones_confirm_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The view is right and the zones fit it; by a person's tap."""
        seen = request.POST.get("picture")
        return self._done(request, pk, lambda camera: zones_view_confirm(camera, request.user, seen=seen))

    def zones_move_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        digest = request.POST.get("digest", "")
        return self._done(request, pk, lambda camera: zones_move(camera, request.user, digest))

    def _done(self, request: HttpRequest, pk: int, act: Any) -> HttpResponseBase:
        watch = self._watch(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (self.has_act_permission(request) and request.user.has_perm("cameras.change_zone")):  # type: ignore[attr-defined]
            raise PermissionDenied
        try:
            view = act(watch.camera)
        except NoPicture:
            messages.warning(request, _("Belum ada gambar yang layak dijadikan acuan."))
        except PictureReplaced:
            messages.warning(request, _("Kamera sudah memberi gambar lain; periksa zona pada gambar yang baru."))
        except ProposalChanged:
            messages.warning(request, _("Kamera atau zonanya sudah berubah lagi; periksa usulan yang baru."))
        except StorageFailed:
            messages.error(request, _("Gambar acuan tidak dapat disimpan sekarang; coba lagi nanti."))
        else:
            self.log_change(request, watch, f"view {view.number}: {view.how}")  # type: ignore[attr-defined]
            messages.success(request, _("Zona kamera ini berlaku lagi."))
        return HttpResponseRedirect(reverse("admin:cameras_camerawatch_change", args=[pk]))

    def _watch(self, request: HttpRequest, pk: int) -> CameraWatch:
        allowed = self.has_view_permission(request) and pk < 2**63  # type: ignore[attr-defined]
        watch: CameraWatch | None = self.get_queryset(request).filter(pk=pk).first() if allowed else None  # type: ignore[attr-defined]
        if watch is None:
            raise Http404
        return watch
