"""Signatures: what the reference library signs is accepted, everything else is one and the same refusal."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from reports.signature import SignatureRefused, key_of, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode()
NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
BODY = '{"post_id": 1, "text": "banjir \u2614"}'.encode()


def signed(
    body: bytes = BODY, *, at: datetime = NOW, secret: str = SECRET, webhook_id: str = "msg_1"
) -> dict[str, str]:
    return sign(body, webhook_id=webhook_id, at=at, secret=secret)


def check(headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> str:
    return verify(body, headers, secrets=secrets, now=NOW).webhook_id


def test_what_the_reference_library_signs_is_accepted() -> None:
    header = Webhook(SECRET).sign("msg_1", NOW, BODY.decode())
    timestamp = str(int(NOW.timestamp()))
    headers = {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": header}
    found = verify(BODY, headers, secrets=[SECRET], now=NOW)
    assert (found.webhook_id, found.sent_at) == ("msg_1", NOW)


def test_the_reference_library_accepts_what_we_sign() -> None:
    headers = sign(BODY, webhook_id="msg_1", at=datetime.now(UTC), secret=SECRET)
    assert Webhook(SECRET).verify(BODY, headers) == {"post_id": 1, "text": "banjir \u2614"}


def test_a_body_that_is_not_utf8_can_be_signed_too() -> None:
    assert check(signed(b"\xff\xfe\x00"), b"\xff\xfe\x00") == "msg_1"


def test_any_of_several_secrets_will_do() -> None:
    assert check(signed(secret=OTHER), secrets=(SECRET, OTHER)) == "msg_1"


def test_any_of_several_signatures_will_do_and_other_versions_are_passed_over() -> None:
    right, wrong = signed()["webhook-signature"], signed(secret=OTHER)["webhook-signature"]
    for header in (f"{wrong} {right}", f"{right} {wrong}", f"v1a,AAAA {right}", f"v2,{'A' * 44} {wrong} {right}"):
        assert check({**signed(), "webhook-signature": header}) == "msg_1"


def test_an_unusable_secret_does_not_lock_out_the_others() -> None:
    assert check(signed(), secrets=("whsec_A", "", SECRET)) == "msg_1"


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_within_five_minutes_either_way_is_in_time(seconds: int) -> None:
    assert check(signed(at=NOW + timedelta(seconds=seconds))) == "msg_1"


@pytest.mark.parametrize("seconds", [-100_000, -301, 301, 100_000])
def test_more_than_five_minutes_off_is_refused(seconds: int) -> None:
    with pytest.raises(SignatureRefused):
        check(signed(at=NOW + timedelta(seconds=seconds)))


GOOD = signed()
SIGNATURE = GOOD["webhook-signature"]
BAD_HEADERS: dict[str, dict[str, str | None]] = {
    "no headers": dict.fromkeys(GOOD, None),
    "no id": {"webhook-id": None},
    "no timestamp": {"webhook-timestamp": None},
    "no signature": {"webhook-signature": None},
    "another id": {"webhook-id": "msg_2"},
    "empty id": {"webhook-id": ""},
    "id with a blank": {"webhook-id": "msg 1"},
    "id with a line break": {"webhook-id": "msg_1\n"},
    "id of 129 characters": {"webhook-id": "x" * 129},
    "id that is not ASCII": {"webhook-id": "m\u00e9g_1"},
    "another timestamp": {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
    "timestamp as a float": {"webhook-timestamp": f"{int(NOW.timestamp())}.0"},
    "timestamp nan": {"webhook-timestamp": "nan"},
    "timestamp inf": {"webhook-timestamp": "inf"},
    "timestamp negative": {"webhook-timestamp": "-1"},
    "timestamp of 13 digits": {"webhook-timestamp": "1" * 13},
    "timestamp with a plus": {"webhook-timestamp": f"+{int(NOW.timestamp())}"},
    "timestamp in Arabic digits": {"webhook-timestamp": "\u0661\u0662\u0663"},
    "timestamp as a date": {"webhook-timestamp": "2026-11-02T05:00:00Z"},
    "no version": {"webhook-signature": SIGNATURE.removeprefix("v1,")},
    "version alone": {"webhook-signature": "v1"},
    "version and comma": {"webhook-signature": "v1,"},
    "two commas": {"webhook-signature": SIGNATURE.replace(",", ",,")},
    "double blank": {"webhook-signature": f"{SIGNATURE}  {SIGNATURE}"},
    "joined by comma": {"webhook-signature": f"{SIGNATURE}, {SIGNATURE}"},
    "not base64": {"webhook-signature": "v1,!!!!"},
    "one letter of base64": {"webhook-signature": "v1,A"},
    "not ASCII": {"webhook-signature": "v1,\u00e9\u00e9\u00e9\u00e9"},
    "cut short": {"webhook-signature": SIGNATURE[:-5]},
    "only v1a": {"webhook-signature": SIGNATURE.replace("v1,", "v1a,")},
    "17 signatures": {"webhook-signature": " ".join([SIGNATURE] * 17)},
    "another secret's": {"webhook-signature": signed(secret=OTHER)["webhook-signature"]},
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_every_other_header_is_the_same_refusal(name: str) -> None:
    changed = {**GOOD, **BAD_HEADERS[name]}
    with pytest.raises(SignatureRefused) as refusal:
        check({key: value for key, value in changed.items() if value is not None})
    assert refusal.value.detail == "the webhook signature could not be verified"


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        check(GOOD, BODY.replace(b"1", b"2"))


@pytest.mark.parametrize("secrets", [(), ("",), ("whsec_",), ("whsec_A",)])
def test_without_a_usable_secret_nothing_is_accepted(secrets: tuple[str, ...]) -> None:
    with pytest.raises(SignatureRefused):
        check(GOOD, secrets=secrets)


def test_an_empty_key_is_not_a_key() -> None:
    with pytest.raises(ValueError, match="empty"):
        key_of("whsec_")


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_header_and_no_body_raises_anything_else(wid: str, timestamp: str, signature: str, body: bytes) -> None:
    headers = {"webhook-id": wid, "webhook-timestamp": timestamp, "webhook-signature": signature}
    with pytest.raises(SignatureRefused):
        verify(body, headers, secrets=[SECRET], now=NOW)
