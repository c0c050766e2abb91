"""When played-back film was recorded, where the recorder plays it and says nothing; pure.

A recorder that is asked for second ``s`` begins with the keyframe at or before it, or exactly there, or, where nothing
was recorded then, with whatever comes next, and does not say which. And when it comes to a hole it may close it up, so
that everything after it seems to have happened too early: film of 10:20 that proves something about 10:05.

So the recorder is asked again, for other seconds, and what it answers with is looked up in what it played: the same
keyframe, byte for byte. Each answer says where a second lies in the film. Two answers that agree prove that there is no
hole between them, because holes only ever add; where they disagree, the hole is looked for by halving. The same
answers narrow down the start to a second.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

TICK_S = 1.0
"""Recorders are asked for whole seconds."""

SLACK_S = 0.25
"""Recorders round, and times of frames do not fall on seconds."""

LEAD_S = 0.1
"""So much film before the first keyframe is no accident."""

ASKS_MAX = 24
NARROWING_ASKS = 3
GROUP_UNKNOWN_S = 10.0
"""Taken for the length of a group of pictures where the film holds only one keyframe."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The first keyframe that a second was answered with. ``lead_s``: how long after the first packet it came: over 0
    where the recorder begins in the middle of a group of pictures, and so exactly where it was asked to."""

    digest: str
    lead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Film:
    """What was played. ``asked``: the second it was asked for; ``until``: the last one of interest. ``keys``: (seconds
    from its first keyframe, digest), ascending, never empty. ``lead_s``: as for an answer. ``length_s``: to its last
    picture. ``ended``: the recorder had no more; otherwise it would have played on."""

    asked: float
    until: float
    keys: Sequence[tuple[float, str]]
    length_s: float
    lead_s: float = 0.0
    ended: bool = False

    def group_end_s(self, number: int) -> float:
        """Where the group of pictures of that keyframe ends."""
        if number + 1 < len(self.keys):
            return self.keys[number + 1][0]
        groups = [after - before for (before, _), (after, _) in pairwise(self.keys)]
        return self.keys[number][0] + max(groups, default=GROUP_UNKNOWN_S)


@dataclass(frozen=True, slots=True)
class Span:
    """By the answer to one second, the film's first keyframe was recorded in ``low`` .. ``high``, on the device's
    clock. ``number``: of the keyframe that was the answer."""

    second: float
    number: int
    low: float
    high: float
    exact: bool = False

    def meets(self, other: Span) -> bool:
        return max(self.low, other.low) <= min(self.high, other.high) + SLACK_S


@dataclass(frozen=True, slots=True)
class Dating:
    """``began``: device's time of the film's first keyframe. ``good_to_s``: seconds of film up to which no hole is
    hidden in it. ``checked``: the recorder's own answers agree. ``resume_at``: the second to ask for next, None where
    the film is good to its end."""

    began: float
    uncertainty_s: float
    good_to_s: float
    checked: bool
    resume_at: float | None = None


class AskFailed(Exception):
    """The recorder is in trouble: that says nothing about what it recorded."""


Ask = Callable[[float], Answer | None]


def dated(film: Film, ask: Ask) -> Dating:
    """``ask`` plays one keyframe for a second of the device's clock; None where it gives none. It may raise AskFailed:
    then the film stays unchecked."""
    search = _Search(film, ask)
    try:
        return search.run()
    except AskFailed:
        return search.unchecked()


class _Search:
    def __init__(self, film: Film, ask: Ask) -> None:
        self._film = film
        self._ask = ask
        self._left = ASKS_MAX
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, (_, digest) in enumerate(film.keys):
            self._numbers[digest].append(number)
        self._heard: dict[float, tuple[int, float] | None] = {film.asked: (0, film.lead_s)}
        self._strange = False

    def run(self) -> Dating:
        """Anew when an answer tells in which way this recorder begins: what was heard is then read otherwise."""
        while True:
            way = self._begins_exactly()
            found = self._concluded()
            if way == self._begins_exactly():
                return found

    def _begins_exactly(self) -> bool:
        return any(heard is not None and heard[1] > LEAD_S for heard in self._heard.values())

    def _concluded(self) -> Dating:
        film = self._film
        first = self._at(film.asked)
        assert first is not None
        end = self._at(self._last_second(first))
        first = self._at(film.asked) or first  # the answer may have told in which way this recorder begins
        if end is not None and end.number > 0 and end.meets(first) and first.high < math.inf:
            return self._agreed(first, end)
        if end is None and not self._answers_at_all(self._last_second(first)):
            return self.unchecked()
        start = self._start(first)
        if start is None:
            return Dating(film.until, 0.0, 0.0, checked=True)
        end_second = self._last_second(start)
        end = self._at(end_second)
        if end_second <= start.second or (end is not None and end.meets(start)):
            return self._agreed(start, end if end is not None else start)
        return self._broken(start, end_second)

    def unchecked(self) -> Dating:
        """By what was asked for alone."""
        first = self._at(self._film.asked)
        assert first is not None
        low, high = _common([first])
        return Dating((low + high) / 2, (high - low) / 2, self._film.length_s, checked=False)

    # -- Asking -----------------------------------------------------------------------

    def _last_second(self, start: Span) -> float:
        """Answered by a keyframe of the film, wherever in what ``start`` allows the film began."""
        film = self._film
        fit = [at for at, _ in film.keys if at + film.group_end_s(0) <= film.length_s + SLACK_S]
        high = min(start.high, start.second - film.keys[start.number][0] + SLACK_S)
        return math.floor(high + (fit[-1] if fit else 0.0))

    def _answers_at_all(self, end_second: float) -> bool:
        """A recorder that encodes anew for each player answers with nothing that could be found again."""
        step = (end_second - self._film.asked) / 3
        found = [self._at(math.floor(self._film.asked + part * step)) for part in (2, 1)]
        return not self._strange or any(span is not None and span.second > self._film.asked for span in found)

    def _at(self, second: float) -> Span | None:
        """What the second is answered with, None where that is not in the film."""
        heard = self._hear(second)
        if heard is None:
            return None
        if heard[1] <= LEAD_S and self._begins_exactly():
            self._hear(second + TICK_S)
        return self._span(second, *heard)

    def _hear(self, second: float) -> tuple[int, float] | None:
        if second not in self._heard and self._left > 0:
            self._left -= 1
            self._heard[second] = self._located(second)
        return self._heard.get(second)

    def _located(self, second: float) -> tuple[int, float] | None:
        answer = self._ask(second)
        if answer is None:
            return None
        numbers = self._numbers.get(answer.digest)
        if not numbers:
            self._strange = True
            return None
        expected_s = second - self._film.asked
        return min(numbers, key=lambda one: abs(self._film.keys[one][0] - expected_s)), answer.lead_s

    def _span(self, second: float, number: int, lead_s: float) -> Span:
        at_s = self._film.keys[number][0]
        if not self._begins_exactly():
            return Span(second, number, second - self._film.group_end_s(number), second - at_s)
        following = self._heard.get(second + TICK_S)
        exactly = second + lead_s - at_s
        if lead_s > LEAD_S:
            return Span(second, number, exactly - SLACK_S, exactly + SLACK_S, exact=True)
        if following is not None and following[0] != number:
            return Span(second, number, exactly - SLACK_S, exactly + TICK_S, exact=True)
        # It begins where it is asked to, and here it began with a keyframe, and would a second later too: after a hole.
        return Span(second, number, second - at_s - SLACK_S, math.inf)

    # -- Concluding -------------------------------------------------------------------

    def _start(self, first: Span) -> Span | None:
        """The first answer that dates the film: not the first one, if its keyframe answers for longer than its group
        of pictures lasts, because then the film was asked for within a hole and begins after it. None where all that
        is of interest lies in that hole."""
        low, high = first.second, self._film.until
        if first.high < math.inf:
            early = self._at(math.ceil(low + self._film.group_end_s(0) + TICK_S))
            if early is None or early.number > 0:
                return first
        while high - low > TICK_S:
            middle = math.floor((low + high) / 2)
            found = self._at(middle)
            if found is not None and found.number == 0:
                low = middle
            else:
                high = middle
        later = [self._at(second) for second in (high, high + TICK_S, high + 2 * TICK_S)]
        dates = [span for span in later if span is not None and (span.number > 0 or span.exact)]
        return min(dates, key=lambda span: span.high - span.low, default=None)

    def _agreed(self, start: Span, end: Span) -> Dating:
        """No hole up to the last answer's keyframe. That one may be the first after a hole, unless film follows that
        the recorder had no more of: a recording is longer than one group of pictures."""
        film, spans = self._film, [end] if self._film.ended and end.number > start.number else []
        for _ in range(NARROWING_ASKS):
            spans += self._narrowing(spans or [start], start, end)
        good_to_s = (
            film.length_s
            if film.ended or not end.number
            else self._reached_s([start, end, *spans], film.keys[end.number][0])
        )
        # The second asked for first may have lain in a hole shorter than a group of pictures.
        return self._dating(spans or [start], good_to_s)

    def _narrowing(self, spans: Sequence[Span], start: Span, end: Span) -> list[Span]:
        """One more answer: to the second that halves best what is left open."""
        low, high = _common(spans)
        if high - low <= TICK_S and spans[0] is not start:
            return []
        middle = (low + high) / 2
        keys = [at for at, _ in self._film.keys[start.number + 4 :] or self._film.keys[start.number + 2 :]]
        tries = [(abs(second - at - middle), second) for at in keys for second in _around(middle + at)]
        fit = [(far, second) for far, second in tries if start.second < second < end.second]
        found = self._at(min(fit)[1]) if fit else None
        agreeing = [end, *(span for span in spans if span is not start)]
        usable = found is not None and 0 < found.number < end.number and all(map(found.meets, agreeing))
        return [found] if found is not None and usable else []

    def _broken(self, start: Span, end_second: float) -> Dating:
        """Halve until the hole lies between neighbouring seconds."""
        film, good, bad_second, bad = self._film, start, end_second, self._at(end_second)
        spans = [start]
        while bad_second - good.second > TICK_S:
            second = math.floor((good.second + bad_second) / 2)
            middle = self._at(second)
            if middle is not None and all(middle.meets(span) for span in spans):
                good = middle
                spans.append(middle)
            else:
                bad_second, bad = second, middle
        # The first keyframe after a hole answers for the hole too, and at its beginning seems to agree.
        behind = len(film.keys) if bad is None else bad.number
        sure = [span for span in spans if span.number < behind] or [start]
        good_to_s = min(self._reached_s(sure, film.group_end_s(sure[-1].number)), film.length_s)
        return self._dating(sure, good_to_s, resume_at=bad_second)

    def _reached_s(self, spans: Sequence[Span], by_group_s: float) -> float:
        """Seconds of film up to which answers vouch. One that began exactly at its second vouches for no more: the
        keyframe that it met next may stand behind a hole."""
        if not self._begins_exactly():
            return by_group_s
        return max((span.second - (span.low + span.high) / 2 for span in spans if span.exact), default=0.0)

    def _dating(self, spans: Sequence[Span], good_to_s: float, resume_at: float | None = None) -> Dating:
        low, high = _common(spans)
        return Dating((low + high) / 2, (high - low) / 2, good_to_s, checked=True, resume_at=resume_at)


def _around(second: float) -> tuple[float, float]:
    return math.floor(second), math.ceil(second)


def _common(spans: Sequence[Span]) -> tuple[float, float]:
    """What all allow; they meet within a slack, so that it may be the narrow gap between two."""
    low, high = max(span.low for span in spans), min(span.high for span in spans)
    high = min(high, low + 2 * SLACK_S) if high == math.inf else high
    return min(low, high), max(low, high)
