"""Originals: for the permitted alone, of what they may see, with a reason, written down, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.utils import timezone

from cameras.models import ClipExcerpt, FootageClip
from jsc_project.storage import store
from reports import pipeline
from reports.models import FootageLook, Incident, StatusChange, VerificationMatch
from reports.ranges import Span, Unsatisfiable, asked_span, ranged
from reports.services.purge import footage_purge
from tests import factories
from tests.cameras.clips import Clip, steady, write
from tests.reports import rows
from tests.s3_server import s3_server, use

pytestmark = pytest.mark.django_db

MINUTE = Clip(steady(60), gop_s=1)
REASON = {"keperluan": "check", "alasan": "Memastikan mobil yang sama"}


def permit(person: Any) -> Any:
    person.user_permissions.add(Permission.objects.get(codename="view_original_clip"))
    return type(person).objects.get(pk=person.pk)


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: Any, settings: Any) -> Iterator[Any]:
    if request.param == "folder":
        yield None
        return
    with s3_server() as wire:
        use(settings, wire)
        yield wire


@pytest.fixture
def hers(menteng: Any, tmp_path: Path) -> Incident:
    """An incident in Menteng that a camera has looked at; its footage is real."""
    incident = rows.placed(menteng).incident
    still = rows.looked_at(incident)
    still.at = factories.NOON + timedelta(seconds=30)
    still.save()
    give_footage(still.run.clip, tmp_path)
    return incident


def give_footage(of: FootageClip, tmp_path: Path, clip: Clip = MINUTE) -> None:
    stored = store(write(tmp_path / "clip.mp4", clip), f"clips/{of.pk}.mp4")
    end = factories.NOON + timedelta(seconds=60)
    FootageClip.objects.filter(pk=of.pk).update(
        file=stored.name,
        sha256=stored.sha256,
        media_start_at=factories.NOON,
        covered=[[factories.NOON.isoformat(), end.isoformat()]],
    )


def clip_of(incident: Incident) -> FootageClip:
    return VerificationMatch.objects.get(verification__incident=incident).clip  # type: ignore[return-value]


def address(incident: Incident) -> str:
    return f"/admin/rekaman/{clip_of(incident).pk}/?kejadian={incident.pk}"


def ask(browser: Client, incident: Incident, **extra: str) -> Any:
    page = browser.get(address(incident))
    part = page.context["parts"][0].key
    return browser.post(address(incident), {**REASON, "bagian": part, **extra})


def granted(browser: Client, incident: Incident) -> str:
    """The address of a look, cut and ready."""
    answer = ask(browser, incident)
    assert answer.status_code == 302, answer.context["error"]
    pipeline.run_until_quiet()
    return str(answer["Location"])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def nothing(browser: Client, path: str, **posted: str) -> bool:
    """Whether the answer is that of an address that does not exist, to the letter."""
    unknown = "/admin/rekamanx/1/"
    answers = [browser.post(each, posted) if posted else browser.get(each) for each in (path, unknown)]
    pages = [
        re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", answer.content.decode()) for answer in answers
    ]
    return [answer.status_code for answer in answers] == [404, 404] and pages[0] == pages[1]


# -- Who ------------------------------------------------------------------------------


def test_bu_sari_with_the_permission_sees_the_original_of_her_incident(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(permit(bu_sari))
    assert "Rekaman asli" in browser.get(f"/admin/reports/incident/{hers.pk}/change/").content.decode()
    look = granted(browser, hers)
    page = browser.get(look).content.decode()
    assert f'src="{look}video.mp4"' in page
    video = browser.get(f"{look}video.mp4")
    assert video.status_code == 200
    assert video["Content-Type"] == "video/mp4"
    assert {"private", "no-store"} <= set(video["Cache-Control"].replace(" ", "").split(","))
    assert body(video)[4:8] == b"ftyp"


def test_without_the_permission_nothing_tells_that_there_are_originals(
    bu_sari: Any, rini: Any, hers: Incident, client: Client
) -> None:
    look = granted(rows.browser(permit(factories.operator("boss"))), hers)
    for person in (bu_sari, rini):
        browser = rows.browser(person)
        page = browser.get(f"/admin/reports/incident/{hers.pk}/change/").content.decode()
        assert "rekaman/" not in page
        assert "Rekaman asli" not in page
        for path in (address(hers), look, f"{look}keadaan/", f"{look}video.mp4"):
            assert nothing(browser, path)
            assert nothing(browser, path, **REASON)
    clip_page = rows.browser(rini).get(f"/admin/cameras/footageclip/{clip_of(hers).pk}/change/")
    assert clip_page.status_code == 200
    assert "rekaman asli" not in clip_page.content.decode().lower().replace("penayangan rekaman asli", "")
    unknown = client.get("/admin/rekamanx/1/")
    for path in (address(hers).split("?")[0], look, f"{look}video.mp4"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (
            302,
            unknown["Location"].replace("/admin/rekamanx/1/", path),
        )


def test_pak_budi_sees_none_of_it_even_with_the_permission(bu_sari: Any, pak_budi: Any, hers: Incident) -> None:
    look = granted(rows.browser(permit(bu_sari)), hers)
    browser = rows.browser(permit(pak_budi))
    clip = clip_of(hers).pk
    for path in (address(hers), f"/admin/rekaman/{clip}/", look, f"{look}keadaan/", f"{look}video.mp4"):
        assert nothing(browser, path)
    assert nothing(browser, address(hers), **REASON, bagian="1")
    assert FootageLook.objects.count() == 1


def test_a_grant_is_its_owners_and_ends_with_permission_membership_and_time(
    bu_sari: Any, menteng: Any, hers: Incident
) -> None:
    person = permit(bu_sari)
    look = granted(rows.browser(person), hers)
    other = permit(factories.lurah("sari2", menteng))
    assert rows.browser(other).get(f"{look}video.mp4").status_code == 404
    assert rows.browser(person).get(f"{look}video.mp4").status_code == 200

    membership = person.membership_set.get() if hasattr(person, "membership_set") else person.memberships.get()
    membership.valid_to = timezone.now() - timedelta(minutes=1)
    membership.save()
    assert rows.browser(person).get(f"{look}video.mp4").status_code == 404
    membership.valid_to = None
    membership.save()
    assert rows.browser(person).get(f"{look}video.mp4").status_code == 200
    person.user_permissions.clear()
    assert rows.browser(person).get(f"{look}video.mp4").status_code == 404


def test_a_grant_lasts_half_an_hour(bu_sari: Any, hers: Incident, monkeypatch: Any) -> None:
    browser = rows.browser(permit(bu_sari))
    look = granted(browser, hers)
    later = timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr("reports.models.looks.timezone.now", lambda: later)
    assert browser.get(f"{look}video.mp4").status_code == 404
    assert browser.get(f"{look}keadaan/").json()["state"] == "OVER"
    assert "Minta lagi" in browser.get(look).content.decode()


def test_an_incident_that_the_clip_was_not_taken_for_opens_nothing(bu_sari: Any, menteng: Any, hers: Incident) -> None:
    other = rows.placed(menteng).incident
    browser = rows.browser(permit(bu_sari))
    for number in (str(other.pk), "0", "x", "9" * 30):
        assert browser.get(f"/admin/rekaman/{clip_of(hers).pk}/?kejadian={number}").status_code == 404


def test_an_operator_with_the_permission_comes_from_the_clip_and_may_choose_any_minute(
    rini: Any, hers: Incident
) -> None:
    browser = rows.browser(permit(rini))
    clip = clip_of(hers)
    assert f"/admin/rekaman/{clip.pk}/" in browser.get(f"/admin/cameras/footageclip/{clip.pk}/change/").content.decode()
    parts = browser.get(f"/admin/rekaman/{clip.pk}/").context["parts"]
    assert [(part.is_event, part.window.seconds) for part in parts] == [(True, 20), (False, 60)]


# -- Why, and what is written down ------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [{"alasan": ""}, {"alasan": "ya"}, {"alasan": "\x00\x00\x00\x00\x00\x00"}, {"keperluan": "iseng"}, {"bagian": "7"}],
    ids=["no words", "too few", "no letters", "no such purpose", "no such part"],
)
def test_who_does_not_say_why_sees_nothing(bu_sari: Any, hers: Incident, sent: dict[str, str]) -> None:
    answer = ask(rows.browser(permit(bu_sari)), hers, **sent)
    assert answer.status_code == 400
    assert "tuliskan alasannya" in answer.content.decode()
    assert (FootageLook.objects.count(), ClipExcerpt.objects.count()) == (0, 0)


def test_each_look_is_written_down_once_however_often_the_player_asks(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(permit(bu_sari))
    browser.get(address(hers))
    assert not FootageLook.objects.exists(), "asking for the form is no look"
    look = granted(browser, hers)
    for span in ("bytes=0-1", "bytes=100-", "bytes=-5"):
        body(browser.get(f"{look}video.mp4", headers={"range": span}))
    logged = FootageLook.objects.get()
    clip = clip_of(hers)
    assert (logged.user, logged.username, logged.clip, logged.incident) == (bu_sari, "sari", clip, hers)
    assert (logged.camera_code, logged.why, logged.reason) == (clip.camera.code, "check", REASON["alasan"])
    assert (logged.start_at, logged.end_at) == tuple(factories.NOON + timedelta(seconds=s) for s in (20, 40))
    assert logged.address == "127.0.0.1"
    granted(browser, hers)
    assert FootageLook.objects.count() == 2
    assert ClipExcerpt.objects.count() == 1, "the part is cut once"


def test_a_look_cannot_be_changed_or_deleted(bu_sari: Any, hers: Incident) -> None:
    granted(rows.browser(permit(bu_sari)), hers)
    look = FootageLook.objects.get()
    look.reason = "lain"
    for change in (
        look.save,
        look.delete,
        FootageLook.objects.all().delete,
        lambda: FootageLook.objects.update(reason="lain"),
    ):
        with pytest.raises(TypeError):
            change()
    assert FootageLook.objects.get().reason == REASON["alasan"]


# -- Progress, and what may go wrong -----------------------------------------------------


def test_the_page_waits_until_the_part_is_cut(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(permit(bu_sari))
    look = str(ask(browser, hers)["Location"])
    assert browser.get(f"{look}keadaan/").json()["state"] == "WANTED"
    assert browser.get(f"{look}video.mp4").status_code == 404
    page = browser.get(look).content.decode()
    assert f'data-look-state="{look}keadaan/"' in page
    pipeline.run_until_quiet()
    assert browser.get(f"{look}keadaan/").json()["state"] == "READY"


def test_footage_that_cannot_be_cut_is_told_and_tried_again_when_asked_again(bu_sari: Any, hers: Incident) -> None:
    clip = clip_of(hers)
    good = default_storage.open(str(clip.file.name)).read()
    default_storage.delete(str(clip.file.name))
    default_storage.save(str(clip.file.name), ContentFile(b"no film"))
    browser = rows.browser(permit(bu_sari))
    look = granted(browser, hers)
    told = browser.get(f"{look}keadaan/").json()
    assert told["state"] == "FAILED"
    assert "tidak dapat dibuat: " in told["words"]
    assert "decode_failed" not in told["words"]
    default_storage.delete(str(clip.file.name))
    default_storage.save(str(clip.file.name), ContentFile(good))
    assert browser.get(f"{granted(browser, hers)}keadaan/").json()["state"] == "READY"
    states = StatusChange.objects.filter(subject_kind="excerpt").order_by("id").values_list("new", flat=True)
    assert list(states) == ["FAILED", "WANTED", "READY"]


def test_a_part_of_footage_that_was_pulled_again_is_cut_again(bu_sari: Any, hers: Incident, tmp_path: Path) -> None:
    browser = rows.browser(permit(bu_sari))
    granted(browser, hers)
    before = ClipExcerpt.objects.get()
    FootageClip.objects.update(sha256="b" * 64)
    granted(browser, hers)
    after = ClipExcerpt.objects.get()
    assert after.pk == before.pk
    assert after.file.name != before.file.name
    assert after.notes["clip_sha256"] == "b" * 64


def test_purged_footage_is_told_as_gone_and_takes_its_parts_along(bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(permit(bu_sari))
    look = granted(browser, hers)
    FootageClip.objects.update(settled_at=timezone.now() - timedelta(days=9))
    assert footage_purge(now=timezone.now()).excerpts == 1
    assert browser.get(f"{look}keadaan/").json()["state"] == "GONE"
    assert browser.get(f"{look}video.mp4").status_code == 404
    assert browser.get(address(hers)).status_code == 410
    assert browser.post(address(hers), {**REASON, "bagian": "1"}).status_code == 410
    assert "sudah dihapus" in browser.get(f"/admin/reports/incident/{hers.pk}/change/").content.decode()
    assert FootageLook.objects.count() == 1, "that it was seen stays known"


def test_a_clip_purged_while_it_is_cut_leaves_no_part_behind(bu_sari: Any, hers: Incident, monkeypatch: Any) -> None:
    from reports.steps import cut

    real = cut.excerpt_cut

    def and_purged_meanwhile(**given: Any) -> Any:
        made = real(**given)
        FootageClip.objects.update(file="", state="PURGED")
        return made

    monkeypatch.setattr(cut, "excerpt_cut", and_purged_meanwhile)
    look = granted(rows.browser(permit(bu_sari)), hers)
    assert rows.browser(bu_sari).get(f"{look}keadaan/").json()["state"] == "GONE"
    assert ClipExcerpt.objects.get().reason_code == "clip_gone"
    assert not [name for _, names in [default_storage.listdir("excerpts")] for name in names]
    assert not list(Path(default_storage.location).rglob("excerpts/**/*.mp4"))  # type: ignore[attr-defined]


# -- Ranges --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", None),
        ("bytes=0-0", Span(0, 0)),
        ("bytes=10-19", Span(10, 19)),
        ("bytes=90-", Span(90, 99)),
        ("bytes=90-1000", Span(90, 99)),
        ("bytes=-10", Span(90, 99)),
        ("bytes=-1000", Span(0, 99)),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_one_range_is_read_and_anything_else_gets_the_whole(header: str, span: Span | None) -> None:
    assert asked_span(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_had(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_span(header, 100)


def test_ranges_are_exact_to_the_byte_wherever_the_footage_lies(anywhere: Any, bu_sari: Any, hers: Incident) -> None:
    browser = rows.browser(permit(bu_sari))
    url = f"{granted(browser, hers)}video.mp4"
    excerpt = ClipExcerpt.objects.get()
    whole = excerpt.file.open("rb").read()
    size, etag = len(whole), f'"{excerpt.sha256}"'
    full = browser.get(url)
    assert (full.status_code, full["Accept-Ranges"], full["Content-Length"]) == (200, "bytes", str(size))
    assert (full["ETag"], body(full)) == (etag, whole)

    for first, last in ((0, 0), (1, 9), (size // 2, size // 2 + 70_000), (size - 1, size - 1)):
        last = min(last, size - 1)
        answer = browser.get(url, headers={"range": f"bytes={first}-{last}"})
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert answer["Content-Length"] == str(last - first + 1)
        assert body(answer) == whole[first : last + 1]
    assert body(browser.get(url, headers={"range": "bytes=-100"})) == whole[-100:]
    beyond = browser.get(url, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{size}")

    same = browser.get(url, headers={"range": "bytes=5-9", "if-range": etag})
    assert (same.status_code, body(same)) == (206, whole[5:10])
    changed = browser.get(url, headers={"range": "bytes=5-9", "if-range": '"another"'})
    assert (changed.status_code, body(changed)) == (200, whole)

    head = browser.head(url, headers={"range": "bytes=5-9"})
    assert (head.status_code, head["Content-Length"], head.content) == (206, "5", b"")
    assert browser.head(url)["Content-Length"] == str(size)


def test_a_bucket_that_is_slow_to_answer_is_told_as_such(
    bu_sari: Any, settings: Any, menteng: Any, tmp_path: Path
) -> None:
    with s3_server() as wire:
        use(settings, wire)
        incident = rows.placed(menteng).incident
        still = rows.looked_at(incident)
        still.at = factories.NOON + timedelta(seconds=30)
        still.save()
        give_footage(still.run.clip, tmp_path)
        browser = rows.browser(permit(bu_sari))
        url = f"{granted(browser, incident)}video.mp4"
        wire.refusal = (503, "SlowDown")
        answer = browser.get(url)
        assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)


def test_a_player_that_hangs_up_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x" * 1_000_000)
    request_finished.disconnect(close_old_connections)
    try:
        for blocks_read in (0, 1):
            file = path.open("rb")
            request = RequestFactory().get("/", headers={"range": "bytes=0-"})
            response = ranged(request, file, size=1_000_000, etag='"a"', content_type="video/mp4")
            for _ in range(blocks_read):
                next(iter(response.streaming_content))  # type: ignore[attr-defined]
            response.close()
            assert file.closed
    finally:
        request_finished.connect(close_old_connections)
