"""The access log: every look becomes a line that nobody changes, cuts off or forges without being found out."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cameras.footage.window import TimeWindow
from reports import guards
from reports.ledger import KeyRing
from reports.models import AccessEntry, AccessHead, FootageLook, Incident
from reports.selectors.access_proof import Verified, access_log_verify
from reports.services.access_log import Access, AccessReasonOwed, access_anchor, access_append, anchors_file
from reports.services.looks import LookAsk, look_grant
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db
Kind, Why = AccessEntry.Kind, AccessEntry.Why


def look_at(person: Any, reason: str = "Memastikan isi laporan", **extra: Any) -> AccessEntry:
    given = {"kind": Kind.WORDS, "why": Why.CHECK, "subject": "laporan TEST", "address": "10.1.2.3", **extra}
    with transaction.atomic():
        return access_append(access=Access(reason=reason, **given), actor=person)


def original_seen(person: Any, incident: Incident) -> FootageLook:
    still = rows.looked_at(incident)
    clip = still.run.clip
    type(clip).objects.filter(pk=clip.pk).update(file="clips/x.mp4", media_start_at=clip.start_at)
    part = TimeWindow(clip.start_at, clip.start_at + timedelta(seconds=20))
    return look_grant(ask=LookAsk(clip, part, "check", "Memastikan mobilnya", incident, "10.1.2.3"), actor=person)


def tampered(sql: str, *params: Any) -> None:
    """As somebody who owns the tables, and has taken the guards away."""
    with guards.lowered(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def broken(**extra: Any) -> tuple[int, str] | None:
    found = access_log_verify(**extra).first_broken
    return None if found is None else (found.number, found.code)


def verify(*extra: str) -> tuple[int, Any]:
    out = StringIO()
    try:
        call_command("verify_access_log", "--json", *extra, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue().splitlines()[-1])
    return 0, json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def five(bu_sari: Any, menteng: Any) -> list[AccessEntry]:
    """Four looks at words and one at an original: lines 1 to 5."""
    incident = rows.placed(menteng).incident
    for n in range(2):
        look_at(bu_sari, incident=incident, detail={"n": n, "kinds": ["telepon", "nama"]}, camera_code=f"CAM-{n}")
    original_seen(bu_sari, incident)
    for _n in range(2):
        look_at(bu_sari, incident=incident)
    return list(AccessEntry.objects.order_by("number"))


# -- What a line says --------------------------------------------------------------------


def test_a_look_at_an_original_is_a_line_that_says_who_what_when_why_and_from_where(bu_sari: Any, menteng: Any) -> None:
    incident = rows.placed(menteng).incident
    look = original_seen(bu_sari, incident)
    line = AccessEntry.objects.get()
    assert (line.number, line.kind, line.user, line.username) == (1, "original", bu_sari, "sari")
    assert (line.why, line.reason, line.address) == ("check", "Memastikan mobilnya", "10.1.2.3")
    assert (line.incident, line.camera_code, line.at) == (incident, look.camera_code, look.at)
    assert line.detail["look"] == str(look.key)
    assert verify() == (0, {**verify()[1], "ok": True, "entries": 1, "looks": 1, "first_broken": None})


@pytest.mark.parametrize("reason", ["", "ya", "   \x00  "], ids=["none", "too short", "no words"])
def test_without_words_there_is_no_line_and_so_no_look(bu_sari: Any, reason: str) -> None:
    with pytest.raises(AccessReasonOwed):
        look_at(bu_sari, reason)
    with pytest.raises(AccessReasonOwed):
        look_at(bu_sari, why="iseng")
    assert not AccessEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_of_a_transaction_is_refused_because_what_it_allows_might_come_without_it(bu_sari: Any) -> None:
    with pytest.raises(RuntimeError):
        access_append(access=Access(Kind.WORDS, Why.CHECK, "Memastikan isi laporan"), actor=bu_sari)


def test_a_line_of_a_transaction_that_fails_was_never_there(bu_sari: Any) -> None:
    look_at(bu_sari)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        access_append(access=Access(Kind.WORDS, Why.CHECK, "Memastikan isi laporan"), actor=bu_sari)
        raise ZeroDivisionError
    assert look_at(bu_sari).number == 2
    assert access_log_verify().ok


def test_plates_that_a_command_reads_are_a_line_before_the_first_file_is_opened(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        call_command("read_plates", str(tmp_path / "none.jpg"), "--purpose", "Uji alat", stdout=StringIO())
    line = AccessEntry.objects.get()
    assert (line.kind, line.reason, line.user, line.detail) == ("plates_read", "Uji alat", None, {"files": 1})
    assert line.username.startswith("$")


# -- Nobody changes it ---------------------------------------------------------------------


def test_neither_model_nor_manager_changes_or_deletes_a_line(five: list[AccessEntry]) -> None:
    line = five[1]
    line.reason = "lain"
    attempts = [
        line.save,
        line.delete,
        AccessEntry.objects.all().delete,
        lambda: AccessEntry.objects.update(reason="lain"),
        lambda: AccessEntry.objects.bulk_update([line], ["reason"]),
        lambda: AccessEntry.objects.update_or_create(number=2, defaults={"reason": "lain"}),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError), transaction.atomic():
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessEntry.objects.filter(number=2)._update([(AccessEntry._meta.get_field("reason"), None, "lain")])
    assert access_log_verify().ok


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reports_accessentry SET reason = 'lain' WHERE number = 2",
        "DELETE FROM reports_accessentry WHERE number = 5",
        "DELETE FROM reports_footagelook",
        "UPDATE reports_footagelook SET reason = 'lain'",
        "DELETE FROM reports_accesshead",
        "UPDATE reports_accesshead SET number = number - 1",
    ],
)
def test_plain_sql_is_refused_by_the_database(five: list[AccessEntry], sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert access_log_verify().ok


def test_the_databases_own_ways_round_a_delete_are_refused_as_well(five: list[AccessEntry]) -> None:
    ways = {
        "sqlite": ["INSERT OR REPLACE INTO reports_accessentry SELECT * FROM reports_accessentry WHERE number = 2"],
        # With rows still to be checked PostgreSQL refuses by itself.
        "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE", "TRUNCATE reports_accessentry"],
    }[connection.vendor]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        for sql in ways:
            cursor.execute(sql)


def test_a_log_whose_guards_are_gone_is_not_called_whole(five: list[AccessEntry]) -> None:
    name = guards.expected(connection.vendor)[0]
    with connection.cursor() as cursor:
        cursor.execute(next(sql for sql in guards.dropping(connection.vendor) if name in sql))
    code, told = verify()
    assert (code, told["first_broken"], told["without_triggers"]) == (1, None, [name])
    guards.put_back()
    assert verify()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_looks_from_before_the_log_get_their_lines_when_it_begins(bu_sari: Any, menteng: Any) -> None:
    from django.db.migrations.executor import MigrationExecutor

    incident = rows.placed(menteng).incident
    for _n in range(2):
        original_seen(bu_sari, incident)
        Incident.objects.filter(pk=incident.pk).update(verdict="")
        incident = rows.placed(menteng).incident
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate([("reports", "0003_footage_looks")])
    assert "reports_accessentry" not in connection.introspection.table_names()
    MigrationExecutor(connection).migrate(newest)
    told = access_log_verify()
    assert (told.entries, told.looks, told.first_broken, told.without_triggers) == (2, 2, None, [])
    look_at(bu_sari)
    assert access_log_verify().ok


def test_people_in_a_log_cannot_be_deleted(five: list[AccessEntry], bu_sari: Any) -> None:
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        bu_sari.delete()


# -- Tampering is found --------------------------------------------------------------------


CHANGES = {
    "at": "2026-01-01 00:00:00+00:00",
    "kind": "log",
    "user_id": None,
    "username": "budi",
    "why": "other",
    "reason": "lain",
    "address": "10.9.9.9",
    "camera_code": "CAM-9",
    "incident_id": None,
    "subject": "laporan LAIN",
    "detail": '{"n": 7}',
    "previous_hash": "a" * 64,
    "key_id": "b" * 16,
    "entry_hash": "c" * 64,
}


def test_the_tampering_below_covers_every_column() -> None:
    columns = {field.attname for field in AccessEntry._meta.concrete_fields}
    assert columns == {*CHANGES, "number"}


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_change_of_any_column_is_found_and_the_line_named(five: list[AccessEntry], column: str) -> None:
    tampered(f"UPDATE reports_accessentry SET {column} = %s WHERE number = 2", CHANGES[column])
    code, told = verify()
    assert code == 1
    expected = {"previous_hash": "changed", "key_id": "unknown_key"}.get(column, "changed")
    assert (told["first_broken"]["number"], told["first_broken"]["code"]) == (2, expected)


def test_a_change_of_a_number_leaves_a_gap(five: list[AccessEntry]) -> None:
    tampered("UPDATE reports_accessentry SET number = 9 WHERE number = 3")
    assert broken() == (3, "missing")


def test_what_no_column_can_hold_is_a_change_and_no_crash(five: list[AccessEntry]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes no such value")
    tampered("UPDATE reports_accessentry SET at = 'kemarin' WHERE number = 4")
    assert broken() == (4, "changed")
    tampered("UPDATE reports_accessentry SET at = '2026-13-45 00:00:00' WHERE number = 1")
    assert broken() == (1, "changed")
    tampered("UPDATE reports_footagelook SET start_at = '2026-13-45 00:00:00'")
    assert broken(start=2) == (3, "look_missing")


@pytest.mark.parametrize("column", ["reason", "username", "start_at", "until", "clip_id", "key", "address"])
def test_a_change_of_the_look_itself_is_found_by_its_line(five: list[AccessEntry], column: str) -> None:
    other = factories.clip(factories.camera("LAIN"))
    new = {
        "start_at": "2026-01-01 00:00:00+00:00",
        "until": "2099-01-01 00:00:00+00:00",
        "clip_id": other.pk,
        "key": "0" * 32,
        "address": "10.9.9.9",
    }.get(column, "lain")
    tampered(f"UPDATE reports_footagelook SET {column} = %s", new)
    assert broken() == (3, "look_missing" if column == "key" else "look_changed")


def test_a_look_that_was_deleted_or_has_no_line_is_found(five: list[AccessEntry]) -> None:
    look = FootageLook.objects.get()
    tampered("DELETE FROM reports_footagelook")
    assert broken() == (3, "look_missing")
    look.pk, look._state.adding = None, True
    look.save()
    assert broken() is None
    look.pk, look._state.adding = None, True
    look.key = "11111111-1111-4111-8111-111111111111"
    look.save()
    assert broken() == (0, "look_unwritten")


def test_a_line_deleted_in_the_middle_is_named(five: list[AccessEntry]) -> None:
    tampered("DELETE FROM reports_accessentry WHERE number = 2")
    assert broken() == (2, "missing")


def test_lines_cut_off_at_the_end_are_found_by_the_head(five: list[AccessEntry]) -> None:
    tampered("DELETE FROM reports_accessentry WHERE number >= 4")
    assert broken() == (4, "cut_off")


def test_a_head_that_is_turned_back_is_not_signed(five: list[AccessEntry]) -> None:
    tampered("DELETE FROM reports_accessentry WHERE number = 5")
    tampered("UPDATE reports_accesshead SET number = 4, entry_hash = %s", five[3].entry_hash)
    assert broken() == (4, "head_forged")
    tampered("DELETE FROM reports_accesshead")
    assert broken() == (4, "head_missing")


def test_a_line_made_with_another_key_is_no_line(five: list[AccessEntry]) -> None:
    """Somebody who knows how it is done, and has the database, but not the key."""
    forger = KeyRing([b"a key of their own, long enough for anything"])
    last = five[-1]
    line = forger.signed(type(last.line)(**{**_fields(last), "number": 6, "previous_hash": last.entry_hash}))
    AccessEntry.objects.create(**_fields(line))
    tampered(
        "UPDATE reports_accesshead SET number = 6, entry_hash = %s, mac = %s",
        line.entry_hash,
        forger.head_mac(6, line.entry_hash),
    )
    assert broken() == (6, "unknown_key")


def _fields(of: Any) -> dict[str, Any]:
    line = of.line if isinstance(of, AccessEntry) else of
    return {name: getattr(line, name) for name in type(line).__slots__}


def test_a_copied_line_does_not_hang_on_the_log(five: list[AccessEntry]) -> None:
    AccessEntry.objects.create(**{**_fields(five[1]), "number": 6})
    assert broken() == (6, "changed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_accessentry")
    tampered("DELETE FROM reports_accessentry WHERE number = 6")
    assert broken() is None


def test_appending_after_an_attack_does_not_make_good_for_it(five: list[AccessEntry], bu_sari: Any) -> None:
    tampered("DELETE FROM reports_accessentry WHERE number = 5")
    look_at(bu_sari)
    assert broken() == (5, "missing")


def test_appending_on_a_forged_head_leaves_a_line_that_says_so_for_good(five: list[AccessEntry], bu_sari: Any) -> None:
    tampered("DELETE FROM reports_accessentry WHERE number = 5")
    tampered("UPDATE reports_accesshead SET number = 4, entry_hash = %s", five[3].entry_hash)
    assert look_at(bu_sari).number == 6, "people can go on working"
    assert AccessEntry.objects.get(number=5).kind == "trouble"
    assert broken() == (5, "head_lost")
    assert broken(start=6) is None, "what came before was looked into, and is taken as it is"


# -- Anchors ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_older_database_put_back_whole_is_found_by_the_anchors(bu_sari: Any) -> None:
    for _n in range(2):
        look_at(bu_sari)
    before = AccessHead.objects.get()
    for _n in range(3):
        look_at(bu_sari)
    assert verify()[1]["anchors"] == 5
    tampered("DELETE FROM reports_accessentry WHERE number > 2")
    tampered("UPDATE reports_accesshead SET number = 2, entry_hash = %s, mac = %s", before.entry_hash, before.mac)
    assert broken() is None, "the database alone cannot tell"
    code, told = verify()
    assert (code, told["first_broken"]["number"], told["first_broken"]["code"]) == (1, 3, "anchor_ahead")
    for _n in range(3):
        look_at(bu_sari)
    assert verify()[1]["first_broken"]["code"] == "anchor_differs", "other lines under the same numbers"


@pytest.mark.django_db(transaction=True)
def test_a_wiped_log_is_found_by_the_anchors(bu_sari: Any) -> None:
    look_at(bu_sari)
    tampered("DELETE FROM reports_accessentry")
    tampered("DELETE FROM reports_accesshead")
    assert verify()[1]["first_broken"]["code"] == "anchor_ahead"


@pytest.mark.django_db(transaction=True)
def test_anchors_of_another_machine_are_read_out_of_its_log(bu_sari: Any, tmp_path: Path, caplog: Any) -> None:
    caplog.set_level("INFO", logger="reports.services.access_log")
    look_at(bu_sari)
    text = "".join(f"2026-11-02 12:00:00,0 INFO {r.name} {r.getMessage()}\n" for r in caplog.records)
    elsewhere = tmp_path / "service.log"
    elsewhere.write_text(f"{text}half a line of a killed proc {{\nother words\n", encoding="utf-8")
    anchors_file().unlink()
    assert verify("--anchors", str(elsewhere))[1]["anchors"] == 1
    elsewhere.write_text(text.replace('"hash": "', '"hash": "f'), encoding="utf-8")
    assert verify("--anchors", str(elsewhere))[1]["first_broken"]["code"] == "anchor_differs"
    assert verify("--anchors", str(tmp_path / "none"))[0] == 2


@pytest.mark.django_db(transaction=True)
def test_a_look_is_not_undone_because_no_anchor_could_be_left(bu_sari: Any, settings: Any, tmp_path: Path) -> None:
    settings.JSC_ACCESS_ANCHORS = tmp_path / "no such folder" / "anchors"
    look_at(bu_sari)
    assert AccessEntry.objects.count() == 1
    assert access_anchor()["number"] == 1  # type: ignore[index]


def test_nothing_was_looked_at_yet_and_the_log_is_whole(db: None) -> None:
    assert access_log_verify() == Verified(head="0" * 64)
    assert access_anchor() is None


# -- Keys -------------------------------------------------------------------------------------------


def test_a_replaced_key_proves_its_lines_and_makes_no_new_ones(
    five: list[AccessEntry], bu_sari: Any, settings: Any
) -> None:
    old = settings.JSC_HASH_KEY
    settings.JSC_HASH_KEY = "n" * 40
    assert broken() == (1, "unknown_key")
    settings.JSC_HASH_KEYS_RETIRED = [old]
    assert broken() is None
    look_at(bu_sari)
    assert broken() is None
    settings.JSC_HASH_KEY, settings.JSC_HASH_KEYS_RETIRED = old, ["n" * 40]
    look_at(bu_sari)
    settings.JSC_HASH_KEY, settings.JSC_HASH_KEYS_RETIRED = "n" * 40, [old]
    assert broken() == (7, "key_out_of_use")


# -- At the same time ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_looks_of_many_at_once_hang_on_each_other_in_one_line(bu_sari: Any, pak_budi: Any) -> None:
    start = threading.Barrier(4)

    def looking(person: Any) -> None:
        start.wait()
        for _n in range(8):
            look_at(person)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(looking, (bu_sari, pak_budi) * 2))
    code, told = verify()
    assert (code, told["entries"], told["anchors"]) == (0, 32, 32)
    assert {entry.username for entry in AccessEntry.objects.filter(number__lte=32)} == {"sari", "budi"}


@pytest.mark.django_db(transaction=True)
def test_a_proof_while_lines_are_written_finds_nothing_wrong(bu_sari: Any) -> None:
    look_at(bu_sari)
    done = threading.Event()

    def looking() -> None:
        for _n in range(12):
            look_at(bu_sari)
        connection.close()
        done.set()

    thread = threading.Thread(target=looking)
    thread.start()
    proofs = [access_log_verify(anchors=[anchors_file()])]
    while not done.is_set():
        proofs.append(access_log_verify(anchors=[anchors_file()]))
    thread.join()
    assert [proof.first_broken for proof in proofs if proof.first_broken] == []


# -- The supervisor's page ---------------------------------------------------------------------------

PAGE = "/admin/reports/accessentry/"


def permitted(person: Any, codename: str = "view_access_log") -> Any:
    person.user_permissions.add(Permission.objects.get(codename=codename))
    return type(person).objects.get(pk=person.pk)


def test_the_page_is_for_the_permitted_alone(five: list[AccessEntry], bu_sari: Any, rini: Any) -> None:
    for person in (bu_sari, rini, factories.user("baru", is_staff=True)):
        browser = rows.browser(person)
        for address in (PAGE, f"{PAGE}1/change/", f"{PAGE}csv/"):
            answer = browser.post(address) if address.endswith("csv/") else browser.get(address)
            assert answer.status_code in {403, 404}
        assert "accessentry" not in browser.get("/admin/").content.decode()
    assert "Memastikan mobilnya" in rows.browser(permitted(rini)).get(PAGE).content.decode()


def test_a_supervisor_reads_the_lines_of_the_own_kelurahan_and_an_officer_all(
    five: list[AccessEntry], bu_sari: Any, pak_budi: Any
) -> None:
    look_at(bu_sari, "Ekspor tanpa kejadian")
    his, hers = rows.browser(permitted(pak_budi)), rows.browser(permitted(bu_sari))
    assert "Memastikan mobilnya" not in his.get(PAGE).content.decode()
    assert his.get(f"{PAGE}1/change/").status_code == 404
    shown = hers.get(PAGE).content.decode()
    assert "Memastikan mobilnya" in shown
    assert "Ekspor tanpa kejadian" not in shown
    officer = permitted(factories.user("dewi", is_staff=True), "view_whole_access_log")
    assert "Ekspor tanpa kejadian" in rows.browser(officer).get(PAGE).content.decode()


def test_the_page_changes_nothing_even_for_a_superuser(five: list[AccessEntry]) -> None:
    browser = rows.browser(factories.user("root", is_staff=True, is_superuser=True))
    assert browser.get(f"{PAGE}1/change/").status_code == 200
    assert browser.get(f"{PAGE}1/delete/").status_code == 404
    assert browser.get(f"{PAGE}add/").status_code == 404
    assert browser.post(f"{PAGE}1/change/", {"reason": "lain"}).status_code in {403, 405}
    browser.post(PAGE, {"action": "delete_selected", "_selected_action": ["1"], "post": "yes"})
    assert access_log_verify().entries == 5


@pytest.fixture
def officer(db: None) -> Any:
    return rows.browser(permitted(factories.user("dewi", is_staff=True), "view_whole_access_log"))


def shown(browser: Any, query: str) -> list[int]:
    answer = browser.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    return sorted(entry.number for entry in answer.context_data["cl"].result_list)


def test_the_page_is_filtered_by_person_camera_period_and_reason(officer: Any, bu_sari: Any, pak_budi: Any) -> None:
    day = timezone.make_aware(timezone.datetime(2026, 11, 3, 23, 30))  # type: ignore[attr-defined]
    for n, person in enumerate((bu_sari, pak_budi, bu_sari)):
        with transaction.atomic():
            access = Access(Kind.WORDS, [Why.CHECK, Why.OFFICIAL, Why.ACT][n], f"Alasan ke-{n}", camera_code=f"CAM-{n}")
            access_append(access=access, actor=person, at=day + timedelta(days=n))
    assert shown(officer, "") == [1, 2, 3]
    assert shown(officer, "orang=sari") == [1, 3]
    assert shown(officer, "kamera=cam-1") == [2]
    assert shown(officer, "sejak=2026-11-04&sampai=2026-11-04") == [2], "days are Jakarta's"
    assert shown(officer, "why__exact=official") == [2]
    assert shown(officer, "q=ke-2") == [3]
    assert shown(officer, "sejak=kemarin") == [], "a mistyped day is not everything"
    assert officer.get(f"{PAGE}?user__password__startswith=a").status_code == 400
    persons = officer.get(f"{PAGE}?sampai=2026-11-05").context_data["jsc_persons"]
    assert [(count.username, count.looks, query) for count, query in persons] == [
        ("sari", 2, "?orang=sari&sampai=2026-11-05"),
        ("budi", 1, "?orang=budi&sampai=2026-11-05"),
    ]


def test_the_csv_holds_what_the_page_shows_takes_nothing_for_a_formula_and_is_a_line_itself(
    officer: Any, bu_sari: Any, pak_budi: Any
) -> None:
    look_at(bu_sari, '=HYPERLINK("http://evil","x")')
    look_at(bu_sari, "\t+62 dari luar")
    look_at(pak_budi, "Bukan ini")
    answer = officer.post(f"{PAGE}csv/?orang=sari")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    import csv

    lines = list(csv.DictReader(StringIO(text)))
    assert [line["number"] for line in lines] == ["1", "2"]
    assert [line["reason"][0] for line in lines] == ["'", "'"]
    assert lines[0]["address"] == "10.1.2.3"
    taken = AccessEntry.objects.get(kind="log")
    assert (taken.number, taken.username, taken.detail) == (4, "dewi", {"rows": 2, "filters": {"orang": "sari"}})
    assert officer.get(f"{PAGE}csv/").status_code == 405
    assert access_log_verify().ok


def test_the_daily_round_proves_the_log_and_the_page_tells_what_it_found(
    officer: Any, five: list[AccessEntry], caplog: Any
) -> None:
    from reports import upkeep

    assert "Terbukti utuh" not in officer.get(PAGE).content.decode()
    assert upkeep.purge()["access_log"]["ok"] is True
    assert "5 baris." in officer.get(PAGE).content.decode()
    tampered("DELETE FROM reports_accessentry WHERE number = 3")
    assert upkeep.purge()["access_log"]["first_broken"]["number"] == 3
    assert "the access log is not whole" in caplog.text
    assert "TIDAK utuh mulai baris 3 (missing)" in officer.get(PAGE).content.decode()
