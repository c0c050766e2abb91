"""A year of keeping: what is deleted when, what holds it back, and that it is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from analytics.models import EvidenceStill
from cameras.models import FootageClip, FootageHold
from jsc_project.lib.errors import StorageUnreachable
from reports import upkeep
from reports.lifecycle import Status
from reports.models import (
    AccessEntry,
    FileToErase,
    Incident,
    LegalHold,
    Report,
    ReportPhoto,
    RetentionRun,
    VerificationMatch,
    WebhookDelivery,
)
from reports.selectors.access_proof import access_log_verify
from reports.selectors.cases import cases_over, hold_in_force
from reports.services import retention
from reports.services.access_log import AccessReasonOwed
from reports.services.incidents import Transition, incident_transition
from reports.services.legal_holds import HoldAsk, HoldUnchanged, legal_hold_lift, legal_hold_set
from reports.services.photos import photo_due
from tests import factories
from tests.reports import rows
from tests.reports.clock import Clock
from tests.reports.test_steps_killed import test_database_url as database_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def seen(world: Any, clock: Clock, menteng: Any) -> Incident:
    """An incident that a camera has looked at: footage, and a still of it."""
    world.camera()
    report = world.reported(happened_at=clock.now - timedelta(minutes=30))
    clock.passes(minutes=1)
    assert footage_of(report.incident).file
    EvidenceStill.objects.all().delete()
    still_of(report.incident)
    return report.incident


def still_of(incident: Incident) -> EvidenceStill:
    return rows.still_of(VerificationMatch.objects.filter(verification__incident=incident).first().run)


def footage_of(incident: Incident) -> FootageClip:
    return VerificationMatch.objects.filter(verification__incident=incident).earliest("pk").clip


def move(incident: Incident, new: str, **extra: Any) -> Incident:
    incident.refresh_from_db()
    wanted = Transition(new=Status(new), expected=Status(incident.status), reason="Sudah ditinjau", **extra)
    person = get_user_model().objects.filter(username="kepala").first() or factories.user("kepala")
    return incident_transition(incident=incident, wanted=wanted, actor=person)


def round_of(clock: Clock) -> dict[str, Any]:
    told = upkeep.purge()
    assert RetentionRun.objects.latest("id").counts == json.loads(json.dumps(told))
    return told


def has_footage(incident: Incident) -> bool:
    clip = footage_of(incident)
    name = str(clip.file.name)
    assert bool(name) == (clip.state == "HELD")
    return bool(name) and default_storage.exists(name)


# -- Footage ------------------------------------------------------------------------------


def test_footage_stays_while_the_incident_is_open_and_goes_three_days_after_it_is_closed(
    seen: Incident, clock: Clock
) -> None:
    for _month in range(6):
        clock.passes(days=30)
        assert round_of(clock)["footage"]["clips"] == 0
    assert has_footage(seen)
    move(seen, "ditolak")
    clock.passes(hours=71)
    assert round_of(clock)["footage"]["clips"] == 0
    clock.passes(hours=2)
    name = str(footage_of(seen).file.name)
    assert round_of(clock)["footage"]["clips"] == 1
    assert not has_footage(seen)
    assert not default_storage.exists(name)
    assert not FootageHold.objects.exists(), "nothing is held that is not there"


def test_opening_again_renews_the_hold_and_closing_again_counts_anew(seen: Incident, clock: Clock) -> None:
    move(seen, "selesai")
    clock.passes(hours=70)
    move(seen, "proses")
    assert FootageHold.objects.get(clip=footage_of(seen)).until is None
    clock.passes(days=200)
    assert round_of(clock)["footage"]["clips"] == 0
    move(seen, "ditolak")
    assert FootageHold.objects.get(clip=footage_of(seen)).until == clock.now + timedelta(hours=72)
    clock.passes(hours=73)
    assert round_of(clock)["footage"]["clips"] == 1


def test_footage_of_a_repeat_stays_while_what_it_repeats_is_open(seen: Incident, clock: Clock, menteng: Any) -> None:
    first, second = (factories.incident(seen.category, menteng) for _n in range(2))
    move(seen, "duplikat", duplicate_of=first)
    move(first, "duplikat", duplicate_of=second)
    clock.passes(days=30)
    assert round_of(clock)["footage"]["clips"] == 0
    move(second, "ditolak")
    clock.passes(hours=71)
    assert round_of(clock)["footage"]["clips"] == 0
    move(second, "menunggu")
    clock.passes(hours=100)
    assert round_of(clock)["footage"]["clips"] == 0, "opened again, for all that repeat it"
    move(second, "ditolak")
    clock.passes(hours=73)
    assert round_of(clock)["footage"]["clips"] == 1


def test_footage_that_two_incidents_use_stays_for_the_one_that_is_open(
    seen: Incident, clock: Clock, world: Any
) -> None:
    other = factories.category("sampah", aliases=["sampah"], zone_kinds=["no_stopping"])
    second = world.reported(of=other, happened_at=clock.now - timedelta(minutes=31)).incident
    assert footage_of(second) == footage_of(seen)
    move(seen, "ditolak")
    clock.passes(days=10)
    assert round_of(clock)["footage"]["clips"] == 0
    move(second, "ditolak")
    clock.passes(days=4)
    assert round_of(clock)["footage"]["clips"] == 1


def test_the_look_after_closing_is_kept_for_three_days_from_its_pull(seen: Incident, clock: Clock, world: Any) -> None:
    move(seen, "selesai")
    clock.passes(minutes=10)
    world.run()
    closure = VerificationMatch.objects.filter(verification__purpose="closure").get()
    assert closure.clip is not None
    assert closure.clip.file
    clock.passes(hours=71)
    assert round_of(clock)["footage"]["clips"] == 0
    clock.passes(hours=2)
    assert round_of(clock)["footage"]["clips"] == 2


def test_a_hold_that_was_lost_or_is_of_an_older_kind_is_put_right_before_anything_is_deleted(
    seen: Incident, clock: Clock
) -> None:
    FootageHold.objects.all().delete()
    clock.passes(days=30)
    told = round_of(clock)
    assert (told["holds"], told["footage"]["clips"]) == (1, 0)
    move(seen, "ditolak")
    FootageHold.objects.update(until=clock.now + timedelta(days=90))
    clock.passes(days=4)
    told = round_of(clock)
    assert (told["holds"], told["footage"]["clips"]) == (1, 1)


# -- Stills ---------------------------------------------------------------------------------


def test_stills_go_a_year_after_closing_and_their_bytes_with_them(seen: Incident, clock: Clock) -> None:
    still = EvidenceStill.objects.get()
    name = str(still.file.name)
    cache.clear()  # small copies that earlier tests of this process left
    browser = rows.browser(factories.operator("rini"))
    assert browser.get(f"/bukti/{still.pk}/kecil/").status_code == 200
    assert any("thumb" in key for key in cache._cache)  # type: ignore[attr-defined]
    clock.passes(days=500)
    move(seen, "ditolak")
    clock.passes(days=364)
    assert round_of(clock)["stills"]["rows"] == 0
    clock.passes(days=2)
    size = default_storage.size(name)
    told = round_of(clock)["stills"]
    assert told == {"rows": 1, "files": 1, "bytes": size, "remaining": 0, "left": 0}
    assert not default_storage.exists(name)
    assert not EvidenceStill.objects.exists()
    assert not FileToErase.objects.exists()
    assert not any("thumb" in key for key in cache._cache), "nor a small copy of it"  # type: ignore[attr-defined]
    page = rows.browser(get_user_model().objects.get(username="rini")).get(f"/admin/reports/incident/{seen.pk}/change/")
    assert page.status_code == 200
    assert RetentionRun.objects.latest("id").complete


def test_stills_of_a_run_that_an_open_case_uses_stay(seen: Incident, clock: Clock, world: Any) -> None:
    other = factories.category("sampah", aliases=["sampah"], zone_kinds=["no_stopping"])
    second = world.reported(of=other, happened_at=clock.now - timedelta(minutes=31)).incident
    assert VerificationMatch.objects.filter(verification__incident=second).get().run == EvidenceStill.objects.get().run
    move(seen, "ditolak")
    clock.passes(days=400)
    assert round_of(clock)["stills"]["rows"] == 0
    move(second, "ditolak")
    clock.passes(days=366)
    assert round_of(clock)["stills"]["rows"] == 1


def test_a_case_opened_again_after_eleven_months_keeps_its_stills(seen: Incident, clock: Clock) -> None:
    move(seen, "selesai")
    clock.passes(days=340)
    move(seen, "proses")
    clock.passes(days=100)
    assert round_of(clock)["stills"]["rows"] == 0
    move(seen, "ditolak")
    clock.passes(days=366)
    assert round_of(clock)["stills"]["rows"] == 1


DIE = """
import os, signal, sys, django
django.setup()
from django.utils import timezone
from reports.services import retention
when = sys.argv[1]
die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
real = retention.erase
def erase(name):
    if when == "after the bytes":
        real(name)
    die()
