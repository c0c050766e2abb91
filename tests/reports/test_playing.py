"""Blurred clips: for everybody who may see the case, made on the first request, with progress, safe against kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from analytics import blurred_excerpts, faces
from analytics.clip_blur import BlurFailed
from cameras.footage.decode import probe
from cameras.models import BlurredExcerpt, ClipExcerpt, FootageClip, Zone
from reports import pipeline
from reports.models import FootageLook, Incident, StatusChange
from reports.pipeline import STEPS
from reports.services.purge import footage_purge
from reports.services.retention import EVIDENCE, keeping_purge
from reports.steps.base import BLURRED
from tests import factories
from tests.cameras.clips import Clip, steady
from tests.fakes import NoFaces, nobody_found
from tests.reports import rows
from tests.reports.test_playback import body, clip_of, give_footage, permit
from tests.reports.test_steps_killed import test_database_url

pytestmark = pytest.mark.django_db


SPARSE = Clip(steady(60, fps=4.0), gop_s=1, fps=4.0)
"""A minute of few pictures."""


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    with nobody_found():
        yield


@pytest.fixture
def hers(menteng: Any, tmp_path: Path) -> Incident:
    """An incident in Menteng that a camera has looked at; its footage is real."""
    incident = rows.placed(menteng).incident
    still = rows.looked_at(incident)
    still.at = factories.NOON + timedelta(seconds=30)
    still.save()
    give_footage(still.run.clip, tmp_path, SPARSE)
    return incident


def address(incident: Incident) -> str:
    return f"/admin/putar/{clip_of(incident).pk}/?kejadian={incident.pk}"


def asked(browser: Client, incident: Incident) -> str:
    """The page after the button."""
    page = browser.get(address(incident))
    answer = browser.post(address(incident), {"bagian": page.context["part"].key})
    assert answer.status_code == 302
    return str(answer["Location"])


def links(browser: Client, page: str) -> tuple[str, str]:
    """State and video of a page's part."""
    context = browser.get(page).context
    return context["keadaan"], context["video"]


# -- Who ------------------------------------------------------------------------------


def test_bu_sari_plays_the_clip_of_her_incident_without_any_permission_for_originals(
    bu_sari: Any, hers: Incident
) -> None:
    browser = rows.browser(bu_sari)
    assert address(hers) in browser.get(f"/admin/reports/incident/{hers.pk}/change/").content.decode()
    first = browser.get(address(hers))
    assert (first.status_code, first.context["state"]) == (200, "NOT_ASKED")
    assert not BlurredExcerpt.objects.exists(), "looking at the page asks for nothing"
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    assert browser.get(page).context["state"] == "READY"
    _state, video = links(browser, page)
    assert f'src="{video}"' in browser.get(page).content.decode()
    answer = browser.get(video)
    assert (answer.status_code, answer["Content-Type"]) == (200, "video/mp4")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))
    assert body(answer)[4:8] == b"ftyp"
    assert body(browser.get(video, headers={"range": "bytes=4-7"})) == b"ftyp"
    assert not FootageLook.objects.exists()
    assert not ClipExcerpt.objects.exists(), "no part of the original was cut for it"


def test_pak_budi_and_strangers_find_nothing(pak_budi: Any, bu_sari: Any, hers: Incident, client: Client) -> None:
    page = asked(rows.browser(bu_sari), hers)
    pipeline.run_until_quiet()
    paths = [address(hers), *links(rows.browser(bu_sari), page), f"/admin/putar/{clip_of(hers).pk}/"]
    for path in paths:
        assert rows.browser(pak_budi).get(path).status_code == 404
        assert rows.browser(pak_budi).post(path, {"bagian": "1"}).status_code in {404, 405}
        assert client.get(path).status_code == 302, "sent to log in"
    assert BlurredExcerpt.objects.count() == 1


