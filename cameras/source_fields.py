"""A form field for each option of each kind of footage source, named by kind and option.

The options are the one list: what is added to a source appears in the form, in both languages. Credentials are
write-only: they have a widget that can say whether one is stored, and cannot say which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from cameras.complaints import in_english
from cameras.footage import registry
from cameras.footage.options import MAX_URL, Option, Words

MAX_SECRET = 500
NO_FILLING_IN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def english() -> bool:
    return (get_language() or "").startswith("en")


def said(words: Words) -> str:
    """In the language of whoever asks."""
    return words.en if english() else words.id


said_later = lazy(said, str)


def field_name(kind: str, option: Option) -> str:
    """``secret`` stands in the names of credentials, so that everything that hides values by name hides these."""
    return f"{'secret' if option.kind == 'secret' else 'source'}__{kind}__{option.name}"


def source_fields() -> dict[str, forms.Field]:
    """For every registered kind; none is required by itself, since only the chosen kind's count."""
    return {
        field_name(kind, option): MAKERS[option.kind](option)
        for kind, source in registry.SOURCES.items()
        for option in source.options
    }


def plain_options(kind: str) -> list[Option]:
    source = registry.SOURCES.get(kind)
    return [option for option in source.options if option.kind != "secret"] if source else []


def secret_options(kind: str) -> list[Option]:
    source = registry.SOURCES.get(kind)
    return [option for option in source.options if option.kind == "secret"] if source else []


def settings_of(kind: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The chosen kind's settings as they are stored: what is not given, or a flag at its default, is left out."""
    found: dict[str, Any] = {}
    for option in plain_options(kind):
        value = cleaned.get(field_name(kind, option))
        if option.kind == "flag":
            if value is not bool(option.default):
                found[option.name] = value
        elif value not in (None, ""):
            found[option.name] = value
    return found


# -- Credentials ------------------------------------------------------------------------


class Entered(NamedTuple):
    """What was typed for one credential. An empty ``value`` keeps the stored one unless ``drop``."""

    value: str = ""
    drop: bool = False

    def __repr__(self) -> str:
        return f"Entered({'a value' if self.value else 'nothing'}, drop={self.drop})"


class SecretInput(UnfoldAdminPasswordWidget):
    """Never rendered back, not even what was typed a moment ago. ``stored``: ``yes``, ``no``, or ``sealed`` when it
    cannot be opened any more."""

    template_name = "cameras/widgets/secret.html"
    stored = "no"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["widget"] |= {"stored": self.stored, "drop_name": drop_name(name)}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Entered:
        typed = (data.get(name) or "").strip("\r\n")
        return Entered(typed if typed.strip() else "", drop_name(name) in data)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and drop_name(name) not in data


class SecretField(forms.Field):
    widget = SecretInput

    def clean(self, value: Entered | None) -> Entered:
        entered = value or Entered()
        if len(entered.value) > MAX_SECRET:
            raise forms.ValidationError(_("Terlalu panjang."))
        if not entered.value.isprintable():
            # Also what a header cannot carry: a line end in a user name would start a header of its own.
            raise forms.ValidationError(_("Mengandung karakter yang tidak diizinkan."))
        return entered

    def has_changed(self, initial: Any, data: Entered | None) -> bool:
        return bool(data and (data.value or data.drop))


def drop_name(name: str) -> str:
    return f"{name}__drop"


# -- One maker per kind of option --------------------------------------------------------


class PlainNumber(forms.FloatField):
    """Whole numbers stay whole: a channel is 1 in an address, not 1.0."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        return int(number) if isinstance(number, float) and number.is_integer() else number


def _common(option: Option) -> dict[str, Any]:
    label = Words(f"{option.label.id} *", f"{option.label.en} *") if option.required else option.label
    return {"label": said_later(label), "help_text": said_later(option.help), "required": False}


def _placeholder(option: Option) -> dict[str, str]:
    given = {} if option.default in (None, "") else {"placeholder": str(option.default)}
    return {**NO_FILLING_IN, **given, **({"inputmode": "url"} if option.name == "url" else {})}


def _text(option: Option) -> forms.Field:
    widget = UnfoldAdminTextInputWidget(attrs=_placeholder(option))
    return forms.CharField(max_length=MAX_URL, widget=widget, **_common(option))


def _number(option: Option) -> forms.Field:
    widget = UnfoldAdminIntegerFieldWidget(attrs={**_placeholder(option), "step": "any", "inputmode": "decimal"})
    return PlainNumber(widget=widget, **_common(option))


def _flag(option: Option) -> forms.Field:
    return forms.BooleanField(widget=UnfoldBooleanWidget(), initial=bool(option.default), **_common(option))


def _choice(option: Option) -> forms.Field:
    known = [(choice.value, said_later(choice.words)) for choice in option.choices]
    by_default = next((choice.words for choice in option.choices if choice.value == option.default), None)
    empty = gettext_lazy("belum dipilih") if by_default is None else said_later(_bracketed(by_default))
    widget = UnfoldAdminSelectWidget(attrs={})
    return forms.ChoiceField(choices=[("", empty), *known], widget=widget, **_common(option))


def _bracketed(words: Words) -> Words:
    return Words(f"bawaan: {words.id}", f"default: {words.en}")


def _secret(option: Option) -> forms.Field:
    # "off" is ignored by browsers for passwords; this keeps them from filling in the person's own.
    attrs = {**NO_FILLING_IN, "autocomplete": "new-password"}
    widget = SecretInput(attrs=attrs)
    if option.name == "username":
        # Written and never shown like the others, and too long to be typed unseen.
        widget.input_type = "text"
    return SecretField(widget=widget, **_common(option))


MAKERS: Mapping[str, Callable[[Option], forms.Field]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "choice": _choice,
    "secret": _secret,
}


# -- Complaints --------------------------------------------------------------------------


def complaint_words(complaint: str) -> str:
    """A complaint of the core, in the language of whoever asks."""
    return in_english(complaint) if english() else complaint
