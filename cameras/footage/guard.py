"""Where a source may connect: to addresses inside the configured networks, and nowhere else.

A camera's address is input: it may be mistyped, taken over, or answer with a redirect, and our workers stand
inside the city's network. So a name is resolved here, once, every address is checked, and the connection
goes to the checked address itself: a name that answers otherwise a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from typing import Any

from cameras.footage.context import Network
from cameras.footage.source import FootageTimedOut, SourceForbidden, SourceUnreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

RESOLVE_S = 5.0


def checked_address(host: str, port: int, networks: Sequence[Network], timeout_s: float = RESOLVE_S) -> str:
    """An address of ``host`` that lies inside ``networks``, as text.

    Raises:
        SourceForbidden: it has addresses, none of them allowed.
        SourceUnreachable: it has none.
        FootageTimedOut: the name server does not answer.
    """
    found = [_plain(ipaddress.ip_address(text)) for text in _resolved(host, port, timeout_s)]
    for address in found:
        if is_allowed(address, networks):
            return str(address)
    # The address is not told: whoever may enter a camera must not map the inner network by asking names.
    raise SourceForbidden("the host's address is outside JSC_CAMERA_NETWORKS", host=host)


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """An IPv4 address that is wrapped in IPv6 counts as what it is. Never multicast or unspecified."""
    plain = _plain(address)
    if plain.is_multicast or plain.is_unspecified:
        return False
    return any(plain in network for network in networks if network.version == plain.version)


def _plain(address: Address) -> Address:
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


def _resolved(host: str, port: int, timeout_s: float) -> list[str]:
    """getaddrinfo knows no time limit, so it runs beside us; a literal address needs none of it."""
    try:
        return [str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))]
    except ValueError:
        pass
    answer: dict[str, Any] = {}

    def ask() -> None:
        try:
            answer["found"] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answer["error"] = error

    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if "found" in answer:
        return [entry[4][0].partition("%")[0] for entry in answer["found"]]
    if "error" in answer:
        raise SourceUnreachable("the host name is not known", host=host)
    raise FootageTimedOut("the name server does not answer", what="connect", host=host)
