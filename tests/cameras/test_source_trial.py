"""The test of a camera: every step told, nothing stored, at most twenty seconds, and no password to a strange host."""

from __future__ import annotations

import base64
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.core.management import ManagementUtility, call_command
from django.test import Client
from django.urls import reverse

from cameras import pictures
from cameras.footage import registry, trial
from cameras.footage.context import Secrets, SourceContext
from cameras.footage.options import Words
from cameras.footage.source import FootageError, Glance
from cameras.footage.window import TimeWindow
from cameras.models import Camera
from cameras.services import clips, source_test  # noqa: F401  (imports every source's error)
from cameras.words import WHY, why
from jsc_project.lib.errors import StorageFailed
from tests import factories
from tests.cameras.small_frigate import CAMERA, SmallFrigate, settings_of
from tests.cameras.test_source_form import form_of

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
PASSWORD = "s4ngat-R4hasia"
ALL = ["settings", "address", "picture", "decode", "clock", "coverage"]


@pytest.fixture
def frigate() -> Iterator[SmallFrigate]:
    device = SmallFrigate(auth="digest", username="jsc", password=PASSWORD)
    with device.running():
        yield device


def context_of(device: SmallFrigate, **more: Any) -> SourceContext:
    given = {"networks": LOOPBACK, "secrets": Secrets({"username": "jsc", "password": PASSWORD}), **more}
    return SourceContext(settings=settings_of(device), **given)


def outcomes(report: trial.TrialReport) -> dict[str, tuple[bool | None, str]]:
    return {step.name: (step.ok, step.code) for step in report.steps}


# -- The steps ---------------------------------------------------------------------------


def test_a_source_that_works_passes_every_step(frigate: SmallFrigate) -> None:
    report = trial.trial("frigate", context_of(frigate))
    assert [step.name for step in report.steps] == ALL
    assert all(step.ok for step in report.steps), report.steps
    assert report.ok
    assert report.picture is not None
    assert report.picture.shape[:2] == (360, 640)
    words = {step.name: step.words.id for step in report.steps}
    assert words["decode"] == "640 x 360, jpeg"
    assert words["clock"] == "sama dengan jam kita"
    assert words["coverage"].endswith("dari 10 menit")


@pytest.mark.parametrize(
    ("off_s", "ok", "words"),
    [
        (423, True, "7 menit 3 detik lebih cepat"),
        (-900, True, "15 menit lebih lambat"),
        (7 * 3600 + 3, False, "7 jam 3 detik lebih cepat: periksa zona waktunya"),
    ],
)
def test_a_clock_that_is_off_is_told(frigate: SmallFrigate, off_s: float, ok: bool, words: str) -> None:
    frigate.clock_off_s = off_s
    step = next(step for step in trial.trial("frigate", context_of(frigate)).steps if step.name == "clock")
    told = step.words.id.split(";")[0]
    # The Date header is cut to the second.
    assert told.replace("2 detik", "3 detik").replace("4 detik", "3 detik").replace(" 1 detik", "") == words
    assert step.ok is ok


def test_a_wrong_password_is_told_and_not_tried_again_elsewhere(frigate: SmallFrigate) -> None:
    report = trial.trial("frigate", context_of(frigate, secrets=Secrets({"username": "jsc", "password": "salah"})))
    assert outcomes(report)["picture"] == (False, "source_denied")
    assert "nama pengguna atau kata sandi tidak diterima" in report.steps[-1].words.id
    assert [step.name for step in report.steps] == ["settings", "address", "picture"]


def test_an_address_outside_the_networks_is_not_even_asked(frigate: SmallFrigate) -> None:
    report = trial.trial("frigate", context_of(frigate, networks=(ipaddress.ip_network("10.0.0.0/8"),)))
    assert outcomes(report) == {"settings": (True, ""), "address": (False, "source_forbidden")}
    assert not frigate.log
    assert not frigate.refused


def test_settings_that_cannot_be_used_are_told_by_name() -> None:
    report = trial.trial("frigate", SourceContext(settings={"url": "http://127.0.0.1"}))
    assert outcomes(report) == {"settings": (False, "source_misconfigured")}
    assert "camera: wajib diisi" in report.steps[0].words.id


