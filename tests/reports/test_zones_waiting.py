"""The list of cameras that wait for a zone: who is on it, in which order, and who comes next."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from analytics.models import AnalysisRun
from cameras.models import Camera
from cameras.zone_desk import zone_desk
from reports.models import Incident, Verification, VerificationMatch
from reports.selectors.places import outlines_near
from reports.selectors.zones_waiting import waiting
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db

PAGE = "/admin/zona-menunggu/"


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    cache.clear()


def camera(code: str, lon: float, **extra: Any) -> Camera:
    return factories.camera(code, lon=lon, source_kind=extra.pop("source_kind", "folder"), **extra)


def unanswered(of: Camera, incident: Incident, code: str = "no_zone", days: int = 1) -> None:
    """The incident was looked at through this camera, and that was said."""
    clip = factories.clip(of, state="HELD", start_at=factories.NOON + timedelta(minutes=incident.pk))
    run = AnalysisRun.objects.create(
        clip=clip,
        check_slug="stopped_vehicle",
        check_version="1",
        zones_version=1,
        model_name="tests",
        weights_sha256="0" * 64,
        thresholds_sha256=uuid.uuid4().hex,
        verdict="INCONCLUSIVE",
        reasons=[{"code": code, "id": "", "en": ""}],
        coverage=1.0,
    )
    look = factories.verification(incident, state="DECIDED", created_at=timezone.now() - timedelta(days=days))
    VerificationMatch.objects.create(verification=look, camera=of, rank=0, metres=10.0, clip=clip, run=run)


def reported(menteng: Any, lon: float, count: int = 1, **extra: Any) -> Incident:
    incident = rows.placed(menteng, **extra).incident
    assert incident is not None
    Incident.objects.filter(pk=incident.pk).update(lat=-6.195, lon=lon, opened_at=timezone.now())
    for _ in range(count - 1):
        factories.report(incident.category, incident=incident)
    incident.refresh_from_db()
    return incident


def test_the_busiest_stands_first_and_leaves_with_its_zone(menteng: Any) -> None:
    quiet, seen, busy = camera("A-QUIET", 106.8210), camera("B-SEEN", 106.8240), camera("C-BUSY", 106.8280)
    unanswered(busy, reported(menteng, 106.8280, count=3))
    reported(menteng, 106.8240)
    assert [one.code for one in waiting()] == ["C-BUSY", "B-SEEN", "A-QUIET"]
    first = waiting()[0]
    assert (first.reports, first.incidents) == (3, 1)
    assert [(lack.label, lack.kinds) for lack in first.lacks] == [("Parkir liar", ("no_stopping",))]
    factories.zone(busy, "road")
    assert next(one.code for one in waiting()) == "C-BUSY", "a road does not serve this check"
    factories.zone(busy, "no_stopping")
    assert [one.code for one in waiting()] == ["B-SEEN", "A-QUIET"], "at once, not when some memory ends"
    assert (quiet.pk, seen.pk) != (0, 0)


def test_what_is_old_answered_or_not_used_does_not_count(menteng: Any) -> None:
    one = camera("A", 106.8210)
    unanswered(one, reported(menteng, 106.8990), days=31)
    unanswered(one, reported(menteng, 106.8990), code="dark")
    camera("OFF", 106.8220, active=False)
    camera("BARE", 106.8230, source_kind="")
    privacy = camera("PRIV", 106.8250)
    factories.zone(privacy, "privacy")
    assert [(each.code, each.reports, each.incidents) for each in waiting()] == [("A", 0, 0), ("PRIV", 0, 0)]
    factories.zone(one, "lamp")
    assert [each.code for each in waiting()] == ["PRIV"], "has a zone, and nobody asked for another"


def test_a_category_without_a_check_or_out_of_use_makes_nobody_wait(menteng: Any) -> None:
    one = camera("A", 106.8240)
    factories.zone(one, "lamp")
    incident = reported(menteng, 106.8240)
    assert [each.code for each in waiting()] == ["A"]
    type(incident.category).objects.update(active=False)
    cache.clear()
    assert waiting() == []


def test_the_flow_goes_on_to_the_next_whether_stored_or_skipped(menteng: Any) -> None:
    made = [camera(code, 106.8210 + 0.003 * n) for n, code in enumerate("ABC")]
    desk = zone_desk()
    assert desk is not None
    first = desk.following(made[0].pk, 0)
    assert first is not None
    assert (first.camera_id, first.left) == (made[1].pk, 3)
    factories.zone(made[0], "road")
    after = desk.following(made[0].pk, 0)
    assert after is not None
    assert after.camera_id == made[1].pk, "the one that moved up to the place of the stored one"
    assert desk.following(made[2].pk, 1) is None


def test_the_check_that_a_camera_waits_for_is_the_first_to_be_tried(rini: Any, menteng: Any) -> None:
    for slug, check, kinds in (("kemacetan", "congestion", ["road"]), ("sampah", "dumped_rubbish", ["pavement"])):
        factories.category(slug, label_id=slug.title(), check_slug=check, zone_kinds=kinds, thresholds={})
    one = camera("A", 106.8280)
    unanswered(one, reported(menteng, 106.8280))
    data = json.loads(_data_of(rows.browser(rini).get(f"/admin/cameras/camera/{one.pk}/zona/?antre=0")))
    assert [need["category"] for need in data["needs"]] == ["parkir_liar"]
    assert [choice["slug"] for choice in data["trial"]["choices"]] == ["parkir_liar", "kemacetan", "sampah"]


def test_a_camera_without_any_zone_begins_with_what_its_site_shows(rini: Any, menteng: Any) -> None:
    for slug, check, kinds in (("banjir", "high_water", ["river"]), ("kemacetan", "congestion", ["road"])):
        factories.category(slug, label_id=slug.title(), check_slug=check, zone_kinds=kinds, thresholds={})
    one = camera("A", 106.8210, site_type="jalan_utama")
    data = json.loads(_data_of(rows.browser(rini).get(f"/admin/cameras/camera/{one.pk}/zona/")))
    assert [choice["slug"] for choice in data["trial"]["choices"]] == ["kemacetan", "banjir"]


def _data_of(page: Any) -> str:
    found = re.search(r'<script id="jz-data" type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_page_lists_filters_and_pages(rini: Any, menteng: Any) -> None:
    road, river = camera("JL-1", 106.8210, site_type="jalan_utama"), camera("KALI-1", 106.8280, site_type="sungai")
    client = rows.browser(rini)
    page = client.get(PAGE)
    assert (page.status_code, page.context["total"]) == (200, 2)
    assert f"/admin/cameras/camera/{road.pk}/zona/?antre=" in page.content.decode()
    only = client.get(PAGE, {"jenis": "river"})
    assert [row["camera"].camera_id for row in only.context["rows"]] == [river.pk]
    assert client.get(PAGE, {"q": "jl-"}).context["found"] == 1
    for odd in ({"hal": "0"}, {"hal": "9" * 40}, {"hal": "x"}, {"jenis": "'"}, {"q": "\x00"}):
        assert client.get(PAGE, odd).status_code == 200, odd


def test_the_list_is_taken_along_as_a_table(rini: Any, menteng: Any) -> None:
    camera("=1+1", 106.8210, name="@SUM(A1)")
    answer = rows.browser(rini).get(reverse("zona-menunggu-csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    [line] = list(csv.DictReader(io.StringIO(text)))
    assert (line["code"], line["name"], line["reports_30d"]) == ("'=1+1", "'@SUM(A1)", "0")


def test_nobody_but_those_who_draw_finds_the_list(bu_sari: Any, client: Any) -> None:
    for address in (PAGE, reverse("zona-menunggu-csv")):
        assert rows.browser(bu_sari).get(address).status_code == 404
        assert client.get(address).status_code == 302


def test_the_menu_and_the_first_page_say_how_many_wait(rini: Any, bu_sari: Any, menteng: Any) -> None:
    camera("A", 106.8210)
    page = rows.browser(rini).get("/admin/").content.decode()
    assert "Kamera menunggu zona" in page
    assert "<b>1</b> kamera menunggu zona" in page
    assert "kamera menunggu zona" not in rows.browser(bu_sari).get("/admin/").content.decode().lower()


def test_the_drawing_page_says_what_the_camera_is_wanted_for(rini: Any, menteng: Any) -> None:
    one = camera("A", 106.8240)
    unanswered(one, reported(menteng, 106.8240, count=2))
    page = rows.browser(rini).get(f"/admin/cameras/camera/{one.pk}/zona/?antre=0")
    data = page.context["data"]
    assert data["kinds"][0] == {
        "kind": "no_stopping",
        "label": "dilarang berhenti",
        "colour": "#dc2626",
        "needed": True,
    }
    assert "2 laporan" in data["needs"][0]["why"]
    assert data["next"] == {"url": PAGE, "left": 0, "list": PAGE, "isLast": True}
    assert json.dumps(data)
    assert Verification.objects.count() == 1


def test_outlines_are_those_around_the_point_and_cut_to_it(menteng: Any, gondangdia: Any) -> None:
    names = [name for name, _shape in outlines_near(menteng.point, 100)]
    assert names == ["Menteng"]
    both = outlines_near(menteng.point, 800)
    assert {name for name, _shape in both} == {"Menteng", "Gondangdia"}
    lons = [lon for _name, shape in both for lon, _lat in shape["coordinates"][0]]
    assert max(lons) < 106.835, "cut"
