"""Limits of the decoding child, and what it means when one is reached."""

from __future__ import annotations

from dataclasses import dataclass

from cameras.footage.source import FootageError, FootageTimedOut, FootageUnreadable


class DecodeFailed(FootageUnreadable):
    """The file gives no pictures.

    ``data["reason"]`` is a stable word: ``not_found``, ``not_a_file``, ``empty``, ``not_media``,
    ``no_video``, ``no_frames``, ``codec_refused``, ``too_large``, ``nothing_decodable``, ``damaged``,
    ``out_of_memory``, ``no_room``, ``io_error``, ``crashed``, ``nonsense``.
    """

    code = "decode_failed"


class DecodeTimedOut(FootageTimedOut):
    """The child was killed because it took longer than a limit; ``data["limit"]`` names it."""

    code = "decode_timed_out"


class DecodeInterrupted(FootageError):
    """Somebody else ended the child: an operator, a stopping machine, the kernel short of memory. Nothing was
    learned about the file, so the same work may succeed later."""

    code = "decode_interrupted"


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """``wall_s`` is time spent waiting for the child; a slow consumer does not use it up.

    ``open_s`` is the longest silence until the container is open, ``read_s`` after that (the
    child gives a sign of life twice a second while it works). ``memory_mb`` bounds the
    child's address space, libraries and reference pictures included; ``max_pixels`` is 8K
    video and a large phone picture; ``max_frames`` bounds what one call hands over.
    """

    wall_s: float = 120.0
    open_s: float = 5.0
    read_s: float = 5.0
    max_pixels: int = 36_000_000
    max_frames: int = 20_000
    memory_mb: int = 2048

    def __post_init__(self) -> None:
        for name in ("wall_s", "open_s", "read_s", "max_pixels", "max_frames", "memory_mb"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be over 0, got {getattr(self, name)}")


DEFAULT_LIMITS = DecodeLimits()