def test_a_camera_that_does_not_exist_there_is_told_and_its_past_still_asked(frigate: SmallFrigate) -> None:
    settings = {**settings_of(frigate), "camera": "lain"}
    context = SourceContext(settings, networks=LOOPBACK, secrets=context_of(frigate).secrets)
    assert outcomes(trial.trial("frigate", context)) == {
        "settings": (True, ""),
        "address": (True, ""),
        "picture": (False, "channel_missing"),
        "coverage": (False, "channel_missing"),
    }


def test_a_picture_that_is_none_is_told(frigate: SmallFrigate) -> None:
    frigate.picture = frigate.picture[: len(frigate.picture) // 2]
    found = outcomes(trial.trial("frigate", context_of(frigate)))
    assert found.get("decode", found["picture"])[0] is False


def test_nothing_recorded_is_a_failed_step(frigate: SmallFrigate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frigate, "_rows", lambda: iter(()))
    report = trial.trial("frigate", context_of(frigate))
    assert outcomes(report)["coverage"] == (False, "")
    assert "tidak ada yang terekam" in report.steps[-1].words.id
    assert not report.ok


def test_a_folder_has_no_address(tmp_path: Path) -> None:
    report = trial.trial("folder", SourceContext(settings={"folder": "gerbang"}, root=tmp_path))
    assert outcomes(report)["address"] == (None, "")
    assert outcomes(report)["picture"][0] is False


# -- Limits ------------------------------------------------------------------------------


def test_a_server_that_says_nothing_ends_within_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = {"url": f"http://127.0.0.1:{silent.getsockname()[1]}", "camera": CAMERA}
        began = time.monotonic()
        report = trial.trial("frigate", SourceContext(settings=settings, networks=LOOPBACK), wall_s=3.0)
        assert time.monotonic() - began < 10
    assert report.steps[-1].ok is False
    assert report.steps[-1].code in {"footage_timed_out", "wall"}


class Hanging:
    """A source that keeps no limit."""

    kind: ClassVar[str] = "hanging"
    title: ClassVar[Words] = Words("", "")
    options: ClassVar[tuple[Any, ...]] = ()
    has_past, real_time, stills_only = True, False, False
    release = threading.Event()
    folders: ClassVar[list[Path]] = []
    asked: ClassVar[list[str]] = []
    error: ClassVar[Exception | None] = None

    @classmethod
    def bind(cls, context: SourceContext) -> Hanging:
        return cls()

    @classmethod
    def validate(cls, settings: Any) -> dict[str, str]:
        return {}

    def glance(self, folder: Path) -> Glance:
        self.folders.append(folder)
        if self.error is not None:
            raise self.error
        self.release.wait(60)
        raise FootageError("released")

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        self.asked.append("coverage")
        return []


class Brief(Hanging):
    """A live list of some seconds, as public streams have them."""

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        return [TimeWindow(window.end - timedelta(seconds=11), window.end)]


def test_a_few_seconds_of_ten_minutes_are_no_trouble_and_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SOURCES, "hanging", Brief)
    Hanging.release.set()
    (step,) = [step for step in trial.trial("hanging", SourceContext(settings={})).steps if step.name == "coverage"]
    assert step.ok is None
    assert step.words.id.startswith("hanya 11 detik dari 10 menit")
    assert "rekam sendiri" in step.words.id


def test_a_source_that_keeps_no_limit_is_left_behind_and_tidies_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SOURCES, "hanging", Hanging)
    Hanging.release.clear()
    began = time.monotonic()
    report = trial.trial("hanging", SourceContext(settings={}), wall_s=1.0)
    assert time.monotonic() - began < 10
    assert outcomes(report)["picture"] == (False, "wall")
    told = len(report.steps)
    Hanging.release.set()
    deadline = time.monotonic() + 20
    while any(thread.name == "source-trial" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the thread of the test is still there"
        time.sleep(0.05)
    assert len(report.steps) == told, "a late step was told after the answer"
    assert not Hanging.folders[-1].exists()
    assert Hanging.asked == []


def test_a_fault_in_a_source_is_a_step_and_not_a_broken_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SOURCES, "hanging", Hanging)
    monkeypatch.setattr(Hanging, "error", ZeroDivisionError(f"at {PASSWORD}"))
    report = trial.trial("hanging", SourceContext(settings={}))
    assert outcomes(report)["picture"] == (False, "unexpected_error")
    assert PASSWORD not in repr(report)


