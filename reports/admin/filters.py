"""Filters whose choices are words where their columns hold codes."""

from __future__ import annotations

from cameras.admin.base import WordsFilter
from reports.code_words import kind_said, outcome_said, purpose_said, sending_said, stage_said


class StageFilter(WordsFilter):
    said = staticmethod(stage_said)


class OutcomeFilter(WordsFilter):
    said = staticmethod(outcome_said)


class KindFilter(WordsFilter):
    said = staticmethod(kind_said)


class PurposeFilter(WordsFilter):
    said = staticmethod(purpose_said)


class SendingFilter(WordsFilter):
    said = staticmethod(sending_said)
