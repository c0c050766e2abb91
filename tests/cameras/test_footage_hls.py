"""HLS recordings, TS and fMP4, by the contract of every networked source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from cameras.footage.hls.opened import Opened
from cameras.footage.hls.source import HlsSource
from cameras.footage.source import (
    FootageSource,
)
from tests.cameras.clips import wib
from tests.cameras.faults import proxied
from tests.cameras.footage_contract import FootageContract, Recorded
from tests.cameras.hls_files import Playlist, publish
from tests.cameras.network_contract import Bad, NetworkFootageContract, context
from tests.cameras.nginx_server import nginx


class TestHlsRecordingKeepsTheContract(NetworkFootageContract):
    fmp4 = False

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        publish(root / "www" / "cam", segments, Playlist("every", bad.clock_off_s), fmp4=self.fmp4)
        stack = ExitStack()
        self.on_end(stack.close)
        server = stack.enter_context(nginx(root / "www"))
        proxy = stack.enter_context(proxied(server.port, bad.fault))
        url = f"http://127.0.0.1:{proxy.server_port}/cam/index.m3u8"
        return HlsSource.bind(context({"url": url}, bad))


class TestHlsFragmentedKeepsTheContract(TestHlsRecordingKeepsTheContract):
    fmp4 = True


class TestHlsWithOneDateOnlyKeepsTheContract(FootageContract):
    """A date at the start of each recording; what follows is dated by packets. Trouble does not depend on dates."""

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        with ExitStack() as self.servers:
            yield

    def make_source(self, root: Path, segments: Sequence[Recorded]) -> FootageSource:
        publish(root / "www", segments, Playlist("first"))
        server = self.servers.enter_context(nginx(root / "www"))
        return HlsSource.bind(context({"url": server.url("index.m3u8")}))


class TestFollowingKeepsTheContract(NetworkFootageContract):
    """The same playlists, never ended, and followed instead of looked up."""

    @pytest.fixture(autouse=True)
    def _always_followed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Opened, "holds_all_of", lambda *_: False)

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        publish(root / "www" / "cam", segments, Playlist("every", bad.clock_off_s, ended=False, kind=""))
        stack = ExitStack()
        self.on_end(stack.close)
        server = stack.enter_context(nginx(root / "www"))
        proxy = stack.enter_context(proxied(server.port, bad.fault))
        url = f"http://127.0.0.1:{proxy.server_port}/cam/index.m3u8"
        return HlsSource.bind(context({"url": url}, bad, now=lambda: wib("09:30:00")))
