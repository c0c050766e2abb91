"""A bucket as storage: the same promises as a folder, and trouble on the wire that costs nothing but time."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from jsc_project import s3, storage
from jsc_project.lib.errors import (
    BytesRemain,
    JscError,
    StorageDenied,
    StorageFailed,
    StorageFull,
    StorageSlow,
    StorageUnreachable,
)
from tests.s3_server import Wire, s3_server, use


@pytest.fixture(scope="module")
def server() -> Iterator[Wire]:
    with s3_server() as wire:
        yield wire


@pytest.fixture
def wire(server: Wire, settings: Any) -> Iterator[Wire]:
    use(settings, server)
    server.requests.clear()
    yield server
    server.refusal, server.silent, server.cut_after, server.refused_verbs = None, False, None, ()


def quick(monkeypatch: Any) -> None:
    """The limits of a test: seconds, not minutes. The storage's client is made anew with them."""
    monkeypatch.setattr(s3, "READ_S", 1)
    monkeypatch.setattr(s3, "CONNECT_S", 1)
    monkeypatch.setattr(s3, "TRIES", 2)


def test_what_is_saved_is_read_back_listed_dated_and_never_overwritten(wire: Wire) -> None:
    name = default_storage.save("clips/2026/11/02/a.mp4", ContentFile(b"footage"))
    other = default_storage.save(name, ContentFile(b"another"))
    assert other != name
    assert default_storage.open(name).read() == b"footage"
    assert (default_storage.size(name), default_storage.exists(name)) == (7, True)
    assert default_storage.listdir("clips/2026/11") == (["02"], [])
    assert sorted(default_storage.listdir("clips/2026/11/02")[1]) == sorted(Path(one).name for one in (name, other))
    assert abs(default_storage.get_modified_time(name).timestamp() - time.time()) < 60


def test_a_missing_object_is_an_answer_and_no_trouble(wire: Wire) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        default_storage.open("clips/none.mp4")
    assert not isinstance(missing.value, StorageFailed)
    assert not default_storage.exists("clips/none.mp4")
    default_storage.delete("clips/none.mp4")


def test_objects_are_their_owners_alone_and_no_address_of_the_bucket_is_given(wire: Wire) -> None:
    name = default_storage.save("clips/a.mp4", ContentFile(b"x"))
    grants = default_storage.client.get_object_acl(Bucket=wire.bucket, Key=f"media/{name}")["Grants"]  # type: ignore[attr-defined]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]
    assert default_storage.url(name) == f"/media-is-private/{name}"


def test_what_is_sent_carries_a_checksum(wire: Wire) -> None:
    name = default_storage.save("clips/a.mp4", ContentFile(b"x" * 1000))
    told = default_storage.client.head_object(Bucket=wire.bucket, Key=f"media/{name}", ChecksumMode="ENABLED")  # type: ignore[attr-defined]
    assert any(key.startswith("Checksum") for key in told)


def test_size_and_hash_are_right_for_a_file_of_several_parts(wire: Wire, tmp_path: Path, monkeypatch: Any) -> None:
    content = os.urandom(s3.PART_BYTES + 12_345)
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    stored = storage.store(path, "clips/a.mp4")
    assert (stored.size_bytes, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert default_storage.size(stored.name) == len(content)


def test_a_piece_out_of_the_middle_costs_no_whole_download(wire: Wire) -> None:
    content = os.urandom(9_000_000)
    name = default_storage.save("clips/a.mp4", ContentFile(content))
    wire.passed = 0
    with default_storage.open(name) as stored:
        stored.seek(8_000_000)
        assert stored.read(1000) == content[8_000_000:8_001_000]
        stored.seek(-10, io.SEEK_END)
        assert stored.read() == content[-10:]
    assert wire.passed < 5_000_000


def test_a_connection_that_breaks_in_the_middle_of_a_read_is_replaced_where_it_broke(wire: Wire) -> None:
    content = os.urandom(2_000_000)
    name = default_storage.save("clips/a.mp4", ContentFile(content))
    with default_storage.open(name) as stored:
        wire.cut_after = 700_000
        assert stored.read() == content
    assert wire.cut_after is None, "it did break"


def test_an_object_that_was_replaced_meanwhile_is_not_spliced_into_the_read(wire: Wire) -> None:
    name = default_storage.save("clips/a.mp4", ContentFile(b"a" * 1_000_000))
    with default_storage.open(name) as stored:
        stored.read(10)
        default_storage.client.put_object(Bucket=wire.bucket, Key=f"media/{name}", Body=b"b" * 1_000_000)  # type: ignore[attr-defined]
        stored.seek(900_000)
        with pytest.raises(StorageFailed):
            stored.read()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (503, "SlowDown", StorageSlow),
        (500, "InternalError", StorageSlow),
        (429, "TooManyRequests", StorageSlow),
        (507, "XMinioStorageFull", StorageFull),
        (403, "QuotaExceeded", StorageFull),
        (403, "AccessDenied", StorageDenied),
        (403, "InvalidAccessKeyId", StorageDenied),
        (404, "NoSuchBucket", StorageDenied),
    ],
)
def test_what_the_server_says_has_a_word_that_steps_can_wait_for(
    status: int, code: str, kind: type[JscError], wire: Wire, settings: Any, monkeypatch: Any
) -> None:
    quick(monkeypatch)
    use(settings, wire, bucket=wire.bucket)
    # A HEAD has no body that could carry the code; what matters is what a write is told.
    wire.refusal, wire.refused_verbs = (status, code), ("PUT", "POST")
    with pytest.raises(kind) as refused:
        default_storage.save("clips/a.mp4", ContentFile(b"x"))
    assert refused.value.retryable
    assert refused.value.data["retry_after_s"] > 0
    assert "geheim" not in f"{refused.value!r} {refused.value}"
    wire.refusal = None
    assert default_storage.open(default_storage.save("clips/a.mp4", ContentFile(b"x"))).read() == b"x"


