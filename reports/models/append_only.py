"""Rows that are written once. Triggers in the database say the same to those who come without Django (``guards``)."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Adds and reads. Deletions that Django makes on its way (cascades) come through ``_raw_delete``."""

    def update(self, **fields: Any) -> NoReturn:
        raise _refused(self.model, "changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _refused(self.model, "changed")

    def delete(self) -> NoReturn:
        raise _refused(self.model, "deleted")

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise _refused(self.model, "deleted")


class AppendOnly(models.Model):
    """A row of it is inserted, and then stays as it is."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise _refused(type(self), "changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _refused(type(self), "deleted")


def _refused(model: type[models.Model], what: str) -> TypeError:
    return TypeError(f"rows of {model.__name__} are appended, never {what}")
