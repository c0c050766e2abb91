"""What all admin pages of this app share: rows outside a person's sight answer 404, whatever the page."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from unfold.admin import ModelAdmin

M = TypeVar("M", bound=models.Model)


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
