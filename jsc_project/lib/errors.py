"""The root of every error this service raises on purpose.

An error carries a stable ``code`` for machines, a sentence for people, whether
trying again can help, and the data a log line needs. Subclasses live beside the
capability that raises them and also inherit the fitting builtin.
"""

from __future__ import annotations

from typing import Any, ClassVar


class JscError(Exception):
    """An expected failure. ``code`` is stable; ``detail`` is one sentence for a person."""

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """``{"code", "detail"}`` plus the structured data."""
        return {"code": self.code, "detail": self.detail, **self.data}


class UnreadableInput(JscError, ValueError):
    """A file or argument given to a command cannot be used at all."""

    code = "unreadable_input"
