"""Single pictures: what they cover, what is a picture and what is not, ONVIF, and the film made of them."""

from __future__ import annotations

import base64
import contextlib
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.footage import jpeg, multipart, onvif
from cameras.footage.context import Secrets
from cameras.footage.decode import SamplePlan, probe, read_frames
from cameras.footage.registry import source_for
from cameras.footage.snapshot import SnapshotSource
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageMissing,
    FootageSource,
    FootageUnreadable,
    PulledFootage,
    SourceBroken,
    SourceDenied,
    SourceForbidden,
    SourceMisconfigured,
)
from cameras.footage.still_camera import take_still
from cameras.footage.window import share_covered
from tests.cameras.clips import shot_at
from tests.cameras.device_server import Answer
from tests.cameras.faults import Fault, proxied
from tests.cameras.footage_contract import Recorded, window
from tests.cameras.network_contract import FAST, PASSWORD, USERNAME, Bad, NetworkFootageContract, context
from tests.cameras.onvif_server import ZERO, Clock, OnvifCamera, fault, jpeg_at, soap

LIVE = "it has no past: its pictures are of now, and there are no segments to speak of"
STILLS = "a still is a moment, no film; the tests below say what stills cover"


class TestSnapshotKeepsTheContract(NetworkFootageContract):
    """Time runs ten times as fast here: the window of the cases lasts three seconds."""

    not_here = {
        "test_it_pulls_a_window_inside_one_segment": LIVE,
        "test_it_joins_segments_on_one_time_line": LIVE,
        "test_it_tells_a_hole_and_keeps_later_times_right": LIVE,
        "test_it_tells_when_the_footage_ends_before_the_window": LIVE,
        "test_it_tells_when_the_footage_starts_after_the_window_does": LIVE,
        "test_nothing_recorded_is_missing_and_leaves_no_file": LIVE,
        "test_what_it_says_it_covers_is_what_it_gives": LIVE,
        "test_the_window_is_exact_to_within_one_keyframe_interval": STILLS,
        "test_it_stops_at_the_windows_end_although_the_source_goes_on": STILLS,
        "test_a_clock_that_is_off_moves_no_picture": "stills are dated by our own clock, not by the camera's",
        "test_however_it_is_coded_every_picture_keeps_its_time": STILLS,
        "test_a_broken_connection_is_taken_up_again": STILLS,
        "test_no_error_and_no_note_holds_a_credential": STILLS,
    }

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        stack = contextlib.ExitStack()
        self.on_end(stack.close)
        clock = Clock(speed=10.0)
        camera = OnvifCamera(clock, clock_off_s=bad.clock_off_s)
        if not segments:
            camera.still = Answer.missing
        stack.enter_context(camera.running())
        port = (
            camera.port if bad.fault is Fault.NONE else stack.enter_context(proxied(camera.port, bad.fault)).server_port
        )
        return source_for("snapshot", context({"url": f"http://127.0.0.1:{port}/snapshot.jpg"}, bad, now=clock))


# --- what stills cover ----------------------------------------------------------------------------------------------

SOON = window("07:00:02", "07:00:11")


def source(camera: OnvifCamera, path: str = "/snapshot.jpg", **settings: Any) -> SnapshotSource:
    extra = {name: settings.pop(name) for name in ("secrets", "limits", "now") if name in settings}
    return SnapshotSource.bind(context({"url": f"{camera.url}{path}", **settings}, **{"now": camera.true_now, **extra}))


def shots_of(pulled: PulledFootage) -> list[tuple[float, float]]:
    """For each picture of the film: its time on the time line, and the time it shows; seconds since 07:00."""
    begins_s = (pulled.media_start_at - ZERO).total_seconds()
    with read_frames(pulled.path, SamplePlan("rate", fps=1000.0)) as stream:
        return [(begins_s + frame.t_s, shot_at(frame.picture)) for frame in stream]


