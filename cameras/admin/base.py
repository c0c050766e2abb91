"""What the pages of this app share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import get_language
from unfold.admin import ModelAdmin

from jsc_project.lib.when import wib_text


def wib(at: datetime | None) -> str:
    """``3 Nov 2026 14.05 WIB``; a dash where there is no time."""
    return wib_text(at, english=(get_language() or "id").startswith("en")) if at else "-"


class WordsFilter(admin.AllValuesFieldListFilter):
    """A filter over a column of codes, whose choices are words. ``said``: of a code; itself where there are none."""

    said: Callable[[str], str] = staticmethod(str)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": self.said(str(choice["display"]))}


class LookOnlyAdmin(ModelAdmin):
    """Written by the pipeline alone."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
