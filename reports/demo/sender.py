"""Sends the demo's reports as Qlue would: signed, and again after a failure."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from jsc_project.supervisor import Supervisor
from reports.signature import sign

REPORTS = Path(settings.BASE_DIR) / "fixtures" / "qlue" / "demo_reports.jsonl"
TRIES = 60
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS


def demo_bodies() -> list[dict[str, Any]]:
    return [json.loads(line) for line in REPORTS.read_text(encoding="utf-8").splitlines() if line.strip()]


class Sender:
    """Keeps one webhook-id per report in every run: after a kill a report is a repeat, not a new one."""

    def __init__(self, base: str, supervisor: Supervisor) -> None:
        self._url = f"{base}/webhooks/qlue/"
        self._supervisor = supervisor
        self._client = httpx.Client(timeout=20, trust_env=False)

    def send(self, body: dict[str, Any]) -> bool:
        """True when the service answered 2xx; a refusal is False; silence and 5xx are tried again."""
        raw = json.dumps(body, ensure_ascii=False)
        for attempt in range(TRIES):
            self._supervisor.poll()
            answer = self._post(raw, f"demo-{body['post_id']}")
            if answer is not None and answer < httpx.codes.INTERNAL_SERVER_ERROR and answer != TOO_MANY:
                return answer in {httpx.codes.OK, httpx.codes.ACCEPTED}
            time.sleep(min(2.0, 0.1 * 2**attempt))
        return False

    def _post(self, raw: str, webhook_id: str) -> int | None:
        body = raw.encode()
        signed = sign(body, webhook_id=webhook_id, at=datetime.now(UTC), secret=settings.JSC_WEBHOOK_SECRETS[0])
        headers = {"content-type": "application/json", **signed}
        try:
            return self._client.post(self._url, content=body, headers=headers).status_code
        except httpx.TransportError:
            return None
