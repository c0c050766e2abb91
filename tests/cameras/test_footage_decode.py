"""Decoding: what comes out of files that are right, odd, broken or hostile, and that no process stays behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cameras.footage.child import PACKAGE_ROOT, Child
from cameras.footage.decode import (
    DecodeFailed,
    DecodeInterrupted,
    DecodeLimits,
    DecodeTimedOut,
    SamplePlan,
    probe,
    probe_many,
    read_frames,
)
from tests.cameras.clips import Clip, cut_off, shot_at, steady, write

EVERY = SamplePlan("rate", fps=1000.0)


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 s at 10 pictures a second, a keyframe every 2 s, B-frames."""
    return write(tmp_path_factory.mktemp("plain") / "plain.mp4", Clip(steady(20)))


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "avi"])
def test_it_dates_every_picture_by_its_timestamp(tmp_path: Path, ending: str) -> None:
    clip = Clip(steady(6), codec="mpeg4" if ending == "avi" else "libx264", b_frames=0 if ending == "avi" else 2)
    path = write(tmp_path / f"clip.{ending}", clip)
    with read_frames(path, EVERY) as stream:
        frames = list(stream)
    assert len(frames) == 60
    assert all(abs(shot_at(frame.picture) - frame.t_s) < 0.011 for frame in frames)
    assert stream.truncated is None
    assert stream.decoded == 60
    assert stream.cpu_s > 0


def test_the_packets_tell_length_keyframes_and_size_without_decoding(plain: Path) -> None:
    info = probe(plain)
    assert (info.width, info.height, info.codec, info.frames) == (320, 240, "h264", 200)
    assert info.duration_s == pytest.approx(20.0, abs=0.01)
    assert info.keyframe_times_s == pytest.approx([2.0 * i for i in range(10)], abs=0.01)
    assert info.keyframe_gap_max_s == pytest.approx(2.0, abs=0.01)
    assert info.stretches_s == (pytest.approx((0.0, 20.0), abs=0.01),)
    assert not info.is_still
    assert info.truncated is None


def test_auto_reads_keyframes_alone_when_they_stand_close(plain: Path) -> None:
    with read_frames(plain) as stream:
        frames = list(stream)
    assert stream.mode == "keyframes"
    assert [round(frame.t_s, 2) for frame in frames] == [2.0 * i for i in range(10)]
    assert all(frame.is_key and abs(shot_at(frame.picture) - frame.t_s) < 0.011 for frame in frames)
    assert stream.decoded == 10


def test_auto_reads_two_pictures_a_second_when_keyframes_stand_far_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "long.mp4", Clip(steady(12), gop_s=6.0))
    with read_frames(path) as stream:
        times = [frame.t_s for frame in stream]
    assert stream.mode == "rate"
    assert times == pytest.approx([0.5 * i for i in range(24)], abs=0.011)


def test_dense_keyframes_are_thinned_to_the_rate_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "intra.avi", Clip(steady(6), codec="mjpeg", b_frames=0))
    with read_frames(path, SamplePlan("auto", fps=2.0)) as stream:
        times = [frame.t_s for frame in stream]
    assert stream.mode == "keyframes"
    assert len(times) == pytest.approx(13, abs=2)
    assert stream.decoded < 20


def test_a_burst_decodes_only_the_groups_that_hold_it(plain: Path) -> None:
    plan = SamplePlan("rate", fps=5.0, spans=((3.0, 4.0), (13.05, 13.6)))
    with read_frames(plain, plan) as stream:
        frames = list(stream)
    assert [round(frame.t_s, 2) for frame in frames] == [3.0, 3.2, 3.4, 3.6, 3.8, 13.1, 13.3, 13.5]
    assert all(abs(shot_at(frame.picture) - frame.t_s) < 0.011 for frame in frames)
    assert stream.decoded < 60


def test_neighbouring_and_overlapping_bursts_give_no_picture_twice(plain: Path) -> None:
    with read_frames(plain, SamplePlan("rate", fps=10.0, spans=((1.0, 2.5), (2.0, 3.0), (3.0, 4.0)))) as stream:
        times = [round(frame.t_s, 2) for frame in stream]
    assert times == [round(1 + i / 10, 2) for i in range(30)]


