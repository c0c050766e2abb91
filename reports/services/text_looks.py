"""Showing a report's words as they were sent: written down first, shown afterwards, each time anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from reports.models import AccessEntry, Report
from reports.selectors.texts import masked_texts
from reports.services.access_log import Access, access_append


@dataclass(frozen=True, slots=True)
class WordsAsk:
    """Whose words, and why: ``why`` is a word of ``AccessEntry.Why``, ``reason`` the person's own."""

    report: Report
    why: str
    reason: str
    address: str = ""


def words_show(*, ask: WordsAsk, actor: Any) -> AccessEntry:
    """The line in the access log; once it is written, the words may be shown. Who may ask is the caller's to know.

    Raises:
        AccessReasonOwed: no purpose, or no words.
    """
    access = Access(
        kind=AccessEntry.Kind.WORDS,
        why=ask.why,
        reason=ask.reason,
        subject=f"report {ask.report.tracking_code}",
        incident=ask.report.incident,
        detail={"hidden": list(masked_texts(ask.report).hidden)},
        address=ask.address,
    )
    with transaction.atomic():
        return access_append(access=access, actor=actor)
