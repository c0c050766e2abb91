"""Trying zones out on the last footage: an answer for the person who asked, and nothing anywhere else."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from analytics.checks import MEASUREMENT_KEYS
from analytics.models import AnalysisRun, EvidenceStill
from analytics.trial_models import TrialStill, ZoneTrial
from analytics.trials import trials_purge
from cameras.models import Camera, FootageClip, Zone
from reports import pipeline, upkeep
from reports.lifecycle import change
from reports.models import Incident, Verification
from reports.services.purge import clips_due
from reports.zone_trials import FIGURES
from tests import factories
from tests.fakes import nobody_found
from tests.reports.rows import browser

pytestmark = pytest.mark.django_db

SCENE = Path(django_settings.BASE_DIR) / "fixtures" / "footage" / "clear_kerb" / "20261102T070000+0700.mp4"
KERB = {"kind": "no_stopping", "name": "", "polygon": [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]}


@pytest.fixture
def clip(db: None) -> FootageClip:
    """A minute of our own rendered footage, held."""
    camera = factories.camera("CAM-1", source_kind="folder")
    path = Path(django_settings.MEDIA_ROOT) / "clips" / "a.mp4"
    path.parent.mkdir(parents=True)
    shutil.copy(SCENE, path)
    start = factories.NOON
    covered = [[start.isoformat(), (start + timedelta(minutes=1)).isoformat()]]
    return factories.clip(
        camera, minutes=1, state="HELD", file="clips/a.mp4", media_start_at=start, sha256="a" * 64, covered=covered
    )


@pytest.fixture
def kerb(db: None) -> Any:
    return factories.category(thresholds={})


def asked(person: Any, camera: Camera, zones: Any = (KERB,), category: str = "parkir_liar") -> Any:
    body = json.dumps({"category": category, "zones": list(zones)})
    return browser(person).post(reverse("uji-zona", args=[camera.pk]), body, content_type="application/json")


def answer_to(person: Any, answer: Any) -> Any:
    return browser(person).get(answer.json()["state_url"])


@pytest.mark.slow
def test_the_check_answers_with_the_zones_on_the_screen(rini: Any, clip: FootageClip, kerb: Any) -> None:
    asking = asked(rini, clip.camera)
    assert asking.status_code == 202
    assert answer_to(rini, asking).json()["state"] == "WANTED"
    with nobody_found():
        pipeline.run_until_quiet()
    told = answer_to(rini, asking).json()
    assert told["state"] == "READY"
    assert told["verdict"] in {"INCONCLUSIVE", "CONTRADICTED"}, "nothing was detected, so nothing is supported"
    assert told["reasons"]
    names = {name for name, _value in told["measurements"]}
    assert names == {"diam terlama (dtk)", "kendaraan berhenti", "pemberhentian"}
    picture = browser(rini).get(told["stills"][0]["url"])
    assert b"".join(picture.streaming_content)[:2] == b"\xff\xd8"
    assert not Zone.objects.exists(), "what was tried is not stored"
    for model in (AnalysisRun, EvidenceStill, Verification, Incident):
        assert not model.objects.exists(), model


@pytest.mark.slow
def test_without_a_zone_that_serves_it_says_so_as_the_pipeline_would(rini: Any, clip: FootageClip, kerb: Any) -> None:
    asking = asked(rini, clip.camera, [{**KERB, "kind": "river"}])
    with nobody_found():
        pipeline.run_until_quiet()
    assert answer_to(rini, asking).json()["verdict"] == "INCONCLUSIVE"
    assert ZoneTrial.objects.get().result["reasons"][0]["code"] == "no_zone"


def test_nobody_else_is_answered(rini: Any, bu_sari: Any, clip: FootageClip, kerb: Any) -> None:
    asking = asked(rini, clip.camera)
    still = TrialStill.objects.create(trial=ZoneTrial.objects.get(), file="trials/a.jpg", sha256="0" * 64)
    for person in (bu_sari, factories.operator("dewi")):
        assert answer_to(person, asking).status_code == 404
        assert browser(person).get(reverse("uji-zona-gambar", args=[still.pk])).status_code == 404
    assert asked(bu_sari, clip.camera).status_code == 404
    assert ZoneTrial.objects.count() == 1


def test_there_is_nothing_to_try_on_without_footage_a_check_or_a_turn(rini: Any, clip: FootageClip, kerb: Any) -> None:
    bare = factories.camera("CAM-2", lat=-6.2)
    assert asked(rini, bare).status_code == 409
    assert asked(rini, clip.camera, category="tidak_ada").status_code == 409
    assert asked(rini, clip.camera, [{**KERB, "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}]).status_code == 400
    assert browser(rini).get(reverse("uji-zona", args=[clip.camera_id])).status_code == 405
    for _ in range(5):
        assert asked(rini, clip.camera).status_code == 202
    assert asked(rini, clip.camera).status_code == 409, "five wait already"


def test_footage_that_is_gone_ends_the_trial_and_says_why(rini: Any, clip: FootageClip, kerb: Any) -> None:
    asking = asked(rini, clip.camera)
    default_storage.delete("clips/a.mp4")
    with nobody_found():
        pipeline.run_until_quiet()
    told = answer_to(rini, asking).json()
    assert (told["state"], "verdict" in told) == ("FAILED", False)
    assert told["words"]


def test_a_clip_is_not_purged_under_a_trial_that_waits(rini: Any, clip: FootageClip, kerb: Any) -> None:
    FootageClip.objects.update(settled_at=factories.NOON - timedelta(days=30))
    assert clips_due(timezone.now()).exists()
    asked(rini, clip.camera)
    assert not clips_due(timezone.now()).exists()


def test_trials_are_forgotten_the_next_day_with_their_pictures(rini: Any, clip: FootageClip, kerb: Any) -> None:
    from django.core.files.base import ContentFile

    asked(rini, clip.camera)
    trial = ZoneTrial.objects.get()
    name = default_storage.save("trials/2026/11/02/a.jpg", ContentFile(b"x"))
    TrialStill.objects.create(trial=trial, file=name, sha256="0" * 64)
    assert trials_purge(timezone.now()) == 0
    assert default_storage.exists(name)
    assert trials_purge(timezone.now() + timedelta(hours=25)) == 1
    assert not default_storage.exists(name)
    assert not ZoneTrial.objects.exists()
    assert upkeep.ADOPTERS["trials"] is TrialStill


def test_every_figure_of_every_check_has_words() -> None:
    assert {key for keys in MEASUREMENT_KEYS.values() for key in keys} <= FIGURES.keys()


def test_the_table_of_moves_knows_trials() -> None:
    from reports.claiming import KINDS
    from reports.steps.base import TRIAL

    kind = KINDS[TRIAL]
    assert change(kind.moves, kind.states("WANTED"), kind.states("READY")) == "READY"