def test_a_span_past_the_end_gives_nothing_and_is_no_error(plain: Path) -> None:
    with read_frames(plain, SamplePlan("rate", spans=((100.0, 110.0),))) as stream:
        assert list(stream) == []


def test_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.2, 0.9, 1.0, 1.35, 1.4, 2.2, 2.9, 3.0]
    path = write(tmp_path / "vfr.mp4", Clip(times, b_frames=0))
    with read_frames(path, EVERY) as stream:
        found = [(frame.t_s, shot_at(frame.picture)) for frame in stream]
    assert [t for t, _ in found] == pytest.approx(times, abs=0.002)
    assert [shot for _, shot in found] == pytest.approx(times, abs=0.011)


def test_a_hole_in_the_recording_is_told_and_moves_no_later_picture(tmp_path: Path) -> None:
    times = [*steady(4), *steady(4, start_s=10.0)]
    path = write(tmp_path / "hole.mp4", Clip(times, b_frames=2))
    info = probe(path)
    assert info.duration_s == pytest.approx(14.0, abs=0.01)
    assert [(round(a, 1), round(b, 1)) for a, b in info.stretches_s] == [(0.0, 4.0), (10.0, 14.0)]
    with read_frames(path, EVERY) as stream:
        assert all(abs(shot_at(frame.picture) - frame.t_s) < 0.011 for frame in stream)


def test_a_wrong_declared_rate_changes_no_time(tmp_path: Path) -> None:
    path = write(tmp_path / "claims25.mkv", Clip(steady(6, fps=7.0), fps=25.0, gop_s=0.5))
    info = probe(path)
    assert info.declared_fps == pytest.approx(25.0, abs=0.5)
    assert info.duration_s == pytest.approx(6.0, abs=0.05)
    with read_frames(path, EVERY) as stream:
        assert all(abs(shot_at(frame.picture) - frame.t_s) < 0.011 for frame in stream)


def test_times_start_at_the_first_picture_that_can_be_shown(tmp_path: Path) -> None:
    """A transport stream cut in the middle of a group of pictures: nothing decodes before the next keyframe."""
    whole = write(tmp_path / "whole.ts", Clip(steady(8), options={"x264-params": "repeat-headers=1"}))
    content = whole.read_bytes()
    middle = len(content) // 3 // 188 * 188
    (tmp_path / "cut.ts").write_bytes(content[: 188 * 3] + content[middle:])
    with read_frames(tmp_path / "cut.ts", EVERY) as stream:
        frames = list(stream)
    assert frames[0].t_s == pytest.approx(0.0, abs=0.011)
    assert frames[0].is_key
    first = shot_at(frames[0].picture)
    assert first > 1.0
    assert all(abs(shot_at(frame.picture) - first - frame.t_s) < 0.011 for frame in frames)


def test_a_clip_turned_by_its_display_matrix_comes_upright(tmp_path: Path) -> None:
    path = write(tmp_path / "turned.mp4", Clip(steady(1), rotation_deg=90))
    with read_frames(path) as stream:
        turned = next(stream).picture
    assert turned.shape == (320, 240, 3)
    assert shot_at(np.ascontiguousarray(np.rot90(turned, -1))) == 0.0


def test_sound_beside_the_pictures_does_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "talk.mp4", Clip(steady(4), with_sound=True))
    assert probe(path).frames == 40
    with read_frames(path, EVERY) as stream:
        assert len(list(stream)) == 40


def test_pictures_are_made_smaller_in_the_child_and_never_larger(plain: Path) -> None:
    with read_frames(plain, SamplePlan("keyframes", long_side=160)) as stream:
        assert next(stream).picture.shape == (120, 160, 3)
    with read_frames(plain, SamplePlan("keyframes", long_side=4000)) as stream:
        assert next(stream).picture.shape == (240, 320, 3)


def test_colours_come_as_bgr(tmp_path: Path) -> None:
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[..., 0] = 250
    cv2.imwrite(str(tmp_path / "blue.png"), blue)
    with read_frames(tmp_path / "blue.png") as stream:
        assert next(stream).picture[5, 5].tolist() == [250, 0, 0]


