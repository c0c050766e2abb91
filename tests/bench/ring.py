"""What recording a camera costs: processor, memory and files a camera, measured against live RTSP streams on loopback.

$ python -m tests.bench.ring [--cameras 16] [--seconds 90] [--json]

The streams are 720p, 15 pictures a second, a keyframe every 2 s, 2 Mbit/s, from GStreamer's server. A recorder runs
with a database and a storage of its own in a temporary folder; its figures count both of its processes and nothing of
the server. A first run with one camera tells what the processes cost by themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.frame import PictureType

from tests.bench.decode import drawn

SIZE = (1280, 720)
FILM_S = 30.0
BITS_PER_S = 2_000_000
SETTLE_S = 15.0
"""Starting up is paid once and not counted: recorders run for months."""


def prepared(folder: Path) -> None:
    """Django with everything in ``folder``."""
    os.environ.update(
        JSC_VAR_DIR=str(folder), JSC_CAMERA_NETWORKS="127.0.0.0/8", JSC_WITHOUT_CONSOLE="1", JSC_STORAGE_RESERVE_MB="64"
    )
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jsc_project.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def at_rate(source: Path, path: Path, bits_per_s: int) -> Path:
    """The same film at a constant rate, as cameras are set to send it."""
    steady = (
        f"nal-hrd=cbr:vbv-maxrate={bits_per_s // 1000}:vbv-bufsize={bits_per_s // 1000}:bitrate={bits_per_s // 1000}"
    )
    options = {"preset": "ultrafast", "x264-params": f"{steady}:keyint=30:scenecut=0:bframes=0"}
    with av.open(str(source)) as film, av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=15, options=options)
        track.width, track.height, track.pix_fmt = *SIZE, "yuv420p"
        track.bit_rate = bits_per_s
        for number, frame in enumerate(film.decode(video=0)):
            frame.pts, frame.time_base = number, Fraction(1, 15)
            frame.pict_type = PictureType.NONE
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return path


def measured(world: Any, count: int, seconds: float) -> dict[str, Any]:
    """``count`` cameras recorded for ``seconds`` after a while to settle."""
    from cameras.models import Camera, RingSegment
    from cameras.ring.cost import Cost, rss_mb
    from cameras.services.recorder import Recorder

    Camera.objects.update(ring_hours=0)
    RingSegment.objects.all().delete()
    Camera.objects.filter(pk__in=Camera.objects.order_by("pk")[:count].values("pk")).update(ring_hours=1)
    recorder = Recorder()
    try:
        stepped(recorder, SETTLE_S)
        cost = Cost(recorder, counted_from=recorder.child.cpu_s)
        before = recorder.desk.total.segments
        stepped(recorder, seconds, cost.look)
        figures = cost.figures()
        segments = recorder.desk.total.segments - before
        figures["child_rss_mb"] = round(rss_mb(recorder.child.pid or 0), 1)
    finally:
        recorder.close()
    rows = list(RingSegment.objects.all())
    shown_s = sum(row.window.seconds for row in rows)
    figures["megabytes_per_hour"] = sum(row.size_bytes for row in rows) / 1e6 / shown_s * 3600
    return {**figures, "segments": segments}


def stepped(recorder: Any, seconds: float, look: Any = lambda: None) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        recorder.guarded_step()
        look()
        time.sleep(0.5)


def compared(few: dict[str, Any], many: dict[str, Any], seconds: float) -> dict[str, Any]:
    cameras = many["cameras"]
    each = (many["core_s"] - few["core_s"]) / max(1e-9, cameras - few["cameras"])
    return {
        "cameras": cameras,
        "seconds": seconds,
        "core_s_per_camera_hour": round(many["core_s_per_camera_hour"], 1),
        "core_s_per_further_camera_hour": round(each * 3600 / seconds, 1),
        "cameras_per_core": round(3600 / many["core_s_per_camera_hour"]),
        "child_rss_mb": many["child_rss_mb"],
        "child_rss_mb_with_one": few["child_rss_mb"],
        "rss_mb_per_further_camera": round((many["child_rss_mb"] - few["child_rss_mb"]) / max(1, cameras - 1), 2),
        "files_per_camera_hour": round(many["segments"] / cameras / seconds * 3600),
        "megabytes_per_camera_hour": round(many["megabytes_per_hour"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--json", action="store_true", help="one JSON object only")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jsc-bench-ring-"))
    prepared(folder)
    from tests.cameras.ring_world import LiveWorld, film_of, server_is_here

    if not server_is_here():
        print("skipped: gir1.2-gst-rtsp-server-1.0 and python3-gi are not installed")
        return
    world = LiveWorld(folder / "world", seconds=0, cameras=args.cameras)
    try:
        drawn_film = drawn(*SIZE, FILM_S, folder / "drawn.mp4")
        film_of(at_rate(drawn_film, folder / "film.mp4", BITS_PER_S), world.folder / "long.film")
        for number in range(1, args.cameras + 1):
            world.channel(number, film="long.film", loops=True)
        world.start()
        for number in range(1, args.cameras + 1):
            world.camera(number)
        few = measured(world, 1, args.seconds)
        told = compared(few, measured(world, args.cameras, args.seconds), args.seconds)
    finally:
        world.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        print(f"{name:32} {value}")


if __name__ == "__main__":
    main()
