"""The sidebar: the queue first, then the rest of what this person may open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from reports.access import incidents_visible_to, may_hold, sees_everything
from reports.selectors.access_log import may_read_log
from reports.selectors.queue import QueueList, list_counts
from reports.selectors.trust import demoted_pairs
from reports.selectors.zones_waiting import waiting_count


def queue_counts(request: HttpRequest) -> dict[QueueList, int]:
    """Counted once per request: the sidebar, the tabs and the dashboard show the same figures."""
    counted: dict[QueueList, int] | None = getattr(request, "_jsc_queue_counts", None)
    if counted is None:
        counted = list_counts(incidents_visible_to(request.user))
        request._jsc_queue_counts = counted  # type: ignore[attr-defined]
    return counted


def waiting_badge(request: HttpRequest) -> str:
    return str(queue_counts(request)[QueueList.OPEN])


def zones_badge(request: HttpRequest) -> str:
    return str(waiting_count())


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    groups = [
        {
            "title": _("Pekerjaan"),
            "items": [
                _item(_("Ringkasan"), "admin:index", "dashboard"),
                {
                    **_item(_("Antrean kejadian"), "admin:reports_incident_changelist", "inbox"),
                    "badge": "reports.admin.navigation.waiting_badge",
                },
                _item(_("Laporan"), "admin:reports_report_changelist", "forum"),
            ],
        }
    ]
    if sees_everything(request.user):
        groups += _operator_groups()
    watching = _watching_items(request.user)
    if watching:
        groups.append({"title": _("Pengawasan"), "items": watching})
    if request.user.is_superuser:  # type: ignore[union-attr]
        groups.append(
            {
                "title": _("Akun"),
                "items": [
                    _item(_("Pengguna"), "admin:auth_user_changelist", "person"),
                    _item(_("Kelompok"), "admin:auth_group_changelist", "group"),
                ],
            }
        )
    return [{**group, "items": [item for item in group["items"] if item]} for group in groups]


def _watching_items(user: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if may_read_log(user):
        items.append(_item(_("Catatan akses"), "admin:reports_accessentry_changelist", "policy"))
    if may_hold(user):
        items.append(_item(_("Penahanan hukum"), "admin:reports_legalhold_changelist", "gavel"))
    if sees_everything(user) or may_read_log(user):
        items.append(_item(_("Putaran penghapusan"), "admin:reports_retentionrun_changelist", "auto_delete"))
    return items


def _operator_groups() -> list[dict[str, Any]]:
    return [
        {
            "title": _("Kamera"),
            "items": [
                _item(_("Kamera"), "admin:cameras_camera_changelist", "videocam"),
                {
                    **_item(_("Kamera menunggu zona"), "zona-menunggu", "draw"),
                    "badge": "reports.admin.navigation.zones_badge",
                },
                _item(_("Kamera bermasalah"), "admin:cameras_camerawatch_changelist", "videocam_off"),
                _item(_("Riwayat kondisi"), "admin:cameras_cameracheckup_changelist", "monitor_heart"),
                _item(_("Pemutus sambungan"), "admin:cameras_sourcebreaker_changelist", "power_off"),
                _item(_("Perekaman sendiri"), "admin:cameras_ringchannel_changelist", "fiber_manual_record"),
                _item(_("Rekaman"), "admin:cameras_footageclip_changelist", "movie"),
                _item(_("Pemeriksaan kamera"), "admin:reports_verification_changelist", "visibility"),
                _item(_("Analisis"), "admin:analytics_analysisrun_changelist", "query_stats"),
                _with_badge(_item(_("Ketepatan kamera"), "admin:reports_camerajudgement_precision", "fact_check")),
                _item(_("Foto warga"), "admin:reports_reportphoto_changelist", "photo_camera"),
                _item(_("Pembacaan pelat"), "admin:reports_platesearch_changelist", "pin"),
            ],
        },
        {
            "title": _("Aturan"),
            "items": [
                _item(_("Kategori"), "admin:reports_category_changelist", "category"),
                _item(_("Saran dari isi laporan"), "admin:reports_suggestionruling_changelist", "lightbulb"),
                _item(_("Keanggotaan"), "admin:reports_membership_changelist", "badge"),
                _item(_("Kelurahan"), "admin:reports_kelurahan_changelist", "location_city"),
                _item(_("Batas kelurahan"), "admin:reports_kelurahanboundary_changelist", "polyline"),
                _item(_("Pemberitahuan"), "admin:reports_announcement_changelist", "campaign"),
                _item(_("Perubahan status"), "admin:reports_statuschange_changelist", "history"),
            ],
        },
    ]


def _with_badge(item: dict[str, Any]) -> dict[str, Any]:
    """With the number of cameras that wait for somebody to confirm them; without any badge while there are none."""
    return {**item, "badge": "reports.admin.navigation.demoted_badge"} if item and demoted_pairs() else item


def demoted_badge(request: HttpRequest) -> str:
    return str(len(demoted_pairs()))


def _item(title: str, address: str, icon: str) -> dict[str, Any]:
    """Empty when this installation has no such page."""
    try:
        return {"title": title, "link": reverse(address), "icon": icon}
    except NoReverseMatch:
        return {}
