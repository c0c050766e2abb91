"""Writing into the access log: one line after the other, whoever writes at the same time.

The head's row is the queue: whoever appends holds it until its transaction ends, so that two looks at one moment
become two lines that hang on each other. PostgreSQL waits at the row, SQLite lets one writer in at all. Append last
in a transaction: what is locked before the head is locked in one order by all.

After the commit an anchor is left outside the database: number and hash of the line, in a file of this machine and
in the service's log. Who cuts lines off at the end and brings an old head along, or puts back a whole older database,
contradicts an anchor.
"""

from __future__ import annotations

import functools
import getpass
import ipaddress
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics.uses import PlatesUse
from jsc_project.lib.errors import JscError
from reports.access_keys import key_ring
from reports.ledger import GENESIS, Line
from reports.models import AccessEntry, AccessHead, Incident

log = logging.getLogger(__name__)

SHORTEST_REASON = 5
LONGEST_REASON = 300


class AccessReasonOwed(JscError, ValueError):
    """Why somebody wants to see it is not said, or not in words."""

    code = "access_reason_owed"


@dataclass(frozen=True, slots=True)
class Access:
    """What is about to be seen, and why. ``detail`` holds strings, whole numbers, booleans and lists of them.

    ``subject`` names whose or what data it is ("report ABCD-...", "clip 12"): never the data itself.
    """

    kind: AccessEntry.Kind
    why: str
    reason: str
    subject: str = ""
    camera_code: str = ""
    incident: Incident | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""


def access_append(*, access: Access, actor: Any = None, at: datetime | None = None) -> AccessEntry:
    """Write a line; what it speaks of may be shown once the transaction around it is committed.

    ``actor`` None: a command, run by an account of this machine.

    Raises:
        AccessReasonOwed: no purpose from the list, or no words.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a line and what it allows are written in one transaction")
    reason = access.reason.replace("\x00", "").strip()
    if access.why not in AccessEntry.Why.values or len(reason) < SHORTEST_REASON:
        raise AccessReasonOwed("looking at personal data needs a purpose and a reason in words")
    head = _held_head()
    return _appended(head, _line(access, reason, actor, at or timezone.now()))


def plates_used(use: PlatesUse) -> None:
    """A line for a call of ``read_plates``; registered with ``analytics.uses``."""
    access = Access(
        kind=AccessEntry.Kind.PLATES_READ,
        why=AccessEntry.Why.OTHER,
        reason=use.purpose if len(use.purpose.strip()) >= SHORTEST_REASON else f"read_plates: {use.purpose or '-'}",
        detail={"files": use.files},
    )
    with transaction.atomic():
        access_append(access=access)


def shell_account() -> str:
    """``$jsc``, or ``$jsc(dewi)`` where dewi became jsc by sudo."""
    before = os.environ.get("SUDO_USER", "")
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"{os.getuid()}"  # a container may run under a number that has no name
    return f"${name}({before})" if before and before != name else f"${name}"


def anchors_file() -> Path:
    return Path(settings.JSC_ACCESS_ANCHORS)


def access_anchor() -> dict[str, Any] | None:
    """The log's end, told again (daily): also where nobody has looked at anything. None before the first line."""
    head = AccessHead.objects.filter(pk=1).first()
    if head is None or not head.number:
        return None
    return _leave_anchor(head.number, head.entry_hash)


def _line(access: Access, reason: str, actor: Any, at: datetime) -> Line:
    """Without its place."""
    return Line(
        number=0,
        at=at,
        kind=str(access.kind),
        user_id=None if actor is None else actor.pk,
        username=(shell_account() if actor is None else actor.get_username())[:150],
        why=str(access.why),
        reason=reason[:LONGEST_REASON],
        address=_address(access.address),
        camera_code=access.camera_code[:100],
        incident_id=None if access.incident is None else access.incident.pk,
        subject=access.subject[:100],
        detail=dict(access.detail),
        previous_hash=GENESIS,
    )


def _held_head() -> AccessHead:
    """The end of the log, locked until this transaction ends; with a line about it where it is not what was written.

    Lines are not refused over a forged or missing head: who writes the database could else keep everybody from
    looking. But they do not make good for it: the line about it stays, and ``verify_access_log`` stops there.
    """
    AccessHead.objects.get_or_create(pk=1)
    head = AccessHead.objects.select_for_update().get(pk=1)
    if head.number == 0 and not head.mac and not AccessEntry.objects.exists():
        return head
    if key_ring().proves_head(head.number, head.entry_hash, head.mac):
        return head
    log.error("the access log's head is not what was written: verify_access_log tells more")
    newest = AccessEntry.objects.order_by("-number").first()
    if newest is not None:
        head.entry_hash, head.number = newest.entry_hash, max(head.number, newest.number)
    trouble = Access(AccessEntry.Kind.TROUBLE, AccessEntry.Why.AUDIT, "akhir catatan akses hilang atau dipalsukan")
    _appended(head, _line(trouble, trouble.reason, None, timezone.now()))
    return head


def _appended(head: AccessHead, placeless: Line) -> AccessEntry:
    ring = key_ring()
    line = ring.signed(replace(placeless, number=head.number + 1, previous_hash=head.entry_hash))
    entry = AccessEntry.objects.create(**asdict(line))
    head.number, head.entry_hash = line.number, line.entry_hash
    head.mac = ring.head_mac(line.number, line.entry_hash)
    head.save(update_fields=["number", "entry_hash", "mac"])
    transaction.on_commit(functools.partial(_leave_anchor, line.number, line.entry_hash), robust=True)
    return entry


def _leave_anchor(number: int, entry_hash: str) -> dict[str, Any]:
    """One line a write, so that lines of several processes do not mix. A look is not undone over it: it is logged."""
    anchor = {"at": timezone.now().isoformat(timespec="seconds"), "number": number, "hash": entry_hash}
    log.info("access log anchor %s", json.dumps(anchor))
    try:
        fd = os.open(anchors_file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(fd, (json.dumps(anchor) + "\n").encode())
        finally:
            os.close(fd)
    except OSError as exc:
        log.warning("no anchor for line %s of the access log: %s", number, exc)
    return anchor


def _address(given: str) -> str:
    """In its one spelling; nothing for what is no address (a socket, a proxy's word): the line is kept all the same."""
    try:
        return str(ipaddress.ip_address(given))
    except ValueError:
        return ""
