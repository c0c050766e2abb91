"""What a source is given besides its settings: where it may go, what it may spend, whose name it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

Network = IPv4Network | IPv6Network


class Secrets(Mapping[str, str]):
    """Credentials by name (``username``, ``password``, ``token``). Its text never shows a value, so that no log,
    error page or debugger that prints a source prints one."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = {name: value for name, value in (values or {}).items() if value}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("credentials are not pickled")


@dataclass(frozen=True, slots=True)
class PullLimits:
    """``connect_s`` until a connection stands; ``silence_s`` without a byte; slower than ``min_bytes_per_s`` over
    ``slow_s`` is a stall (a camera that trickles holds a worker as surely as one that hangs). ``wall_s`` for all
    of a pull, waiting for a real-time source excluded: those get the window's length on top. ``max_bytes`` per pull.
    """

    connect_s: float = 5.0
    silence_s: float = 10.0
    slow_s: float = 15.0
    min_bytes_per_s: float = 4_000.0
    wall_s: float = 270.0
    max_bytes: int = 4 << 30

    def __post_init__(self) -> None:
        for name in ("connect_s", "silence_s", "slow_s", "min_bytes_per_s", "wall_s", "max_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be over 0, got {getattr(self, name)}")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SourceContext:
    """``root``: folder sources read below it. ``networks``: the only addresses a source may connect to.

    ``clock_offset_s``: the device's clock minus true time as set for the camera, seconds; a source that can ask
    the device uses what it measures instead. ``scratch``: a folder that outlives this try, None when there is none.
    """

    settings: Mapping[str, Any]
    root: Path = Path("/nonexistent")
    networks: tuple[Network, ...] = ()
    secrets: Secrets = field(default_factory=Secrets)
    clock_offset_s: float = 0.0
    limits: PullLimits = field(default_factory=PullLimits)
    scratch: Path | None = None
    now: Callable[[], datetime] = _now
