"""A real nginx on loopback for the tests: its own folder, port and log; one process, ended with the test.

    with nginx(folder) as server:
        server.url("cam/index.m3u8")
        server.hits()                   # ["GET /cam/index.m3u8 200", ...]

Files are sent with ranges, ETag and Last-Modified, as any camera server behind nginx does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cameras.faults import wait_for_port

CONF = """
daemon off;
master_process off;
pid {own}/nginx.pid;
error_log {own}/error.log;
events {{ worker_connections 256; }}
http {{
    log_format hits '$request_method $request_uri $status';
    access_log {own}/hits.log hits;
    client_body_temp_path {own}/body;
    proxy_temp_path {own}/proxy;
    fastcgi_temp_path {own}/fastcgi;
    uwsgi_temp_path {own}/uwsgi;
    scgi_temp_path {own}/scgi;
    types {{
        application/vnd.apple.mpegurl m3u8;
        video/mp2t ts;
        video/mp4 mp4 m4s;
        image/jpeg jpg;
        application/json json;
    }}
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        {extra}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    port: int
    own: Path

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path.lstrip('/')}"

    def hits(self) -> list[str]:
        """``GET /path 200``, in the order in which they were answered."""
        return (self.own / "hits.log").read_text().splitlines()


@contextlib.contextmanager
def nginx(root: Path, extra: str = "") -> Iterator[Nginx]:
    """nginx that sends the files below ``root``; ``extra``: lines for its server block. Skips where there is none."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("nginx is not installed")
    with tempfile.TemporaryDirectory(prefix="jsc-nginx-") as own:
        port = _free_port()
        conf = Path(own) / "nginx.conf"
        conf.write_text(CONF.format(own=own, root=root.absolute(), port=port, extra=extra))
        command = [program, "-p", own, "-c", str(conf), "-e", f"{own}/start.log"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait(process, port, Path(own))
                yield Nginx(port, Path(own))
            finally:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()


def _wait(process: subprocess.Popen[bytes], port: int, own: Path) -> None:
    try:
        wait_for_port(port)
    except TimeoutError:
        logs = "".join(log.read_text() for log in own.glob("*.log"))
        raise RuntimeError(f"nginx did not start (status {process.poll()}): {logs[-2000:]}") from None


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


def age(path: Path, seconds: float) -> None:
    """Make a file look as if it was changed ``seconds`` ago."""
    then = time.time() - seconds
    os.utime(path, (then, then))
