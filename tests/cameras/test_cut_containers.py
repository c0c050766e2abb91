"""Transport streams and fragmented MP4 that were cut off: what each format tells of its length, and what it cannot."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from cameras.footage import mp4_length, ts_end
from cameras.footage.decode import MediaInfo, probe

SECONDS = 20
FRAGMENTS = "+frag_keyframe+empty_moov+default_base_moof"
KINDS = {
    "index": ["-movflags", "+dash+global_sidx+frag_keyframe"],
    "pieces": ["-movflags", FRAGMENTS],
    "long pieces": ["-movflags", "+empty_moov+default_base_moof", "-frag_duration", "10000000"],
    "first piece in the movie box": ["-movflags", "+frag_keyframe+default_base_moof"],
    "index before each piece": ["-movflags", "+dash+frag_keyframe"],
    "plain": [],
}


def ffmpeg(*args: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *args], check=True, timeout=60)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cut") / "source.mp4"
    film = f"testsrc2=s=320x240:r=10:d={SECONDS}"
    ffmpeg("-f", "lavfi", "-i", film, "-g", "10", "-c:v", "libx264", "-preset", "ultrafast", str(made))
    return made


def copied(source: Path, kind: str, ending: str = ".mp4") -> Path:
    made = source.with_name(kind.replace(" ", "-") + ending)
    ffmpeg("-i", str(source), "-c", "copy", *KINDS.get(kind, []), str(made))
    return made


def cut(path: Path, size: int) -> MediaInfo:
    made = path.with_name(f"cut-{size}-{path.name}")
    made.write_bytes(path.read_bytes()[:size])
    return probe(made)


def cut_at(path: Path, share: float) -> MediaInfo:
    return cut(path, int(share * path.stat().st_size))


def with_whole_length(path: Path, seconds: float) -> Path:
    """The file with a movie extends header, which ffmpeg does not write; fragments count from themselves, so that what
    moves back stays right."""
    told = bytearray(path.read_bytes())
    at, extends = told.index(b"moov") - 4, told.index(b"mvex") - 4
    scale = struct.unpack_from(">I", told, told.index(b"mvhd") + 16)[0]
    for box in (at, extends):
        struct.pack_into(">I", told, box, struct.unpack_from(">I", told, box)[0] + 16)
    told[extends + 8 : extends + 8] = struct.pack(">I4sII", 16, b"mehd", 0, round(seconds * scale))
    made = path.with_name(f"told-{path.name}")
    made.write_bytes(told)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_misses_nothing(source: Path, kind: str) -> None:
    info = probe(copied(source, kind))
    assert (info.missing_s, info.truncated) == (0, None)
    assert info.duration_s == pytest.approx(SECONDS, abs=0.2)


def test_an_index_at_the_front_tells_what_a_cut_took(source: Path) -> None:
    info = cut_at(copied(source, "index"), 0.6)
    assert info.duration_s < 0.7 * SECONDS
    assert info.duration_s + info.missing_s == pytest.approx(SECONDS, abs=0.2)
    assert info.truncated == f"ends_early: {info.missing_s:.1f} s missing"


def test_a_length_of_the_whole_movie_tells_it_too(source: Path) -> None:
    whole = with_whole_length(copied(source, "pieces"), SECONDS)
    assert (probe(whole).missing_s, probe(whole).truncated) == (0, None)
    info = cut_at(whole, 0.6)
    assert info.duration_s + info.missing_s == pytest.approx(SECONDS, abs=0.2)
    assert info.missing_s > 0.3 * SECONDS


def test_a_piece_of_a_movie_does_not_owe_the_whole_of_it(source: Path) -> None:
    """As a segment with its opening from an archive: two fragments out of the middle."""
    whole = with_whole_length(copied(source, "pieces"), SECONDS).read_bytes()
    starts = [at - 4 for at in range(len(whole)) if whole[at : at + 4] == b"moof"]
    piece = source.with_name("piece.mp4")
    piece.write_bytes(whole[: starts[0]] + whole[starts[8] : starts[10]])
    info = probe(piece)
    assert (info.missing_s, info.truncated) == (0, None)
    assert info.duration_s == pytest.approx(2, abs=0.2)


def test_a_fragment_tells_of_its_own_pictures_that_did_not_come(source: Path) -> None:
    info = cut_at(copied(source, "long pieces"), 0.8)
    assert info.duration_s + info.missing_s == pytest.approx(SECONDS, abs=0.2)
    assert info.missing_s > 2


@pytest.mark.parametrize("kind", ["pieces", "first piece in the movie box", "index before each piece"])
def test_fragments_without_an_index_are_known_to_be_cut_and_not_by_how_much(source: Path, kind: str) -> None:
    info = cut_at(copied(source, kind), 0.6)
    assert info.missing_s == 0
    assert info.truncated == "cut_off: its last piece is not whole"


@pytest.mark.parametrize("ending", [".ts", ".m2ts"])
def test_a_transport_stream_is_known_to_be_cut_only_inside_a_packet(source: Path, ending: str) -> None:
    whole = copied(source, "stream", ending)
    packet = 188 if ending == ".ts" else 192
    assert probe(whole).truncated is None
    packets = whole.stat().st_size * 6 // 10 // packet
    inside, between = cut(whole, packets * packet + 100), cut(whole, packets * packet)
    assert inside.truncated == "cut_off: its last piece is not whole"
    assert between.truncated is None, "nothing in it tells that more was to come"
    assert inside.missing_s == between.missing_s == 0


def test_what_is_no_transport_stream_has_no_packets(source: Path, tmp_path: Path) -> None:
    assert not ts_end.breaks_off(source)
    assert not ts_end.breaks_off(tmp_path / "nothing.ts")
    (tmp_path / "short.ts").write_bytes(b"G")
    assert not ts_end.breaks_off(tmp_path / "short.ts")


def test_of_a_plain_file_no_fragments_are_told(source: Path) -> None:
    assert mp4_length.told(source, 1) is None
    assert mp4_length.told(source.with_name("nothing.mp4"), 1) is None


def test_no_bytes_are_too_odd_to_be_read(source: Path) -> None:
    """Every header byte turned around, one after the other: some answer or none, and never an error."""
    whole = copied(source, "index").read_bytes()[:1600]
    odd = source.with_name("odd.mp4")
    for at in range(len(whole)):
        odd.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        told = mp4_length.told(odd, 1)
        assert told is None or told.promised_s is None or told.promised_s > 0
