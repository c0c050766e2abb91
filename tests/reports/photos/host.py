"""A photo host on loopback behind a public name: real TLS by a test authority, a resolver that says what a test wants,
and a book of every connection that is tried.

The rule under test is the real one: names resolve to real public (or inner) addresses, and only the very last call,
the one that would open the socket, is led to the server here.
"""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME, OTHER = "foto.contoh.id", "cdn.contoh.id"
PUBLIC, PUBLIC_2 = "93.184.215.14", "151.101.1.69"

Addresses = Sequence[str] | Callable[[], Sequence[str]]
Answer = Callable[[Any], None]


# -- Certificates ---------------------------------------------------------------------


@dataclass(frozen=True)
class Authority:
    """``client``: trusts this authority and no other. ``server``: has its certificate for the names above."""

    client: ssl.SSLContext
    server: ssl.SSLContext


def authority(folder: Path) -> Authority:
    root_key, root = _certificate("tests", None, None, names=())
    leaf_key, leaf = _certificate(NAME, root_key, root, names=(NAME, OTHER))
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "leaf.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    private = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "leaf.key").write_bytes(leaf_key.private_bytes(serialization.Encoding.PEM, *private))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
    return Authority(ssl.create_default_context(cafile=str(folder / "root.pem")), server)


def _certificate(name: str, by_key: Any, by: Any, names: Sequence[str]) -> tuple[Any, x509.Certificate]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key = by_key or key
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(by.subject if by is not None else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(identifier, critical=False).add_extension(issuer, critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


# -- The server -----------------------------------------------------------------------


class PhotoServer(http.server.ThreadingHTTPServer):
    """``answers``: path -> what to do with the handler. ``asked``: the paths asked for, with the headers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.stopping = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what these tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PhotoServer
    timeout = 30

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        with contextlib.suppress(OSError):
            self.server.answers.get(self.path.partition("?")[0], status(404))(self)

    def put(self, block: bytes) -> None:
        self.wfile.write(block)
        self.server.sent += len(block)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def content(body: bytes, content_type: str = "image/jpeg", **headers: str) -> Answer:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        for name, value in {"Content-Type": content_type, **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.put(body)

    return answer


def status(code: int) -> Answer:
    def answer(handler: Any) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def leads_to(address: str, code: int = 302) -> Answer:
    def answer(handler: Any) -> None:
        handler.send_response(code)
        handler.send_header("Location", address)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def stream(size: int, *, told: bool = False, block: bytes = b"\x00" * 65536, every_s: float = 0.0) -> Answer:
    """``size`` bytes without end in sight; ``told``: with their number in front."""

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        handler.send_header("Content-Length" if told else "Connection", str(size) if told else "close")
        handler.end_headers()
        sent = 0
        while sent < size and not handler.server.stopping.wait(every_s):
            handler.put(block)
            sent += len(block)

    return answer


def drips_headers(every_s: float = 0.2) -> Answer:
    def answer(handler: Any) -> None:
        handler.put(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not handler.server.stopping.wait(every_s):
            handler.put(b"x")

    return answer


def silent() -> Answer:
    return lambda handler: handler.server.stopping.wait(30)


# -- The network ----------------------------------------------------------------------

REALLY_RESOLVE, REALLY_CONNECT = socket.getaddrinfo, socket.create_connection


@dataclass
class Net:
    """``names``: what the resolver answers. ``connections``: every address and port that was to be connected to."""

    port: int
    names: dict[str, Addresses] = field(default_factory=dict)
    connections: list[tuple[str, int]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    refuse: bool = False

    @property
    def private(self) -> list[str]:
        """Connections to anything but the two public addresses: must stay empty in every test."""
        return [address for address, _ in self.connections if address not in {PUBLIC, PUBLIC_2}]

    def resolve(self, host: Any, port: Any, *args: Any, **extra: Any) -> Any:
        if _is_address(host):
            return REALLY_RESOLVE(host, port, *args, **extra)
        self.resolved.append(host)
        found = self.names.get(host)
        if found is None:
            # What the C library makes of 2130706433, 0177.0.0.1 and 0x7f.1.
            try:
                found = [socket.inet_ntoa(socket.inet_aton(host))]
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        addresses = found() if callable(found) else found
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
        ]

    def connect(self, address: tuple[str, int], *args: Any, **extra: Any) -> socket.socket:
        self.connections.append(address)
        if self.refuse or address[0] not in {PUBLIC, PUBLIC_2}:
            raise ConnectionRefusedError
        return REALLY_CONNECT(("127.0.0.1", self.port), *args, **extra)


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class PhotoWeb:
    """All of it together."""

    server: PhotoServer
    net: Net
    client: ssl.SSLContext

    def serve(self, path: str, answer: Answer, name: str = NAME) -> str:
        """The address of what is served there."""
        self.server.answers[path] = answer
        return f"https://{name}{path}"


@contextlib.contextmanager
def web(made: Authority, patch: pytest.MonkeyPatch) -> Iterator[PhotoWeb]:
    server = PhotoServer(made.server)
    net = Net(server.server_address[1], {NAME: [PUBLIC], OTHER: [PUBLIC_2]})
    patch.setattr(socket, "getaddrinfo", net.resolve)
    patch.setattr(socket, "create_connection", net.connect)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="photo host", daemon=True)
    thread.start()
    try:
        yield PhotoWeb(server, net, made.client)
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
        time.sleep(0)
