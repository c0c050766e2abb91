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


class StorageFailed(JscError, OSError):
    """The file storage did not do what was asked. Our own trouble: whoever meets it waits, and loses no attempt.

    ``data["retry_after_s"]``: seconds until asking again makes sense.
    """

    code = "storage_failed"
    retryable = True
    retry_s: ClassVar[float] = 60.0

    def __init__(self, detail: str, **data: Any) -> None:
        super().__init__(detail, **{"retry_after_s": self.retry_s, **data})


class StorageFull(StorageFailed):
    """No room left, or less than the reserve. Passes by itself once something is purged or the disk grows."""

    code = "storage_full"
    retry_s = 120.0


class StorageUnreachable(StorageFailed, ConnectionError):
    """No answer: the server is down, the share is gone, the disk gives errors."""

    code = "storage_unreachable"


class StorageSlow(StorageFailed, TimeoutError):
    """It answers, and says that it is overloaded, or does not finish in time."""

    code = "storage_slow"


class StorageDenied(StorageFailed, PermissionError):
    """It does not let us: wrong keys, no such bucket, a read-only disk. Waits for an operator, and loses nothing."""

    code = "storage_denied"
    retry_s = 300.0


class BytesRemain(StorageFailed):
    """Something was deleted and is still there."""

    code = "bytes_remain"
    retry_s = 3600.0
