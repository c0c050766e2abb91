"""Which view a camera's zones belong to, and who has said so.

A camera that was turned still sends good pictures, and zones drawn before lie on something else. So zones name their
view; whether they count is asked of the view before anything is asked of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from cameras.models import Camera, CameraView, CameraWatch, Zone
from cameras.patrol.shift import Shift, polygon_moved, shift_between
from cameras.patrol.words import CONFIRMED, VIEW_MOVED, reason_code, words_of
from cameras.services.health import HealthNews, camera_health_record
from cameras.services.pictures import REFERENCES, picture_bytes, picture_load, picture_saved
from jsc_project.lib.errors import JscError
from jsc_project.storage import erase

ZONES_FIT = frozenset({CameraView.How.CONFIRMED, CameraView.How.DRAWN, CameraView.How.MOVED})


ON_LAST_STILL = "terakhir"
"""The drawing page's word for the picture."""


class NoPicture(JscError, LookupError):
    code = "no_picture"


class PictureReplaced(JscError, RuntimeError):
    """The camera has given another picture since the one that the person saw; nothing was written."""

    code = "picture_replaced"


def picture_mark(name: str) -> str:
    """Names a stored picture to a page, so that a person speaks of the one they saw and of no later one."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ZonesView:
    """What a camera's zones stand on. ``view``: None where no picture of it is known, and nothing can be compared.
    ``stale_since``: since when they do not count.
    """

    view: CameraView | None = None
    stale_since: datetime | None = None


def zones_view(camera: Camera) -> ZonesView:
    """The newest view that any of the camera's zones was drawn or confirmed on; else the reference of the patrol.

    A zone of an older view than the others does not make the others older: saving zones confirms all of them.
    """
    watch = CameraWatch.objects.filter(camera=camera).select_related("view").only(
        "view", "moved_since", "zones_stale_since"
    ).first()  # fmt: skip
    stated = CameraView.objects.filter(zones__camera=camera).exclude(file="").order_by("-number").first()
    if watch is None:
        return ZonesView(stated)
    return ZonesView(stated or watch.view, stale_since(watch))


def stale_since(watch: CameraWatch) -> datetime | None:
    """Since when the zones of this camera, if it has any, do not count."""
    return watch.zones_stale_since or watch.moved_since


def zones_are_stale() -> models.Q:
    """Of CameraWatch: cameras in use whose zones do not count."""
    asked = models.Q(moved_since__isnull=False) | models.Q(zones_stale_since__isnull=False)
    return asked & models.Q(camera__active=True, camera__in=Zone.objects.order_by().values("camera"))


def zones_view_confirm(
    camera: Camera, actor: Any, how: str = CameraView.How.CONFIRMED, seen: str | None = None
) -> CameraView:
    """The camera looks where it should, and its zones fit what its last still shows: from now on they count again.

    A moved view is well again. For zones that were drawn anew, ``zones_drawn``. ``seen``: the mark of the still that
    the person looked at; None for whichever is the last.

    Raises:
        NoPicture: the patrol has no usable picture of the camera yet; nothing was written.
        PictureReplaced: the last still is another by now.
        StorageFailed: the picture cannot be kept now.
    """
    return _taken(camera, actor, CameraView.How(how), seen=seen)


def zones_drawn(camera: Camera, actor: Any, on: str, seen: str | None = None) -> CameraView | None:
    """A person has saved the camera's zones, as seen on the picture ``on``; the view they belong to from now on.

    ``last``: the camera's last still, so that the view is confirmed with them. Anything else is older: the zones belong
    to the reference then, and what has moved since stays moved. None where no picture of the camera is known. ``seen``
    as in ``zones_view_confirm``.

    Raises:
        PictureReplaced: the last still is another than the one that they were drawn on.
        StorageFailed: the picture cannot be kept now.
    """
    if on == ON_LAST_STILL:
        try:
            return zones_view_confirm(camera, actor, CameraView.How.DRAWN, seen)
        except NoPicture:
            return None
    watch = CameraWatch.objects.filter(camera=camera).first()
    view = view_ensure(watch) if watch is not None else None
    if view is not None:
        with transaction.atomic():
            _bind_zones(camera, view, actor, None)
    return view


def reference_confirm(camera: Camera, actor: Any) -> CameraView:
    """From now on the camera shall look where its last still looks; a moved view is well again.

    Nothing is said of its zones: after a move they do not count until ``zones_view_confirm``.

    Raises:
        NoPicture: the patrol has no usable picture of it yet.
    """
    return _taken(camera, actor, CameraView.How.REFERENCE)


# -- A camera that slipped a little ----------------------------------------------------------------


class ProposalChanged(JscError, RuntimeError):
    """The camera has shown something else since, or its zones were changed; nothing was written."""

    code = "proposal_changed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where the zones would lie: ``zones`` are (kind, name, polygon now, polygon proposed). ``digest`` names all that
    it was made from."""

    shift: Shift
    zones: tuple[tuple[str, str, list[list[float]], list[list[float]]], ...]
    digest: str


