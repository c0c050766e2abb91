"""HLS recordings: what is fetched, what dates it, what is locked, and where a playlist must not lead."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from cameras.footage.assemble import media_of
from cameras.footage.decode import DecodeInterrupted, DecodeLimits, MediaInfo
from cameras.footage.hls import around
from cameras.footage.hls.dating import WRAP_S
from cameras.footage.hls.settings import archive_address
from cameras.footage.hls.source import HlsSource
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageUndated,
    FootageUnreadable,
    PulledFootage,
    SourceForbidden,
)
from cameras.footage.transport import GuardedBackend
from cameras.footage.window import TimeWindow
from tests.cameras.clips import wib
from tests.cameras.footage_contract import ZERO, Recorded, assert_true, window
from tests.cameras.hls_files import Cut, Playlist, cut_up
from tests.cameras.network_contract import context
from tests.cameras.nginx_server import Nginx, nginx

# -- A recording on the disk, changed by each test ---------------------------------------------------------------------

FILM = Recorded("07:00:00", 30.0)
ASKED = window("07:00:02", "07:00:28")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Cut]]:
    """Five segments of six seconds."""
    folder = tmp_path_factory.mktemp("film")
    return folder, cut_up(folder, FILM, "s")


@dataclass(frozen=True)
class Stage:
    server: Nginx
    www: Path
    cuts: list[Cut]

    def write(self, text: str, name: str = "index.m3u8") -> None:
        (self.www / name).write_text(text)

    def source(self, **settings: Any) -> HlsSource:
        extra = {name: settings.pop(name) for name in ("scratch", "limits", "now") if name in settings}
        return HlsSource.bind(context({"url": self.server.url("index.m3u8"), **settings}, **extra))

    def fetched(self) -> list[str]:
        return [hit for hit in self.server.hits() if ".ts" in hit]


@pytest.fixture
def stage(tmp_path: Path, film: tuple[Path, list[Cut]]) -> Iterator[Stage]:
    www = tmp_path / "www"
    www.mkdir()
    for cut in film[1]:
        shutil.copy(film[0] / cut.uri, www)
    with nginx(www) as server:
        yield Stage(server, www, list(film[1]))


def covered_s(pulled: PulledFootage) -> list[tuple[float, float]]:
    return [
        (round((part.start - ZERO).total_seconds(), 1), round((part.end - ZERO).total_seconds(), 1))
        for part in pulled.covered
    ]


def test_only_the_segments_of_the_window_are_fetched(stage: Stage, tmp_path: Path) -> None:
    stage.write(Playlist().text(stage.cuts))
    stage.source().pull(window("07:00:14", "07:00:15"), tmp_path / "out.mp4")
    assert len(stage.fetched()) <= 3
    assert not any("s-0.ts" in hit or "s-4.ts" in hit for hit in stage.fetched())


def test_a_pull_that_broke_off_goes_on_from_what_is_there(stage: Stage, tmp_path: Path) -> None:
    stage.write(Playlist().text(stage.cuts))
    hidden = stage.www / stage.cuts[3].uri
    hidden.rename(hidden.with_suffix(".away"))
    source = stage.source(scratch=tmp_path / "scratch")
    assert covered_s(source.pull(ASKED, tmp_path / "one.mp4")) == [(2.0, 18.0), (24.0, 28.0)]
    hidden.with_suffix(".away").rename(hidden)
    before = len(stage.fetched())
    assert covered_s(source.pull(ASKED, tmp_path / "two.mp4")) == [(2.0, 28.0)]
    assert stage.fetched()[before:] == [f"GET /{stage.cuts[3].uri} 200"]


def test_segments_are_kept_under_our_own_names(stage: Stage, tmp_path: Path) -> None:
    """A server that calls its segments by paths writes nowhere but in the scratch folder."""
    stage.write(Playlist().text([cut.but(uri=f"../../../../{cut.uri}") for cut in stage.cuts]))
    scratch = tmp_path / "deep" / "scratch"
    stage.source(scratch=scratch).pull(ASKED, tmp_path / "out.mp4")
    assert all(path.parent == scratch / "hls" for path in scratch.rglob("*.ts"))
    assert not {path.name for path in scratch.rglob("*")} & {cut.uri for cut in stage.cuts}


def test_a_segment_that_is_gone_is_a_hole_and_no_failure(stage: Stage, tmp_path: Path) -> None:
    (stage.www / stage.cuts[2].uri).unlink()
    stage.write(Playlist().text(stage.cuts))
    pulled = stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert covered_s(pulled) == [(2.0, 12.0), (18.0, 28.0)]
    assert pulled.notes["gone"] == 1
    assert pulled.shortfall == "", "it is not there any more; asking again would bring nothing"


def test_one_film_for_different_times_is_evidence_of_none_of_them(stage: Stage, tmp_path: Path) -> None:
    """A cache before the server knows one segment by the names of others: six seconds must not cover half a minute."""
    stage.write(Playlist().text(stage.cuts))
    first, others = stage.cuts[0], stage.cuts[1:]
    shutil.copy(stage.www / first.uri, stage.www / stage.cuts[3].uri)
    pulled = stage.source().pull(ASKED, tmp_path / "some.mp4")
    assert covered_s(pulled) == [(6.0, 18.0), (24.0, 28.0)]
    assert pulled.notes["repeated"] == 2
    for cut in others:
        shutil.copy(stage.www / first.uri, stage.www / cut.uri)
    with pytest.raises(FootageUnreadable) as failure:
        stage.source().pull(ASKED, tmp_path / "all.mp4")
    assert failure.value.data["reason"] == "repeated"


def test_a_gap_is_a_hole_that_nobody_asks_for(stage: Stage, tmp_path: Path) -> None:
    cuts = [cut.but(lines=("#EXT-X-GAP",)) if number == 2 else cut for number, cut in enumerate(stage.cuts)]
    stage.write(Playlist("first").text(cuts))
    source = stage.source()
    pulled = source.pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert covered_s(pulled) == [(2.0, 12.0), (18.0, 28.0)]
    assert [(part.start, part.end) for part in source.coverage(ASKED)] == [
        (part.start, part.end) for part in pulled.covered
    ]
    assert not any(cuts[2].uri in hit for hit in stage.fetched())


def test_a_segment_that_cannot_be_read_is_a_hole_and_is_fetched_anew(stage: Stage, tmp_path: Path) -> None:
    whole = (stage.www / stage.cuts[2].uri).read_bytes()
    (stage.www / stage.cuts[2].uri).write_bytes(b"\x00" * 30_000)
    stage.write(Playlist().text(stage.cuts))
    source = stage.source(scratch=tmp_path / "scratch")
    pulled = source.pull(ASKED, tmp_path / "one.mp4")
    assert pulled.notes["unreadable"] == {"not_media": 1}
    (stage.www / stage.cuts[2].uri).write_bytes(whole)
    assert covered_s(source.pull(ASKED, tmp_path / "two.mp4")) == [(2.0, 28.0)]


def test_lengths_that_lie_lead_nowhere_wrong(stage: Stage, tmp_path: Path) -> None:
    """One date at the start, and every segment said to be a fifth shorter than it is."""
    stage.write(Playlist("first").text([cut.but(seconds=cut.seconds * 0.8) for cut in stage.cuts]))
    asked = window("07:00:20", "07:00:29")
    pulled = stage.source().pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert covered_s(pulled) == [(20.0, 29.0)]


def test_what_is_far_from_any_date_is_found_without_fetching_all(tmp_path: Path) -> None:
    """Three minutes with one date at the start and lengths a tenth too long: the end is found by a few looks."""
    film = Recorded("07:00:00", 180.0)
    cuts = cut_up(tmp_path / "www", film, "s")
    (tmp_path / "www" / "index.m3u8").write_text(
        Playlist("first").text([cut.but(seconds=cut.seconds * 1.1) for cut in cuts])
    )
    with nginx(tmp_path / "www") as server:
        asked = window("07:02:30", "07:02:40")
        pulled = HlsSource.bind(context({"url": server.url("index.m3u8")})).pull(asked, tmp_path / "out.mp4")
        assert_true(pulled, asked)
        assert covered_s(pulled) == [(150.0, 160.0)]
        assert len([hit for hit in server.hits() if ".ts" in hit]) < 15, "of thirty"


def test_the_33_bit_count_may_begin_anew_inside_the_window(tmp_path: Path) -> None:
    """MPEG-TS times that wrap around 14 s into the film."""
    program = shutil.which("ffmpeg") or pytest.skip("ffmpeg is not installed")
    www = tmp_path / "www"
    cuts = cut_up(www, FILM, "s")
    shift_s = WRAP_S - 14.0
    for number, cut in enumerate(cuts):
        moved = www / f"w{number}.ts"
        out = ["-muxdelay", "0", "-muxpreload", "0", "-output_ts_offset", str(shift_s), "-f", "mpegts", moved]
        subprocess.run([program, "-v", "error", "-copyts", "-i", www / cut.uri, "-c", "copy", *out], check=True)
        cuts[number] = cut.but(uri=moved.name)
    (www / "index.m3u8").write_text(Playlist("first").text(cuts))
    with nginx(www) as server:
        pulled = HlsSource.bind(context({"url": server.url("index.m3u8")})).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert covered_s(pulled) == [(2.0, 28.0)]


def test_a_window_of_a_myriad_segments_is_refused(stage: Stage, tmp_path: Path) -> None:
    tiny = [stage.cuts[0].but(uri=f"{number}.ts", seconds=0.001) for number in range(5_000)]
    stage.write(Playlist("first").text(tiny))
    with pytest.raises(FootageUnreadable) as failure:
        stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert failure.value.data["reason"] == "too_large"
    assert stage.fetched() == []


def test_a_machine_too_busy_to_read_a_segment_loses_none(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader is killed over it once: the segment stays, the pull says that it is short, and the next try has it."""
    stage.write(Playlist().text(stage.cuts))
    killed: list[Path] = []

    def busy(paths: Sequence[Path], limits: DecodeLimits) -> dict[Path, MediaInfo | FootageError]:
        found = media_of(paths, limits)
        if not killed and len(paths) > 2:
            killed.append(paths[2])
            return {**found, paths[2]: DecodeInterrupted("killed")}
        return found

    monkeypatch.setattr(around, "media_of", busy)
    source = stage.source(scratch=tmp_path / "scratch")
    first = source.pull(ASKED, tmp_path / "one.mp4")
    assert first.shortfall == "decode_interrupted"
    fetched = len(stage.fetched())
    assert covered_s(source.pull(ASKED, tmp_path / "two.mp4")) == [(2.0, 28.0)]
    assert len(stage.fetched()) == fetched


