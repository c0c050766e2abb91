"""What a camera sees of the ground, set on the map: point, bearing, field of view, range, and a drawn polygon."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cameras.errors import CameraInvalid, Problem
from cameras.geofence import View
from cameras.models import Camera
from cameras.querysets import VIEW_FIELDS
from cameras.rules import LARGEST, place_problems
from jsc_project.lib.errors import JscError

NUMBERS = ("lat", "lon", "bearing_deg", "fov_deg", "range_m")
REQUIRED = frozenset({"lat", "lon"})
MOST_CORNERS = 500


class ViewChanged(JscError, RuntimeError):
    """Somebody else set another view meanwhile; nothing was written."""

    code = "view_changed"


def view_told(camera: Camera) -> dict[str, Any]:
    return {name: getattr(camera, name) for name in (*NUMBERS, "drawn_coverage")}


def view_read(told: object) -> View:
    """A view from outside.

    Raises:
        CameraInvalid: with all that is wrong.
    """
    if not isinstance(told, Mapping):
        raise CameraInvalid([Problem("lat", "not_an_object", "a view is an object", "tampilan adalah objek")])
    problems = [problem for name in NUMBERS for problem in _number_problems(name, told.get(name))]
    drawn = told.get("drawn_coverage") or None
    if _corners(drawn) > MOST_CORNERS:
        en, text_id = f"a drawn coverage has at most {MOST_CORNERS} corners", f"paling banyak {MOST_CORNERS} sudut"
        problems.append(Problem("drawn_coverage", "too_many", en, text_id))
    if problems:
        raise CameraInvalid(problems)
    numbers = {name: _float(told.get(name)) for name in NUMBERS}
    view = View(**numbers, drawn=drawn)  # type: ignore[arg-type]
    problems = [*place_problems(view.lat, view.lon), *view.problems()]
    if problems:
        raise CameraInvalid(problems)
    return view


def _number_problems(name: str, value: object) -> list[Problem]:
    if value is None and name not in REQUIRED:
        return []
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return []
    return [Problem(name, "not_a_number", f"{name} must be a number", "harus angka")]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _corners(drawn: object) -> int:
    """Numbers of a geometry, in pairs, however they are nested; counted before anything is computed with them."""
    waiting, numbers = [drawn], 0
    while waiting and numbers <= 2 * MOST_CORNERS + 2:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.append(value.get("coordinates"))
        elif isinstance(value, list):
            waiting.extend(value)
            numbers += sum(not isinstance(one, list) for one in value)
    return (numbers + 1) // 2


def view_save(*, camera: Camera, view: View, seen: Mapping[str, Any]) -> Camera:
    """Store the view, unless the camera's is not the one that was ``seen`` (``view_told``) any more.

    Raises:
        ViewChanged: it is not.
    """
    with transaction.atomic():
        held = Camera.objects.select_for_update().get(pk=camera.pk)
        if view_told(held) != dict(seen):
            raise ViewChanged(f"the view of {held.code} was changed meanwhile")
        changed = copy.copy(held)
        for name in NUMBERS:
            setattr(changed, name, getattr(view, name))
        changed.drawn_coverage = dict(view.drawn) if view.drawn else None
        if view_told(changed) != view_told(held):
            changed.save(update_fields=[*sorted(VIEW_FIELDS), "updated_at"])
    return changed
