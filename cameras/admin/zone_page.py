"""What the drawing page is given to start with, and the words it speaks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cameras.admin.base import wib
from cameras.admin.health import english
from cameras.drawings import ZONE_COLOURS
from cameras.errors import Problem
from cameras.models import Camera, Zone
from cameras.rules import (
    GROUND_MIN_TRIANGLE_M2,
    PICTURE_MIN_TRIANGLE,
    ZONE_MAX_POINTS,
    ZONE_MIN_AREA,
)
from cameras.services.views import picture_mark
from cameras.services.zone_pictures import CLIP, LAST, REFERENCE, zone_pictures
from cameras.services.zones import zones_last_change, zones_told
from cameras.zone_desk import Need, zone_desk
from cameras.zone_drafts import MAX_NAME, MAX_ZONES, ZonesRefused


def page_data(request: HttpRequest, camera: Camera, *, may_draw: bool) -> dict[str, Any]:
    desk, last = zone_desk(), zones_last_change(camera)
    needs = list(desk.needs(camera)) if desk else []
    return {
        "camera": {"id": camera.pk, "code": camera.code, "name": camera.name},
        "mayDraw": may_draw,
        "version": camera.zones_version,
        "zones": zones_told(camera),
        "last": {"who": last.who, "when": wib(last.at)} if last else None,
        "kinds": _kinds(needs),
        "needs": [{"label": n.label, "kinds": n.kinds, "why": n.why, "category": n.category} for n in needs],
        "pictures": _pictures(camera),
        "trial": desk.trial(camera, request.user, needs) if desk else None,
        "next": _following(request, camera),
        "urls": _urls(camera),
        "rules": {
            "minArea": ZONE_MIN_AREA,
            "maxPoints": ZONE_MAX_POINTS,
            "maxZones": MAX_ZONES,
            "maxName": MAX_NAME,
            "pictureTriangle": PICTURE_MIN_TRIANGLE,
            "groundTriangle": GROUND_MIN_TRIANGLE_M2,
        },
        "words": words(),
    }


def _urls(camera: Camera) -> dict[str, str]:
    names = ("save", "check", "look", "state", "pole", "file")
    return {name: reverse(f"admin:cameras_camera_zones_{name}", args=[camera.pk]) for name in names}


def _kinds(needs: list[Need]) -> list[dict[str, Any]]:
    """Wanted ones first, so that the first is what the person most likely came for."""
    wanted = [kind for need in needs for kind in need.kinds]
    ordered = sorted(Zone.Kind, key=lambda kind: wanted.index(kind) if kind in wanted else len(wanted))
    return [
        {"kind": kind.value, "label": str(kind.label), "colour": ZONE_COLOURS[kind], "needed": kind in wanted}
        for kind in ordered
    ]


def _pictures(camera: Camera) -> list[dict[str, str]]:
    labels = {REFERENCE: _("Gambar acuan"), LAST: _("Gambar layak terakhir"), CLIP: _("Rekaman terakhir")}
    return [
        {
            "which": one.which,
            "label": str(labels[one.which]),
            "at": wib(one.at),
            "mark": picture_mark(one.name),
            "url": reverse("admin:cameras_camera_zones_picture", args=[camera.pk, one.which]),
        }
        for one in zone_pictures(camera)
    ]


def _following(request: HttpRequest, camera: Camera) -> dict[str, Any] | None:
    """Where "save and go on" leads; None where the page was not opened from the list of those that wait."""
    asked, desk = request.GET.get("antre", ""), zone_desk()
    if desk is None or not asked.isdecimal() or len(asked) > 6:
        return None
    found = desk.following(camera.pk, int(asked))
    # Once this one is saved it leaves the list, and whoever came next stands at its place.
    url = following_url(found.camera_id, int(asked)) if found else desk.waiting_url()
    return {"url": url, "left": found.left if found else 0, "list": desk.waiting_url(), "isLast": found is None}


def following_url(camera_id: int, position: int) -> str:
    return f"{reverse('admin:cameras_camera_zones', args=[camera_id])}?antre={position}"


def problems_said(refused: ZonesRefused) -> list[dict[str, Any]]:
    return [{"zone": one.index, **problem_said(one.problem)} for one in refused.found]


def problem_said(problem: Problem) -> dict[str, str]:
    words_said = problem.en if english() else problem.id
    return {"field": problem.field, "code": problem.code, "words": words_said}


def words() -> dict[str, str]:
    """Everything the script says. Its own geometry speaks of the same things as the server's rules."""
    return {
        "tapFirst": _("Ketuk sudut-sudut zona pada gambar."),
        "tapMore": _("Ketuk lagi; sedikitnya 3 titik."),
        "tapClose": _("Ketuk titik pertama, atau “Selesai”."),
        "selected": _("Geser titik; ketuk + pada garis untuk menambah titik."),
        "chooseOne": _("Pilih zona, atau pilih jenisnya lalu gambar yang baru."),
        "ground": _("Ketuk 4 titik di tanah, searah keliling, lalu isi meternya."),
        "too_few": _("poligon perlu sedikitnya 3 titik berbeda"),
        "too_many": _("terlalu banyak titik"),
        "outside": _("titik di luar gambar"),
        "tiny": _("poligon hampir tanpa luas"),
        "crosses_itself": _("garisnya saling memotong"),
        "ground_few": _("kalibrasi tanah perlu 4 titik"),
        "ground_outside": _("titik kalibrasi di luar gambar"),
        "degenerate": _("tiga titik kalibrasi segaris"),
        "unsaved": _("Belum disimpan"),
        "saving": _("Menyimpan …"),
        "saved": _("Tersimpan."),
        "failed": _("Tidak terkirim. Gambar Anda tetap ada; coba lagi."),
        "refused": _("Belum dapat disimpan; perbaiki yang bertanda merah."),
        "restored": _("Gambar yang belum disimpan dipulihkan."),
        "restoredOld": _("Gambar yang belum disimpan dipulihkan; sementara itu zona diubah orang lain."),
        "noPicture": _("Gambar tidak dapat ditampilkan."),
        "waitLook": _("Kamera dilihat dalam satu menit …"),
        "lookCame": _("Gambar baru."),
        "lookBad": _("Kamera sudah dilihat, tetapi gambarnya tidak layak. Lihat halaman kondisinya."),
        "lookLate": _("Belum ada gambar; patroli mungkin tidak berjalan."),
        "zone": _("Zona"),
        "points": _("titik"),
        "noZones": _("Belum ada zona."),
        "imported": _("Dari berkas: %(n)s zona ditambahkan, belum disimpan."),
        "copied": _("%(n)s zona disalin, belum disimpan. Cocokkan dengan gambar."),
        "badFile": _("Berkas ini bukan berkas zona."),
        "noPole": _("Tidak ada kamera lain dengan zona di tiang ini."),
        "conflict": _("%(who)s mengubah zona kamera ini (%(when)s) selagi Anda menggambar. Gambar Anda tidak hilang."),
        "somebody": _("Seseorang"),
        "trialWait": _("Pemeriksaan menunggu giliran; laporan warga didahulukan."),
        "trialRun": _("Pemeriksaan sedang berjalan."),
        "length": _("panjang"),
        "width": _("lebar"),
    }
