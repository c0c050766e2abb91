"""A real S3 server on loopback, and a stretch of wire before it that a test can break."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from jsc_project.media_url import storage_of


@dataclass
class Wire:
    """Passes bytes on to the server, unless told otherwise.

    ``refusal``: (status, code) answered instead of the server, to ``refused_verbs`` (none: all).
    ``silent``: accept and say nothing.
    ``cut_after``: close a connection when so many bytes of answers went through it; used up by one cut.
    """

    upstream: tuple[str, int]
    refusal: tuple[int, str] | None = None
    refused_verbs: tuple[str, ...] = ()
    silent: bool = False
    cut_after: int | None = None
    passed: int = 0
    bucket: str = ""
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            if self.silent:
                client.settimeout(60)
                while client.recv(65536):
                    pass
                return
            with socket.create_connection(self.upstream) as server:
                threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
                self._asks(client, server)

    def _asks(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while block := client.recv(65536):
                line = block.split(b"\r\n", 1)[0].decode("latin-1")
                if line.endswith("HTTP/1.1"):
                    self.requests.append(line)
                    if self.refusal is not None and self._is_refused(line):
                        return self._refuse(client)
                server.sendall(block)
        except OSError:
            pass
        return None

    def _is_refused(self, line: str) -> bool:
        return not self.refused_verbs or line.startswith(self.refused_verbs)

    def _refuse(self, client: socket.socket) -> None:
        assert self.refusal is not None
        status, code = self.refusal
        if code == "":
            client.sendall(f"HTTP/1.1 {status} Done\r\nConnection: close\r\n\r\n".encode())
            return
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
        client.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        try:
            while block := server.recv(65536):
                if self.cut_after is not None and passed + len(block) > self.cut_after:
                    client.sendall(block[: self.cut_after - passed])
                    self.cut_after = None
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(block)
                passed += len(block)
                self.passed += len(block)
        except OSError:
            pass

    def close(self) -> None:
        self._listener.close()


@contextmanager
def s3_server() -> Iterator[Wire]:
    """moto's server; skipped, visibly, where it is not installed."""
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    wire = Wire(server.get_host_and_port())
    try:
        yield wire
    finally:
        wire.close()
        server.stop()


def use(settings: Any, wire: Wire, *, prefix: str = "media", bucket: str = "") -> Any:
    """Keep the media of this test in a bucket behind ``wire``; the client, to look from outside.

    A new bucket unless one is named: servers of one process share what they hold.
    """
    from django.core.files.storage import default_storage

    wire.bucket = bucket = bucket or f"jsc-{uuid.uuid4().hex[:12]}"

    endpoint = quote(f"http://127.0.0.1:{wire.port}", safe="")
    url = f"s3://{bucket}/{prefix}?endpoint_url={endpoint}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "default": storage_of(url, "test-access", "geheim-secret-key")}
    client = default_storage.client  # type: ignore[attr-defined]
    if bucket not in [one["Name"] for one in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=bucket)
    return client