def test_every_still_stands_at_the_time_it_shows_and_covers_its_own_second(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock())
    with camera.running():
        pulled = source(camera, every_s=3).pull(SOON, tmp_path / "out.mp4")
    shots = shots_of(pulled)
    assert len(shots) == 3
    for at_s, shown_s in shots:
        assert abs(at_s - shown_s) < 0.5
    assert [round(part.seconds, 3) for part in pulled.covered] == [1.0, 1.0, 1.0]
    for part, (at_s, _) in zip(pulled.covered, shots, strict=True):
        assert abs((part.start - ZERO).total_seconds() - at_s) < 0.01
    assert pulled.clock_offset_s == 0.0
    assert pulled.shortfall == ""


def test_stills_never_cover_enough_for_an_absence(tmp_path: Path) -> None:
    """Three seconds apart at least, whatever is set: under the 60 % that a "not there" needs, by far."""
    assert "every_s" in SnapshotSource.validate({"url": "http://10.0.0.1/x.jpg", "every_s": 1})
    camera = OnvifCamera(Clock(speed=10.0))
    asked = window("07:00:02", "07:01:02")
    with camera.running():
        pulled = source(camera, every_s=3).pull(asked, tmp_path / "out.mp4")
    assert len(pulled.covered) >= 8
    assert share_covered(pulled.covered, asked) < 0.4


def test_the_film_of_stills_is_one_that_browsers_play(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0))
    with camera.running():
        pulled = source(camera).pull(SOON, tmp_path / "out.mp4")
    info = probe(pulled.path)
    assert info.codec == "h264"
    assert info.frames == pulled.notes["stills"] == len(info.keyframe_times_s)
    assert info.first_pts_s == 0.0


def test_a_window_that_is_over_cannot_be_had(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock("07:10:00"))
    with camera.running():
        with pytest.raises(FootageMissing) as failure:
            source(camera).pull(SOON, tmp_path / "out.mp4")
        assert source(camera).coverage(SOON) == []
    assert not failure.value.retryable
    assert failure.value.data["reason"] == "live_only"
    assert camera.log == []


def test_of_a_window_that_runs_it_covers_what_is_left(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock("07:00:30", speed=10.0))
    asked = window("07:00:00", "07:00:45")
    with camera.running():
        one = source(camera)
        assert one.coverage(asked)[0].start >= ZERO + timedelta(seconds=30)
        pulled = one.pull(asked, tmp_path / "out.mp4")
    assert pulled.covered[0].start >= ZERO + timedelta(seconds=30)


def test_it_waits_for_a_window_that_begins_soon_but_not_for_ever(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock("07:00:00", speed=20.0))
    with camera.running():
        pulled = source(camera).pull(window("07:00:20", "07:00:30"), tmp_path / "out.mp4")
        assert pulled.covered[0].start >= ZERO + timedelta(seconds=20)
    camera = OnvifCamera(Clock("06:00:00"))
    limits = type(FAST)(wall_s=0.5)
    short = window("07:00:00", "07:00:01")
    with camera.running(), pytest.raises(FootageMissing) as failure:
        source(camera, limits=limits).pull(short, tmp_path / "other.mp4")
    assert failure.value.retryable
    assert list(tmp_path.glob("other*")) == []


def test_the_same_picture_again_and_again_is_a_frozen_feed(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0))
    same = Answer.of(jpeg_at(1.0), "image/jpeg")
    camera.still = lambda: same
    with camera.running():
        pulled = source(camera, every_s=3).pull(window("07:00:02", "07:00:20"), tmp_path / "out.mp4")
    assert pulled.notes["frozen"] is True
    assert pulled.notes["repeated"] >= 2
    assert [part.seconds for part in pulled.covered] == [1.0]


def test_one_bad_picture_among_good_ones_is_left_out(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0))
    camera.still = alternating(camera, Answer.of(b"", "image/jpeg"))
    with camera.running():
        pulled = source(camera, every_s=3).pull(window("07:00:02", "07:00:32"), tmp_path / "out.mp4")
    assert pulled.notes["failed"] >= 2
    assert pulled.notes["stills"] >= 2
    assert pulled.shortfall == ""


def alternating(camera: OnvifCamera, other: Answer) -> Any:
    turns = {"count": 0}

    def still() -> Answer:
        turns["count"] += 1
        return camera.picture() if turns["count"] % 2 else other

    return still


