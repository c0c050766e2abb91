"""A camera that was turned: its zones count for nothing until a person says so, whoever noticed it first."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from analytics import blurred_excerpts, checks, runner, services
from analytics.frames import ClipView
from analytics.models import AnalysisRun, EvidenceStill
from analytics.scenery import scenery_of
from analytics.services import Question
from analytics.verdict import CheckResult, Moment, Reason, Verdict
from analytics.zones import Zone
from cameras.footage.frame import Picture
from cameras.footage.source import PulledFootage
from cameras.footage.window import TimeWindow
from cameras.models import BlurredExcerpt, Camera, CameraBackground, CameraView, CameraWatch, FootageClip
from cameras.patrol.backdrop import backdrop_of
from cameras.patrol.judge import plane_packed
from cameras.services.pictures import LOOKS, REFERENCES, picture_save, picture_saved
from cameras.services.views import reference_confirm, view_ensure, zones_view_confirm
from reports.models import Verification
from tests import factories
from tests.analytics.faces_again import film
from tests.cameras.test_quality import night, noisy, rain, street
from tests.fakes import nobody_found
from tests.pipeline_world import World, happened

pytestmark = pytest.mark.django_db
FPS = 0.25


@dataclass(frozen=True)
class NoFigures:
    """No threshold."""


class SeesAlways:
    """Finds what was reported in every clip, so that only the zones can say otherwise."""

    slug: ClassVar[str] = "stopped_vehicle"
    version: ClassVar[str] = "1"
    zone_kinds: ClassVar[tuple[str, ...]] = ("no_stopping",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("longest_dwell_s",)
    defaults: ClassVar[NoFigures] = NoFigures()

    def run(self, clip: ClipView, zones: Sequence[Zone], thresholds: NoFigures, detector: Any) -> CheckResult:
        reason = Reason("stopped", "mobil diam 184 dtk", "a car stood still for 184 s")
        moments = (Moment(60.0, "event"),)
        return CheckResult(self.slug, Verdict.SUPPORTED, 0.9, {"longest_dwell_s": 184.0}, (reason,), 1, 9, 9, moments)


@dataclass
class Films:
    """A footage source whose cameras show one picture, with a sensor's noise. ``shown``: by camera code."""

    folder: Path
    shown: dict[str, Picture] = field(default_factory=dict)
    has_past: ClassVar[bool] = True
    real_time: ClassVar[bool] = False
    stills_only: ClassVar[bool] = False
    code: str = ""

    def source_for(self, kind: str, context: Any) -> Films:
        return Films(self.folder, self.shown, code=context.settings["code"])

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        picture = self.shown.get(self.code, street())
        count = int((window.end - window.start).total_seconds() * FPS) + 1
        made = film(self.folder / f"{window.start:%H%M}.mp4", [noisy(picture) for _ in range(count)], FPS)
        shutil.copyfile(made, destination)
        return PulledFootage(destination, window.start, [window])


@pytest.fixture
def films(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, menteng: Any, parkir_liar: Any
) -> Iterator[Films]:
    made = Films(tmp_path)
    monkeypatch.setattr("cameras.footage.registry.source_for", made.source_for)
    monkeypatch.setattr(services, "analyse_file", runner.analyse_file)
    monkeypatch.setattr(checks, "CHECKS", {"stopped_vehicle": SeesAlways()})
    with nobody_found():
        yield made


def patrolled(camera: Camera, still: Picture | None = None, **watch: Any) -> CameraWatch:
    """As after looks of the patrol: what the camera shall look at, and what it showed last."""
    names = {"reference": picture_save(REFERENCES, camera.pk, street())}
    names["still"] = picture_save(LOOKS, camera.pk, street() if still is None else still)
    made, _ = CameraWatch.objects.update_or_create(camera=camera, defaults={**names, **watch})
    view_ensure(made)
    return made


def turned() -> Picture:
    return np.roll(street(), 70, axis=1)


def asked(world: World, **extra: Any) -> Verification:
    return world.looked(**extra)


def code_of(look: Verification) -> tuple[str, str]:
    return str(look.verdict), str(look.reasons[0]["code"])


def test_zones_count_while_the_clip_shows_what_they_were_drawn_on(world: World, films: Films) -> None:
    patrolled(world.camera())
    assert code_of(asked(world)) == ("SUPPORTED", "stopped")
    assert AnalysisRun.objects.get().thresholds["view"]["number"] == 1


def test_a_clip_of_another_view_is_known_before_the_patrol_has_been_there(world: World, films: Films) -> None:
    patrolled(world.camera())
    films.shown["CAM-1"] = turned()
    look = asked(world)
    assert code_of(look) == ("INCONCLUSIVE", "view_moved")
    assert "zona tidak berlaku" in look.reasons[0]["id"]
    assert "zones do not count" in look.reasons[0]["en"]
    assert EvidenceStill.objects.get().kind == "overview"


@pytest.mark.parametrize("change", [rain, lambda p: (p * 0.45).astype(np.uint8)], ids=["rain", "evening"])
def test_weather_and_light_are_no_turned_camera(world: World, films: Films, change: Any) -> None:
    patrolled(world.camera())
    films.shown["CAM-1"] = change(street())
    assert code_of(asked(world)) == ("SUPPORTED", "stopped")


def test_without_any_picture_of_the_view_the_zones_are_taken_at_their_word(world: World, films: Films) -> None:
    world.camera()
    assert code_of(asked(world)) == ("SUPPORTED", "stopped")


