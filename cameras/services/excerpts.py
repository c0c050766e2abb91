"""Cutting the part of a clip that people look at, and storing it as an MP4 that a browser plays."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from cameras.errors import ClipGone
from cameras.footage import excerpt
from cameras.footage.child import Child
from cameras.footage.limits import DecodeLimits
from cameras.footage.states import ClipState
from cameras.footage.wire import Kind
from cameras.models import ClipExcerpt, FootageClip
from cameras.services.clips import clip_opened
from jsc_project.storage import room_require, store

EARLY_S = 2.0
"""A copy starts at a keyframe; cameras set one every one to two seconds, and that much more before is no harm."""

LIMITS = DecodeLimits(wall_s=240.0)
"""A minute of 4K that must be encoded anew takes about three on one core."""

PLAYABLE = frozenset({ClipState.HELD, ClipState.PARTIAL})
FOLDER = "excerpts"


@dataclass(frozen=True, slots=True)
class CutResult:
    """A stored excerpt that no row refers to yet: its ``name``, and the row's columns."""

    name: str
    fields: dict[str, Any]


def clip_is_playable(clip: FootageClip) -> bool:
    return clip.state in PLAYABLE and bool(clip.file) and clip.media_start_at is not None


def excerpt_cut(*, excerpt_row: ClipExcerpt, token: UUID) -> CutResult:
    """Cut the row's range out of its clip and store it under a name that carries ``token``.

    Raises:
        ClipGone: the clip's footage is not there (any more).
        DecodeFailed: it shows nothing in this range, or cannot be read.
        FootageError: it could not be cut in time; trying again may help.
        StorageFailed: no room, or no answer.
    """
    clip = excerpt_row.clip
    if not clip_is_playable(clip):
        raise ClipGone(f"clip {clip.pk} holds no footage ({clip.state})")
    room_require()
    with tempfile.TemporaryDirectory(prefix="jsc-cut-") as folder:
        path = Path(folder) / "excerpt.mp4"
        facts = _cut(clip, excerpt_row, path)
        stored = store(path, f"{FOLDER}/{clip.start_at:%Y/%m/%d}/{token.hex}.mp4")
    return CutResult(
        stored.name, {**_fields(clip, facts), "file": stored.name, **_size(stored.size_bytes, stored.sha256)}
    )


def _cut(clip: FootageClip, row: ClipExcerpt, path: Path) -> dict[str, Any]:
    assert clip.media_start_at is not None
    request = {
        "from_s": (row.start_at - clip.media_start_at).total_seconds(),
        "to_s": (row.end_at - clip.media_start_at).total_seconds(),
        "early_s": EARLY_S,
        "longest_s": excerpt.LONGEST.total_seconds(),
        "destination": str(path),
    }
    try:
        with clip_opened(clip) as source:
            return _child_cuts({**request, "path": str(source)})
    except FileNotFoundError as exc:
        raise ClipGone(f"the footage of clip {clip.pk} is not in the storage") from exc


def _child_cuts(request: Mapping[str, Any]) -> dict[str, Any]:
    if not Path(request["path"]).is_file():
        raise FileNotFoundError(request["path"])
    child = Child("cut", request, LIMITS)
    try:
        message = child.message()
    finally:
        child.close(reap_s=1.0)
    assert message.kind is Kind.RESULT
    return message.body


def _fields(clip: FootageClip, facts: Mapping[str, Any]) -> dict[str, Any]:
    """``clip_sha256`` tells later whether the excerpt still is a part of the clip as it is then."""
    assert clip.media_start_at is not None
    return {
        "media_start_at": clip.media_start_at + timedelta(seconds=facts["first_s"]),
        "notes": {
            "clip_sha256": clip.sha256,
            "seconds": round(facts["duration_s"], 3),
            "transcoded": facts["transcoded"],
        },
        "reason_code": "",
        "settled_at": timezone.now(),
    }


def _size(size_bytes: int, sha256: str) -> dict[str, Any]:
    return {"size_bytes": size_bytes, "sha256": sha256}
