"""Citizens' photos on the pages: beside the cameras' answer, small, with what is odd about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports.lifecycle import PhotoState
from reports.models import Incident, Report, ReportPhoto
from reports.photos.seen import telling
from reports.photos.words import place_words, seen_words, time_words, why_none
from reports.selectors.photos import photos_of
from reports.words import wib


@dataclass(frozen=True, slots=True)
class Flag:
    """``odd``: shown as a warning. ``incident``: of the earlier case, where this person may see it."""

    words: str
    odd: bool
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class PhotoView:
    """``key`` is empty where there is no picture, and ``words`` say why. ``hint``: what the photo shows."""

    report: Report
    key: str
    words: str
    width: int
    height: int
    flags: Sequence[Flag]
    hint: str


def photo_views(incident: Incident, reports: Sequence[Report], visible: QuerySet[Incident]) -> list[PhotoView]:
    """One for each report that came with a photo, in their order."""
    photos = photos_of(incident)
    earlier = [p.same_as.report.incident_id for p in photos.values() if p.same_as is not None]
    known = set(visible.filter(pk__in=[pk for pk in earlier if pk]).values_list("pk", flat=True))
    with_photo = [report for report in reports if report.image_url]
    return [_view(incident, report, photos.get(report.pk), known) for report in with_photo]


def hints_of(views: Sequence[PhotoView]) -> list[str]:
    """What the photos show, each once; as a line under the reasons, and never one of them."""
    return [_("Foto warga: tampak %(what)s") % {"what": hint} for hint in dict.fromkeys(v.hint for v in views) if hint]


def _view(incident: Incident, report: Report, photo: ReportPhoto | None, known: set[int]) -> PhotoView:
    if photo is None or photo.state == PhotoState.DUE:
        return PhotoView(report, "", _("Foto warga sedang diambil."), 0, 0, (), "")
    if photo.state != PhotoState.KEPT or not photo.file:
        why = why_none(photo.reason_code) if photo.state != PhotoState.KEPT else _("masa simpannya habis")
        words = _("Foto warga tidak ditampilkan: %(why)s.") % {"why": why}
        return PhotoView(report, "", words, 0, 0, _flags(photo, known), "")
    # What was photographed for another report shows nothing about this one.
    hint = "" if photo.same_as_id else seen_words(telling(photo.seen, incident.category.check_slug))
    return PhotoView(report, str(photo.key), "", photo.width, photo.height, _flags(photo, known), hint)


def _flags(photo: ReportPhoto, known: set[int]) -> list[Flag]:
    found = [_same(photo.same_as, known)] if photo.same_as is not None else []
    if photo.metres_off is not None:
        found.append(Flag(*place_words(photo.metres_off)))
    if photo.minutes_off is not None:
        found.append(Flag(*time_words(photo.minutes_off)))
    if photo.whole_blurred:
        found.append(Flag(_("disamarkan seluruhnya"), False))
    return sorted(found, key=lambda flag: not flag.odd)


def _same(earlier: ReportPhoto, known: set[int]) -> Flag:
    """Whose case it is, is told to those who may see that case; the rest learn that the photo is not of today."""
    report, when = earlier.report, wib(earlier.report.received_at)
    if report.incident_id in known:
        words = _("foto sama dengan laporan %(code)s, %(when)s") % {"code": report.tracking_code, "when": when}
        return Flag(f"{words} ({report.incident})", True, report.incident_id)
    return Flag(_("foto ini sudah dipakai pada laporan lain, %(when)s") % {"when": when}, True)
