"""What goes over an RTSP connection, taken apart, signed and passed on."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cameras.footage.capture_pieces import ArrivalClock, Shot
from cameras.footage.capture_stream import parameters_of
from cameras.footage.capture_times import Jumped, Timeline
from cameras.footage.rtsp_auth import Authorizer
from cameras.footage.rtsp_relay import Relay
from cameras.footage.rtsp_target import Patience, RelayFailed, Target
from cameras.footage.rtsp_track import Track
from cameras.footage.rtsp_wire import Frame, NotRtsp, Said, Splitter, TooLarge, only_video

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\nv=0\r\n"
FRAME = b"$\x00\x00\x03abc"


def parts(data: bytes, cuts: list[int]) -> list[Said | Frame]:
    splitter, out, at = Splitter(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        out += list(splitter.feed(data[at:cut]))
        at = cut
    return out


def test_answers_and_frames_come_whole_however_they_are_cut() -> None:
    data = ANSWER + FRAME + b"\r\n" + b"ANNOUNCE rtsp://a/b RTSP/1.0\nCSeq: 1\n\n" + FRAME
    chance = random.Random(7)
    for _ in range(200):
        found = parts(data, [chance.randrange(len(data)) for _ in range(chance.randint(0, 9))])
        kinds = [item.first if isinstance(item, Said) else bytes(item.payload) for item in found]
        assert kinds == ["RTSP/1.0 200 OK", b"abc", "ANNOUNCE rtsp://a/b RTSP/1.0", b"abc"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x00\x01RTP", NotRtsp),
        (b"HTTP/1.1 200 OK\r\n\r\n", NotRtsp),
        (b"RTSP/1.0 hello\r\n\r\n", NotRtsp),
        (b"RTSP/1.0 200 OK\r\nContent-Length: many\r\n\r\n", NotRtsp),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n", TooLarge),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", TooLarge),
        (b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 20_000, TooLarge),
    ],
)
def test_what_is_no_rtsp_is_refused_at_once(data: bytes, error: type[NotRtsp]) -> None:
    with pytest.raises(error):
        list(Splitter().feed(data))


def test_random_bytes_never_end_in_anything_but_a_refusal() -> None:
    chance = random.Random(11)
    for _ in range(500):
        data = bytearray(ANSWER + FRAME + ANSWER)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(NotRtsp):
            for item in Splitter().feed(bytes(data)):
                assert item.encoded() if isinstance(item, Said) else item.raw


def test_a_message_is_written_as_it_was_read_with_a_true_length() -> None:
    (said,) = Splitter().feed(ANSWER)
    assert isinstance(said, Said)
    said.body = b"longer body"
    said.put("CSeq", "9")
    (again,) = Splitter().feed(said.encoded())
    assert isinstance(again, Said)
    assert (again.body, again.get("cseq"), again.get("content-length")) == (b"longer body", "9", "11")


def test_of_a_description_only_the_first_video_track_is_left() -> None:
    sdp = (
        "v=0\r\nc=IN IP4 203.0.113.7\r\na=control:*\r\nm=audio 0 RTP/AVP 8\r\na=control:a\r\n"
        "m=video 0 RTP/AVP 96\r\nc=IN IP4 203.0.113.7\r\na=control:v\r\n"
        "m=application 0 RTP/AVP 107\r\na=control:meta\r\nm=video 0 RTP/AVP 97\r\n"
    )
    assert only_video(sdp) == "v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=control:v\r\n"
    assert only_video("v=0\r\nm=audio 0 RTP/AVP 8\r\n") is None


# -- Signing in ---------------------------------------------------------------------------------


def answered(challenge: str, method: str = "GET", uri: str = "/dir/index.html") -> str:
    auth = Authorizer("Mufasa", "Circle Of Life")
    assert auth.learn([challenge])
    told = auth.header(method, uri)
    assert told is not None
    return told


def test_digest_without_qop_is_the_one_of_rfc_2617() -> None:
    told = answered('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"')
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in told
    assert 'opaque="5ccc"' in told
    assert "qop" not in told


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_with_qop_is_the_one_of_rfc_7616(monkeypatch: pytest.MonkeyPatch, algorithm: str, response: str) -> None:
    nonce, own = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("cameras.footage.rtsp_auth.os.urandom", lambda _: type("Own", (), {"hex": lambda _: own})())
    auth = Authorizer("Mufasa", "Circle of Life")
    assert auth.learn(
        [f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="{nonce}"']
    )
    assert f'response="{response}"' in (auth.header("GET", "/dir/index.html") or "")


def test_digest_is_taken_before_basic_and_an_unknown_algorithm_is_no_reason_for_basic() -> None:
    auth = Authorizer("a", "b")
    assert auth.learn(['Basic realm="r"', 'Digest realm="r", nonce="n"'])
    assert (auth.header("PLAY", "rtsp://a/") or "").startswith("Digest ")
    other = Authorizer("a", "b")
    assert not other.learn(['Basic realm="r"', 'Digest realm="r", nonce="n", algorithm=SHA-512-256'])
    assert other.header("PLAY", "rtsp://a/") is None
    assert not Authorizer("", "").learn(['Basic realm="r"'])


# -- The relay, against a server that says what the test says -------------------------------------


@contextlib.contextmanager
def scripted(answer: Callable[[Said, int], bytes | None]) -> Iterator[tuple[int, list[Said]]]:
    """A port whose server answers each request with what ``answer`` gives; None hangs up."""
    heard: list[Said] = []

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client, _ = listener.accept()
            splitter = Splitter()
            with client:
                while data := client.recv(65536):
                    for said in splitter.feed(data):
                        assert isinstance(said, Said)
                        heard.append(said)
                        reply = answer(said, len(heard))
                        if reply is None:
                            return
                        client.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
    thread.join(5)


def through(port: int, request: bytes, **extra: Any) -> tuple[bytes, Relay]:
    """What comes back for one request, written as libav would."""
    target = Target("rtsp://camera.example:554/live?x=1", "127.0.0.1", port, "op", "pw", **extra)
    with Relay(target, Patience(2.0, 2.0)) as relay:
        libav = socket.create_connection(("127.0.0.1", int(relay.url.rpartition(":")[2].partition("/")[0])))
        with libav:
            libav.settimeout(5)
            libav.sendall(request.replace(b"URL", relay.url.encode()))
            got = b""
            with contextlib.suppress(OSError):
                got = libav.recv(65536)
    return got, relay


def ok(said: Said, *headers: tuple[str, str]) -> bytes:
    return Said("RTSP/1.0 200 OK", [("CSeq", said.get("cseq")), *headers]).encoded()


def test_the_camera_reads_its_own_address_and_libav_reads_no_credential() -> None:
    def answer(said: Said, number: int) -> bytes:
        if number == 1:
            return Said(
                "RTSP/1.0 401 Unauthorized",
                [("CSeq", said.get("cseq")), ("WWW-Authenticate", 'Digest realm="r", nonce="n", stale=FALSE')],
            ).encoded()
        return ok(said, ("Public", "PLAY"))

    with scripted(answer) as (port, heard):
        got, relay = through(port, b"OPTIONS URL/track RTSP/1.0\r\nCSeq: 41\r\n\r\n")
    assert [said.uri for said in heard] == ["rtsp://camera.example:554/live?x=1/track"] * 2
    assert heard[0].get("authorization") == ""
    assert 'uri="rtsp://camera.example:554/live?x=1/track"' in heard[1].get("authorization")
    assert heard[1].get("cseq") != heard[0].get("cseq")
    assert b"CSeq: 41" in got
    assert b"401" not in got
    assert b"Authenticate" not in got
    assert relay.trouble is None


@pytest.mark.parametrize(("stale", "tries"), [("false", 2), ("true", 3)])
def test_a_refused_password_is_not_tried_again_unless_the_challenge_was_too_old(stale: str, tries: int) -> None:
    def answer(said: Said, number: int) -> bytes:
        challenge = f'Digest realm="r", nonce="n{number}", stale={stale}'
        return Said(
            "RTSP/1.0 401 Unauthorized", [("CSeq", said.get("cseq")), ("WWW-Authenticate", challenge)]
        ).encoded()

    with scripted(answer) as (port, heard):
        _, relay = through(port, b"DESCRIBE URL RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert len(heard) == tries
    assert relay.trouble is not None
    assert (relay.trouble.code, relay.trouble.status) == ("source_denied", 401)


def test_a_redirect_is_never_passed_on() -> None:
    def answer(said: Said, _: int) -> bytes:
        return Said("RTSP/1.0 302 Moved", [("CSeq", said.get("cseq")), ("Location", "rtsp://203.0.113.7/")]).encoded()

    with scripted(answer) as (port, _):
        got, relay = through(port, b"DESCRIBE URL RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert got == b""
    assert relay.trouble is not None
    assert (relay.trouble.code, relay.trouble.what) == ("source_forbidden", "redirect")


def test_no_transport_but_the_interleaved_one_is_asked_for() -> None:
    with scripted(lambda said, _: ok(said)) as (port, heard):
        _, relay = through(
            port, b"SETUP URL RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;unicast;client_port=5000-5001\r\n\r\n"
        )
    assert heard == []
    assert relay.trouble is not None
    assert relay.trouble.code == "source_forbidden"


def test_nobody_else_on_this_machine_can_use_the_relay() -> None:
    with scripted(lambda said, _: ok(said)) as (port, heard):
        _, relay = through(port, b"OPTIONS rtsp://127.0.0.1/guess RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert heard == []
    assert relay.trouble is not None


def test_options_that_are_refused_do_no_harm() -> None:
    with scripted(lambda said, _: Said("RTSP/1.0 501 No", [("CSeq", said.get("cseq"))]).encoded()) as (port, _):
        got, relay = through(port, b"OPTIONS URL RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert got.startswith(b"RTSP/1.0 200 OK")
    assert relay.trouble is None


def test_a_server_that_hangs_up_is_told_from_one_that_is_silent() -> None:
    with scripted(lambda *_: None) as (port, _):
        _, relay = through(port, b"DESCRIBE URL RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert relay.trouble is not None
    assert relay.trouble.code == "source_unreachable"
    with scripted(lambda *_: b"") as (port, _):
        _, relay = through(port, b"DESCRIBE URL RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert relay.trouble is not None
    assert (relay.trouble.code, relay.trouble.what) == ("footage_timed_out", "silence")


def test_a_relay_that_is_closed_leaves_no_thread_and_tells_no_trouble() -> None:
    before = threading.active_count()
    with scripted(lambda said, _: ok(said)) as (port, _):
        for _ in range(3):
            with contextlib.suppress(RelayFailed):
                relay = Relay(Target("rtsp://c/", "127.0.0.1", port), Patience())
                relay.close()
                relay.close()
                assert relay.trouble is None
    assert threading.active_count() <= before


def test_no_repr_of_a_target_shows_a_credential() -> None:
    assert "pw" not in repr(Target("rtsp://c/", "127.0.0.1", 554, "op", "pw"))


# -- RTP and its times --------------------------------------------------------------------------


def rtp(number: int, at: int, *, ends: bool = True) -> memoryview:
    head = bytes([0x80, 96 | (0x80 if ends else 0)]) + number.to_bytes(2, "big") + at.to_bytes(4, "big")
    return memoryview(head + bytes(4) + b"picture")


def test_a_picture_that_misses_a_packet_is_torn_and_its_neighbours_are_not() -> None:
    track = Track()
    for number, at, ends in [(65534, 0, False), (65535, 0, True), (0, 1, False), (2, 1, True), (3, 2, True)]:
        track.rtp_came(rtp(number, at, ends=ends), 0.0)
    assert track.torn == {1}
    assert track.lost == 1
    track.rtp_came(rtp(6, 4), 0.0)
    assert track.torn == {1, 4}
    assert track.lost == 3


def test_a_picture_whose_end_is_missing_is_torn_too() -> None:
    track = Track()
    track.rtp_came(rtp(1, 10, ends=False), 0.0)
    track.rtp_came(rtp(3, 20), 0.0)
    assert track.torn == {10, 20}
    assert track.is_whole


def test_arrivals_do_not_grow_without_end() -> None:
    track = Track()
    for number in range(20_000):
        track.rtp_came(rtp(number & 0xFFFF, number * 3000), float(number))
    assert len(track.arrivals) <= 4096
    assert track.take(19_999 * 3000) == 19_999.0
    assert track.take(0) is None


def test_a_sender_report_is_read_and_a_torn_one_is_passed_over() -> None:
    track = Track()
    ntp = (2_208_988_800 + 1_793_577_600).to_bytes(4, "big") + (1 << 31).to_bytes(4, "big")
    report = bytes([0x80, 200, 0, 6]) + bytes(4) + ntp + (90_000).to_bytes(4, "big") + bytes(8)
    assert not track.rtcp_came(memoryview(report), 5.0)
    assert not track.rtcp_came(memoryview(report[:20]), 6.0)
    assert [(one.ntp_s, one.rtp, one.arrived_s) for one in track.reports] == [(1_793_577_600.5, 90_000, 5.0)]
    assert track.rtcp_came(memoryview(report + bytes([0x81, 203, 0, 1]) + bytes(4)), 7.0)


def shot(at: int, *, key: bool = False) -> Shot:
    return Shot(None, 0.0, at % (1 << 32), 0.0, key)  # type: ignore[arg-type]


def placed(rtps: list[int]) -> list[float]:
    timeline = Timeline(1 / 90_000)
    return [round(one.t_s, 3) for at in rtps for one in timeline.placed(shot(at))]


def test_times_go_on_over_the_end_of_32_bits() -> None:
    start = (1 << 32) - 90_000
    assert placed([start, start + 90_000, start + 180_000]) == [0.0, 1.0, 2.0]


def test_a_hole_of_the_recording_is_kept_and_a_stray_is_put_back() -> None:
    assert placed([0, 9_000, 9_000 + 900_000, 918_000 + 0, 927_000]) == [0.0, 0.1, 10.1, 10.2, 10.3]
    assert placed([0, 9_000, 9_000 + 648_000_000, 18_000]) == [0.0, 0.1, 0.101, 0.2]


def test_times_that_run_backwards_end_the_film() -> None:
    with pytest.raises(Jumped):
        placed([90_000_000, 90_009_000, 0, 9_000, 18_000])


def test_arrivals_date_a_piece_by_the_picture_that_came_fastest() -> None:
    clock = ArrivalClock()
    for number in range(100):
        late_s = 0.05 if number % 10 else 0.01
        clock.came(100.0 + number * 0.1 + late_s, number * 0.1)
    assert clock.zero_s == pytest.approx(100.01)
    assert not clock.drifted()


def test_a_burst_of_kept_pictures_at_the_start_is_no_drift() -> None:
    clock = ArrivalClock()
    for number in range(100):
        clock.came(max(104.0, 100.0 + number * 0.1), number * 0.1)
    assert clock.zero_s == pytest.approx(100.0)
    assert not clock.drifted()


@pytest.mark.parametrize("rate", [21 / 25, 30 / 25])
def test_a_clock_that_runs_at_another_rate_is_found_out(rate: float) -> None:
    clock = ArrivalClock()
    found_at = None
    for number in range(200):
        clock.came(100.0 + number * 0.1, number * 0.1 * rate)
        found_at = number * 0.1 if found_at is None and clock.drifted() else found_at
    assert found_at is not None
    assert found_at < 8.0


def test_parameter_sets_are_read_from_the_front_of_a_keyframe() -> None:
    sps, pps, idr = b"\x67\x01\x02\x03", b"\x68\x05", b"\x65" + bytes(range(1, 40))
    data = b"\x00\x00\x00\x01".join([b"", sps, pps, idr])
    assert parameters_of(data, "h264") == sps
    assert parameters_of(data[10:], "mjpeg") == b""
    assert parameters_of(b"\x00\x00\x01" + idr, "h264") == b""


def test_silence_is_measured_in_monotonic_time() -> None:
    began = time.monotonic()
    with scripted(lambda *_: b"") as (port, _):
        through(port, b"DESCRIBE URL RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert 1.5 <= time.monotonic() - began < 30