def test_a_server_that_accepts_and_says_nothing_is_waited_for_only_so_long(
    wire: Wire, settings: Any, monkeypatch: Any
) -> None:
    quick(monkeypatch)
    use(settings, wire, bucket=wire.bucket)
    default_storage._wrapped._made = None
    wire.silent = True
    began = time.monotonic()
    with pytest.raises(StorageSlow):
        default_storage.size("clips/a.mp4")
    assert time.monotonic() - began < 20


def test_no_server_at_all_is_unreachable(settings: Any, monkeypatch: Any, wire: Wire) -> None:
    quick(monkeypatch)
    use(settings, wire, bucket=wire.bucket)
    default_storage._wrapped.endpoint_url = "http://127.0.0.1:9"
    default_storage._wrapped._made = None
    for ask in (
        lambda: default_storage.open("a"),
        lambda: default_storage.exists("a"),
        lambda: default_storage.delete("a"),
        lambda: default_storage.size("a"),
        lambda: default_storage.listdir(""),
        lambda: default_storage.get_modified_time("a"),
        lambda: storage.erase("a"),
    ):
        with pytest.raises(StorageUnreachable):
            ask()


def test_erasing_takes_every_version_with_it(wire: Wire) -> None:
    client = default_storage.client  # type: ignore[attr-defined]
    client.put_bucket_versioning(Bucket=wire.bucket, VersioningConfiguration={"Status": "Enabled"})
    name = default_storage.save("clips/a.mp4", ContentFile(b"first"))
    client.put_object(Bucket=wire.bucket, Key=f"media/{name}", Body=b"second")
    neighbour = default_storage.save("clips/a.mp4.bak", ContentFile(b"neighbour"))
    default_storage.delete(name)
    assert not default_storage.exists(name)
    assert client.list_object_versions(Bucket=wire.bucket, Prefix=f"media/{name}")["Versions"], "a delete only hides"
    storage.erase(name)
    left = client.list_object_versions(Bucket=wire.bucket, Prefix="media/clips/")
    assert {one["Key"] for one in left["Versions"]} == {f"media/{neighbour}"}
    assert not left.get("DeleteMarkers")


def test_a_server_that_says_deleted_and_deletes_nothing_is_not_believed(wire: Wire) -> None:
    name = default_storage.save("clips/a.mp4", ContentFile(b"x"))
    wire.refusal, wire.refused_verbs = (204, ""), ("DELETE",)
    with pytest.raises(BytesRemain):
        storage.erase(name)


def test_an_object_under_a_retention_lock_is_told(settings: Any, server: Wire) -> None:
    client = use(settings, server)
    locked = f"jsc-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    client.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=lock)
    use(settings, server, bucket=locked)
    name = default_storage.save("clips/a.mp4", ContentFile(b"x"))
    with pytest.raises(StorageFailed):
        storage.erase(name)


def test_a_fork_gets_a_connection_of_its_own(wire: Wire, monkeypatch: Any) -> None:
    first = default_storage.client  # type: ignore[attr-defined]
    assert default_storage.client is first  # type: ignore[attr-defined]
    monkeypatch.setattr(s3.os, "getpid", lambda: 1)
    assert default_storage.client is not first  # type: ignore[attr-defined]


def test_the_keys_are_in_no_log_even_at_debug(wire: Wire, settings: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    storage.erase(default_storage.save("clips/a.mp4", ContentFile(b"x")))
    wire.refusal = (403, "AccessDenied")
    with pytest.raises(StorageDenied) as refused:
        default_storage.save("clips/b.mp4", ContentFile(b"x"))
    said = caplog.text + repr(refused.value) + repr(default_storage._wrapped) + str(refused.value.as_json())
    assert "geheim-secret-key" not in said


@pytest.mark.django_db
def test_ready_asks_the_bucket(wire: Wire, client: Client, monkeypatch: Any, settings: Any) -> None:
    assert client.get("/readyz").json()["storage"]["ok"]
    wire.refusal = (403, "AccessDenied")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["storage"]["error"] == "StorageDenied"
