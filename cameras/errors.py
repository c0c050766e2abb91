"""What can be wrong with a camera, its zones, or a list of cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cameras.footage.source import SourceMisconfigured
from jsc_project.lib.errors import JscError, UnreadableInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field, in words for an operator, in both languages of the console."""

    field: str
    code: str
    en: str
    id: str


class CameraDataInvalid(JscError, ValueError):
    """Values that cannot be stored. ``problems`` holds all of them, not only the first."""

    code = "camera_data_invalid"

    def __init__(self, problems: Sequence[Problem], **data: Any) -> None:
        super().__init__("; ".join(problem.en for problem in problems), **data)
        self.problems = tuple(problems)


class CameraInvalid(CameraDataInvalid):
    code = "camera_invalid"


class ZoneInvalid(CameraDataInvalid):
    code = "zone_invalid"


class CredentialsUnreadable(SourceMisconfigured):
    """They were sealed with a key that is not in use any more: somebody has to enter them again."""

    code = "credentials_unreadable"


class ClipGone(JscError, LookupError):
    """The clip's footage is not there: never came, purged, or lost."""

    code = "clip_gone"


class CameraFileUnreadable(UnreadableInput):
    """The file is no list of cameras at all; nothing of it was taken over."""

    code = "camera_file_unreadable"
