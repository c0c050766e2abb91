"""Segments of a playlist as files: fetched whole or not at all, opened where we have the key, under our own names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from cameras.footage.assemble import PASSING_REASONS
from cameras.footage.fetch import VIDEO_TYPES, Fetcher, room
from cameras.footage.hls.playlist import Entry, Init, Key, Span
from cameras.footage.source import FootageError, FootageUnreadable, SourceBroken, SourceUnreachable

SEGMENT_TYPES = (*VIDEO_TYPES, "audio/", "text/plain", "text/vnd.trolltech.linguist")
"""Servers without a type for .ts call it text, or the file of Qt's translators that has the same ending."""

INIT_BYTES_MAX = 8 << 20
SPAN_BYTES_MAX = 256 << 20
KEY_BYTES = 16
BLOCK = 1 << 20
BOXES = (b"ftyp", b"styp", b"moov", b"sidx", b"free")


class SegmentStore:
    """Files below ``folder``, named after what was asked for and never after what the server calls it.

    A segment that is there already is not fetched again; one that broke off is gone on with where the server can.
    """

    def __init__(self, http: Fetcher, folder: Path) -> None:
        self._http = http
        self._folder = folder
        self._keys: dict[str, bytes] = {}
        self._inits: dict[Init, bytes] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def fetch(self, entry: Entry) -> Path:
        """The segment, decrypted, with its initialisation in front.

        Raises:
            FootageUnreadable: reason ``encrypted``: it is locked in a way that is not ours to open, or not by its key.
            FootageError: it could not be had whole.
        """
        if entry.locked:
            raise FootageUnreadable(f"segments are encrypted with {entry.locked}", reason="encrypted")
        path = self._folder / name_of(entry)
        if path.exists():
            return path
        raw = path.with_name(path.name + ".raw")
        self._fetch_raw(entry, raw)
        if entry.key is None and entry.init is None:
            raw.replace(path)
            return path
        self._compose(entry, raw, path)
        raw.unlink(missing_ok=True)
        return path

    def _fetch_raw(self, entry: Entry, raw: Path) -> None:
        if entry.span is not None:
            with room():
                raw.write_bytes(self._part_again(entry.address, entry.span))
            return
        try:
            got = self._http.download(entry.address, raw, accept=SEGMENT_TYPES)
        except FootageUnreadable:
            raw.unlink(missing_ok=True)  # an endless body is nothing to go on with
            raise
        if got.error is not None:
            raise got.error

    def _part_again(self, address: str, span: Span) -> bytes:
        try:
            return self._part(address, span, SPAN_BYTES_MAX)
        except SourceUnreachable:
            return self._part(address, span, SPAN_BYTES_MAX)

    def _part(self, address: str, span: Span, most: int) -> bytes:
        """A range of a larger file; a server that sends all of it instead is no use."""
        if span.length > most:
            raise FootageUnreadable(f"a byte range of over {most} bytes", reason="too_large")
        last = span.offset + span.length - 1
        headers = {"range": f"bytes={span.offset}-{last}"}
        with self._http.opened(address, accept=SEGMENT_TYPES, headers=headers) as answer:
            told = str(answer.headers.get("content-range", ""))
            if answer.status_code != 206 or not told.startswith(f"bytes {span.offset}-"):
                raise SourceBroken("it does not send ranges of a file", status=answer.status_code)
            content = bytearray()
            for block in answer.iter_raw(BLOCK):
                content += block
                if len(content) > span.length:
                    raise SourceBroken("it sends more than the range asked for")
        if len(content) != span.length:
            raise FootageUnreadable("the range is not there whole", reason="short_range")
        return bytes(content)

    def _compose(self, entry: Entry, raw: Path, path: Path) -> None:
        part = path.with_name(path.name + ".part")
        head = self._init(entry.init, entry) if entry.init is not None else b""
        try:
            with room(), part.open("wb") as file:
                file.write(head)
                for block in self._opened(entry, raw):
                    file.write(block)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _opened(self, entry: Entry, raw: Path) -> Iterator[bytes]:
        with raw.open("rb") as file:
            blocks = iter(lambda: file.read(BLOCK), b"")
            if entry.key is None:
                yield from blocks
                return
            iv = entry.key.iv if entry.key.iv is not None else entry.sequence.to_bytes(KEY_BYTES, "big")
            with _told_as_locked():
                yield from decrypted(blocks, self._key(entry.key), iv)

    def _init(self, init: Init, entry: Entry) -> bytes:
        if init not in self._inits:
            if init.span is not None:
                content = self._part(init.address, init.span, INIT_BYTES_MAX)
            else:
                content = self._http.get(init.address, max_bytes=INIT_BYTES_MAX, accept=SEGMENT_TYPES).content
            # A key that stands before it locks it too, and the playlist does not say which came first.
            if entry.key is not None and entry.key.iv is not None and content[4:8] not in BOXES:
                with _told_as_locked():
                    content = b"".join(decrypted(iter([content]), self._key(entry.key), entry.key.iv))
            self._inits = {init: content}
        return self._inits[init]

    def _key(self, key: Key) -> bytes:
        if key.address not in self._keys:
            content = self._http.get(key.address, max_bytes=1024).content
            if len(content) != KEY_BYTES:
                raise FootageUnreadable(f"a key of {len(content)} bytes", reason="encrypted")
            self._keys = {key.address: content}
        return self._keys[key.address]


@contextmanager
def _told_as_locked() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        if isinstance(error, FootageUnreadable):
            raise
        raise FootageUnreadable("its key does not open a segment", reason="encrypted") from error


def decrypted(blocks: Iterator[bytes], key: bytes, iv: bytes) -> Iterator[bytes]:
    """AES-128 in CBC with PKCS7, block by block.

    Raises:
        ValueError: the key is the wrong one, or the segment is not whole.
    """
    cipher, padding = Cipher(algorithms.AES128(key), modes.CBC(iv)).decryptor(), PKCS7(128).unpadder()
    for block in blocks:
        yield padding.update(cipher.update(block))
    yield padding.update(cipher.finalize()) + padding.finalize()


def name_of(entry: Entry) -> str:
    """The same for the same bytes. The number and date go in because live servers use their names in turns."""
    what = [
        entry.address,
        [entry.span.offset, entry.span.length] if entry.span is not None else None,
        entry.sequence,
        entry.told_at.isoformat() if entry.told_at is not None else None,
    ]
    digest = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
    return f"{digest}.{'mp4' if entry.init is not None else 'ts'}"


def may_pass(error: FootageError) -> bool:
    """Whether reading it later may go better: a starved machine or a full disk says nothing about a segment."""
    return error.retryable or error.data.get("reason") in PASSING_REASONS


def drop(path: Path) -> None:
    """A segment that cannot be read must not wait for the next try."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
