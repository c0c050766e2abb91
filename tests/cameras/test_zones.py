"""Zones in a camera's picture: what is refused, and that every change raises the versions that others compare."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from cameras.errors import ZoneInvalid
from cameras.models import Camera, CameraRevision, Zone
from cameras.rules import ZONE_KINDS, zone_problems
from tests import factories

FRAME = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
GROUND = [[0.2, 0.4, 0, 20], [0.8, 0.4, 7, 20], [0.9, 0.9, 7, 0], [0.1, 0.9, 0, 0]]


@pytest.mark.parametrize(
    ("polygon", "code"),
    [
        (FRAME, ""),
        ([*FRAME, FRAME[0]], ""),  # closed rings are welcome
        ([[0, 0], [1, 0], [1, 1]], ""),
        ([(0, 0), (1, 0), (1, 1)], ""),
        ([[0, 0], [1, 0]], "too_few"),
        ([[0, 0], [1, 0], [0, 0], [1, 0]], "too_few"),  # two places, told twice
        ([], "too_few"),
        ([[0.5, 0.5]] * 201, "too_few"),
        ([[0, 0], [640, 0], [640, 360]], "outside"),  # pixels
        ([[0, 0], [1, 0], [1, -0.01]], "outside"),
        ([[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]], "crosses_itself"),
        ([[0, 0], [0.5, 0.5], [1, 1]], "tiny"),  # on one line
        ([[0, 0], [0.001, 0], [0.001, 0.001]], "tiny"),
        ("0,0 1,0 1,1", "not_points"),
        ([[0, 0], [1, 0], [1, "1"]], "not_points"),
        ([[0, 0], [1, 0], [1, True]], "not_points"),
        ([[0, 0], [1, 0], [1, float("nan")]], "not_points"),
        ([[0, 0], [1, 0], [1, 1, 1]], "not_points"),
        ([[i / 300, (i % 2) / 2] for i in range(201)], "too_many"),
        (None, "not_points"),
        ({}, "not_points"),
    ],
)
def test_a_polygon_is_judged(polygon: Any, code: str) -> None:
    assert ",".join(problem.code for problem in zone_problems("road", polygon)) == code


@pytest.mark.parametrize(
    ("ground", "code"),
    [
        (None, ""),
        ([], ""),
        (GROUND, ""),
        (GROUND[:3], "not_points"),
        ([*GROUND, GROUND[0]], "not_points"),
        ([[0.1, 0.1, 0], *GROUND[1:]], "not_points"),
        ([[1.2, 0.4, 0, 20], *GROUND[1:]], "outside"),
        ([GROUND[1], *GROUND[1:]], "degenerate"),  # the same point twice
        ([[0.2, 0.2, 0, 20], [0.5, 0.5, 7, 20], [0.8, 0.8, 7, 0], [0.1, 0.9, 0, 0]], "degenerate"),  # three on a line
        ([[0.2, 0.4, 0, 0], [0.8, 0.4, 7, 0], [0.9, 0.9, 14, 0], [0.1, 0.9, 0, 5]], "degenerate"),  # ... on the ground
    ],
)
def test_ground_points_are_judged(ground: Any, code: str) -> None:
    assert ",".join(problem.code for problem in zone_problems("road", FRAME, ground)) == code


def test_the_rules_know_exactly_the_kinds_of_the_model() -> None:
    assert set(Zone.Kind.values) == ZONE_KINDS
    assert [problem.code for problem in zone_problems("sidewalk", FRAME)] == ["unknown_kind"]


@pytest.mark.django_db
def test_an_invalid_zone_is_never_stored() -> None:
    camera = factories.camera()
    with pytest.raises(ZoneInvalid, match="lies outside 0 to 1"):
        Zone.objects.create(camera=camera, kind="road", polygon=[[0, 0], [640, 0], [640, 360]])
    with pytest.raises(ZoneInvalid, match="crosses itself"):
        bowtie = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
        Zone.objects.bulk_create([Zone(camera=camera, kind="road", polygon=bowtie)])
    assert not Zone.objects.exists()


def version(camera: Camera) -> tuple[int, int]:
    return Camera.objects.get(pk=camera.pk).zones_version, CameraRevision.current("cameras")


def _create(camera: Camera, zone: Zone) -> None:
    Zone.objects.create(camera=camera, kind="river", polygon=FRAME)


def _save(camera: Camera, zone: Zone) -> None:
    zone.polygon = FRAME
    zone.save()


def _delete(camera: Camera, zone: Zone) -> None:
    zone.delete()


def _bulk_create(camera: Camera, zone: Zone) -> None:
    Zone.objects.bulk_create([Zone(camera=camera, kind="river", polygon=FRAME)])


def _bulk_update(camera: Camera, zone: Zone) -> None:
    zone.name = "baru"
    Zone.objects.bulk_update([zone], ["name"])


def _update(camera: Camera, zone: Zone) -> None:
    camera.zones.update(name="baru")


def _delete_all(camera: Camera, zone: Zone) -> None:
    camera.zones.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("change", [_create, _save, _delete, _bulk_create, _bulk_update, _update, _delete_all])
def test_every_way_to_change_a_zone_raises_the_zones_version_and_the_revision(change: Any) -> None:
    camera, other = factories.camera("CAM-1"), factories.camera("CAM-2")
    zone = factories.zone(camera)
    (before, revision), other_before = version(camera), version(other)[0]
    change(camera, zone)
    after, revision_after = version(camera)
    assert after > before
    assert revision_after > revision
    assert version(other)[0] == other_before


@pytest.mark.django_db
def test_a_zone_that_moves_raises_both_cameras() -> None:
    camera, other = factories.camera("CAM-1"), factories.camera("CAM-2")
    zone = factories.zone(camera)
    before = version(camera)[0], version(other)[0]
    zone.camera = other
    zone.save()
    assert (version(camera)[0], version(other)[0]) == (before[0] + 1, before[1] + 1)


@pytest.mark.django_db
def test_an_old_copy_of_the_camera_does_not_take_the_zones_version_back() -> None:
    old_copy = factories.camera()
    factories.zone(Camera.objects.get(pk=old_copy.pk))
    raised = version(old_copy)[0]
    old_copy.name = "Nama baru"
    old_copy.save()
    assert version(old_copy)[0] == raised > 1


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_version_and_revision() -> None:
    camera = factories.camera()
    before = version(camera)
    with pytest.raises(RuntimeError), transaction.atomic():
        factories.zone(camera)
        raise RuntimeError
    assert version(camera) == before