# -- Words -------------------------------------------------------------------------------


def family(root: type[Any]) -> Iterator[type[Any]]:
    for child in root.__subclasses__():
        yield child
        yield from family(child)


def test_every_error_of_footage_and_storage_has_words() -> None:
    ours = [error for root in (FootageError, StorageFailed) for error in (root, *family(root))]
    ours = [error for error in ours if not error.__module__.startswith("tests.")]
    assert {error.code for error in ours} - WHY.keys() == set()
    for error in ours:
        words = why(error.code)
        assert words.id
        assert words.en
        assert words.id != words.en


# -- In the console ----------------------------------------------------------------------


@pytest.fixture
def camera(db: None, frigate: SmallFrigate, settings: Any) -> Camera:
    settings.JSC_CAMERA_NETWORKS = list(LOOPBACK)
    made = factories.camera(source_kind="frigate", source_settings=settings_of(frigate), drawn_coverage=None)
    made.secrets_set({"username": "jsc", "password": PASSWORD})
    made.save()
    return made


@pytest.fixture
def hidden_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_blurs", [lambda still: b"disamarkan:" + still[:3]])


def test_url(camera: Camera | None) -> str:
    if camera is None:
        return reverse("admin:cameras_camera_test_new")
    return reverse("admin:cameras_camera_test", args=[camera.pk])


test_url.__test__ = False  # type: ignore[attr-defined]


def asked(person: Any, camera: Camera | None, values: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(person)
    return client.post(test_url(camera), values)


def test_an_operator_tests_what_stands_in_the_form_with_the_stored_password(
    camera: Camera, frigate: SmallFrigate, rini: Any, hidden_faces: None
) -> None:
    before = Camera.objects.values().get(pk=camera.pk)
    answer = asked(rini, camera, form_of(camera, src_delay_s="25", name="Belum disimpan")).json()
    assert answer["ok"], answer
    assert [step["name"] for step in answer["steps"]] == ALL
    assert base64.b64decode(answer["picture"].partition(",")[2]) == b"disamarkan:\xff\xd8\xff"
    assert Camera.objects.values().get(pk=camera.pk) == before
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.get_change_message()) == (str(camera.pk), "Uji kamera: berhasil")
    assert entry.user == rini


def test_no_picture_is_shown_where_nothing_hides_the_faces(
    camera: Camera, rini: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_blurs", [])
    answer = asked(rini, camera, form_of(camera)).json()
    assert answer["ok"]
    assert answer["picture"] is None


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.1"])
def test_the_stored_password_is_never_sent_to_another_host_or_port(
    camera: Camera, frigate: SmallFrigate, rini: Any, host: str
) -> None:
    stranger = SmallFrigate(auth="basic", username="jsc", password=PASSWORD)
    with stranger.running():
        # All of 127/8 is this machine: another address or another port, and the same listener behind both.
        url = stranger.url if host == "127.0.0.1" else frigate.url.replace("127.0.0.1", host)
        heard = (stranger, frigate)
        answer = asked(rini, camera, form_of(camera, src_url=url)).json()
        assert not answer["ok"]
        assert {step["name"] for step in answer["steps"]} == {"settings"}
        assert "Alamat perangkat berubah" in answer["steps"][0]["words"]
        assert not any(device.log or device.refused for device in heard)
        again = form_of(camera, src_url=stranger.url, sec_username="jsc", sec_password=PASSWORD)
        assert asked(rini, camera, again).json()["ok"]
        assert stranger.log


def test_a_new_camera_is_tested_before_it_is_saved(frigate: SmallFrigate, camera: Camera, rini: Any) -> None:
    camera.delete()
    values = {"source_kind": "frigate", "secret__frigate__username": "jsc", "secret__frigate__password": PASSWORD}
    values["clock_offset_s"] = "0"
    values |= {f"source__frigate__{name}": value for name, value in settings_of(frigate).items()}
    assert asked(rini, None, values).json()["ok"]
    assert not Camera.objects.exists()
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.object_repr) == (None, "kamera baru")


