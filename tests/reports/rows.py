"""Rows for the tests of admin, API and pages: an incident that cameras have looked at, with a real picture."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.test import Client

from analytics.models import AnalysisRun, EvidenceStill
from analytics.verdict import Verdict
from reports.lifecycle import ReportState, VerificationState
from reports.models import Incident, Kelurahan, Report, StatusChange, VerificationMatch
from reports.tracking import new_code
from tests import factories

BACKEND = "django.contrib.auth.backends.ModelBackend"
REASON = {
    "code": "dwell",
    "id": "Kamera CAM-RAHASIA: mobil diam 184 dtk di area dilarang berhenti",
    "en": "Camera CAM-RAHASIA: a car stood still for 184 s in a no-stopping zone",
}


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def jpeg(width: int = 640, height: int = 360) -> bytes:
    picture = np.full((height, width, 3), 128, np.uint8)
    cv2.rectangle(picture, (40, 40), (200, 160), (0, 190, 255), 3)
    done, encoded = cv2.imencode(".jpg", picture)
    assert done
    return bytes(encoded)


def placed(area: Kelurahan, *, status: str = "menunggu", verdict: str = "", **extra: Any) -> Report:
    """A report that stands in an incident of ``area``; ``report.incident`` is that incident."""
    of = extra.pop("category", None) or factories.category()
    text = extra.pop("text", "Mobil parkir di trotoar")
    incident = factories.incident(of, area, status=status, verdict=verdict, **extra)
    return factories.report(
        of,
        lat=incident.lat,
        lon=incident.lon,
        tracking_code=new_code(),
        kelurahan=area,
        incident=incident,
        state=ReportState.PLACED,
        text=text,
        received_at=factories.NOON,
    )


def looked_at(incident: Incident, verdict: str = Verdict.SUPPORTED, code: str = "CAM-RAHASIA") -> EvidenceStill:
    """The incident as after a decided look of one camera; its still."""
    camera = factories.camera(
        f"{code}-{incident.pk}", name=f"Simpang {incident.pk}", lat=incident.lat, lon=incident.lon
    )
    clip = factories.clip(camera, state="HELD", covered=[_covered()])
    run = AnalysisRun.objects.create(
        clip=clip,
        check_slug="stopped_vehicle",
        check_version="1",
        zones_version=1,
        model_name="tests",
        weights_sha256="0" * 64,
        thresholds_sha256=uuid.uuid4().hex,
        verdict=verdict,
        confidence=0.91,
        reasons=[REASON],
        coverage=1.0,
    )
    look = factories.verification(
        incident,
        state=VerificationState.DECIDED,
        verdict=verdict,
        reasons=[REASON],
        decided_at=factories.NOON + timedelta(minutes=4),
    )
    VerificationMatch.objects.create(verification=look, camera=camera, rank=0, metres=40.0, clip=clip, run=run)
    Incident.objects.filter(pk=incident.pk).update(verdict=verdict, reasons=[REASON])
    incident.refresh_from_db()
    return still_of(run)


def still_of(run: AnalysisRun, kind: str = "event") -> EvidenceStill:
    still = EvidenceStill(
        run=run, kind=kind, at=factories.NOON, caption_id="mobil diam", sha256=uuid.uuid4().hex, width=640, height=360
    )
    still.file.save(f"{still.pk}.jpg", ContentFile(jpeg()), save=False)
    still.save()
    return still


def changed(incident: Incident, old: str, new: str, **extra: Any) -> StatusChange:
    return StatusChange.objects.create(
        subject_kind="incident", subject_id=incident.pk, incident=incident, what="status", old=old, new=new, **extra
    )


def _covered() -> list[str]:
    start = factories.NOON
    return [start.isoformat(), (start + timedelta(minutes=5)).isoformat()]
