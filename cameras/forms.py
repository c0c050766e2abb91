"""The console's forms for cameras and zones: every problem of the rules stands beside its field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cameras.errors import Problem
from cameras.geofence import View
from cameras.models import Camera, Zone
from cameras.rules import place_problems, zone_problems
from cameras.source_fields import english
from cameras.source_form import SourceForm, with_source_fields

VIEW_FIELDS = ("lat", "lon", "bearing_deg", "fov_deg", "range_m", "drawn_coverage")


class JsonOrNothing(forms.JSONField):
    """An empty box where there is nothing, and not the word "null", which looks like something to keep."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


@with_source_fields
class CameraForm(SourceForm):
    class Meta:
        model = Camera
        exclude = ("source_settings",)
        field_classes = {"drawn_coverage": JsonOrNothing}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not set(VIEW_FIELDS) & self.errors.keys() and set(VIEW_FIELDS) <= cleaned.keys():
            tell(self, view_problems(cleaned))
        if "source_kind" in self.fields:
            self.clean_source(cleaned)
        return cleaned


class ZoneForm(forms.ModelForm):
    class Meta:
        model = Zone
        fields = ("kind", "name", "polygon", "ground_points")
        field_classes = {"polygon": JsonOrNothing, "ground_points": JsonOrNothing}

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
    for problem in problems:
        form.add_error(problem.field, problem.en if english() else problem.id)
