"""Nobody is shown an original who was not let see it: every address of the service is asked by everybody, and every
mail, callback, export and line of log is read: for the pixels of one marked head, the bytes of the files it is in,
the reporter's name, what the photo's file said, and the plate of an offender.

A report with a photo comes in by webhook, a camera's recorder has the time it speaks of, the patrol has looked at the
camera; all of it with the real parts but for the models, which find the head where it is.
"""

from __future__ import annotations

import base64
import itertools
import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from analytics import services
from analytics.detections import Detections
from analytics.models import EvidenceStill
from analytics.trial_models import TrialStill, ZoneTrial
from cameras.footage.excerpt import minutes_of
from cameras.models import BlurredExcerpt, Camera, CameraBackground, CameraWatch, ClipExcerpt, FootageClip
from cameras.services.backgrounds import BACKGROUNDS
from cameras.services.pictures import LOOKS, REFERENCES, picture_save, picture_saved
from cameras.services.views import view_ensure
from cameras.zone_drafts import ZoneDraft
from jsc_project.photo_hosts import read_hosts
from reports import pipeline
from reports.lifecycle import Status
from reports.models import AccessEntry, Announcement, FootageLook, Incident, OffenderPlate, Report, ReportPhoto
from reports.services.incidents import Transition, incident_transition
from reports.services.trials import trial_ask
from tests import factories, privacy_marks
from tests.analytics.faces_again import film
from tests.cameras.clips import name_of
from tests.cameras.test_source_form import form_of
from tests.fakes import FakeDetector, nobody_found
from tests.privacy_marks import Marks
from tests.reports import plate_rows, rows, webhook_sender
from tests.reports.test_playback import REASON, body, permit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

REPORTER = "Sumarni Wulandari Tersembunyi"
PHONE_MAKER = "TeleponRahasia9431"
FPS = 1.0
EVENT = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=12)
"""Just now: a camera's newest picture must not be old."""


class SeesTheHead(FakeDetector):
    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        found = Detections(np.array([privacy_marks.HEAD], np.float32), np.array([0.9], np.float32), ("person",))
        return [found for _ in pictures]


@dataclass
class Place:
    """All that was made, and what must not be found. ``posted``: bodies of callbacks."""

    marks: Marks
    incident: Incident
    clip: FootageClip
    camera: Camera
    posted: list[bytes] = field(default_factory=list)


@pytest.fixture
def place(
    menteng: Any, bu_sari: Any, rini: Any, tmp_path: Path, settings: Any, monkeypatch: Any, caplog: Any
) -> Iterator[Place]:
    photo = _photo_file()
    caplog.set_level(logging.DEBUG)
    settings.JSC_QLUE_CALLBACK_URL = "https://qlue.example/callback"
    settings.JSC_QLUE_CALLBACK_SECRETS = [factories.WEBHOOK_SECRET]
    posted: list[bytes] = []
    monkeypatch.setattr(httpx, "post", lambda url, **sent: posted.append(sent["content"]) or httpx.Response(200))
    get_user_model().objects.filter(pk=bu_sari.pk).update(email="sari@menteng.example")
    marks = Marks(words=[REPORTER, PHONE_MAKER, plate_rows.PLATE, plate_rows.SPACED])
    camera = _recorded(settings, marks)
    with nobody_found():
        services.detector_set(SeesTheHead())
        _reported(settings, marks, monkeypatch, photo)
        pipeline.run_until_quiet()
        _plate_read()
        _patrolled(camera)
        yield _as_it_stands(Place(marks, Incident.objects.get(), FootageClip.objects.get(), camera, posted), bu_sari)


def _recorded(settings: Any, marks: Marks) -> Camera:
    """A camera whose recorder has the four minutes around the report, each with the mark in every picture."""
    for minute in range(-2, 2):
        at = EVENT + timedelta(minutes=minute)
        path = Path(settings.JSC_FOOTAGE_ROOT) / "gate" / f"{name_of(at)}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        film(path, (privacy_marks.picture(minute * 17 + number) for number in range(round(60 * FPS))), FPS)
        marks.file(path.read_bytes())
    return factories.camera("CAM-1", source_kind="folder", source_settings={"folder": "gate"})