@pytest.mark.parametrize(
    ("values", "label", "words"),
    [
        ({"clock_offset_s": "0"}, "Jenis sumber", "belum dipilih"),
        ({"source_kind": "frigate"}, "Nama kamera di Frigate", "wajib diisi"),
        ({"source_kind": "frigate", "clock_offset_s": "lama"}, "Selisih jam kamera", "Masukkan"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_asked(
    rini: Any, values: dict[str, Any], label: str, words: str
) -> None:
    answer = asked(rini, None, values).json()
    assert not answer["ok"]
    told = [step["words"] for step in answer["steps"]]
    assert any(line.startswith(label) and words in line for line in told), told


def test_credentials_that_cannot_be_opened_are_asked_for_again(
    camera: Camera, frigate: SmallFrigate, rini: Any, settings: Any
) -> None:
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
    answer = asked(rini, camera, form_of(camera)).json()
    assert answer["steps"][0]["words"] == "Rahasia: tidak dapat dibuka, isi ulang"
    assert not frigate.refused
    assert asked(rini, camera, form_of(camera, sec_username="jsc", sec_password=PASSWORD)).json()["ok"]


def test_only_who_may_change_cameras_may_test_them(camera: Camera, frigate: SmallFrigate, bu_sari: Any) -> None:
    assert asked(bu_sari, camera, form_of(camera)).status_code == 403
    assert asked(bu_sari, None, form_of(camera)).status_code == 403
    assert Client().post(test_url(camera), form_of(camera)).status_code == 302
    assert not frigate.refused


def test_the_test_takes_posts_with_their_token_only(camera: Camera, frigate: SmallFrigate, rini: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rini)
    assert client.post(test_url(camera), form_of(camera)).status_code == 403
    assert client.get(test_url(camera)).status_code == 405
    client = Client()
    client.force_login(rini)
    assert client.post(reverse("admin:cameras_camera_test", args=[99]), {}).status_code == 404
    assert not frigate.refused


def test_too_many_at_once_are_asked_to_come_back(camera: Camera, rini: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(source_test, "_free", full)
    answer = asked(rini, camera, form_of(camera))
    assert answer.status_code == 503
    assert "Terlalu banyak" in answer.json()["error"]


def test_steps_are_told_in_english_to_who_reads_english(camera: Camera, rini: Any) -> None:
    client = Client()
    client.force_login(rini)
    client.cookies["django_language"] = "en"
    answer = client.post(test_url(camera), form_of(camera)).json()
    assert [step["label"] for step in answer["steps"]][:3] == [
        "Settings",
        "Address allowed",
        "Connected, one picture taken",
    ]


# -- From the command line ---------------------------------------------------------------


def test_the_command_tells_the_same(camera: Camera) -> None:
    out = StringIO()
    call_command("test_camera", camera.code, "--json", stdout=out)
    answer = json.loads(out.getvalue().splitlines()[-1])
    assert (answer["camera"], answer["ok"]) == (camera.code, True)
    assert [step["name"] for step in answer["steps"]] == ALL
    out = StringIO()
    call_command("test_camera", camera.code, stdout=out)
    assert "640 x 360" in out.getvalue()


def test_the_command_tells_credentials_that_no_key_opens(camera: Camera, settings: Any) -> None:
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
    out = StringIO()
    call_command("test_camera", camera.code, "--json", stdout=out)
    (step,) = json.loads(out.getvalue().splitlines()[-1])["steps"]
    assert step["code"] == "credentials_unreadable"


def test_from_the_shell_a_step_that_failed_ends_with_1(camera: Camera, settings: Any) -> None:
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", "test_camera", camera.code, "--json"]).execute()
    assert ended.value.code == 1


def test_an_unknown_code_ends_with_2(db: None) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("test_camera", "NIHIL", "--json", stdout=StringIO())
    assert ended.value.code == 2
