"""The pipeline with its three borders replaced: recorder, analysis and model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from analytics import checks, services
from cameras.models import Camera
from reports import pipeline
from reports.models import Incident, Report, Verification
from tests import factories
from tests.fakes import Analyst, FakeDetector, Recorder


class FakeCheck:
    slug: ClassVar[str] = "stopped_vehicle"
    version: ClassVar[str] = "1"
    zone_kinds: ClassVar[tuple[str, ...]] = ("no_stopping",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("longest_dwell_s",)
    defaults: ClassVar[Any] = None


@dataclass
class World:
    """``recorder`` says what footage there is, ``analyst`` what the check answers, both by camera code."""

    recorder: Recorder = field(default_factory=Recorder)
    analyst: Analyst = field(default_factory=Analyst)

    def camera(self, code: str = "CAM-1", **extra: Any) -> Camera:
        made = factories.camera(code, source_kind="fake", source_settings={"code": code}, **extra)
        factories.zone(made)
        return made

    def run(self) -> int:
        return pipeline.run_until_quiet()

    def reported(self, **extra: Any) -> Report:
        """One report, taken through everything that can be done now."""
        report = factories.report(**extra)
        self.run()
        report.refresh_from_db()
        return report

    def looked(self, **extra: Any) -> Verification:
        """The last look at the incident of a new report."""
        return self.last_look(self.reported(**extra).incident)

    def last_look(self, incident: Incident | None) -> Verification:
        return Verification.objects.filter(incident=incident).order_by("pk").latest("pk")


def build(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(checks, "CHECKS", {"stopped_vehicle": FakeCheck()})
    monkeypatch.setattr("cameras.footage.registry.source_for", world.recorder.source_for)
    monkeypatch.setattr(services, "analyse_file", world.analyst.analyse_file)
    services.detector_set(FakeDetector())
    return world


def happened(minutes: float) -> datetime:
    """``minutes`` after noon in Jakarta."""
    return factories.NOON + timedelta(minutes=minutes)