def forget(stills):
    names = retention._stills_forget(stills)
    die()
retention.erase = erase
keeping = retention.STILLS
if when == "inside the transaction":
    from dataclasses import replace
    keeping = replace(keeping, forget=forget)
retention.keeping_purge(keeping, now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["inside the transaction", "before the bytes", "after the bytes"])
def test_a_round_that_is_killed_is_finished_by_the_next(when: str, menteng: Any, settings: Any, tmp_path: Path) -> None:
    from django.utils import timezone

    long_ago = timezone.now() - timedelta(days=800)
    incident = rows.placed(menteng, status="ditolak", closed_at=long_ago).incident
    still = rows.looked_at(incident)
    type(still.run).objects.update(created_at=long_ago)
    name = str(still.file.name)
    env = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "jsc_project.settings",
        "JSC_VAR_DIR": str(tmp_path / "var"),
        "JSC_MEDIA_URL": settings.MEDIA_ROOT,
    }
    root = Path(__file__).resolve().parents[2]
    died = subprocess.run([sys.executable, "-c", DIE, when], cwd=root, env=env, check=False, capture_output=True)
    assert died.returncode == -9, died.stderr.decode()
    assert EvidenceStill.objects.exists() == (when == "inside the transaction")
    assert list(FileToErase.objects.values_list("name", flat=True)) == (
        [] if EvidenceStill.objects.exists() else [name]
    )
    assert default_storage.exists(name) == (when != "after the bytes")
    told = retention.keeping_purge(retention.STILLS, now=timezone.now())
    assert (told.files, told.remaining) == (1, 0)
    assert not default_storage.exists(name)
    assert not EvidenceStill.objects.exists()
    assert not FileToErase.objects.exists()


