"""What is refused before the body is read as JSON: method, size, signature, media type, and their order."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from reports import tasks
from reports.services import intake
from reports.webhook import qlue_webhook
from tests.reports.webhook_sender import URL, as_bytes, assert_refused, categories, headers_for, payload, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    categories()
    intake.ADMITTED.forget()
    monkeypatch.setattr(tasks, "ring", lambda kind, pk: None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_posting_is_allowed(method: str) -> None:
    answer = Client().generic(method, URL, data=b"x" * 200_000, content_type="text/plain")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    if method != "HEAD":
        assert_refused(answer, 405, "", "method_not_allowed")


def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    frame = as_bytes(payload(text=""))
    fits = frame.replace(b'"text": ""', b'"text": "' + b"x" * (100_000 - len(frame)) + b'"')
    assert len(fits) == 100_000
    assert_refused(send(fits + b" "), 413, "", "too_large")
    assert send(fits).status_code == 202


def test_size_is_judged_before_signature_and_signature_before_media_type() -> None:
    anonymous = {"webhook-signature": ""}
    assert_refused(send(b"x" * 100_001, content_type="text/plain", headers=anonymous), 413, "")
    assert_refused(send(b"x", content_type="text/plain", headers=anonymous), 401, "")
    assert_refused(send(b"x", content_type="text/plain"), 415, "")


def test_media_type_is_judged_before_the_payload_and_the_payload_before_the_id() -> None:
    send(payload(), webhook_id="m")
    assert send(b"{", webhook_id="m").status_code == 400
    assert send(payload(text="lain"), webhook_id="m").status_code == 409


def test_a_reused_id_is_told_so_even_above_the_rate(settings: Any) -> None:
    settings.JSC_WEBHOOK_RATE_PER_S = 1
    send(payload(), webhook_id="m")
    assert send(payload(text="lain"), webhook_id="m").status_code == 409
    assert send(b"{").status_code == 400
    assert send(payload(post_id=2)).status_code == 429


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json-patch+json",
        "application/json; charset=latin-1",
        "application/json; version=2",
        "json",
        "",
    ],
)
def test_other_media_types_are_refused(content_type: str) -> None:
    assert_refused(send(as_bytes(payload()), content_type=content_type), 415, "", "unsupported_media_type")


def test_a_compressed_body_is_refused() -> None:
    assert_refused(send(payload(), headers={"Content-Encoding": "gzip"}), 415, "")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
def test_json_is_json_however_it_is_written(content_type: str) -> None:
    assert send(payload(), content_type=content_type).status_code == 202


BAD_HEADERS: dict[str, dict[str, str]] = {
    "no signature": {"webhook-signature": ""},
    "no id": {"webhook-id": ""},
    "no timestamp": {"webhook-timestamp": ""},
    "another id": {"webhook-id": "msg_other"},
    "id with a blank": {"webhook-id": "a b"},
    "long id": {"webhook-id": "x" * 5000},
    "timestamp nan": {"webhook-timestamp": "nan"},
    "timestamp float": {"webhook-timestamp": "1700000000.5"},
    "timestamp huge": {"webhook-timestamp": "9" * 400},
    "signature without comma": {"webhook-signature": "v1"},
    "signature with two commas": {"webhook-signature": "v1,a,b"},
    "signature not ASCII": {"webhook-signature": "v1,\u00e9"},
    "signature not base64": {"webhook-signature": "v1,####"},
    "signature of another kind": {"webhook-signature": "v1a,AAAA"},
    "signature of zeros": {"webhook-signature": "v1," + base64.b64encode(bytes(32)).decode()},
    "long signature": {"webhook-signature": "v1," + "A" * 60_000},
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_every_signature_that_is_not_right_is_the_same_401(name: str) -> None:
    answer = send(payload(), headers=BAD_HEADERS[name])
    assert_refused(answer, 401, "", "unauthenticated")
    assert answer.content == send(payload(), headers={"webhook-signature": "v1,AAAA"}).content
    assert answer["WWW-Authenticate"]


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400])
def test_a_delivery_from_another_time_is_refused(seconds: int) -> None:
    assert_refused(send(payload(), at=datetime.now(UTC) + timedelta(seconds=seconds)), 401, "")


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_%%%"]])
def test_without_a_usable_secret_every_delivery_is_refused(settings: Any, secrets: list[str]) -> None:
    settings.JSC_WEBHOOK_SECRETS = secrets
    assert_refused(send(payload()), 401, "", "unauthenticated")


def test_the_second_secret_of_a_rotation_is_as_good_as_the_first(settings: Any) -> None:
    settings.JSC_WEBHOOK_SECRETS = ["whsec_" + base64.b64encode(b"n" * 32).decode(), *settings.JSC_WEBHOOK_SECRETS]
    assert send(payload()).status_code == 202


# -- Lengths that lie --------------------------------------------------------------------


class CountingStream(io.BytesIO):
    """A server's input that remembers how far it was read."""


def posted(body: bytes, **environ: Any) -> Any:
    """The view's answer to a request as a server would hand it over, ``environ`` on top."""
    stream = CountingStream(body)
    signed = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers_for(body).items()}
    base = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": URL,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": stream,
        "wsgi.url_scheme": "http",
    }
    return qlue_webhook(WSGIRequest({**base, **signed, **environ})), stream


def test_a_chunked_body_without_a_length_is_read_and_counted() -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    too_long, _ = posted(b"x" * 100_001, **chunked)
    assert_refused(too_long, 413, "", "too_large")
    right, _ = posted(as_bytes(payload()), **chunked)
    assert right.status_code == 202


def test_a_declared_length_above_the_limit_is_refused_before_a_byte_is_read() -> None:
    answer, stream = posted(b"{}", CONTENT_LENGTH="5000000")
    assert_refused(answer, 413, "")
    assert stream.tell() == 0


@pytest.mark.parametrize("length", [None, "", "abc", "-5", "0", "1"])
def test_a_length_that_says_too_little_leaves_a_body_no_signature_fits(length: str | None) -> None:
    declared = {} if length is None else {"CONTENT_LENGTH": length}
    assert_refused(posted(as_bytes(payload()), **declared)[0], 401, "")


def test_a_length_that_says_too_much_is_no_harm() -> None:
    assert posted(as_bytes(payload()), CONTENT_LENGTH="90000")[0].status_code == 202


def test_a_sender_who_hangs_up_is_refused() -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("connection reset")

    body = as_bytes(payload())
    answer, _ = posted(body, CONTENT_LENGTH=str(len(body)), **{"wsgi.input": Broken()})
    assert_refused(answer, 401, "")


def test_what_is_left_of_a_refused_body_is_read_after_the_answer() -> None:
    answer, stream = posted(b"x" * 300_000, CONTENT_LENGTH="300000")
    assert (answer.status_code, stream.tell()) == (413, 0)
    answer.close()
    assert stream.tell() == 300_000
