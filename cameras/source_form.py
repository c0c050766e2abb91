"""The part of the camera's form that says how its footage is reached.

Credentials stay with the device they were entered for: with another host or port they are asked for again,
because else whoever may change a camera could have the stored password sent to a host of his choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from cameras.errors import CredentialsUnreadable
from cameras.footage import registry
from cameras.footage.options import holds_credentials, without_credentials
from cameras.models import Camera
from cameras.source_fields import (
    Entered,
    complaint_words,
    field_name,
    plain_options,
    said,
    secret_options,
    settings_of,
    source_fields,
)

DROP_UNKNOWN = "source_drop_unknown"
HISTORY_REASON_MAX = 100

_FIELDS = source_fields()
SOURCE_FIELDS = tuple(_FIELDS)

F = TypeVar("F", bound=type[forms.BaseForm])


def with_source_fields(form: F) -> F:
    """Declares them at import: Django's admin looks for the names of a form's fields on its class."""
    unknown = forms.BooleanField(
        label=gettext_lazy("Hapus pengaturan lama yang tidak dikenal"), required=False, widget=UnfoldBooleanWidget()
    )
    form.declared_fields.update({**_FIELDS, DROP_UNKNOWN: unknown})  # type: ignore[attr-defined]
    form.base_fields.update({**_FIELDS, DROP_UNKNOWN: unknown})  # type: ignore[attr-defined]
    return form


class SourceForm(forms.ModelForm):
    """``source_settings``, ``source_secrets``: what the form says they shall be; ``save`` gives them to the camera."""

    instance: Camera

    class Media:
        js = ("cameras/source.js",)
        css: ClassVar = {"all": ("cameras/source.css",)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source_settings: dict[str, Any] = dict(self.instance.source_settings or {})
        self.stored, self.sealed = _stored(self.instance)
        self.source_secrets: dict[str, str] | None = None
        """None: as they are."""
        if "source_kind" not in self.fields:
            # A page without the source, such as one of the history: nothing of it may be read from what is posted.
            for name in (*SOURCE_FIELDS, DROP_UNKNOWN):
                self.fields.pop(name, None)
            return
        self._offer_kinds()
        self._show_stored()

    # -- What is shown -----------------------------------------------------------------

    def _offer_kinds(self) -> None:
        own = self.instance.source_kind
        known = [(kind, said(source.title)) for kind, source in registry.SOURCES.items()]
        strange = [(own, own)] if own and own not in registry.SOURCES else []
        choices = [("", _("tanpa rekaman")), *known, *strange]
        self.fields["source_kind"].widget = UnfoldAdminSelectWidget(choices=choices)

    def _show_stored(self) -> None:
        kind = self.instance.source_kind
        for option in plain_options(kind):
            default = bool(option.default) if option.kind == "flag" else None
            self.initial[field_name(kind, option)] = self.source_settings.get(option.name, default)
        for each in registry.SOURCES:
            for option in secret_options(each):
                there = "yes" if option.name in self.stored else "no"
                self.fields[field_name(each, option)].widget.stored = "sealed" if self.sealed else there  # type: ignore[attr-defined]
        unknown = self.unknown_settings
        if unknown:
            # Their names alone: an old list may have put a password among them.
            told = _("Tersimpan dan tidak dikenal oleh jenis sumber ini: %(names)s. Nilainya tidak ditampilkan.")
            self.fields[DROP_UNKNOWN].help_text = told % {"names": ", ".join(unknown)}
        else:
            self.fields.pop(DROP_UNKNOWN, None)

    @property
    def unknown_settings(self) -> list[str]:
        known = {option.name for option in plain_options(self.instance.source_kind)}
        return sorted(str(name) for name in set(self.instance.source_settings or {}) - known)

    # -- What is posted -----------------------------------------------------------------

    @property
    def source_changed(self) -> bool:
        kind = self.cleaned_data.get("source_kind") or ""
        own = {field_name(kind, option) for option in (*plain_options(kind), *secret_options(kind))}
        return bool({"source_kind", DROP_UNKNOWN, *own} & set(self.changed_data))

    @property
    def source_errors(self) -> dict[str, list[str]]:
        """Label of each field of the source -> what is wrong with it."""
        names = ("source_kind", "clock_offset_s", DROP_UNKNOWN, *SOURCE_FIELDS)
        return {
            str(self.fields[name].label).removesuffix(" *"): [str(line) for line in self.errors[name]]
            for name in names
            if name in self.errors and name in self.fields
        }

    def clean_source(self, cleaned: Mapping[str, Any]) -> None:
        """Judge the chosen kind's fields and gather what is to be stored."""
        if self.source_changed:
            self._judge(cleaned)
        self._forget_credentials()

    def _judge(self, cleaned: Mapping[str, Any]) -> None:
        kind = cleaned.get("source_kind") or ""
        kept = {} if kind != self.instance.source_kind else self._kept_unknown(cleaned)
        settings = settings_of(kind, cleaned)
        if kind:
            self._tell_problems(kind, {**kept, **settings})
        self._tell_credentials(kind, settings)
        self._gather_secrets(kind, settings, cleaned)
        self.source_settings = {**kept, **settings}

    def _kept_unknown(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        if cleaned.get(DROP_UNKNOWN):
            return {}
        return {name: self.instance.source_settings[name] for name in self.unknown_settings}

    def _tell_problems(self, kind: str, settings: Mapping[str, Any]) -> None:
        fields = {option.name: field_name(kind, option) for option in (*plain_options(kind), *secret_options(kind))}
        for name, what in registry.validate(kind, settings).items():
            field = fields.get(name, DROP_UNKNOWN if name in self.unknown_settings else "source_kind")
            if field in self.errors:
                continue
            known = field in fields.values() or name == "source_kind"
            self.add_error(field, complaint_words(what) if known else f"{name}: {complaint_words(what)}")

    def _tell_credentials(self, kind: str, settings: Mapping[str, Any]) -> None:
        """Any text, not only the address: a path or a template may carry a password as well."""
        words = _("Memuat kata sandi; isi nama pengguna, kata sandi atau token di kolomnya sendiri.")
        for option in plain_options(kind):
            name, value = field_name(kind, option), settings.get(option.name)
            if name not in self.errors and isinstance(value, str) and holds_credentials(value):
                self.add_error(name, words)

    def _forget_credentials(self) -> None:
        """A form that comes back with errors shows what was typed: not the credentials in it."""
        typed = {name: str(self.data.get(name, "")) for name in SOURCE_FIELDS}
        with_some = {name: value for name, value in typed.items() if holds_credentials(value)}
        if with_some:
            posted: Any = dict(self.data.items())
            self.data = {**posted, **{name: without_credentials(value) for name, value in with_some.items()}}

    def _gather_secrets(self, kind: str, settings: Mapping[str, Any], cleaned: Mapping[str, Any]) -> None:
        options = secret_options(kind)
        typed = {option.name: cleaned.get(field_name(kind, option)) or Entered() for option in options}
        new = {name: entered.value for name, entered in typed.items() if entered.value}
        if self.sealed and not new and not any(entered.drop for entered in typed.values()) and options:
            return self._refuse_moved(kind, settings, [options[0].name])
        keeps = [
            name for name, entered in typed.items() if name in self.stored and name not in new and not entered.drop
        ]
        self._refuse_moved(kind, settings, keeps)
        self.source_secrets = {**new, **{name: self.stored[name] for name in keeps}}
        return None

    def _refuse_moved(self, kind: str, settings: Mapping[str, Any], keeps: list[str]) -> None:
        if _device(self.instance.source_settings or {}) == _device(settings):
            return
        words = _(
            "Alamat perangkat berubah: isi lagi, atau centang hapus. Yang tersimpan tidak dikirim ke alamat lain."
        )
        for option in secret_options(kind):
            if option.name in keeps:
                self.add_error(field_name(kind, option), words)

    # -- What is stored -----------------------------------------------------------------

    def save(self, commit: bool = True) -> Any:
        if "source_kind" in self.fields and self.source_changed:
            words = self._history_words()
            if words:
                self.instance._change_reason = words[:HISTORY_REASON_MAX]  # type: ignore[attr-defined]
            self.instance.source_settings = self.source_settings
            if self._secrets_change():
                self.instance.secrets_set(self.source_secrets or {})
        return super().save(commit)

    def _secrets_change(self) -> bool:
        if self.source_secrets is None:
            return False
        return self.sealed or self.source_secrets != dict(self.stored)

    def _history_words(self) -> str:
        """That, and not what: settings may hold an address, and secrets are secrets."""
        parts = []
        if self.source_settings != (self.instance.source_settings or {}):
            parts.append("pengaturan sumber diubah")
        if self._secrets_change():
            after = self.source_secrets or {}
            names = {*self.stored, *after}
            touched = sorted(name for name in names if self.stored.get(name) != after.get(name))
            parts.append(f"rahasia diubah: {', '.join(touched) or 'semua dihapus'}")
        return "; ".join(parts)


def _device(settings: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Where credentials go and how well the way is guarded: over http they are for all to see, and without a checked
    certificate anybody may be at the other end."""
    scheme = str(settings.get("url") or "").partition(":")[0].lower()
    return registry.recorder_of(settings), scheme, settings.get("verify_tls") is not False


def _stored(camera: Camera) -> tuple[Mapping[str, str], bool]:
    """The stored credentials, and whether they are there and cannot be opened."""
    try:
        return camera.secrets, False
    except CredentialsUnreadable:
        return {}, True