def zones_proposal(camera: Camera) -> Proposal | None:
    """Where the zones of a camera that slipped by a few per cent lie now; None where there is nothing to propose: the
    zones count, the move was large, or a zone would leave the picture. Reads two pictures: 0.1 s."""
    watch, known = CameraWatch.objects.filter(camera=camera).first(), zones_view(camera)
    if watch is None or known.view is None or known.stale_since is None:
        return None
    before, now = picture_load(str(known.view.file)), picture_load(str(watch.still))
    shift = shift_between(before, now) if before is not None and now is not None else None
    zones = list(Zone.objects.filter(camera=camera).order_by("pk"))
    if shift is None or not zones or any(zone.view_id not in {None, known.view.pk} for zone in zones):
        return None
    moved = [polygon_moved(zone.polygon, shift) for zone in zones]
    ground = [point for zone in zones for point in shift.moved(zone.ground_points or [])]
    if any(one is None for one in moved) or any(not 0 <= v <= 1 for point in ground for v in point[:2]):
        return None
    version = Camera.objects.values_list("zones_version", flat=True).get(pk=camera.pk)
    told = f"{known.view.sha256} {watch.still} {version}"
    rows = tuple((zone.kind, str(zone), zone.polygon, new or []) for zone, new in zip(zones, moved, strict=True))
    return Proposal(shift, rows, hashlib.sha256(told.encode()).hexdigest()[:32])


def zones_move(camera: Camera, actor: Any, digest: str) -> CameraView:
    """Move the zones as proposed under ``digest``, and let them count again.

    Raises:
        ProposalChanged: that is not what would be proposed now.
        NoPicture: as ``zones_view_confirm``.
    """
    proposal = zones_proposal(camera)
    if proposal is None or proposal.digest != digest:
        raise ProposalChanged(f"what is proposed for camera {camera.code} has changed")
    return _taken(camera, actor, CameraView.How.MOVED, proposal.shift)


# -- Rows ------------------------------------------------------------------------------------------


def view_ensure(watch: CameraWatch) -> CameraView | None:
    """The row of the camera's reference, written when its first picture is older than such rows; None without one."""
    if watch.view_id is not None or not watch.reference:
        return watch.view
    stored = picture_bytes(str(watch.reference))
    if stored is None:
        return None
    with transaction.atomic():
        fresh = CameraWatch.objects.select_for_update().filter(pk=watch.pk, reference=str(watch.reference)).first()
        if fresh is None or fresh.view_id is not None:
            return fresh.view if fresh is not None else None
        values = {"at": watch.reference_at or timezone.now(), "sha256": hashlib.sha256(stored).hexdigest()}
        watch.view = _append(watch.pk, str(watch.reference), CameraView.How.PATROL, values)
        CameraWatch.objects.filter(pk=watch.pk).update(view=watch.view)
    return watch.view


