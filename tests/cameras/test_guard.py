"""Which addresses count as public, and what each rule makes of a name's addresses."""

from __future__ import annotations

import ipaddress

import pytest

from cameras.footage.guard import InNetworks, PublicOnly, checked_address, is_public
from cameras.footage.source import SourceForbidden

PUBLIC = ["8.8.8.8", "1.1.1.1", "103.10.66.1", "93.184.215.14", "2606:4700::1111", "2404:6800:4003:c00::71"]
WRAPPED = ["::ffff:8.8.8.8", "64:ff9b::808:808"]
"""A public IPv4 address mapped into IPv6, and behind the NAT64 of a network that has no IPv4 of its own."""


@pytest.mark.parametrize("text", [*PUBLIC, *WRAPPED])
def test_a_public_address_is_public_however_it_is_wrapped(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def test_what_python_calls_private_is_never_public() -> None:
    """The blocks are written out; Python's own list, where it is sure, is the other opinion."""
    for block in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"):
        network = ipaddress.ip_network(block)
        for address in (network[0], network[1], network[network.num_addresses // 2], network[-1]):
            assert not is_public(address)
            assert not is_public(ipaddress.ip_address(f"::ffff:{address}"))
            assert not is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address)))
    for text in ("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::7f00:1", "100::1", "5f00::1", "4000::1"):
        assert not is_public(ipaddress.ip_address(text))


def test_the_edges_of_the_blocks_are_exact() -> None:
    outside = ["9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"]
    outside += ["100.63.255.255", "100.128.0.0", "169.253.255.255", "169.255.0.0", "223.255.255.255"]
    assert all(is_public(ipaddress.ip_address(text)) for text in outside)


def found(*texts: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    return [ipaddress.ip_address(text) for text in texts]


def test_photos_take_the_first_address_if_every_one_is_public() -> None:
    assert str(PublicOnly().chosen(found("8.8.8.8", "2606:4700::1111"))) == "8.8.8.8"
    assert str(PublicOnly().chosen(found("64:ff9b::808:808"))) == "64:ff9b::808:808", "what this network can reach"
    assert str(PublicOnly().chosen(found("::ffff:8.8.8.8"))) == "8.8.8.8"
    assert PublicOnly().chosen(found("8.8.8.8", "127.0.0.1")) is None
    assert PublicOnly().chosen([]) is None


def test_cameras_take_the_first_address_inside_their_networks() -> None:
    rule = InNetworks((ipaddress.ip_network("10.0.0.0/8"),))
    assert str(rule.chosen(found("8.8.8.8", "10.1.2.3"))) == "10.1.2.3"
    assert str(rule.chosen(found("::ffff:10.1.2.3"))) == "10.1.2.3"
    assert rule.chosen(found("8.8.8.8")) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0177.0.0.1", "2130706433", "0x7f.1", "localhost"])
def test_every_spelling_of_loopback_is_refused_without_naming_an_address(host: str) -> None:
    with pytest.raises(SourceForbidden, match="not a public one") as refused:
        checked_address(host, 443, PublicOnly())
    assert "127" not in refused.value.detail