# -- Dates that are not in the playlist --------------------------------------------------------------------------------


def test_a_recording_without_dates_is_no_evidence(stage: Stage, tmp_path: Path) -> None:
    stage.write(Playlist("none").text(stage.cuts))
    with pytest.raises(FootageUndated) as failure:
        stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert not failure.value.retryable
    with pytest.raises(FootageUndated):
        stage.source().coverage(ASKED)


@pytest.mark.parametrize("told", ["2026-11-02T00:00:00Z", "2026-11-02T07:00:00", "2026-11-02T07:00:00+07:00"])
def test_its_start_may_stand_in_the_settings(stage: Stage, tmp_path: Path, told: str) -> None:
    stage.write(Playlist("none").text(stage.cuts))
    pulled = stage.source(start_at=told).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.notes["clock"]["how"] == "start_at"


def test_a_break_after_which_nothing_tells_the_time_ends_what_is_known(stage: Stage, tmp_path: Path) -> None:
    cuts = [cut.but(breaks=number == 3, date=number < 3) for number, cut in enumerate(stage.cuts)]
    stage.write(Playlist().text(cuts))
    pulled = stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert covered_s(pulled) == [(2.0, 18.0)]


def test_an_archive_is_asked_by_its_template(stage: Stage, tmp_path: Path) -> None:
    first = int((ASKED.start - timedelta(seconds=10)).timestamp())
    stage.write(Playlist().text(stage.cuts), f"dvr-{first}-46.m3u8")
    source = stage.source(archive="dvr-{start_unix}-{duration_s}.m3u8")
    pulled = source.pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert source.coverage(ASKED) == [ASKED]
    assert not any("index.m3u8" in hit for hit in stage.server.hits())


