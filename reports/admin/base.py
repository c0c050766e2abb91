"""What all admin pages of this app share: rows outside a person's sight answer 404, whatever the page."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import unquote

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from unfold.admin import ModelAdmin

M = TypeVar("M", bound=models.Model)

FILTER_ENDINGS = frozenset({"exact", "isnull", "in", "gte", "lt"})
"""What the links of Django's own filters end in."""


def _bare(spec: Any) -> Any:
    """A filter may come with its class: ``(field, class)``."""
    return spec[0] if isinstance(spec, tuple | list) else spec


def _ends_as_filters_do(lookup: str) -> bool:
    return "__" in lookup and lookup.rsplit("__", 1)[-1] in FILTER_ENDINGS


class ScopedAdmin(ModelAdmin):
    """Lists, pages, history, actions, search and autocomplete all start from ``visible``.

    Django answers an unknown row with a redirect and a message, and a forbidden one with
    403; here both are 404, so that nobody learns which rows exist.
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def visible(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return self.visible(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the list's own filters ask.

        Django takes any column of the model from the address, so that the hash of a reporter could be found
        out letter by letter, and takes ``__regex``, which is an error of the database when it is malformed.
        """
        names = [getattr(each, "parameter_name", each) for each in map(_bare, self.get_list_filter(request))]
        asked = lookup.removesuffix(f"__{lookup.rsplit('__', 1)[-1]}") if _ends_as_filters_do(lookup) else lookup
        known = lookup in names or asked in names or asked.removesuffix("__id") in names
        return known and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if "\x00" in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest("no text holds a NUL, and PostgreSQL fails over one")
        if not all(key.isdecimal() for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("rows are chosen by their numbers")
        return super().changelist_view(request, extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found


class ReadOnlyAdmin(ScopedAdmin):
    """Looked at, never written: what changes these rows is the pipeline or a named service."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise Http404

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise Http404
