"""Setting what a camera sees on a map: its point, bearing, field of view and range, or a drawn polygon."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from cameras.admin.zone_page import problem_said
from cameras.errors import CameraInvalid
from cameras.geofence import ASSUMED_RADIUS_M
from cameras.models import Camera
from cameras.rules import BEARING_DEG, DRAWN_REACH_M, FOV_DEG, RANGE_M
from cameras.selectors import nearest_cameras
from cameras.services.view_edit import ViewChanged, view_read, view_save, view_told
from cameras.zone_desk import zone_desk
from cameras.zone_drafts import MAX_BYTES, ZonesUnreadable, content_of

View = Callable[..., HttpResponseBase]

AROUND_M = 500.0
MOST_NEIGHBOURS = 40


class CoverageAdmin:
    """Mixed into the camera's admin."""

    def get_urls(self) -> list[URLPattern]:
        pages = (("", self.coverage_view, ""), ("simpan/", self.coverage_save_view, "_save"))
        own = [
            path(
                f"<int:object_id>/cakupan/{tail}",
                self.admin_site.admin_view(self._seen(view)),  # type: ignore[attr-defined]
                name=f"cameras_camera_coverage{name}",
            )
            for tail, view, name in pages
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def _seen(self, view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, object_id: int) -> HttpResponseBase:
            camera = Camera.objects.filter(pk=object_id).first() if object_id < 2**63 else None
            if camera is None or not self.has_view_permission(request, camera):  # type: ignore[attr-defined]
                raise Http404
            response = view(request, camera)
            response["Cache-Control"] = "private, no-store"
            return response

        return checked

    def coverage_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        data = {
            "camera": {"code": camera.code, "name": camera.name},
            "mayEdit": self.has_change_permission(request, camera),  # type: ignore[attr-defined]
            **_stored(camera),
            "outlines": _outlines(camera),
            "neighbours": _neighbours(camera),
            "urls": {"save": reverse("admin:cameras_camera_coverage_save", args=[camera.pk])},
            "rules": {
                "bearing_deg": BEARING_DEG,
                "fov_deg": FOV_DEG,
                "range_m": RANGE_M,
                "assumed_m": ASSUMED_RADIUS_M,
                "reach_m": DRAWN_REACH_M,
            },
            "words": words(),
        }
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Cakupan kamera"),
            "camera": camera,
            "data": data,
        }
        return TemplateResponse(request, "cameras/admin/coverage.html", context)

    def coverage_save_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """200 saved; 400 something is wrong with the view; 409 a colleague was faster, theirs is in the answer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request, camera):  # type: ignore[attr-defined]
            raise PermissionDenied
        try:
            view, seen = _asked(request)
            saved = view_save(camera=camera, view=view_read(view), seen=seen)
        except ZonesUnreadable as exc:
            return JsonResponse({"error": exc.detail}, status=400)
        except CameraInvalid as exc:
            return JsonResponse({"problems": [problem_said(one) for one in exc.problems]}, status=400)
        except ViewChanged:
            told = _stored(Camera.objects.get(pk=camera.pk))
            words_said = _("Cakupan kamera ini diubah orang lain selagi Anda menggambar. Periksa, lalu simpan lagi.")
            return JsonResponse({**told, "words": words_said}, status=409)
        self.log_change(request, saved, "Cakupan diubah di peta")  # type: ignore[attr-defined]
        return JsonResponse({**_stored(saved), "words": _("Tersimpan.")})


def _asked(request: HttpRequest) -> tuple[Any, dict[str, Any]]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise ZonesUnreadable(f"larger than {MAX_BYTES} bytes")
    told = content_of(request.body)
    seen = told.get("seen") if isinstance(told, dict) else None
    if not isinstance(seen, dict):
        raise ZonesUnreadable("expected an object with view, and with seen: the view that the page was given")
    return told.get("view"), seen


def _stored(camera: Camera) -> dict[str, Any]:
    kind = Camera.CoverageKind(camera.coverage_kind)
    return {"view": view_told(camera), "kind": kind.value, "kindWords": str(kind.label)}


def _outlines(camera: Camera) -> list[dict[str, Any]]:
    desk = zone_desk()
    return (
        [{"name": one.name, "geometry": one.geometry} for one in desk.outlines(camera.point, AROUND_M)] if desk else []
    )


def _neighbours(camera: Camera) -> list[dict[str, Any]]:
    near = nearest_cameras(camera.point, radius_m=AROUND_M, limit=MOST_NEIGHBOURS + 1)
    rows = Camera.objects.in_bulk([one.camera_id for one in near if one.camera_id != camera.pk])
    return [
        {
            "code": row.code,
            "name": row.name,
            "lat": row.lat,
            "lon": row.lon,
            "geometry": row.coverage,
            "assumed": row.coverage_kind == Camera.CoverageKind.ASSUMED,
        }
        for row in rows.values()
    ]


def words() -> dict[str, str]:
    return {
        "hint": _("Geser panah untuk arah, busur untuk jangkauan, ujung busur untuk lebar pandang."),
        "assumed": _("Arah belum diketahui: lingkaran perkiraan 100 m hanya dapat mendukung laporan."),
        "drawing": _("Ketuk sudut-sudut daerah yang terlihat, lalu titik pertama."),
        "drawn": _("Poligon yang digambar menggantikan arah dan sudut pandang. Geser titiknya."),
        "move": _("Geser titik kamera ke tiangnya."),
        "crosses": _("Garis poligon saling memotong."),
        "far": _("Poligon menjangkau terlalu jauh dari kamera."),
        "unsaved": _("Belum disimpan"),
        "saving": _("Menyimpan …"),
        "failed": _("Tidak terkirim. Coba lagi."),
        "north": _("U"),
    }