def test_an_archives_answer_without_dates_is_taken_only_if_the_settings_say_so(stage: Stage, tmp_path: Path) -> None:
    first = int((ASKED.start - timedelta(seconds=10)).timestamp())
    stage.write(Playlist("none").text(stage.cuts), f"dvr-{first}.m3u8")
    with pytest.raises(FootageUndated):
        stage.source(archive="dvr-{start_unix}.m3u8").pull(ASKED, tmp_path / "out.mp4")
    pulled = stage.source(archive="dvr-{start_unix}.m3u8", undated="asked").pull(ASKED, tmp_path / "out.mp4")
    assert pulled.notes["clock"]["how"] == "asked"
    assert pulled.media_start_at <= ASKED.start


# -- Masters, keys, ranges ---------------------------------------------------------------------------------------------


def test_a_master_leads_to_the_quality_that_is_there(stage: Stage, tmp_path: Path) -> None:
    stage.write(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1280x720\ngone.m3u8\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=320x240\nlow.m3u8\n"
    )
    stage.write(Playlist().text(stage.cuts), "low.m3u8")
    assert covered_s(stage.source().pull(ASKED, tmp_path / "out.mp4")) == [(2.0, 28.0)]


def test_a_master_that_names_itself_ends_soon(stage: Stage, tmp_path: Path) -> None:
    stage.write("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=5000000\nindex.m3u8\n")
    with pytest.raises(FootageUnreadable) as failure:
        stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert failure.value.data["reason"] == "nested_playlist"
    assert len(stage.server.hits()) == 2


