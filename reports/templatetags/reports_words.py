"""The words of ``reports.words`` inside templates."""

from __future__ import annotations

from datetime import datetime

from django import template

from reports import code_words, words

register = template.Library()

register.filter("check_label", words.check_label)
register.filter("reason_text", words.reason_text)
register.filter("subject_said", code_words.subject_said)
register.filter("status_label", words.status_label)
register.filter("status_badge", words.status_badge)
register.filter("verdict_badge", words.verdict_badge)


@register.filter
def wib(when: datetime | None) -> str:
    return words.wib(when)


@register.filter
def clock(when: datetime) -> str:
    return words.clock(when)


@register.filter
def ago(when: datetime | None) -> str:
    return words.ago(when)


@register.filter
def verdict_symbol(verdict: str | None) -> str:
    return words.verdict_badge(verdict or "").symbol
