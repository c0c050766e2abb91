"""A live playlist on the disk: a window that slides over segments as they are finished."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cameras.hls_files import Cut, Playlist

TWO_SECONDS = Playlist(ended=False, kind="", target_s=2)


class LivePlaylist:
    """``index.m3u8`` in ``folder``: of the first ``count`` cuts, the last ``shown``. What slid out is deleted."""

    def __init__(self, folder: Path, cuts: Sequence[Cut], how: Playlist = TWO_SECONDS, shown: int = 4) -> None:
        self.folder, self.cuts, self.how, self.shown = folder, list(cuts), how, shown
        self.keeps = True
        """Slid-out segments stay on the disk."""
        self.first = how.sequence

    def publish(self, count: int, *, ended: bool = False) -> None:
        first = max(0, count - self.shown)
        how = replace(self.how, sequence=self.first + first, ended=ended)
        part = self.folder / ".part"
        part.write_text(how.text(self.cuts[first:count]))
        part.replace(self.folder / "index.m3u8")
        for old in self.cuts[:first] if not self.keeps else []:
            (self.folder / old.uri).unlink(missing_ok=True)


class Broadcast:
    """Publishes a live playlist in real time: each segment appears when its last picture has been shot.

    ``zero``: true time at which the bars of the pictures tell zero. ``begin`` starts it, ``stop`` ends it.
    """

    def __init__(self, live: LivePlaylist, ahead: int = 0) -> None:
        """``ahead``: segments that are finished when it begins."""
        self._live = live
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broadcast", daemon=True)
        past = timedelta(seconds=sum(cut.seconds for cut in live.cuts[:ahead]))
        self.zero = datetime.now(UTC) - past
        at = self.zero
        for number, cut in enumerate(live.cuts):
            live.cuts[number] = cut.but(start=at)
            at += timedelta(seconds=cut.seconds)

    def begin(self) -> Broadcast:
        self._live.publish(self._finished())
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _finished(self) -> int:
        now = datetime.now(UTC)
        return sum(cut.start + timedelta(seconds=cut.seconds) <= now for cut in self._live.cuts)

    def _run(self) -> None:
        told = 0
        while not self._stopping.wait(0.05):
            if (count := self._finished()) != told:
                self._live.publish(count)
                told = count
