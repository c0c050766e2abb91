"""What the drawing pages of cameras/ ask of those who know incidents, categories and borders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cameras.models import Camera
from cameras.services.zone_pictures import clip_newest
from cameras.zone_desk import Following, Need, Outline
from jsc_project.lib.geo import LatLon
from reports.access import may_try_zones
from reports.selectors.places import outlines_near
from reports.selectors.zones_waiting import Lack, waiting
from reports.services.trials import Choice, trial_choices
from reports.words import wib


class Desk:
    """Implements ``cameras.zone_desk.ZoneDesk``."""

    def outlines(self, point: LatLon, radius_m: float) -> Sequence[Outline]:
        return [Outline(name, geometry) for name, geometry in outlines_near(point, radius_m)]

    def needs(self, camera: Camera) -> Sequence[Need]:
        found = next((one for one in waiting() if one.camera_id == camera.pk), None)
        return [_need(lack) for lack in found.lacks] if found else []

    def following(self, camera_id: int, position: int) -> Following | None:
        queue = waiting()
        at = next((i for i, one in enumerate(queue) if one.camera_id == camera_id), None)
        after = position if at is None else at + 1
        if after >= len(queue):
            return None
        return Following(queue[after].camera_id, after, len(queue))

    def trial(self, camera: Camera, reader: Any, needs: Sequence[Need]) -> Mapping[str, Any] | None:
        if not may_try_zones(reader, camera):
            return None
        clip = clip_newest(camera)
        ordered = wanted_first(trial_choices(), needs)
        choices = [{"slug": c.category.slug, "label": c.category.label, "kinds": c.kinds} for c in ordered]
        told = f"{wib(clip.start_at)} – {wib(clip.end_at)}" if clip else ""
        return {"url": reverse("uji-zona", args=[camera.pk]), "choices": choices, "clip": told}

    def waiting_url(self) -> str:
        return reverse("zona-menunggu")


def _need(lack: Lack) -> Need:
    return Need(lack.label, lack.kinds, lack_said(lack), lack.category)


def wanted_first(choices: Sequence[Choice], needs: Sequence[Need]) -> list[Choice]:
    """By need: what reports ended without an answer for, the most wanted first; then what a wanted zone serves."""
    wanted = [need.category for need in needs]
    kinds = {kind for need in needs for kind in need.kinds}

    def place(choice: Choice) -> tuple[int, bool]:
        slug = choice.category.slug
        return wanted.index(slug) if slug in wanted else len(wanted), not kinds & set(choice.kinds)

    return sorted(choices, key=place)


def lack_said(lack: Lack) -> str:
    """Why a zone is wanted, in figures of the last 30 days."""
    parts = []
    if lack.reports:
        text = ngettext("%(n)s laporan tak dapat diperiksa", "%(n)s laporan tak dapat diperiksa", lack.reports)
        parts.append(text % {"n": lack.reports})
    if lack.incidents:
        text = ngettext("%(n)s kejadian di dalam pandangannya", "%(n)s kejadian di dalam pandangannya", lack.incidents)
        parts.append(text % {"n": lack.incidents})
    if not parts:
        return _("gambar jenis yang terlihat di gambarnya")
    return _("%(why)s (30 hari)") % {"why": ", ".join(parts)}
