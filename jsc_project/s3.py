"""Media on an S3 server (AWS, MinIO, Ceph), with the promises of ``storage.AtomicFileSystemStorage``.

An object appears whole by S3's own rules. No ACL is sent: an object without one is its owner's alone, and
newer buckets refuse requests that carry any other. No address of the bucket is ever handed out.
"""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import boto3.session
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.exceptions import ConnectionError as NoConnection
from django.conf import settings
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from jsc_project.lib.errors import (
    BytesRemain,
    StorageDenied,
    StorageFailed,
    StorageFull,
    StorageSlow,
    StorageUnreachable,
)

log = logging.getLogger(__name__)

CONNECT_S, READ_S, TRIES = 5, 30, 3
BUFFER = 256 << 10
PART_BYTES = 16 << 20
READS = 4
"""Connections that one read may use up before the storage counts as unreachable."""

FULL = frozenset(
    {"QuotaExceeded", "ServiceQuotaExceeded", "InsufficientCapacity", "XMinioStorageFull"}
    | {"XMinioAdminBucketQuotaExceeded", "InsufficientStorage"}
)
SLOW = frozenset(
    {"SlowDown", "SlowDownRead", "SlowDownWrite", "RequestTimeout", "ServiceUnavailable", "InternalError"}
    | {"Throttling", "ThrottlingException", "TooManyRequests", "RequestLimitExceeded"}
)
UNVERSIONED = frozenset({"NotImplemented", "MethodNotAllowed"})

BROKEN = (ConnectTimeoutError, NoConnection, HTTPClientError, IncompleteReadError, ResponseStreamingError)


def storage_error(what: str, exc: Exception) -> Exception:
    """One of ours for what boto raised; the texts name the code, never an address or a key."""
    if isinstance(exc, ClientError):
        return _refusal(what, exc)
    if isinstance(exc, NoCredentialsError | PartialCredentialsError):
        return StorageDenied(f"{what}: no keys are set for the storage")
    if isinstance(exc, ReadTimeoutError):
        return StorageSlow(f"{what}: no answer within {READ_S} s")
    if isinstance(
        exc, ConnectTimeoutError | NoConnection | HTTPClientError | IncompleteReadError | ResponseStreamingError
    ):
        return StorageUnreachable(f"{what}: {type(exc).__name__}")
    return StorageFailed(f"{what}: {type(exc).__name__}")


def _refusal(what: str, exc: ClientError) -> Exception:
    code = str(exc.response.get("Error", {}).get("Code", ""))
    status = int(exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    said = f"{what}: {code} ({status})"
    if code in FULL or status == 507:
        return StorageFull(said)
    if code in SLOW or status == 429 or status >= 500:
        return StorageSlow(said)
    if code == "NoSuchBucket" or status in {401, 403}:
        return StorageDenied(said)
    return FileNotFoundError(said) if status == 404 else StorageFailed(said)


@contextmanager
def explained(what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as exc:
        raise storage_error(what, exc) from exc


class S3Media(S3Storage):
    """``checksums``: send and check them on everything; off only for servers that do not know how."""

    def __init__(self, **options: Any) -> None:
        checksums = "when_supported" if options.pop("checksums", True) else "when_required"
        super().__init__(**{"file_overwrite": False, "querystring_auth": False, **options})
        self.client_config = Config(
            signature_version="s3v4",
            s3={"addressing_style": self.addressing_style},
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            request_checksum_calculation=checksums,
            response_checksum_validation=checksums,
        )
        self.transfer_config = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=2
        )
        self._lock, self._made, self._pid = threading.Lock(), None, 0

    @property
    def connection(self) -> Any:
        """One a process: clients serve all threads, and each costs tens of MB; none survives a fork."""
        with self._lock:
            if self._made is None or self._pid != os.getpid():
                session = self._create_session()
                self._made, self._pid = self._resource(session), os.getpid()
            return self._made

    def _resource(self, session: boto3.session.Session) -> Any:
        return session.resource(
            "s3", region_name=self.region_name, endpoint_url=self.endpoint_url, config=self.client_config
        )

    @property
    def bucket(self) -> Any:
        return self.connection.Bucket(self.bucket_name)

    @property
    def client(self) -> Any:
        return self.connection.meta.client

    def _key(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))

    # -- Storage ----------------------------------------------------------------------

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError(f"stored files are read as bytes, or saved whole; got mode {mode!r}")
        with explained("open"):
            told = self.client.head_object(Bucket=self.bucket_name, Key=self._key(name))
        reader = ObjectReader(self, self._key(name), told["ContentLength"], told["ETag"])
        return File(io.BufferedReader(reader, BUFFER), name=name)

    def _save(self, name: str, content: Any) -> str:
        with explained("save"):
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        with explained("exists"):
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with explained("size"):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with explained("time"):
            at: datetime = super().get_modified_time(name)
            return at

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with explained("list"):
            folders, files = super().listdir(name)
            return list(folders), list(files)

    def delete(self, name: str) -> None:
        with explained("delete"):
            super().delete(name)

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """As for a folder: an address that leads nowhere. Who may see a file is decided by views."""
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name) or "")

    # -- For good -----------------------------------------------------------------------

    def erase(self, name: str) -> None:
        """Delete every version: in a bucket that keeps versions, a delete alone only hides the bytes.

        Raises:
            BytesRemain: a version is still there (an object lock, a retention rule).
            StorageDenied: we may not list versions, and so cannot know.
        """
        self.delete(name)
        with explained("erase"):
            for version in self._versions(name):
                self.client.delete_object(Bucket=self.bucket_name, Key=self._key(name), VersionId=version)
            remain = self._versions(name)
        if remain or self.exists(name):
            raise BytesRemain(f"{name} was deleted and is still there ({len(remain)} versions)")

    def _versions(self, name: str) -> list[str]:
        """Of this very object, delete markers included; none on a server that knows no versions."""
        key, found = self._key(name), []
        try:
            for page in self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket_name, Prefix=key):
                both = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                found += [str(one["VersionId"]) for one in both if one["Key"] == key]
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") not in UNVERSIONED:
                raise
        return found


class ObjectReader(io.RawIOBase):
    """An object as a file: seeks are free, reads come from one connection, a broken one is replaced where it broke."""

    def __init__(self, storage: S3Media, key: str, size: int, etag: str) -> None:
        super().__init__()
        self._storage, self._key, self._size, self._etag = storage, key, size, etag
        self._at, self._body = 0, None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        to = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        if to < 0:
            raise ValueError(f"negative position {to}")
        if to != self._at:
            self._drop()
        self._at = to
        return to

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        last: Exception = StorageUnreachable("read: the object ended early")
        for _ in range(READS):
            try:
                block = self._stream().read(min(len(buffer), self._size - self._at))
            except (BotoCoreError, ClientError) as exc:
                last = storage_error("read", exc)
                self._drop()
                continue
            if block:
                buffer[: len(block)] = block
                self._at += len(block)
                return len(block)
            self._drop()
        raise last

    def _stream(self) -> Any:
        """From here on, of the very object that was opened: a replaced one is refused, not spliced in."""
        if self._body is None:
            answer = self._storage.client.get_object(
                Bucket=self._storage.bucket_name, Key=self._key, Range=f"bytes={self._at}-", IfMatch=self._etag
            )
            self._body = answer["Body"]
        return self._body

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        self._drop()
        super().close()
