"""What odd devices answer is the device's fault, told as such: never an error of our own."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from cameras.footage.context import Secrets
from cameras.footage.fetch import Fetcher, challenges
from cameras.footage.source import SourceDenied
from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.network_contract import context

GOOD = 'Digest realm="nvr", nonce="n1", qop="auth"'
UNKNOWN = 'Digest realm="nvr", nonce="n0", algorithm=SHA-512-256, qop="auth"'


def answer(*headers: str) -> httpx.Response:
    return httpx.Response(401, headers=[("www-authenticate", header) for header in headers])


@pytest.mark.parametrize(
    ("headers", "asked", "usable"),
    [
        ([GOOD], {"digest"}, 'Digest realm="nvr", nonce="n1", qop=auth'),
        ([UNKNOWN, GOOD], {"digest"}, 'Digest realm="nvr", nonce="n1", qop=auth'),
        ([f'Basic realm="nvr", {GOOD}'], {"basic", "digest"}, 'Digest realm="nvr", nonce="n1", qop=auth'),
        (
            ['Digest realm="a, basic b", nonce="n", algorithm=SHA-256'],
            {"digest"},
            'Digest realm="a, basic b", nonce="n", algorithm=SHA-256',
        ),
        (['Basic realm="our digest of today, digest x"'], {"basic"}, None),
        ([UNKNOWN], {"digest"}, None),
        (['Digest realm="nvr", nonce="n", qop="auth-int"'], {"digest"}, None),
        (["Digest foo"], {"digest"}, None),
        (["Digest"], {"digest"}, None),
        (['Digest realm="nvr"'], {"digest"}, None),
        (["Bearer x"], set(), None),
        ([], set(), None),
    ],
)
def test_the_first_challenge_that_can_be_answered_is_found(
    headers: list[str], asked: set[str], usable: str | None
) -> None:
    assert challenges(answer(*headers)) == (asked, usable)


class Asking(Device):
    """Answers 401 with these headers, whatever comes; ``seen``: what it was sent."""

    def __init__(self, header: str) -> None:
        super().__init__()
        self.header = header
        self.seen: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        self.seen.append(asked.headers.get("authorization", ""))
        return Answer(401, b"", headers={"WWW-Authenticate": self.header})


@pytest.mark.parametrize(
    "header",
    [UNKNOWN, "Digest foo", 'Digest realm="nvr", nonce="n", qop="auth-int"', 'Digest realm="\xe9", nonce="n"'],
    ids=["algorithm", "nonsense", "auth-int", "letters"],
)
def test_a_challenge_that_nobody_can_answer_is_a_refusal(header: str) -> None:
    device = Asking(header)
    with device.running(), pytest.raises(SourceDenied):
        Fetcher(device.url, context({})).get("/")
    assert device.seen == [""]


def test_a_user_name_that_digest_cannot_carry_is_refused_by_the_device_and_no_crash() -> None:
    device = Asking(GOOD)
    secrets = Secrets({"username": "pengguna-\xe9", "password": "p"})
    with device.running(), Fetcher(device.url, context({}, secrets=secrets)) as http:
        for _ in range(2):
            with pytest.raises(SourceDenied):
                http.get("/")


def test_the_password_does_not_go_in_the_clear_where_digest_stands_behind_basic() -> None:
    device = Asking(f'Basic realm="nvr", {GOOD}')
    with device.running(), pytest.raises(SourceDenied):
        Fetcher(device.url, context({}, secrets=Secrets({"username": "u", "password": "p"}))).get("/")
    assert [sent.partition(" ")[0] for sent in device.seen] == ["", "Digest"]


BEYOND = "Mon, 01 Jan 2024 00:00:00 +99999999999999"


class Odd(Device):
    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/part":
            headers = {"Content-Range": f"bytes {'9' * 5000}-1/2"}
            return Answer(206, b"film", "video/mp4", headers=headers)
        return Answer(200, b"hello", headers={"Date": BEYOND})


def test_a_range_beyond_all_numbers_is_none(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"xyz")
    path.with_name("film.mark").write_text('"1"')
    device = Odd()
    with device.running(), Fetcher(device.url, context({})) as http:
        assert http.download("/part", path).size == 4


def test_a_date_beyond_all_numbers_tells_no_clock() -> None:
    device = Odd()
    with device.running(), Fetcher(device.url, context({})) as http:
        reply = http.get("/")
        assert reply.headers["date"] == BEYOND
        assert reply.offset_s is None
