"""Qlue, for tests: signs what it is given and posts it."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from reports.models import Category, Report, ReportUpdate, WebhookDelivery
from reports.services.categories import categories_fixture
from reports.signature import sign
from tests.factories import WEBHOOK_SECRET

URL = "/webhooks/qlue/"
FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "qlue"
_ids = itertools.count(1)


def fixture(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return body


def categories() -> None:
    """All categories of the fixture in one statement: seeding keeps histories, which a test per case need not."""
    Category.objects.bulk_create(Category(**row) for row in categories_fixture())


def payload(**changes: Any) -> dict[str, Any]:
    """A report that is accepted; a value of ``...`` takes the key out."""
    whole = {**fixture("report__illegal_parking"), **changes}
    return {key: value for key, value in whole.items() if value is not ...}


def as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def headers_for(body: bytes, *, webhook_id: str = "", at: datetime | None = None, secret: str = "") -> dict[str, str]:
    return sign(
        body,
        webhook_id=webhook_id or f"msg_{next(_ids)}",
        at=at or datetime.now(UTC),
        secret=secret or WEBHOOK_SECRET,
    )


def assert_refused(answer: Any, status: int, pointer: str, code: str = "") -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == status
    assert {"type", "title", "detail", "errors"} <= problem.keys()
    assert all(fault.keys() == {"pointer", "code", "detail"} for fault in problem["errors"])
    assert pointer in [fault["pointer"] for fault in problem["errors"]], problem
    if code:
        assert code in [fault["code"] for fault in problem["errors"]], problem
    assert (Report.objects.count(), WebhookDelivery.objects.count(), ReportUpdate.objects.count()) == (0, 0, 0)


def send(
    body: Any,
    *,
    webhook_id: str = "",
    at: datetime | None = None,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> Any:
    """Post ``body`` (bytes, or anything JSON) signed; ``headers`` replace or, when empty, remove the signed ones."""
    raw = as_bytes(body)
    together = {**headers_for(raw, webhook_id=webhook_id, at=at), **(headers or {})}
    return _client().generic(
        "POST", URL, data=raw, headers={k: v for k, v in together.items() if v}, CONTENT_TYPE=content_type
    )


@cache
def _client() -> Client:
    """One for all: a client's first request loads the middleware, which takes half a second."""
    return Client(raise_request_exception=False)
