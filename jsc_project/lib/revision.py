"""One number per kind of data, raised with every change, so that indexes in other processes know they are stale."""

from __future__ import annotations

import time
from typing import Any

from django.db import models, transaction


class RevisionBase(models.Model):
    """A counter row. The concrete model lives in the app whose data it counts."""

    name = models.CharField(max_length=40, primary_key=True)
    number = models.PositiveBigIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @classmethod
    def current(cls, name: str) -> int:
        found = cls._default_manager.filter(name=name).values_list("number", flat=True).first()
        return found or 0

    @classmethod
    def bump(cls, name: str) -> None:
        """Call inside the transaction that changes the data: both become visible together.

        The number is the clock, not a count: a count that a rollback took back would be given
        out again for other data, and whoever built an index in between would never rebuild it.
        """
        number = time.time_ns()
        if not cls._default_manager.filter(name=name).update(number=number):
            cls._default_manager.update_or_create(name=name, defaults={"number": number})


class RevisedQuerySet(models.QuerySet[Any]):
    """A queryset whose bulk writes raise the revision too; ``save`` and ``delete`` of a row do so in the model."""

    def _bump(self) -> None:
        self.model.bump_revision()

    def update(self, **kwargs: Any) -> int:
        with transaction.atomic(using=self.db):
            changed = super().update(**kwargs)
            self._bump()
        return changed

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        with transaction.atomic(using=self.db):
            made = super().bulk_create(*args, **kwargs)
            self._bump()
        return made

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        with transaction.atomic(using=self.db):
            changed = super().bulk_update(*args, **kwargs)
            self._bump()
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            gone = super().delete()
            self._bump()
        return gone

    # Without this a manager would get a ``delete`` of its own, one slip away from emptying the table.
    delete.queryset_only = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
