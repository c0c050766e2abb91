"""What people read: verdicts, statuses, reasons and times, each as words with a symbol, never as a colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from analytics.labels import VERDICTS, check_label
from analytics.verdict import Verdict
from jsc_project.lib.when import clock_text, wib_text
from reports.lifecycle import COLOURS, LABELS, Status

__all__ = [
    "Badge", "Due", "ago", "badge_html", "check_label", "clock", "due_words", "english", "reason_text", "status_badge",
    "status_label", "verdict_badge", "wib",
]  # fmt: skip


def english() -> bool:
    return (get_language() or "id").startswith("en")


@dataclass(frozen=True, slots=True)
class Badge:
    """A word, a symbol and a tone. ``tone`` names a CSS class, ``jsc-tone-green`` and so on."""

    word: Any
    symbol: str
    tone: str


_VERDICTS: Mapping[str, tuple[Any, str, str]] = {
    Verdict.SUPPORTED: (VERDICTS[Verdict.SUPPORTED], "✓", "green"),
    Verdict.CONTRADICTED: (VERDICTS[Verdict.CONTRADICTED], "✕", "red"),
    Verdict.INCONCLUSIVE: (VERDICTS[Verdict.INCONCLUSIVE], "?", "yellow"),
    Verdict.UNOBSERVABLE: (VERDICTS[Verdict.UNOBSERVABLE], "∅", "grey"),
    "": (gettext_lazy("Menunggu kamera"), "…", "blue"),
}

_STATUS_SYMBOLS: Mapping[Status, str] = {
    Status.MENUNGGU: "●",
    Status.KOORDINASI: "⇄",
    Status.DISPOSISI: "➜",
    Status.PROSES: "▶",
    Status.SELESAI: "✓",
    Status.DITOLAK: "✕",
    Status.DUPLIKAT: "≡",
}


def badge_html(badge: Badge) -> SafeString:
    """The badge as a cell of an admin table."""
    return format_html(
        '<span class="jsc-badge jsc-tone-{}"><span aria-hidden="true">{}</span> {}</span>',
        badge.tone,
        badge.symbol,
        badge.word,
    )


def verdict_badge(verdict: str) -> Badge:
    """The badge of a verdict; of the wait for one when it is empty."""
    word, symbol, tone = _VERDICTS.get(verdict, _VERDICTS[""])
    return Badge(str(word), symbol, tone)


def status_label(status: str) -> str:
    """In the language of the reader; a word that is no status comes back as it is."""
    try:
        return LABELS[Status(status)][1 if english() else 0]
    except ValueError:
        return status


def status_badge(status: str) -> Badge:
    known = Status(status)
    return Badge(status_label(status), _STATUS_SYMBOLS[known], COLOURS[known])


def reason_text(reason: Mapping[str, Any] | None) -> str:
    """One reason, in the reader's language; Indonesian where no English was written."""
    if not reason:
        return ""
    text = str(reason.get("en" if english() else "id") or reason.get("id") or reason.get("code") or "")
    return text[:1].upper() + text[1:]


def wib(when: datetime | None) -> str:
    """``3 Nov 2026 14.05 WIB``; a dash where there is no time."""
    if when is None:
        return "-"
    return wib_text(when, english=english())


def clock(when: datetime) -> str:
    """``14.05.09``, for pictures whose day is told beside them."""
    return clock_text(when, seconds=True)


def ago(when: datetime | None, now: datetime | None = None) -> str:
    """``2 jam lalu``, ``3 hari lagi``, ``baru saja``."""
    if when is None:
        return "-"
    now = now or timezone.now()
    if abs((now - when).total_seconds()) < 60:
        return _("baru saja")
    if when < now:
        return _("%(time)s lalu") % {"time": timesince(when, now, depth=1)}
    return _("%(time)s lagi") % {"time": timesince(now, when, depth=1)}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words: relative first, absolute beside it. ``late`` also shows as a word, not only in red."""

    relative: str
    absolute: str
    late: bool
    paused: bool = False


def due_words(due_at: datetime | None, paused_at: datetime | None = None, now: datetime | None = None) -> Due | None:
    if due_at is None:
        return None
    now = now or timezone.now()
    if paused_at is not None:
        return Due(_("jam berhenti"), wib(due_at), late=False, paused=True)
    if due_at < now:
        return Due(_("terlambat %(time)s") % {"time": timesince(due_at, now, depth=1)}, wib(due_at), late=True)
    return Due(ago(due_at, now), wib(due_at), late=False)
