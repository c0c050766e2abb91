"""[core] What a reader proposes, each with the words it rests on. It proposes; people decide, and may overrule it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.reading.categories import Found, categories_in
from reports.reading.places import Mention, PlaceNames, Places, Strength, places_in
from reports.reading.severity import severity_in

MOST_URGENT, LEAST_URGENT = 1, 5
SURE_BEYOND_M = 300.0
"""How far from a named kelurahan a good point must lie: nearer, somebody names what is across the street."""
HERE_BEYOND_M = 1000.0
"""The same for "di ..." and landmarks, which people use loosely."""


class Kind(StrEnum):
    CATEGORY = "category"
    SEVERITY = "severity"
    PLACE = "place"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``value``: a category's slug (category, second), a priority from 1 to 5 (severity), a kelurahan's code (place).

    Empty where only doubt can be told: a place that is wrong, with nothing better in the text. ``rule`` is what
    overrulings are counted by; ``words`` as the citizen wrote them; ``name`` of a place.
    """

    kind: Kind
    value: str
    rule: str
    words: tuple[str, ...]
    because: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the report stands now. ``priority`` 1 (first) to 5.

    ``checks`` (empty: none) and ``urgencies`` by the slugs of the categories in use; no other is proposed.
    """

    category: str
    priority: int
    checks: Mapping[str, str]
    urgencies: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is known of the point. ``here``: the codes it lies in; ``centre_of``: the area whose centre it is exactly.

    ``metres_to``: how far it is from the nearest border of some codes; none when their borders are not known.
    """

    here: frozenset[str]
    out_of_area: bool
    centre_of: str
    metres_to: Callable[[frozenset[str]], float | None]

    @property
    def poor(self) -> bool:
        return self.out_of_area or bool(self.centre_of)


def suggestions(parts: Sequence[str], standing: Standing, names: PlaceNames, facts: PointFacts) -> list[Suggestion]:
    """At most one of each kind, for the title and text of one report, or of all reports of one incident."""
    found = [each for each in categories_in(parts) if each.value in standing.urgencies]
    category = suggest_category(found, standing.category)
    effective = category.value if category else standing.category
    proposed = (
        category,
        suggest_second(found, effective, standing),
        suggest_severity(parts, effective, standing),
        suggest_place(places_in(parts, names), facts),
    )
    return [one for one in proposed if one is not None]


def suggest_category(found: Sequence[Found], standing: str) -> Suggestion | None:
    """The strongest rule's category; none where the words speak of the standing one as well, however weakly."""
    if not found or any(each.value == standing for each in found):
        return None
    return _of(Kind.CATEGORY, found[0])


def suggest_second(found: Sequence[Found], category: str, standing: Standing) -> Suggestion | None:
    """What else the words speak of that a camera can look for, and is not looked for already."""
    own = standing.checks.get(category, "")
    for each in found:
        check = standing.checks.get(each.value, "")
        if each.value != category and check and check != own:
            return _of(Kind.SECOND, each)
    return None


def suggest_severity(parts: Sequence[str], category: str, standing: Standing) -> Suggestion | None:
    grave = severity_in(parts, category=category)
    if grave is None or category not in standing.urgencies:
        return None
    priority = min(LEAST_URGENT, max(MOST_URGENT, standing.urgencies[category] + grave.steps))
    raises = priority < standing.priority if grave.steps < 0 else priority > standing.priority
    return Suggestion(Kind.SEVERITY, str(priority), grave.rule, grave.words, grave.because) if raises else None


def _of(kind: Kind, found: Found) -> Suggestion:
    return Suggestion(kind, found.value, found.rule, found.words, found.because)


# -- Places --------------------------------------------------------------------------

_NAMED = "Tempat itu disebut dalam laporan."
_LANDMARK = "Patokan itu terletak di sana."
_CENTRE = "Titik tepat di tengah wilayah: biasanya wilayahnya dipilih, bukan tempatnya."
_OUTSIDE = "Kota tetangga disebut dalam laporan, padahal titiknya di Jakarta."
PLACE_REASONS = (_NAMED, _LANDMARK, _CENTRE, _OUTSIDE)


def suggest_place(places: Places, facts: PointFacts) -> Suggestion | None:
    named = the_one_named(places.mentions)
    if named is not None and _differs(named, facts):
        return _moved(named)
    if named is None and places.outside and not facts.out_of_area:
        return Suggestion(Kind.PLACE, "", "kota-lain", places.outside, _OUTSIDE)
    if facts.centre_of:
        return Suggestion(Kind.PLACE, "", "titik-tengah", places.address, _CENTRE, facts.centre_of)
    return None


def _moved(named: Mention) -> Suggestion:
    code = "" if named.area.is_district else next(iter(named.area.codes))
    rule = "patokan" if named.landmark else "kecamatan-disebut" if named.area.is_district else "kelurahan-disebut"
    return Suggestion(Kind.PLACE, code, rule, (named.words,), _LANDMARK if named.landmark else _NAMED, named.area.name)


def _differs(named: Mention, facts: PointFacts) -> bool:
    """Whether the point lies elsewhere, by more than people are loose with names and borders are with metres."""
    if facts.here & named.area.codes:
        return False
    if facts.poor:
        return True
    if named.strength is Strength.BARE:
        return False
    metres = facts.metres_to(named.area.codes)
    return metres is not None and metres > (SURE_BEYOND_M if named.strength is Strength.SURE else HERE_BEYOND_M)


def the_one_named(mentions: Sequence[Mention]) -> Mention | None:
    """The one place that is named most surely; none where several are, and neither holds the other."""
    if not mentions:
        return None
    best = max(mention.strength for mention in mentions)
    candidates = [mention for mention in mentions if mention.strength is best]
    smallest = min(candidates, key=lambda mention: len(mention.area.codes))
    inner = [mention for mention in mentions if mention.area.codes < smallest.area.codes]
    chosen = min(inner, key=lambda mention: len(mention.area.codes), default=smallest)
    return chosen if all(_agree(chosen, other) for other in candidates) else None


def _agree(one: Mention, other: Mention) -> bool:
    return one.area.codes <= other.area.codes or other.area.codes <= one.area.codes
