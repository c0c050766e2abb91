"""The simulators' own foundation: what it refuses must be what a device refuses."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from cameras.footage.context import Secrets
from cameras.footage.fetch import Fetcher
from cameras.footage.source import SourceDenied
from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.network_contract import context


class Echo(Device):
    def answer(self, asked: Asked) -> Answer:
        return Answer.of(f"{asked.method} {asked.path} {asked.one('q')}")


class OneFile(Device):
    def __init__(self, path: Path, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.path = path

    def answer(self, asked: Asked) -> Answer:
        return Answer(file=self.path, content_type="video/mp4")


def fetcher(device: Device, password: str = "secret") -> Fetcher:
    return Fetcher(device.url, context({}, secrets=Secrets({"username": "admin", "password": password})))


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",)])
def test_the_right_password_is_let_in_by_digest(algorithms: tuple[str, ...]) -> None:
    device = Echo(auth="digest", username="admin", password="secret", algorithms=algorithms)
    with device.running(), fetcher(device) as http:
        assert http.get("/a%20b?q=1&z=").text == "GET /a b 1"
        assert http.get("/c").text == "GET /c "
    assert len(device.refused) == 1
    assert len(device.log) == 2


@pytest.mark.parametrize("auth", ["digest", "basic"])
def test_a_wrong_password_stays_outside(auth: str) -> None:
    device = Echo(auth=auth, username="admin", password="secret")
    with device.running(), fetcher(device, "wrong") as http, pytest.raises(SourceDenied):
        http.get("/")
    assert device.log == []


def test_basic_lets_the_right_password_in() -> None:
    device = Echo(auth="basic", username="admin", password="secret")
    with device.running(), fetcher(device) as http:
        assert http.get("/x").text == "GET /x "


def test_a_nonce_grows_old_and_is_asked_anew() -> None:
    device = Echo(auth="digest", username="admin", password="secret", nonce_uses=2)
    with device.running(), fetcher(device) as http:
        assert [http.get(f"/{number}").text for number in range(5)] == [f"GET /{number} " for number in range(5)]
    assert len(device.refused) == 3


def test_an_answer_overheard_is_good_for_nothing() -> None:
    """The same Authorization again, and the same for another address: both are refused."""
    device = Echo(auth="digest", username="admin", password="secret")
    with device.running(), fetcher(device) as http:
        http.get("/a")
        overheard = {"authorization": device.log[0].headers["authorization"]}
        for target in ("/a", "/b"):
            assert httpx.get(f"{device.url}{target}", headers=overheard).status_code == 401


def test_files_come_in_parts_only_where_the_device_can(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(bytes(range(100)))
    with OneFile(path).running() as device:
        part = httpx.get(device.url, headers={"range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
        assert part.headers["content-range"] == "bytes 10-19/100"
        assert httpx.get(device.url, headers={"range": "bytes=100-"}).status_code == 416
        other = httpx.get(device.url, headers={"range": "bytes=10-", "if-range": '"another"'})
        assert (other.status_code, len(other.content)) == (200, 100)
    with OneFile(path, ranges=False).running() as device:
        assert httpx.get(device.url, headers={"range": "bytes=10-19"}).status_code == 200


def test_its_clock_can_be_off() -> None:
    with Echo(clock_off_s=420.0).running() as device, fetcher(device) as http:
        told = http.get("/").offset_s
    assert told == pytest.approx(420.0, abs=5.0)
