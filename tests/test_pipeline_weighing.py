"""Several cameras on one incident, all the way through the pipeline."""

from __future__ import annotations

import pytest

from analytics.models import AnalysisRun
from analytics.verdict import Verdict
from cameras.models import Camera
from tests.pipeline_world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places(menteng: object, gondangdia: object, parkir_liar: object) -> None:
    """Menteng, Gondangdia and a category that a camera can check."""


def assumed(world: World, code: str, lat: float) -> None:
    world.camera(code, lat=lat)
    Camera.objects.filter(code=code).update(coverage_kind=Camera.CoverageKind.ASSUMED)
    Camera.bump_revision()


def test_a_weak_sighting_asks_one_more_and_a_much_better_view_sends_it_to_a_person(world: World) -> None:
    assumed(world, "CAM-1", -6.1958)
    # Asked last, because it was out of order; and well again by now.
    world.camera("CAM-2", lat=-6.1951, health=Camera.Health.UNHEALTHY)
    world.analyst.verdicts["CAM-2"] = Verdict.CONTRADICTED
    look = world.looked()
    assert world.recorder.pulls == ["CAM-1", "CAM-2"]
    assert (look.verdict, look.confidence) == (Verdict.INCONCLUSIVE, None)
    assert look.reasons[0]["code"] == "conflict"
    assert look.reasons[0]["id"].startswith("kamera tidak sependapat: Kamera CAM-1 melihatnya, Kamera CAM-2 tidak")
    assert look.reasons[0]["en"].endswith("a person decides")


def test_a_firm_sighting_asks_nobody_else(world: World) -> None:
    world.camera("CAM-1")
    world.camera("CAM-2", lat=-6.1951)
    assert world.looked().verdict == Verdict.SUPPORTED
    assert len(world.recorder.pulls) == 1


def test_two_that_agree_are_surer_than_one_and_it_is_said(world: World) -> None:
    assumed(world, "CAM-1", -6.1958)
    assumed(world, "CAM-2", -6.1943)
    look = world.looked()
    alone = AnalysisRun.objects.first()
    assert alone is not None
    assert alone.confidence is not None and look.confidence is not None
    assert alone.confidence < look.confidence <= 1
    assert [r["code"] for r in look.reasons][-1] == "views"
    assert "2 kamera sependapat bahwa kejadian terlihat" in look.reasons[-1]["id"]


def test_channels_of_one_pole_are_one_witness(world: World) -> None:
    assumed(world, "CAM-1", -6.1958)
    assumed(world, "CAM-2", -6.1958)
    look = world.looked()
    assert world.recorder.pulls == ["CAM-1", "CAM-2"]
    assert look.confidence == AnalysisRun.objects.latest("pk").confidence


def test_nothing_is_contradicted_while_one_camera_shows_it(world: World) -> None:
    world.camera("CAM-1", lat=-6.1951)
    world.analyst.verdicts["CAM-1"] = Verdict.INCONCLUSIVE
    assumed(world, "CAM-2", -6.1958)
    assumed(world, "CAM-3", -6.1944)
    world.analyst.verdicts["CAM-3"] = Verdict.CONTRADICTED
    look = world.looked()
    assert look.verdict == Verdict.SUPPORTED
