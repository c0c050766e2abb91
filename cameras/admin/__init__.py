"""The operators' pages for cameras, their zones, and the footage taken from them: one file per noun.

Who may come in is decided by Django's permissions on these models; reports/ gives them to
operators. Addresses and credentials stand on the change page alone: no list, no history,
and no page of somebody who may only look.
"""

from __future__ import annotations

from cameras.admin.breaker import SourceBreakerAdmin
from cameras.admin.camera import CameraAdmin
from cameras.admin.checkup import CameraCheckupAdmin
from cameras.admin.clip import FootageClipAdmin, FootageHoldAdmin
from cameras.admin.ring import RingChannelAdmin
from cameras.admin.watch import CameraWatchAdmin

__all__ = [
    "CameraAdmin",
    "CameraCheckupAdmin",
    "CameraWatchAdmin",
    "FootageClipAdmin",
    "FootageHoldAdmin",
    "RingChannelAdmin",
    "SourceBreakerAdmin",
]
