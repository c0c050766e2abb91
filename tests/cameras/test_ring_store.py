"""Segments on their way into the storage and out of it again; claims; the ring as a source of footage."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from cameras.footage.options import Option, Words
from cameras.footage.source import FootageMissing, FootageSource, Glance, PulledFootage
from cameras.footage.window import TimeWindow
from cameras.models import Camera, RecorderBeat, RingChannel, RingDemand, RingSegment
from cameras.ring import spool
from cameras.ring.spool import Segment, moment
from cameras.services import ring, ring_desk, ring_retention, ring_store
from cameras.services.ring import recorder_alive, ring_coverage, ring_demand, ring_pull
from cameras.services.ring_desk import SpoolDesk
from cameras.services.ring_plan import (
    channel_note,
    channels_claim,
    channels_crashed,
    channels_release,
    channels_renew,
    channels_steady,
    recorder_beat,
    ring_wanted,
)
from cameras.services.ring_retention import ring_forget_future, ring_make_room, ring_retain
from cameras.services.ring_store import Adopted, ring_sweep, segments_adopt
from jsc_project.lib.errors import BytesRemain, StorageFull, StorageUnreachable
from jsc_project.storage import Room
from tests import factories
from tests.cameras.clips import wib
from tests.cameras.footage_contract import FootageContract, Recorded

pytestmark = pytest.mark.django_db
TOKEN = uuid4()
HOUR = 3600.0


def claimed(camera: Camera, token: Any = TOKEN) -> None:
    assert channels_claim(owner="a", token=token, camera_ids=[camera.pk], most=9) == {camera.pk}


def spooled(
    folder: Path, camera: Camera, start_s: float, seconds: float = 30.0, size: int = 1000, **more: Any
) -> Segment:
    part = spool.part_path(folder, camera.pk, start_s)
    part.write_bytes(b"x" * size)
    return spool.finish(part, Segment(part, camera.pk, start_s, start_s + seconds, **more))


def adopt(folder: Path, camera: Camera, token: Any = TOKEN) -> Adopted:
    return segments_adopt(segments=list(spool.finished(folder)), tokens={camera.pk: token})


def kept(camera: Camera, begun_before_s: float, seconds: float = 30.0, size: int = 1000) -> RingSegment:
    """A stored segment that began so long ago."""
    start = timezone.now() - timedelta(seconds=begun_before_s)
    name = default_storage.save(f"ring/x/{start:%Y%m%d%H%M%S%f}.mkv", ContentFile(b"x" * 10))
    return RingSegment.objects.create(
        camera=camera, start_at=start, end_at=start + timedelta(seconds=seconds), file=name, size_bytes=size
    )


def stored_files() -> set[str]:
    return {name for _, names in ring_store._folders("ring") for name in names}


# -- Adoption -------------------------------------------------------------------------


def test_a_segment_is_stored_by_camera_and_true_start_and_leaves_the_spool(tmp_path: Path) -> None:
    camera = factories.camera("GATE 03/a")
    claimed(camera)
    begins = wib("07:00:00.25")
    spooled(tmp_path, camera, begins.timestamp())
    assert adopt(tmp_path, camera) == Adopted(1, 1000)
    [row] = RingSegment.objects.all()
    assert (row.start_at, row.end_at) == (begins, begins + timedelta(seconds=30))
    assert row.file.name == f"ring/gate-03a-{camera.pk}/20261102/20261102T000000.250000Z.mkv"
    assert default_storage.size(row.file.name) == 1000
    assert list((tmp_path / str(camera.pk)).iterdir()) == []
    camera.ring_channel.refresh_from_db()
    assert camera.ring_channel.last_segment_at == row.end_at


def test_rows_of_a_camera_that_is_reconnected_to_do_not_overlap(tmp_path: Path) -> None:
    camera = factories.camera()
    claimed(camera)
    spooled(tmp_path, camera, 1000.0)
    adopt(tmp_path, camera)
    spooled(tmp_path, camera, 1028.0)
    spooled(tmp_path, camera, 1005.0, 10.0)
    assert adopt(tmp_path, camera) == Adopted(1, 1000, 1)
    bounds = [(row.start_at.timestamp(), row.end_at.timestamp()) for row in RingSegment.objects.all()]
    assert bounds == [(1000.0, 1028.0), (1028.0, 1058.0)]


def test_what_a_recorder_without_a_claim_brings_is_kept_only_where_nothing_is_known(tmp_path: Path) -> None:
    camera = factories.camera()
    claimed(camera)
    spooled(tmp_path, camera, 1000.0)
    adopt(tmp_path, camera)
    spooled(tmp_path, camera, 1010.0)
    spooled(tmp_path, camera, 1030.0)
    assert adopt(tmp_path, camera, uuid4()) == Adopted(1, 1000, 1)
    assert [row.start_at.timestamp() for row in RingSegment.objects.all()] == [1000.0, 1030.0]


def test_after_the_clock_was_set_back_what_it_had_misdated_is_gone_with_its_bytes(tmp_path: Path) -> None:
    camera, other = factories.camera(), factories.camera("CAM-2")
    claimed(camera)
    for start_s in (1000.0, 4600.0, 4630.0):
        spooled(tmp_path, camera, start_s)
    spooled(tmp_path, other, 4600.0)
    adopt(tmp_path, camera)
    spooled(tmp_path, camera, 1060.0, clock_set=True)
    spooled(tmp_path, camera, 1090.0)
    adopt(tmp_path, camera)
    assert [row.start_at.timestamp() for row in camera.ring_segments.all()] == [1000.0, 1060.0, 1090.0]
    assert other.ring_segments.count() == 1
    assert len(stored_files()) == 4


def test_segments_without_facts_are_read_and_what_is_no_film_is_refused(tmp_path: Path) -> None:
    camera = factories.camera()
    claimed(camera)
    Recorded("07:00:00", 6.0).write(spool.part_path(tmp_path, camera.pk, wib("07:00:00").timestamp()))
    spool.part_path(tmp_path, camera.pk, wib("07:00:30").timestamp()).write_bytes(b"no film at all")
    assert spool.salvage(tmp_path) == 2
    assert adopt(tmp_path, camera).refused == 1
    [row] = RingSegment.objects.all()
    assert row.start_at == wib("07:00:00")
    assert (row.end_at - row.start_at).total_seconds() == pytest.approx(6.0, abs=0.01)
    assert list((tmp_path / str(camera.pk)).iterdir()) == []


def test_a_camera_deleted_meanwhile_leaves_neither_row_nor_file(tmp_path: Path) -> None:
    camera = factories.camera()
    spooled(tmp_path, camera, 1000.0)
    camera_id = camera.pk
    camera.delete()
    assert segments_adopt(segments=list(spool.finished(tmp_path)), tokens={camera_id: TOKEN}).refused == 1
    assert stored_files() == set()


def test_a_crash_between_file_and_row_leaves_a_file_that_the_sweep_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = factories.camera()
    claimed(camera)
    spooled(tmp_path, camera, 1000.0)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ring_store, "_recorded", killed)
        adopt(tmp_path, camera)
    assert len(stored_files()) == 1
    adopt(tmp_path, camera)  # it lies in the spool still
    assert len(stored_files()) == 2
    assert ring_sweep(older_than=timezone.now() - timedelta(hours=1)) == 0
    assert ring_sweep(older_than=timezone.now() + timedelta(hours=1)) == 1
    assert stored_files() == {RingSegment.objects.get().file.name}


# -- A full disk ----------------------------------------------------------------------


class Disk:
    """A storage with so much room; stands in for the operating system's word."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free_bytes: int, reserve_bytes: int = 0) -> None:
        self.free_bytes, self.says_full = free_bytes, False
        self._store, self._delete = ring_store.store, ring_store.segment_delete
        monkeypatch.setattr(ring_store, "store", self.store)
        monkeypatch.setattr(ring_retention, "segment_delete", self.delete)
        monkeypatch.setattr(ring_retention, "storage_room", lambda: Room(self.free_bytes, reserve_bytes))

    def store(self, path: Path, name: str) -> Any:
        size = path.stat().st_size
        if self.says_full or size > self.free_bytes:
            raise StorageFull("no space left on device", errno=errno.errorcode[errno.ENOSPC])
        self.free_bytes -= size
        return self._store(path, name)

    def delete(self, segment: RingSegment) -> int:
        size = RingSegment.objects.get(pk=segment.pk).size_bytes
        count = self._delete(segment)
        self.free_bytes += size * count
        return count


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SpoolDesk]:
    (tmp_path / "spool").mkdir()
    made = SpoolDesk(tmp_path / "spool", TOKEN, {})
    made._retained_s = 1e12  # retention has tests of its own
    yield made


