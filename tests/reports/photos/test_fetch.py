"""Getting bytes from an address that a stranger wrote: where it may lead, how much may come, how long it may take."""

from __future__ import annotations

import dataclasses
import itertools
import time
from typing import Any

import pytest

from cameras.footage.context import PullLimits
from jsc_project.photo_hosts import read_hosts
from reports.photos import fetch
from reports.photos.fetch import FetchRules, PhotoGone, PhotoRefused, PhotoUnavailable, photo_fetch
from tests.cameras.network_contract import rss_mb
from tests.reports.photos import host
from tests.reports.photos.host import NAME, OTHER, PUBLIC, PUBLIC_2, PhotoWeb

HOSTS = read_hosts([NAME, OTHER])
QUICK = PullLimits(connect_s=1.0, silence_s=1.0, slow_s=1.0, min_bytes_per_s=4_000.0, wall_s=3.0, max_bytes=10_000_000)
PICTURE = b"\xff\xd8\xff a picture" * 1000


def rules(web: PhotoWeb, **changed: Any) -> FetchRules:
    return dataclasses.replace(FetchRules("qlue", HOSTS, tls=web.client, limits=QUICK), **changed)


def refused(web: PhotoWeb, url: str, **changed: Any) -> str:
    with pytest.raises(PhotoRefused) as refusal:
        photo_fetch(url, rules(web, **changed))
    assert not url or url not in str(refusal.value)
    return refusal.value.reason


def test_a_photo_of_a_listed_host_comes(web: PhotoWeb) -> None:
    url = web.serve("/1.jpg", host.content(PICTURE))
    assert photo_fetch(f"{url}?token=rahasia#bagian", rules(web)) == PICTURE
    assert web.net.connections == [(PUBLIC, 443)]
    asked, headers = web.server.asked[0]
    assert asked == "/1.jpg?token=rahasia"
    assert headers["host"] == NAME
    assert headers["accept-encoding"] == "identity"
    assert not {"cookie", "authorization", "referer"} & set(headers)


# -- Addresses -------------------------------------------------------------------------

ADDRESSES = {
    "plain http": (f"http://{NAME}/1.jpg", "not_https"),
    "ftp": (f"ftp://{NAME}/1.jpg", "not_https"),
    "a file": ("file:///etc/passwd", "not_https"),
    "no scheme": (f"//{NAME}/1.jpg", "not_https"),
    "nothing": ("", "not_https"),
    "a host that is not listed": ("https://lain.example.org/1.jpg", "host_not_listed"),
    "a listed name in front": (f"https://{NAME}.jahat.example/1.jpg", "host_not_listed"),
    "a listed name behind": (f"https://jahat{NAME}/1.jpg", "host_not_listed"),
    "a name below a listed one": (f"https://x.{NAME}/1.jpg", "host_not_listed"),
    "a listed name as the user": (f"https://{NAME}@jahat.example/1.jpg", "credentials"),
    "credentials": (f"https://user:sandi@{NAME}/1.jpg", "credentials"),
    "another port": (f"https://{NAME}:8443/1.jpg", "odd_port"),
    "the port of http": (f"https://{NAME}:80/1.jpg", "odd_port"),
    "loopback": ("https://127.0.0.1/1.jpg", "host_not_listed"),
    "localhost": ("https://localhost/1.jpg", "host_not_listed"),
    "loopback in IPv6": ("https://[::1]/1.jpg", "host_not_listed"),
    "loopback mapped": ("https://[::ffff:127.0.0.1]/1.jpg", "host_not_listed"),
    "link-local": ("https://169.254.169.254/latest/meta-data/", "host_not_listed"),
    "one decimal number": ("https://2130706433/1.jpg", "host_not_listed"),
    "octal": ("https://0177.0.0.1/1.jpg", "not_an_address"),
    "hexadecimal": ("https://0x7f.1/1.jpg", "host_not_listed"),
    "no host": ("https:///1.jpg", "host_not_listed"),
    "a broken bracket": ("https://[::1/1.jpg", "not_an_address"),
    "a line break": (f"https://{NAME}\r\nHost: x/1.jpg", "not_an_address"),
    "a large port": (f"https://{NAME}:99999/1.jpg", "odd_port"),
}


