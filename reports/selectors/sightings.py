"""The cameras worth asking about a point."""

from __future__ import annotations

from cameras import selectors as cameras
from cameras.index import Sighting
from jsc_project.lib.geo import LatLon


def best_views(point: LatLon, most: int) -> list[Sighting]:
    """At most ``most`` cameras that see ``point``, best view first, not two of one pole and direction."""
    return _distinct(cameras.cameras_seeing(point))[:most]


def watching(point: LatLon, most: int) -> frozenset[int]:
    """Ids of the cameras that a look at ``point`` would use if all were healthy.

    Without their health, which changes while reports are worked on: two reports must be
    grouped alike whenever they are placed.
    """
    seen = sorted(cameras.cameras_seeing(point), key=lambda s: (s.assumed, not s.has_source, s.metres, s.code))
    return frozenset(s.camera_id for s in _distinct(seen)[:most])


def _distinct(sightings: list[Sighting]) -> list[Sighting]:
    found: list[Sighting] = []
    for sighting in sightings:
        if not any(sighting.same_view(other) for other in found):
            found.append(sighting)
    return found
