"""Announcement DUE: tell Qlue by a signed callback, or a lurah by e-mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from smtplib import SMTPException

import httpx
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import timezone
from standardwebhooks import Webhook

from jsc_project.lib.errors import JscError
from reports.lifecycle import AnnouncementState
from reports.models import Announcement
from reports.steps.base import Outcome, Step

TIMEOUT_S = 15.0
"""The lower end of what Standard Webhooks asks receivers to be given."""
LONGEST_WAIT_S = 24 * 3600.0


class SendFailed(JscError, ConnectionError):
    """Not delivered; trying again may help."""

    code = "send_failed"
    retryable = True


class SendRefused(JscError, PermissionError):
    """Not delivered, and the receiver wants no more tries."""

    code = "send_refused"


def work(announcement: Announcement) -> Outcome:
    by_mail = announcement.audience == Announcement.Audience.LURAH
    outcome = _mail(announcement) if by_mail else _callback(announcement)
    return Outcome(AnnouncementState.SENT, fields={"outcome": outcome[:300]})


def give_up(announcement: Announcement, code: str, detail: str) -> Outcome:
    fields = {"outcome": f"{code}: {detail}"[:300]}
    return Outcome(AnnouncementState.DEAD, fields=fields, reason_code=code[:60])


def _callback(announcement: Announcement) -> str:
    """The same id at every try, so that the receiver can tell a repeat."""
    url, secrets = settings.JSC_QLUE_CALLBACK_URL, settings.JSC_QLUE_CALLBACK_SECRETS
    if not url or not secrets:
        raise SendRefused("JSC_QLUE_CALLBACK_URL or JSC_QLUE_CALLBACK_SECRETS is not set")
    body, now = json.dumps(announcement.body, ensure_ascii=False), datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": announcement.stable_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(s).sign(announcement.stable_id, now, body) for s in secrets),
    }
    try:
        # No redirects: a signed body goes where the operator said, and nowhere else.
        answer = httpx.post(url, content=body.encode(), headers=headers, timeout=TIMEOUT_S, follow_redirects=False)
    except httpx.HTTPError as exc:
        raise SendFailed(f"{type(exc).__name__}") from exc
    return _read(answer)


def _read(answer: httpx.Response) -> str:
    """2xx is success; 410 means never again; anything else may pass."""
    said = f"HTTP {answer.status_code}"
    if answer.is_success:
        return said
    if answer.status_code == httpx.codes.GONE:
        raise SendRefused(said)
    wait_s = _retry_after_s(answer.headers.get("retry-after", ""))
    raise SendFailed(said, **({} if wait_s is None else {"retry_after_s": wait_s}))


def _retry_after_s(value: str) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date; None when it holds neither."""
    if value.isdecimal():
        return min(LONGEST_WAIT_S, float(value))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return min(LONGEST_WAIT_S, max(0.0, (at - timezone.now()).total_seconds()))


def _mail(announcement: Announcement) -> str:
    person = get_user_model().objects.filter(pk=announcement.body["user_id"], is_active=True).first()
    if person is None or not person.email:
        raise SendRefused("this person has no address any more")
    try:
        send_mail(announcement.body["subject"], announcement.body["text"], None, [person.email])
    except (SMTPException, OSError) as exc:
        raise SendFailed(f"{type(exc).__name__}: {exc}") from exc
    return "mail"


STEP = Step(
    "send", "outbound", deadline_s=60, max_attempts=8, work=work, give_up=give_up, backoff_base_s=5, backoff_cap_s=7200
)
"""Standard Webhooks' table, shortened: 5 s, doubling, eight tries within about eleven minutes."""