def test_a_picture_that_only_looks_whole_is_left_out_of_the_film(tmp_path: Path) -> None:
    """It begins and ends like a JPEG and is noise in between: only decoding it shows that."""
    camera = OnvifCamera(Clock(speed=10.0))
    good = jpeg_at(1.0)
    hollow = good[:200] + b"\xff\xd9"
    camera.still = alternating(camera, Answer.of(hollow, "image/jpeg"))
    with camera.running():
        pulled = source(camera, every_s=3).pull(window("07:00:02", "07:00:32"), tmp_path / "out.mp4")
    assert pulled.notes["frames"] == len(pulled.covered) == len(shots_of(pulled))


def test_a_camera_that_dies_in_the_window_leaves_what_was_taken(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0))
    turns = iter([camera.picture, camera.picture])
    camera.still = lambda: next(turns, lambda: Answer.of("busy", status=503))()
    with camera.running():
        pulled = source(camera, every_s=3).pull(window("07:00:02", "07:00:52"), tmp_path / "out.mp4")
    assert len(pulled.covered) == 2
    assert pulled.shortfall == "source_error"


def test_pictures_may_change_their_size(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0))
    sizes = iter([(640, 480), (1280, 720), (320, 240), (641, 481)])
    camera.still = lambda: Answer.of(jpeg_at((camera.true_now() - ZERO).total_seconds(), next(sizes)), "image/jpeg")
    with camera.running():
        pulled = source(camera, every_s=3).pull(window("07:00:02", "07:00:12"), tmp_path / "out.mp4")
    info = probe(pulled.path)
    assert (info.width, info.height) == (640, 480)
    assert all(abs(at_s - shown_s) < 2.0 for at_s, shown_s in shots_of(pulled))


def test_no_credential_is_told_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    camera = OnvifCamera(Clock(speed=10.0), auth="digest", username=USERNAME, password=PASSWORD)
    token = "jangan-dilihat-77"
    with camera.running():
        one = source(camera, secrets=Secrets({"username": USERNAME, "password": PASSWORD, "token": token}))
        pulled = one.pull(SOON, tmp_path / "out.mp4")
        camera.password = "changed"
        with pytest.raises(SourceDenied) as failure:
            one.glance(tmp_path)
    assert camera.log[0].one("token") == token
    told = f"{pulled} {one!r} {failure.value!r} {failure.value.data} {caplog.text}"
    assert PASSWORD not in told
    assert token not in told


# --- what a picture is ------------------------------------------------------------------------------------------------

GOOD = jpeg_at(3.0)


