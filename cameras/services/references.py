"""The pictures that the patrol keeps of each camera: what it shall look at, what it showed last, its backgrounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from cameras.models import BackgroundLook, CameraBackground, CameraView, CameraWatch
from cameras.services.backgrounds import BACKGROUNDS, KEPT_PICTURES, looks_purge
from cameras.services.pictures import LOOKS, REFERENCES, STILL_EVERY, picture_bytes, picture_load, picture_save
from cameras.services.views import NoPicture, reference_confirm
from jsc_project.storage import erase

__all__ = [
    "LOOKS",
    "REFERENCES",
    "STILL_EVERY",
    "NoPicture",
    "picture_bytes",
    "picture_load",
    "picture_save",
    "reference_confirm",
    "watch_files_purge",
]

SAFE_AGE = timedelta(hours=24)

ADOPTED: dict[str, Callable[[str], bool]] = {
    LOOKS: lambda name: CameraWatch.objects.filter(still=name).exists(),
    REFERENCES: lambda name: (
        CameraWatch.objects.filter(reference=name).exists() or CameraView.objects.filter(file=name).exists()
    ),
    KEPT_PICTURES: lambda name: BackgroundLook.objects.filter(file=name).exists(),
    BACKGROUNDS: lambda name: CameraBackground.objects.filter(file=name).exists(),
}
"""Folder -> whether a row refers to this file of it."""


def watch_files_purge(now: datetime) -> int:
    """Delete pictures that no row refers to (a killed patrol's, a deleted camera's) and old looks; how many."""
    gone = looks_purge(now)
    for folder, adopted in ADOPTED.items():
        for name in _files(folder):
            if not adopted(name) and default_storage.get_modified_time(name) < now - SAFE_AGE:
                erase(name)
                gone += 1
    return gone


def _files(folder: str) -> list[str]:
    try:
        cameras, _loose = default_storage.listdir(folder)
        return [f"{folder}/{one}/{name}" for one in cameras for name in default_storage.listdir(f"{folder}/{one}")[1]]
    except FileNotFoundError:
        return []