def test_a_storage_that_is_down_keeps_the_note_and_the_round_is_not_called_complete(
    seen: Incident, clock: Clock, monkeypatch: Any
) -> None:
    move(seen, "ditolak")
    for _n in range(4):
        still_of(seen)
    clock.passes(days=400)
    with monkeypatch.context() as patched:
        patched.setattr(retention, "erase", lambda name: (_ for _ in ()).throw(StorageUnreachable("down")))
        assert round_of(clock)["stills"] == {"rows": 5, "files": 0, "bytes": 0, "remaining": 5, "left": 0}
        assert not RetentionRun.objects.latest("id").complete
    assert round_of(clock)["stills"]["files"] == 5
    assert RetentionRun.objects.latest("id").complete


def test_a_round_that_takes_too_long_says_what_is_left(seen: Incident, clock: Clock) -> None:
    move(seen, "ditolak")
    clock.passes(days=400)
    assert retention.keeping_purge(retention.STILLS, now=clock.now, wall_s=0).left == 1


# -- Citizens' photos -----------------------------------------------------------------------


def photo_of(report: Report, url: str = "https://foto.example/1.jpg") -> ReportPhoto:
    Report.objects.filter(pk=report.pk).update(image_url=url)
    report.refresh_from_db()
    photo = photo_due(report=report)
    assert photo is not None
    name = default_storage.save(f"photos/{photo.pk}.jpg", ContentFile(rows.jpeg()))
    ReportPhoto.objects.filter(pk=photo.pk).update(file=name, sha256="a" * 64, state="KEPT")
    photo.refresh_from_db()
    return photo


def test_photos_go_with_the_stills_and_those_of_no_case_a_year_after_they_came(seen: Incident, clock: Clock) -> None:
    outside = factories.report(state="OUT_OF_AREA", received_at=clock.now)
    names = [str(photo_of(report).file.name) for report in (seen.reports.get(), outside)]
    clock.passes(days=364)
    assert round_of(clock)["photos"]["rows"] == 0
    move(seen, "ditolak")
    clock.passes(days=2)
    assert round_of(clock)["photos"]["files"] == 1
    assert [default_storage.exists(name) for name in names] == [True, False]
    clock.passes(days=364)
    assert round_of(clock)["photos"]["files"] == 1
    assert not any(default_storage.exists(name) for name in names)
    assert set(ReportPhoto.objects.values_list("file", "sha256")) == {("", "")}


def test_a_photo_that_was_replaced_goes_at_once_but_not_under_legal_hold(
    seen: Incident, clock: Clock, bu_sari: Any
) -> None:
    first = photo_of(seen.reports.get())
    photo_of(seen.reports.get(), "https://foto.example/2.jpg")
    legal_hold_set(incident=seen, asked=HoldAsk(bu_sari, "Surat polisi 17/XI/2026"))
    assert round_of(clock)["photos_replaced"]["pictures"] == 0
    legal_hold_lift(incident=seen, asked=HoldAsk(bu_sari, "Perkara selesai"))
    assert round_of(clock)["photos_replaced"]["pictures"] == 1
    assert not default_storage.exists(str(first.file.name))


