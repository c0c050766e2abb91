"""A photo that was used before is known again, however it was re-saved; two photos are never taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from reports.models.photo import BANDS as STORED_BANDS
from reports.photos import prints
from reports.photos.prints import Print, bands_near, bands_of, near_coarse, print_of, prints_asked, signed
from tests.cameras import photo_files as files

Change = Callable[[Any], Any]


def resaved(quality: int) -> Change:
    return lambda shown: cv2.imdecode(
        np.frombuffer(files.encoded(shown, ".jpg", cv2.IMWRITE_JPEG_QUALITY, quality), np.uint8), cv2.IMREAD_COLOR
    )


def smaller(share: float) -> Change:
    return lambda shown: cv2.resize(shown, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


def cut(left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Change:
    def change(shown: Any) -> Any:
        height, width = shown.shape[:2]
        return shown[
            round(top * height) : height - round(bottom * height), round(left * width) : width - round(right * width)
        ]

    return change


def brighter(shown: Any) -> Any:
    return np.clip(shown.astype(np.int16) * 1.12 + 8, 0, 255).astype(np.uint8)


CHANGES: dict[str, Change] = {
    "nothing": lambda shown: shown,
    "re-encoded": resaved(60),
    "re-encoded badly": resaved(25),
    "half as large": smaller(0.5),
    "a fifth as large, re-encoded": lambda shown: resaved(70)(smaller(0.2)(shown)),
    "3 % cut off all round": cut(0.03, 0.03, 0.03, 0.03),
    "3 % in all": cut(0.015, 0.015, 0.015, 0.015),
    "3 % cut off the top": cut(top=0.03),
    "3 % cut off the left": cut(left=0.03),
    "3 % cut off a corner": cut(right=0.03, bottom=0.03),
    "brighter": brighter,
    "cut, smaller and re-encoded": lambda shown: resaved(60)(smaller(0.5)(cut(0.015, 0.015, 0.015, 0.015)(shown))),
}


def is_known(new: Any, earlier: Any) -> bool:
    known = print_of(earlier)
    return known is not None and any(one.is_near(known) for one in prints_asked(new))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_photo_is_known_again_both_ways(change: Change) -> None:
    missed = 0
    for seed in range(20):
        shown = files.picture(800, 600, seed)
        missed += not is_known(change(shown), shown)
        missed += not is_known(shown, change(shown))
    assert missed <= 1


def test_different_photos_are_never_taken_for_one() -> None:
    shown = [files.picture(400, 300, seed) for seed in range(60)]
    known = [print_of(one) for one in shown]
    for at, one in enumerate(shown):
        asked = prints_asked(one)
        assert [n for n, other in enumerate(known) if other and any(a.is_near(other) for a in asked)] == [at]


def test_a_picture_with_nothing_in_it_has_no_print() -> None:
    """Else every photo of the night would be the same photo."""
    rng = np.random.default_rng(1)
    night = np.clip(rng.normal(4, 2, (480, 640, 3)), 0, 255).astype(np.uint8)
    for plain in (np.zeros((480, 640, 3), np.uint8), np.full((480, 640, 3), 200, np.uint8), night):
        assert print_of(plain) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (5000, 20), (20, 5000)])
def test_odd_sizes_are_no_error(size: tuple[int, int]) -> None:
    shown = files.picture(400, 300)
    print_of(cv2.resize(shown, size))
    prints_asked(cv2.resize(shown, size))


def test_the_bands_lose_no_print_that_is_near() -> None:
    """For any six bits of 64, some band differs in one bit at most."""
    rng = np.random.default_rng(2)
    for _ in range(2000):
        asked = int(rng.integers(0, 2**63)) << 1 | int(rng.integers(0, 2))
        other = asked
        for bit in rng.choice(64, size=6, replace=False):
            other ^= 1 << int(bit)
        wanted = bands_near([Print(asked, 0)])
        assert any(value in values for value, values in zip(bands_of(other), wanted, strict=True))
        assert near_coarse([Print(asked, 0)], [signed(other)]) == [0]
        assert near_coarse([Print(asked, 0)], [signed(asked ^ 0b1111111)]) == []


def test_the_rows_have_a_column_for_each_band() -> None:
    assert STORED_BANDS == prints.BANDS


@pytest.mark.slow
def test_real_photos_are_known_again_and_told_apart(testdata: Path) -> None:
    found = sorted(
        {*testdata.glob("photos/*.jpg"), *testdata.glob("flood/images/*"), *testdata.glob("river_trash/*.jpg")}
    )
    shown = [one for path in found if (one := cv2.imread(str(path))) is not None]
    known = [print_of(one) for one in shown]
    assert None not in known
    missed = confused = 0
    for at, one in enumerate(shown):
        for change in CHANGES.values():
            asked = prints_asked(change(one))
            like = [n for n, other in enumerate(known) if other and any(a.is_near(other) for a in asked)]
            missed += at not in like
            confused += bool(set(like) - {at})
    assert confused == 0
    assert missed <= 0.03 * len(shown) * len(CHANGES)
