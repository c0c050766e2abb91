"""The claim columns: how a row is worked on by one process at a time.

A row waits (``next_run`` has come, lease free), is claimed by compare-and-swap
(new ``token``, ``lease_until`` ahead, ``attempts`` counted), and is recorded only
by whoever still holds the token. A killed worker's row simply becomes free again.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class Claimable(models.Model):
    """Base of every row a worker claims. ``crash_attempts`` counts claims that ended without a record."""

    state = models.CharField(max_length=16)
    token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    crash_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_run = models.DateTimeField(default=timezone.now, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        abstract = True


def new_token() -> uuid.UUID:
    return uuid.uuid4()