def sized(width: int, height: int) -> bytes:
    """``GOOD`` with another size in its header."""
    at = next(at for at in range(len(GOOD)) if GOOD[at] == 0xFF and GOOD[at + 1] in (0xC0, 0xC2))
    return GOOD[: at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + GOOD[at + 9 :]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html>Please log in</html>", "not_a_picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_picture"),
        (GOOD[: len(GOOD) // 2], "truncated"),
        (GOOD[:-2], "truncated"),
        (sized(60_000, 60_000), "too_large"),
        (sized(0, 100), "not_a_picture"),
        (b"\xff\xd8\xff\xd9", "not_a_picture"),
        (b"\xff\xd8" + b"\xff" * 5000 + b"\xff\xd9", "not_a_picture"),
        (b"\xff\xd8\xff\xe0\x00\x00\xff\xd9", "not_a_picture"),
    ],
    ids=["empty", "html", "png", "half", "no end", "bomb", "no width", "nothing", "fill", "zero length"],
)
def test_what_is_no_whole_jpeg_is_refused_from_its_bytes(content: bytes, reason: str) -> None:
    with pytest.raises(FootageUnreadable) as failure:
        jpeg.size_of(content)
    assert failure.value.data["reason"] == reason


def test_a_whole_jpeg_tells_its_size_also_with_padding_behind() -> None:
    assert jpeg.size_of(GOOD) == (640, 480)
    assert jpeg.size_of(GOOD + bytes(1000)) == (640, 480)


def test_any_bytes_at_all_are_a_size_or_an_error() -> None:
    dice = random.Random(5)
    for _ in range(3000):
        content = bytearray(GOOD[:600] + GOOD[-100:])
        for _ in range(dice.randrange(1, 20)):
            content[dice.randrange(2, len(content))] = dice.randrange(256)
        with contextlib.suppress(FootageUnreadable):
            jpeg.size_of(bytes(content))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer.of("<html>", "text/html"), FootageUnreadable),
        (Answer.of(GOOD[:1000], "image/jpeg"), FootageUnreadable),
        (Answer.of(b"", "image/jpeg"), FootageUnreadable),
        (Answer.of(sized(60_000, 60_000), "image/jpeg"), FootageUnreadable),
        (Answer.missing(), ChannelMissing),
        (Answer.of("x", status=500), SourceBroken),
        (Answer.of(GOOD, "video/mp4"), FootageUnreadable),
    ],
    ids=["html", "half", "empty", "bomb", "404", "500", "film"],
)
def test_a_glance_at_no_picture_is_an_error_and_leaves_no_file(
    tmp_path: Path, answer: Answer, kind: type[FootageError]
) -> None:
    camera = OnvifCamera(Clock())
    camera.still = lambda: answer
    with camera.running(), pytest.raises(kind):
        source(camera).glance(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_pixels_enough_to_fill_a_machine_are_never_decoded(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0))
    camera.still = lambda: Answer.of(sized(60_000, 60_000), "image/jpeg")
    began = time.monotonic()
    with camera.running(), pytest.raises(FootageUnreadable) as failure:
        source(camera, every_s=3).pull(window("07:00:02", "07:00:30"), tmp_path / "out.mp4")
    assert failure.value.data["reason"] == "too_large"
    assert time.monotonic() - began < 30


def part(content: bytes, *, length: bool = True) -> bytes:
    told = f"Content-Length: {len(content)}\r\n" if length else ""
    return f"--frame\r\nContent-Type: image/jpeg\r\n{told}\r\n".encode() + content + b"\r\n"


@pytest.mark.parametrize("length", [True, False])
def test_of_an_endless_stream_of_pictures_the_first_is_taken(tmp_path: Path, length: bool) -> None:
    camera = OnvifCamera(Clock())
    stream = part(jpeg_at(3.0), length=length) + part(jpeg_at(4.0), length=length) * 40
    camera.still = lambda: Answer(200, stream, "multipart/x-mixed-replace; boundary=frame", chunked=True)
    with camera.running():
        seen = source(camera).glance(tmp_path)
    with read_frames(seen.path, SamplePlan("keyframes")) as frames:
        assert [shot_at(frame.picture) for frame in frames] == [3.0]


@pytest.mark.parametrize(
    ("blocks", "boundary"),
    [
        ([part(b"\xff\xd8abc\xff\xd9") + part(b"x")], "frame"),
        ([part(b"\xff\xd8abc\xff\xd9", length=False), part(b"x")], '"--frame"'),
        ([bytes([byte]) for byte in part(b"\xff\xd8abc\xff\xd9") + part(b"x")], "--frame"),
        ([b"--other\r\n\r\n\xff\xd8abc\xff\xd9"], "frame"),
    ],
    ids=["length", "boundary in quotes", "byte by byte", "the stream ends"],
)
def test_the_first_part_of_a_stream_is_found(blocks: list[bytes], boundary: str) -> None:
    assert multipart.first_part(blocks, boundary, 10_000) == b"\xff\xd8abc\xff\xd9"


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([], "not_a_picture"),
        ([b"--frame\r\nContent-Type: text/plain\r\n\r\nno"], "not_a_picture"),
        ([b"x" * 10_000], "not_a_picture"),
        ([b"--frame\r\nContent-Length: 999999999\r\n\r\n", *[b"\xff\xd8" * 50_000] * 3], "too_large"),
    ],
)
def test_a_stream_without_a_picture_is_refused(blocks: list[bytes], reason: str) -> None:
    with pytest.raises(FootageUnreadable) as failure:
        multipart.first_part(blocks, "frame", 100_000)
    assert failure.value.data["reason"] == reason


