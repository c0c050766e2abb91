"""Where the water line is on a gauge, told by the board itself: above the water it differs from what is beside it.

A second opinion beside the network, which may take a bright board for water or murky water for ground. Below the line a
board is hidden, and its strip of the picture looks like its neighbours left and right.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from analytics.water import Mask, Plane, zone_mask
from analytics.zones import Zone
from cameras.footage.frame import Picture

LEAST_ROWS = 12
"""Pixels of height under which a board is too small to be measured."""

BRIDGED = 0.12
"""Of the board's length: marks as dark as the water beside them are bridged over so much."""

DIFFERS, TIMES, EXPLAINED = 8.0, 2.0, 0.6
"""Least CIE Lab distance of the dry board from its neighbours, how many times that of the part under water it must be,
and the least share of the rows' variance that one step explains."""

MIRRORED, FAINTER, LEAST_MIRROR = 0.6, 0.85, 4
"""Still water shows the board a second time, upside down and fainter: least correlation of a part with the rows above
it turned over, the most contrast that it may have of theirs, and rows under which there is nothing to compare."""

Profile = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BoardLine:
    """``under``: share 0-1 of the marked length under water; ``row``: where the line is, 0-1 of the picture. ``most``:
    the same where the lower end of what was taken for the board may be its own mirror image: at least ``under``."""

    under: float
    row: float
    most: float


def board_line(picture: Picture, zone: Zone) -> BoardLine | None:
    """The line on the board that the zone is drawn over; None where no step tells it. ``picture``: BGR, best a median
    over some seconds, so that rain is in it no more."""
    area = zone_mask(zone, picture.shape)
    rows = np.flatnonzero(area.any(axis=1))
    if len(rows) < LEAST_ROWS:
        return None
    lab = np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab), np.float32)
    unlike = _unlike(lab, area, rows)
    found = _step(_bridged(unlike))
    if found is None:
        return None
    mirror = _mirror(unlike[:found], _lightness(lab, area, rows[:found]))
    return BoardLine(1 - found / len(rows), (rows[0] + found) / picture.shape[0], 1 - (found - mirror) / len(rows))


def _lightness(lab: Plane, area: Mask, rows: npt.NDArray[np.intp]) -> Profile:
    return np.array([float(lab[row][area[row], 0].mean()) if area[row].any() else 0.0 for row in rows], np.float64)


def _mirror(unlike: Profile, light: Profile) -> int:
    """How many of the last rows may be the mirror image of those above them; 0 where none are. At most half of them
    can be: water shows no more of a board than stands out of it."""
    best, rows = MIRRORED, 0
    for count in range(LEAST_MIRROR, len(light) // 2 + 1):
        turned, image = light[-2 * count : -count][::-1], light[-count:]
        if (
            image.std() > FAINTER * turned.std()
            or unlike[-count:].mean() > FAINTER * unlike[-2 * count : -count].mean()
        ):
            continue
        alike = float(np.corrcoef(turned, image)[0, 1]) if image.std() > 1e-3 else 0.0
        if alike >= best:
            best, rows = alike, count
    return rows


def _unlike(lab: Plane, area: Mask, rows: npt.NDArray[np.intp]) -> Profile:
    """For each row the distance of the board from that side of it that it is more like."""
    return np.array([_row_unlike(lab[row], np.flatnonzero(area[row])) for row in rows], np.float64)


def _row_unlike(line: Plane, columns: npt.NDArray[np.intp]) -> float:
    if not len(columns):
        return 0.0
    first, last = int(columns[0]), int(columns[-1]) + 1
    wide = last - first
    gap = max(1, wide // 3)
    board = line[first + wide // 6 : max(first + wide // 6 + 1, last - wide // 6)].mean(axis=0)
    sides = [line[max(0, first - gap - wide) : max(0, first - gap)], line[last + gap : last + gap + wide]]
    away = [float(np.linalg.norm(board - side.mean(axis=0))) for side in sides if len(side)]
    return min(away, default=0.0)


def _bridged(unlike: Profile) -> Profile:
    window = max(3, round(BRIDGED * len(unlike))) | 1
    column = unlike.astype(np.float32)[:, None]
    return np.asarray(cv2.morphologyEx(column, cv2.MORPH_CLOSE, np.ones((window, 1), np.uint8))[:, 0], np.float64)


def _step(unlike: Profile) -> int | None:
    """The row that parts a high beginning from a low end best, least squares; None where there is no such step."""
    total = float(((unlike - unlike.mean()) ** 2).sum())
    if total < 1e-6:
        return None
    left = [float(unlike[:n].var() * n + unlike[n:].var() * (len(unlike) - n)) for n in range(2, len(unlike) - 1)]
    at = int(np.argmin(left)) + 2
    above, below = float(unlike[:at].mean()), float(unlike[at:].mean())
    is_clear = above >= DIFFERS and above >= TIMES * below and 1 - min(left) / total >= EXPLAINED
    return at if is_clear else None
