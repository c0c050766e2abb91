"""Sends prepared bodies to a webhook as a patient sender would: signed, paced, and again after a failure."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from reports.intake.bodies import Body
from reports.signature import sign

PATH = "/webhooks/qlue/"
SENDERS = 16
TRIES = 12
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 5.0
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A body that never got its 2xx: where it stood, and why. ``status`` 0 is silence."""

    place: str
    status: int
    reason: str


@dataclass(slots=True)
class Result:
    """Every body ends in exactly one of created, repeated and refused."""

    created: int = 0
    repeated: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    answered_ms: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, float | int | None]:
        return {
            "sent": self.created + self.repeated + len(self.refusals),
            "created": self.created,
            "repeated": self.repeated,
            "refused": len(self.refusals),
            "p50_ms": percentile(self.answered_ms, 50),
            "p95_ms": percentile(self.answered_ms, 95),
            "max_ms": percentile(self.answered_ms, 100),
        }


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest value that at least ``percent`` % of ``values`` do not exceed; none of none."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)], 1)


def webhook_url(url: str) -> str:
    """The webhook's address from a base address or from itself, with or without the last slash."""
    bare = url.rstrip("/")
    return f"{bare}/" if "/webhooks/" in urlsplit(bare).path else bare + PATH


class Replay:
    """One run over one address. ``rate`` is bodies per second at most; answers are waited for in parallel."""

    def __init__(self, url: str, *, secret: str, rate: float, transport: httpx.BaseTransport | None = None) -> None:
        self._url = webhook_url(url)
        self._secret = secret
        self._rate = rate
        self._transport = transport
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._hopeless = False
        self.result = Result()

    def run(self, bodies: Iterable[Body], *, after_each: Callable[[], None] = lambda: None) -> Result:
        """Send all of them and wait for the last answer."""
        started = time.monotonic()
        limits = httpx.Limits(max_connections=SENDERS, max_keepalive_connections=SENDERS)
        with (
            httpx.Client(timeout=30, trust_env=False, limits=limits, transport=self._transport) as client,
            ThreadPoolExecutor(SENDERS) as pool,
        ):
            pending = []
            for number, body in enumerate(bodies):
                _sleep_until(started + number / self._rate)
                pending.append(pool.submit(self._send, client, body))
                pending[-1].add_done_callback(lambda _: after_each())
            for sending in pending:
                sending.result()
        return self.result

    def _send(self, client: httpx.Client, body: Body) -> None:
        refusal = Refusal(body.place, 0, "no answer")
        for attempt in range(TRIES):
            _sleep_until(self._not_before)
            answer, took_ms = self._post(client, body)
            if answer is not None and answer.status_code not in TRY_AGAIN:
                self._count(body, answer, took_ms)
                return
            refusal = Refusal(body.place, 0, "no answer") if answer is None else _refusal(body, answer)
            # Once a body used up its tries, the others need not wait out the same outage, each for itself.
            if self._hopeless:
                break
            self._hold(answer, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt))
        with self._lock:
            self._hopeless = True
            self.result.refusals.append(refusal)

    def _post(self, client: httpx.Client, body: Body) -> tuple[httpx.Response | None, float]:
        signed = sign(body.raw, webhook_id=body.webhook_id, at=datetime.now(UTC), secret=self._secret)
        headers = {"content-type": "application/json", "user-agent": "jsc-replay", **signed}
        started = time.monotonic()
        try:
            answer = client.post(self._url, content=body.raw, headers=headers)
        except httpx.TransportError:
            return None, 0.0
        return answer, (time.monotonic() - started) * 1000

    def _hold(self, answer: httpx.Response | None, wait_s: float) -> None:
        """Wait before the next try; an answer that names a time is heeded by all senders."""
        named = answer.headers.get("retry-after", "") if answer is not None else ""
        if named.isdecimal():
            with self._lock:
                self._not_before = max(self._not_before, time.monotonic() + min(float(named), 60.0))
        else:
            time.sleep(wait_s)

    def _count(self, body: Body, answer: httpx.Response, took_ms: float) -> None:
        with self._lock:
            self._hopeless = False
            self.result.answered_ms.append(took_ms)
            if not answer.is_success:
                self.result.refusals.append(_refusal(body, answer))
            elif answer.status_code == httpx.codes.ACCEPTED:
                self.result.created += 1
            else:
                self.result.repeated += 1


def _refusal(body: Body, answer: httpx.Response) -> Refusal:
    try:
        faults = answer.json()["errors"]
        reason = ", ".join(f"{fault['pointer']} {fault['code']}".strip() for fault in faults)
    except (ValueError, KeyError, TypeError):
        reason = answer.reason_phrase
    return Refusal(body.place, answer.status_code, reason)


def _sleep_until(moment: float) -> None:
    wait_s = moment - time.monotonic()
    if wait_s > 0:
        time.sleep(wait_s)