def test_what_the_patrol_has_seen_holds_until_a_person_confirms_the_zones(
    world: World, films: Films, rini: Any
) -> None:
    camera = world.camera()
    patrolled(camera, turned(), moved_since=happened(-60))
    films.shown["CAM-1"] = turned()
    look = asked(world)
    assert code_of(look) == ("INCONCLUSIVE", "view_moved")
    assert "sejak 2 Nov 2026 11.00 WIB" in look.reasons[0]["id"]

    reference_confirm(camera, rini)
    CameraWatch.objects.filter(camera=camera).update(zones_stale_since=happened(-60))
    assert code_of(asked(world, happened_at=happened(40))) == ("INCONCLUSIVE", "view_moved")

    view = zones_view_confirm(camera, rini)
    assert code_of(asked(world, happened_at=happened(80))) == ("SUPPORTED", "stopped")
    assert AnalysisRun.objects.first().thresholds["view"] == {"number": view.number, "sha256": view.sha256}  # type: ignore[union-attr]


def test_the_same_clip_is_asked_anew_once_the_zones_are_confirmed(world: World, films: Films, rini: Any) -> None:
    camera = world.camera()
    patrolled(camera, turned())
    films.shown["CAM-1"] = turned()
    assert code_of(asked(world)) == ("INCONCLUSIVE", "view_moved")
    zones_view_confirm(camera, rini)
    clip = FootageClip.objects.get()
    question = Question(clip, "stopped_vehicle", ["no_stopping"], scenery=scenery_of(clip))
    detector = services.detector_get()
    assert services.run_find(question=question, detector=detector) is None
    draft = services.clip_analyse(question=question, detector=detector, token=uuid.uuid4(), deadline_s=60)
    assert draft.report.result.verdict is Verdict.SUPPORTED
    assert services.run_record(draft).verdict == "SUPPORTED"
    assert services.run_find(question=question, detector=detector) is not None


def test_a_clip_from_before_the_turn_is_judged_by_what_it_shows(world: World, films: Films) -> None:
    patrolled(world.camera(), turned(), moved_since=happened(30))
    assert code_of(asked(world)) == ("SUPPORTED", "stopped")


def test_of_a_turned_camera_nothing_is_shown_where_a_part_was_to_be_hidden(
    world: World, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = world.camera()
    factories.zone(camera, "privacy", [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]])
    patrolled(camera)
    films.shown["CAM-1"] = turned()
    hidden: list[Any] = []
    real = runner.still_render
    monkeypatch.setattr(runner, "still_render", lambda *a: (hidden.append(a[3].hidden), real(*a))[1])
    asked(world)
    assert [zone.polygon for zone in hidden[0]] == [((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))]


def test_of_a_turned_camera_with_a_privacy_zone_the_blurred_film_shows_nothing(
    world: World, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = world.camera()
    factories.zone(camera, "privacy", [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]])
    patrolled(camera)
    asked(world)
    films.shown["CAM-1"] = turned()
    asked(world, happened_at=happened(40))
    told: list[Any] = []
    monkeypatch.setattr(blurred_excerpts, "clip_blur", lambda task, eyes: told.append(task.hidden))
    for clip in FootageClip.objects.order_by("start_at"):
        hidden = blurred_excerpts.hidden_zones(camera)
        row = BlurredExcerpt(clip=clip, start_at=clip.start_at, end_at=clip.start_at + timedelta(seconds=20))
        blurred_excerpts._blurred(row, Path("film.mp4"), hidden, (None, 60.0, None))  # type: ignore[arg-type]
    before, after = told
    assert before[0].polygon[2] == (0.2, 0.2)
    assert after[0].polygon[2] == (1.0, 1.0)


class SeesNothing(SeesAlways):
    """Asks for no zone, and never finds what was reported."""

    zone_kinds: ClassVar[tuple[str, ...]] = ()

    def run(self, clip: ClipView, zones: Sequence[Zone], thresholds: NoFigures, detector: Any) -> CheckResult:
        return replace(super().run(clip, zones, thresholds, detector), verdict=Verdict.CONTRADICTED)


def test_a_turned_camera_denies_nothing_to_a_check_that_needs_no_zone(
    world: World, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "CHECKS", {"stopped_vehicle": SeesNothing()})
    patrolled(world.camera())
    assert asked(world).verdict == "CONTRADICTED"
    films.shown["CAM-1"] = turned()
    assert asked(world, happened_at=happened(40)).verdict == "INCONCLUSIVE"


def test_at_night_the_clip_is_compared_with_the_cameras_own_night(world: World, films: Films) -> None:
    """Lamps draw other edges than the sun: without a background of the night nothing is compared."""
    camera = world.camera()
    watch = patrolled(camera)
    at = happened(9 * 60)
    films.shown["CAM-1"] = night(turned())
    assert code_of(asked(world, happened_at=at)) == ("SUPPORTED", "stopped")

    made = backdrop_of([noisy(night(street())) for _ in range(6)])
    assert made is not None
    name, sha256 = picture_saved("backgrounds", camera.pk, made.picture)
    times = {"first_look_at": at - timedelta(days=3), "last_look_at": at - timedelta(hours=3)}
    view = CameraView.objects.get(pk=watch.view_id)
    CameraBackground.objects.create(
        camera=camera, view=view, part="malam", version=1, file=name, sha256=sha256, looks=6,
        unrest=plane_packed(made.unrest), **times,
    )  # fmt: skip
    later = at + timedelta(minutes=60)
    assert code_of(asked(world, happened_at=later)) == ("INCONCLUSIVE", "view_moved")
    films.shown["CAM-1"] = night(street())
    assert code_of(asked(world, happened_at=later + timedelta(minutes=60))) == ("SUPPORTED", "stopped")
    run = AnalysisRun.objects.first()
    assert run is not None
    assert run.thresholds["background"] == {"part": "malam", "version": 1, "sha256": sha256}
    assert CameraBackground.objects.get().used_at is not None
