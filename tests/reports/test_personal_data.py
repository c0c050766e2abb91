"""What a person may ask for about themselves: a copy with nothing of others in it, and an erasing without a trace."""

from __future__ import annotations

import csv
import json
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from jsc_project import storage
from jsc_project.lib.crypto import keyed_hash
from reports import tasks
from reports.lifecycle import PhotoState
from reports.models import (
    AccessEntry,
    FileToErase,
    Incident,
    Report,
    ReportPhoto,
)
from reports.personal.erase import STAYS, TEXTS
from reports.selectors.access_proof import access_log_verify
from reports.services import intake
from reports.services.access_log import Access, access_append
from reports.services.legal_holds import HoldAsk, legal_hold_set
from reports.steps.place import incident_recount
from tests import factories
from tests.reports import rows
from tests.reports.webhook_sender import categories, payload, send

pytestmark = pytest.mark.django_db

ANI = {
    "profile_name": "Ani Suryani Kartasasmita",
    "title": "Mobil hitam menutup gerbang rumah saya",
    "text": "Tolong, hubungi saya di 0812-5550-1777 “segera”.\nSaya Ani, rumah nomor 14 pagar hijau",
    "image_url": "https://foto.example.org/ani-gerbang.jpg",
}
AGAIN = {**ANI, "title": '=HYPERLINK("x")', "text": "Mobil yang sama, saya Ani pelapor yang kemarin itu lagi"}
BUDI = {
    "profile_name": "Budi Pelapor Lain",
    "title": "Parkir sembarangan di depan toko saya",
    "text": "Toko Budi Jaya tertutup, telepon 0813-9999-2222 kalau perlu",
    "image_url": "https://foto.example.org/budi-toko.jpg",
}
HERS = ("Ani Suryani", "0812-5550-1777", "pagar hijau", "ani-gerbang", "gerbang rumah saya", "pelapor yang kemarin")
HIS = ("Budi Pelapor", "0813-9999-2222", "Budi Jaya", "budi-toko", "depan toko saya")


@pytest.fixture(autouse=True)
def _street(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    categories()
    intake.ADMITTED.forget()
    monkeypatch.setattr(tasks, "ring", lambda kind, pk: None)


def reported(number: int, of: dict[str, str], **extra: Any) -> Report:
    assert send(payload(post_id=number, **of, **extra)).status_code in {200, 202}
    return Report.objects.get(external_id=number)


def photo_kept(report: Report) -> ReportPhoto:
    photo = report.photos.get()
    name = default_storage.save(f"photos/{photo.pk}.jpg", ContentFile(b"picture sent under " + str(report.pk).encode()))
    ReportPhoto.objects.filter(pk=photo.pk).update(file=name, state=PhotoState.KEPT, sha256="a" * 64)
    return ReportPhoto.objects.get(pk=photo.pk)


@pytest.fixture
def case(menteng: Any, bu_sari: Any) -> Incident:
    """One incident that Ani reported twice and Budi once; Ani has sent an update; Bu Sari has read Ani's words."""
    first, second, his = reported(1, ANI), reported(2, AGAIN), reported(3, BUDI)
    reported(1, {**ANI, "text": f"{ANI['text']}, tambahan"})
    incident = factories.incident(first.category, menteng, lat=-6.195, lon=106.825)
    Report.objects.update(incident=incident, kelurahan=menteng, state="PLACED")
    incident_recount(incident)
    for report in (first, second, his):
        photo_kept(report)
    for report in (first, his):
        access = Access(AccessEntry.Kind.WORDS, "act", "Menghubungi pelapor", f"report {report.tracking_code}")
        with transaction.atomic():
            access_append(access=access, actor=bu_sari)
    rows.changed(incident, "menunggu", "proses", actor=bu_sari, reason_text="Menurut Pak Joko RT mobilnya sudah pergi")
    incident.refresh_from_db()
    return incident


def code(number: int) -> str:
    return Report.objects.get(external_id=number).tracking_code


def run(name: str, *arguments: str) -> tuple[int, Any]:
    out = StringIO()
    try:
        call_command(name, *arguments, "--json", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue().splitlines()[-1])
    return 0, json.loads(out.getvalue().splitlines()[-1])


def everything_in(folder: Path) -> str:
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in folder.rglob("*") if file.is_file())


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO((folder / name).read_text(encoding="utf-8-sig"))))


