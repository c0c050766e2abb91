"""Getting the footage of one camera and one stretch of time into the storage, and what that says about the camera."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from cameras.footage import registry
from cameras.footage.source import Blame, FootageError, FootageSource, PulledFootage, SourceMisconfigured
from cameras.footage.states import ClipState
from cameras.footage.window import share_covered
from cameras.models import Camera, FootageClip, clip_path
from cameras.pulling.scratch import scratch_drop, scratch_folder
from cameras.services.breakers import (
    SourceUnavailable,
    pull_failed,
    pull_permit,
    pull_slot,
    pull_succeeded,
    pull_untold,
)
from cameras.services.clips import source_context
from cameras.services.ring import ring_pull
from jsc_project.storage import room_require, store

log = logging.getLogger(__name__)

WHOLE_SHARE = 0.99
"""Cameras drop a frame at the edges; what is missing below a hundredth is not worth a word."""

LONGEST_PULL_S = 1140.0
"""A minute under the step's deadline: no source outlives its slot."""


class CameraWithoutSource(SourceMisconfigured):
    code = "no_source"


class PullCutShort(FootageError):
    """The source had more and something kept it from coming; what came is kept for the next try.

    The camera's failure: the recorder answered, and one damaged recording must not cost its neighbours.
    """

    code = "pull_cut_short"
    blame = Blame.CAMERA


@dataclass(frozen=True, slots=True)
class PullResult:
    """A stored file that nobody refers to yet: its ``name``, the clip's columns, ``share`` 0-1 of the window."""

    state: ClipState
    name: str
    share: float
    fields: dict[str, Any]


def clip_pull(*, clip: FootageClip, token: UUID, accept_less: bool = True) -> PullResult:
    """Pull the clip's window and store it under a name that carries ``token``.

    Without ``accept_less`` a pull that was cut short raises, so that the next try goes on from the pieces that came;
    not for a camera that nobody records, whose past no try brings back.

    Raises:
        SourceUnavailable: the breaker is open. SourceBusy: all slots are taken.
        FootageError: nothing usable came; ``retryable`` says whether it may later.
        StorageFailed: it cannot be kept now; told before the recorder is troubled where that can be known.
    """
    camera = clip.camera
    if not camera.source_kind:
        raise CameraWithoutSource(f"camera {camera.code} has no footage source")
    room_require()
    with scratch_folder(scratch_root(), str(clip.pk)) as (folder, kept):
        path = folder / f"{token.hex}.mp4"
        try:
            pulled = _best(clip, token, folder if kept else None, path, accept_less=accept_less)
            if pulled.shortfall and not accept_less and not _is_live_only(camera):
                raise PullCutShort(f"cut short by {pulled.shortfall}", shortfall=pulled.shortfall)
            return _stored(clip, pulled, token)
        finally:
            for leftover in folder.glob(f"{token.hex}*"):
                leftover.unlink(missing_ok=True)


def clip_scratch_drop(clip_id: int) -> None:
    """The clip is settled: its pieces are of no more use."""
    scratch_drop(scratch_root(), str(clip_id))


def scratch_root() -> Path:
    return Path(settings.VAR_DIR) / "pulls"


def _best(clip: FootageClip, token: UUID, scratch: Path | None, path: Path, *, accept_less: bool) -> PulledFootage:
    """From the camera's source, from our own ring, or from whichever of the two has more of the window.

    A camera that nobody else records is asked last: our ring has its past, and it has none.
    """
    camera = clip.camera
    source = registry.source_for(camera.source_kind, source_context(camera, scratch))
    ours = None
    alone = _is_live_only(camera)
    if alone:
        ours = _from_ring(clip, path)
        if ours is not None and _share(clip, ours) >= WHOLE_SHARE:
            return ours
    try:
        theirs = _asked(clip, source, token, path)
    except FootageError as error:
        ours = ours or _from_ring(clip, path)
        if ours is None:
            raise
        # A recorder that is busy or restarts has the rest of the window a moment later.
        passing = error.retryable and not isinstance(error, SourceUnavailable)
        if passing and not alone and not accept_less and _share(clip, ours) < WHOLE_SHARE:
            raise
        return ours
    return ours if ours is not None and _share(clip, ours) > _share(clip, theirs) else theirs


def _is_live_only(camera: Camera) -> bool:
    return registry.needs_recording(camera.source_kind, camera.source_settings)


def _from_ring(clip: FootageClip, path: Path) -> PulledFootage | None:
    try:
        return ring_pull(clip.camera, clip.window, path.with_name(f"{path.stem}-ring.mp4"))
    except FootageError as error:
        log.warning("our own recording of camera %s cannot be used: %s", clip.camera_id, error.code)
        return None


def _asked(clip: FootageClip, source: FootageSource, token: UUID, path: Path) -> PulledFootage:
    """Within the policy: breaker, slots, and what the outcome says about recorder and camera."""
    camera = clip.camera
    with pull_slot(camera, token, LONGEST_PULL_S):
        pull_permit(camera)
        try:
            pulled = source.pull(clip.window, path)
        except FootageError as error:
            pull_failed(camera, error)
            raise
        except Exception:
            pull_untold(camera)
            raise
    if pulled.shortfall:
        pull_failed(camera, PullCutShort(f"cut short by {pulled.shortfall}"))
    else:
        pull_succeeded(camera)
    return pulled


def _share(clip: FootageClip, pulled: PulledFootage) -> float:
    return share_covered(pulled.covered, clip.window)


def _stored(clip: FootageClip, pulled: PulledFootage, token: UUID) -> PullResult:
    fields = _fields(pulled)
    share = _share(clip, pulled)
    state = ClipState.HELD if share >= WHOLE_SHARE else ClipState.PARTIAL
    name = f"{slugify(clip.camera.code) or clip.camera_id}_{clip.start_at:%H%M}_{token.hex}.mp4"
    stored = store(pulled.path, clip_path(clip, name))
    facts = {"file": stored.name, "size_bytes": stored.size_bytes, "sha256": stored.sha256}
    return PullResult(state, stored.name, share, {**fields, **facts})


def _fields(pulled: PulledFootage) -> dict[str, Any]:
    return {
        "covered": [window.as_json() for window in pulled.covered],
        "media_start_at": pulled.media_start_at,
        "clock_offset_s": pulled.clock_offset_s,
        "notes": pulled.notes,
        "reason_code": pulled.shortfall[:60],
        "reason_detail": "",
        "settled_at": timezone.now(),
        "purged_at": None,
    }


def expires_at(camera: Camera, clip_start: Any) -> Any:
    """When whoever keeps the footage is about to delete what begins at ``clip_start``; None where nothing tells."""
    hours = camera.source_settings.get("retention_h") or (camera.ring_hours if _is_live_only(camera) else None)
    return clip_start + timedelta(hours=float(hours)) if hours else None
