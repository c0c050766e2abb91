"""A camera's source and its clips: what the one is given, and how the others are opened."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from cameras.footage.context import PullLimits, SourceContext
from cameras.models import Camera, FootageClip
from cameras.services.health import camera_health_note as camera_health_note
from jsc_project.storage import BLOCK, explained


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
        limits=PullLimits(wall_s=settings.JSC_PULL_WALL_S),
        scratch=scratch,
    )


@contextmanager
def clip_opened(clip: FootageClip) -> Iterator[Path]:
    """The clip's file as a path on this disk; fetched for the time of the block where the storage is elsewhere.

    Raises:
        StorageFailed: it cannot be fetched now, or there is no room for it here.
    """
    name = str(clip.file.name)
    local = _local_path(name)
    if local is not None:
        yield local
        return
    with tempfile.TemporaryDirectory(prefix="jsc-clip-") as folder:
        path = Path(folder) / Path(name).name
        with explained("fetch"), default_storage.open(name, "rb") as stored, path.open("wb") as copy:
            for block in iter(lambda: stored.read(BLOCK), b""):
                copy.write(block)
        yield path


def _local_path(name: str) -> Path | None:
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None
