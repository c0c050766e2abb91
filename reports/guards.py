"""Triggers that keep appended rows from being changed or deleted by anything that speaks SQL.

They stop mistakes and everyday tools; who owns the tables can drop them, and is found out by the hashes
(``verify_access_log``). SQLite loses a table's triggers when a migration rebuilds the table, so they are looked at
after each migrate and put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

KEPT = ("reports_accessentry", "reports_footagelook")
"""Inserted, and then never touched."""
HEAD = "reports_accesshead"
"""Moves forward, and never goes."""

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_kept_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
# INSERT OR REPLACE deletes without asking the triggers of DELETE.
_SQLITE_REPLACE = """
CREATE TRIGGER IF NOT EXISTS {table}_kept_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_SQLITE_HEAD = """
CREATE TRIGGER IF NOT EXISTS {table}_kept_update BEFORE UPDATE ON {table}
WHEN NEW.id <> OLD.id OR NEW.number <= OLD.number
BEGIN SELECT RAISE(ABORT, '{table} only moves forward'); END
"""

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION reports_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRES = (
    """CREATE OR REPLACE TRIGGER {table}_kept BEFORE {events} ON {table}
    FOR EACH ROW {condition} EXECUTE FUNCTION reports_append_only()""",
    """CREATE OR REPLACE TRIGGER {table}_kept_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION reports_append_only()""",
)
_FORWARD = "NEW.id <> OLD.id OR NEW.number <= OLD.number"


def statements(vendor: str) -> list[str]:
    """What puts the triggers in place; where they are already, it changes nothing. None for other databases."""
    if vendor == "sqlite":
        return [sql for table in (*KEPT, HEAD) for sql in _sqlite(table)]
    if vendor == "postgresql":
        return [_POSTGRES_FUNCTION, *(sql for table in (*KEPT, HEAD) for sql in _postgres(table))]
    return []


def dropping(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in expected(vendor)]
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {name} ON {_table(name)}" for name in expected(vendor)]
    return []


def expected(vendor: str) -> list[str]:
    """Names of the triggers."""
    if vendor == "sqlite":
        kept = [f"{table}_kept_{verb}" for table in KEPT for verb in ("update", "delete", "replace")]
        return [*kept, f"{HEAD}_kept_delete", f"{HEAD}_kept_update"]
    if vendor == "postgresql":
        kept = [f"{table}_kept{ending}" for table in (*KEPT, HEAD) for ending in ("", "_truncate")]
        return [*kept, f"{HEAD}_kept_update"]
    return []


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Triggers that are not there, or are switched off, of the tables that there are."""
    connection = connections[using]
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    }.get(connection.vendor)
    if asked is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(asked)
        there = {name for (name,) in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
    return sorted(name for name in set(expected(connection.vendor)) - there if _table(name) in tables)


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    _execute(statements(connections[using].vendor), using)


@contextmanager
def lowered(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """For what empties the whole database (the demo's reset, tests)."""
    _execute(dropping(connections[using].vendor), using)
    try:
        yield
    finally:
        install(using)


def put_back(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """After a migrate. Of one backwards, to before some of the tables, the rest is as it was then."""
    tables = set(connections[using].introspection.table_names())
    if {*KEPT, HEAD} <= tables and missing(using):
        install(using)


def _execute(sql: list[str], using: str) -> None:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for statement in sql:
            cursor.execute(statement)


def _sqlite(table: str) -> Iterator[str]:
    yield _SQLITE.format(table=table, verb="delete")
    if table == HEAD:
        yield _SQLITE_HEAD.format(table=table)
        return
    yield _SQLITE.format(table=table, verb="update")
    yield _SQLITE_REPLACE.format(table=table, key="number" if table == "reports_accessentry" else "id")


def _postgres(table: str) -> Iterator[str]:
    rows, truncated = _POSTGRES
    yield truncated.format(table=table)
    if table != HEAD:
        yield rows.format(table=table, events="UPDATE OR DELETE", condition="")
        return
    yield rows.format(table=table, events="DELETE", condition="")
    forward = rows.replace("{table}_kept ", "{table}_kept_update ")
    yield forward.format(table=table, events="UPDATE", condition=f"WHEN ({_FORWARD})")


def _table(trigger: str) -> str:
    return next(table for table in (*KEPT, HEAD) if trigger.startswith(f"{table}_kept"))