def test_the_film_stops_with_the_membership(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    _state, video = links(browser, page)
    assert browser.get(video).status_code == 200
    bu_sari.memberships.update(valid_to=timezone.now() - timedelta(minutes=1))
    assert browser.get(video).status_code == 404


def test_a_lurah_plays_the_event_and_an_operator_any_minute(bu_sari: Any, rini: Any, hers: Incident) -> None:
    clip = clip_of(hers)
    operator = rows.browser(rini)
    assert f"/admin/putar/{clip.pk}/" in operator.get(f"/admin/cameras/footageclip/{clip.pk}/change/").content.decode()
    page = operator.get(f"/admin/putar/{clip.pk}/").context
    assert page["part"].is_event
    [minute] = page["others"]
    answer = operator.post(f"/admin/putar/{clip.pk}/", {"bagian": minute.key})
    pipeline.run_until_quiet()
    _state, video = links(operator, answer["Location"])
    assert operator.get(video).status_code == 200
    assert not rows.browser(bu_sari).get(address(hers)).context["others"]
    assert rows.browser(bu_sari).get(video).status_code == 404
    assert rows.browser(bu_sari).post(address(hers), {"bagian": minute.key}).status_code == 404


def test_who_may_see_originals_finds_the_way_to_them_here_and_others_do_not(bu_sari: Any, hers: Incident) -> None:
    assert "rekaman/" not in rows.browser(bu_sari).get(address(hers)).content.decode()
    page = rows.browser(permit(bu_sari)).get(address(hers)).content.decode()
    assert f"/admin/rekaman/{clip_of(hers).pk}/?kejadian={hers.pk}" in page


@pytest.mark.parametrize("key", ["", "7", "x", "9" * 30, "-1"])
def test_a_part_that_is_none_is_refused(key: str, bu_sari: Any, hers: Incident) -> None:
    assert rows.browser(bu_sari).post(address(hers), {"bagian": key}).status_code == 404
    assert not BlurredExcerpt.objects.exists()


# -- Made once, and anew when it must be -----------------------------------------------


def test_a_part_is_made_once_whoever_asks_and_however_often(bu_sari: Any, rini: Any, hers: Incident) -> None:
    asked(rows.browser(bu_sari), hers)
    page = asked(rows.browser(rini), hers)
    pipeline.run_until_quiet()
    asked(rows.browser(bu_sari), hers)
    made = BlurredExcerpt.objects.get()
    assert made.state == "READY"
    assert rows.browser(rini).get(page).context["state"] == "READY"
    changes = StatusChange.objects.filter(subject_kind="blurred").values_list("old", "new")
    assert list(changes) == [("WANTED", "READY")]
    with pytest.raises(IntegrityError), transaction.atomic():
        BlurredExcerpt.objects.create(clip=made.clip, start_at=made.start_at, end_at=made.end_at, state="WANTED")


def test_what_is_made_is_the_part_in_the_original_time(bu_sari: Any, hers: Incident) -> None:
    asked(rows.browser(bu_sari), hers)
    pipeline.run_until_quiet()
    made = BlurredExcerpt.objects.get()
    assert (made.start_at, made.end_at) == tuple(factories.NOON + timedelta(seconds=s) for s in (20, 40))
    assert made.media_start_at == made.start_at
    assert (made.notes["frames"], made.notes["whole"], made.progress) == (80, 0, 100)
    assert probe(Path(made.file.path)).duration_s == pytest.approx(20, abs=0.3)
    assert made.size_bytes == Path(made.file.path).stat().st_size


def test_a_privacy_zone_drawn_later_takes_the_film_away_and_is_in_the_next(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    _state, video = links(browser, page)
    factories.zone(clip_of(hers).camera, Zone.Kind.PRIVACY, [[0, 0], [1, 0], [1, 1], [0, 1]])
    assert browser.get(video).status_code == 404
    assert browser.get(page).context["state"] == "NOT_ASKED"
    asked(browser, hers)
    pipeline.run_until_quiet()
    assert browser.get(video).status_code == 200
    assert BlurredExcerpt.objects.count() == 1


def test_footage_pulled_again_is_blurred_again(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    before = BlurredExcerpt.objects.get().file.name
    FootageClip.objects.update(sha256="b" * 64)
    assert browser.get(page).context["state"] == "NOT_ASKED"
    asked(browser, hers)
    pipeline.run_until_quiet()
    assert BlurredExcerpt.objects.get().file.name != before


# -- Progress, faults, kills -------------------------------------------------------------


def test_the_page_tells_how_far_it_is(bu_sari: Any, hers: Incident, monkeypatch: Any) -> None:
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    state, video = links(browser, page)
    assert browser.get(state).json() == {
        "state": "WANTED",
        "words": "Menunggu giliran; analisis laporan didahulukan.",
        "percent": 0,
    }
    assert browser.get(video).status_code == 404
    monkeypatch.setattr(blurred_excerpts, "TELL_EVERY_S", 0.0)
    told: list[dict[str, Any]] = []
    calls: list[float] = []
    real = blurred_excerpts._Progress.__call__

    def and_looked_at(progress: Any, share: float) -> None:
        real(progress, share)
        calls.append(share)
        if len(calls) % 8 == 0:
            told.append(browser.get(state).json())

    monkeypatch.setattr(blurred_excerpts._Progress, "__call__", and_looked_at)
    pipeline.run_until_quiet()
    percents = [each["percent"] for each in told]
    assert percents == sorted(percents)
    assert len(set(percents)) > 15
    assert max(percents) == 99
    assert {each["words"] for each in told} == {"Wajah dan pelat nomor sedang disamarkan."}
    assert browser.get(state).json()["percent"] == 100


def test_footage_that_cannot_be_read_is_told_and_tried_again_when_asked_again(bu_sari: Any, hers: Incident) -> None:
    name = str(clip_of(hers).file.name)
    good = default_storage.open(name).read()
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"no film"))
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    shown = browser.get(page)
    assert shown.context["state"] == "FAILED"
    assert "tidak dapat dibuat: gambarnya tidak dapat dibuka." in shown.content.decode()
    default_storage.delete(name)
    default_storage.save(name, ContentFile(good))
    asked(browser, hers)
    pipeline.run_until_quiet()
    assert browser.get(page).context["state"] == "READY"


def test_without_a_model_there_is_no_film_and_the_reason_is_told(
    bu_sari: Any, hers: Incident, monkeypatch: Any
) -> None:
    monkeypatch.setattr(faces, "model_path", lambda: (_ for _ in ()).throw(faces.FacesUnknown("gone")))
    faces.face_finder_set(None)
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    assert browser.get(page).context["state"] == "FAILED"
    assert "model pencari wajah tidak ada" in browser.get(page).content.decode()
    assert default_storage.listdir("")[0] == ["clips", "stills"] or "blurred" not in default_storage.listdir("")[0]


def test_frames_that_could_not_be_looked_at_are_owned_up_to(bu_sari: Any, hers: Incident) -> None:
    class Stumbles(NoFaces):
        looks = 0

        def near(self, picture: Any) -> faces.Boxes:
            Stumbles.looks += 1
            if Stumbles.looks == 3:
                raise RuntimeError("the model fell over")
            return super().near(picture)

    faces.face_finder_set(Stumbles())
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    assert "1 dari 80 gambar tidak dapat diperiksa" in browser.get(page).content.decode()


def test_a_try_that_was_killed_leaves_nothing_and_the_next_one_makes_it(bu_sari: Any, hers: Incident) -> None:
    """Killed without a word: the lease lapses, and the row is worked on again from the start."""
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    BlurredExcerpt.objects.update(
        token="00000000-0000-4000-8000-000000000000", lease_until=timezone.now() + timedelta(seconds=60), progress=60
    )
    assert pipeline.run_until_quiet() == 0, "somebody is at it"
    BlurredExcerpt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert browser.get(page).context["words"].startswith("Menunggu giliran")
    pipeline.run_until_quiet()
    made = BlurredExcerpt.objects.get()
    assert (made.state, made.crash_attempts) == ("READY", 0)


def test_a_worker_whose_claim_was_taken_over_stops_and_leaves_no_file(
    bu_sari: Any, hers: Incident, monkeypatch: Any
) -> None:
    monkeypatch.setattr(blurred_excerpts, "TELL_EVERY_S", 0.0)
    asked(rows.browser(bu_sari), hers)
    other = "00000000-0000-4000-8000-000000000000"
    real = blurred_excerpts._Progress.__call__
    told: list[float] = []

    def and_taken_over(progress: Any, share: float) -> None:
        told.append(share)
        if len(told) == 5:
            BlurredExcerpt.objects.update(token=other, lease_until=timezone.now() + timedelta(seconds=60))
        real(progress, share)

    monkeypatch.setattr(blurred_excerpts._Progress, "__call__", and_taken_over)
    pipeline.run_until_quiet()
    assert len(told) == 5
    assert str(BlurredExcerpt.objects.get().token) == other
    assert "blurred" not in default_storage.listdir("")[0]


def test_a_clip_purged_meanwhile_leaves_no_film_behind(bu_sari: Any, hers: Incident, monkeypatch: Any) -> None:
    from reports.steps import blur

    real = blur.excerpt_blur

    def and_purged_meanwhile(**given: Any) -> Any:
        made = real(**given)
        FootageClip.objects.update(file="", state="PURGED")
        return made

    monkeypatch.setattr(blur, "excerpt_blur", and_purged_meanwhile)
    page = asked(rows.browser(bu_sari), hers)
    pipeline.run_until_quiet()
    assert rows.browser(bu_sari).get(page).status_code == 410
    assert BlurredExcerpt.objects.get().reason_code == "clip_gone"
    assert not list(Path(default_storage.location).rglob("blurred/**/*.mp4"))  # type: ignore[attr-defined]


def test_the_film_outlives_its_clip_as_evidence_and_nothing_new_is_made_of_it(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    state, video = links(browser, page)
    FootageClip.objects.update(settled_at=timezone.now() - timedelta(days=9))
    assert footage_purge(now=timezone.now()).clips == 1
    assert browser.get(video).status_code == 200
    assert browser.get(page).status_code == 200
    assert "Putar rekaman" in browser.get(f"/admin/reports/incident/{hers.pk}/change/").content.decode()
    assert "Rekaman asli" not in browser.get(page).content.decode()
    part = browser.get(page).context["part"].key
    assert browser.post(address(hers), {"bagian": part}).status_code == 410

    name = BlurredExcerpt.objects.get().file.name
    later = timezone.now() + timedelta(days=91)
    assert keeping_purge(EVIDENCE, now=later).rows == 0, "the case is open"
    Incident.objects.update(status="ditolak", closed_at=timezone.now())
    assert keeping_purge(EVIDENCE, now=timezone.now() + timedelta(days=89)).rows == 0
    assert keeping_purge(EVIDENCE, now=later).files == 1
    assert not default_storage.exists(name)
    for address_of in (page, state, video):
        assert browser.get(address_of).status_code in {404, 410}
    assert "Putar rekaman" not in browser.get(f"/admin/reports/incident/{hers.pk}/change/").content.decode()


def test_a_clip_is_not_purged_while_its_film_is_awaited(bu_sari: Any, hers: Incident) -> None:
    asked(rows.browser(bu_sari), hers)
    FootageClip.objects.update(settled_at=timezone.now() - timedelta(days=9))
    assert footage_purge(now=timezone.now()).clips == 0


def test_it_waits_for_the_storage_without_losing_tries(bu_sari: Any, hers: Incident, settings: Any) -> None:
    settings.JSC_STORAGE_RESERVE_MB = 1 << 30
    browser = rows.browser(bu_sari)
    page = asked(browser, hers)
    pipeline.run_until_quiet()
    state, _video = links(browser, page)
    assert browser.get(state).json()["words"].startswith("Menunggu penyimpanan")
    assert BlurredExcerpt.objects.get().attempts == 0


def test_a_fault_that_may_pass_is_tried_again_before_it_is_given_up(
    bu_sari: Any, hers: Incident, monkeypatch: Any
) -> None:
    from reports.steps import blur

    def failing(**_given: Any) -> Any:
        raise BlurFailed("none could be looked at")

    monkeypatch.setattr(blur, "excerpt_blur", failing)
    page = asked(rows.browser(bu_sari), hers)
    for _ in range(STEPS[(BLURRED, BlurredExcerpt.objects.get().state)].max_attempts):  # type: ignore[index]
        BlurredExcerpt.objects.update(next_run=timezone.now())
        pipeline.run_until_quiet()
    assert rows.browser(bu_sari).get(page).context["state"] == "FAILED"
    assert "tidak dapat disamarkan" in rows.browser(bu_sari).get(page).content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_followed_by_another_that_makes_the_whole_film(
    bu_sari: Any, hers: Incident, tmp_path: Path, settings: Any
) -> None:
    page = asked(rows.browser(bu_sari), hers)
    env = {
        **os.environ,
        "DATABASE_URL": test_database_url(),
        "DJANGO_SETTINGS_MODULE": "jsc_project.settings",
        "JSC_VAR_DIR": str(tmp_path / "var"),
        "JSC_MEDIA_URL": str(tmp_path / "media"),
        "JSC_LEASE_S": "2",
        "JSC_HEARTBEAT_S": "1",
    }
    worker = subprocess.Popen([sys.executable, "-m", "tests.blur_process"], cwd=settings.BASE_DIR, env=env)
    try:
        deadline = time.monotonic() + 60
        while BlurredExcerpt.objects.get().progress < 5:
            assert worker.poll() is None, "the worker ended before it was killed"
            assert time.monotonic() < deadline, "the worker did not begin"
            time.sleep(0.05)
        assert pipeline.run_until_quiet() == 0, "it lives, and keeps its lease"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert "blurred" not in default_storage.listdir("")[0]
    deadline = time.monotonic() + 15
    while BlurredExcerpt.objects.get().state == "WANTED" and time.monotonic() < deadline:
        pipeline.run_until_quiet()
        time.sleep(0.1)
    assert rows.browser(bu_sari).get(page).context["state"] == "READY"
    made = BlurredExcerpt.objects.get()
    assert made.notes["frames"] == 80
    assert len(list(Path(default_storage.location).rglob("blurred/**/*.mp4"))) == 1  # type: ignore[attr-defined]
