"""One way of writing a time, on pages, in reasons and on stills."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from cameras.admin.base import wib as cameras_wib
from jsc_project.lib.when import clock_text, day_text, wib_text
from reports.words import wib

AT = datetime(2026, 11, 3, 7, 5, 9, tzinfo=UTC)
PARTS = r"%d-%m-%Y|%d/%m|%d\.%m|%Y-%m-%d %H|%H:%M"
NOT_FOR_PEOPLE = {"footage", "photos", "migrations", "models"}
"""What devices and files want, and names of rows for those who look into the database."""


@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_reasons_and_django_itself_write_a_time_alike(language: str) -> None:
    with translation.override(language):
        for month in range(1, 13):
            at = AT.replace(month=month)
            told = wib_text(at, english=language == "en")
            assert wib(at) == cameras_wib(at) == told
            assert date_format(timezone.localtime(at), "DATETIME_FORMAT") == told
            assert date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") == told
            assert date_format(timezone.localtime(at), "DATE_FORMAT") == day_text(at, english=language == "en")


def test_a_time_is_that_of_jakarta() -> None:
    assert wib_text(AT) == "3 Nov 2026 14.05 WIB"
    assert wib_text(AT, seconds=True) == "3 Nov 2026 14.05.09 WIB"
    assert wib_text(AT.replace(month=5, hour=17), english=True) == "4 May 2026 00.05 WIB"
    assert clock_text(AT - timedelta(hours=14)) == "00.05"


def test_nobody_writes_times_to_people_in_a_way_of_their_own() -> None:
    found = []
    for app in ("cameras", "analytics", "reports"):
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if NOT_FOR_PEOPLE & set(path.relative_to(settings.BASE_DIR).parts) or path.name == "models.py":
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(PARTS, line):
                    found.append(f"{path.relative_to(settings.BASE_DIR)}:{number}")
    assert found == []
