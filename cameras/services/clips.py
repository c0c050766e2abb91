"""Getting the footage of one camera and one stretch of time into the storage, and what that says about the camera."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.text import slugify

from cameras.footage import registry
from cameras.footage.context import SourceContext
from cameras.footage.source import PulledFootage, SourceMisconfigured
from cameras.footage.states import ClipState
from cameras.footage.window import share_covered
from cameras.models import Camera, FootageClip, clip_path

WHOLE_SHARE = 0.99
"""Cameras drop a frame at the edges; what is missing below a hundredth is not worth a word."""
HASH_BLOCK = 1 << 20


class CameraWithoutSource(SourceMisconfigured):
    code = "no_source"


def source_context(camera: Camera, scratch: Path | None = None) -> SourceContext:
    """What the camera's source is given.

    Raises:
        Undecryptable: its credentials were sealed with a key that is not among JSC_FIELD_KEYS any more.
    """
    return SourceContext(
        settings=camera.source_settings,
        root=Path(settings.JSC_FOOTAGE_ROOT),
        networks=tuple(settings.JSC_CAMERA_NETWORKS),
        secrets=camera.secrets,
        clock_offset_s=camera.clock_offset_s,
        scratch=scratch,
    )


@dataclass(frozen=True, slots=True)
class PullResult:
    """A stored file that nobody refers to yet: its ``name``, the clip's columns, ``share`` 0-1 of the window."""

    state: ClipState
    name: str
    share: float
    fields: dict[str, Any]


def clip_pull(*, clip: FootageClip, token: UUID) -> PullResult:
    """Pull the clip's window and store it under a name that carries ``token``.

    Raises:
        FootageError: nothing usable came; ``retryable`` says whether it may later.
    """
    camera = clip.camera
    if not camera.source_kind:
        raise CameraWithoutSource(f"camera {camera.code} has no footage source")
    source = registry.source_for(camera.source_kind, source_context(camera))
    with tempfile.TemporaryDirectory(prefix="jsc-clip-") as folder:
        path = Path(folder) / "clip.mp4"
        pulled = source.pull(clip.window, path)
        name = _store(clip, path, token)
        share = share_covered(pulled.covered, clip.window)
        state = ClipState.HELD if share >= WHOLE_SHARE else ClipState.PARTIAL
        return PullResult(state, name, share, _fields(clip, pulled, name))


def _store(clip: FootageClip, path: Path, token: UUID) -> str:
    name = f"{slugify(clip.camera.code) or clip.camera_id}_{clip.start_at:%H%M}_{token.hex}.mp4"
    with path.open("rb") as file:
        return default_storage.save(clip_path(clip, name), File(file))


def _fields(clip: FootageClip, pulled: PulledFootage, name: str) -> dict[str, Any]:
    digest = hashlib.sha256()
    with pulled.path.open("rb") as file:
        while block := file.read(HASH_BLOCK):
            digest.update(block)
    return {
        "file": name,
        "sha256": digest.hexdigest(),
        "size_bytes": pulled.path.stat().st_size,
        "covered": [window.as_json() for window in pulled.covered],
        "media_start_at": pulled.media_start_at,
        "clock_offset_s": pulled.clock_offset_s,
        "notes": pulled.notes,
        "reason_code": "",
        "reason_detail": "",
        "settled_at": timezone.now(),
    }


def camera_health_note(*, camera_id: int, healthy: bool, reason: str = "") -> bool:
    """What a pull says about its camera; whether that is news.

    Only news is written: every write of a camera makes each process rebuild its index.
    """
    health = Camera.Health.HEALTHY if healthy else Camera.Health.UNHEALTHY
    camera = Camera.objects.only("health").get(pk=camera_id)
    if camera.health == health:
        return False
    Camera.objects.filter(pk=camera_id).update(health=health, health_reason=reason[:300], health_at=timezone.now())
    return True


@contextmanager
def clip_opened(clip: FootageClip) -> Iterator[Path]:
    """The clip's file as a path on this disk; fetched for the time of the block where the storage is elsewhere."""
    name = str(clip.file.name)
    local = _local_path(name)
    if local is not None:
        yield local
        return
    with tempfile.TemporaryDirectory(prefix="jsc-clip-") as folder:
        path = Path(folder) / Path(name).name
        with default_storage.open(name, "rb") as stored, path.open("wb") as copy:
            for block in iter(lambda: stored.read(HASH_BLOCK), b""):
                copy.write(block)
        yield path


def _local_path(name: str) -> Path | None:
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None
