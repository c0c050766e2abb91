"""A Flussonic on loopback: real HLS behind its addresses, its list of ranges, its locks.

    server = Flussonic(folder, "gate-03", cuts)       # cuts: see hls_files
    with server.running():
        f"{server.url}/gate-03"

``forms``: the archive addresses that this version answers. ``dated``: whether its playlists tell dates. ``locks``: what
is locked, ``lock_log`` what was asked. ``api``: ``old`` (/flussonic/api), ``v3`` or neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.hls_files import Cut, Playlist

M3U8 = "application/vnd.apple.mpegurl"


class Flussonic(Device):
    realm = "Flussonic"

    def __init__(self, folder: Path, stream: str, cuts: Sequence[Cut], **device: Any) -> None:
        super().__init__(**device)
        self.folder, self.stream, self.cuts = folder, stream, list(cuts)
        self.forms: tuple[str, ...] = ("archive", "index", "mono", "video")
        self.dated = True
        self.api = "old"
        self.off_s = 0.0
        self.token = ""
        self.preview: Path | None = None
        self.has_ranges = True
        self.locks: list[dict[str, Any]] = []
        self.lock_log: list[tuple[str, dict[str, Any]]] = []

    def answer(self, asked: Asked) -> Answer:
        api = self._api(asked)
        if api is not None:
            return api
        path = asked.path.lstrip("/")
        if not path.startswith(f"{self.stream}/"):
            return Answer.missing()
        if self.token and asked.one("token") != self.token:
            return Answer.of("no token", status=403)
        return self._stream(path.removeprefix(f"{self.stream}/"), asked)

    # -- A stream ------------------------------------------------------------------------

    def _stream(self, name: str, asked: Asked) -> Answer:
        window = re.fullmatch(r"(\w+)-(\d+)-(\d+)\.m3u8", name)
        if window and window[1] in self.forms:
            return self._archive(int(window[2]), int(window[3]), media=window[1] != "archive")
        tracks = re.fullmatch(r"tracks-v1/index-(\d+)-(\d+)\.m3u8", name)
        if tracks:
            return self._archive(int(tracks[1]), int(tracks[2]), media=True, up="../")
        if name == "index.m3u8":
            return Answer.of(self._playlist(self.cuts[-4:], ended=False), M3U8)
        if name == "recording_status.json" and self.has_ranges:
            return self._status(float(asked.one("from", "0")), asked.one("to", "now"))
        if name == "preview.mp4" and self.preview is not None:
            return Answer(content_type="video/mp4", file=self.preview)
        file = self.folder / Path(name).name
        if file.suffix == ".ts" and file.is_file():
            return Answer(content_type="video/mp2t", file=file)
        return Answer.missing()

    def _archive(self, first: int, seconds: int, *, media: bool, up: str = "") -> Answer:
        """The segments that begin in the window; ``archive`` names its tracks first, as a variant playlist."""
        start = self._by_device(first)
        within = [cut for cut in self.cuts if self._holds(cut, start, timedelta(seconds=seconds))]
        if not within:
            return Answer.missing()
        if not media:
            line = f"#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=320x240\ntracks-v1/index-{first}-{seconds}.m3u8\n"
            return Answer.of(f"#EXTM3U\n{line}", M3U8)
        return Answer.of(self._playlist([cut.but(uri=up + cut.uri) for cut in within], ended=True), M3U8)

    def _holds(self, cut: Cut, start: datetime, length: timedelta) -> bool:
        return start - timedelta(seconds=cut.seconds) < cut.start < start + length

    def _by_device(self, unix: float) -> datetime:
        """True time of a second on this device's clock."""
        return datetime.fromtimestamp(unix, UTC) - timedelta(seconds=self.off_s)

    def _playlist(self, cuts: Sequence[Cut], *, ended: bool) -> str:
        how = Playlist("every" if self.dated else "none", self.off_s, ended=ended, kind="VOD" if ended else "")
        return how.text(cuts)

    def _status(self, first: float, to: str) -> Answer:
        last = datetime.now(UTC) if to == "now" else self._by_device(float(to))
        ranges: list[dict[str, float]] = []
        for cut in self.cuts:
            begins = cut.start.timestamp() + self.off_s
            if begins + cut.seconds <= first or cut.start >= last:
                continue
            before = ranges[-1] if ranges else None
            if before is not None and abs(before["from"] + before["duration"] - begins) < 0.01:
                before["duration"] += cut.seconds
            else:
                ranges.append({"from": begins, "duration": cut.seconds})
        return Answer.of(json.dumps([{"stream": self.stream, "ranges": ranges}]), "application/json")

    # -- Locks ---------------------------------------------------------------------------

    def _api(self, asked: Asked) -> Answer | None:
        old = re.fullmatch(r"/flussonic/api/dvr/(lock|unlock)", asked.path)
        new = asked.path == f"/streamer/api/v3/streams/{self.stream}/dvr/locks"
        if not old and not new:
            return None
        if self.api != ("old" if old else "v3"):
            return Answer.missing()
        told = json.loads(asked.body) if asked.body else {name: int(value[0]) for name, value in asked.query.items()}
        verb = old[1] if old else {"POST": "lock", "DELETE": "unlock"}[asked.method]
        return self._locked(verb, told)

    def _locked(self, verb: str, told: dict[str, Any]) -> Answer:
        with self.lock:
            self.lock_log.append((verb, told))
            held = {"from": told["from"], "duration": told["duration"]}
            if verb == "lock":
                self.locks.append(held)
            else:
                self.locks = [one for one in self.locks if one != held]
        return Answer.of("{}", "application/json")
