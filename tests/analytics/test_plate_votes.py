"""From what a reader says of each place to a plate, or to doubt. The readings are made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.plates import decide
from analytics.plates.decide import Setting, doubt, is_plate_like
from analytics.plates.decode import likelihoods, proposals, slots_of
from analytics.plates.grammar import LETTERS, REGIONS, PlateText
from analytics.plates.lines import TextRow
from analytics.plates.reading import ALPHABET, Emission
from analytics.plates.vote import Verdict, ballot, spacing_fit, together, verdict

SLASH = "/"
"""A zero or O with a stroke, in the drawings below."""

ROW = TextRow(200, 300, 110, 18, 0)
PITCH, GAP = 3, 3
"""Steps from character to character, and how many more between groups."""

Doubts = Mapping[int, Mapping[str, float]]
"""By number of the character: what else the reader thinks it could be."""


def reading(text: str, doubts: Doubts | None = None, sure: float = 0.97) -> Emission:
    """A reader that sees ``text``; groups apart where it has spaces, one place left out where it has "_"."""
    columns: list[dict[str, float]] = [{}, {}]
    number = 0
    for character in text:
        if character == " ":
            columns += [{}] * GAP
            continue
        if character != "_":
            others = dict((doubts or {}).get(number, {}))
            columns.append({character: sure - sum(others.values()), **others})
            number += 1
        else:
            columns.append({})
        columns += [{}] * (PITCH - 1)
    return _emission([*columns, {}])


def _emission(columns: Sequence[Mapping[str, float]]) -> Emission:
    characters = np.full((len(columns), len(ALPHABET)), 1e-5, np.float32)
    slashed = np.zeros(len(columns), np.float32)
    for step, column in enumerate(columns):
        for character, probability in column.items():
            if character == SLASH:
                slashed[step] = probability
            else:
                characters[step, ALPHABET.index(character)] = probability
    return Emission(characters, slashed)


def judged(*readings: Emission) -> Verdict:
    found = verdict(ballot(readings))
    assert found is not None
    return found


PLAIN = Setting(ROW)


def told(*readings: Emission, setting: Setting = PLAIN) -> str | None:
    """The text, or None in doubt."""
    found = verdict(ballot(readings))
    if found is None or not is_plate_like(found) or doubt(found, setting) is not None:
        return None
    return found.plate.spaced


def why_not(*readings: Emission, setting: Setting = PLAIN) -> str | None:
    return doubt(judged(*readings), setting)


@pytest.mark.parametrize(
    "text", ["B 1234 XYZ", "AB 8 C", "DK 5521 AE", "B 1111 III", "AA 88 BB", "F 7 GZ", "Z 2552 SZ"]
)
def test_what_is_seen_clearly_is_told(text: str) -> None:
    assert told(reading(text)) == text if len(text.split()[1]) > 1 else judged(reading(text)).plate.spaced == text


plates = st.builds(
    PlateText,
    st.sampled_from(sorted(REGIONS)),
    st.integers(10, 9999).map(str),
    st.text(st.sampled_from(sorted(set(LETTERS) - {"O", "Q"})), min_size=1, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(plates, st.floats(0.85, 0.99))
def test_any_plate_seen_clearly_is_told_and_its_figures_are_probabilities(plate: PlateText, sure: float) -> None:
    found = judged(reading(plate.spaced, sure=sure))
    assert found.plate == plate
    assert len(found.characters) == len(str(plate))
    assert all(found.confidence <= one + 1e-6 <= 1.001 for one in found.characters)


@settings(max_examples=40, deadline=None)
@given(plates)
def test_the_likelihood_of_a_proposal_is_a_probability_and_proposals_are_all_plates(plate: PlateText) -> None:
    slots = slots_of(reading(plate.spaced, {0: {"B": 0.2}, 2: {"8": 0.3}}))
    found = proposals(slots)
    chances = likelihoods(slots, found)
    assert found
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(one.is_known_region and not one.number.startswith("0") for one in found)


def test_a_digit_in_a_letters_place_is_its_twin() -> None:
    assert told(reading("B 1234 5X")) == "B 1234 SX"
    assert told(reading("8 1234 XY", {0: {"B": 0.1}})) == "B 1234 XY"
    assert told(reading("B I234 XY")) == "B 1234 XY"


def test_two_twins_are_one_too_many() -> None:
    assert why_not(reading("8 I2S4 XY")) == decide.REPAIRED


def test_a_letter_that_fits_its_place_is_never_repaired() -> None:
    assert told(reading("B 1234 SB")) == "B 1234 SB"


@pytest.mark.parametrize(("text", "read"), [("B 123 IX", "B 123 IX"), ("B 1231 X", "B 1231 X")])
def test_the_gaps_tell_the_number_from_the_series(text: str, read: str) -> None:
    blurred = {4: {"1": 0.45, "I": 0.45}} if "I" in text else {4: {"I": 0.45, "1": 0.45}}
    assert judged(reading(text, blurred, sure=0.92)).plate.spaced == read


def test_a_place_without_a_character_is_one_that_was_missed() -> None:
    assert why_not(reading("B 12_34 XY")) == decide.UNEVEN
    assert told(reading("AB 12 XY")) == "AB 12 XY"


def test_a_second_thought_about_one_character_is_doubt() -> None:
    assert told(reading("B 1234 XY", {3: {"8": 0.05}})) == "B 1234 XY"
    assert why_not(reading("B 1234 XY", {3: {"8": 0.4}})) == decide.DOUBTFUL


@pytest.mark.parametrize(("seen", "feared"), [("H", "W"), ("U", "Q")])
def test_the_reader_is_not_believed_where_it_is_known_to_be_blind(seen: str, feared: str) -> None:
    assert told(reading(f"B 1234 {seen}Y")) == f"B 1234 {seen}Y"
    assert why_not(reading(f"B 1234 {seen}Y", {5: {feared: 0.02}})) == decide.DOUBTFUL
    assert told(reading(f"B 1234 {seen}Y", {5: {"K": 0.02}})) == f"B 1234 {seen}Y"


def test_a_ring_in_a_letters_place_is_o_with_a_stroke_q_with_a_tail_and_doubt_without_either() -> None:
    assert told(reading("B 1234 0Y", {5: {"8": 0.2}})) == "B 1234 OY"
    assert told(reading("B 1234 /Y")) == "B 1234 OY"
    assert told(reading("B 1234 QY")) == "B 1234 QY"
    assert told(reading("B 1234 0Y")) is None
    assert told(reading("B 1234 OY")) is None
    assert told(reading("B 1204 XY")) == "B 1204 XY"


def test_readings_that_differ_are_doubt() -> None:
    assert told(*[reading("B 1234 XY")] * 2, *[reading("B 1284 XY")] * 2) is None
    assert told(*[reading("B 1234 XY")] * 5, reading("B 1284 XY")) == "B 1234 XY"


def test_without_series_it_may_be_half_a_plate() -> None:
    assert why_not(reading("B 1234")) == decide.NO_SERIES


@pytest.mark.parametrize(
    "text", ["TAXI", "DISHUB", "BAKAR", "POLISI", "0812 3456 7890", "05 28", "12 2024", "RT 05 RW"]
)
def test_signs_phones_and_dates_are_no_plates(text: str) -> None:
    found = verdict(ballot([reading(text)]))
    assert found is None or not is_plate_like(found) or doubt(found, Setting(ROW)) is not None


def test_a_plate_at_the_pictures_edge_or_of_few_pixels_is_not_told() -> None:
    assert why_not(reading("B 1234 XY"), setting=Setting(ROW, is_whole=False)) == decide.CUT_OFF
    assert why_not(reading("B 1234 XY"), setting=Setting(TextRow(200, 300, 40, 6, 0))) == decide.TOO_SMALL


def test_an_unusual_number_needs_more_certainty_and_is_no_proof() -> None:
    unsure = [reading("B 4234 XY")] * 2 + [reading("B 4234 XY", {3: {"8": 0.6}})]
    assert told(*unsure, setting=Setting(ROW, vehicle="motorcycle")) == "B 4234 XY"
    assert why_not(*unsure, setting=Setting(ROW, vehicle="car")) == decide.BAND
    assert told(reading("B 4234 XY"), setting=Setting(ROW, vehicle="car")) == "B 4234 XY"


def test_pictures_that_differ_are_more_evidence_than_one_that_stands() -> None:
    faint = ballot([reading("B 1234 XY", {3: {"8": 0.25}})])
    moving, standing = verdict(together([faint] * 4, [0, 1, 2, 3])), verdict(together([faint] * 4, [0, 0, 0, 0]))
    alone = verdict(faint)
    assert moving is not None and standing is not None and alone is not None
    assert standing.confidence == pytest.approx(alone.confidence, abs=0.01)
    assert moving.confidence > alone.confidence + 0.1


def test_one_bad_picture_is_no_veto() -> None:
    good, bad = ballot([reading("B 1234 XY")]), ballot([reading("D 77 K")])
    found = verdict(together([good, good, bad], [0, 1, 2]))
    assert found is not None
    assert found.plate.spaced == "B 1234 XY"


def test_no_reading_is_no_verdict() -> None:
    assert verdict(ballot([_emission([{}] * 12)])) is None
    assert verdict(ballot([])) is None


def test_characters_of_a_group_stand_evenly_and_groups_apart() -> None:
    plate = PlateText("B", "1234", "XY")
    assert spacing_fit(plate, [0.1, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9]) > 0.9
    assert spacing_fit(plate, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]) < 0.2
    assert spacing_fit(plate, [0.1, 0.3, 0.4, 0.6, 0.7, 0.9, 1.0]) < 0.2
    assert spacing_fit(PlateText("B", "1", "X"), [0.1, 0.5, 0.9]) == 1


def test_an_emission_says_what_shapes_it_expected() -> None:
    with pytest.raises(ValueError, match=r"\(T, 36\), got \(4, 10\)"):
        Emission(np.zeros((4, 10), np.float32), np.zeros(4, np.float32))
    with pytest.raises(ValueError, match=r"\(4,\), got \(3,\)"):
        Emission(np.zeros((4, 36), np.float32), np.zeros(3, np.float32))