# -- The copy -----------------------------------------------------------------------------


def test_a_copy_of_one_report_holds_all_of_it_and_nothing_of_others(case: Incident, tmp_path: Path) -> None:
    ended, answer = run("export_personal_data", "--report", code(1).lower(), "--out", str(tmp_path / "ani"))
    assert (ended, answer["reports"], answer["photos_missing"]) == (0, [code(1)], 0)
    [report] = json.loads((tmp_path / "ani" / "export.json").read_text())["reports"]
    assert (report["title"], report["text"]) == (ANI["title"], f"{ANI['text']}, tambahan")
    assert [update["content"]["text"] for update in report["updates"]] == [f"{ANI['text']}, tambahan"]
    assert [delivery["body"]["text"] for delivery in report["deliveries"]] == [ANI["text"], f"{ANI['text']}, tambahan"]
    assert report["incident"]["history"] == [{"at": report["incident"]["history"][0]["at"], "status": "proses"}]
    assert [(look["kind"], look["why"]) for look in report["looks"]] == [("words", "act"), ("export", "subject")]
    assert (tmp_path / "ani" / report["photos"][0]["file"]).read_bytes().startswith(b"picture sent under")
    everything = everything_in(tmp_path / "ani")
    others = (
        *HIS,
        code(3),
        code(2),
        "Pak Joko",
        "sari",
        "Menghubungi",
        keyed_hash(BUDI["profile_name"], purpose="qlue"),
    )
    assert [mark for mark in others if mark in everything] == []
    assert "reporters_count" not in everything


def test_a_copy_for_a_reporter_holds_all_their_reports_and_no_formula(case: Incident, tmp_path: Path) -> None:
    ended, answer = run("export_personal_data", "--reporter-of", code(2), "--out", str(tmp_path / "ani"))
    assert (ended, answer["by"], answer["reports"]) == (0, "reporter", [code(1), code(2)])
    assert [row["title"] for row in table(tmp_path / "ani", "reports.csv")] == [ANI["title"], '\'=HYPERLINK("x")']
    assert len(list((tmp_path / "ani" / "photos").iterdir())) == 2
    assert not [mark for mark in HIS if mark in everything_in(tmp_path / "ani")]


def test_a_report_without_a_name_leads_to_no_other(case: Incident, tmp_path: Path) -> None:
    reported(7, {**BUDI, "profile_name": ""})
    reported(8, {**BUDI, "profile_name": ""})
    answer = run("export_personal_data", "--reporter-of", code(7), "--out", str(tmp_path / "x"))[1]
    assert answer["reports"] == [code(7)]


