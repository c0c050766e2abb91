"""JSON from strangers: everything that is not plain JSON becomes a fault with its place, never another error."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from reports.intake.base import Fault, PayloadInvalid

MAX_DEPTH = 64
_MAX_INT_DIGITS = 4000
"""Python itself refuses more than 4300, to keep a long number from costing seconds."""


class HugeNumber(str):
    """A number that is valid JSON and fits no type of ours, as its digits."""

    __slots__ = ()


class _NotJson(str):
    """Stands where the text said ``NaN`` or ``Infinity``."""

    __slots__ = ()


class _Doubled:
    """Stands at a key that one object had twice: which of the two was meant is not ours to guess."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``.

    Numbers no type holds come back as ``HugeNumber``. Depth is at most ``MAX_DEPTH``.

    Raises:
        PayloadInvalid: not UTF-8, not JSON, not an object, too deep, a key twice in one object, NaN or Infinity.
    """
    document = _read(body)
    faults = list(_faults(document))
    if faults:
        raise PayloadInvalid(faults[:20])
    if not isinstance(document, dict):
        raise _invalid("not_an_object", "expected a JSON object")
    return document


def _read(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_NotJson,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise _invalid("not_utf8", "the body is not UTF-8") from None
    except RecursionError:
        raise _invalid("too_deep", f"nested more than {MAX_DEPTH} levels deep") from None
    except ValueError:
        raise _invalid("not_json", "the body is not JSON") from None


def _integer(digits: str) -> Any:
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else HugeNumber(digits)


def _number(digits: str) -> Any:
    value = float(digits)
    return value if math.isfinite(value) else HugeNumber(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        members[key] = _Doubled() if key in members else value
    return members


def _faults(document: Any) -> Iterator[Fault]:
    """Walks with a list of its own: Python's stack is not ours to spend on a stranger's nesting."""
    waiting: list[tuple[str, int, Any]] = [("", 0, document)]
    while waiting:
        pointer, depth, value = waiting.pop()
        if isinstance(value, _Doubled):
            yield Fault(pointer, "duplicate_key", "the object has this key twice")
        elif isinstance(value, _NotJson):
            yield Fault(pointer, "not_finite", "NaN and Infinity are not JSON numbers")
        elif depth > MAX_DEPTH:
            yield Fault("", "too_deep", f"nested more than {MAX_DEPTH} levels deep")
            return
        else:
            waiting.extend((f"{pointer}/{key}", depth + 1, child) for key, child in _children(value))


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield key.replace("~", "~0").replace("/", "~1").encode("utf-8", "replace").decode()[:100], child
    elif isinstance(value, list):
        for position, child in enumerate(value):
            yield str(position), child


def _invalid(code: str, detail: str) -> PayloadInvalid:
    return PayloadInvalid([Fault("", code, detail)])
