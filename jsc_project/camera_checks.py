"""System checks of the cameras' sources: where they may lead, and whether they can be used at all."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Advice

from jsc_project.checks import _finding, _strict

NO_PLACE_FOR_CAMERAS = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10", "0.0.0.0/8", "224.0.0.0/4", "ff00::/8")
)
"""This machine itself, link-local addresses (a cloud's metadata service among them), and what no host has."""
NAMED_MOST = 10


@register(Tags.security)
def camera_networks(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Whoever may change a camera decides where our workers connect to: the list must hold cameras and nothing else."""
    if not _strict():
        return []
    wide = [str(network) for network in settings.JSC_CAMERA_NETWORKS if _leads_astray(network)]
    if not wide:
        return []
    return [
        Error(
            f"JSC_CAMERA_NETWORKS holds {', '.join(wide)}: this machine, link-local (metadata) addresses, or all.",
            hint="Name the networks the cameras and recorders stand in, e.g. 10.20.0.0/16,10.21.4.0/24.",
            id="jsc.E021",
        )
    ]


def _leads_astray(network: Any) -> bool:
    same = [one for one in NO_PLACE_FOR_CAMERAS if one.version == network.version]
    return any(network.overlaps(one) for one in same)


@register(Tags.database)
def camera_sources(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Only with ``check --database default`` and at the start of ``up``: it asks the database."""
    if not databases or "default" not in databases:
        return []
    from django.db import DatabaseError

    from cameras.models import Camera

    columns = ("code", "source_kind", "source_settings", "source_secrets")
    try:
        cameras = list(Camera.objects.filter(active=True).exclude(source_kind="").only(*columns).order_by("code"))
    except DatabaseError:
        return []  # before the first migrate there is nothing to judge
    return [*_unreachable(cameras), *_misconfigured(cameras), *_sealed(cameras)]


def _unreachable(cameras: Sequence[Any]) -> list[CheckMessage]:
    from cameras.footage.registry import recorder_of

    asked = sum(bool(recorder_of(camera.source_settings)) for camera in cameras)
    if not asked or settings.JSC_CAMERA_NETWORKS:
        return []
    return [
        _finding(
            f"{asked} cameras are reached over a network, and JSC_CAMERA_NETWORKS is empty: none is ever asked.",
            hint="Name the networks the cameras and recorders stand in: JSC_CAMERA_NETWORKS=10.20.0.0/16,...",
            number="020",
        )
    ]


def _misconfigured(cameras: Sequence[Any]) -> list[CheckMessage]:
    from cameras.footage.registry import validate

    wrong = [camera.code for camera in cameras if validate(camera.source_kind, camera.source_settings)]
    if not wrong:
        return []
    return [
        Advice(
            f"The footage source of {len(wrong)} cameras cannot be used as it is set: {_named(wrong)}.",
            hint="Open them in admin, or ask one of them: manage.py test_camera CODE.",
            id="jsc.W022",
        )
    ]


def _sealed(cameras: Sequence[Any]) -> list[CheckMessage]:
    from cameras.errors import CredentialsUnreadable

    closed = []
    for camera in cameras:
        try:
            _ = camera.secrets
        except CredentialsUnreadable:
            closed.append(camera.code)
    if not closed:
        return []
    return [
        Advice(
            f"The stored credentials of {len(closed)} cameras cannot be opened: {_named(closed)}.",
            hint="Put the key they were stored with behind the new one in JSC_FIELD_KEYS and run manage.py "
            "reseal_secrets, or enter them again in admin.",
            id="jsc.W023",
        )
    ]


def _named(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - NAMED_MOST} more" if len(codes) > NAMED_MOST else ""
    return ", ".join(codes[:NAMED_MOST]) + more
