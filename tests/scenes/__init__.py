"""Synthetic street scenes with exact truth: for tests, for the demo's footage, and for training its small detector.

    from tests.scenes import DEMO_SCENES, ClipPlan, write_clip
    demo = DEMO_SCENES["parked_car"]()
    shots = write_clip(demo.scene, tmp_path / "a.mp4", ClipPlan(fps=5, start=30, seconds=20))
    shots[0].truth[0].box  # x1, y1, x2, y2 in pixels, not cut at the border

Scenes are pure functions of their seeds. Nothing here imports Django.
"""

from __future__ import annotations

from .camera import Camera
from .clip import ClipPlan, write_clip, write_shots
from .demo import DEMO_SCENES, DemoScene
from .scene import Actor, Scene, Shot, Track, Truth
from .street import Lane, Light, Street, lamp_row
from .traffic import Flow, Stop, board, drive, pull_over, walk
from .vehicles import CLASSES, MAKERS

__all__ = [
    "CLASSES",
    "DEMO_SCENES",
    "MAKERS",
    "Actor",
    "Camera",
    "ClipPlan",
    "DemoScene",
    "Flow",
    "Lane",
    "Light",
    "Scene",
    "Shot",
    "Stop",
    "Street",
    "Track",
    "Truth",
    "board",
    "drive",
    "lamp_row",
    "pull_over",
    "walk",
    "write_clip",
    "write_shots",
]
