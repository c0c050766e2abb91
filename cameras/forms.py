"""The console's forms for cameras and zones: every problem of the rules stands beside its field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget

from cameras.errors import Problem
from cameras.footage import registry
from cameras.geofence import View
from cameras.models import Camera, Zone
from cameras.rules import place_problems, zone_problems

VIEW_FIELDS = ("lat", "lon", "bearing_deg", "fov_deg", "range_m", "drawn_coverage")


class CameraForm(forms.ModelForm):
    class Meta:
        model = Camera
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source_kind" in self.fields:
            own = self.instance.source_kind
            kinds = sorted({*registry.SOURCES, *([own] if own else [])})
            choices = [("", _("tanpa rekaman")), *((kind, kind) for kind in kinds)]
            self.fields["source_kind"].widget = UnfoldAdminSelectWidget(choices=choices)

    def clean_source_settings(self) -> dict[str, Any]:
        settings = self.cleaned_data["source_settings"] or {}
        if not isinstance(settings, dict):
            raise forms.ValidationError(_('Harus berupa objek JSON, misalnya {"folder": "gerbang-03"}.'))
        return settings

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not set(VIEW_FIELDS) & self.errors.keys() and set(VIEW_FIELDS) <= cleaned.keys():
            tell(self, view_problems(cleaned))
        if {"source_kind", "source_settings"} & set(self.changed_data):
            self._check_source(cleaned.get("source_kind") or "", cleaned.get("source_settings") or {})
        return cleaned

    def _check_source(self, kind: str, settings: dict[str, Any]) -> None:
        for name, what in (registry.validate(kind, settings) if kind else {}).items():
            if name in self.fields:
                self.add_error(name, what)
            else:
                self.add_error("source_settings", f"{name}: {what}")


class ZoneForm(forms.ModelForm):
    class Meta:
        model = Zone
        fields = ("kind", "name", "polygon", "ground_points")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "polygon" in cleaned and not {"polygon", "ground_points"} & self.errors.keys():
            tell(self, zone_problems(cleaned["kind"], cleaned["polygon"], cleaned.get("ground_points")))
        return cleaned


def view_problems(cleaned: dict[str, Any]) -> list[Problem]:
    view = View(
        cleaned["lat"],
        cleaned["lon"],
        cleaned["bearing_deg"],
        cleaned["fov_deg"],
        cleaned["range_m"],
        cleaned["drawn_coverage"],
    )
    return [*place_problems(view.lat, view.lon), *view.problems()]


def tell(form: forms.ModelForm, problems: Iterable[Problem]) -> None:
    """The core speaks both languages and knows no Django; which one is wanted is decided here."""
    english = (get_language() or "").startswith("en")
    for problem in problems:
        form.add_error(problem.field, problem.en if english else problem.id)
