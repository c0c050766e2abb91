"""Why a delivery is refused. Each kind of failure is its own class, so that operators can tell them apart."""

from __future__ import annotations

from jsc_project.lib.errors import JscError


class MethodRefused(JscError):
    """Deliveries are posted."""

    code = "method_not_allowed"


class BodyTooLarge(JscError):
    """More bytes than any report needs."""

    code = "too_large"


class MediaTypeRefused(JscError):
    """Signed, and not declared as JSON."""

    code = "unsupported_media_type"


class IdReused(JscError):
    """A ``webhook-id`` that already stands for other bytes; those are kept."""

    code = "id_reused"


class TooManyDeliveries(JscError):
    """Above the source's rate; nothing was stored, the same delivery may come again."""

    code = "too_many_requests"
    retryable = True

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many deliveries in one second; send this one again", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class StoreUnavailable(JscError):
    """The database could not keep it; nothing was stored, the same delivery may come again."""

    code = "store_unavailable"
    retryable = True

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("the delivery could not be stored; send it again", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s
