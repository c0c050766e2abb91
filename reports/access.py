"""Who may see what. Every list, page, action, search, picture and export asks here and nowhere else.

A person's sight is the union of the memberships valid now. Whatever lies outside it
does not exist for them: it is filtered out, never refused, so that no answer tells
"there is such a row, but not for you".
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Q, QuerySet
from django.utils import timezone

from analytics.models import EvidenceStill
from cameras.models import Camera, FootageClip
from cameras.zone_desk import may_draw
from reports.lifecycle import PhotoState
from reports.models import Incident, Membership, Report, ReportPhoto

Role = Membership.Role

STAFF_PERMISSIONS = frozenset({"reports.view_incident", "reports.view_report"})
"""Everybody who may log in sees the queue and the reports; which rows is decided below."""

OPERATOR_PERMISSIONS = frozenset(
    {
        *(f"cameras.{verb}_{noun}" for verb in ("view", "add", "change") for noun in ("camera", "zone")),
        "cameras.delete_zone",
        "cameras.view_footageclip",
        "cameras.view_footagehold",
        "cameras.view_cameracheckup",
        *(
            f"cameras.{verb}_{noun}"
            for verb in ("view", "change")
            for noun in ("camerawatch", "ringchannel", "sourcebreaker")
        ),
        "analytics.view_analysisrun",
        "analytics.view_evidencestill",
        *(f"reports.{verb}_{noun}" for verb in ("view", "add", "change") for noun in ("category", "membership")),
        *(
            f"reports.view_{noun}"
            for noun in (
                "announcement",
                "cameraconfirmation",
                "camerajudgement",
                "kelurahan",
                "kelurahanboundary",
                "platesearch",
                "reportphoto",
                "statuschange",
                "suggestionruling",
                "verification",
            )
        ),
    }
)


ORIGINALS = "cameras.view_original_clip"
LEGAL_HOLDS = "reports.set_legal_hold"
PERSONAL_DATA = "reports.view_personal_data"
PLATES = "reports.view_plate"
SWITCH_PLATES = "reports.switch_plates"


def current_memberships(user: Any) -> list[Membership]:
    """The memberships valid now, asked once per user object (that is: once per request, as Django's own)."""
    if not getattr(user, "is_active", False):
        return []
    found: list[Membership] | None = getattr(user, "_jsc_memberships", None)
    if found is None:
        now = timezone.now()
        valid = Membership.objects.filter(user=user, valid_from__lte=now).exclude(valid_to__lte=now)
        found = user._jsc_memberships = list(valid)
    return found


def sees_everything(user: Any) -> bool:
    if not getattr(user, "is_active", False):
        return False
    return bool(user.is_superuser) or any(m.role == Role.OPERATOR for m in current_memberships(user))


def incidents_visible_to(user: Any) -> QuerySet[Incident]:
    if sees_everything(user):
        return Incident.objects.all()
    scopes = [scope for m in current_memberships(user) if (scope := _incident_scope(m)) is not None]
    return Incident.objects.filter(_any_of(scopes)) if scopes else Incident.objects.none()


def reports_visible_to(user: Any) -> QuerySet[Report]:
    """The reports behind the visible incidents. Those without an incident (out of area, dead) are the operators'."""
    if sees_everything(user):
        return Report.objects.all()
    return Report.objects.filter(incident__in=incidents_visible_to(user))


def stills_visible_to(user: Any) -> QuerySet[EvidenceStill]:
    if sees_everything(user):
        return EvidenceStill.objects.all()
    seen = incidents_visible_to(user)
    return EvidenceStill.objects.filter(run__matches__verification__incident__in=seen).distinct()


def photos_visible_to(user: Any) -> QuerySet[ReportPhoto]:
    """The photos of the visible reports, of those that there is a picture of."""
    kept = ReportPhoto.objects.filter(state=PhotoState.KEPT).exclude(file="")
    return kept if sees_everything(user) else kept.filter(report__in=reports_visible_to(user))


def clips_visible_to(user: Any) -> QuerySet[FootageClip]:
    """The footage that was taken for the visible incidents."""
    if sees_everything(user):
        return FootageClip.objects.all()
    return FootageClip.objects.filter(matches__verification__incident__in=incidents_visible_to(user)).distinct()


def may_try_zones(user: Any, camera: Camera) -> bool:
    """Whoever draws zones and sees the camera's footage; a camera without any has nothing to show yet."""
    seen = clips_visible_to(user).filter(camera=camera)
    return may_draw(user) and (seen.exists() or not FootageClip.objects.filter(camera=camera).exists())


def may_see_originals(user: Any) -> bool:
    """Footage that is not blurred: by a permission of its own, which no membership brings."""
    return bool(user.is_active and user.is_staff and user.has_perm(ORIGINALS))


def may_see_personal_data(user: Any) -> bool:
    """A report's words as they were sent: by a permission of its own as well."""
    return bool(user.is_active and user.is_staff and user.has_perm(PERSONAL_DATA))


def may_see_plates(user: Any) -> bool:
    """The whole plate of an offender; which, is for their sight to say."""
    return bool(user.is_active and user.is_staff and user.has_perm(PLATES))


def may_switch_plates(user: Any) -> bool:
    """Whether a category reads plates at all: no membership brings it, that of an operator included."""
    return bool(user.is_active and user.is_staff and user.has_perm(SWITCH_PLATES))


def may_hold(user: Any) -> bool:
    """Legal holds: set, seen and lifted by a permission of its own."""
    return bool(user.is_active and user.is_staff and user.has_perm(LEGAL_HOLDS))


def _any_of(scopes: list[Q]) -> Q:
    together = scopes[0]
    for scope in scopes[1:]:
        together |= scope
    return together


def _incident_scope(membership: Membership) -> Q | None:
    """The incidents of one membership; None when it names no area, which must never read as "all"."""
    if membership.role in {Role.LURAH, Role.STAFF} and membership.kelurahan_id:
        return Q(kelurahan_id=membership.kelurahan_id)
    if membership.role == Role.CAMAT and membership.kecamatan:
        own = Q(kelurahan__kecamatan=membership.kecamatan)
        return own & Q(kelurahan__kota=membership.kota) if membership.kota else own
    if membership.role == Role.WALI_KOTA and membership.kota:
        return Q(kelurahan__kota=membership.kota)
    if membership.role == Role.AGENCY and membership.agency:
        return Q(responsible_body__iexact=membership.agency)
    return None


class MembershipBackend(BaseBackend):
    """Turns memberships into Django permissions, so that a lurah needs no per-model ticks by hand."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not (user_obj.is_active and user_obj.is_staff) or obj is not None:
            return set()
        return set(STAFF_PERMISSIONS | OPERATOR_PERMISSIONS if sees_everything(user_obj) else STAFF_PERMISSIONS)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(permission.startswith(f"{app_label}.") for permission in self.get_user_permissions(user_obj))
