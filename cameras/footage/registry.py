"""Which class reads which kind of footage source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cameras.footage.folder import FolderSource
from cameras.footage.source import FootageSource, SourceMisconfigured

SOURCES: dict[str, type[FolderSource]] = {FolderSource.kind: FolderSource}


def validate(kind: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Setting name -> what is wrong with it; an unknown kind is told under ``source_kind``."""
    if kind not in SOURCES:
        return {"source_kind": f"tidak dikenal; yang ada: {', '.join(sorted(SOURCES))}"}
    return SOURCES[kind].validate(settings)


def source_for(kind: str, settings: Mapping[str, Any], clock_offset_s: float, root: Path) -> FootageSource:
    """The source of one camera. ``clock_offset_s``: camera clock minus true time, seconds.

    Raises:
        SourceMisconfigured: unknown kind, or settings that it cannot use.
    """
    if kind not in SOURCES:
        raise SourceMisconfigured(f"no such kind of footage source: {kind!r}", kinds=sorted(SOURCES))
    return SOURCES[kind](root=root, settings=settings, clock_offset_s=clock_offset_s)