def test_take_still_gives_whoever_needs_one_a_dated_picture(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock())
    with camera.running():
        still = take_still(source(camera).context, tmp_path / "a.jpg")
        shown_s = (still.at - ZERO).total_seconds()
    assert jpeg.size_of(still.path.read_bytes()) == (640, 480)
    with read_frames(still.path, SamplePlan("keyframes")) as frames:
        assert abs(shot_at(next(iter(frames)).picture) - shown_s) < 0.5


# --- ONVIF ------------------------------------------------------------------------------------------------------------


def onvif_source(camera: OnvifCamera, **settings: Any) -> SnapshotSource:
    return source(camera, "/onvif/device_service", onvif=True, **settings)


@pytest.mark.parametrize("lists", ["capabilities", "services", "nothing"])
@pytest.mark.parametrize("off_s", [0.0, 420.0, -7 * 3600.0])
def test_the_camera_names_its_still_and_its_clock(tmp_path: Path, lists: str, off_s: float) -> None:
    """Its password is checked by its own clock, seven hours off or not."""
    camera = OnvifCamera(
        Clock(), soap_auth="wsse", auth="digest", username=USERNAME, password=PASSWORD, clock_off_s=off_s
    )
    camera.lists = lists
    with camera.running():
        seen = onvif_source(camera).glance(tmp_path)
    assert seen.clock_offset_s == pytest.approx(off_s, abs=2.0)
    assert camera.actions[0] == "GetSystemDateAndTime"
    assert camera.log[-1].one("profile") == "Profile_1"
    assert all(PASSWORD.encode() not in asked.body for asked in camera.log)


def test_a_pull_by_onvif_dates_by_our_clock_and_notes_the_cameras(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(speed=10.0), clock_off_s=420.0)
    with camera.running():
        pulled = onvif_source(camera, every_s=3, profile="Profile_2").pull(SOON, tmp_path / "out.mp4")
    assert pulled.clock_offset_s == 0.0
    assert pulled.notes["clock"]["device_s"] == pytest.approx(420.0, abs=6.0)
    assert camera.log[-1].one("profile") == "Profile_2"
    assert camera.actions.count("GetSnapshotUri") == 1


def test_http_digest_for_soap_works_as_well(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock(), soap_auth="http", auth="digest", username=USERNAME, password=PASSWORD)
    with camera.running():
        onvif_source(camera).glance(tmp_path)


@pytest.mark.parametrize("soap_auth", ["wsse", "http"])
def test_a_wrong_password_is_denied(tmp_path: Path, soap_auth: str) -> None:
    camera = OnvifCamera(Clock(), soap_auth=soap_auth, auth="digest", username=USERNAME, password="another")
    with camera.running(), pytest.raises(SourceDenied):
        onvif_source(camera).glance(tmp_path)
    assert "GetSnapshotUri" not in camera.actions


@pytest.mark.parametrize("which", ["media_host", "still_host"])
@pytest.mark.parametrize("host", ["http://203.0.113.7", "http://127.0.0.2", "http://localhost.evil.example:80"])
def test_a_camera_cannot_send_us_to_another_host(tmp_path: Path, which: str, host: str) -> None:
    camera = OnvifCamera(Clock())
    setattr(camera, which, host)
    with camera.running(), pytest.raises(SourceForbidden):
        onvif_source(camera).glance(tmp_path)


def test_another_port_of_the_same_camera_is_allowed(tmp_path: Path) -> None:
    camera, pictures = OnvifCamera(Clock()), OnvifCamera(Clock())
    with camera.running(), pictures.running():
        camera.still_host = pictures.url
        onvif_source(camera).glance(tmp_path)
    assert [asked.path for asked in pictures.log] == ["/snapshot.jpg"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "gopher://127.0.0.1/", "", "http://[", "rtsp://127.0.0.1/x"])
