"""A check tried on the drawing page is asked what a report's is asked: same thresholds, background, view and window."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

import pytest

from analytics import checks, runner, services
from analytics.against_background import background_of
from analytics.checks.new_object import NewObject
from analytics.models import AnalysisRun
from analytics.runner import AnalysisRequest
from analytics.trial_models import ZoneTrial
from analytics.trials import trial_run
from cameras.models import Camera, CameraBackground, CameraView, CameraWatch, FootageClip
from cameras.patrol.backdrop import backdrop_of
from cameras.patrol.judge import plane_packed
from cameras.services.pictures import picture_saved
from cameras.services.views import zones_view_confirm
from cameras.services.zones import zones_file
from reports import trial_words
from reports.models import Category
from tests.cameras.test_quality import noisy, street
from tests.fakes import FakeDetector
from tests.pipeline_world import World, happened
from tests.reports.test_judgements import judged
from tests.test_moved_views import Films, films, patrolled, turned

__all__ = ["films"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(films: Films, monkeypatch: pytest.MonkeyPatch) -> list[AnalysisRequest]:
    """Every question that reaches the analysis, whoever asks."""
    told: list[AnalysisRequest] = []

    def asked(path: Path, request: AnalysisRequest, detector: Any) -> Any:
        told.append(request)
        return runner.analyse_file(path, request, detector)

    monkeypatch.setattr(services, "analyse_file", asked)
    return told


def tried(camera: Camera, person: Any, zones: list[dict[str, Any]] | None = None) -> ZoneTrial:
    """The answer to the camera's own zones, or to others."""
    category = Category.objects.get(slug="parkir_liar")
    trial = ZoneTrial.objects.create(
        state="WANTED", camera=camera, clip=FootageClip.objects.earliest("pk"), asked_by=person,
        check_slug=category.check_slug, zone_kinds=category.zone_kinds, thresholds=category.thresholds,
        zones=zones_file(camera) if zones is None else zones,
    )  # fmt: skip
    draft = trial_run(trial=trial, token=trial.key, detector=FakeDetector(), deadline_s=60)
    trial.result = draft.fields["result"]
    return trial


def of_noon(camera: Camera) -> CameraBackground:
    """Six looks of the days before."""
    made = backdrop_of([noisy(street()) for _ in range(6)])
    assert made is not None
    name, sha256 = picture_saved("backgrounds", camera.pk, made.picture)
    view = CameraView.objects.get(pk=CameraWatch.objects.get(camera=camera).view_id)
    times = {"first_look_at": happened(-3 * 24 * 60), "last_look_at": happened(-24 * 60)}
    packed = plane_packed(made.unrest)
    values = {"part": "siang", "version": 4, "looks": 6, "file": name, "sha256": sha256, "unrest": packed, **times}
    return CameraBackground.objects.create(camera=camera, view=view, **values)


def told(request: AnalysisRequest) -> dict[str, Any]:
    """All of a question that can change its answer, pictures by their contents."""
    values = {one.name: getattr(request, one.name) for one in fields(request) if one.name != "deadline_s"}
    view, known = values.pop("view"), values.pop("background")
    return {
        **values,
        "view": (view.sha256, view.stale_since, None if view.picture is None else view.picture.tobytes()),
        "background": known and (known.sha256, known.version, known.slot, known.steady, known.picture.tobytes()),
    }


def test_a_trial_asks_word_for_word_what_a_report_asks(
    world: World, requests: list[AnalysisRequest], rini: Any
) -> None:
    Category.objects.filter(slug="parkir_liar").update(thresholds={})
    camera = world.camera()
    patrolled(camera)
    known = of_noon(camera)
    world.looked()
    trial = tried(camera, rini)
    reported, asked = requests
    assert told(asked) == told(reported)
    assert asked.background is not None
    assert asked.background.sha256 == known.sha256
    run = AnalysisRun.objects.get()
    answer = (run.verdict, run.confidence, run.reasons, run.measurements, run.coverage)
    assert answer == tuple(
        trial.result[name] for name in ("verdict", "confidence", "reasons", "measurements", "coverage")
    )
    assert trial_words.confirm_said(trial) is None


