"""The part of a clip that people look at: the right moments, playable everywhere, copied where that is possible."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from django.core.files.storage import default_storage

from cameras.errors import ClipGone
from cameras.footage import excerpt
from cameras.footage.decode import SamplePlan, probe, read_frames
from cameras.footage.limits import DecodeFailed
from cameras.footage.window import TimeWindow
from cameras.models import ClipExcerpt, FootageClip
from cameras.services.excerpts import excerpt_cut
from jsc_project.lib.claims import new_token
from jsc_project.lib.errors import StorageFull
from jsc_project.storage import store
from tests import factories
from tests.cameras.clips import Clip, shot_at, steady, write

NOON = factories.NOON


def window(from_s: float, to_s: float) -> TimeWindow:
    return TimeWindow(NOON + timedelta(seconds=from_s), NOON + timedelta(seconds=to_s))


# -- Which part -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moments", "covered", "shown"),
    [
        ([100], [(0, 300)], (90, 110)),
        ([100, 120], [(0, 300)], (90, 130)),
        ([100, 280], [(0, 300)], (90, 150)),
        ([3], [(0, 300)], (0, 13)),
        ([298], [(0, 300)], (288, 300)),
        ([100.4], [(0, 300)], (90, 111)),
        ([100], [(0, 95), (105, 300)], (90, 110)),
        ([100], [(0, 95)], (90, 95)),
        ([100], [(0, 50)], None),
        ([100], [], None),
    ],
    ids=["a moment", "two", "longer than a minute", "start", "end", "fraction", "hole", "edge", "nothing", "empty"],
)
def test_an_event_is_shown_with_ten_seconds_around_it_at_most_a_minute(
    moments: list[float], covered: list[tuple[float, float]], shown: tuple[float, float] | None
) -> None:
    found = excerpt.around([NOON + timedelta(seconds=at) for at in moments], [window(*part) for part in covered])
    assert found == (None if shown is None else window(*shown))
    assert found is None or found.seconds <= 60


def test_all_of_a_clip_comes_in_minutes() -> None:
    assert excerpt.minutes_of([window(0, 130), window(200, 210)]) == [
        window(0, 60),
        window(60, 120),
        window(120, 130),
        window(200, 210),
    ]


# -- The cut ----------------------------------------------------------------------------


def held(path: Path, seconds: float = 60) -> FootageClip:
    stored = store(path, f"clips/{path.name}")
    return factories.clip(
        factories.camera(),
        state="HELD",
        file=stored.name,
        sha256=stored.sha256,
        media_start_at=NOON,
        covered=[window(0, seconds).as_json()],
    )


def cut(clip: FootageClip, from_s: float, to_s: float, tmp_path: Path) -> tuple[ClipExcerpt, Path]:
    part = window(from_s, to_s)
    row = ClipExcerpt(clip=clip, start_at=part.start, end_at=part.end, state="WANTED")
    made = excerpt_cut(excerpt_row=row, token=new_token())
    for name, value in made.fields.items():
        setattr(row, name, value)
    copy = tmp_path / "cut.mp4"
    copy.write_bytes(default_storage.open(made.name).read())
    return row, copy


def shown_s(path: Path) -> list[float]:
    """When each picture was shot, by the bars in it."""
    with read_frames(path, SamplePlan("rate", fps=10)) as stream:
        return [shot_at(frame.picture) for frame in stream]


def is_playable(path: Path) -> bool:
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        return (context.name, context.pix_fmt, len(container.streams)) == ("h264", "yuv420p", 1)


def is_faststart(path: Path) -> bool:
    content = path.read_bytes()
    return content.index(b"moov") < content.index(b"mdat")


@pytest.mark.django_db
def test_h264_with_keyframes_is_copied_from_the_keyframe_before(tmp_path: Path) -> None:
    clip = held(write(tmp_path / "a.mp4", Clip(steady(60), gop_s=2)))
    row, path = cut(clip, 21, 41, tmp_path)
    times = shown_s(path)
    assert row.notes["transcoded"] is None
    assert row.media_start_at == NOON + timedelta(seconds=20)
    assert times[0] == pytest.approx(20, abs=0.02)
    assert times[-1] == pytest.approx(40.9, abs=0.35), "reordered pictures at the very end may be left out"
    assert is_playable(path)
    assert is_faststart(path)
    assert (row.size_bytes, len(row.sha256)) == (path.stat().st_size, 64)


@pytest.mark.django_db
def test_a_copied_minute_is_no_longer_than_a_minute(tmp_path: Path) -> None:
    clip = held(write(tmp_path / "a.mp4", Clip(steady(70), gop_s=2)), 70)
    _row, path = cut(clip, 5, 65, tmp_path)
    assert probe(path).duration_s <= 60.1
    assert shown_s(path)[0] == pytest.approx(4, abs=0.02)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made", "why"),
    [
        (Clip(steady(40), gop_s=30), "no_keyframe_near"),
        (Clip(steady(40), codec="libx265"), "codec_not_for_browsers: hevc"),
        (Clip(steady(40), codec="mpeg4", b_frames=0), "codec_not_for_browsers: mpeg4"),
        (Clip(steady(40), codec="mjpeg", b_frames=0), "codec_not_for_browsers: mjpeg"),
    ],
    ids=["rare keyframes", "hevc", "mpeg4", "mjpeg"],
)
def test_what_browsers_cannot_play_or_cannot_begin_is_encoded_anew(made: Clip, why: str, tmp_path: Path) -> None:
    clip = held(write(tmp_path / "a.mp4", made))
    row, path = cut(clip, 11, 21, tmp_path)
    times = shown_s(path)
    assert row.notes["transcoded"] == why
    assert row.media_start_at is not None
    assert row.media_start_at == pytest.approx(NOON + timedelta(seconds=11), abs=timedelta(milliseconds=60))
    assert times[0] == pytest.approx(11, abs=0.06)
    assert times[-1] == pytest.approx(20.9, abs=0.15)
    assert is_playable(path)
    assert is_faststart(path)


@pytest.mark.django_db
def test_colours_that_browsers_cannot_show_are_converted(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "10", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv444p"
        for _ in range(100):
            frame = av.VideoFrame(320, 240, "yuv444p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    row, path = cut(held(source, 10), 2, 6, tmp_path)
    assert row.notes["transcoded"] == "format_not_for_browsers: yuv444p"
    assert is_playable(path)


@pytest.mark.django_db
def test_a_hole_in_the_clip_stays_a_hole(tmp_path: Path) -> None:
    times = [*steady(20), *steady(20, start_s=30)]
    clip = held(write(tmp_path / "a.mp4", Clip(times, gop_s=1)))
    _row, path = cut(clip, 15, 35, tmp_path)
    info = probe(path)
    assert [(round(a), round(b)) for a, b in info.stretches_s] == [(0, 5), (15, 20)]


@pytest.mark.django_db
def test_nothing_is_made_of_a_range_without_pictures(tmp_path: Path) -> None:
    clip = held(write(tmp_path / "a.mp4", Clip(steady(10))))
    with pytest.raises(DecodeFailed) as refused:
        cut(clip, 30, 40, tmp_path)
    assert refused.value.data["reason"] == "no_frames"
    assert default_storage.listdir("")[0] == ["clips"]


@pytest.mark.django_db
def test_a_clip_without_its_file_is_gone(tmp_path: Path) -> None:
    clip = held(write(tmp_path / "a.mp4", Clip(steady(10))))
    default_storage.delete(str(clip.file.name))
    with pytest.raises(ClipGone):
        cut(clip, 0, 5, tmp_path)
    clip.state = "PURGED"
    with pytest.raises(ClipGone):
        cut(clip, 0, 5, tmp_path)


@pytest.mark.django_db
def test_without_room_nothing_is_begun(tmp_path: Path, settings: Any) -> None:
    clip = held(write(tmp_path / "a.mp4", Clip(steady(10))))
    settings.JSC_STORAGE_RESERVE_MB = 1 << 30
    with pytest.raises(StorageFull):
        cut(clip, 0, 5, tmp_path)
