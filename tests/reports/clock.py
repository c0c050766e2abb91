"""A clock that a test turns on: a year of keeping passes in a second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone


class Clock:
    """What ``timezone.now`` says. Begins a little later than the real one, which the columns keep as their default:
    what is due is due on both."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now: datetime = timezone.now() + timedelta(minutes=5)
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def passes(self, **time: Any) -> datetime:
        self.now += timedelta(**time)
        return self.now
