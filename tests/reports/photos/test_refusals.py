"""Photos that are refused or cannot be had, and hosts that are asked less while they fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports import pipeline
from reports.lifecycle import PhotoState
from reports.models import ReportPhoto, StatusChange
from reports.selectors.photos import host_free_at
from reports.services.photo_desk import photo_ask_again
from reports.services.photos import photo_due
from reports.steps import photo as step
from reports.steps.base import PHOTO
from tests import factories
from tests.cameras import photo_files as files
from tests.reports.photos import host
from tests.reports.photos.host import NAME, PhotoWeb
from tests.reports.photos.steps import reported, taken

pytestmark = pytest.mark.django_db


# -- Refused, and not to be had --------------------------------------------------------------


REFUSED = {
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
    "HTML as JPEG": (b"<html><script>alert(1)</script></html>", "not_a_photo"),
    "50,000 x 50,000": (files.png_of_size(50_000, 50_000), "too_many_pixels"),
    "a polyglot": (files.encoded(files.picture()) + files.zip_file(), "polyglot"),
    "half a photo": (files.encoded(files.picture())[:3000], "truncated"),
    "nothing": (b"", "empty"),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_photo_is_refused_at_once_and_for_good(quick: PhotoWeb, body: bytes, reason: str) -> None:
    photo = taken(reported(quick, body))
    assert (photo.state, photo.reason_code, str(photo.file)) == (PhotoState.REFUSED, reason, "")
    assert StatusChange.objects.filter(subject_kind=PHOTO, subject_id=photo.pk, reason_code=reason).count() == 1
    pipeline.run_until_quiet()
    assert len(quick.server.asked) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://{NAME}/1.jpg", "not_https"),
        ("https://jahat.example/1.jpg", "host_not_listed"),
        ("https://169.254.169.254/latest/", "host_not_listed"),
        ("https://2130706433/", "host_not_listed"),
    ],
)
def test_an_address_that_we_do_not_ask_is_refused_unasked(quick: PhotoWeb, url: str, reason: str) -> None:
    due = photo_due(report=factories.report(image_url=url))
    assert due is not None
    photo = taken(due)
    assert (photo.state, photo.reason_code) == (PhotoState.REFUSED, reason)
    assert quick.net.connections == []


def test_a_listed_name_that_leads_inside_is_refused(quick: PhotoWeb) -> None:
    photo = reported(quick)
    quick.net.names[NAME] = ["10.0.0.7"]
    assert (taken(photo).state, photo.reason_code) == (PhotoState.REFUSED, "address_not_public")
    assert quick.net.connections == []


def test_without_hosts_nothing_is_fetched_and_the_row_says_so(quick: PhotoWeb, settings: Any) -> None:
    settings.JSC_PHOTO_HOSTS = ()
    photo = taken(reported(quick))
    assert (photo.state, photo.reason_code) == (PhotoState.REFUSED, "photos_off")
    assert quick.net.resolved == []


def test_a_host_that_is_down_gets_four_tries_and_no_fifth(quick: PhotoWeb) -> None:
    photo = reported(quick, host.status(503))
    for tries in range(1, step.STEP.max_attempts):
        assert taken(photo).state == PhotoState.DUE
        assert (photo.attempts, photo.trouble) == (tries, "503")
        assert photo.next_run > timezone.now() + timedelta(seconds=60)
    assert taken(photo).state == PhotoState.FAILED
    assert photo.reason_code == "photo_unavailable"
    taken(photo)
    assert len(quick.server.asked) == step.STEP.max_attempts


def test_a_photo_that_is_gone_is_not_asked_for_again(quick: PhotoWeb) -> None:
    photo = taken(reported(quick, host.status(404)))
    assert (photo.state, photo.reason_code) == (PhotoState.FAILED, "photo_gone")


def test_operators_ask_again_for_what_was_refused_or_failed(quick: PhotoWeb, settings: Any, rini: Any) -> None:
    hosts, settings.JSC_PHOTO_HOSTS = settings.JSC_PHOTO_HOSTS, ()
    photo = taken(reported(quick))
    settings.JSC_PHOTO_HOSTS = hosts
    assert photo_ask_again(photo=photo, actor=rini)
    assert taken(photo).state == PhotoState.KEPT
    assert (photo.reason_code, photo.reason_detail) == ("", "")
    assert not photo_ask_again(photo=photo, actor=rini)


# -- One host, many photos -----------------------------------------------------------------


def test_a_host_that_failed_for_three_photos_is_left_alone(quick: PhotoWeb) -> None:
    quick.net.refuse = True
    photos = [reported(quick) for _ in range(5)]
    for photo in photos[:3]:
        assert taken(photo).trouble
    tried = len(quick.net.connections)
    assert taken(photos[3]).state == PhotoState.DUE
    assert (photos[3].attempts, len(quick.net.connections)) == (0, tried), "it waits, and no try is counted"
    assert timezone.now() < photos[3].next_run < timezone.now() + timedelta(minutes=1)
    ReportPhoto.objects.update(tried_at=timezone.now() - timedelta(minutes=2))
    quick.net.refuse = False
    assert taken(photos[4]).state == PhotoState.KEPT
    assert host_free_at(NAME, timezone.now()) is None, "one that answers is trusted again"


def test_another_host_is_not_held_up_by_it(quick: PhotoWeb) -> None:
    for photo in [reported(quick) for _ in range(3)]:
        ReportPhoto.objects.filter(pk=photo.pk).update(tried_at=timezone.now(), trouble="silence")
    assert host_free_at(NAME, timezone.now()) is not None
    assert host_free_at(host.OTHER, timezone.now()) is None


def test_a_host_is_not_asked_more_often_than_the_setting_allows(quick: PhotoWeb, settings: Any) -> None:
    settings.JSC_PHOTO_RATE_PER_MIN = 3
    photos = [taken(reported(quick)) for _ in range(4)]
    assert [photo.state for photo in photos] == ["KEPT", "KEPT", "KEPT", "DUE"]
    assert len(quick.server.asked) == 3
    assert photos[3].next_run > timezone.now() + timedelta(seconds=30)
    ReportPhoto.objects.filter(state="KEPT").update(tried_at=timezone.now() - timedelta(minutes=2))
    assert taken(photos[3]).state == PhotoState.KEPT


def test_a_photo_whose_host_is_down_for_a_day_is_given_up(quick: PhotoWeb) -> None:
    for photo in [reported(quick) for _ in range(3)]:
        ReportPhoto.objects.filter(pk=photo.pk).update(tried_at=timezone.now(), trouble="connect")
    waiting = reported(quick)
    ReportPhoto.objects.filter(pk=waiting.pk).update(due_since=timezone.now() - timedelta(days=2))
    assert (taken(waiting).state, waiting.reason_code) == (PhotoState.FAILED, "photo_unavailable")
