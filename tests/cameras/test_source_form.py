"""The camera's source in the console: a field per option, numbers as numbers, credentials that go in and never out."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from cameras.footage import registry
from cameras.footage.options import Option, holds_credentials
from cameras.footage.registry import SOURCES
from cameras.forms import CameraForm
from cameras.models import Camera, SourceBreaker
from cameras.source_fields import field_name
from tests import factories

pytestmark = pytest.mark.django_db
URL = "http://10.9.8.7:5000"
PASSWORD = "s4ngat-R4hasia"
KIND = "frigate"


@pytest.fixture
def boss(client: Any) -> Any:
    client.force_login(factories.user("boss", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def camera() -> Camera:
    made = factories.camera(
        source_kind=KIND, source_settings={"url": URL, "camera": "gerbang", "delay_s": 15}, drawn_coverage=None
    )
    made.secrets_set({"username": "jsc-admin", "password": PASSWORD})
    made.save()
    return made


def page_of(camera: Camera) -> str:
    return reverse("admin:cameras_camera_change", args=[camera.pk])


def _options(kind: str) -> tuple[Option, ...]:
    return SOURCES[kind].options if kind in SOURCES else ()


def form_of(camera: Camera, **changed: Any) -> dict[str, Any]:
    """What a browser would post for this camera; ``src_x`` and ``sec_x`` are the fields of its kind."""
    kind = str(changed.get("source_kind", camera.source_kind))
    short = {"src": f"source__{kind}__", "sec": f"secret__{kind}__"}
    values: dict[str, Any] = {
        "code": camera.code,
        "name": camera.name,
        "site_type": camera.site_type,
        "lat": camera.lat,
        "lon": camera.lon,
        "active": "on",
        "drawn_coverage": "null",
        "source_kind": camera.source_kind,
        **{f"source__{kind}__{option.name}": "on" for option in _options(kind) if option.default is True},
        **{f"source__{camera.source_kind}__{name}": value for name, value in camera.source_settings.items()},
        "clock_offset_s": camera.clock_offset_s,
        "ring_hours": camera.ring_hours,
        "zones-TOTAL_FORMS": 0,
        "zones-INITIAL_FORMS": 0,
    }
    for name, value in changed.items():
        prefix, _, rest = name.partition("_")
        values[short[prefix] + rest if prefix in short else name] = value
    return {name: value for name, value in values.items() if value is not None}


def errors_of(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200
    return {name: " ".join(lines) for name, lines in answer.context["adminform"].form.errors.items()}


def saved(boss: Any, camera: Camera, **changed: Any) -> Camera:
    answer = boss.post(page_of(camera), form_of(camera, **changed))
    assert answer.status_code == 302, errors_of(answer)
    return Camera.objects.get(pk=camera.pk)


# -- Fields ------------------------------------------------------------------------------


def test_every_option_of_every_kind_has_a_field_that_fits_it(boss: Any) -> None:
    page = boss.get(reverse("admin:cameras_camera_add")).content.decode()
    for kind, source in registry.SOURCES.items():
        assert f"jsc-source-{kind}" in page
        for option in source.options:
            assert f'name="{field_name(kind, option)}"' in page
            assert option.label.id in page


def test_labels_and_help_follow_the_language(boss: Any) -> None:
    add = reverse("admin:cameras_camera_add")
    assert "Nama kamera di Frigate" in boss.get(add).content.decode()
    boss.cookies["django_language"] = "en"
    page = boss.get(add).content.decode()
    assert "The camera&#x27;s name in Frigate" in page
    assert "Nama kamera di Frigate" not in page


def test_values_are_shown_and_defaults_stand_behind_empty_fields(boss: Any, camera: Camera) -> None:
    fields = Inputs.of(boss.get(page_of(camera)).content.decode())
    assert fields[f"source__{KIND}__url"]["value"] == URL
    assert fields[f"source__{KIND}__delay_s"]["value"] == "15"
    assert fields["source__folder__delay_s"]["placeholder"] == "10"
    assert "value" not in fields["source__folder__delay_s"]
    assert fields["ring_hours"]["value"] == "0"


def test_the_chosen_kinds_values_are_stored_numbers_as_numbers_and_empties_left_out(boss: Any, camera: Camera) -> None:
    stored = saved(
        boss, camera, src_delay_s="30", src_retention_h="72.5", src_login="on", source__folder__folder="dari-jenis-lain"
    )
    assert stored.source_settings == {
        "url": URL,
        "camera": "gerbang",
        "delay_s": 30,
        "retention_h": 72.5,
        "login": True,
    }
    assert type(stored.source_settings["delay_s"]) is int
    assert saved(boss, stored, src_delay_s="", src_login=None).source_settings == {
        "url": URL,
        "camera": "gerbang",
        "retention_h": 72.5,
    }


def test_another_kind_takes_nothing_along(boss: Any, camera: Camera) -> None:
    stored = saved(boss, camera, source_kind="folder", src_folder="gerbang-03", src_timezone="UTC")
    assert (stored.source_kind, stored.source_settings) == ("folder", {"folder": "gerbang-03", "timezone": "UTC"})
    assert stored.source_secrets is None
    assert "rahasia diubah: password, username" in stored.history.first().history_change_reason


def test_what_another_kind_needs_is_not_asked_of_this_one(boss: Any, camera: Camera) -> None:
    stored = saved(boss, camera, source_kind="")
    assert (stored.source_kind, stored.source_settings) == ("", {})


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"src_url": ""}, "source__frigate__url", "wajib diisi"),
        ({"src_camera": "../etc"}, "source__frigate__camera", "bukan nama yang sah"),
        ({"src_delay_s": "99999"}, "source__frigate__delay_s", "harus antara 0 dan 3600"),
        ({"src_url": "rtsp://10.9.8.7/"}, "source__frigate__url", "http:// atau https://"),
        ({"src_url": "http://10.9.8.7:x/"}, "source__frigate__url", "bukan alamat yang sah"),
        ({"source_kind": "vhs"}, "source_kind", "tidak dikenal"),
        ({"sec_username": "a\x00b"}, "secret__frigate__username", "tidak diizinkan"),
        ({"sec_password": "x" * 501}, "secret__frigate__password", "Terlalu panjang"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    boss: Any, camera: Camera, changed: dict[str, Any], field: str, words: str
) -> None:
    assert words in errors_of(boss.post(page_of(camera), form_of(camera, **changed)))[field]
    assert Camera.objects.get(pk=camera.pk).source_settings["url"] == URL


def test_a_mistake_is_told_in_english_to_who_reads_english(boss: Any, camera: Camera) -> None:
    boss.cookies["django_language"] = "en"
    errors = errors_of(boss.post(page_of(camera), form_of(camera, src_delay_s="99999", src_url="ftp://x/")))
    assert "must be between 0 and 3600" in errors["source__frigate__delay_s"]
    assert "http:// or https://" in errors["source__frigate__url"]


@pytest.mark.parametrize(
    "address",
    [
        f"http://jsc-admin:{PASSWORD}@10.9.8.7:5000",
        f"http://10.9.8.7:5000/?user=jsc-admin&password={PASSWORD}",
        f"http://10.9.8.7:5000/?access_token={PASSWORD}",
        f"http://10.9.8.7:5000/user=jsc_password={PASSWORD}_channel=1",
        f"http://jsc:{PASSWORD}#@10.9.8.7/",
    ],
)
def test_an_address_with_a_password_is_refused_and_not_shown_again(boss: Any, camera: Camera, address: str) -> None:
    answer = boss.post(page_of(camera), form_of(camera, src_url=address))
    assert errors_of(answer)[f"source__{KIND}__url"]
    assert PASSWORD not in answer.content.decode()


def test_settings_that_this_kind_does_not_know_are_told_and_wait_for_a_decision(boss: Any, camera: Camera) -> None:
    Camera.objects.update(source_settings={**camera.source_settings, "old_password": PASSWORD})
    camera.refresh_from_db()
    page = boss.get(page_of(camera)).content.decode()
    assert "tidak dikenal oleh jenis sumber ini: old_password" in page
    assert PASSWORD not in page
    camera.source_settings.pop("old_password")
    errors = errors_of(boss.post(page_of(camera), form_of(camera, src_delay_s="20")))
    assert "old_password: tidak dikenal" in errors["source_drop_unknown"]
    assert saved(boss, camera, name="Nama baru").source_settings["old_password"] == PASSWORD
    assert "old_password" not in saved(boss, camera, source_drop_unknown="on").source_settings


def test_a_page_of_the_history_takes_nothing_of_the_source(boss: Any, camera: Camera) -> None:
    version = camera.history.first()
    page = reverse("admin:cameras_camera_simple_history", args=[camera.pk, version.history_id])
    body = boss.get(page).content.decode()
    assert "source__" not in body
    assert "10.9.8.7" not in body
    values = {name: value for name, value in form_of(camera).items() if not name.startswith("source")}
    assert boss.post(page, values).status_code == 302
    kept = Camera.objects.get(pk=camera.pk)
    assert (kept.source_kind, kept.source_settings["url"]) == (KIND, URL)
    assert kept.secrets["password"] == PASSWORD


# -- Credentials -------------------------------------------------------------------------


def test_credentials_are_stored_sealed_and_only_their_being_there_is_shown(boss: Any, camera: Camera) -> None:
    stored = bytes(Camera.objects.get(pk=camera.pk).source_secrets or b"")
    assert PASSWORD.encode() not in stored
    page = boss.get(page_of(camera)).content.decode()
    assert PASSWORD not in page
    assert "jsc-admin" not in page
    assert page.count('data-stored="yes"') >= 2


def test_an_empty_field_keeps_the_stored_one_and_a_tick_deletes_it(boss: Any, camera: Camera) -> None:
    before = bytes(Camera.objects.get(pk=camera.pk).source_secrets or b"")
    kept = saved(boss, camera, name="Nama baru", src_delay_s="20")
    assert bytes(kept.source_secrets or b"") == before
    changed = saved(boss, camera, sec_password="Yang-Baru")
    assert dict(changed.secrets) == {"username": "jsc-admin", "password": "Yang-Baru"}
    assert dict(saved(boss, camera, sec_password__drop="on").secrets) == {"username": "jsc-admin"}
    assert saved(boss, camera, sec_username__drop="on").source_secrets is None


def test_a_form_that_comes_back_with_errors_forgets_what_was_typed_as_password(boss: Any, camera: Camera) -> None:
    answer = boss.post(page_of(camera), form_of(camera, sec_password="Baru-Sekali", range_m=99999))
    assert errors_of(answer)
    assert "Baru-Sekali" not in answer.content.decode()


@pytest.mark.parametrize(
    "url", ["http://10.9.8.66:5000", "http://10.9.8.7:8971", "https://10.9.8.7", "http://evil.test:5000"]
)
def test_stored_credentials_do_not_follow_the_camera_to_another_device(boss: Any, camera: Camera, url: str) -> None:
    errors = errors_of(boss.post(page_of(camera), form_of(camera, src_url=url)))
    assert "Alamat perangkat berubah" in errors[f"secret__{KIND}__password"]
    assert "Alamat perangkat berubah" in errors[f"secret__{KIND}__username"]
    moved = saved(boss, camera, src_url=url, sec_username="lain", sec_password__drop="on")
    assert (moved.source_settings["url"], dict(moved.secrets)) == (url, {"username": "lain"})


def test_another_path_of_the_same_device_keeps_them(boss: Any, camera: Camera) -> None:
    moved = saved(boss, camera, src_url=f"{URL}/frigate/")
    assert moved.secrets["password"] == PASSWORD


def test_the_history_tells_that_credentials_changed_and_never_what(boss: Any, camera: Camera) -> None:
    saved(boss, camera, sec_password="Yang-Baru", src_delay_s="20")
    newest = camera.history.first()
    assert newest.history_change_reason == "pengaturan sumber diubah; rahasia diubah: password"
    page = boss.get(reverse("admin:cameras_camera_history", args=[camera.pk])).content.decode()
    assert "rahasia diubah: password" in page
    entries = " ".join(LogEntry.objects.values_list("change_message", flat=True))
    for words in (PASSWORD, "Yang-Baru", "10.9.8.7", "jsc-admin"):
        assert words not in page
        assert words not in entries
        assert words not in json.dumps(list(camera.history.values()), default=str)


def test_credentials_that_cannot_be_opened_are_told_and_can_be_entered_anew(
    boss: Any, camera: Camera, settings: Any
) -> None:
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
    assert "tidak dapat dibuka, isi ulang" in boss.get(page_of(camera)).content.decode()
    before = bytes(Camera.objects.get(pk=camera.pk).source_secrets or b"")
    assert bytes(saved(boss, camera, name="Nama baru", src_delay_s="25").source_secrets or b"") == before
    again = saved(boss, camera, sec_username="jsc-admin", sec_password="Baru")
    assert dict(again.secrets) == {"username": "jsc-admin", "password": "Baru"}


def test_a_form_never_says_a_value_in_its_own_words() -> None:
    form = CameraForm({"source_kind": KIND, f"secret__{KIND}__password": PASSWORD})
    form.is_valid()
    for words in (repr(form.cleaned_data), str(form), repr(form), form.as_p(), form.errors.as_json()):
        assert PASSWORD not in words


class Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in named:
            self.found[named["name"]] = named

    @classmethod
    def of(cls, page: str) -> dict[str, dict[str, str]]:
        reader = cls()
        reader.feed(page)
        return reader.found


def test_a_corrected_password_is_tried_at_once(boss: Any, camera: Camera) -> None:
    later = timezone.now() + timedelta(minutes=9)
    SourceBreaker.objects.create(
        key=f"camera {camera.pk}", camera=camera, phase="open", failures=1, opened=1, retry_at=later
    )
    saved(boss, camera, sec_password="sandi-yang-benar-1")
    assert SourceBreaker.objects.get().phase == "closed"


@pytest.mark.parametrize(
    "query",
    ["loginuse=a&loginpas=x", "usr=a&psw=x", "user=a&pswd=x", "jwt=x", "authkey=x", "sig=x", "wmsAuthSign=x"],
)
def test_the_names_that_cameras_give_their_passwords_are_known(query: str) -> None:
    assert holds_credentials(f"http://10.20.1.5/snapshot.cgi?{query}")
    assert not holds_credentials("http://10.20.1.5/snapshot.cgi?channel=1&signal=2&keyframe=3&design=4")
