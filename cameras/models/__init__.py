"""Cameras, the footage taken from them, their health, and what our own recorder keeps."""

from cameras.models.blurred import BlurredExcerpt
from cameras.models.camera import Camera, CameraRevision, Zone
from cameras.models.clip import ClipExcerpt, FootageClip, FootageHold, clip_path
from cameras.models.health import CameraCheckup, CameraWatch, PullSlot, SourceBreaker
from cameras.models.ring import RecorderBeat, RingChannel, RingDemand, RingSegment
from cameras.models.views import BackgroundLook, CameraBackground, CameraView

__all__ = [
    "BackgroundLook",
    "BlurredExcerpt",
    "Camera",
    "CameraBackground",
    "CameraCheckup",
    "CameraRevision",
    "CameraView",
    "CameraWatch",
    "ClipExcerpt",
    "FootageClip",
    "FootageHold",
    "PullSlot",
    "RecorderBeat",
    "RingChannel",
    "RingDemand",
    "RingSegment",
    "SourceBreaker",
    "Zone",
    "clip_path",
]
