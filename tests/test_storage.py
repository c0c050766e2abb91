"""A folder as storage: whole or not there, on the disk, never over something else, and clear about a full disk."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cameras.footage import source
from jsc_project import storage
from jsc_project.lib import errors
from jsc_project.lib.errors import JscError, StorageDenied, StorageFailed, StorageFull, StorageUnreachable
from jsc_project.media_url import storage_of


@pytest.fixture
def media(settings: Any) -> Path:
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def tiny_disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A real file system of 1 MB that holds the media."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    on(settings, folder)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def on(settings: Any, folder: Path) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": storage_of(str(folder))}


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class Breaking(ContentFile):
    """Content whose reading ends in an error half-way."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the sender is gone")


def test_a_saved_file_is_whole_under_its_name_and_nothing_else_is_left(media: Path) -> None:
    name = default_storage.save("clips/2026/11/02/a.mp4", ContentFile(b"footage"))
    assert name == "clips/2026/11/02/a.mp4"
    assert files_in(media) == [name]
    assert (media / name).read_bytes() == b"footage"
    assert default_storage.open(name).read() == b"footage"


def test_a_save_that_breaks_off_leaves_nothing(media: Path) -> None:
    with pytest.raises(RuntimeError):
        default_storage.save("clips/a.mp4", Breaking(b""))
    assert files_in(media) == []


def test_nobody_sees_half_a_file_while_it_is_written(media: Path) -> None:
    seen: list[list[str]] = []

    class Slow(ContentFile):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"half"
            seen.append([name for name in files_in(media) if not Path(name).name.startswith(".")])
            yield b"whole"

    default_storage.save("clips/a.mp4", Slow(b""))
    assert seen == [[]]


def test_file_and_folders_are_on_the_disk_before_the_call_returns(media: Path, monkeypatch: Any) -> None:
    synced: list[str] = []
    real = os.fsync

    def watched(fd: int) -> None:
        synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        real(fd)

    monkeypatch.setattr(os, "fsync", watched)
    default_storage.save("clips/day/a.mp4", ContentFile(b"x"))
    part = next(name for name in synced if name.endswith(storage.PART_ENDING))
    assert synced.index("clips") < synced.index(part) < len(synced) - 1
    assert synced[-1] == "day"


def test_a_process_killed_in_the_middle_of_a_save_leaves_no_file_of_that_name(media: Path) -> None:
    script = (
        "import os, signal, django; django.setup()\n"
        "from django.core.files.base import ContentFile\n"
        "from django.core.files.storage import default_storage\n"
        "class Deadly(ContentFile):\n"
        "    def chunks(self, size=None):\n"
        "        yield b'half'\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "default_storage.save('clips/a.mp4', Deadly(b''))\n"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "jsc_project.settings", "JSC_MEDIA_URL": str(media)}
    env["JSC_VAR_DIR"] = str(media.parent / "var")
    died = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent.parent, env=env, check=False)
    assert died.returncode == -9
    assert not default_storage.exists("clips/a.mp4")
    assert [Path(name).suffix for name in files_in(media)] == [storage.PART_ENDING], "the daily purge sweeps it"


def test_of_savers_of_one_name_each_keeps_its_own(media: Path) -> None:
    names: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: names.append(default_storage.save("a.mp4", ContentFile(str(n).encode()))))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 12
    assert sorted(default_storage.open(name).read() for name in names) == sorted(str(n).encode() for n in range(12))


def test_a_file_system_without_links_is_good_enough(media: Path, monkeypatch: Any) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    assert default_storage.open(default_storage.save("a.mp4", ContentFile(b"x"))).read() == b"x"
    assert files_in(media) == ["a.mp4"]


def test_footage_is_for_the_service_alone_whatever_the_umask(media: Path, settings: Any) -> None:
    on(settings, media)
    old = os.umask(0)
    try:
        name = default_storage.save("clips/a.mp4", ContentFile(b"x"))
    finally:
        os.umask(old)
    assert (media / name).stat().st_mode & 0o777 == 0o640
    assert (media / "clips").stat().st_mode & 0o777 == 0o750


# -- Full -----------------------------------------------------------------------------


def test_a_full_disk_is_told_leaves_nothing_and_recovers_by_itself(tiny_disk: Path) -> None:
    ballast = default_storage.save("old.mp4", ContentFile(b"x" * 700_000))
    with pytest.raises(StorageFull) as refused:
        default_storage.save("new.mp4", ContentFile(b"y" * 700_000))
    assert (refused.value.code, refused.value.retryable, refused.value.data["errno"]) == (
        "storage_full",
        True,
        "ENOSPC",
    )
    assert refused.value.data["retry_after_s"] > 0
    assert files_in(tiny_disk) == ["old.mp4"]
    storage.erase(ballast)
    assert default_storage.size(default_storage.save("new.mp4", ContentFile(b"y" * 700_000))) == 700_000


