"""The operators' page of our own recordings: what runs, what does not and why, and how much is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from cameras.models import Camera, RingChannel, RingSegment
from cameras.services.ring_plan import channel_note, channels_claim, channels_crashed, recorder_beat
from tests import factories

pytestmark = pytest.mark.django_db
TOKEN = uuid4()
LIST = "admin:cameras_ringchannel_changelist"


@pytest.fixture
def console(client: Any, rini: Any) -> Any:
    client.force_login(rini)
    return client


def recorded(code: str, phase: str = "recording", reason: str = "") -> Camera:
    camera = factories.camera(code, source_kind="rtsp", ring_hours=6)
    channels_claim(owner="host-0", token=TOKEN, camera_ids=[camera.pk], most=9)
    channel_note(token=TOKEN, camera_id=camera.pk, phase=phase, code=reason)
    return camera


def kept(camera: Camera, hours: float) -> None:
    start = timezone.now() - timedelta(hours=hours)
    RingSegment.objects.create(
        camera=camera, start_at=start, end_at=start + timedelta(hours=hours), file="ring/x.mkv", size_bytes=3 << 20
    )


def page(console: Any, address: str = LIST, *args: Any) -> str:
    answer = console.get(reverse(address, args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_list_says_what_is_kept_and_why_not(console: Any) -> None:
    recorder_beat(name="host-0", cameras=2)
    kept(recorded("GATE-1"), 1.5)
    recorded("GATE-2", "lost", "source_unreachable")
    text = page(console)
    assert "1,5 jam" in text or "1.5 jam" in text
    assert "3,0" in text
    assert "Perangkat tidak dapat dihubungi" in text
    assert "Tidak ada perekam yang berjalan" not in text
    assert reverse(LIST) in page(console, "admin:index")


def test_a_channel_whose_recorder_died_does_not_pretend_to_record(console: Any) -> None:
    recorded("GATE-1")
    RingChannel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    text = page(console)
    assert "perekamnya mati" in text
    assert "Tidak ada perekam yang berjalan" in text


def test_a_camera_set_aside_can_be_tried_at_once(console: Any) -> None:
    camera = recorded("GATE-1")
    for _ in range(3):
        channels_crashed(token=TOKEN, camera_ids=[camera.pk])
    assert "menjatuhkan perekam 3 kali" in page(console)
    console.post(reverse(LIST), {"action": "try_now", "_selected_action": [camera.pk]})
    channel = RingChannel.objects.get()
    assert (channel.set_aside_until, channel.crashes) == (None, 0)


def test_the_cameras_own_page_tells_it_too(console: Any) -> None:
    camera = recorded("GATE-1", "lost", "storage_full")
    text = page(console, "admin:cameras_camera_change", camera.pk)
    assert "penyimpanan kita penuh" in text
    assert "tidak direkam sendiri" in page(console, "admin:cameras_camera_change", factories.camera("OTHER").pk)


def test_nobody_writes_a_channel_by_hand(console: Any, client: Any, bu_sari: Any) -> None:
    camera = recorded("GATE-1")
    change = reverse("admin:cameras_ringchannel_change", args=[camera.pk])
    assert 'name="_save"' not in page(console, "admin:cameras_ringchannel_change", camera.pk)
    assert console.post(change, {"phase": "stopped"}).status_code == 403
    assert console.get(reverse("admin:cameras_ringchannel_add")).status_code == 403
    client.force_login(bu_sari)
    assert client.get(reverse(LIST)).status_code in {403, 404}
