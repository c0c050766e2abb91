"""One picture out of each of many files, at the price of one start of the decoding child.

A start costs more than decoding a still, and the patrol looks at thousands of cameras.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cameras.footage.child import Child
from cameras.footage.decode import for_each, upright
from cameras.footage.frame import Picture
from cameras.footage.limits import DecodeFailed, DecodeLimits
from cameras.footage.source import FootageError
from cameras.footage.wire import Kind

LIMITS = DecodeLimits(wall_s=60.0)


def newest_pictures(
    paths: Sequence[Path], long_side: int = 960, limits: DecodeLimits = LIMITS
) -> dict[Path, Picture | FootageError]:
    """The newest picture (BGR, upright, made smaller until it fits ``long_side``) of each still or video file.

    A file that kills the child costs only itself. ``limits.wall_s`` holds for each child.
    """
    return for_each(paths, lambda waiting: _answers(waiting, long_side, limits))


def _answers(paths: Sequence[Path], long_side: int, limits: DecodeLimits) -> Iterator[Picture | FootageError]:
    child = Child("newest", {"paths": [str(path.absolute()) for path in paths], "long_side": long_side}, limits)
    try:
        while (message := child.message()).kind is not Kind.RESULT:
            if message.kind is Kind.FRAME:
                yield upright(message)
            else:
                yield DecodeFailed(message.body["detail"], reason=message.body["reason"])
        child.close(reap_s=1.0)
    finally:
        child.close()
