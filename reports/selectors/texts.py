"""A report's words as everybody may read them, and where they say that it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from reports.models import Report
from reports.reading.places import places_in
from reports.reading.private import Kind, mask, mask_all
from reports.selectors.suggestions import READ_MOST, masked_parts, place_names

KIND_WORDS = {
    Kind.PHONE: _("nomor telepon"),
    Kind.EMAIL: _("surel"),
    Kind.IDENTITY: _("nomor identitas"),
    Kind.ACCOUNT: _("nomor rekening"),
    Kind.PLATE: _("pelat nomor"),
    Kind.HANDLE: _("akun media sosial"),
    Kind.NAME: _("nama orang"),
}


@dataclass(frozen=True, slots=True)
class MaskedTexts:
    """``hidden``: the kinds of personal data that were taken out, as codes."""

    title: str
    text: str
    sent_category: str
    hidden: Sequence[str]

    @property
    def hidden_words(self) -> str:
        return ", ".join(str(KIND_WORDS[Kind(kind)]) for kind in self.hidden)


def masked_texts(report: Report) -> MaskedTexts:
    title, text, sent = mask_all([report.title, report.text, report.sent_category])
    hidden = dict.fromkeys(kind for part in (title, text, sent) for kind in part.found)
    return MaskedTexts(title.text, text.text, sent.text, [str(kind) for kind in hidden])


def masked_proposals(report: Report) -> list[str]:
    """What updates would change of it, one line each; the words a source sends for a category are free text too."""
    return [
        f"{key}: {mask(str(value)).text}" for update in report.updates.all() for key, value in update.proposal.items()
    ]


def addresses_in(reports: Iterable[Report]) -> tuple[str, ...]:
    """Streets, RT and RW that the newest reports name, as written."""
    newest = sorted(reports, key=lambda report: (report.happened_at, report.pk), reverse=True)[:READ_MOST]
    return places_in(masked_parts(newest), place_names()).address