# --- stills ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "gif", "bmp"])
def test_a_still_is_one_picture_at_second_zero(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"photo.{ending}"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8))
    assert probe(path).is_still
    with read_frames(path, SamplePlan(long_side=80)) as stream:
        frames = list(stream)
    assert [(frame.t_s, frame.picture.shape) for frame in frames] == [(0.0, (45, 80, 3))]
    assert stream.mode == "still"


def test_the_smallest_picture_is_one_too(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "dot.png"), np.full((1, 1, 3), 9, np.uint8))
    with read_frames(tmp_path / "dot.png") as stream:
        assert next(stream).picture.shape == (1, 1, 3)


def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    cv2.imwrite(str(path), np.zeros((7000, 7000, 3), np.uint8))
    with pytest.raises(DecodeFailed) as failure:
        probe(path)
    assert failure.value.data["reason"] == "too_large"


def test_a_video_larger_than_the_limit_is_refused(plain: Path) -> None:
    with pytest.raises(DecodeFailed) as failure:
        probe(plain, DecodeLimits(max_pixels=320 * 240 - 1))
    assert failure.value.data["reason"] == "too_large"


# --- broken and hostile ---------------------------------------------------------------------------------------------


def test_a_copy_that_broke_off_yields_what_it_has_and_says_so(tmp_path: Path) -> None:
    clip = Clip(steady(20))
    path = write(tmp_path / "clip.mkv", clip)
    cut_off(path, 0.5)
    with read_frames(path, EVERY) as stream:
        frames = list(stream)
    assert 60 < len(frames) < 140
    assert stream.truncated is not None
    assert stream.truncated.startswith("ends_early")
    assert all(abs(shot_at(frame.picture) - frame.t_s) < 0.011 for frame in frames[:-1])


def test_half_a_transport_stream_is_read_to_its_last_picture(tmp_path: Path) -> None:
    path = cut_off(write(tmp_path / "clip.ts", Clip(steady(20))), 0.5)
    assert 7 < probe(path).duration_s < 13


def test_an_mp4_without_its_index_fails_with_a_reason(tmp_path: Path) -> None:
    path = cut_off(write(tmp_path / "clip.mp4", Clip(steady(6))), 0.6)
    with pytest.raises(DecodeFailed) as failure:
        probe(path)
    assert failure.value.data["reason"] == "not_media"
    assert not failure.value.retryable


HOSTILE = {
    "nothing": b"",
    "text": b"this is no video " * 500,
    "bytes": bytes(range(256)) * 400,
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "jpeg": b"\xff\xd8\xff\xe0 broken jpeg",
    "dash": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "mp4head": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41",
}


