"""A clip as a check sees it: sparse samples over all of it, dense bursts where asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cameras.footage.frame import Frame


class ClipView(Protocol):
    """Pictures of one clip. ``t_s`` counts from the first frame; holes are jumps in it."""

    @property
    def is_still(self) -> bool: ...

    def samples(self) -> Iterator[Frame]:
        """Frames at a low rate over the whole clip, ascending in time."""

    def burst(self, start_s: float, length_s: float) -> Iterator[Frame]:
        """Every frame from ``start_s`` on for ``length_s``, ascending in time."""

    @property
    def frames_decoded(self) -> int:
        """How many pictures have been decoded so far."""