def _plate_read() -> None:
    """As after a search that told one."""
    plate_rows.search_of(Incident.objects.get())


def _patrolled(camera: Camera) -> None:
    """As after a good look: the picture as it is, twice."""
    shown = privacy_marks.picture(3)
    watch, _ = CameraWatch.objects.get_or_create(camera=camera)
    names = {"still": picture_save(LOOKS, camera.pk, shown), "reference": picture_save(REFERENCES, camera.pk, shown)}
    CameraWatch.objects.filter(pk=watch.pk).update(**names, still_at=EVENT, reference_at=EVENT)
    watch.refresh_from_db()
    view = view_ensure(watch)
    assert view is not None
    file, sha256 = picture_saved(BACKGROUNDS, camera.pk, shown)
    times = dict.fromkeys(("first_look_at", "last_look_at"), EVENT)
    CameraBackground.objects.create(
        camera=camera, view=view, part="siang", version=1, file=file, sha256=sha256, looks=13, **times
    )


def _reported(settings: Any, marks: Marks, monkeypatch: Any, photo: bytes) -> None:
    factories.category(window_before_s=60, window_after_s=60)
    settings.JSC_PHOTO_HOSTS = read_hosts(["foto.example"])
    marks.file(photo)
    monkeypatch.setattr("reports.services.photos._fetched", lambda _row: photo)
    answer = webhook_sender.send(
        webhook_sender.payload(
            created_at=EVENT.isoformat(),
            location={"lat": -6.195, "lng": 106.825},
            profile_name=REPORTER,
            image_url="https://foto.example/1.jpg",
            category="parkir_liar",
        )
    )
    assert answer.status_code == 202


