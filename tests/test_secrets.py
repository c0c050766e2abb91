"""No secret appears anywhere: logs, database, console, error reports, process lists, files. One random user name,
password and token are used in earnest, and then everything a person or a program may read is searched for them."""

from __future__ import annotations

import base64
import ipaddress
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.contrib import admin
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.log import AdminEmailHandler
from kombu import Connection

from cameras.errors import CredentialsUnreadable
from cameras.footage import registry
from cameras.footage.context import PullLimits, Secrets, SourceContext
from cameras.footage.options import Option
from cameras.footage.source import FootageError
from cameras.footage.window import TimeWindow
from cameras.models import Camera, FootageClip
from reports import pipeline, tasks
from reports.models import WebhookDelivery
from reports.services.deliveries import delivery_body, sealed_body
from tests import factories
from tests.cameras.tattler import BEHAVIOURS, Tattler
from tests.cameras.test_source_form import form_of

pytestmark = pytest.mark.django_db
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
NETWORK_KINDS = sorted(
    kind for kind, source in registry.SOURCES.items() if any(option.name == "url" for option in source.options)
)
TEXTS = ("gerbang", "1", "http://127.0.0.1/", "/", "playback?starttime={start}&endtime={end}")


@dataclass(frozen=True)
class Hidden:
    """The credentials of this run, and every shape in which they would be recognised."""

    username: str
    password: str
    token: str

    @classmethod
    def made(cls) -> Hidden:
        return cls(*(f"{word}-{secrets.token_hex(6)}+" for word in ("Pengguna", "S4ndi", "T0ken")))

    @property
    def values(self) -> dict[str, str]:
        return {"username": self.username, "password": self.password, "token": self.token}

    @property
    def shapes(self) -> Iterator[str]:
        pairs = (f"{self.username}:{self.password}", self.password, self.token, self.username)
        for text in pairs:
            yield text
            yield quote(text, safe="")
            yield base64.b64encode(text.encode()).decode().rstrip("=")
            yield text.encode().hex()
            yield json.dumps(text)[1:-1]

    def found_in(self, text: str) -> list[str]:
        lowered = text.lower()
        return sorted({shape for shape in self.shapes if shape.lower() in lowered})


@pytest.fixture
def hidden() -> Hidden:
    return Hidden.made()


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.fixture
def boss(client: Any) -> Any:
    client.force_login(factories.user("boss", is_staff=True, is_superuser=True))
    return client


def settings_for(kind: str, port: int) -> dict[str, Any]:
    """What this kind needs to be asked at ``port``; found by asking its options."""
    found = {
        option.name: next(value for value in _candidates(option, port) if option.complaint(value) is None)
        for option in registry.SOURCES[kind].options
        if option.required and option.kind != "secret"
    }
    assert registry.validate(kind, found) == {}, "teach this test what this kind needs"
    return found


def _candidates(option: Option, port: int) -> Iterator[Any]:
    if option.kind == "number":
        yield max(1, option.low)
    elif option.kind == "choice":
        yield from (choice.value for choice in option.choices)
    elif option.name == "url":
        yield from (f"{scheme}://127.0.0.1:{port}/jalan" for scheme in ("http", "rtsp"))
        yield from (f"http://127.0.0.1:{port}/{name}" for name in ("index.m3u8", "now.jpg", "film.mp4"))
    else:
        yield from TEXTS


def camera_of(kind: str, port: int, hidden: Hidden, code: str = "CAM-1") -> Camera:
    camera = factories.camera(code, source_kind=kind, source_settings=settings_for(kind, port))
    camera.secrets_set(hidden.values)
    camera.save()
    return camera


# -- Where people and programs may look ----------------------------------------------------


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.text + "".join(repr(record.args) for record in caplog.records)


def database() -> str:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump())
    out = StringIO()
    call_command("dumpdata", stdout=out)
    return out.getvalue()


def console(client: Any) -> Iterator[tuple[str, str]]:
    """Every page of the admin that answers: address and content."""
    addresses = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [*_address(f"{name}_changelist"), *_address(f"{name}_add")]
        for row in model._default_manager.order_by("-pk")[:5]:
            for page in ("change", "history", "delete"):
                addresses += _address(f"{name}_{page}", row.pk)
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200:
            yield address, answer.getvalue().decode("utf-8", "replace")


def _address(name: str, *arguments: Any) -> list[str]:
    try:
        return [reverse(name, args=arguments)]
    except NoReverseMatch:
        return []