def test_a_playlist_without_segments_is_missing_footage(stage: Stage, tmp_path: Path) -> None:
    stage.write(Playlist().text([]))
    with pytest.raises(FootageMissing):
        stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert stage.source().coverage(ASKED) == []


KEY, IV = bytes(range(16)), bytes(range(100, 116))


def locked(content: bytes, iv: bytes) -> bytes:
    padding = PKCS7(128).padder()
    cipher = Cipher(algorithms.AES128(KEY), modes.CBC(iv)).encryptor()
    return cipher.update(padding.update(content) + padding.finalize()) + cipher.finalize()


@pytest.mark.parametrize("by_number", [False, True], ids=["iv in the playlist", "iv from the number"])
def test_segments_are_opened_with_a_key_from_the_same_server(stage: Stage, tmp_path: Path, by_number: bool) -> None:
    (stage.www / "key.bin").write_bytes(KEY)
    for number, cut in enumerate(stage.cuts):
        iv = (7 + number).to_bytes(16, "big") if by_number else IV
        (stage.www / cut.uri).write_bytes(locked((stage.www / cut.uri).read_bytes(), iv))
    head = '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"' + ("" if by_number else f",IV=0x{IV.hex()}")
    stage.write(Playlist(head=(head,), sequence=7).text(stage.cuts))
    scratch = tmp_path / "scratch"
    pulled = stage.source(scratch=scratch).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert covered_s(pulled) == [(2.0, 28.0)]
    assert sum("key.bin" in hit for hit in stage.server.hits()) == 1
    assert not any(KEY in path.read_bytes() for path in scratch.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "head",
    ['#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key.bin"', '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"'],
    ids=["a method that is not ours", "the wrong key"],
)
def test_what_cannot_be_opened_is_called_encrypted(stage: Stage, tmp_path: Path, head: str) -> None:
    (stage.www / "key.bin").write_bytes(bytes(16))
    for cut in stage.cuts:
        (stage.www / cut.uri).write_bytes(locked((stage.www / cut.uri).read_bytes(), IV))
    stage.write(Playlist(head=(head,)).text(stage.cuts))
    with pytest.raises(FootageUnreadable) as failure:
        stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert failure.value.data["reason"] == "encrypted"


