"""Bulk writes keep what a single save keeps: coverage fits the view, zone changes raise the camera's zones_version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from cameras.geofence import View, coverage_of
from jsc_project.lib.revision import RevisedQuerySet

if TYPE_CHECKING:
    from cameras.models import Camera

VIEW_FIELDS = frozenset({"lat", "lon", "bearing_deg", "fov_deg", "range_m", "drawn_coverage"})
COVERAGE_FIELDS = ("coverage", "coverage_kind")


def view_of(camera: Camera) -> View:
    return View(camera.lat, camera.lon, camera.bearing_deg, camera.fov_deg, camera.range_m, camera.drawn_coverage)


def cover(camera: Camera) -> None:
    """Raises CameraInvalid when no coverage can be computed."""
    coverage = coverage_of(view_of(camera))
    camera.coverage, camera.coverage_kind = coverage.geojson, coverage.kind.value


class CameraQuerySet(RevisedQuerySet):
    def update(self, **kwargs: Any) -> int:
        if "coverage" in kwargs or not VIEW_FIELDS & kwargs.keys():
            return super().update(**kwargs)
        with transaction.atomic(using=self.db):
            # The ids first: the update may change the very column that the filter looks at.
            ids = list(self.values_list("pk", flat=True))
            changed = super().update(**kwargs)
            everyone = self.model._default_manager
            everyone.bulk_update(everyone.filter(pk__in=ids), list(VIEW_FIELDS & kwargs.keys()))
        return changed

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        cameras = list(objs)
        for camera in cameras:
            cover(camera)
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = with_coverage(kwargs["update_fields"])
        return super().bulk_create(cameras, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        cameras, names = list(objs), list(fields)
        if VIEW_FIELDS & set(names):
            for camera in cameras:
                cover(camera)
        return super().bulk_update(cameras, with_coverage(names), *args, **kwargs)


def with_coverage(fields: Iterable[str]) -> list[str]:
    """The fields to write when these change: a view never goes to the database without its coverage."""
    names = set(fields)
    return sorted(names | set(COVERAGE_FIELDS) if names & VIEW_FIELDS else names)


class ZoneQuerySet(RevisedQuerySet):
    def update(self, **kwargs: Any) -> int:
        with transaction.atomic(using=self.db):
            before = self._cameras()
            ids = list(self.values_list("pk", flat=True))
            changed = super().update(**kwargs)
            after = self.model._default_manager.filter(pk__in=ids)._cameras()
            raise_zones_version(self.model, before | after)
        return changed

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        zones = list(objs)
        for zone in zones:
            zone.refuse_invalid()
        with transaction.atomic(using=self.db):
            made = super().bulk_create(zones, *args, **kwargs)
            raise_zones_version(self.model, {zone.camera_id for zone in zones})
        return made

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        zones = list(objs)
        for zone in zones:
            zone.refuse_invalid()
        # Django's bulk_update calls our update once a batch; a camera's version may so rise more than once.
        return super().bulk_update(zones, list(fields), *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            cameras = self._cameras()
            gone = super().delete()
            raise_zones_version(self.model, cameras)
        return gone

    delete.queryset_only = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]

    def _cameras(self) -> set[int]:
        return set(self.order_by().values_list("camera_id", flat=True))


def raise_zones_version(zone_model: Any, camera_ids: set[int]) -> None:
    """Runs of an older version of the zones are not mistaken for runs of these."""
    cameras = zone_model._meta.get_field("camera").related_model
    cameras._default_manager.filter(pk__in=camera_ids).update(zones_version=F("zones_version") + 1)