def test_a_copy_is_for_its_owner_alone_and_writes_nothing_over(case: Incident, tmp_path: Path) -> None:
    out = tmp_path / "ani"
    run("export_personal_data", "--report", code(1), "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.rglob("*.*")} == {0o600}
    ended, answer = run("export_personal_data", "--report", code(1), "--out", str(out))
    assert (ended, answer["error"]["code"]) == (2, "folder_refused")
    (tmp_path / "file").write_text("x")
    assert run("export_personal_data", "--report", code(1), "--out", str(tmp_path / "file"))[0] == 2


def test_copies_are_lines_of_the_log_written_before_anything_is_told(case: Incident, tmp_path: Path) -> None:
    run("export_personal_data", "--reporter-of", code(1), "--out", str(tmp_path / "a"), "--reason", "Surat Ibu A. 3/XI")
    line = AccessEntry.objects.get(kind="export")
    assert (line.user, line.why, line.reason, line.subject) == (
        None,
        "subject",
        "Surat Ibu A. 3/XI",
        f"reporter {code(1)}",
    )
    assert line.username.startswith("$")
    assert line.detail == {"by": "reporter", "reports": [code(1), code(2)]}
    assert run("export_personal_data", "--report", code(1), "--out", str(tmp_path / "b"), "--reason", "x")[0] == 2
    assert not any((tmp_path / "b").iterdir())
    assert access_log_verify().ok


@pytest.mark.parametrize("name", ["export_personal_data", "erase_personal_data"])
def test_a_code_that_nobody_has_is_told(name: str, case: Incident, tmp_path: Path) -> None:
    more = ("--out", str(tmp_path / "x")) if name.startswith("export") else ("--reason", "Permintaan")
    ended, answer = run(name, "--report", "7K3M-9QAV-0T4X-HE2C-W5PN", *more)
    assert (ended, answer["error"]["code"]) == (2, "subject_unknown")
    assert not (tmp_path / "x").exists()


# -- Erasing ------------------------------------------------------------------------------


def erase(*who: str) -> tuple[int, Any]:
    plan = run("erase_personal_data", *who, "--reason", "Permintaan tertulis 3/XI")[1]["plan"]
    return run("erase_personal_data", *who, "--reason", "Permintaan tertulis 3/XI", "--confirm", plan)


def dump() -> str:
    """Every value of every table, as a dump of the database holds it."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            for row in cursor.fetchall():
                found += [
                    bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v) for v in row
                ]
    return "\n".join(found)


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def media(settings: Any) -> bytes:
    files = [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]
    return b"\n".join(str(file).encode() + file.read_bytes() for file in files)


FACTS = ("category_id", "kelurahan_id", "lat", "lon", "status", "reporters_count", "reports_count", "first_seen")


def test_a_dry_run_tells_what_would_go_and_changes_nothing(case: Incident, settings: Any) -> None:
    before = (dump().replace(str(timezone.now().date()), ""), media(settings))
    ended, answer = run("erase_personal_data", "--reporter-of", code(1), "--reason", "Permintaan tertulis 3/XI")
    assert (ended, answer["dry_run"], answer["reports"]) == (0, True, [code(1), code(2)])
    counts = {name: answer[name] for name in ("updates", "deliveries", "photos", "staff_notes_to_read")}
    assert counts == {"updates": 1, "deliveries": 3, "photos": 2, "staff_notes_to_read": 1}
    line = AccessEntry.objects.get(kind="erasure")
    assert line.detail["dry_run"] is True
    assert media(settings) == before[1]
    assert [mark for mark in HERS if mark in before[0]] == [mark for mark in HERS if mark in dump()]
    again = run("erase_personal_data", "--reporter-of", code(1), "--reason", "Permintaan", "--dry-run")[1]
    assert again["plan"] == answer["plan"]


def test_erasing_a_reporter_leaves_no_trace_and_the_incidents_facts(case: Incident, settings: Any) -> None:
    before = {name: getattr(case, name) for name in FACTS}
    hashed = keyed_hash(ANI["profile_name"], purpose="qlue")
    assert hashed in dump()
    ended, answer = erase("--reporter-of", code(1))
    assert (ended, answer["proven"], answer["left"], answer["elsewhere"], answer["files"]) == (0, True, [], [], 2)
    left = dump()
    assert [mark for mark in (*HERS, hashed) if mark in left] == []
    assert all(mark in left for mark in HIS if mark != "Budi Pelapor"), "what is his stays"
    pictures = media(settings)
    for number, stays in ((1, False), (2, False), (3, True)):
        report = Report.objects.get(external_id=number)
        assert (b"picture sent under " + str(report.pk).encode() in pictures) == stays
        assert (report.erased_at is None) == stays
    assert not FileToErase.objects.exists()
    case.refresh_from_db()
    incident_recount(case)
    assert {name: getattr(case, name) for name in FACTS} == before
    assert access_log_verify().ok


@pytest.mark.django_db(transaction=True)
def test_not_even_the_databases_own_file_holds_what_was_erased(case: Incident) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's files belong to its server")
    for _n in range(3):
        Report.objects.filter(external_id=1).update(updated_at=timezone.now(), state="RECEIVED")
        Report.objects.filter(external_id=1).update(state="PLACED")
    assert erase("--reporter-of", code(1))[1]["proven"]
    file = Path(str(connection.settings_dict["NAME"]))
    stored = b"".join(
        Path(f"{file}{ending}").read_bytes() for ending in ("", "-wal") if Path(f"{file}{ending}").exists()
    )
    assert b"Budi Jaya" in stored
    assert [mark for mark in HERS if mark.encode() in stored] == []


def test_erasing_one_report_leaves_the_others_of_its_reporter_and_their_number(case: Incident) -> None:
    before = (case.reporters_count, case.reports_count)
    assert before == (2, 3)
    assert erase("--report", code(1))[1]["proven"]
    assert Report.objects.get(external_id=2).text == AGAIN["text"]
    incident_recount(case)
    assert (case.reporters_count, case.reports_count) == before
    assert erase("--reporter-of", code(2))[1]["proven"]
    incident_recount(case)
    assert (case.reporters_count, case.reports_count) == before
    assert erase("--report", code(1))[0] == 0, "once more is no harm"


def test_what_is_sent_again_after_an_erasing_is_not_taken(case: Incident) -> None:
    assert erase("--report", code(1))[1]["proven"]
    for body in (ANI, {**ANI, "text": "Saya Ani lagi, ini tambahan yang lain sama sekali"}):
        answer = send(payload(post_id=1, **body))
        assert (answer.status_code, answer.json()["created"], answer.json()["id"]) == (200, False, code(1))
    report = Report.objects.get(external_id=1)
    assert (report.text, report.title, report.image_url) == ("", "", "")
    assert not report.deliveries.exists()
    assert not report.photos.exists()
    assert "saya ani" not in dump().replace(AGAIN["text"], "").lower()


def test_a_plan_that_is_another_by_now_is_refused(case: Incident) -> None:
    plan = run("erase_personal_data", "--report", code(1), "--reason", "Permintaan")[1]["plan"]
    reported(1, {**ANI, "text": "Sudah saya ubah lagi sesudah rencana itu dibuat"})
    ended, answer = run("erase_personal_data", "--report", code(1), "--reason", "Permintaan", "--confirm", plan)
    assert (ended, answer["error"]["code"]) == (2, "plan_changed")
    assert Report.objects.get(external_id=1).text


def test_nothing_is_erased_under_legal_hold(case: Incident, bu_sari: Any) -> None:
    legal_hold_set(incident=case, asked=HoldAsk(bu_sari, "Surat polisi 17/XI/2026"))
    ended, answer = run("erase_personal_data", "--reporter-of", code(1), "--reason", "Permintaan")
    assert (ended, answer["error"]["code"], answer["error"]["incident"]) == (2, "legally_held", case.pk)


def test_nothing_is_erased_while_its_photo_is_being_fetched(case: Incident) -> None:
    plan = run("erase_personal_data", "--report", code(1), "--reason", "Permintaan")[1]["plan"]
    photos = ReportPhoto.objects.filter(report__external_id=1)
    photos.update(state=PhotoState.DUE, lease_until=timezone.now() + timedelta(seconds=60))
    ended, answer = run("erase_personal_data", "--report", code(1), "--reason", "Permintaan", "--confirm", plan)
    assert (ended, answer["error"]["code"]) == (2, "photo_under_way")


def test_the_same_words_of_somebody_else_are_told_and_stay(case: Incident) -> None:
    reported(9, {**BUDI, "text": f"Dari tetangga: {ANI['title']}"})
    answer = erase("--reporter-of", code(1))[1]
    assert answer["proven"]
    assert {trace["table"]: trace["rows"] for trace in answer["elsewhere"]}["reports_report"] == 1
    assert ANI["title"] in Report.objects.get(external_id=9).text


def test_bytes_that_do_not_go_are_told_and_it_is_not_called_proven(case: Incident, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(storage.AtomicFileSystemStorage, "delete", lambda self, name: None)
        ended, answer = erase("--report", code(1))
    assert (ended, answer["proven"], len(answer["left"])) == (1, False, 1)
    assert answer["left"][0].startswith("file photos/")
    assert FileToErase.objects.count() == 1, "the daily round tries again"


def test_a_reason_is_owed(case: Incident) -> None:
    ended, answer = run("erase_personal_data", "--report", code(1), "--reason", "ya")
    assert (ended, answer["error"]["code"]) == (2, "access_reason_owed")


def test_of_every_column_and_relation_of_a_report_it_is_decided_what_erasing_does() -> None:
    """Whoever adds one decides it here, and in ``reports.personal.erase``."""
    technical = {
        "id", "reporter_hash", "content_sha256", "erased_at", "updated_at", "applied_at", "boundary", "place_how",
        "place_metres", "placed_in", "token", "lease_until", "attempts", "crash_attempts", "next_run",
    }  # fmt: skip
    columns = {field.name for field in Report._meta.concrete_fields}
    assert columns == technical | set(TEXTS) | set(STAYS)
    relations = {relation.related_model.__name__ for relation in Report._meta.related_objects}
    assert relations == {"WebhookDelivery", "ReportUpdate", "ReportPhoto", "Announcement", "SuggestionRuling"}


# -- After a breach -------------------------------------------------------------------------


@pytest.fixture
def leaked(case: Incident, bu_sari: Any) -> Incident:
    """Footage of two cameras; Bu Sari has looked at one."""
    from tests.reports.test_access_log import original_seen

    original_seen(bu_sari, case)
    now = timezone.now()
    for camera, purged in (("LAIN", None), ("LAMA", now - timedelta(days=9))):
        of = factories.camera(camera)
        settled = now - timedelta(days=10)
        factories.clip(of, state="PURGED" if purged else "HELD", settled_at=settled, purged_at=purged)
    from cameras.models import FootageClip

    FootageClip.objects.filter(settled_at__isnull=True).update(settled_at=now - timedelta(hours=1))
    return case


def breach(out: Path, *extra: str, hours: float = 24) -> tuple[int, Any]:
    now = timezone.now()
    start, end = (now - timedelta(hours=hours)).isoformat(), (now + timedelta(minutes=5)).isoformat()
    return run("breach_export", "--from", start, "--to", end, "--out", str(out), *extra)


def test_a_breach_is_told_whose_data_which_clips_and_who_looked(leaked: Incident, tmp_path: Path) -> None:
    ended, answer = breach(tmp_path / "x")
    assert (ended, answer["clips"], answer["reports"]) == (0, 2, 3)
    looks = table(tmp_path / "x", "looks.csv")
    assert [(look["username"], look["kind"]) for look in looks[:3]] == [
        ("sari", "words"),
        ("sari", "words"),
        ("sari", "original"),
    ]
    assert looks[-1]["kind"] == "breach", "the export itself is a look"
    seen = {clip["camera"]: clip for clip in table(tmp_path / "x", "clips.csv")}
    own = f"CAM-RAHASIA-{leaked.pk}"
    assert seen.keys() == {own, "LAIN"}, "what was gone before is not concerned"
    assert (seen[own]["looks"], json.loads(seen[own]["seen_by"]), json.loads(seen[own]["incidents"])) == (
        "1",
        ["sari"],
        [leaked.pk],
    )
    assert seen["LAIN"]["looks"] == "0"
    people = {row["tracking_code"]: row for row in table(tmp_path / "x", "reports.csv")}
    assert {row["external_id"] for row in people.values()} == {"1", "2", "3"}
    assert people[code(1)]["looks"] == "1"
    everything = everything_in(tmp_path / "x")
    assert not [mark for mark in (*HERS, *HIS) if mark in everything], "no words: whose, not what"


def test_a_breach_of_one_camera_concerns_its_footage_and_the_reports_that_led_to_it(
    leaked: Incident, tmp_path: Path
) -> None:
    outside = reported(20, BUDI)
    own = f"CAM-RAHASIA-{leaked.pk}"
    answer = breach(tmp_path / "a", "--camera", own)[1]
    assert (answer["clips"], answer["reports"], answer["looks"]) == (1, 3, 1)
    assert breach(tmp_path / "b", "--camera", "LAIN")[1]["reports"] == 0
    assert breach(tmp_path / "c")[1]["reports"] == 4
    assert outside.tracking_code in everything_in(tmp_path / "c")
    assert breach(tmp_path / "d", hours=24 * 30)[1]["clips"] == 3


def test_a_breach_of_no_time_or_camera_is_refused_and_a_time_without_offset_is_jakartas(
    leaked: Incident, tmp_path: Path
) -> None:
    assert breach(tmp_path / "a", "--camera", "TIDAK-ADA")[1]["error"]["code"] == "unreadable_input"
    assert breach(tmp_path / "a", hours=-1)[0] == 2
    assert run("breach_export", "--from", "kemarin", "--to", "besok", "--out", str(tmp_path / "a"))[0] == 2
    assert not (tmp_path / "a").exists()
    answer = run("breach_export", "--from", "2026-11-03T00:00", "--to", "2026-11-04", "--out", str(tmp_path / "b"))[1]
    assert (answer["from"], answer["to"]) == ("2026-11-03T00:00:00+07:00", "2026-11-04T00:00:00+07:00")
    line = AccessEntry.objects.get(kind="breach")
    assert (line.why, line.detail["from"]) == ("breach", answer["from"])
    assert access_log_verify().ok