def files(since: float, *folders: Path) -> Iterator[tuple[Path, str]]:
    """What was written since, below ``folders``."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.name.startswith("test-") and f"test-{os.getpid()}." not in path.name:
                continue  # the database of somebody else's tests
            try:
                if path.is_file() and path.stat().st_mtime >= since - 1 and path.stat().st_size < 50_000_000:
                    yield path, path.read_bytes().decode("latin-1")
            except OSError:
                continue  # others come and go there


def assert_nowhere(hidden: Hidden, client: Any, caplog: pytest.LogCaptureFixture, since: float, folder: Path) -> None:
    assert not hidden.found_in(logged(caplog))
    assert not hidden.found_in(database())
    for address, page in console(client):
        assert not hidden.found_in(page), address
    for path, content in files(since, folder, Path(django_settings.VAR_DIR)):
        assert not hidden.found_in(content), path


# -- The search finds what is there ---------------------------------------------------------


def test_the_search_finds_a_secret_in_every_shape(hidden: Hidden, rini: Any) -> None:
    for text in (
        hidden.password,
        f"Basic {base64.b64encode(f'{hidden.username}:{hidden.password}'.encode()).decode()}",
    ):
        assert hidden.found_in(f"before {text} after")
    camera = factories.camera()
    Camera.objects.filter(pk=camera.pk).update(name=hidden.password, source_secrets=hidden.token.encode())
    found = hidden.found_in(database())
    assert hidden.password in found
    assert len(found) >= 2, "a plain value in a binary column is not recognised"


# -- The console and lists ------------------------------------------------------------------


def test_what_is_typed_into_the_form_is_found_nowhere(
    hidden: Hidden, boss: Any, everything_logged: Any, tmp_path: Path, settings: Any
) -> None:
    settings.JSC_CAMERA_NETWORKS, since = LOOPBACK, time.time()
    with Tattler("fail").running() as server:
        camera = factories.camera(source_kind="", drawn_coverage=None)
        kind = "frigate"
        given = {f"src_{name}": value for name, value in settings_for(kind, server.port).items()}
        given |= {"sec_username": hidden.username, "sec_password": hidden.password}
        page = reverse("admin:cameras_camera_change", args=[camera.pk])
        tested = boss.post(
            reverse("admin:cameras_camera_test", args=[camera.pk]), form_of(camera, source_kind=kind, **given)
        )
        assert server.was_told_credentials
        assert not hidden.found_in(tested.content.decode())
        wrong = boss.post(page, form_of(camera, source_kind=kind, **{**given, "src_delay_s": "-1"}))
        assert wrong.status_code == 200
        assert not hidden.found_in(wrong.content.decode())
        bad = f"http://{hidden.username}:{hidden.password}@127.0.0.1:{server.port}/"
        refused = boss.post(page, form_of(camera, source_kind=kind, **{**given, "src_url": bad}))
        assert not hidden.found_in(refused.content.decode())
        assert boss.post(page, form_of(camera, source_kind=kind, **given)).status_code == 302
    assert Camera.objects.get(pk=camera.pk).secrets["password"] == hidden.password
    assert_nowhere(hidden, boss, everything_logged, since, tmp_path)


def test_a_list_with_passwords_is_refused_without_repeating_them(
    hidden: Hidden, boss: Any, everything_logged: Any, tmp_path: Path
) -> None:
    path = tmp_path / "cameras.csv"
    rows = [
        f"A,Monas,-6.17,106.82,rtsp,rtsp://{hidden.username}:{hidden.password}@10.0.0.5/",
        f"B,Monas,-6.17,106.82,,http://10.0.0.5/?token={hidden.token}",
        f"C,Monas,-6.17,106.82,frigate,http://10.0.0.5/password={hidden.password}",
    ]
    path.write_text("\n".join(["code,name,lat,lon,source,url", *rows]))
    out = StringIO()
    call_command("import_cameras", str(path), "--json", stdout=out)
    path.unlink()
    assert len(json.loads(out.getvalue())["refused"]) == 3
    assert not hidden.found_in(out.getvalue())
    assert_nowhere(hidden, boss, everything_logged, time.time(), tmp_path)


# -- Pulls ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_a_pull_that_fails_leaves_its_credentials_nowhere(
    kind: str, hidden: Hidden, boss: Any, everything_logged: Any, tmp_path: Path, settings: Any
) -> None:
    settings.JSC_CAMERA_NETWORKS, settings.JSC_PULL_WALL_S = LOOPBACK, 6
    since = time.time()
    for behaviour in BEHAVIOURS:
        with Tattler(behaviour).running() as server:
            camera = camera_of(kind, server.port, hidden, f"{kind}-{behaviour}")
            clip = factories.clip(camera, minutes=1)
            ring_into(tmp_path / "broker")
            pipeline.run_until_quiet()
            out = StringIO()
            call_command("test_camera", camera.code, "--json", stdout=out)
            assert server.heard, f"the server was never asked: {behaviour}"
            assert server.was_told_credentials, behaviour
        clip.refresh_from_db()
        assert clip.attempts or clip.reason_code, behaviour
        assert not hidden.found_in(out.getvalue()), behaviour
    assert_nowhere(hidden, boss, everything_logged, since, tmp_path)


@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_no_process_shows_the_credentials_while_a_pull_is_under_way(kind: str, hidden: Hidden, tmp_path: Path) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("no /proc on this machine")
    with Tattler("drip").running() as server:
        context = SourceContext(
            settings=settings_for(kind, server.port),
            networks=tuple(LOOPBACK),
            secrets=Secrets(hidden.values),
            limits=PullLimits(wall_s=8.0, silence_s=6.0),
        )
        thread = threading.Thread(target=_pulls, args=(kind, context, tmp_path / "clip.mp4"), daemon=True)
        thread.start()
        seen, deadline = 0, time.monotonic() + 30
        while thread.is_alive() and time.monotonic() < deadline and seen < 40:
            for pid in family():
                told = process_text(pid)
                assert not hidden.found_in(told), f"process {pid}: {told[:80]}"
            seen += bool(server.heard)
            time.sleep(0.05)
        assert seen, "the pull was never under way"
    thread.join(30)
    assert not thread.is_alive()


def ring_into(folder: Path) -> None:
    """The message that calls a worker for a pull, as the embedded broker would hold it."""
    for name in ("messages", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    where = {"data_folder_in": str(folder / "messages"), "data_folder_out": str(folder / "messages")}
    before = len(list(folder.rglob("*")))
    options = {**where, "control_folder": str(folder / "control")}
    with Connection("filesystem://", transport_options=options) as broker:
        tasks.ANSWERS["footage"].apply_async(queue="footage", connection=broker)
    assert len(list(folder.rglob("*"))) > before


def _pulls(kind: str, context: SourceContext, path: Path) -> None:
    source = registry.source_for(kind, context)
    window = TimeWindow(factories.NOON, factories.NOON.replace(minute=1))
    if not source.has_past:
        now = datetime.now(UTC)
        window = TimeWindow(now, now + timedelta(seconds=5))
    try:
        source.pull(window, path)
    except FootageError:
        return


def family() -> list[int]:
    """This process and everything it has started, at any depth."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    known = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in known} - known:
        known |= more
    return sorted(known)