@pytest.mark.parametrize("fmp4", [False, True], ids=["ts", "fmp4"])
def test_segments_may_be_ranges_of_one_file(tmp_path: Path, fmp4: bool) -> None:
    www = tmp_path / "www"
    cuts = cut_up(www, FILM, "s", fmp4=fmp4)
    init = (www / "s-init.mp4").read_bytes() if fmp4 else b""
    at, content, ranged = len(init), init, []
    for cut in cuts:
        part = (www / cut.uri).read_bytes()
        ranged.append(cut.but(uri="all.bin", init=None, lines=(f"#EXT-X-BYTERANGE:{len(part)}@{at}",)))
        content, at = content + part, at + len(part)
    (www / "all.bin").write_bytes(content)
    head = (f'#EXT-X-MAP:URI="all.bin",BYTERANGE="{len(init)}@0"',) if fmp4 else ()
    (www / "index.m3u8").write_text(Playlist(head=head).text(ranged))
    with nginx(www) as server:
        pulled = HlsSource.bind(context({"url": server.url("index.m3u8")})).pull(ASKED, tmp_path / "out.mp4")
        assert_true(pulled, ASKED)
        assert covered_s(pulled) == [(2.0, 28.0)]
        assert all(hit.endswith(" 206") for hit in server.hits() if "all.bin" in hit)


# -- Playlists that lead elsewhere -------------------------------------------------------------------------------------

ELSEWHERE = [
    "http://198.51.100.7/a.ts",
    "//198.51.100.7/a.ts",
    "https://127.0.0.1/a.ts",
    "http://127.0.0.1:9/a.ts",
    "file:///etc/passwd",
    "data:video/mp2t;base64,AAAA",
    "concat:http://127.0.0.1/a.ts|file:///etc/passwd",
    "ftp://127.0.0.1/a.ts",
    "unix:/var/run/docker.sock",
    "http://u:p@127.0.0.1/a.ts",
]


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("what", ["segment", "key", "init", "variant"])
def test_it_never_goes_where_a_playlist_leads_away(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, what: str
) -> None:
    reached: list[tuple[str, int]] = []
    original = GuardedBackend.connect_tcp

    def noted(self: GuardedBackend, host: str, port: int, *args: Any, **extra: Any) -> Any:
        reached.append((host, port))
        return original(self, host, port, *args, **extra)

    monkeypatch.setattr(GuardedBackend, "connect_tcp", noted)
    stage.write(leading(stage, what, address))
    with pytest.raises(SourceForbidden) as failure:
        stage.source().pull(ASKED, tmp_path / "out.mp4")
    assert not failure.value.retryable
    assert set(reached) == {("127.0.0.1", stage.server.port)}
    assert not (tmp_path / "out.mp4").exists()


def leading(stage: Stage, what: str, address: str) -> str:
    if what == "variant":
        return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{address}\n"
    if what == "segment":
        return Playlist().text([cut.but(uri=address) for cut in stage.cuts])
    tag = "KEY:METHOD=AES-128," if what == "key" else "MAP:"
    return Playlist(head=(f'#EXT-X-{tag}URI="{address}"',)).text(stage.cuts)


