"""What the health patrol costs and how many cameras it can keep up with: ``python -m tests.bench.patrol [cameras]``.

Prints one JSON line. Cameras answer from loopback over HTTP with 1080p snapshots, after 50 ms as a camera takes; a
twentieth of them is dead (refuses the connection). Everything is paid for as in the service: claims, fetching, the
decoding child, judging, the database (a fresh SQLite file). ``ratio``: looks a second over what 4,000 cameras at the
default interval need; ``cores_for_4000``: processor time that these take.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

CITY = 4000
EVERY_S = 30 * 60.0
ANSWER_S = 0.05


class Snapshots(BaseHTTPRequestHandler):
    """``/<n>.jpg``: camera n's picture, another one at each look."""

    pictures: ClassVar[list[bytes]] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        time.sleep(ANSWER_S)
        body = self.pictures[int(time.monotonic() * 10) % len(self.pictures)]
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Snapshot:
    """The least that a camera's source can be; the service's own ones fetch in the same way."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def glance(self, folder: Path) -> Any:
        from cameras.footage.fetch import Fetcher
        from cameras.footage.source import Glance

        url = self._context.settings["url"]
        path = folder / "still.jpg"
        with Fetcher(url, self._context) as http:
            path.write_bytes(http.get("/still.jpg", max_bytes=8 << 20).content)
        return Glance(path, None)


def served(pictures: list[bytes]) -> ThreadingHTTPServer:
    Snapshots.pictures = pictures
    server = ThreadingHTTPServer(("0.0.0.0", 0), Snapshots)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def core_s() -> float:
    """Processor seconds of this process and its ended children so far."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def main(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="jsc-bench-") as folder:
        os.environ |= {"JSC_VAR_DIR": folder, "DATABASE_URL": "", "JSC_CAMERA_NETWORKS": "127.0.0.0/8"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "jsc_project.settings"
        import django

        django.setup()
        return _measured(count)


def _measured(count: int) -> dict[str, Any]:
    import cv2
    from django.core.management import call_command

    from cameras.footage import registry
    from cameras.services.patrol import patrol_round
    from tests.cameras.test_quality import lettered, noisy, street

    registry.source_for = lambda _kind, context: Snapshot(context)  # type: ignore[assignment, return-value]
    call_command("migrate", interactive=False, verbosity=0)
    clear = [lettered(noisy(street(1920)), f"2026-11-02 07:00:{n:02d}") for n in range(5)]
    server = served([bytes(cv2.imencode(".jpg", picture)[1]) for picture in clear])
    ids = _cameras(count, server.server_port, dead_port())
    patrol_round(600, only=ids[:2])  # imports and first pages of the database are paid once a process
    began, spent = time.monotonic(), core_s()
    report = patrol_round(600, only=ids)
    wall_s, cores_s = time.monotonic() - began, core_s() - spent
    server.shutdown()
    alone_s = _alone_s(Snapshots.pictures[0])
    looks_per_s, per_look_s = len(report.recorded) / wall_s, cores_s / len(report.recorded)
    return {
        "looks": len(report.recorded),
        "good": report.outcomes["good"],
        "bad": report.outcomes["bad"],
        "looks_per_s": round(looks_per_s, 1),
        "core_s_per_look": round(per_look_s, 3),
        "core_s_to_decode_one_alone": round(alone_s, 3),
        "needed_per_s": round(CITY / EVERY_S, 2),
        "ratio": round(looks_per_s / (CITY / EVERY_S), 1),
        "cores_for_4000": round(per_look_s * CITY / EVERY_S, 2),
    }


def _alone_s(jpeg: bytes, tries: int = 3) -> float:
    """What a picture costs that does not share its decoding child with others."""
    from cameras.footage.pictures import newest_pictures

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "still.jpg"
        path.write_bytes(jpeg)
        spent = core_s()
        for _ in range(tries):
            newest_pictures([path])
        return (core_s() - spent) / tries


def _cameras(count: int, port: int, dead: int) -> list[int]:
    from cameras.models import Camera

    rows = [
        Camera(
            code=f"C{n:05d}",
            name=f"Kamera {n}",
            lat=-6.2 + n * 1e-5,
            lon=106.82,
            source_kind="bench",
            # Another address of the loopback network each, so that they are no channels of one recorder.
            source_settings={"url": f"http://127.0.{n // 200}.{n % 200 + 1}:{dead if n % 20 == 0 else port}/{n}.jpg"},
        )
        for n in range(count)
    ]
    return [made.pk for made in Camera.objects.bulk_create(rows)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)) + "\n")
