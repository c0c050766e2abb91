from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cameras.footage.demux import Refused
from cameras.footage.limits import DecodeFailed
from cameras.photos.job import photo_job
from cameras.photos.read import LONG_SIDE, MAX_PIXELS, PhotoRead, _photo
from jsc_project.photo_hosts import read_hosts
from tests.fakes import NoFaces, NoPlates
from tests.reports.photos import host


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> host.Authority:
    return host.authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def web(authority: host.Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[host.PhotoWeb]:
    with host.web(authority, monkeypatch) as found:
        yield found


@pytest.fixture
def listed(web: host.PhotoWeb, settings: Any, monkeypatch: pytest.MonkeyPatch) -> host.PhotoWeb:
    """The web, with its hosts listed and its authority trusted by the service."""
    from reports.photos import fetch
    from reports.services import photos

    settings.JSC_PHOTO_HOSTS = read_hosts([host.NAME, host.OTHER])
    rules = lambda source: fetch.FetchRules(source, settings.JSC_PHOTO_HOSTS, tls=web.client)  # noqa: E731
    monkeypatch.setattr(photos, "fetch_rules", rules)
    monkeypatch.setattr("reports.steps.photo.fetch_rules", rules)
    return web


class _Pipe:
    """What the decoding child says, kept instead of sent."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.shown: Any = None

    def message(self, kind: Any, body: dict[str, Any] | None = None) -> None:
        self.facts = body or {}

    def picture(self, t_s: float, flags: int, size: tuple[int, int], rows: bytes) -> None:
        self.shown = np.frombuffer(rows, np.uint8).reshape(size[1], size[0], 3).copy()


def read_here(content: bytes) -> PhotoRead:
    """``photo_read`` without its process: the same code, a second faster. Its process has tests of its own."""
    pipe = _Pipe()
    request = {"content": base64.b64encode(content), "long_side": LONG_SIDE, "limits": {"max_pixels": MAX_PIXELS}}
    try:
        photo_job(request, pipe)  # type: ignore[arg-type]
    except Refused as refused:
        raise DecodeFailed(refused.detail, reason=refused.reason) from refused
    return _photo(pipe.shown, pipe.facts)


@pytest.fixture
def quick(listed: host.PhotoWeb, world: Any, menteng: Any, monkeypatch: pytest.MonkeyPatch) -> host.PhotoWeb:
    """The listed web and the pipeline with its borders replaced; photos are read in this process."""
    monkeypatch.setattr("reports.services.photos.photo_read", read_here)
    monkeypatch.setattr("analytics.blur.face_finder", NoFaces)
    monkeypatch.setattr("analytics.blur.plate_finder", NoPlates)
    return listed
