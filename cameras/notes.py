"""What the apps above tell on a camera's page: how it has been judged is theirs to know."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.safestring import SafeString

CameraNotes = Callable[[int], SafeString]
"""From a camera's id to HTML."""

_hooks: list[CameraNotes] = []


def camera_notes_register(hook: CameraNotes) -> CameraNotes:
    """Registering twice counts once."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def camera_notes(camera_id: int) -> SafeString:
    """Empty where nobody has anything to tell."""
    return SafeString("".join(hook(camera_id) for hook in _hooks))
