"""The ways from a clip's page, which knows no incidents, to its pictures; for those who may follow them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cameras.models import FootageClip
from cameras.services.excerpts import clip_is_playable
from reports.access import clips_visible_to, may_see_originals
from reports.services.blurred import clip_is_shown


def link_to_blurred(clip: FootageClip, reader: Any) -> SafeString:
    if not clip_is_shown(clip) or not clips_visible_to(reader).filter(pk=clip.pk).exists():
        return SafeString("")
    address, words = reverse("putar", args=[clip.pk]), _("Putar, disamarkan")
    return format_html('<a class="jsc-cam-play jsc-cam-blurred" href="{}">▶&nbsp;{}</a> ', address, words)


def link_to_original(clip: FootageClip, reader: Any) -> SafeString:
    if not may_see_originals(reader) or not clip_is_playable(clip):
        return SafeString("")
    address = reverse("rekaman-asli", args=[clip.pk])
    return format_html('<a class="jsc-cam-play" href="{}">▶&nbsp;{}</a>', address, _("Rekaman asli"))