def test_the_room_and_its_reserve_are_told_before_the_work(tiny_disk: Path, settings: Any) -> None:
    settings.JSC_STORAGE_RESERVE_MB = 0
    room = storage.storage_room()
    assert room.free_bytes is not None
    assert 0 < room.free_bytes <= 1 << 20
    assert room.writable
    storage.room_require(100_000)
    with pytest.raises(StorageFull):
        storage.room_require(2_000_000)
    settings.JSC_STORAGE_RESERVE_MB = 2
    assert not storage.storage_room().writable
    with pytest.raises(StorageFull, match="2 MB are kept in reserve"):
        storage.room_require()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EROFS, StorageDenied),
        (errno.EACCES, StorageDenied),
        (errno.EIO, StorageUnreachable),
        (errno.ESTALE, StorageUnreachable),
    ],
)
def test_what_the_disk_says_has_a_word_that_steps_can_wait_for(
    number: int, kind: type[JscError], media: Path, monkeypatch: Any
) -> None:
    def failing(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(kind) as refused:
        default_storage.save("a.mp4", ContentFile(b"x"))
    assert refused.value.retryable
    assert isinstance(refused.value, StorageFailed | OSError)
    monkeypatch.undo()
    assert files_in(media) == []


def test_a_full_disk_of_a_pull_and_of_the_storage_are_one_family() -> None:
    full = source.StorageFull("no room left for the pull")
    assert isinstance(full, errors.StorageFull)
    assert isinstance(full, source.FootageError)
    assert (full.code, full.blame) == ("storage_full", source.Blame.NOBODY)


def test_a_missing_file_is_an_answer_and_no_trouble() -> None:
    with pytest.raises(FileNotFoundError) as missing:
        default_storage.open("clips/none.mp4")
    assert not isinstance(missing.value, StorageFailed)


# -- Size and hash ----------------------------------------------------------------------


def test_size_and_hash_come_from_the_pass_that_stores(tmp_path: Path, monkeypatch: Any) -> None:
    content = os.urandom(3 * storage.BLOCK + 17)
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    reads: list[int] = []
    real = storage.HashedFile.read

    def counted(self: Any, size: int | None = -1) -> bytes:
        block = real(self, size)
        reads.append(len(block))
        return block

    monkeypatch.setattr(storage.HashedFile, "read", counted)
    stored = storage.store(path, "clips/a.mp4")
    assert (stored.size_bytes, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert sum(reads) == len(content), "no byte is read twice"


def test_the_hash_is_right_however_the_file_was_read() -> None:
    content = os.urandom(1000)
    for moves in ([(0, 100), (0, 600), (300, 500)], [(900, 100)], []):
        hashed = storage.HashedFile(io.BytesIO(content))
        for at, size in moves:
            hashed.file.seek(at)
            hashed.read(size)
        assert hashed.finished() == (1000, hashlib.sha256(content).hexdigest())


# -- For good -----------------------------------------------------------------------------


def test_erasing_proves_that_the_bytes_are_gone(media: Path, monkeypatch: Any) -> None:
    name = default_storage.save("clips/a.mp4", ContentFile(b"x"))
    monkeypatch.setattr(os, "remove", lambda path: None)
    with pytest.raises(errors.BytesRemain):
        storage.erase(name)
    monkeypatch.undo()
    storage.erase(name)
    assert not (media / name).exists()
    storage.erase(name)


# -- The address ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "gs://bucket",
        "s3://",
        "s3://key:geheim@bucket/x",
        "s3://bucket?endpoint=http://x",
        "s3://bucket?endpoint_url=minio:9000",
        "s3://bucket?endpoint_url=http://key:geheim@minio:9000",
        "s3://bucket?addressing=sideways",
        "s3://bucket?checksums=maybe",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="JSC_MEDIA_URL") as refused:
        storage_of(url, "k", "s")
    assert "geheim" not in str(refused.value)


def test_one_key_without_the_other_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="JSC_S3_SECRET_KEY"):
        storage_of("s3://bucket", access_key="k")


def test_an_address_of_a_bucket_becomes_settings_without_public_addresses() -> None:
    made = storage_of("s3://jsc/media/x/?endpoint_url=https://minio:9000&region=id-jkt", "k", "s")
    assert made["BACKEND"] == "jsc_project.s3.S3Media"
    wanted = {"bucket_name": "jsc", "location": "media/x", "region_name": "id-jkt", "addressing_style": "path"}
    assert wanted.items() <= made["OPTIONS"].items()


def test_time_of_change_is_told_for_the_sweep() -> None:
    name = default_storage.save("a", ContentFile(b"x"))
    assert abs(default_storage.get_modified_time(name).timestamp() - time.time()) < 60