def process_text(pid: int) -> str:
    """What ``ps -eo args`` and ``ps e`` would print of it."""
    told = ""
    for name in ("cmdline", "environ"):
        try:
            told += Path(f"/proc/{pid}/{name}").read_bytes().decode("latin-1") + "\n"
        except OSError:
            continue
    return told


# -- Error reports --------------------------------------------------------------------------


def _boom(*_args: Any, **_kwargs: Any) -> Any:
    raise RuntimeError("boom")


def _telling(value: str) -> Callable[..., Any]:
    def boom(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError(f"no good: {value}")

    return boom


PLACES = (
    "cameras.models.Camera.secrets_set",
    "cameras.models.camera.sealed_json",
    "jsc_project.lib.crypto.encrypt",
    "cameras.source_fields.SecretField.clean",
    "cameras.source_form.SourceForm._gather_secrets",
    "cameras.models.Camera.save",
)


@pytest.mark.parametrize("debug", [True, False], ids=["debug", "production"])
@pytest.mark.parametrize("place", [*PLACES, "telling"])
def test_no_error_report_shows_what_was_typed(
    place: str, debug: bool, hidden: Hidden, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG, settings.ADMINS = debug, [("Admin", "admin@example.id")]
    camera = factories.camera(source_kind="", drawn_coverage=None)
    camera.secrets_set({"token": "apa-saja"})
    boss = Client(raise_request_exception=False)
    boss.force_login(factories.user("boss", is_staff=True, is_superuser=True))
    handler = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(handler)
    if place == "telling":
        monkeypatch.setattr("cameras.models.Camera.secrets_set", _telling(hidden.password))
    else:
        monkeypatch.setattr(place, _boom)
    given = {"src_url": "http://127.0.0.1:9", "src_camera": "gerbang", "sec_token": None}
    given |= {"sec_username": hidden.username, "sec_password": hidden.password}
    try:
        values = form_of(camera, source_kind="frigate", **given)
        answer = boss.post(reverse("admin:cameras_camera_change", args=[camera.pk]), values)
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert answer.status_code == 500
    # In production Django's own handler sends one too.
    assert len(mail.outbox) == (1 if debug else 2)
    reports = [answer.content.decode()]
    for sent in mail.outbox:
        reports += [sent.subject, sent.body, *(str(part[0]) for part in sent.alternatives)]
    assert any("<html" in report for report in reports[1:])
    for report in reports:
        assert not hidden.found_in(report)
    if debug:
        assert "gerbang" in reports[0], "the page is no use at all"
    assert all("RuntimeError" in sent.body for sent in mail.outbox)


@pytest.mark.parametrize(
    "place", ["httpx.Client.stream", "httpcore.ConnectionPool.handle_request", "h11.Connection.send"]
)
def test_no_report_of_a_failing_pull_shows_the_credentials(
    place: str, hidden: Hidden, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that nobody expects, deep in the libraries that hold the password."""
    from django.views.debug import ExceptionReporter, get_exception_reporter_class

    settings.DEBUG = True
    with Tattler("reject").running() as server:
        camera = camera_of("frigate", server.port, hidden)
        context = SourceContext(camera.source_settings, networks=tuple(LOOPBACK), secrets=camera.secrets)
        monkeypatch.setattr(place, _telling(hidden.password))
        try:
            registry.source_for("frigate", context).coverage(
                TimeWindow(factories.NOON, factories.NOON.replace(minute=1))
            )
        except RuntimeError as error:
            reporter: ExceptionReporter = get_exception_reporter_class(None)(
                None, type(error), error, error.__traceback__
            )
            pages = (reporter.get_traceback_html(), reporter.get_traceback_text())
        else:
            pytest.fail("nothing was raised")
    for page in pages:
        assert "boom" in page or "no good" in page
        assert not hidden.found_in(page)


# -- Keys -----------------------------------------------------------------------------------


def test_a_new_first_key_opens_what_the_old_one_sealed_and_reseal_makes_the_old_one_needless(
    hidden: Hidden, settings: Any
) -> None:
    old, new = django_settings.JSC_FIELD_KEYS[0], Fernet.generate_key().decode()
    camera = factories.camera()
    camera.secrets_set(hidden.values)
    camera.save()
    body = sealed_body({"post_id": 1}, "qlue")
    delivery = WebhookDelivery.objects.create(
        source="qlue", webhook_id="w1", body_sha256="0" * 64, headers={}, body_encrypted=body
    )
    settings.JSC_FIELD_KEYS = [new, old]
    assert dict(Camera.objects.get(pk=camera.pk).secrets) == hidden.values
    history = camera.history.count()
    # Plates have a test of their own.
    none = {"plates": {"resealed": 0, "unchanged": 0, "unopened": 0}}
    once, again = ({"resealed": 1 - n, "unchanged": n, "unopened": 0} for n in (0, 1))
    assert reseal() == {"cameras": once, "deliveries": once} | none
    assert reseal() == {"cameras": again, "deliveries": again} | none
    assert camera.history.count() == history
    settings.JSC_FIELD_KEYS = [new]
    assert dict(Camera.objects.get(pk=camera.pk).secrets) == hidden.values
    delivery.refresh_from_db()
    assert delivery_body(delivery) == {"post_id": 1}
    settings.JSC_FIELD_KEYS = [old]
    assert reseal()["cameras"] == {"resealed": 0, "unchanged": 0, "unopened": 1}
    settings.JSC_FIELD_KEYS = [new]
    assert dict(Camera.objects.get(pk=camera.pk).secrets) == hidden.values, "what no key opens is left as it is"


def reseal() -> dict[str, Any]:
    out = StringIO()
    call_command("reseal_secrets", "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def test_a_pull_whose_credentials_cannot_be_opened_fails_with_a_code_of_its_own(hidden: Hidden, settings: Any) -> None:
    settings.JSC_CAMERA_NETWORKS = LOOPBACK
    with Tattler("reject").running() as server:
        camera = camera_of("frigate", server.port, hidden)
        clip = factories.clip(camera, minutes=1)
        settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(CredentialsUnreadable):
            _ = Camera.objects.get(pk=camera.pk).secrets
        pipeline.run_until_quiet()
        assert not server.heard, "it was asked without credentials"
    clip = FootageClip.objects.get(pk=clip.pk)
    assert (clip.state, clip.reason_code) == ("FAILED", "credentials_unreadable")
    assert not hidden.found_in(clip.reason_detail)


def test_credentials_are_not_pickled_printed_or_compared_into_the_open(hidden: Hidden) -> None:
    import pickle

    held = Secrets(hidden.values)
    context = SourceContext({}, secrets=held)
    for text in (repr(held), str(held), f"{held}", repr(context), repr({"a": held})):
        assert not hidden.found_in(text)
    with pytest.raises(TypeError):
        pickle.dumps(held)