def test_an_address_that_is_none_is_the_cameras_fault(tmp_path: Path, address: str) -> None:
    camera = OnvifCamera(Clock())
    uri = f"<trt:MediaUri><tt:Uri>{address}</tt:Uri></trt:MediaUri>"
    camera.raw["GetSnapshotUri"] = soap(f"<trt:GetSnapshotUriResponse>{uri}</trt:GetSnapshotUriResponse>")
    with camera.running(), pytest.raises(SourceBroken):
        onvif_source(camera).glance(tmp_path)


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;&b;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize("action", ["GetSystemDateAndTime", "GetCapabilities", "GetProfiles", "GetSnapshotUri"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer.of(BOMB, "application/soap+xml"),
        Answer.of(OUTSIDE, "application/soap+xml"),
        Answer.of("<html><body>Login", "text/html"),
        Answer.of(b"", "application/soap+xml"),
        Answer.of(b"\xff\xfe\x00<", "application/soap+xml"),
        fault("ter:ActionNotSupported", "Optional Action Not Implemented", 500),
    ],
    ids=["entities", "outside entity", "html", "empty", "not text", "fault"],
)
def test_an_answer_that_is_no_onvif_is_the_cameras_fault(tmp_path: Path, action: str, answer: Answer) -> None:
    camera = OnvifCamera(Clock())
    camera.raw[action] = answer
    with camera.running(), pytest.raises(SourceBroken) as failure:
        onvif_source(camera).glance(tmp_path)
    assert "root:" not in f"{failure.value} {failure.value.data}"


def test_a_camera_without_profiles_has_no_still(tmp_path: Path) -> None:
    camera = OnvifCamera(Clock())
    camera.profiles = []
    with camera.running(), pytest.raises(SourceBroken):
        onvif_source(camera).glance(tmp_path)


@pytest.mark.parametrize(
    ("tells", "expected"), [("utc", 420.0), ("local", 420.0), ("nothing", None)], ids=["utc", "local time", "nothing"]
)
def test_the_clock_is_read_however_it_is_told(tmp_path: Path, tells: str, expected: float | None) -> None:
    camera = OnvifCamera(Clock(), clock_off_s=420.0)
    camera.tells = tells
    with camera.running():
        seen = onvif_source(camera).glance(tmp_path)
    assert seen.clock_offset_s == (None if expected is None else pytest.approx(expected, abs=2.0))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("WIB-7", 25_200),
        ("<+07>-7", 25_200),
        ("CST-8:00:00DST01:00:00,M3.2.0/2,M11.1.0/2", 28_800),
        ("UTC0", 0),
        ("EST5EDT", -18_000),
        ("IST-5:30", 19_800),
        ("", None),
        ("Asia/Jakarta", None),
        ("7", None),
    ],
)
def test_a_posix_time_zone_counts_the_other_way_round(text: str, seconds: float | None) -> None:
    assert onvif.posix_offset_s(text) == seconds


def test_the_username_token_is_the_standards_digest() -> None:
    """The example of the ONVIF application programmer's guide."""
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    token = onvif.username_token("user", "userpassword", nonce, "2010-09-16T07:50:45Z")
    assert "tuOSpGlFlIXsozq4HFNeeGeFLEI=" in token
    assert "userpassword" not in token
    assert "&lt;" in onvif.username_token("<user>", "x", nonce, "2010-09-16T07:50:45Z")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"url": "rtsp://10.0.0.1/x"},
        {"url": "http://u:p@10.0.0.1/x"},
        {"url": "http://10.0.0.1/x", "onvif": "yes"},
        {"url": "http://10.0.0.1/x", "every_s": 0},
        {"url": "http://10.0.0.1/x", "every_s": 1000},
        {"url": "http://10.0.0.1/x.jpg?pwd=1"},
    ],
)
def test_settings_that_cannot_be_used_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SourceMisconfigured):
        SnapshotSource.bind(context(given))


def test_a_still_of_the_last_moment_covers_no_more_than_the_window(tmp_path: Path) -> None:
    """It also does not wait for the next one, which would come too late."""
    camera = OnvifCamera(Clock("07:00:10"))
    asked = window("07:00:02", "07:00:10.8")
    began = time.monotonic()
    with camera.running():
        pulled = source(camera, every_s=300).pull(asked, tmp_path / "out.mp4")
    assert time.monotonic() - began < 30
    assert [part.end for part in pulled.covered] == [asked.end]
