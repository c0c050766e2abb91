"""What belongs to a clip besides its pictures: the view that the camera's zones stand on, and its background."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from analytics.against_background import Background
from analytics.view_gate import DrawnView
from cameras.models import CameraBackground, CameraView, FootageClip
from cameras.patrol.daypart import STEADY, DayPart
from cameras.patrol.judge import plane_unpacked
from cameras.services.backgrounds import background_for, background_used
from cameras.services.pictures import picture_load
from cameras.services.views import zones_view


@dataclass(frozen=True, slots=True)
class Scenery:
    """``stale_since``: since when the camera's zones do not count, where the clip was taken after that."""

    view: CameraView | None = None
    stale_since: datetime | None = None
    background: CameraBackground | None = None

    def asked(self) -> dict[str, Any]:
        """Its part of a run's identity: the same clip before and after zones are confirmed is another question, and an
        answer names the pictures it was measured against."""
        told: dict[str, Any] = {}
        if self.view is not None:
            told["view"] = {"number": self.view.number, "sha256": self.view.sha256}
        if self.stale_since is not None:
            told["zones_stale_since"] = self.stale_since.isoformat()
        if self.background is not None:
            known = self.background
            told["background"] = {"part": known.part, "version": known.version, "sha256": known.sha256}
        return told


def scenery_of(clip: FootageClip) -> Scenery:
    """As things stand now; no picture is read."""
    known = zones_view(clip.camera)
    at = clip.media_start_at or clip.start_at
    stale = known.stale_since if known.stale_since is not None and known.stale_since < clip.end_at else None
    return Scenery(known.view, stale, background_for(clip.camera, at))


def pictures_of(scenery: Scenery) -> tuple[DrawnView, Background | None]:
    """With their pictures; a background whose file is gone counts as none.

    Raises:
        StorageFailed: never; what cannot be read now is not compared with.
    """
    view = scenery.view
    picture = picture_load(str(view.file)) if view is not None else None
    drawn = DrawnView(picture, view.sha256 if view is not None else "", scenery.stale_since)
    return drawn, _background(scenery.background) if scenery.background is not None else None


def _background(row: CameraBackground) -> Background | None:
    picture = picture_load(str(row.file))
    if picture is None:
        return None
    background_used(row.pk, timezone.now())
    return Background(
        picture=picture,
        slot=row.part,
        version=row.version,
        looks=row.looks,
        since=row.first_look_at,
        until=row.last_look_at,
        sha256=row.sha256,
        steady=DayPart(row.part) in STEADY,
        unrest=plane_unpacked(row.unrest),
    )