def test_of_a_turned_camera_the_trial_says_so_and_asks_to_confirm_its_zones(
    world: World, requests: list[AnalysisRequest], films: Films, rini: Any
) -> None:
    camera = world.camera()
    patrolled(camera, turned(), reference_at=happened(-60))
    films.shown["CAM-1"] = turned()
    look = world.looked()
    trial = tried(camera, rini)
    assert (trial.result["verdict"], look.verdict) == ("INCONCLUSIVE", "INCONCLUSIVE")
    assert trial.result["reasons"][0]["code"] == look.reasons[0]["code"] == "view_moved"
    asked = trial_words.confirm_said(trial)
    assert asked is not None
    assert "Cocokkan" in asked["words"]
    assert asked["url"].endswith(f"/{camera.pk}/change/")

    zones_view_confirm(camera, rini)
    assert tried(camera, rini).result["verdict"] == "SUPPORTED", "confirmed, the same footage counts"


def test_zones_that_the_patrol_calls_stale_are_stale_in_a_trial(world: World, films: Films, rini: Any) -> None:
    camera = world.camera()
    patrolled(camera, turned(), moved_since=happened(-60))
    world.looked()
    trial = tried(camera, rini)
    assert trial.result["reasons"][0]["code"] == "view_moved"
    assert trial_words.confirm_said(trial) is not None


def test_footage_from_before_the_zones_were_confirmed_is_told_from_a_camera_that_has_turned_since(
    world: World, films: Films, rini: Any
) -> None:
    camera = world.camera()
    patrolled(camera, turned())
    world.looked()
    zones_view_confirm(camera, rini)
    trial = tried(camera, rini)
    asked = trial_words.confirm_said(trial)
    assert asked is not None
    assert "lebih lama" in asked["words"]


class ComparesNothing(NewObject):
    """Uses a background, as ``new_object`` does; sees nothing by itself."""

    slug: ClassVar[str] = "new_object"
    seen: ClassVar[list[Any]] = []

    def run(self, clip: Any, zones: Any, thresholds: Any, detector: Any) -> Any:
        self.seen.append(background_of(clip))
        return super().run(clip, zones, thresholds, detector)


def test_a_trial_says_which_background_was_used_or_what_its_lack_costs(
    world: World, films: Films, rini: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = world.camera()
    patrolled(camera)
    world.looked()
    monkeypatch.setattr(checks, "CHECKS", {"new_object": ComparesNothing()})
    Category.objects.filter(slug="parkir_liar").update(check_slug="new_object", zone_kinds=[], thresholds={})

    without = tried(camera, rini)
    assert ComparesNothing.seen[-1] is None
    assert without.result["compared"]["background"] is None
    assert any("Tanpa latar" in line and "siang" in line for line in trial_words.compared_said(without))

    of_noon(camera)
    with_it = tried(camera, rini)
    assert ComparesNothing.seen[-1].version == 4
    said = trial_words.compared_said(with_it)
    assert any("siang, versi 4, 6 gambar" in line for line in said), said
    assert any("sama dengan gambar" in line for line in said), said

    with_it.result["compared"]["background"]["enough"] = False
    assert any("tidak cukup" in line for line in trial_words.compared_said(with_it))


def test_a_camera_without_any_picture_of_its_view_is_said_to_be_taken_at_its_word(
    world: World, films: Films, rini: Any
) -> None:
    camera = world.camera()
    world.looked()
    said = trial_words.compared_said(tried(camera, rini))
    assert any("belum punya gambar acuan" in line for line in said), said
    assert any("tidak memakai latar" in line for line in said), said


def test_of_a_camera_that_was_often_wrong_it_says_that_a_report_is_looked_at_by_a_person(
    world: World, films: Films, rini: Any
) -> None:
    camera = world.camera()
    world.looked()
    assert not any("ditinjau" in line for line in trial_words.compared_said(tried(camera, rini)))
    judged(camera, "-----", rini)
    assert any("harus ditinjau petugas" in line for line in trial_words.compared_said(tried(camera, rini)))