def _zones_tried(camera: Camera) -> None:
    """Rini tries the check out that the report's category asks for."""
    whole = ZoneDraft("no_stopping", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    operator = get_user_model().objects.get(username="rini")
    trial_ask(camera=camera, category_slug="parkir_liar", drafts=[whole], actor=operator)


def _photo_file() -> bytes:
    import io

    from PIL import Image

    exif, out = Image.Exif(), io.BytesIO()
    exif[0x010F] = PHONE_MAKER
    shown = Image.fromarray(cv2.cvtColor(privacy_marks.picture(7), cv2.COLOR_BGR2RGB))
    shown.save(out, "JPEG", exif=exif, quality=92)
    return out.getvalue()


def _as_it_stands(place: Place, bu_sari: Any) -> Place:
    """With everything that a walk should pass: stills, photo, patrol pictures, an original cut for somebody who may
    see it, a blurred part, a closed case with its callbacks."""
    boss = rows.browser(permit(factories.operator("boss")))
    address = reverse("rekaman-asli", args=[place.clip.pk])
    part = boss.get(address).context["parts"][0].key
    look = boss.post(address, {**REASON, "bagian": part})["Location"]
    blurred = rows.browser(bu_sari)
    blurred.post(reverse("putar", args=[place.clip.pk]), {"bagian": part})
    _zones_tried(place.camera)
    done = Transition(Status.SELESAI, Status(place.incident.status))
    incident_transition(incident=place.incident, wanted=done, actor=bu_sari)
    pipeline.run_until_quiet()
    video = body(boss.get(f"{look}video.mp4"))
    assert place.marks.found_in(video), "the walk would not know an original if it saw one"
    place.marks.file(video)
    place.marks.file(default_storage.open(str(place.clip.file.name)).read())
    watch = CameraWatch.objects.get()
    place.marks.file(default_storage.open(str(watch.still)).read())
    for made in (EvidenceStill, ReportPhoto, ClipExcerpt, BlurredExcerpt, Announcement, TrialStill):
        assert made.objects.exists(), made
    assert ReportPhoto.objects.get().state == "KEPT"
    return place


# -- Every address ---------------------------------------------------------------------------


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Address with its parameters in angle brackets, and name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.name or ""


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
LOOKED_AT = 2
"""Rows of a table: the newest."""


def addresses(place: Place) -> list[str]:
    found: list[str] = []
    for pattern, name in patterns(get_resolver()):
        if name == "logout":
            continue
        plain = re.sub(r"\^\(\?P<app_label>[^)]*\)/\$", "cameras/", pattern)
        plain = plain.replace("^([^/]+)/history/([^/]+)/$", "<object_id>/history/<history_id>/")
        plain = plain.replace("(?P<url>.*)$", "tidak/ada")
        names = PARAMETER.findall(plain)
        choices = itertools.product(*(_values(place, each, plain) for each in names))
        found += ["/" + _filled(plain, values) for values in choices]
    return found


def _filled(pattern: str, values: Sequence[Any]) -> str:
    rest = iter(values)
    return PARAMETER.sub(lambda _match: str(next(rest)), pattern)


def _values(place: Place, parameter: str, pattern: str) -> list[Any]:
    """What this parameter may be; a new one has to be taught here."""
    clip = place.clip
    known: dict[str, Any] = {
        "tracking_code": lambda: Report.objects.values_list("tracking_code", flat=True),
        "report_id": lambda: Report.objects.values_list("pk", flat=True),
        "still_id": lambda: EvidenceStill.objects.values_list("pk", flat=True),
        "key": lambda: [
            *FootageLook.objects.values_list("key", flat=True),
            ReportPhoto.objects.get().key,
            *ZoneTrial.objects.values_list("key", flat=True),
        ],
        "clip_id": lambda: [clip.pk],
        "part": lambda: _parts(clip),
        "plate_id": lambda: OffenderPlate.objects.values_list("pk", flat=True),
        "which": lambda: ["terakhir", "acuan", "rekaman"],
        "camera_id": lambda: [place.camera.pk],
        "background": lambda: CameraBackground.objects.values_list("pk", flat=True),
        "picture_id": lambda: TrialStill.objects.values_list("pk", flat=True),
        "content_type_id": lambda: [1],
        "history_id": lambda: [1, 2],
        "id": lambda: get_user_model().objects.order_by("pk").values_list("pk", flat=True)[:1],
        "pk": lambda: _rows(pattern),
        "object_id": lambda: _rows(pattern),
    }
    assert parameter in known, f"teach this walk what <{parameter}> is, in {pattern}"
    return list(known[parameter]())


def _parts(clip: FootageClip) -> list[str]:
    starts = {f"{row.start_at.timestamp():.0f}" for row in BlurredExcerpt.objects.all()}
    return sorted(starts | {f"{window.start.timestamp():.0f}" for window in minutes_of(clip.covered_windows)[:1]})


def _rows(pattern: str) -> list[Any]:
    """Of the model that a page of the console is about; one that is not there where it has no rows."""
    app_label, model_name = pattern.split("/")[1:3]
    if app_label not in apps.app_configs:
        return [1]
    rows_there = apps.get_model(app_label, model_name)._default_manager.order_by("-pk").values_list("pk", flat=True)
    return list(rows_there[:LOOKED_AT]) or [0]


def walked(browser: Client, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        for query in ("", "?kecil=1") if "gambar" in path else ("",):
            answer = browser.get(path + query)
            yield path, body(answer) + str(answer.headers).encode()


def people(*persons: Any) -> Iterator[tuple[str, Client]]:
    yield "a stranger", Client(raise_request_exception=False)
    for person in persons:
        yield person.username, rows.browser(person)


def test_nothing_original_reaches_anybody_without_the_permission(
    place: Place, bu_sari: Any, pak_budi: Any, rini: Any, caplog: Any
) -> None:
    paths, found, films = addresses(place), [], 0
    for name, browser in people(bu_sari, pak_budi, rini):
        for path, content in walked(browser, paths):
            found += [f"{name} {path}: {what}" for what in place.marks.found_in(content)]
            films += content[4:8] == b"ftyp"
    found += [f"the test of a camera: {what}" for what in place.marks.found_in(_camera_tested(place, rini))]
    found += [f"{where}: {what}" for where, content in _sent_and_kept(place) for what in place.marks.found_in(content)]
    found += [f"the log: {what}" for what in place.marks.found_in(_logged(caplog))]
    assert found == []
    assert films >= 2, "Bu Sari and Rini play the blurred film"
    assert FootageLook.objects.count() == 1, "and nobody's look was granted on the way"


def _camera_tested(place: Place, rini: Any) -> bytes:
    test = reverse("admin:cameras_camera_test", args=[place.camera.pk])
    answer = rows.browser(rini).post(test, form_of(place.camera))
    assert answer.json()["picture"], "there is a picture to look at"
    return answer.content


def _sent_and_kept(place: Place) -> Iterator[tuple[str, bytes]]:
    """What leaves by itself, and what is stored for people to see."""
    assert place.posted, "Qlue was told"
    yield from (("a callback", sent) for sent in place.posted)
    for message in mail.outbox:
        assert not message.attachments
        yield "a mail", message.message().as_bytes()
    yield from (("an announcement", json.dumps(told.body).encode()) for told in Announcement.objects.all())
    for row in (*EvidenceStill.objects.all(), *ReportPhoto.objects.all(), *BlurredExcerpt.objects.all()):
        yield repr(row), row.file.open("rb").read()


def _logged(caplog: Any) -> bytes:
    return "\n".join([caplog.text, *map(repr, caplog.records)]).encode()


PICTURES = ("rekaman", "putar", "bukti", "foto", "gambar")


def test_who_may_see_originals_sees_them_after_a_line_in_the_log_and_at_no_other_address(place: Place) -> None:
    boss = permit(factories.operator("boss2"))
    browser = rows.browser(boss)
    paths = [path for path in addresses(place) if any(word in path for word in PICTURES)]
    shown = {path for path, content in walked(browser, paths) if place.marks.found_in(content)}
    assert shown == set(), "the look of somebody else opens nothing, permission or not"
    address = reverse("rekaman-asli", args=[place.clip.pk])
    part = browser.get(address).context["parts"][0].key
    assert not FootageLook.objects.filter(user=boss).exists()
    look = browser.post(address, {**REASON, "bagian": part})["Location"]
    assert FootageLook.objects.get(user=boss).reason == REASON["alasan"]
    pipeline.run_until_quiet()
    assert place.marks.found_in(body(browser.get(f"{look}video.mp4"))) != []


def test_who_may_see_whole_plates_sees_one_after_a_line_in_the_log_and_at_no_other_address(place: Place) -> None:
    browser = rows.browser(plate_rows.permit(factories.operator("boss3")))
    paths = [
        path for path in addresses(place) if any(word in path for word in ("pelat", "incident", "plate", "access"))
    ]
    assert [path for path, content in walked(browser, paths) if place.marks.found_in(content)] == []
    assert not AccessEntry.objects.filter(kind="plate").exists()
    address = reverse("pelat", args=[OffenderPlate.objects.get().pk])
    assert place.marks.found_in(browser.post(address, plate_rows.REASON).content) == [plate_rows.SPACED]
    assert AccessEntry.objects.get(kind="plate").reason == plate_rows.REASON["alasan"]
    assert place.marks.found_in(browser.get(address).content) == []


def test_the_mark_is_known_in_every_shape_and_gone_when_covered() -> None:
    marks, shown = Marks(), privacy_marks.picture(3)
    for size in ((640, 360), (320, 180), (1280, 720), (960, 540)):
        resized = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
        for ending in (".jpg", ".png", ".webp"):
            assert marks.found_in(bytes(cv2.imencode(ending, resized)[1])) == ["pixels of an original"], (size, ending)
    assert marks.found_in(bytes(cv2.imencode(".jpg", shown[30:200, 150:400])[1]))
    assert marks.found_in(bytes(cv2.imencode(".jpg", cv2.GaussianBlur(shown, (0, 0), 2))[1])), "a blur is no cover"
    text = b"<img src=data:image/png;base64," + base64.b64encode(bytes(cv2.imencode(".png", shown)[1])) + b">"
    assert marks.found_in(text)
    covered = shown.copy()
    covered[40:140, 190:290] = 90
    assert not marks.found_in(bytes(cv2.imencode(".jpg", covered)[1]))


def test_pieces_of_an_original_file_are_known_wherever_they_stand() -> None:
    marks, original = Marks(), np.random.default_rng(8).bytes(20_000)
    marks.file(original)
    assert marks.found_in(b"before" + original[:9000] + b"after") == ["bytes of an original"]
    assert marks.found_in(original.hex().encode()) == ["bytes of an original"]
    assert not marks.found_in(np.random.default_rng(9).bytes(20_000))
