"""Where the apps above put pictures into these pages: who may look, and how faces are hidden, is theirs to know."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from cameras.models import FootageClip
from jsc_project.lib.errors import JscError

log = logging.getLogger(__name__)

ClipPictures = Callable[[FootageClip], SafeString]
ClipLinks = Callable[[FootageClip, Any], SafeString]
StillBlur = Callable[[bytes], bytes]

_hooks: list[ClipPictures] = []
_links: list[ClipLinks] = []
_blurs: list[StillBlur] = []


def clip_pictures_register(hook: ClipPictures) -> ClipPictures:
    """Add a maker of HTML (links to views that check who asks). Registering twice counts once."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def clip_pictures(clip: FootageClip) -> SafeString:
    return SafeString("".join(hook(clip) for hook in _hooks))


def clip_links_register(hook: ClipLinks) -> ClipLinks:
    """Add a maker of links for one reader (clip, user): nothing at all for those who may not follow them."""
    if hook not in _links:
        _links.append(hook)
    return hook


def clip_links(clip: FootageClip, reader: Any) -> SafeString:
    return SafeString("".join(hook(clip, reader) for hook in _links))


def still_blur_register(blur: StillBlur) -> StillBlur:
    """``blur`` makes of a picture file (JPEG, PNG) a JPEG in which nobody can be made out, or raises. The last one
    registered counts."""
    _blurs[:] = [blur]
    return blur


def still_blur_known() -> bool:
    """Whether a still can be shown to people at all."""
    return bool(_blurs)


def still_blurred(picture: bytes) -> bytes | None:
    """The picture as people may see it; None when nothing hides the faces, or hiding them failed."""
    if not _blurs:
        return None
    try:
        return _blurs[-1](picture)
    except JscError as error:
        log.warning("a still is not shown, because it cannot be blurred: %s", error)
        return None
    except Exception:  # whatever a model or a codec raises, an unblurred picture is not the answer
        log.exception("a still is not shown, because blurring it failed")
        return None
