"""Files that strangers send: taken by content, refused with a reason, and read where nothing can be broken."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cameras.footage.demux import Refused
from cameras.footage.limits import DecodeFailed, DecodeLimits, DecodeTimedOut
from cameras.photos.examine import examine
from cameras.photos.exif import Exif, read_exif
from cameras.photos.job import _upright
from cameras.photos.read import LONG_SIDE, MAX_PIXELS, photo_read
from tests.cameras import photo_files as files
from tests.cameras.network_contract import children, rss_mb

JPEG = files.encoded(files.picture())
PROGRESSIVE = files.encoded(files.picture(), ".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
PNG = files.encoded(files.picture(), ".png")
WEBP = files.encoded(files.picture(), ".webp")
WEBP_LOSSLESS = files.encoded(files.picture(), ".webp", cv2.IMWRITE_WEBP_QUALITY, 101)
MONAS = (-6.1754, 106.8272)

GOOD = {
    "jpeg": (JPEG, "jpeg"),
    "progressive jpeg": (PROGRESSIVE, "jpeg"),
    "png": (PNG, "png"),
    "grey png": (files.encoded(files.picture()[:, :, 0], ".png"), "png"),
    "webp": (WEBP, "webp"),
    "lossless webp": (WEBP_LOSSLESS, "webp"),
    "webp with metadata": (files.photo(place=MONAS, kind="WEBP"), "webp"),
    "a telephone's trailer": (JPEG + b"SEFH\x00\x01" + os.urandom(5000), "jpeg"),
    "a second exposure behind the first": (JPEG + JPEG, "jpeg"),
    "three seconds of film behind it": (JPEG + b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 5000, "jpeg"),
    "padding": (JPEG + bytes(4096), "jpeg"),
    "an honest comment": (files.with_segment(JPEG, 0xFE, b"Jl. Sudirman, arah utara"), "jpeg"),
    "XMP": (files.with_segment(JPEG, 0xE1, b"http://ns.adobe.com/xap/1.0/\x00<?xpacket?><x:xmpmeta/>"), "jpeg"),
}


@pytest.mark.parametrize(("content", "kind"), GOOD.values(), ids=GOOD)
def test_photos_as_telephones_make_them_are_taken(content: bytes, kind: str) -> None:
    found = examine(content, MAX_PIXELS)
    assert (found.kind, found.width, found.height) == (kind, 400, 300)


SVG = b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "nothing": (b"", "empty"),
    "SVG": (SVG, "not_a_photo"),
    "SVG without a prologue": (b"\n <svg onload=alert(1)>", "not_a_photo"),
    "HTML as JPEG": (b"<!doctype html><script>alert(1)</script>", "not_a_photo"),
    "a login page": (b"\xef\xbb\xbf<html><body>Masuk", "not_a_photo"),
    "GIF": (files.gif(), "not_a_photo"),
    "a GIF of 65,535 pixels a side": (b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + bytes(1000), "not_a_photo"),
    "BMP": (files.encoded(files.picture(), ".bmp"), "not_a_photo"),
    "TIFF": (files.encoded(files.picture(), ".tiff"), "not_a_photo"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "not_a_photo"),
    "PDF": (b"%PDF-1.7\n", "not_a_photo"),
    "an archive": (files.zip_file(), "not_a_photo"),
    "a film": (b"\x00\x00\x00\x18ftypmp42", "not_a_photo"),
    "noise": (os.urandom(4096).replace(b"\xff\xd8\xff", b"\x00\x00\x00"), "not_a_photo"),
    "three bytes of JPEG": (b"\xff\xd8\xff", "truncated"),
    "half a JPEG": (JPEG[: len(JPEG) // 2], "truncated"),
    "a JPEG without its end": (JPEG[:-2], "truncated"),
    "half a progressive JPEG": (PROGRESSIVE[: len(PROGRESSIVE) // 2], "truncated"),
    "half a PNG": (PNG[: len(PNG) // 2], "truncated"),
    "a PNG without its end": (PNG[:-12], "truncated"),
    "half a WebP": (WEBP[: len(WEBP) // 2], "truncated"),
    "a PNG with a wrong checksum": (PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:], "broken"),
    "a JPEG with two frames": (files.with_segment(JPEG, 0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00"), "broken"),
    "a JPEG of no height": (files.resized_in_header(JPEG, 400, 0), "broken"),
    "a JPEG of noise": (b"\xff\xd8\xff\xe0" + b"\x00" * 40, "broken"),
    "a PNG of no width": (files.png_of_size(0, 10), "broken"),
    "a PNG of 50,000 x 50,000": (files.png_of_size(50_000, 50_000), "too_many_pixels"),
    "a JPEG of 65,000 x 65,000": (files.resized_in_header(JPEG, 65_000, 65_000), "too_many_pixels"),
    "just over 50 million pixels": (files.png_of_size(10_000, 5_001), "too_many_pixels"),
    "an animated PNG": (files.animated("PNG"), "animated"),
    "an animated WebP": (files.animated("WEBP"), "animated"),
    "a thousand scans": (files.of_many_scans(PROGRESSIVE, 1000), "bomb"),
    "a PNG of a million chunks": (PNG[:33] + files.chunk(b"abCd", b"") * 30_000 + PNG[33:], "bomb"),
    "JPEG and archive": (JPEG + files.zip_file(), "polyglot"),
    "JPEG and script behind it": (JPEG + b"<script>alert(1)</script>", "polyglot"),
    "JPEG with a page in its comment": (files.with_segment(JPEG, 0xFE, b"--><html><body>"), "polyglot"),
    "JPEG with a program in its metadata": (files.with_segment(JPEG, 0xE1, b"<?php system($_GET[0]);"), "polyglot"),
    "JPEG and PDF": (files.with_segment(JPEG, 0xFE, b"%PDF-1.4"), "polyglot"),
    "JPEG and SVG": (JPEG + SVG, "polyglot"),
    "JPEG and GIF": (JPEG + files.gif(), "polyglot"),
    "PNG and page": (files.with_chunk(PNG, b"tEXt", b"Comment\x00<HTML><script src=x>"), "polyglot"),
    "PNG and archive": (PNG + files.zip_file(), "polyglot"),
    "PNG and a Linux program": (PNG + b"\x7fELF\x02\x01\x01", "polyglot"),
    "WebP and archive": (WEBP + files.zip_file(), "polyglot"),
}


@pytest.mark.parametrize(("content", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_photo_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        examine(content, MAX_PIXELS)
    assert refused.value.reason == reason
    assert refused.value.detail


@pytest.mark.parametrize("content", [JPEG, PROGRESSIVE, PNG, WEBP, WEBP_LOSSLESS], ids=["j", "p", "png", "w", "wl"])
def test_no_cut_and_no_flipped_byte_is_an_error_of_ours(content: bytes) -> None:
    """Whatever is done to a file, the answer is a container or a refusal."""
    rng = np.random.default_rng(7)
    for _ in range(300):
        broken = bytearray(content[: rng.integers(1, len(content) + 1)])
        for at in rng.integers(0, len(broken), 3):
            broken[at] = rng.integers(0, 256)
        try:
            examine(bytes(broken), MAX_PIXELS)
        except Refused as refused:
            assert refused.reason


# -- Through the child ------------------------------------------------------------------


@pytest.fixture
def own_memory() -> Iterator[Callable[[], float]]:
    """Megabytes that this process grew by, at its highest since the test began."""
    began, highest, stop = rss_mb(), [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.005):
            highest[0] = max(highest[0], rss_mb() - began)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield lambda: max(highest[0], rss_mb() - began)
    stop.set()
    thread.join()


@pytest.mark.slow
def test_the_worker_stays_small_whatever_comes(own_memory: Callable[[], float]) -> None:
    largest = files.encoded(np.zeros((5000, 10_000, 3), np.uint8), ".png", cv2.IMWRITE_PNG_COMPRESSION, 1)
    before = own_memory()
    for name in ("a PNG of 50,000 x 50,000", "HTML as JPEG", "JPEG and archive", "half a JPEG", "a thousand scans"):
        content, reason = HOSTILE[name]
        with pytest.raises(DecodeFailed) as refused:
            photo_read(content)
        assert refused.value.data["reason"] == reason
    with pytest.raises(DecodeFailed):
        photo_read(os.urandom(10_000_000).replace(b"\xff\xd8\xff", b"\x00\x00\x00"))
    assert photo_read(largest).picture.shape == (800, 1600, 3)
    assert own_memory() - before < 200
    assert not children(), "a child was left behind"


@pytest.mark.slow
def test_a_decoder_that_finds_the_cut_is_believed() -> None:
    """Somebody put the end back behind half the data: libjpeg fills up with grey and says so in passing."""
    content = files.encoded(files.picture(1200, 900))
    with pytest.raises(DecodeFailed) as refused:
        photo_read(content[: len(content) // 2] + b"\xff\xd9")
    assert refused.value.data["reason"] == "truncated"


@pytest.mark.slow
def test_a_photo_that_takes_too_long_or_too_much_is_refused_and_its_child_is_gone() -> None:
    content = files.encoded(np.zeros((5000, 9_000, 3), np.uint8), ".png")
    with pytest.raises(DecodeFailed) as refused:
        photo_read(content, DecodeLimits(max_pixels=MAX_PIXELS, memory_mb=420))
    assert refused.value.data["reason"] == "out_of_memory"
    with pytest.raises(DecodeTimedOut):
        photo_read(content, DecodeLimits(max_pixels=MAX_PIXELS, wall_s=0.05, open_s=0.05, read_s=0.05))
    assert not children()


@pytest.mark.slow
def test_a_photo_comes_upright_small_and_with_what_it_says() -> None:
    taken = datetime(2026, 11, 2, 11, 58, 0)
    shown = files.picture(4000, 3000)
    read = photo_read(files.photo(place=MONAS, taken=taken, orientation=6, shown=shown))
    assert (read.kind, read.width, read.height) == ("jpeg", 4000, 3000)
    assert read.picture.shape == (LONG_SIDE, 1200, 3)
    assert read.place is not None
    assert (read.place.lat, read.place.lon) == pytest.approx(MONAS, abs=1e-6)
    assert read.taken_at == datetime(2026, 11, 2, 4, 58, tzinfo=UTC)
    upright = cv2.resize(np.rot90(shown, 3), (1200, LONG_SIDE), interpolation=cv2.INTER_AREA)
    assert np.abs(read.picture.astype(int) - upright).mean() < 5


def test_every_orientation_is_the_one_that_opencv_makes_of_it() -> None:
    shown = files.picture(40, 30)
    for orientation in range(1, 9):
        content = files.photo(shown=shown, orientation=orientation, kind="PNG")
        expected = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert np.array_equal(_upright(shown, orientation), expected), orientation


# -- What a file says of itself -----------------------------------------------------------


def exif_of(content: bytes) -> Exif:
    return read_exif(examine(content, MAX_PIXELS).exif)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("place", [MONAS, (40.4114, -3.7074), (-33.8568, 151.2153), (0.0001, -0.5)])
def test_the_place_is_read_on_every_side_of_the_world(kind: str, place: tuple[float, float]) -> None:
    found = exif_of(files.photo(place=place, kind=kind))
    assert found.lat == pytest.approx(place[0], abs=1e-6)
    assert found.lon == pytest.approx(place[1], abs=1e-6)


NOON = datetime(2026, 11, 2, 12, 0, 0)


def test_a_clock_without_an_offset_is_jakartas() -> None:
    assert exif_of(files.photo(taken=NOON)).taken_at == datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(("offset", "hours"), [("+07:00", 7), ("+09:00", 9), ("-05:00", -5), ("+05:30", 5.5)])
def test_a_clock_with_an_offset_is_what_it_says(offset: str, hours: float) -> None:
    taken_at = exif_of(files.photo(taken=NOON, offset=offset)).taken_at
    assert taken_at == NOON.replace(tzinfo=UTC) - timedelta(hours=hours)


def test_the_satellites_time_serves_where_there_is_no_clock() -> None:
    at = datetime(2026, 11, 2, 5, 3, 9)
    assert exif_of(files.photo(satellite=at)).taken_at == at.replace(tzinfo=UTC)
    assert exif_of(files.photo(taken=NOON, satellite=at)).taken_at == datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("at", [datetime(2002, 12, 8, 12, 0), datetime(1980, 1, 1)])
def test_a_clock_that_was_never_set_tells_nothing(at: datetime) -> None:
    assert exif_of(files.photo(taken=at)).taken_at is None


def test_a_photo_without_metadata_tells_nothing() -> None:
    for content in (JPEG, PNG, WEBP):
        assert exif_of(content) == Exif()


def test_a_receiver_without_satellites_is_at_no_place() -> None:
    assert exif_of(files.photo(place=(0.0, 0.0))).lat is None


NONSENSE: dict[str, dict[int, Any]] = {
    "half a place": {1: "S", 2: (6, 10, 30)},
    "a place beyond the pole": {1: "S", 2: (96, 0, 0), 3: "E", 4: (106, 0, 0)},
    "two numbers": {1: "S", 2: (6, 10), 3: "E", 4: (106, 0)},
}


@pytest.mark.parametrize("gps", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_for_a_place_is_no_place(gps: dict[int, Any]) -> None:
    assert read_exif(tiff(gps)).lat is None


def test_a_division_by_zero_is_no_place() -> None:
    block = tiff({1: "S", 2: (6, 10, 30), 3: "E", 4: (106, 0, 0)})
    assert read_exif(block).lat == pytest.approx(-6.175)
    assert read_exif(block.replace(struct.pack("<II", 30, 1), struct.pack("<II", 30, 0))).lat is None


def test_a_directory_that_points_at_itself_or_nowhere_ends() -> None:
    block = b"II*\x00" + struct.pack("<I", 8) + struct.pack("<HHHII", 1, 0x8825, 4, 1, 8)
    assert read_exif(block) == Exif()
    assert read_exif(b"II*\x00" + struct.pack("<I", 2**32 - 1)) == Exif()
    assert read_exif(b"MM\x00*") == Exif()


def test_no_flipped_byte_of_metadata_is_an_error_of_ours() -> None:
    block = examine(files.photo(place=MONAS, taken=NOON, offset="+07:00"), MAX_PIXELS).exif
    rng = np.random.default_rng(3)
    for _ in range(2000):
        broken = bytearray(block)
        for at in rng.integers(0, len(block), 4):
            broken[at] = rng.integers(0, 256)
        found = read_exif(bytes(broken[: rng.integers(1, len(block) + 1)]))
        assert 1 <= found.orientation <= 8
        assert found.lat is None or -90 <= found.lat <= 90


def test_reading_metadata_takes_no_time_whatever_it_says() -> None:
    entries = b"".join(struct.pack("<HHII", tag % 65536, 5, 32, 8) for tag in range(65535))
    began = time.monotonic()
    read_exif(b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 65535) + entries)
    assert time.monotonic() - began < 1.0


def tiff(gps: dict[int, Any]) -> bytes:
    """A little-endian TIFF block that holds nothing but a GPS directory of texts and rationals."""
    at = 8 + 2 + 12 + 4
    entries, values, free = b"", b"", at + 2 + 12 * len(gps) + 4
    for tag, value in gps.items():
        if isinstance(value, str):
            entries += struct.pack("<HHI4s", tag, 2, len(value) + 1, value.encode())
            continue
        entries += struct.pack("<HHII", tag, 5, len(value), free)
        values += b"".join(struct.pack("<II", part, 1) for part in value)
        free += 8 * len(value)
    main = struct.pack("<HHHII", 1, 0x8825, 4, 1, at) + bytes(4)
    return b"II*\x00" + struct.pack("<I", 8) + main + struct.pack("<H", len(gps)) + entries + bytes(4) + values


def test_real_photos_are_taken_and_read(testdata: Path) -> None:
    bus = (testdata / "photos" / "bus.jpg").read_bytes()
    found = exif_of(bus)
    assert (found.lat, found.lon) == pytest.approx((40.4114, -3.7074), abs=1e-3)
    for path in sorted((testdata / "photos").glob("*.jpg")):
        known = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        container = examine(path.read_bytes(), MAX_PIXELS)
        assert (container.height, container.width) == known.shape[:2]