def test_a_segment_that_redirects_to_another_host_is_refused(tmp_path: Path, film: tuple[Path, list[Cut]]) -> None:
    www = tmp_path / "www"
    www.mkdir()
    (www / "index.m3u8").write_text(Playlist().text(film[1]))
    away = "location ~ [.]ts$ { return 302 http://198.51.100.7$request_uri; }"
    with nginx(www, away) as server, pytest.raises(SourceForbidden):
        HlsSource.bind(context({"url": server.url("index.m3u8")})).pull(ASKED, tmp_path / "out.mp4")


def test_a_playlist_that_moved_on_the_same_server_is_followed(tmp_path: Path, film: tuple[Path, list[Cut]]) -> None:
    """Session addresses: what it names is relative to where it was found in the end."""
    www = tmp_path / "www"
    (www / "session-7").mkdir(parents=True)
    for cut in film[1]:
        shutil.copy(film[0] / cut.uri, www / "session-7")
    (www / "session-7" / "index.m3u8").write_text(Playlist().text(film[1]))
    with nginx(www, "location = /index.m3u8 { return 302 /session-7/index.m3u8; }") as server:
        pulled = HlsSource.bind(context({"url": server.url("index.m3u8")})).pull(ASKED, tmp_path / "out.mp4")
    assert covered_s(pulled) == [(2.0, 28.0)]


# -- Settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "url"),
        ({"url": "rtsp://host/x"}, "url"),
        ({"url": "http://u:p@host/x.m3u8"}, "url"),
        ({"url": "http://host/x.m3u8?token=abc"}, "url"),
        ({"url": "http://host/x.m3u8", "archive": "dvr.m3u8"}, "archive"),
        ({"url": "http://host/x.m3u8", "archive": "{start_unix}-{what}.m3u8"}, "archive"),
        ({"url": "http://host/x.m3u8", "archive": "{start_unix}-{0.__class__}.m3u8"}, "archive"),
        ({"url": "http://host/x.m3u8", "archive": "http://other/{start_unix}.m3u8"}, "archive"),
        ({"url": "http://host/x.m3u8", "archive": "//other/{start_unix}.m3u8"}, "archive"),
        ({"url": "http://host/x.m3u8", "archive": "{start_unix}.m3u8?token=abc"}, "archive"),
        ({"url": "http://host/x.m3u8", "start_at": "yesterday"}, "start_at"),
        ({"url": "http://host/x.m3u8", "start_at": "9999-12-31T00:00:00"}, "start_at"),
        ({"url": "http://host/x.m3u8", "quality": "huge"}, "quality"),
        ({"url": "http://host/x.m3u8", "verify_tls": "no"}, "verify_tls"),
        ({"url": "http://host/x.m3u8", "password": "x"}, "password"),
        ({"url": "http://host/x.m3u8", "unknown": 1}, "unknown"),
    ],
)
def test_settings_that_cannot_be_used_are_named(given: dict[str, Any], wrong: str) -> None:
    assert wrong in HlsSource.validate(given)


def test_settings_that_can_be_used_pass() -> None:
    settings = {"url": "https://host/x.m3u8?id=7", "archive": "/dvr/{start_iso}/{end_iso}.m3u8", "quality": "best"}
    assert HlsSource.validate(settings) == {}


def test_archive_addresses_are_cut_outwards_to_whole_seconds() -> None:
    asked = TimeWindow(wib("07:00:00.5"), wib("07:01:00.2"))
    unix = int(wib("07:00:00").timestamp())
    assert archive_address("a-{start_unix}-{duration_s}", asked) == f"a-{unix}-61"
    assert archive_address("{start_iso}/{end_iso}", asked) == "2026-11-02T00:00:00Z/2026-11-02T00:01:01Z"