# -- Deliveries -----------------------------------------------------------------------------


def delivery_of(incident: Incident | None, clock: Clock) -> WebhookDelivery:
    report = incident.reports.first() if incident else factories.report()
    return WebhookDelivery.objects.create(
        webhook_id=f"m{WebhookDelivery.objects.count()}",
        body_sha256="a" * 64,
        body_encrypted=b"x",
        report=report,
        outcome="created",
        received_at=clock.now,
    )


def test_webhook_bodies_go_after_thirty_days_open_or_not_but_not_under_legal_hold(
    seen: Incident, clock: Clock, menteng: Any, bu_sari: Any
) -> None:
    delivery_of(seen, clock)
    delivery_of(None, clock)
    held = rows.placed(menteng).incident
    kept = delivery_of(held, clock)
    legal_hold_set(incident=held, asked=HoldAsk(bu_sari, "Surat polisi 17/XI/2026"))
    clock.passes(days=29)
    assert round_of(clock)["deliveries"] == 0
    clock.passes(days=2)
    assert round_of(clock)["deliveries"] == 2
    assert list(WebhookDelivery.objects.all()) == [kept]
    legal_hold_lift(incident=held, asked=HoldAsk(bu_sari, "Perkara selesai"))
    assert round_of(clock)["deliveries"] == 1


# -- Legal hold -------------------------------------------------------------------------------


def test_under_legal_hold_nothing_of_a_closed_case_is_deleted_and_after_it_all_is(
    seen: Incident, clock: Clock, bu_sari: Any
) -> None:
    move(seen, "ditolak")
    clock.passes(hours=10)
    legal_hold_set(incident=seen, asked=HoldAsk(bu_sari, "Surat polisi 17/XI/2026", "10.1.2.3"))
    for _quarter in range(6):
        clock.passes(days=90)
        told = round_of(clock)
        assert (told["footage"]["clips"], told["stills"]["rows"]) == (0, 0)
    assert has_footage(seen)
    legal_hold_lift(incident=seen, asked=HoldAsk(bu_sari, "Perkara selesai"))
    told = round_of(clock)
    assert (told["footage"]["clips"], told["stills"]["rows"]) == (1, 1), "its clocks ran from when it was closed"
    lines = AccessEntry.objects.order_by("number").values_list("kind", "username", "reason", "incident", "address")
    assert list(lines) == [
        ("hold_set", "sari", "Surat polisi 17/XI/2026", seen.pk, "10.1.2.3"),
        ("hold_lifted", "sari", "Perkara selesai", seen.pk, ""),
    ]
    assert access_log_verify().ok
    hold = LegalHold.objects.get()
    assert (hold.set_by, hold.lifted_by, hold.lift_reason) == (bu_sari, bu_sari, "Perkara selesai")


def test_a_hold_keeps_what_repeats_the_incident_as_well(
    seen: Incident, clock: Clock, menteng: Any, bu_sari: Any
) -> None:
    original = factories.incident(seen.category, menteng)
    move(seen, "duplikat", duplicate_of=original)
    legal_hold_set(incident=original, asked=HoldAsk(bu_sari, "Surat polisi 17/XI/2026"))
    move(original, "ditolak")
    clock.passes(days=400)
    told = round_of(clock)
    assert (told["footage"]["clips"], told["stills"]["rows"]) == (0, 0)
    assert hold_in_force(seen.pk) == LegalHold.objects.get()
    with pytest.raises(HoldUnchanged):
        legal_hold_lift(incident=seen, asked=HoldAsk(bu_sari, "Bukan di sini"))


def test_a_hold_is_set_once_with_words(seen: Incident, clock: Clock, bu_sari: Any) -> None:
    for reason in ("", "ya", " \x00 "):
        with pytest.raises(AccessReasonOwed):
            legal_hold_set(incident=seen, asked=HoldAsk(bu_sari, reason))
    assert not LegalHold.objects.exists()
    legal_hold_set(incident=seen, asked=HoldAsk(bu_sari, "Surat polisi"))
    with pytest.raises(HoldUnchanged):
        legal_hold_set(incident=seen, asked=HoldAsk(bu_sari, "Surat polisi"))
    legal_hold_lift(incident=seen, asked=HoldAsk(bu_sari, "Perkara selesai"))
    legal_hold_set(incident=seen, asked=HoldAsk(bu_sari, "Surat polisi kedua"))
    assert LegalHold.objects.count() == 2


