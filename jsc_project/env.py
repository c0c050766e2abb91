"""Typed readers of the environment. A strange value stops the start, with its name and what was expected.

Every secret ``X`` may also come as ``X_FILE``, a path to a file that holds it
(the form Docker and systemd credentials use).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise ImproperlyConfigured(f"{name} must be one of 1/0, true/false, yes/no, on/off, got {raw!r}")


def env_int(name: str, default: int, *, at_least: int = 0) -> int:
    raw = env_str(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, got {raw!r}") from None
    if value < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, got {value}")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_secret(name: str, default: str = "") -> str:
    """``X``, or the content of the file that ``X_FILE`` names; both set is refused."""
    path = env_str(f"{name}_FILE")
    value = env_str(name)
    if path and value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one")
    if not path:
        return value or default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise ImproperlyConfigured(f"{name}_FILE={path}: cannot be read ({exc})") from exc


def env_secret_list(name: str) -> list[str]:
    return [part.strip() for part in env_secret(name).split(",") if part.strip()]


def kept_secret(name: str, folder: Path) -> str:
    """The environment's secret, else one made once and kept in ``folder`` (mode 600).

    Linking a finished file into place decides between processes that start at the
    same time: all of them read the one that came first.
    """
    given = env_secret(name)
    if given:
        return given
    path = folder / name.lower()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".{name.lower()}.{os.getpid()}.{secrets.token_hex(4)}"
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as out:
            out.write(fernet_shaped_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def fernet_shaped_key() -> str:
    """32 random bytes in url-safe base64: fits Fernet, and is long enough for every other use."""
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(secrets.token_bytes(32)).decode()
