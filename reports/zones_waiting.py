"""The list of cameras that wait for a zone, busiest first: where drawing 4,000 cameras begins and goes on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cameras.admin.zone_page import following_url
from cameras.drawings import ZONE_COLOURS
from cameras.models import Camera, Zone
from cameras.zone_desk import may_draw
from jsc_project.lib.sheet import csv_lines
from reports.selectors.zones_waiting import WaitingCamera, waiting, waiting_kinds
from reports.zone_desk import lack_said

View = Callable[[HttpRequest], HttpResponseBase]

A_PAGE = 50
COLUMNS = ("place", "code", "name", "site_type", "has_zones", "reports_30d", "incidents_30d", "lacks", "zone_kinds")


def for_drawers(view: View) -> View:
    """To everybody else this page does not exist."""

    @functools.wraps(view)
    def checked(request: HttpRequest) -> HttpResponseBase:
        if not may_draw(request.user):
            raise Http404
        response = view(request)
        response["Cache-Control"] = "private, no-store"
        return response

    return admin.site.admin_view(require_safe(checked))


@for_drawers
def page(request: HttpRequest) -> HttpResponseBase:
    queue = waiting()
    kind, words = _chosen(request)
    shown = _filtered(list(enumerate(queue)), kind, words)
    pages = Paginator(shown, A_PAGE)
    asked = request.GET.get("hal", "1")
    part = pages.get_page(int(asked) if asked.isdecimal() and len(asked) < 6 else 1)
    counts = waiting_kinds(queue)
    context = {
        **admin.site.each_context(request),
        "title": _("Kamera menunggu zona"),
        "total": len(queue),
        "found": len(shown),
        "rows": [_row(position, camera) for position, camera in part.object_list],
        "part": part,
        "first": following_url(shown[0][1].camera_id, shown[0][0]) if shown else "",
        "kinds": [(one.value, one.label, counts[one.value]) for one in Zone.Kind if counts.get(one.value)],
        "kind": kind,
        "words": words,
        "drawn": Camera.objects.filter(active=True, zones__isnull=False).distinct().count(),
    }
    return TemplateResponse(request, "reports/admin/zones_waiting.html", context)


@for_drawers
def as_csv(request: HttpRequest) -> HttpResponseBase:
    kind, words = _chosen(request)
    shown = _filtered(list(enumerate(waiting())), kind, words)
    response = StreamingHttpResponse(csv_lines(COLUMNS, _lines(shown)), content_type="text/csv; charset=utf-8")
    name = f"kamera-menunggu-zona-{timezone.localtime():%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chosen(request: HttpRequest) -> tuple[str, str]:
    kind = request.GET.get("jenis", "")
    return kind if kind in Zone.Kind.values else "", request.GET.get("q", "").strip()[:100]


def _filtered(queue: Sequence[tuple[int, WaitingCamera]], kind: str, words: str) -> list[tuple[int, WaitingCamera]]:
    """With each camera its place in the whole list."""
    wanted = words.casefold()
    return [
        (position, one)
        for position, one in queue
        if (not kind or any(kind in lack.kinds for lack in one.lacks))
        and (wanted in one.code.casefold() or wanted in one.name.casefold())
    ]


def _row(position: int, camera: WaitingCamera) -> dict[str, Any]:
    labels = dict(Zone.Kind.choices)
    lacks = [
        {
            "label": lack.label,
            "why": lack_said(lack),
            "kinds": [(str(labels.get(kind, kind)), ZONE_COLOURS.get(kind, "#334155")) for kind in lack.kinds],
        }
        for lack in camera.lacks
    ]
    return {
        "camera": camera,
        "place": position + 1,
        "lacks": lacks,
        "url": following_url(camera.camera_id, position),
        "site": str(Camera.SiteType(camera.site_type).label) if camera.site_type in Camera.SiteType.values else "",
    }


def _lines(shown: Sequence[tuple[int, WaitingCamera]]) -> Iterator[list[object]]:
    for position, one in shown:
        kinds = sorted({kind for lack in one.lacks for kind in lack.kinds})
        figures = [one.reports, one.incidents, "; ".join(lack.label for lack in one.lacks), " ".join(kinds)]
        yield [position + 1, one.code, one.name, one.site_type, "ya" if one.has_zones else "tidak", *figures]
