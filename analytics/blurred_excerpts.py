"""From a clip's part that somebody asked for to a stored film in which nobody can be made out."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from analytics.blur import PRIVACY
from analytics.clip_blur import BlurReport, BlurTask, Eyes, clip_blur
from analytics.frames import FileClip
from analytics.scenery import pictures_of, scenery_of
from analytics.view_gate import view_answer
from analytics.zones import Zone, whole_picture, zones_parse
from cameras.errors import ClipGone
from cameras.footage.decode import DecodeLimits
from cameras.footage.excerpt import LONGEST
from cameras.models import BlurredExcerpt, Camera, FootageClip
from cameras.services.clips import clip_opened
from cameras.services.excerpts import clip_is_playable
from jsc_project.lib.errors import JscError
from jsc_project.storage import Stored, room_require, store

FOLDER = "blurred"
TELL_EVERY_S = 2.0


class BlurTakenOver(JscError):
    """Somebody else works on the row by now; what this worker made is of no use."""

    code = "blur_taken_over"
    retryable = True


@dataclass(frozen=True, slots=True)
class BlurredFilm:
    """A stored film that no row refers to yet: its ``name``, and the row's columns."""

    name: str
    fields: dict[str, Any]


def excerpt_blur(*, row: BlurredExcerpt, token: UUID, eyes: Eyes, budget_s: float) -> BlurredFilm:
    """Blur the row's range of its clip and store it under a name with ``token``; the row's ``progress`` tells how far.

    Raises:
        ClipGone: the clip's footage is not there (any more).
        DecodeFailed: it shows nothing in this range, or cannot be read. Other FootageErrors: not in time.
        BlurFailed: nothing of it could be looked at.
        BlurTakenOver: the claim is lost.
        StorageFailed: no room, or no answer.
    """
    clip = row.clip
    if not clip_is_playable(clip):
        raise ClipGone(f"clip {clip.pk} holds no footage ({clip.state})")
    room_require()
    hidden = hidden_zones(clip.camera)
    with tempfile.TemporaryDirectory(prefix="jsc-blur-") as folder:
        path = Path(folder) / "blurred.mp4"
        report = _blurred(row, path, hidden, (eyes, budget_s, _Progress(row.pk, token)))
        stored = store(path, f"{FOLDER}/{clip.start_at:%Y/%m/%d}/{token.hex}.mp4")
    return BlurredFilm(stored.name, _fields(row, report, stored, hidden))


def hidden_zones(camera: Camera) -> list[Zone]:
    """Of which nothing is ever shown."""
    rows = camera.zones.filter(kind=PRIVACY).order_by("pk")
    return zones_parse([{"kind": row.kind, "name": row.name, "polygon": row.polygon} for row in rows])


def footage_key(clip: FootageClip, hidden: Sequence[Zone]) -> str:
    """Equal for what would be blurred from the same footage with the same privacy zones, in force or not."""
    told: list[Any] = [clip.sha256, [zone.polygon for zone in hidden]]
    if hidden and (stale_since := scenery_of(clip).stale_since) is not None:
        told.append(stale_since.isoformat())
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def _blurred(
    row: BlurredExcerpt, path: Path, hidden: Sequence[Zone], means: tuple[Eyes, float, _Progress]
) -> BlurReport:
    clip, (eyes, budget_s, progress) = row.clip, means
    assert clip.media_start_at is not None
    start_s = (row.start_at - clip.media_start_at).total_seconds()
    end_s = min((row.end_at - clip.media_start_at).total_seconds(), start_s + LONGEST.total_seconds())
    try:
        with clip_opened(clip) as source:
            if not source.is_file():
                raise FileNotFoundError(source)
            shut = _shut(clip, source, hidden)
            return clip_blur(BlurTask(source, path, (start_s, end_s), shut, budget_s, progress), eyes)
    except FileNotFoundError as exc:
        raise ClipGone(f"the footage of clip {clip.pk} is not in the storage") from exc


def _shut(clip: FootageClip, source: Path, hidden: Sequence[Zone]) -> Sequence[Zone]:
    """The privacy zones; of a turned camera the whole picture, because nobody knows where they are now."""
    if not hidden:
        return hidden
    drawn, background = pictures_of(scenery_of(clip))
    moved = view_answer(FileClip(source, DecodeLimits()), drawn, clip.media_start_at, background).moved
    return [whole_picture(PRIVACY)] if moved else hidden


def _fields(row: BlurredExcerpt, report: BlurReport, stored: Stored, hidden: Sequence[Zone]) -> dict[str, Any]:
    assert row.clip.media_start_at is not None
    return {
        "file": stored.name,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
        "media_start_at": row.clip.media_start_at + timedelta(seconds=report.first_s),
        "notes": {"footage_key": footage_key(row.clip, hidden), **report.as_json()},
        "progress": 100,
        "reason_code": "",
        "settled_at": timezone.now(),
    }


@dataclass(slots=True)
class _Progress:
    """Writes the share done into the row, now and then, as long as the row is ours."""

    pk: int
    token: UUID
    _told_at: float = field(default_factory=time.monotonic)

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._told_at < TELL_EVERY_S:
            return
        self._told_at = time.monotonic()
        # Never 100: that is for the record to say.
        held = BlurredExcerpt.objects.filter(pk=self.pk, token=self.token)
        if held.update(progress=min(99, round(100 * share))) != 1:
            raise BlurTakenOver(f"excerpt {self.pk} is worked on by somebody else")
