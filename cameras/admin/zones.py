"""Drawing a camera's zones on its picture: the page, and the small addresses that it talks to."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from cameras.admin.base import wib
from cameras.admin.zone_page import page_data, problems_said
from cameras.models import Camera, CameraWatch
from cameras.services.views import PictureReplaced, picture_mark, zones_drawn
from cameras.services.watches import look_soon, watched
from cameras.services.zone_pictures import REFERENCE, WHICH, zone_picture_jpeg, zone_pictures
from cameras.services.zones import ZonesChanged, zones_changes, zones_file, zones_last_change, zones_save, zones_told
from cameras.zone_desk import may_draw
from cameras.zone_drafts import MAX_BYTES, ZonesRefused, ZonesUnreadable, content_of, drafts_read
from jsc_project.lib.errors import StorageFailed

log = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]

POLE_DEG = 1.5e-5
"""A metre and a half: channels of one pole are often placed by hand, each for itself."""


class ZonesAdmin:
    """Mixed into the camera's admin. To those who may not see cameras these addresses do not exist."""

    def get_urls(self) -> list[URLPattern]:
        def own(tail: str, view: View, name: str, method: str = "GET") -> URLPattern:
            guarded = self.admin_site.admin_view(self._guarded(view, method), cacheable=True)  # type: ignore[attr-defined]
            return path(f"<int:object_id>/zona/{tail}", guarded, name=f"cameras_camera_zones{name}")

        return [
            own("", self.zones_view, ""),
            own("simpan/", self.zones_save_view, "_save", "POST"),
            own("periksa/", self.zones_check_view, "_check", "POST"),
            own("gambar/<str:which>/", self.zones_picture_view, "_picture"),
            own("lihat/", self.zones_look_view, "_look", "POST"),
            own("keadaan/", self.zones_state_view, "_state"),
            own("tiang/", self.zones_pole_view, "_pole"),
            own("zona.json", self.zones_file_view, "_file"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def _guarded(self, view: View, method: str) -> View:
        """With the camera in place of its number; by one method, for who may see it, and for drawing also who may."""

        @wraps(view)
        def checked(request: HttpRequest, object_id: int, **kwargs: Any) -> HttpResponseBase:
            camera = Camera.objects.filter(pk=object_id).first() if object_id < 2**63 else None
            if camera is None or not self.has_view_permission(request, camera):  # type: ignore[attr-defined]
                raise Http404
            if request.method not in ({"GET", "HEAD"} if method == "GET" else {method}):
                return HttpResponseNotAllowed([method])
            if method == "POST" and not may_draw(request.user):
                raise PermissionDenied
            response = view(request, camera, **kwargs)
            response.setdefault("Cache-Control", "private, no-store")
            return response

        return checked

    # -- The page ---------------------------------------------------------------------

    def zones_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        data = page_data(request, camera, may_draw=may_draw(request.user))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Zona kamera"),
            "camera": camera,
            "data": data,
            "changes": [(wib(one.at), one.who or "-", one.what, one.zone) for one in zones_changes(camera)],
            "moved": wib(moved) if (moved := _moved_since(camera)) else "",
        }
        return TemplateResponse(request, "cameras/admin/zones.html", context)

    # -- Zones --------------------------------------------------------------------------

    def zones_save_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """200 saved; 400 something is wrong with the list; 409 a colleague was faster, theirs is in the answer."""
        try:
            told = _asked(request)
            version = told.get("version")
            if not isinstance(version, int) or isinstance(version, bool):
                raise ZonesUnreadable("version must be the number that the page was given")
            saved = zones_save(camera=camera, drafts=drafts_read(told.get("zones")), version=version)
        except ZonesUnreadable as exc:
            return JsonResponse({"error": exc.detail}, status=400)
        except ZonesRefused as exc:
            return JsonResponse({"problems": problems_said(exc)}, status=400)
        except ZonesChanged:
            return self._conflict(camera)
        if saved.created or saved.changed or saved.removed:
            words = f"Zona: {saved.created} baru, {saved.changed} diubah, {saved.removed} dihapus"
            self.log_change(request, camera, words)  # type: ignore[attr-defined]
        words = self._bound(request, camera, told)
        # Read anew: naming the picture that zones belong to raises their version as well.
        fresh = Camera.objects.get(pk=camera.pk)
        return JsonResponse({"version": fresh.zones_version, "zones": zones_told(camera), "words": words})

    def _bound(self, request: HttpRequest, camera: Camera, told: dict[str, Any]) -> str:
        """The zones are those of the picture that they were drawn on: ``on``, and of the last stills the one with the
        mark ``picture``. What to say to the person."""
        on = told["on"] if told.get("on") in WHICH else REFERENCE
        try:
            zones_drawn(camera, request.user, on, str(told.get("picture")))
        except PictureReplaced:
            return _("Tersimpan. Kamera sudah memberi gambar lain; periksa zona pada gambar yang baru.")
        except StorageFailed as exc:
            log.warning("the zones of %s are stored, and do not name their picture: %s", camera.code, exc)
        return _("Tersimpan.")

    def _conflict(self, camera: Camera) -> JsonResponse:
        fresh, last = Camera.objects.get(pk=camera.pk), zones_last_change(camera)
        told = {"version": fresh.zones_version, "zones": zones_told(camera)}
        who = {"who": last.who if last else "", "when": wib(last.at) if last else ""}
        return JsonResponse({**told, **who}, status=409)

    def zones_check_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """What the server would say to these zones; stores nothing."""
        try:
            drafts = drafts_read(_asked(request).get("zones"))
        except ZonesUnreadable as exc:
            return JsonResponse({"error": exc.detail}, status=400)
        except ZonesRefused as exc:
            return JsonResponse({"problems": problems_said(exc), "zones": None})
        return JsonResponse({"problems": [], "zones": [draft.as_json() for draft in drafts]})

    def zones_file_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """The contract's zones file."""
        response = JsonResponse(zones_file(camera), safe=False, json_dumps_params={"ensure_ascii": False, "indent": 1})
        safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in camera.code)
        response["Content-Disposition"] = f'attachment; filename="zona-{safe}.json"'
        return response

    def zones_pole_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """The zones of other cameras on the same pole."""
        near = {
            f"{axis}__range": (getattr(camera, axis) - POLE_DEG, getattr(camera, axis) + POLE_DEG)
            for axis in ("lat", "lon")
        }
        others = Camera.objects.filter(**near, zones__isnull=False).exclude(pk=camera.pk).distinct().order_by("code")
        told = [{"code": one.code, "name": one.name, "zones": zones_file(one)} for one in others[:20]]
        return JsonResponse({"cameras": told})

    # -- Pictures -----------------------------------------------------------------------

    def zones_picture_view(self, request: HttpRequest, camera: Camera, which: str) -> HttpResponseBase:
        picture = next((one for one in zone_pictures(camera) if one.which == which), None)
        if picture is None:
            raise Http404
        told = f"{which} {picture.name} {camera.zones_version}"
        etag = f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
        response = get_conditional_response(request, etag=etag)
        if response is None:
            shown = zone_picture_jpeg(camera, picture)
            if shown is None:
                raise Http404
            response = HttpResponse(shown, content_type="image/jpeg")
        response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
        response["Vary"], response["X-Content-Type-Options"] = "Cookie", "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    def zones_look_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """Asks the patrol for a look at this camera; the page asks ``keadaan`` whether it has been."""
        if not request.user.has_perm("cameras.change_camerawatch"):
            raise PermissionDenied
        if not (camera.active and camera.source_kind):
            return JsonResponse({"error": _("Kamera ini tidak dipakai atau belum punya sumber rekaman.")}, status=409)
        now = timezone.now()
        CameraWatch.objects.get_or_create(camera=camera, defaults={"next_look": now})
        look_soon([camera.pk], now)
        return JsonResponse({"asked": now.isoformat(), "words": _("Kamera dilihat dalam satu menit …")})

    def zones_state_view(self, request: HttpRequest, camera: Camera) -> HttpResponseBase:
        """``{"looked", "still", "mark"}``: when the patrol was there, when it brought a usable picture (ISO or null),
        and which that is."""
        watch = watched().filter(pk=camera.pk).only("looked_at", "still_at", "still").first()
        times = {"looked": _iso(watch.looked_at if watch else None), "still": _iso(watch.still_at if watch else None)}
        return JsonResponse({**times, "mark": picture_mark(str(watch.still)) if watch and watch.still else ""})


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Raises ZonesUnreadable."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise ZonesUnreadable(f"larger than {MAX_BYTES} bytes")
    told = content_of(request.body)
    if not isinstance(told, dict):
        raise ZonesUnreadable("expected an object with zones")
    return told


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moved_since(camera: Camera) -> datetime | None:
    return CameraWatch.objects.filter(camera=camera).values_list("moved_since", flat=True).first()
