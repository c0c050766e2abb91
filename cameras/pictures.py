"""Where the apps above put the pictures of a clip into its page: who may look is theirs to know."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.safestring import SafeString

from cameras.models import FootageClip

ClipPictures = Callable[[FootageClip], SafeString]

_hooks: list[ClipPictures] = []


def clip_pictures_register(hook: ClipPictures) -> ClipPictures:
    """Add a maker of HTML (links to views that check who asks). Registering twice counts once."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def clip_pictures(clip: FootageClip) -> SafeString:
    return SafeString("".join(hook(clip) for hook in _hooks))
