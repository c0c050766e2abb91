"""What the pages for zones and coverage learn from the apps above: why a zone is needed, who is next, what to try.

This app knows no incidents and no checks. Whoever does registers a desk; without one the pages work, and say less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cameras.models import Camera
from jsc_project.lib.geo import LatLon


@dataclass(frozen=True, slots=True)
class Need:
    """A use of the camera that waits for a zone: any one of ``kinds`` serves. ``why``: a sentence for the person.
    ``category``: its slug, empty where it is no particular use."""

    label: str
    kinds: tuple[str, ...]
    why: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Following:
    """The camera that comes next in the list of those that wait; ``left``: how many wait, that one included."""

    camera_id: int
    position: int
    left: int


@dataclass(frozen=True, slots=True)
class Outline:
    """An area to draw behind a map; ``geometry`` is GeoJSON, lon/lat."""

    name: str
    geometry: Mapping[str, Any]


class ZoneDesk(Protocol):
    def outlines(self, point: LatLon, radius_m: float) -> Sequence[Outline]:
        """The areas around a point."""

    def needs(self, camera: Camera) -> Sequence[Need]:
        """What the camera lacks, most wanted first."""

    def following(self, camera_id: int, position: int) -> Following | None:
        """Who comes after the camera that stood at ``position`` of the list when its page was opened."""

    def trial(self, camera: Camera, reader: Any, needs: Sequence[Need]) -> Mapping[str, Any] | None:
        """What the page needs to run a check on the last footage, the checks that ``needs`` ask for first; None where
        this person may not."""

    def waiting_url(self) -> str:
        """The list of cameras that wait."""


DRAWING = ("cameras.add_zone", "cameras.change_zone", "cameras.delete_zone")


def may_draw(user: Any) -> bool:
    return bool(user.is_active and user.is_staff and user.has_perms(DRAWING))


_desks: list[ZoneDesk] = []


def zone_desk_register(desk: ZoneDesk) -> None:
    """The last one registered counts."""
    _desks[:] = [desk]


def zone_desk() -> ZoneDesk | None:
    return _desks[-1] if _desks else None
