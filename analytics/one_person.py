"""Which of the detections in one place are one person's: who comes after him wears something else, or came walking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.clothes import Worn, light_apart, tints_apart, tones_apart
from analytics.frames import Survey
from analytics.people import Seen


@dataclass(frozen=True, slots=True)
class StayRules:
    """``hull_heights``: whoever stays within it does not walk; ``settled_heights``: median distance from the median
    place under which he stood; ``walks_heights_per_s``: from here on he walks, over a second and more (at 14 m,
    straight away from a camera on a pole, a walker makes .2).

    ``hidden_s``: how long nothing of him need be seen, ``covered_s`` how long no more than a part of him.
    ``same_look``: correlation of two crops of one person a few seconds apart (real footage, 2 s apart: .80-1.0 for
    somebody who stands, .15-.64 when another took the place). Who turns round looks less alike (.43-.69 rendered):
    ``turned_look`` does where feet or head are within ``rooted_heights`` of the place, the height within
    ``same_height``, and no more than ``turned_s`` passed, in which nobody leaves a spot and another takes it.

    ``other_clothes``: shirt and trousers of one person change by one factor when a shadow comes; by factors this far
    apart they are somebody else's. ``least_tone``: grey levels of difference that count at all. ``other_tint``: so far
    apart in a and b a garment is another one (see ``analytics.clothes``); trousers count only where the boxes' heights
    are within ``same_stature``. Clothes are looked at for ``look_s``; ``same_share`` of a stay's pictures must show
    those it begins and ends with. Who was further than ``left_heights`` from his place for longer than ``turned_s``
    and came back is he only within ``same_tint`` and ``same_light`` (a factor of brightness).
    """

    hull_heights: float = 1.0
    settled_heights: float = 0.11
    hidden_s: float = 5.0
    covered_s: float = 12.0
    same_look: float = 0.65
    turned_look: float = 0.35
    rooted_heights: float = 0.15
    same_height: float = 0.15
    turned_s: float = 2.2
    other_clothes: float = 1.7
    least_tone: float = 14.0
    other_tint: float = 8.0
    look_s: float = 4.0
    same_share: float = 0.75
    left_heights: float = 0.2
    same_stature: float = 0.08
    same_tint: float = 3.0
    same_light: float = 1.15
    walks_heights_per_s: float = 0.1


RULES = StayRules()


def of_one(chain: list[Seen], survey: Survey, rules: StayRules) -> list[Seen]:
    """The longest stretch of a chain that is one person's, without his coming and going.

    It ends in the place and the clothes it begins in and shows them most of the time: who takes another's place wears
    others, while a shadow or somebody who passes changes them for a while. Of who left the place and came back, they
    must agree closely: mostly it is somebody else who came.
    """
    while True:
        chain = _without_walks(chain, rules)
        same = _endsof_one(chain, survey, rules)
        times = np.array([one.t_s for one in chain])
        begin, end = divmod(int(np.argmax(np.where(same, times - times[:, None], -1.0))), len(chain))
        if (begin, end) == (0, len(chain) - 1):
            return chain
        chain = chain[begin : end + 1]


def _endsof_one(chain: Sequence[Seen], survey: Survey, rules: StayRules) -> npt.NDArray[np.bool_]:
    """``(n, n)``: whether one person's stay can begin with the row's picture and end with the column's."""
    count, views = len(chain), max(3, round(rules.look_s / survey.usual_step_s))
    worn = np.stack([one.worn for one in chain])
    first = np.stack([np.median(worn[n : n + views], axis=0) for n in range(count)])
    last = np.stack([np.median(worn[max(0, n + 1 - views) : n + 1], axis=0) for n in range(count)])
    there = _in_place(chain, rules)
    left = _times_left(chain, there, max(rules.turned_s, 2.1 * survey.usual_step_s))
    begins, ends = there & alike(first, worn, rules), there & alike(last, worn, rules)
    shown = _share_since(alike(first[:, None], worn[None], rules)) >= rules.same_share
    same = np.where(
        left[None] > left[:, None],
        close(first[:, None], last[None], rules),
        alike(first[:, None], last[None], rules),
    )
    return np.asarray(np.triu(same & shown & begins[:, None] & ends[None]), bool)


def _in_place(chain: Sequence[Seen], rules: StayRules) -> npt.NDArray[np.bool_]:
    feet = np.stack([one.foot for one in chain])
    heights = np.array([one.height for one in chain])
    return np.asarray(np.linalg.norm(feet - np.median(feet, axis=0), axis=1) <= rules.left_heights * heights, bool)


def _times_left(chain: Sequence[Seen], there: npt.NDArray[np.bool_], longest_s: float) -> npt.NDArray[np.int64]:
    """How often he was away from the place for longer, before each of his pictures."""
    numbers = np.flatnonzero(there)
    left = np.zeros(len(chain), np.int64)
    left[numbers[1:][np.diff([chain[int(n)].t_s for n in numbers]) > longest_s]] = 1
    return np.asarray(np.cumsum(left), np.int64)


def _share_since(shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """``(n, n)``: of the pictures from the row's to the column's, which share is true in the row."""
    count = len(shown)
    before = np.pad(np.cumsum(shown, axis=1), ((0, 0), (1, 0)))
    since = before[:, 1:] - np.asarray(np.diagonal(before), np.int64)[:, None]
    spans = np.arange(count)[None] - np.arange(count)[:, None] + 1
    return np.where(spans > 0, since / np.maximum(spans, 1), 0.0)


def alike(a: Worn, b: Worn, rules: StayRules) -> npt.NDArray[np.bool_]:
    """Whether these may be one person's clothes, in whatever light."""
    toned = (np.abs(a - b)[..., :2, 0].max(axis=-1) >= rules.least_tone) & (tones_apart(a, b) >= rules.other_clothes)
    tints = tints_apart(a, b)
    whole = np.abs(a[..., 2, 0] / b[..., 2, 0] - 1) <= rules.same_stature
    return np.asarray(~(toned | (np.where(whole, tints.max(axis=-1), tints[..., 0]) >= rules.other_tint)), bool)


def close(a: Worn, b: Worn, rules: StayRules) -> npt.NDArray[np.bool_]:
    """Whether these are the same clothes in the same light."""
    tinted = tints_apart(a, b).max(axis=-1) > rules.same_tint
    return np.asarray(~(tinted | (light_apart(a, b) > rules.same_light)), bool)


def _without_walks(chain: list[Seen], rules: StayRules) -> list[Seen]:
    """Without its beginning and end, as far as he came and went in them."""
    begin, end = 0, len(chain)
    while begin < end - 2 and _walks(chain[begin], chain[begin:end], rules):
        begin += 1
    while begin < end - 2 and _walks(chain[end - 1], chain[begin:end][::-1], rules):
        end -= 1
    return chain[begin:end]


def _walks(one: Seen, then: list[Seen], rules: StayRules) -> bool:
    """Whether he is elsewhere a second and more away in time; ``then`` from ``one`` on, or back from it."""
    other = next((other for other in then if abs(other.t_s - one.t_s) >= 0.9), None)
    if other is None:
        return False
    way = float(np.linalg.norm(one.foot - other.foot)) / max(one.height, other.height)
    return way >= rules.walks_heights_per_s * abs(other.t_s - one.t_s)
