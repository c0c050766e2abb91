"""The settings a source takes, as data: one list serves the check, the console's form and the documentation."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Complaint = Callable[[Any], str | None]

MAX_URL = 1000
SECRET_WORDS = frozenset(
    {"password", "passwd", "passw", "pass", "pwd", "pswd", "psw", "pw", "loginpas", "token", "jwt", "auth", "authkey"}
    | {"auth_key", "key", "apikey", "api_key", "secret", "sig", "signature", "wmsauthsign"}
)
"""Names in an address that mean a credential. Settings are shown, exported and kept in dumps: secrets go elsewhere."""
_NAMES = "|".join(sorted(SECRET_WORDS, key=len, reverse=True))
_NAMED_SECRET = re.compile(rf"(?:^|(?<=[^a-z0-9]))((?:{_NAMES})=)(?!\{{)[^&;,/#\s]+", re.IGNORECASE)
# A password with ? or # in it ends the host for a parser of addresses, and is a password all the same.
_USER_AT_HOST = re.compile(r"^([^/?#]*//)(?:[^/?#]*@|[^/]*:[^/]*@)")


class Words(NamedTuple):
    """One text in the languages of the console."""

    id: str
    en: str


NO_WORDS = Words("", "")


class Choice(NamedTuple):
    value: str
    words: Words


@dataclass(frozen=True, slots=True)
class Option:
    """``kind``: ``text``, ``number``, ``flag``, ``choice``, or ``secret`` (kept encrypted beside the settings, and
    never shown again). ``check`` answers what is wrong with a value, in Indonesian. Empty values mean "not given".
    """

    name: str
    label: Words
    kind: str = "text"
    required: bool = False
    help: Words = NO_WORDS
    default: Any = None
    choices: tuple[Choice, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    check: Complaint | None = None

    def complaint(self, value: Any) -> str | None:
        """What is wrong with ``value``, in Indonesian; None when it can be used."""
        if value is None or value == "":
            return "wajib diisi" if self.required and self.kind != "secret" else None
        found = KINDS[self.kind](self, value)
        return found if found is not None or self.check is None else self.check(value)


def _text(option: Option, value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "harus berupa teks"
    return None if value.isprintable() and len(value) <= MAX_URL else "mengandung karakter yang tidak diizinkan"


def _number(option: Option, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "harus berupa angka"
    if option.low <= value <= option.high:
        return None
    return f"harus antara {option.low:g} dan {option.high:g}"


def _flag(option: Option, value: Any) -> str | None:
    return None if isinstance(value, bool) else "harus ya atau tidak (true/false)"


def _choice(option: Option, value: Any) -> str | None:
    known = [choice.value for choice in option.choices]
    return None if value in known else f"harus salah satu dari: {', '.join(known)}"


def _secret(option: Option, value: Any) -> str | None:
    return "rahasia tidak disimpan di pengaturan; isi di kolomnya sendiri"


KINDS: Mapping[str, Callable[[Option, Any], str | None]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "choice": _choice,
    "secret": _secret,
}


def problems(options: Sequence[Option], settings: Mapping[str, Any]) -> dict[str, str]:
    """Setting name -> what is wrong with it; unknown names are wrong too."""
    found = dict.fromkeys(settings.keys() - {option.name for option in options}, "tidak dikenal")
    for option in options:
        complaint = option.complaint(settings.get(option.name))
        if complaint is not None:
            found[option.name] = complaint
    return found


def value_of(options: Sequence[Option], settings: Mapping[str, Any], name: str) -> Any:
    """The setting, or its default when it is not given.

    Raises:
        KeyError: the source has no such option.
    """
    option = next((one for one in options if one.name == name), None)
    if option is None:
        raise KeyError(name)
    value = settings.get(name)
    return option.default if value is None or value == "" else value


# -- What several sources ask for -------------------------------------------------------


def holds_credentials(address: str) -> bool:
    """Whether an address, or a part of one, carries a user name or a secret: ``user:password@host``, or a name such as
    ``password=`` with a value, in its query or (as some recorders want it) in its path. ``{...}`` is no value.
    """
    plain = unquote(address)
    return bool(_USER_AT_HOST.search(plain) or _NAMED_SECRET.search(plain))


def without_credentials(address: str) -> str:
    """The address with what ``holds_credentials`` found taken out; empty when that cannot be done for sure."""
    bare = _NAMED_SECRET.sub(r"\1", _USER_AT_HOST.sub(r"\1", address))
    return "" if holds_credentials(bare) else bare


def url_complaint(*schemes: str) -> Complaint:
    """A check for an address of one of ``schemes``, without credentials in it."""

    def check(value: Any) -> str | None:
        try:
            parts = urlsplit(str(value))
            host, _port = parts.hostname, parts.port
        except ValueError:
            return "bukan alamat yang sah"
        if parts.scheme not in schemes or not host or " " in str(value):
            return f"harus berupa alamat {' atau '.join(f'{scheme}://' for scheme in schemes)}"
        if "@" in parts.netloc or holds_credentials(str(value)):
            return "memuat kata sandi; isi nama pengguna, kata sandi atau token di kolomnya sendiri"
        return None

    return check


def zone_complaint(value: Any) -> str | None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return "zona waktu tidak dikenal"
    return None


def name_complaint(value: Any) -> str | None:
    """For names that become part of an address: nothing that could lead elsewhere."""
    return None if re.fullmatch(r"[\w.-]+(/[\w.-]+)*", str(value)) and ".." not in str(value) else "bukan nama yang sah"


USERNAME = Option("username", Words("Nama pengguna", "User name"), "secret")
PASSWORD = Option("password", Words("Kata sandi", "Password"), "secret")
TOKEN = Option(
    "token",
    Words("Token", "Token"),
    "secret",
    help=Words("Dikirim sebagai parameter ?token=", "Sent as the query parameter ?token="),
)
TIMEZONE = Option(
    "timezone",
    Words("Zona waktu perangkat", "Time zone of the device"),
    default="Asia/Jakarta",
    check=zone_complaint,
    help=Words("Jam perangkat; Asia/Jakarta atau UTC", "What the device's clock shows: Asia/Jakarta or UTC"),
)
DELAY = Option(
    "delay_s",
    Words("Jeda sampai rekaman siap (detik)", "Delay until footage is ready (s)"),
    "number",
    default=10,
    low=0,
    high=3600,
    help=Words("Perekam menutup potongan terakhirnya dulu", "Recorders close their last segment first"),
)
RETENTION = Option(
    "retention_h",
    Words("Lama simpan di perekam (jam)", "Kept by the recorder (hours)"),
    "number",
    low=0.1,
    high=24 * 400,
    help=Words("Yang hampir terhapus diambil lebih dulu", "What is about to be deleted is pulled first"),
)
VERIFY_TLS = Option(
    "verify_tls",
    Words("Periksa sertifikat TLS", "Check the TLS certificate"),
    "flag",
    default=True,
    help=Words(
        "Matikan hanya untuk sertifikat buatan perangkat sendiri di jaringan tertutup",
        "Switch off only for a certificate made by the device itself, on a closed network",
    ),
)
