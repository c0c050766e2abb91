"""Each camera's background by part of the day: kept fresh by the patrol's looks, never by a person."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from cameras.footage.frame import Picture
from cameras.models import BackgroundLook, Camera, CameraBackground, CameraView, CameraWatch
from cameras.patrol.backdrop import (
    KEPT_LOOKS,
    Backdrop,
    backdrop_of,
    build_is_due,
    changed_share,
    look_is_wanted,
    small_look,
)
from cameras.patrol.daypart import DayPart, day_part
from cameras.patrol.judge import Finding, Outcome, plane_packed
from cameras.patrol.view import Change
from cameras.services.pictures import picture_load, picture_save, picture_saved
from cameras.services.views import view_ensure, zones_view
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase

log = logging.getLogger(__name__)

KEPT_PICTURES, BACKGROUNDS = "background-looks", "backgrounds"
VERSIONS_KEPT = 3
LOOKS_KEPT = timedelta(days=14)
FRESH = timedelta(days=7)
"""A background whose newest look is older says nothing of what came since."""


def background_look(watch: CameraWatch, finding: Finding, picture: Picture | None, now: datetime) -> None:
    """Let a look that has just been recorded take part in its background; most looks cost one small query.

    Only good pictures of the camera's own view come in. What fails here costs a look, and no health.
    """
    if picture is None or finding.outcome is not Outcome.GOOD or not finding.fit:
        return
    if finding.view is not None and finding.view.change is not Change.NONE:
        return
    at = finding.memory.plane_at or now if finding.memory is not None else now
    try:
        _look(watch.pk, small_look(picture), at, now)
    except (StorageFailed, IntegrityError) as error:  # the camera may be deleted in this very moment
        log.warning("the look at camera %s is not kept for its background: %s", watch.pk, error)


def _look(camera_id: int, picture: Picture, at: datetime, now: datetime) -> None:
    part = day_part(at)
    looks = BackgroundLook.objects.filter(camera_id=camera_id, part=part)
    last = looks.values_list("at", flat=True).first()
    if not look_is_wanted(part, last, at):
        return
    # As recorded: this very look may have told that the view is another, or is suspected to be.
    watch = CameraWatch.objects.filter(pk=camera_id, moved_since__isnull=True, bad_looks=0).first()
    view = view_ensure(watch) if watch is not None else None
    if view is None:
        return
    name = picture_save(KEPT_PICTURES, camera_id, picture)
    BackgroundLook.objects.create(camera_id=camera_id, view=view, part=part, at=at, file=name)
    _looks_trim(camera_id, part, view)
    background_build(camera_id, part, view, now)


def _looks_trim(camera_id: int, part: DayPart, view: CameraView) -> None:
    looks = BackgroundLook.objects.filter(camera_id=camera_id, part=part)
    mine = list(looks.filter(view=view).values_list("pk", flat=True)[:KEPT_LOOKS])
    gone = list(looks.exclude(pk__in=mine).values_list("pk", "file"))
    BackgroundLook.objects.filter(pk__in=[pk for pk, _name in gone]).delete()
    for _pk, name in gone:
        erase(name)


def background_build(camera_id: int, part: DayPart, view: CameraView, now: datetime) -> CameraBackground | None:
    """A new version, when one is due; None when not, or when the looks do not agree on a view."""
    versions = CameraBackground.objects.filter(camera_id=camera_id, part=part, view=view)
    last = versions.first()
    rows = list(BackgroundLook.objects.filter(camera_id=camera_id, part=part, view=view)[:KEPT_LOOKS])
    fresh = rows if last is None else [row for row in rows if row.at > last.last_look_at]
    if not build_is_due(len(fresh), len(rows), last.built_at if last else None, now):
        return None
    loaded = [(row, picture) for row in rows if (picture := picture_load(str(row.file))) is not None]
    made = backdrop_of([picture for _row, picture in loaded])
    if made is None:
        return None
    before = picture_load(str(last.file)) if last is not None else None
    stored = _stored(made, [loaded[n][0] for n in made.used], part, now)
    stored.changed_share = changed_share(before, made.picture) if before is not None else None
    recorded = _recorded(stored, view)
    _versions_trim(recorded, now)
    return recorded


def _stored(made: Backdrop, looks: Sequence[BackgroundLook], part: DayPart, now: datetime) -> CameraBackground:
    """Not in the database yet; its file is."""
    name, sha256 = picture_saved(BACKGROUNDS, looks[0].camera_id, made.picture)
    times = [look.at for look in looks]
    return CameraBackground(
        camera_id=looks[0].camera_id,
        part=part,
        file=name,
        sha256=sha256,
        unrest=plane_packed(made.unrest),
        looks=len(looks),
        first_look_at=min(times),
        last_look_at=max(times),
        built_at=now,
    )


def _recorded(stored: CameraBackground, view: CameraView) -> CameraBackground:
    with transaction.atomic():
        # The camera's row keeps two builders apart: without a lock both would take one number.
        CameraWatch.objects.select_for_update().filter(pk=stored.camera_id).first()
        last = CameraBackground.objects.filter(camera_id=stored.camera_id, part=stored.part).aggregate(v=Max("version"))
        stored.version, stored.view = (last["v"] or 0) + 1, view
        stored.save()
    return stored


def _versions_trim(newest: CameraBackground, now: datetime) -> None:
    """The newest stay, so that no number is ever given twice, and those that an answer was measured against as long as
    its stills."""
    rows = CameraBackground.objects.filter(camera_id=newest.camera_id, part=newest.part)
    kept = list(rows.filter(view=newest.view).values_list("pk", flat=True)[:VERSIONS_KEPT])
    needed = rows.filter(used_at__gt=now - timedelta(days=settings.JSC_STILLS_KEEP_DAYS)).values_list("pk", flat=True)
    gone = list(rows.exclude(pk__in=[*kept, *needed]).values_list("pk", "file"))
    CameraBackground.objects.filter(pk__in=[pk for pk, _name in gone]).delete()
    for _pk, name in gone:
        erase(name)


def background_for(camera: Camera, at: datetime) -> CameraBackground | None:
    """The newest version of the part of the day of ``at`` whose looks are all older than that: what was not in it came
    since. Only of the view that the camera's zones stand on, and none whose newest look is a week old.
    """
    view = zones_view(camera).view
    if view is None:
        return None
    found = CameraBackground.objects.filter(camera=camera, part=day_part(at), view=view)
    return found.filter(last_look_at__lte=at, last_look_at__gt=at - FRESH).order_by("-version").first()


def looks_purge(now: datetime) -> int:
    """Delete kept looks that nothing new has joined for long (a dead camera's); people are in them. How many."""
    rows = list(BackgroundLook.objects.filter(at__lt=now - LOOKS_KEPT).values_list("pk", "file"))
    BackgroundLook.objects.filter(pk__in=[pk for pk, _name in rows]).delete()
    for _pk, name in rows:
        erase(name)
    return len(rows)


def background_used(pk: int, now: datetime) -> None:
    """An answer has been measured against it."""
    CameraBackground.objects.filter(pk=pk).update(used_at=now)