@pytest.mark.parametrize(("url", "reason"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_is_refused_before_anything_is_asked(web: PhotoWeb, url: str, reason: str) -> None:
    assert refused(web, url) == reason
    assert web.net.connections == []
    assert web.net.resolved == []


def test_without_a_list_nothing_is_fetched_and_that_is_said(web: PhotoWeb) -> None:
    url = web.serve("/1.jpg", host.content(PICTURE))
    assert refused(web, url, hosts=()) == "photos_off"
    assert web.net.resolved == []


@pytest.mark.parametrize("spelled", [NAME.upper(), f"{NAME}.", f"{NAME}:443"])
def test_a_listed_host_may_be_spelled_in_other_ways(web: PhotoWeb, spelled: str) -> None:
    web.serve("/1.jpg", host.content(PICTURE))
    assert photo_fetch(f"https://{spelled}/1.jpg", rules(web)) == PICTURE


INNER = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.1.1",
    "169.254.169.254",
    "192.0.0.8",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.1.2.3",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "fe80::1",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2001:0:102:304::1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", INNER)
def test_a_listed_name_that_leads_inside_is_refused_and_not_connected_to(web: PhotoWeb, address: str) -> None:
    web.net.names[NAME] = [address]
    assert refused(web, web.serve("/1.jpg", host.content(PICTURE))) == "address_not_public"
    assert web.net.connections == []


def test_one_inner_address_among_public_ones_is_enough_to_refuse(web: PhotoWeb) -> None:
    web.net.names[NAME] = [PUBLIC, "10.0.0.5"]
    assert refused(web, web.serve("/1.jpg", host.content(PICTURE))) == "address_not_public"
    assert web.net.connections == []


def test_a_name_that_re_binds_changes_nothing(web: PhotoWeb) -> None:
    """Asked once: public; asked again, as a careless client does when it connects: inside."""
    answers = itertools.chain([[PUBLIC]], itertools.repeat(["127.0.0.1"]))
    web.net.names[NAME] = lambda: next(answers)
    assert photo_fetch(web.serve("/1.jpg", host.content(PICTURE)), rules(web)) == PICTURE
    assert web.net.connections == [(PUBLIC, 443)]
    assert web.net.resolved == [NAME]


def test_a_name_that_re_binds_between_two_redirects_is_refused(web: PhotoWeb) -> None:
    answers = itertools.chain([[PUBLIC]], itertools.repeat(["169.254.169.254"]))
    web.net.names[NAME] = lambda: next(answers)
    url = web.serve("/1.jpg", host.leads_to(f"https://{NAME}/2.jpg"))
    web.serve("/2.jpg", host.content(PICTURE))
    # Its connection may be used again, which is the public one; a new one is judged anew.
    try:
        assert photo_fetch(url, rules(web)) == PICTURE
    except PhotoRefused as error:
        assert error.reason == "address_not_public"
    assert web.net.private == []


def test_a_certificate_for_another_name_is_not_trusted(web: PhotoWeb) -> None:
    web.net.names["lain.contoh.id"] = [PUBLIC]
    with pytest.raises(PhotoUnavailable, match="certificate"):
        photo_fetch("https://lain.contoh.id/1.jpg", rules(web, hosts=read_hosts(["*.contoh.id"])))


def test_an_unknown_authority_is_not_trusted(web: PhotoWeb) -> None:
    url = web.serve("/1.jpg", host.content(PICTURE))
    with pytest.raises(PhotoUnavailable, match="certificate"):
        photo_fetch(url, FetchRules("qlue", HOSTS, limits=QUICK))


# -- Redirects -------------------------------------------------------------------------

REDIRECTS = {
    "to loopback": ("https://127.0.0.1/x", "host_not_listed"),
    "to loopback over http": ("http://127.0.0.1:8000/admin/", "not_https"),
    "to link-local": ("http://169.254.169.254/latest/meta-data/", "not_https"),
    "to link-local over https": ("https://169.254.169.254/latest/meta-data/", "host_not_listed"),
    "to a mapped address": ("https://[::ffff:169.254.169.254]/", "host_not_listed"),
    "to a decimal address": ("https://2852039166/", "host_not_listed"),
    "to an octal address": ("https://0251.0376.0251.0376/", "not_an_address"),
    "to a host that is not listed": ("https://jahat.example/1.jpg", "host_not_listed"),
    "to http of the same host": (f"http://{NAME}/1.jpg", "not_https"),
    "to another port": (f"https://{NAME}:8443/1.jpg", "odd_port"),
    "to credentials": (f"https://a:b@{NAME}/1.jpg", "credentials"),
    "to a file": ("file:///etc/passwd", "not_https"),
    "without a scheme": ("//127.0.0.1/1.jpg", "host_not_listed"),
    "to nonsense": ("https://[broken", "host_not_listed"),
}


@pytest.mark.parametrize(("target", "reason"), REDIRECTS.values(), ids=REDIRECTS)
def test_a_redirect_is_judged_as_a_new_address(web: PhotoWeb, target: str, reason: str) -> None:
    assert refused(web, web.serve("/1.jpg", host.leads_to(target))) == reason
    assert web.net.connections == [(PUBLIC, 443)]


def test_a_redirect_to_a_listed_name_that_leads_inside_is_refused(web: PhotoWeb) -> None:
    web.net.names[OTHER] = ["192.168.0.10"]
    assert refused(web, web.serve("/1.jpg", host.leads_to(f"https://{OTHER}/1.jpg"))) == "address_not_public"
    assert web.net.private == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_listed_host_is_followed_without_cookies(web: PhotoWeb, code: int) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(code)
        handler.send_header("Location", f"https://{OTHER}/2.jpg")
        handler.send_header("Set-Cookie", "pelacak=1; Domain=contoh.id")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    web.serve("/2.jpg", host.content(PICTURE))
    assert photo_fetch(web.serve("/1.jpg", answer), rules(web)) == PICTURE
    assert web.net.connections == [(PUBLIC, 443), (PUBLIC_2, 443)]
    assert all("cookie" not in headers for _, headers in web.server.asked)


def test_a_relative_redirect_stays_on_the_host(web: PhotoWeb) -> None:
    web.serve("/b/2.jpg", host.content(PICTURE))
    assert photo_fetch(web.serve("/a/1.jpg", host.leads_to("../b/2.jpg")), rules(web)) == PICTURE


def test_redirects_in_a_circle_end(web: PhotoWeb) -> None:
    url = web.serve("/1.jpg", host.leads_to("/1.jpg"))
    assert refused(web, url) == "redirects"
    assert len(web.server.asked) == fetch.REDIRECTS_MAX + 1


# -- How much, and how long ------------------------------------------------------------


def test_the_limits_are_ten_megabytes_and_fifteen_seconds() -> None:
    assert (fetch.LIMITS.max_bytes, fetch.LIMITS.wall_s) == (10_000_000, 15.0)


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
def test_a_stream_of_ten_gigabytes_is_cut_off_at_ten_megabytes(web: PhotoWeb, told: bool) -> None:
    before_mb = rss_mb()
    url = web.serve("/1.jpg", host.stream(10_000_000_000, told=told))
    assert refused(web, url, limits=dataclasses.replace(QUICK, wall_s=15.0)) == "too_large"
    assert web.server.sent < 30_000_000, "what stood in the sockets' buffers, and no more"
    assert rss_mb() - before_mb < 100


SLOW = {
    "one byte a second": host.stream(1000, block=b"\xff", every_s=1.0),
    "a byte now and then": host.stream(1_000_000, block=b"\xff", every_s=0.2),
    "headers by the byte": host.drips_headers(),
    "silence": host.silent(),
    "a body that stops": host.stream(1_000_000, told=True, block=b"x" * 50_000, every_s=5.0),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_slow_host_is_given_up_in_time(web: PhotoWeb, answer: host.Answer) -> None:
    began = time.monotonic()
    with pytest.raises(PhotoUnavailable):
        photo_fetch(web.serve("/1.jpg", answer), rules(web))
    assert time.monotonic() - began < QUICK.wall_s + 1.5


def test_the_time_is_for_all_redirects_together(web: PhotoWeb) -> None:
    def late(handler: Any) -> None:
        time.sleep(0.8)
        host.leads_to("/1.jpg")(handler)

    began = time.monotonic()
    with pytest.raises((PhotoUnavailable, PhotoRefused)):
        photo_fetch(web.serve("/1.jpg", late), rules(web, limits=dataclasses.replace(QUICK, wall_s=1.5)))
    assert time.monotonic() - began < 3.0


def test_a_name_server_that_does_not_answer_costs_no_more_than_the_time_to_connect(web: PhotoWeb) -> None:
    def hangs() -> list[str]:
        time.sleep(4)
        return [PUBLIC]

    web.net.names[NAME] = hangs
    began = time.monotonic()
    with pytest.raises(PhotoUnavailable):
        photo_fetch(f"https://{NAME}/1.jpg", rules(web))
    assert time.monotonic() - began < 2.5


def test_a_host_that_is_down_or_unknown_may_be_tried_again(web: PhotoWeb) -> None:
    web.net.refuse = True
    with pytest.raises(PhotoUnavailable) as down:
        photo_fetch(f"https://{NAME}/1.jpg", rules(web))
    del web.net.names[OTHER]
    with pytest.raises(PhotoUnavailable) as unknown:
        photo_fetch(f"https://{OTHER}/1.jpg", rules(web))
    assert down.value.retryable
    assert unknown.value.retryable


@pytest.mark.parametrize(("code", "kind"), [(404, PhotoGone), (410, PhotoGone), (403, PhotoGone), (401, PhotoGone)])
def test_a_photo_that_is_gone_is_not_asked_for_again(web: PhotoWeb, code: int, kind: type[Exception]) -> None:
    with pytest.raises(kind) as gone:
        photo_fetch(web.serve("/1.jpg", host.status(code)), rules(web))
    assert not gone.value.retryable  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", [500, 502, 503, 429, 408, 204, 206, 304])
def test_other_trouble_of_the_host_may_pass(web: PhotoWeb, code: int) -> None:
    with pytest.raises(PhotoUnavailable):
        photo_fetch(web.serve("/1.jpg", host.status(code)), rules(web))


def test_the_connection_that_breaks_half_way_gives_no_half_of_a_photo(web: PhotoWeb) -> None:
    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.put(b"x" * 50_000)
        handler.close_connection = True

    with pytest.raises(PhotoUnavailable):
        photo_fetch(web.serve("/1.jpg", half), rules(web))


def test_what_is_compressed_is_not_inflated(web: PhotoWeb) -> None:
    """A bomb that a host sends against our asking stays what it is: a few bytes, and no photo."""
    packed = b"\x1f\x8b" + b"\x00" * 1000
    url = web.serve("/1.jpg", host.content(packed, **{"Content-Encoding": "gzip"}))
    assert photo_fetch(url, rules(web)) == packed


def test_no_log_tells_an_address(web: PhotoWeb, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    photo_fetch(web.serve("/1.jpg", host.content(PICTURE)) + "?token=rahasia", rules(web))
    assert "rahasia" not in caplog.text
