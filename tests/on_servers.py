"""For the round on real servers (``PYTEST_PLUGINS=tests.on_servers``): who shares what, and what is worth running.

Each of several test processes gets a database of the one Redis for itself, or they would answer each other's rings;
and one of PostgreSQL besides the test database that pytest-django makes, for what the processes that tests start see.
Of the tests of cameras and reports those that ask the database are run: the others passed in the round before, and
neither server has any part in them.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

NAMES = frozenset({"db", "transactional_db", "live_server"})
KEPT_FOR = ("django_db", "postgres", "redis", "browser", "slow")
FOLDERS = ("tests/cameras/", "tests/reports/")


def own_redis(url: str, worker: str) -> str:
    """The broker's address for a test process named ``gw0``, ``gw1``, ...: its database is one more than its number."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("redis") or not worker.removeprefix("gw").isdecimal():
        return url
    return parts._replace(path=f"/{int(worker.removeprefix('gw')) + 1}").geturl()


def own_database(url: str, worker: str) -> str:
    """The database's address for a test process: ``jsc`` is ``jsc_gw0`` to the first. Somebody has to have made it."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgres") or not worker:
        return url
    return parts._replace(path=f"{parts.path}_{worker}").geturl()


def asks_servers(item: pytest.Item) -> bool:
    if not item.nodeid.startswith(FOLDERS):
        return True
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & NAMES) or any(item.get_closest_marker(name) for name in KEPT_FOR)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    dropped = [item for item in items if not asks_servers(item)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if asks_servers(item)]


# Before Django reads its settings, which pytest-django does while the first conftest is looked for.
for name, own in (("CELERY_BROKER_URL", own_redis), ("DATABASE_URL", own_database)):
    if name in os.environ:
        os.environ[name] = own(os.environ[name], os.environ.get("PYTEST_XDIST_WORKER", ""))