@pytest.mark.parametrize("ending", ["mp4", "m3u8", "ts"])
def test_what_is_no_video_is_refused_whatever_its_name(tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{name}.{ending}" for name in HOSTILE]
    for path in paths:
        path.write_bytes(HOSTILE[path.stem])
    found = probe_many(paths)
    reasons = {path.stem: getattr(found[path], "data", {}).get("reason") for path in paths}
    assert reasons.pop("nothing") == "empty"
    assert set(reasons.values()) <= {"not_media", "no_video", "no_frames"}


def test_a_playlist_cannot_reach_another_video(tmp_path: Path, plain: Path) -> None:
    """Named as a video and pointing at one that could be read: a playlist is still refused."""
    for number, content in enumerate((f"ffconcat version 1.0\nfile '{plain}'\n", f"#EXTM3U\n#EXTINF:9,\n{plain}\n")):
        path = tmp_path / f"list{number}.mp4"
        path.write_text(content)
        with pytest.raises(DecodeFailed):
            list(read_frames(path))


def test_names_that_look_like_addresses_stay_names(tmp_path: Path) -> None:
    """``concat:a|b`` and ``http:`` are protocols to libav; here they are only odd file names."""
    folder = tmp_path / "concat:x|y"
    path = write(folder / "http:clip%d.mp4", Clip(steady(1)))
    assert probe(path).frames == 10


def test_sound_alone_is_no_footage(tmp_path: Path) -> None:
    import av

    path = tmp_path / "talk.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(DecodeFailed) as failure:
        probe(path)
    assert failure.value.data["reason"] == "no_video"


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing.mp4"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(DecodeFailed) as failure:
        probe(path)
    assert failure.value.data["reason"] in ("not_found", "not_a_file")


def test_one_bad_file_costs_the_others_nothing(tmp_path: Path, plain: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"nothing")
    found = probe_many([bad, plain, tmp_path / "missing.mp4"])
    assert isinstance(found[bad], DecodeFailed)
    assert isinstance(found[tmp_path / "missing.mp4"], DecodeFailed)
    assert not isinstance(found[plain], Exception)


def test_damaged_bytes_never_hang_or_kill_the_parent(tmp_path: Path, plain: Path) -> None:
    content = bytearray(plain.read_bytes())
    rng = np.random.default_rng(5)
    for number in range(6):
        hurt = bytearray(content)
        for at in rng.integers(200, len(hurt), 400):
            hurt[at] = int(rng.integers(0, 256))
        path = tmp_path / f"hurt{number}.mp4"
        path.write_bytes(hurt)
        try:
            with read_frames(path, EVERY) as stream:
                times = [frame.t_s for frame in stream]
        except DecodeFailed:
            continue
        assert times == sorted(times)


# --- limits and processes -------------------------------------------------------------------------------------------


def test_a_child_that_goes_silent_is_killed(plain: Path) -> None:
    import signal

    with read_frames(plain, EVERY, DecodeLimits(read_s=1.0)) as stream:
        next(stream)
        pid = stream.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(DecodeTimedOut) as failure:
            list(stream)
    assert failure.value.data["limit"] == "read_s"
    assert failure.value.retryable
    assert time.monotonic() - began < 5
    assert _gone(pid)


def test_the_wall_limit_kills_the_child(plain: Path) -> None:
    stream = read_frames(plain, EVERY, DecodeLimits(wall_s=0.01))
    pid = stream.pid
    assert pid is not None
    with pytest.raises(DecodeTimedOut) as failure:
        list(stream)
    assert failure.value.data["limit"] == "wall_s"
    assert _gone(pid)


def test_a_slow_consumer_uses_up_no_limit(plain: Path) -> None:
    with read_frames(plain, SamplePlan("keyframes"), DecodeLimits(wall_s=5.0, read_s=1.0)) as stream:
        next(stream)
        time.sleep(1.5)
        assert len(list(stream)) == 9


def test_a_child_that_crashes_is_a_failure_with_a_reason(plain: Path) -> None:
    import signal

    with read_frames(plain, EVERY) as stream:
        next(stream)
        assert stream.pid is not None
        os.kill(stream.pid, signal.SIGSEGV)
        with pytest.raises(DecodeFailed) as failure:
            list(stream)
    assert failure.value.data["reason"] == "crashed"


def test_too_little_memory_is_a_failure_and_not_a_hang(tmp_path: Path) -> None:
    path = write(tmp_path / "large.mp4", Clip(steady(1), size=(2560, 1440)))
    with pytest.raises(DecodeFailed) as failure:
        list(read_frames(path, SamplePlan("rate", fps=1000.0, long_side=None), DecodeLimits(memory_mb=130)))
    assert failure.value.data["reason"] in ("out_of_memory", "crashed", "nothing_decodable", "not_media")


def test_the_frame_limit_ends_the_stream_and_is_told(plain: Path) -> None:
    with read_frames(plain, EVERY, DecodeLimits(max_frames=7)) as stream:
        assert len(list(stream)) == 7
    assert stream.truncated == "max_frames"


def test_no_process_stays_when_the_consumer_stops_early(plain: Path) -> None:
    stream = read_frames(plain, EVERY)
    next(stream)
    pid = stream.pid
    assert pid is not None
    stream.close()
    stream.close()
    assert _gone(pid)
    assert stream.cpu_s > 0


def test_no_process_stays_when_the_stream_is_forgotten(plain: Path) -> None:
    stream = read_frames(plain, EVERY)
    next(stream)
    pid = stream.pid
    assert pid is not None
    del stream
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/stat").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{pid}/stat").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux")
def test_the_child_dies_with_its_parent(plain: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from cameras.footage.decode import *;"
        f"s = read_frames(Path({str(plain)!r}), SamplePlan('rate', fps=1000.0)); next(s);"
        "print(s.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=PACKAGE_ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{pid}").exists()


