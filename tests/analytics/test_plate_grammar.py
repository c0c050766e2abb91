"""What can be a plate, and what only looks like one."""

from __future__ import annotations

import pytest

from analytics.plates.grammar import (
    DIGIT_FOR_LETTER,
    DIGITS,
    LETTER_FOR_DIGIT,
    LETTERS,
    REGIONS,
    PlateText,
    fits_vehicle,
    plate_parse,
)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("B 1234 XYZ", ("B", "1234", "XYZ")),
        ("ab1o", ("AB", "1", "O")),
        ("AB 2 C", ("AB", "2", "C")),
        ("dk·5521-ae", ("DK", "5521", "AE")),
        ("B 1234", ("B", "1234", "")),
        ("B 0123 XY", None),
        ("B 12345 X", None),
        ("ABC 123 D", None),
        ("B 1234 WXYZ", None),
        ("0812 3456 7890", None),
        ("05.28", None),
        ("TAXI", None),
        ("", None),
    ],
)
def test_a_plate_is_one_or_two_letters_a_number_and_up_to_three_letters(
    text: str, groups: tuple[str, str, str] | None
) -> None:
    assert plate_parse(text) == (PlateText(*groups) if groups else None)


def test_people_read_it_with_spaces_and_machines_without() -> None:
    plate = PlateText("B", "1234", "XYZ")
    assert (str(plate), plate.spaced, plate.shape) == ("B1234XYZ", "B 1234 XYZ", (1, 4, 3))


def test_the_region_letters_are_those_that_exist() -> None:
    assert "Jakarta" in REGIONS["B"]
    assert all(1 <= len(code) <= 2 and set(code) <= set(LETTERS) for code in REGIONS)
    assert not {"AC", "X", "Q", "RT", "KM", "CD", "RI"} & set(REGIONS)
    assert PlateText("AB", "1", "C").is_known_region
    assert not PlateText("RT", "5", "").is_known_region


def test_twins_stand_only_across_the_types() -> None:
    assert all(digit in DIGITS and set(letters) <= set(LETTERS) for digit, letters in LETTER_FOR_DIGIT.items())
    assert all(letter in LETTERS and set(digits) <= set(DIGITS) for letter, digits in DIGIT_FOR_LETTER.items())


@pytest.mark.parametrize(
    ("number", "vehicle", "fits"),
    [
        ("1234", "car", True),
        ("1234", "motorcycle", False),
        ("4567", "motorcycle", True),
        ("4567", "car", False),
        ("7012", "bus", True),
        ("8901", "truck", True),
        ("8901", "car", True),
        ("4567", None, True),
        ("4567", "boat", True),
    ],
)
def test_a_number_tells_the_kind_of_vehicle_by_habit(number: str, vehicle: str | None, fits: bool) -> None:
    assert fits_vehicle(PlateText("B", number, "XY"), vehicle) is fits
