"""Where we may connect: a camera's source to addresses inside the configured networks, a citizen's photo to public
ones, and nowhere else.

An address is input: it may be mistyped, taken over, or answer with a redirect, and our workers stand
inside the city's network. So a name is resolved here, once, every address is checked, and the connection
goes to the checked address itself: a name that answers otherwise a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from cameras.footage.context import Network
from cameras.footage.source import FootageTimedOut, SourceForbidden, SourceUnreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

RESOLVE_S = 5.0


class AddressRule(Protocol):
    """Which addresses may be connected to."""

    refusal: ClassVar[str]
    """Said when none may. Never tells the address: who may enter a host must not map the inner network by asking."""

    def chosen(self, found: Sequence[Address]) -> Address | None:
        """The one of a name's addresses to connect to; None when the name is refused."""


@dataclass(frozen=True, slots=True)
class InNetworks:
    """The cameras' rule: the first address that lies inside ``networks``."""

    networks: Sequence[Network]
    refusal: ClassVar[str] = "the host's address is outside JSC_CAMERA_NETWORKS"

    def chosen(self, found: Sequence[Address]) -> Address | None:
        return next((_plain(address) for address in found if is_allowed(address, self.networks)), None)


@dataclass(frozen=True, slots=True)
class PublicOnly:
    """The rule for hosts that strangers name: the first address, if *every* one of the name's is a public one.

    A name that has public and inner addresses at once is no photo host: it is about to be used for re-binding.
    """

    refusal: ClassVar[str] = "the host's address is not a public one"

    def chosen(self, found: Sequence[Address]) -> Address | None:
        return _plain(found[0]) if found and all(is_public(address) for address in found) else None


def checked_address(host: str, port: int, rule: AddressRule, timeout_s: float = RESOLVE_S) -> str:
    """An address of ``host`` that ``rule`` lets us connect to, as text.

    Raises:
        SourceForbidden: it has addresses, and may not be connected to.
        SourceUnreachable: it has none.
        FootageTimedOut: the name server does not answer.
    """
    found = [ipaddress.ip_address(text) for text in _resolved(host, port, timeout_s)]
    chosen = rule.chosen(found)
    if chosen is None:
        raise SourceForbidden(rule.refusal, host=host)
    return str(chosen)


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """An IPv4 address that is wrapped in IPv6 counts as what it is. Never multicast or unspecified."""
    plain = _plain(address)
    if plain.is_multicast or plain.is_unspecified:
        return False
    return any(plain in network for network in networks if network.version == plain.version)


def is_public(address: Address) -> bool:
    """A global unicast address, by IANA's registries of special-purpose addresses (RFC 6890 and its updates).

    Written out and not asked of ``ipaddress.is_global``, whose answer differs between Python's patch releases. An
    IPv4 address that is wrapped in IPv6 (mapped, or behind the well-known NAT64 prefix) counts as what it is; those
    of 6to4 and Teredo are tunnels to anywhere, and refused.
    """
    plain = _plain(address)
    if plain.version == 6 and plain in NAT64:
        plain = ipaddress.IPv4Address(int(plain) & 0xFFFF_FFFF)
    if plain.version == 6 and plain not in GLOBAL_UNICAST_V6:
        return False
    return not any(plain in network for network in NOT_PUBLIC if network.version == plain.version)


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
"""All that has been assigned so far: outside lie loopback, link-local, unique local, multicast, and NAT64."""

NOT_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Public by number, and the inside of every virtual machine of one cloud: its agent's keys are served there.
        "168.63.129.16/32",
        # Protocol assignments (Teredo among them), documentation, 6to4, and documentation again.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)


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