def test_the_child_imports_neither_django_nor_a_detector_nor_our_secrets(
    tmp_path: Path, plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JSC_WEBHOOK_SECRETS", "whsec_x")
    monkeypatch.chdir(tmp_path)
    with read_frames(plain, EVERY) as stream:
        next(stream)
        maps = Path(f"/proc/{stream.pid}/maps").read_text()
        environment = Path(f"/proc/{stream.pid}/environ").read_text()
    assert "JSC_WEBHOOK_SECRETS" not in environment
    assert not any(name in maps for name in ("torch", "openvino", "psycopg", "cv2"))
    code = "import cameras.footage.decode_child, cameras.footage.jobs as _, sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE_ROOT, capture_output=True, text=True, check=True)
    assert not {"django", "celery", "torch", "cv2"} & set(said.stdout.split())


def _count_into(queue: Any, path: Path) -> None:
    with read_frames(path) as stream:
        queue.put(sum(1 for _ in stream))


def test_it_decodes_inside_a_daemonic_worker(plain: Path) -> None:
    """Celery's prefork workers are such: they may not have children of multiprocessing's own."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    worker = context.Process(target=_count_into, args=(queue, plain), daemon=True)
    worker.start()
    assert queue.get(timeout=60) == 10
    worker.join()


def test_memory_stays_bounded_over_a_long_clip(tmp_path: Path) -> None:
    path = write(tmp_path / "long.mp4", Clip(steady(60, fps=5.0), fps=5.0, size=(640, 360)))
    peak = 0
    with read_frames(path, EVERY) as stream:
        for frame in stream:
            if round(frame.t_s * 5) % 50 == 25:
                status = Path(f"/proc/{stream.pid}/status").read_text()
                peak = max(peak, int(status.split("VmRSS:")[1].split()[0]))
    assert 0 < peak < 250_000  # kB


# --- real footage ---------------------------------------------------------------------------------------------------

REAL = {
    "tiodh_vtest": (480, 360, 79.5),
    "intel_car-detection": (768, 432, 30.0),
    "intel_one-by-one-person-detection": (768, 432, 139.0),
    "intel_bottle-detection": (640, 360, 40.0),
    "canersu_highway": (1280, 720, 15.0),
}


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_clips_are_read_to_their_end(testdata: Path, name: str) -> None:
    width, height, seconds = REAL[name]
    path = testdata / "video" / f"{name}.mp4"
    info = probe(path)
    assert (info.width, info.height) == (width, height)
    assert info.duration_s == pytest.approx(seconds, abs=0.5)
    with read_frames(path, SamplePlan("auto", long_side=320)) as stream:
        times = [frame.t_s for frame in stream]
    assert times[0] == 0.0
    assert times == sorted(times)
    assert times[-1] > seconds - 2.5
    assert stream.truncated is None


def test_real_photos_are_read(testdata: Path) -> None:
    for path in sorted((testdata / "photos").iterdir()):
        with read_frames(path) as stream:
            assert max(next(stream).picture.shape) <= 1280


def test_a_child_killed_from_outside_says_nothing_about_the_file(plain: Path) -> None:
    """Kill any process at any time: the clip must be tried again, never be called unreadable."""
    with read_frames(plain, SamplePlan("rate", fps=10, long_side=None)) as stream:
        next(stream)
        assert stream.pid is not None
        os.kill(stream.pid, signal.SIGKILL)
        with pytest.raises(DecodeInterrupted) as caught:
            for _ in stream:
                pass
    assert caught.value.retryable


def test_a_probe_killed_once_is_made_again(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Child] = []

    class Killed(Child):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)
            if len(started) == 1:
                os.kill(self.pid, signal.SIGKILL)

    monkeypatch.setattr("cameras.footage.decode.Child", Killed)
    assert probe(plain).frames > 0
    assert len(started) == 2


def test_a_file_over_which_the_probe_is_killed_twice_is_given_up(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(Child):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            os.kill(self.pid, signal.SIGKILL)

    monkeypatch.setattr("cameras.footage.decode.Child", Killed)
    with pytest.raises(DecodeInterrupted):
        probe(plain)
