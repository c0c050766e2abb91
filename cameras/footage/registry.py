"""Which class reads which kind of footage source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cameras.footage.context import SourceContext
from cameras.footage.dahua import DahuaSource
from cameras.footage.flussonic import FlussonicSource
from cameras.footage.folder import FolderSource
from cameras.footage.frigate import FrigateSource
from cameras.footage.hikvision import HikvisionSource
from cameras.footage.hls.source import HlsSource
from cameras.footage.http_file import HttpFileSource
from cameras.footage.rtsp import RtspSource
from cameras.footage.rtsp_playback import RtspPlaybackSource
from cameras.footage.snapshot import SnapshotSource
from cameras.footage.source import FootageSource, SourceMisconfigured

SOURCES: dict[str, type[FootageSource]] = {
    source.kind: source
    for source in (
        FolderSource,
        HikvisionSource,
        DahuaSource,
        FlussonicSource,
        FrigateSource,
        HlsSource,
        HttpFileSource,
        RtspSource,
        RtspPlaybackSource,
        SnapshotSource,
    )
}
"""In the order in which the console offers them."""

PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


def validate(kind: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Setting name -> what is wrong with it; an unknown kind is told under ``source_kind``."""
    if kind not in SOURCES:
        return {"source_kind": f"tidak dikenal; yang ada: {', '.join(sorted(SOURCES))}"}
    return SOURCES[kind].validate(settings)


def source_for(kind: str, context: SourceContext) -> FootageSource:
    """The source of one camera.

    Raises:
        SourceMisconfigured: unknown kind, or settings that it cannot use.
    """
    if kind not in SOURCES:
        raise SourceMisconfigured(f"no such kind of footage source: {kind!r}", kinds=sorted(SOURCES))
    return SOURCES[kind].bind(context)


def needs_recording(kind: str, settings: Mapping[str, Any]) -> bool:
    """Nobody keeps this camera's past: what is not recorded while it happens is gone.

    A live playlist holds some seconds or minutes of past; that is its edge and no archive.
    """
    source = SOURCES.get(kind)
    if source is None:
        return False
    return not source.has_past or (kind == "hls" and not settings.get("archive") and not settings.get("start_at"))


def recorder_of(settings: Mapping[str, Any]) -> str:
    """``host:port`` of the device that answers for this camera: cameras with the same one share its limits and its
    circuit breaker. Empty for what is not reached over a network.
    """
    try:
        parts = urlsplit(str(settings.get("url") or ""))
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{host}:{port}" if host else ""
