"""Where clips, stills and excerpts are kept, and what every storage here promises.

A save is whole or not there; what was saved is on the disk when the call returns; a name is never written
twice. Trouble comes as ``StorageFailed`` and its kin, so that steps wait for it instead of losing evidence.
``s3.S3Media`` keeps the same promises on an S3 server.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

from jsc_project.lib.errors import BytesRemain, StorageDenied, StorageFailed, StorageFull, StorageUnreachable

BLOCK = 1 << 20
PART_ENDING = ".part"
"""Of a save that is not finished. One whose process was killed stays, hidden, until the daily purge."""

KINDS: dict[int, type[StorageFailed]] = {
    errno.ENOSPC: StorageFull,
    errno.EDQUOT: StorageFull,
    errno.EACCES: StorageDenied,
    errno.EPERM: StorageDenied,
    errno.EROFS: StorageDenied,
    errno.EIO: StorageUnreachable,
    errno.ESTALE: StorageUnreachable,
    errno.ETIMEDOUT: StorageUnreachable,
    errno.ENOTCONN: StorageUnreachable,
    errno.EHOSTDOWN: StorageUnreachable,
    errno.EHOSTUNREACH: StorageUnreachable,
}
"""What a disk or a network share says, in our words. The rest are faults of the program, and stay what they are."""


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn the operating system's errors into ours; "no such file" is an answer and passes."""
    try:
        yield
    except StorageFailed:
        raise
    except OSError as exc:
        kind = KINDS.get(exc.errno or 0)
        if kind is None:
            raise
        raise kind(f"{what}: {exc.strerror}", errno=errno.errorcode[exc.errno or 0]) from exc


class AtomicFileSystemStorage(FileSystemStorage):
    """A folder of this machine (or a share) where a file appears whole, on the disk, under a name of its own."""

    def _open(self, name: str, mode: str = "rb") -> File:
        with explained("open"):
            return File(Path(self.path(name)).open(mode), name=name)

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        with explained("save"):
            self._make_folder(target.parent)
            part = target.with_name(f".{uuid.uuid4().hex}{PART_ENDING}")
            try:
                self._write(part, content)
                target = self._take_name(part, target)
            finally:
                part.unlink(missing_ok=True)
            sync_folder(target.parent)
        return target.relative_to(Path(self.location)).as_posix()

    def delete(self, name: str) -> None:
        with explained("delete"):
            super().delete(name)

    def erase(self, name: str) -> None:
        """Delete, and make sure.

        Raises:
            BytesRemain: something is still there under this name.
        """
        path = Path(self.path(name))
        self.delete(name)
        with explained("erase"):
            if path.parent.is_dir():
                sync_folder(path.parent)
            if os.path.lexists(path) or self.exists(name):
                raise BytesRemain(f"{name} was deleted and is still there")

    def free_bytes(self) -> int:
        """Free for us, below this folder (its own disk, or quota where the file system tells it).

        Raises:
            StorageFailed: the disk does not answer.
        """
        folder = Path(self.location)
        with explained("room"):
            while not folder.exists() and folder != folder.parent:
                folder = folder.parent
            told = os.statvfs(folder)
        return told.f_bavail * told.f_frsize

    def _write(self, part: Path, content: Any) -> None:
        mode = self.file_permissions_mode or 0o600
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(fd, "wb") as out:
            for block in content.chunks(BLOCK):
                out.write(block if isinstance(block, bytes) else block.encode())
            out.flush()
            os.fchmod(fd, mode)  # the umask must not decide
            os.fsync(fd)

    def _take_name(self, part: Path, target: Path) -> Path:
        """A link fails where a rename would replace what is there: of two savers of one name, one gets another."""
        while True:
            try:
                os.link(part, target)
            except FileExistsError:
                name = target.relative_to(Path(self.location)).as_posix()
                target = Path(self.path(self.get_available_name(name)))
            except OSError as exc:
                if exc.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}:
                    raise
                # A file system without links (FAT, some shares); names carry a token, so nothing is replaced.
                part.rename(target)
                return target
            else:
                return target

    def _make_folder(self, folder: Path) -> None:
        """With each new folder's name on the disk as well; otherwise a crash could lose the file with its folder."""
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            if self.directory_permissions_mode is not None:
                new.chmod(self.directory_permissions_mode)
            sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """A name is on the disk when its folder is."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    except OSError as exc:
        if exc.errno != errno.EINVAL:  # shares that cannot; they are not asked to
            raise
    finally:
        os.close(fd)


# -- Storing with size and hash in one pass ------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the storage that no row refers to yet."""

    name: str
    size_bytes: int
    sha256: str


class HashedFile(File):
    """Hashes what is read from it the first time. S3 reads parts again when it has to send them again."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self._read_from = file
        self._digest, self._hashed = hashlib.sha256(), 0

    def read(self, size: int | None = -1) -> bytes:
        at = self._read_from.tell()
        block: bytes = self._read_from.read(size)
        if at <= self._hashed < at + len(block):
            self._digest.update(memoryview(block)[self._hashed - at :])
            self._hashed = at + len(block)
        return block

    def finished(self) -> tuple[int, str]:
        """Bytes and hexadecimal SHA-256 of the whole; reads what nobody has read."""
        self._read_from.seek(self._hashed)
        while self.read(BLOCK):
            pass
        return self._hashed, self._digest.hexdigest()


def store(path: Path, name: str) -> Stored:
    """Put the file at ``path`` into the storage as ``name``, or a name near it.

    Raises:
        StorageFailed: nothing was stored.
    """
    with path.open("rb") as file:
        hashed = HashedFile(file)
        kept = default_storage.save(name, hashed)
        size_bytes, sha256 = hashed.finished()
    return Stored(kept, size_bytes, sha256)


def erase(name: str) -> None:
    """Delete a stored file for good, and make sure that it is gone. One that is gone already is no error.

    Raises:
        BytesRemain: it is still there.
        StorageFailed: the storage did not do it, or could not be asked whether it did.
    """
    eraser = getattr(default_storage, "erase", None)
    if eraser is not None:
        eraser(name)
        return
    default_storage.delete(name)
    if default_storage.exists(name):
        raise BytesRemain(f"{name} was deleted and is still there")


# -- Room -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """``free_bytes``: None where the storage does not tell (S3: it says so when it is full)."""

    free_bytes: int | None
    reserve_bytes: int

    @property
    def writable(self) -> bool:
        """Whether footage may be written. Stills and probes may use the reserve: they are small, and it is for them."""
        return self.free_bytes is None or self.free_bytes >= self.reserve_bytes


def storage_room() -> Room:
    """How much room there is now.

    Raises:
        StorageFailed: the disk does not answer.
    """
    asked = getattr(default_storage, "free_bytes", None)
    return Room(None if asked is None else asked(), settings.JSC_STORAGE_RESERVE_MB << 20)


def room_require(size_bytes: int = 0) -> None:
    """Refuse before the work what would fail after it.

    Raises:
        StorageFull: ``size_bytes`` more would leave less than the reserve.
    """
    room = storage_room()
    if room.free_bytes is not None and room.free_bytes - size_bytes < room.reserve_bytes:
        raise StorageFull(
            f"{room.free_bytes >> 20} MB free, {room.reserve_bytes >> 20} MB are kept in reserve",
            free_bytes=room.free_bytes,
            reserve_bytes=room.reserve_bytes,
        )