def permitted(person: Any) -> Any:
    person.user_permissions.add(Permission.objects.get(codename="set_legal_hold"))
    return type(person).objects.get(pk=person.pk)


def test_holds_are_set_and_seen_by_the_permitted_alone(menteng: Any, bu_sari: Any, pak_budi: Any, rini: Any) -> None:
    incident = rows.placed(menteng).incident
    page, address = (
        f"/admin/reports/incident/{incident.pk}/change/",
        f"/admin/reports/incident/{incident.pk}/penahanan/",
    )
    for person in (bu_sari, rini, pak_budi, permitted(pak_budi)):
        browser = rows.browser(person)
        assert browser.post(address, {"hold": "set", "reason": "Surat polisi"}).status_code == 404
    assert "Penahanan hukum" not in rows.browser(bu_sari).get(page).content.decode()
    assert rows.browser(rini).get("/admin/reports/legalhold/").status_code == 403
    hers = rows.browser(permitted(bu_sari))
    assert hers.post(address, {"hold": "set", "reason": ""}, follow=True).status_code == 200
    assert not LegalHold.objects.exists()
    assert hers.get(address).status_code == 405
    shown = hers.post(address, {"hold": "set", "reason": "Surat polisi 17"}, follow=True).content.decode()
    assert "Penahanan dipasang" in shown
    assert "Surat polisi 17" in shown
    assert AccessEntry.objects.get().address == "127.0.0.1"
    assert "Surat polisi 17" not in rows.browser(rini).get(page).content.decode(), "it may be about one of them"
    assert "Surat polisi 17" in hers.get("/admin/reports/legalhold/").content.decode()
    assert "Surat polisi 17" not in rows.browser(permitted(pak_budi)).get("/admin/reports/legalhold/").content.decode()
    assert (
        "Penahanan dicabut" in hers.post(address, {"hold": "lift", "reason": "Selesai"}, follow=True).content.decode()
    )


# -- The command, and what is told ---------------------------------------------------------------


def test_a_dry_run_tells_what_a_round_would_delete_and_changes_nothing(seen: Incident, clock: Clock) -> None:
    move(seen, "ditolak")
    FootageHold.objects.update(until=None)
    delivery_of(seen, clock)
    clock.passes(days=400)
    out = StringIO()
    call_command("retention", "--dry-run", "--json", stdout=out)
    told = json.loads(out.getvalue().splitlines()[-1])
    assert told["dry_run"] is True
    assert (told["footage"]["clips"], told["stills"], told["deliveries"]) == (1, {"rows": 1}, 1)
    assert FootageHold.objects.get().until is None
    assert has_footage(seen)
    assert not RetentionRun.objects.exists()
    call_command("retention", "--json", stdout=out)
    done = json.loads(out.getvalue().splitlines()[-1])
    assert (done["dry_run"], done["footage"]["clips"], done["stills"]["files"], done["deliveries"]) == (False, 1, 1, 1)
    page = rows.browser(factories.operator("rini")).get("/admin/reports/retentionrun/").content.decode()
    assert "tuntas" in page
    assert "1 rekaman, 0 cuplikan, 1 gambar, 0 foto, 1 kiriman" in page
    assert rows.browser(factories.user("baru", is_staff=True)).get("/admin/reports/retentionrun/").status_code == 403


def test_which_cases_are_over_is_the_same_one_by_one_and_all_at_once(menteng: Any, parkir_liar: Any) -> None:
    from reports.selectors.cases import over_since

    day = timedelta(days=1)
    a, b, c, d = (
        factories.incident(parkir_liar, menteng, status=status, closed_at=closed)
        for status, closed in (
            ("selesai", factories.NOON),
            ("duplikat", factories.NOON - day),
            ("menunggu", None),
            ("duplikat", factories.NOON - 2 * day),
        )
    )
    Incident.objects.filter(pk=b.pk).update(duplicate_of=a)
    Incident.objects.filter(pk=d.pk).update(duplicate_of=b)
    nameless = factories.incident(parkir_liar, menteng, status="selesai")
    Incident.objects.filter(pk=nameless.pk).update(updated_at=factories.NOON + 5 * day)
    for before in (factories.NOON - day / 2, factories.NOON + day, factories.NOON + 9 * day):
        singly = {i.pk for i in Incident.objects.all() if (over := over_since(i.pk)) is not None and over < before}
        assert singly == set(cases_over(before).values_list("pk", flat=True))
    assert over_since(d.pk) == factories.NOON
    assert over_since(c.pk) is None