def _append(camera_id: int, name: str, how: CameraView.How, values: dict[str, Any]) -> CameraView:
    last = CameraView.objects.filter(camera_id=camera_id).aggregate(last=Max("number"))["last"] or 0
    return CameraView.objects.create(camera_id=camera_id, number=last + 1, file=name, how=how, **values)


def _taken(
    camera: Camera, actor: Any, how: CameraView.How, shift: Shift | None = None, seen: str | None = None
) -> CameraView:
    watch = CameraWatch.objects.filter(camera=camera).first()
    if watch is not None and seen is not None and seen != picture_mark(str(watch.still)):
        raise PictureReplaced(f"camera {camera.code} has given another picture meanwhile", camera=camera.code)
    picture = picture_load(str(watch.still)) if watch is not None else None
    if watch is None or picture is None:
        raise NoPicture(f"camera {camera.code} has given no usable picture yet", camera=camera.code)
    view_ensure(watch)
    name, sha256 = picture_saved(REFERENCES, camera.pk, picture)
    now = timezone.now()
    kept = {"sha256": sha256, "at": now, "notes": shift.as_json() if shift is not None else {}}
    with transaction.atomic():
        # The row first: two who confirm at once number their views one after the other.
        locked = CameraWatch.objects.select_for_update().get(pk=watch.pk)
        view = _append(camera.pk, name, how, {**kept, "actor": str(actor)[:150]})
        if how in ZONES_FIT:
            _bind_zones(camera, view, actor, shift)
        else:
            _keep_view(camera, locked.view)
        CameraWatch.objects.filter(pk=watch.pk).update(
            reference=name,
            reference_at=now,
            view=view,
            moved_since=None,
            zones_stale_since=None if how in ZONES_FIT else _still_stale(camera, locked),
            bad_looks=0,
            next_look=now,
        )
        _well_again(Camera.objects.get(pk=camera.pk), str(actor), now)
    views_trim(camera.pk)
    return view


def _keep_view(camera: Camera, view: CameraView | None) -> None:
    """Zones that name no view yet keep the one they were drawn on before it is replaced."""
    models.QuerySet(Zone).filter(camera=camera, view__isnull=True).update(view=view)


def _bind_zones(camera: Camera, view: CameraView, actor: Any, shift: Shift | None) -> None:
    """The zones are right on ``view``, moved by ``shift`` where one was accepted; history names the person."""
    for zone in Zone.objects.filter(camera=camera):
        if zone.view_id == view.pk:
            continue
        if shift is not None:
            zone.polygon = polygon_moved(zone.polygon, shift) or zone.polygon
            zone.ground_points = shift.moved(zone.ground_points) if zone.ground_points else None
        zone.view = view
        zone._history_user = actor if getattr(actor, "pk", None) else None  # type: ignore[attr-defined]
        zone._change_reason = f"view {view.number}: {view.how}"  # type: ignore[attr-defined]
        zone.save()


def _still_stale(camera: Camera, watch: CameraWatch) -> datetime | None:
    has_zones = Zone.objects.filter(camera=camera).exists()
    return stale_since(watch) if has_zones else None


def _well_again(camera: Camera, actor: str, now: datetime) -> None:
    """Only what the new reference mends; a line of history says who confirmed it."""
    moved = reason_code(camera.health_reason) == VIEW_MOVED
    health, reason = (Camera.Health.HEALTHY, "") if moved else (camera.health, camera.health_reason)
    sentence = f"{words_of(CONFIRMED).id}: {actor}"
    news = HealthNews(health, reason, look_code=CONFIRMED, look_sentence=sentence)
    camera_health_record(camera=camera, last=None, news=news, now=now)


def views_trim(camera_id: int) -> int:
    """Erase pictures of views that nothing stands on any more; their rows stay. How many."""
    current = CameraWatch.objects.filter(pk=camera_id).values("view")
    idle = CameraView.objects.filter(camera_id=camera_id, zones__isnull=True).exclude(pk__in=current).exclude(file="")
    gone = list(idle.values_list("pk", "file"))
    for pk, name in gone:
        CameraView.objects.filter(pk=pk).update(file="")
        erase(name)
    return len(gone)
