"""The shape of a check: what it needs, what it measures, and which figures can be set."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from analytics.detections import Detector
from analytics.frames import ClipView
from analytics.verdict import CheckResult
from analytics.zones import Zone
from jsc_project.lib.errors import JscError


class ThresholdsInvalid(JscError, ValueError):
    """A threshold is unknown, of the wrong type or out of range; ``data["name"]`` says which."""

    code = "thresholds_invalid"


class CheckUnavailable(JscError, LookupError):
    """The design names this check, and this version has no implementation of it."""

    code = "no_check"


class CheckUnknown(JscError, LookupError):
    """No such check exists."""

    code = "unknown_check"


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """The values a threshold may take, both ends included."""

    low: float
    high: float


class Check(Protocol):
    """One question asked of one clip. Pure: pictures in, verdict out."""

    slug: ClassVar[str]
    version: ClassVar[str]
    """Changes whenever the same footage could get another answer; stored with every run."""
    zone_kinds: ClassVar[tuple[str, ...]]
    """Any one of these kinds serves; empty when the check needs no zone."""
    measurement_keys: ClassVar[tuple[str, ...]]
    defaults: ClassVar[Any]
    """A frozen dataclass: the thresholds and where each comes from."""

    def run(self, clip: ClipView, zones: Sequence[Zone], thresholds: Any, detector: Detector) -> CheckResult:
        """``zones`` are those of the check's kinds, at least one; ``thresholds`` an instance of
        ``type(defaults)``."""


def thresholds_replaced(defaults: Any, given: Mapping[str, Any]) -> Any:
    """``defaults`` with the ``given`` values, each checked against its field's type and range, or read by the field's
    own ``metadata["parse"]`` (name, value).

    Raises:
        ThresholdsInvalid: names the threshold, what was expected and what was given.
    """
    fields = {field.name: field for field in dataclasses.fields(defaults)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in fields:
            raise ThresholdsInvalid(f"unknown threshold {name!r}, known are {', '.join(sorted(fields))}", name=name)
        parse = fields[name].metadata.get("parse")
        allowed = fields[name].metadata.get("range")
        values[name] = parse(name, value) if parse else _checked(name, value, getattr(defaults, name), allowed)
    return dataclasses.replace(defaults, **values)


def figures_parsed(defaults: Any) -> Callable[[str, object], Any]:
    """A field's ``parse`` that reads an object of figures, ``{"name": number}``, over an engine's own ``defaults`` (a
    frozen dataclass); its names are told as ``field.name``.

    Raises:
        ThresholdsInvalid: a figure is unknown, no number, or negative.
    """

    def parse(name: str, value: object) -> Any:
        if isinstance(value, type(defaults)):
            return value
        if not isinstance(value, Mapping):
            raise ThresholdsInvalid(f"{name} must be an object of figures, got {value!r}", name=name)
        known = {f.name: getattr(defaults, f.name) for f in dataclasses.fields(defaults)}
        numbers = {key: known[key] for key in known if isinstance(known[key], int | float)}
        if unknown := [key for key in value if key not in numbers]:
            raise ThresholdsInvalid(f"unknown {name}.{unknown[0]}, known are {', '.join(sorted(numbers))}", name=name)
        given = {key: _number(f"{name}.{key}", one, numbers[key], Range(0, math.inf)) for key, one in value.items()}
        return dataclasses.replace(defaults, **given)

    return parse


def _checked(name: str, value: Any, default: Any, allowed: Range | None) -> Any:
    if isinstance(default, bool):
        return _typed(name, value, bool)
    if isinstance(default, int | float):
        return _number(name, value, default, allowed)
    if isinstance(default, tuple | frozenset):
        if not isinstance(value, list | tuple | set | frozenset) or not all(isinstance(v, str) for v in value):
            raise ThresholdsInvalid(f"{name} must be a list of words, got {value!r}", name=name)
        return type(default)(value)
    return _typed(name, value, type(default))


def _number(name: str, value: Any, default: float, allowed: Range | None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ThresholdsInvalid(f"{name} must be a number, got {value!r}", name=name)
    if isinstance(default, int) and not isinstance(value, int):
        raise ThresholdsInvalid(f"{name} must be a whole number, got {value!r}", name=name)
    if allowed is not None and not allowed.low <= value <= allowed.high:
        raise ThresholdsInvalid(f"{name} must be within {allowed.low:g}..{allowed.high:g}, got {value!r}", name=name)
    return type(default)(value)


def _typed(name: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ThresholdsInvalid(f"{name} must be {kind.__name__}, got {value!r}", name=name)
    return value
