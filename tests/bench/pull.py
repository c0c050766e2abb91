"""What a pull costs: five minutes of 1080p over HTTP on loopback, through nginx, times faster than real time.

$ python -m tests.bench.pull [--seconds 300] [--json]

Half a minute at a recorder's 4 Mbit/s is drawn, and repeated without encoding it again. ``fetch``, ``probe`` and
``join`` are seconds of the pull: bytes into files, packets read, one MP4 written and read back. nginx and ffmpeg must
be installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any

from cameras.footage import registry
from cameras.footage.context import SourceContext
from cameras.footage.window import TimeWindow
from tests.bench.decode import drawn
from tests.cameras.hls_files import Cut, Playlist
from tests.cameras.nginx_server import Nginx, nginx

START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
DRAWN_S = 30.0
MARGIN_S = 12.0
"""The recording goes on past the window at both ends, as recordings do."""

WANTED = 20.0
Run = dict[str, Any]


def recorded(www: Path, seconds: float) -> list[Cut]:
    """``index.m3u8`` with its segments, and the same film as ``film.mp4``."""
    short = www / "short.mp4"
    steady = ["-b:v", "4M", "-minrate", "4M", "-maxrate", "4M", "-bufsize", "4M", "-x264-params", "nal-hrd=cbr"]
    coded: list[str | Path] = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-sc_threshold", "0", *steady]
    raw = drawn(1920, 1080, DRAWN_S, www / "drawn.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-i", raw, *coded, short], check=True)
    loops = str(int((seconds + 2 * MARGIN_S) / DRAWN_S) + 1)
    long: list[str | Path] = ["ffmpeg", "-v", "error", "-stream_loop", loops, "-i", short, "-c", "copy"]
    subprocess.run([*long, "-movflags", "+faststart", www / "film.mp4"], check=True)
    segmented: list[str | Path] = [
        "-f",
        "hls",
        "-hls_time",
        "4",
        "-hls_list_size",
        "0",
        "-hls_segment_filename",
        www / "s-%d.ts",
    ]
    subprocess.run([*long, *segmented, www / "raw.m3u8"], check=True)
    at, cuts = START - timedelta(seconds=MARGIN_S), []
    lines = (www / "raw.m3u8").read_text().splitlines()
    for tag, uri in pairwise(lines):
        if tag.startswith("#EXTINF:"):
            length = float(tag.removeprefix("#EXTINF:").rstrip(","))
            cuts.append(Cut(uri, at, length))
            at += timedelta(seconds=length)
    (www / "index.m3u8").write_text(Playlist().text(cuts))
    return cuts


def sources(server: Nginx) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Kind and settings of what is measured; a kind that this build has not is left out."""
    yield "hls", {"url": server.url("index.m3u8")}
    begins = (START - timedelta(seconds=MARGIN_S)).isoformat()
    yield "http", {"url": server.url("film.mp4"), "dated_by": "start_at", "start_at": begins}


def measured(kind: str, settings: Mapping[str, Any], seconds: float, folder: Path) -> Run:
    context = SourceContext(settings, networks=(ip_network("127.0.0.0/8"),))
    window = TimeWindow(START, START + timedelta(seconds=seconds))
    began = time.perf_counter()
    pulled = registry.source_for(kind, context).pull(window, folder / f"{kind}.mp4")
    wall_s = time.perf_counter() - began
    covered_s = sum(part.seconds for part in pulled.covered)
    assert covered_s > seconds - 0.2, f"only {covered_s:.1f} s of {seconds:.0f} came"
    return {
        "wall_s": round(wall_s, 2),
        "times_real_time": round(seconds / wall_s, 1),
        "megabytes": round(pulled.path.stat().st_size / 1e6, 1),
        "spent_s": pulled.notes.get("spent_s", {}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--json", action="store_true", help="one JSON object only")
    asked = parser.parse_args()
    missing = [name for name in ("nginx", "ffmpeg") if shutil.which(name) is None]
    if missing:
        print(json.dumps({}) if asked.json else f"not measured: {' and '.join(missing)} not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "www").mkdir()
        recorded(folder / "www", asked.seconds)
        with nginx(folder / "www") as server:
            known = [(kind, settings) for kind, settings in sources(server) if kind in registry.SOURCES]
            runs = {kind: measured(kind, settings, asked.seconds, folder) for kind, settings in known}
    if asked.json:
        print(json.dumps(runs))
        return
    for kind, run in runs.items():
        shares = ", ".join(f"{what} {spent_s:.2f} s" for what, spent_s in run["spent_s"].items())
        speed = f"{run['times_real_time']:7.1f} times real time {run['wall_s']:7.2f} s"
        print(f"{kind:10} {speed} {run['megabytes']:8.1f} MB  {shares}")
    print(f"wanted: at least {WANTED:.0f} times real time")


if __name__ == "__main__":
    main()
