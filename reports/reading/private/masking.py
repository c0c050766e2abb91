"""[core] A citizen's text without what leads to a person.

Masking twice is masking once: what stands for something masked is never read again.
Nothing is stored masked; whoever shows or sends a text passes it through here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.reading.private import handles, names, numbers, plates
from reports.reading.private.kinds import MASK, STANDS_FOR, Kind, Span, blanked
from reports.reading.shadow import shadow_of


@dataclass(frozen=True, slots=True)
class Masked:
    """``text`` as everybody may read it; ``found`` counts what was taken out of it."""

    text: str
    found: Mapping[Kind, int]

    @property
    def changed(self) -> bool:
        return bool(self.found)


def mask(text: str) -> Masked:
    return mask_all([text])[0]


def mask_all(parts: Sequence[str]) -> list[Masked]:
    """The parts of one report (title, text). A name that one of them introduces is masked in all."""
    known = frozenset().union(*(names.name_words(shadow_of(part).plain) for part in parts))
    return [_masked(part, known) for part in parts]


def searchable(title: str, text: str) -> str:
    """What a search may look into, on two lines. Searching the texts as sent would tell a number digit by digit."""
    return "\n".join(part.text for part in mask_all([title, text]) if part.text)


def _masked(text: str, known: frozenset[str]) -> Masked:
    """Masks until nothing is found any more: every round takes characters away that were no mask, so it ends."""
    counted: Counter[Kind] = Counter()
    while spans := _spans(text, known):
        counted.update(span.kind for span in spans)
        text = _replaced(text, spans)
    return Masked(text, dict(counted))


def _replaced(text: str, spans: Sequence[Span]) -> str:
    for span in reversed(spans):
        text = text[: span.start] + STANDS_FOR[span.kind] + text[span.end :]
    return text


def _spans(text: str, known: frozenset[str]) -> list[Span]:
    """Places of ``text`` to be masked, in order and apart from each other."""
    shadow = shadow_of(text)
    plain = MASK.sub(blanked, shadow.plain)
    found = (*handles.find(plain), *numbers.find(plain), *plates.find(plain), *names.find(plain, known))
    spans = [Span(*shadow.original(span.start, span.end), span.kind) for span in found if span.end > span.start]
    return _runs_of_accounts(text, _apart(list(enumerate(spans))))


def _apart(found: Sequence[tuple[int, Span]]) -> list[Span]:
    """What meets becomes one; it is called what was found first."""
    whole: list[tuple[int, Span]] = []
    for rank, span in sorted(found, key=lambda pair: pair[1]):
        if whole and whole[-1][1].meets(span.start, span.end):
            first, last = min((rank, span), whole[-1])[0], whole[-1][1]
            kind = span.kind if first == rank else last.kind
            whole[-1] = (first, Span(last.start, max(last.end, span.end), kind))
        else:
            whole.append((rank, span))
    return [span for _, span in whole]


def _runs_of_accounts(text: str, spans: Sequence[Span]) -> list[Span]:
    """Thirty mentions in a row are one mask: a lurah reads this on a phone."""
    out: list[Span] = []
    for span in spans:
        last = out[-1] if out else None
        joins = last and last.kind is span.kind is Kind.HANDLE and not text[last.end : span.start].strip(" \t\n,")
        if last and joins:
            out[-1] = Span(last.start, span.end, Kind.HANDLE)
        else:
            out.append(span)
    return out