def test_on_a_full_disk_the_oldest_goes_and_recording_goes_on(
    tmp_path: Path, desk: SpoolDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = factories.camera()
    claimed(camera)
    desk._tokens = {camera.pk: TOKEN}
    old = [kept(camera, HOUR - at * 60.0) for at in range(30)]
    Disk(monkeypatch, free_bytes=0)
    spooled(tmp_path / "spool", camera, timezone.now().timestamp() - 30.0)
    desk.round()
    assert desk.total == Adopted(1, 1000)
    assert not RingSegment.objects.filter(pk=old[0].pk).exists()
    assert RingSegment.objects.filter(pk=old[-1].pk).exists()
    assert old[0].file.name not in stored_files()


def test_a_disk_that_stays_full_costs_segments_says_so_and_recovers_by_itself(
    tmp_path: Path, desk: SpoolDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = factories.camera()
    claimed(camera)
    desk._tokens = {camera.pk: TOKEN}
    channel_note(token=TOKEN, camera_id=camera.pk, phase=RingChannel.Phase.RECORDING)
    disk = Disk(monkeypatch, free_bytes=500)
    spooled(tmp_path / "spool", camera, 1000.0)
    desk.round()
    channel = RingChannel.objects.get()
    assert (channel.phase, channel.reason_code) == ("lost", "storage_full")
    assert list(spool.finished(tmp_path / "spool")) == []
    disk.free_bytes = 10_000
    spooled(tmp_path / "spool", camera, 1030.0)
    desk.round()
    channel.refresh_from_db()
    assert (channel.phase, channel.reason_code) == ("recording", "")
    assert [row.start_at.timestamp() for row in RingSegment.objects.all()] == [1030.0]


def test_a_disk_that_says_full_although_it_had_room_is_believed(
    tmp_path: Path, desk: SpoolDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = factories.camera()
    claimed(camera)
    disk = Disk(monkeypatch, free_bytes=1 << 40)
    disk.says_full = True
    spooled(tmp_path / "spool", camera, 1000.0)
    desk.round()
    assert RingChannel.objects.get().reason_code == "storage_full"
    assert stored_files() == set()


def test_a_storage_that_is_away_keeps_segments_waiting_and_loses_none(
    tmp_path: Path, desk: SpoolDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = factories.camera()
    claimed(camera)

    def away(*_: Any) -> None:
        raise StorageUnreachable("the share is gone", retry_after_s=0.0)

    for start_s in (1000.0, 1030.0):
        spooled(tmp_path / "spool", camera, start_s)
    with monkeypatch.context() as patch:
        patch.setattr(ring_store, "store", away)
        desk.round()
    assert len(list(spool.finished(tmp_path / "spool"))) == 2
    desk.round()
    assert RingSegment.objects.count() == 2


def test_the_spool_behind_a_storage_that_stays_away_does_not_fill_the_disk(
    tmp_path: Path, desk: SpoolDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = factories.camera()
    claimed(camera)
    monkeypatch.setattr(ring_desk, "SPOOL_MOST_BYTES", 2500)

    def away(*_: Any) -> None:
        raise StorageUnreachable("the share is gone")

    monkeypatch.setattr(ring_store, "store", away)
    for number in range(5):
        spooled(tmp_path / "spool", camera, 1000.0 + 30 * number)
    desk.round()
    left = [one.start_s for one in spool.finished(tmp_path / "spool")]
    assert left == [1090.0, 1120.0]


def test_a_spool_that_has_no_room_takes_it_from_what_is_old(desk: SpoolDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = factories.camera()
    for at in range(40):
        kept(camera, HOUR - at * 60.0, size=20 << 20)
    disk = Disk(monkeypatch, free_bytes=0)
    desk.make_room()
    desk.round()
    assert disk.free_bytes >= ring_desk.ROOM_BYTES
    assert 0 < RingSegment.objects.count() < 40


def test_the_ring_leaves_more_room_than_the_storages_reserve(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = factories.camera()
    for at in range(60):
        kept(camera, HOUR - at * 60.0)
    Disk(monkeypatch, free_bytes=15_000, reserve_bytes=10_000)
    assert ring_make_room(1000)
    assert 0 < RingSegment.objects.count() <= 54
    assert not ring_make_room(1_000_000)
    assert RingSegment.objects.count() == 0


# -- Retention ------------------------------------------------------------------------


def test_each_camera_keeps_its_own_hours_and_the_bytes_are_gone() -> None:
    two, none = factories.camera(ring_hours=2), factories.camera("CAM-2", ring_hours=0)
    for camera in (two, none):
        claimed(camera, uuid4())
        for hours in (3.0, 2.1, 1.9, 0.1):
            kept(camera, hours * HOUR)
    assert ring_retain()["hours"] == 6
    assert two.ring_segments.count() == 2
    assert none.ring_segments.count() == 0
    assert stored_files() == {row.file.name for row in RingSegment.objects.all()}


def test_what_a_demand_needs_stays_until_a_day_after_its_end() -> None:
    camera = factories.camera(ring_hours=0)
    claimed(camera)
    now = timezone.now()
    needed = [kept(camera, 30 * 60.0), kept(camera, 25 * 60.0)]
    before, after = kept(camera, 50 * 60.0), kept(camera, 60.0)
    ring_demand(camera_id=camera.pk, until=now - timedelta(minutes=20), purpose="x", since=now - timedelta(minutes=30))
    ring_retain()
    left = set(RingSegment.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in needed}
    assert not {before.pk, after.pk} & left
    ring_retain(now=now + timedelta(hours=25))
    assert RingSegment.objects.count() == 0
    assert not RingDemand.objects.exists()


def test_over_the_byte_limit_the_oldest_of_all_goes_first() -> None:
    one, two = factories.camera(ring_hours=9), factories.camera("CAM-2", ring_hours=9)
    oldest = [kept(one if at % 2 else two, 2 * HOUR - at * 60, size=1000) for at in range(100)]
    gone = ring_retain(max_bytes=50_000)["bytes"]
    assert 50 <= gone <= 70
    left = set(RingSegment.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in oldest[gone:]}


def test_a_live_demands_segments_go_last() -> None:
    plain, needed = factories.camera(ring_hours=9), factories.camera("CAM-2")
    now = timezone.now()
    wanted = [kept(needed, 3 * HOUR + at) for at in range(5)]
    for at in range(40):
        kept(plain, HOUR + at)
    ring_demand(camera_id=needed.pk, until=now + timedelta(hours=1), purpose="x", since=now - timedelta(hours=4))
    ring_retain(max_bytes=5_000)
    assert set(RingSegment.objects.values_list("pk", flat=True)) == {row.pk for row in wanted}
    ring_retain(max_bytes=0)
    assert RingSegment.objects.count() == 0


def test_a_segment_that_cannot_be_deleted_keeps_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = factories.camera(ring_hours=1)
    claimed(camera)
    stuck, other = kept(camera, 3 * HOUR), kept(camera, 2 * HOUR)
    erase = ring_store.erase

    def sticky(name: str) -> None:
        if name == stuck.file.name:
            raise BytesRemain("still there")
        erase(name)

    monkeypatch.setattr(ring_store, "erase", sticky)
    ring_retain()
    assert list(RingSegment.objects.values_list("pk", flat=True)) == [stuck.pk]
    assert other.file.name not in stored_files()


def test_what_claims_to_come_from_the_future_was_misdated() -> None:
    camera = factories.camera(ring_hours=1)
    kept(camera, -HOUR)
    right = kept(camera, 60.0)
    assert ring_forget_future() == 1
    assert RingSegment.objects.get() == right


# -- Who is recorded, by whom -----------------------------------------------------------


def test_wanted_are_active_live_cameras_with_hours_or_a_demand() -> None:
    now = timezone.now()
    hours = factories.camera("A", source_kind="rtsp", ring_hours=1)
    demanded = factories.camera("B", source_kind="rtsp")
    ended = factories.camera("C", source_kind="rtsp")
    factories.camera("D", source_kind="rtsp", ring_hours=1, active=False)
    factories.camera("E", source_kind="folder", ring_hours=1)
    factories.camera("F", source_kind="rtsp")
    ring_demand(camera_id=demanded.pk, until=now + timedelta(minutes=1), purpose="x")
    ring_demand(camera_id=ended.pk, until=now - timedelta(seconds=1), purpose="x")
    assert set(ring_wanted({"rtsp"})) == {hours.pk, demanded.pk}


def test_what_a_recording_depends_on_changes_its_stamp_and_nothing_else_does() -> None:
    camera = factories.camera(source_kind="rtsp", ring_hours=1, source_settings={"url": "rtsp://10.0.0.1/a"})

    def stamp() -> int:
        return ring_wanted({"rtsp"})[camera.pk].stamp

    first = stamp()
    camera.name = "another name"
    camera.save()
    assert stamp() == first
    camera.secrets_set({"password": "x"})
    camera.save()
    second = stamp()
    camera.source_settings = {"url": "rtsp://10.0.0.2/a"}
    camera.save()
    assert len({first, second, stamp()}) == 3


def test_a_demand_asked_for_again_lasts_longer_and_reaches_farther_back() -> None:
    camera, now = factories.camera(), timezone.now()
    ring_demand(camera_id=camera.pk, until=now + timedelta(minutes=5), purpose="v 1", since=now)
    ring_demand(camera_id=camera.pk, until=now + timedelta(minutes=2), purpose="v 1", since=now - timedelta(minutes=9))
    demand = RingDemand.objects.get()
    assert (demand.until, demand.since) == (now + timedelta(minutes=5), now - timedelta(minutes=9))


def test_of_two_recorders_one_gets_the_camera_and_a_dead_ones_comes_free() -> None:
    camera, first, second = factories.camera(), uuid4(), uuid4()
    claimed(camera, first)
    assert channels_claim(owner="b", token=second, camera_ids=[camera.pk], most=9) == set()
    assert channels_renew(token=first, camera_ids=[camera.pk]) == {camera.pk}
    RingChannel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert channels_claim(owner="b", token=second, camera_ids=[camera.pk], most=9) == {camera.pk}
    assert channels_renew(token=first, camera_ids=[camera.pk]) == set()
    assert not channel_note(token=first, camera_id=camera.pk, phase="lost", code="late")
    channels_release(token=first, camera_ids=[camera.pk])
    assert RingChannel.objects.get().token == second


def test_a_recorder_takes_no_more_than_it_may() -> None:
    ids = [factories.camera(f"C{n}").pk for n in range(5)]
    assert len(channels_claim(owner="a", token=uuid4(), camera_ids=ids, most=3)) == 3
    assert len(channels_claim(owner="b", token=uuid4(), camera_ids=ids, most=9)) == 2


def test_a_camera_that_brings_the_recorder_down_again_and_again_is_set_aside_longer_each_time() -> None:
    camera = factories.camera()
    claimed(camera)
    assert [channels_crashed(token=TOKEN, camera_ids=[camera.pk]) for _ in range(3)] == [[], [], [camera.pk]]
    channels_release(token=TOKEN, camera_ids=[camera.pk])
    channel = RingChannel.objects.get()
    assert (channel.phase, channel.reason_code) == ("lost", "crashed")
    assert channels_claim(owner="b", token=uuid4(), camera_ids=[camera.pk], most=9) == set()
    first_s = (channel.set_aside_until - timezone.now()).total_seconds()
    RingChannel.objects.update(set_aside_until=timezone.now() - timedelta(seconds=1))
    claimed(camera)
    assert channels_crashed(token=TOKEN, camera_ids=[camera.pk]) == [camera.pk]
    channel.refresh_from_db()
    assert (channel.set_aside_until - timezone.now()).total_seconds() > 1.5 * first_s
    channels_steady(token=TOKEN, camera_ids=[camera.pk])
    channel.refresh_from_db()
    assert (channel.crashes, channel.set_aside_until) == (0, None)


def test_only_news_is_written_about_a_channel() -> None:
    camera = factories.camera()
    claimed(camera)
    assert channel_note(token=TOKEN, camera_id=camera.pk, phase="lost", code="source_unreachable", detail="a")
    since = RingChannel.objects.get().since
    assert not channel_note(token=TOKEN, camera_id=camera.pk, phase="lost", code="source_unreachable", detail="b")
    assert RingChannel.objects.get().since == since


def test_a_recorder_lives_while_it_beats() -> None:
    assert not recorder_alive()
    recorder_beat(name="a-0", cameras=3)
    assert recorder_alive()
    RecorderBeat.objects.update(at=timezone.now() - timedelta(minutes=1))
    assert not recorder_alive()


# -- The ring as a source ---------------------------------------------------------------


class RingSource:
    """What ``pulls`` does with the ring, as the contract asks for it."""

    kind = "ring"
    title = Words("Rekaman sendiri", "Our own recording")
    options: tuple[Option, ...] = ()
    has_past, real_time, stills_only = True, False, False

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    @classmethod
    def bind(cls, context: Any) -> RingSource:
        raise NotImplementedError

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return {}

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        return ring_coverage(self._camera, window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        pulled = ring_pull(self._camera, window, destination)
        if pulled is None:
            raise FootageMissing("nothing was recorded")
        return pulled

    def glance(self, folder: Path) -> Glance:
        raise FootageMissing("no glance")


def recorded_into_ring(root: Path, camera: Camera, segments: Sequence[Recorded]) -> None:
    """Through spool and adoption, as a recorder's files go."""
    claimed(camera)
    for one in segments:
        start_s = wib(one.start).timestamp()
        part = one.write(spool.part_path(root / "spool", camera.pk, start_s))
        spool.finish(part, Segment(part, camera.pk, start_s, start_s + one.seconds))
    assert adopt(root / "spool", camera).segments == len(segments)


class TestRingKeepsTheContract(FootageContract):
    def make_source(self, root: Path, segments: Sequence[Recorded]) -> FootageSource:
        camera = factories.camera()
        recorded_into_ring(root, camera, segments)
        return RingSource(camera)


class TestRingInABucketKeepsTheContract(FootageContract):
    """A storage that has no paths: files are fetched for the pull."""

    @pytest.fixture(autouse=True)
    def _no_paths(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Bucket:
            open = staticmethod(default_storage.open)

            def path(self, _name: str) -> str:
                raise NotImplementedError

        monkeypatch.setattr(ring, "default_storage", Bucket())

    def make_source(self, root: Path, segments: Sequence[Recorded]) -> FootageSource:
        camera = factories.camera()
        recorded_into_ring(root, camera, segments)
        return RingSource(camera)


def test_a_segment_whose_bytes_went_meanwhile_is_a_hole_and_no_error(tmp_path: Path) -> None:
    camera = factories.camera()
    recorded_into_ring(tmp_path, camera, [Recorded("07:00:00"), Recorded("07:00:10"), Recorded("07:00:20")])
    middle = RingSegment.objects.get(start_at=wib("07:00:10"))
    default_storage.delete(middle.file.name)
    asked = TimeWindow(wib("07:00:02"), wib("07:00:28"))
    pulled = ring_pull(camera, asked, tmp_path / "out.mp4")
    assert pulled is not None
    assert pulled.notes["ring"]["lost"] == 1
    assert [part.seconds for part in pulled.covered] == [pytest.approx(8.0, abs=0.05)] * 2


def test_holes_inside_a_segment_are_no_coverage(tmp_path: Path) -> None:
    camera = factories.camera()
    claimed(camera)
    start: datetime = moment(1_790_000_000.0)
    spooled(tmp_path, camera, 1_790_000_000.0, stretches=((0.0, 10.0), (20.0, 30.0)))
    adopt(tmp_path, camera)
    told = ring_coverage(camera, TimeWindow(start + timedelta(seconds=5), start + timedelta(seconds=60)))
    assert [part.seconds for part in told] == [5.0, 10.0]
