"""Operators and officers read words: no page of theirs shows a machine's code where there is a word for it."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from django.urls import reverse

from analytics.checks import MEASUREMENT_KEYS
from analytics.labels import check_label, verdict_label
from analytics.models import AnalysisRun
from analytics.verdict import Verdict
from cameras.models import FootageClip
from cameras.words import WHY
from jsc_project.lib.errors import JscError
from reports.code_words import KINDS, PURPOSES, SENDINGS, STAGES, detail_said, outcome_said, subject_said
from reports.lifecycle import AnnouncementState, Purpose, VerificationState
from reports.models import AccessEntry, Verification
from reports.steps import base
from reports.weighing import OUTCOMES
from tests import factories
from tests.reports import rows
from tests.reports.test_access_log import look_at, original_seen

pytestmark = pytest.mark.django_db


def test_every_check_verdict_stage_kind_and_outcome_has_words() -> None:
    assert not [slug for slug in MEASUREMENT_KEYS if check_label(slug) == slug]
    assert not [verdict for verdict in Verdict if verdict_label(verdict) == verdict]
    assert set(STAGES) == set(VerificationState)
    assert set(PURPOSES) == set(Purpose)
    assert set(SENDINGS) == set(AnnouncementState)
    kinds = {base.REPORT, base.VERIFICATION, base.CLIP, base.ANNOUNCEMENT, base.EXCERPT, base.PHOTO, base.BLURRED}
    assert kinds | {base.PLATES, base.TRIAL} <= set(KINDS)
    assert not [code for code in OUTCOMES if outcome_said(code) == code]


def test_whatever_an_analysis_fails_by_has_words() -> None:
    """An unknown code is shown as it is; those that this project raises are none."""
    for name in ("errors", "plates.ocr", "water_model", "weights", "zones"):
        importlib.import_module(f"analytics.{name}")

    def family(kind: type[JscError]) -> set[type[JscError]]:
        return {kind}.union(*(family(one) for one in kind.__subclasses__()))

    raised = {kind.code for kind in family(JscError) if kind.__module__.startswith("analytics.")}
    assert raised - WHY.keys() - {"error"} == {"blur_taken_over"}, "which nobody is shown: another worker has it"


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("clip 12", "rekaman 12"),
        ("report 2N12-SFYV", "laporan 2N12-SFYV"),
        ("reporter 2N12-SFYV", "pelapor 2N12-SFYV"),
        ("plate 3", "pelat 3"),
        ("kejadian 7", "kejadian 7"),
        ("clip", "clip"),
        ("<b> x", "<b> x"),
        ("", ""),
    ],
)
def test_what_the_access_log_speaks_of_is_told_in_words(stored: str, said: str) -> None:
    assert subject_said(stored) == said


def test_details_of_the_access_log_are_told_in_words() -> None:
    assert detail_said("dry_run", True) == ("hanya rencana", "ya")
    assert detail_said("reports", ["A", "B"]) == ("laporan", "A, B")
    assert detail_said("by", "reporter") == ("menurut", "pelapor")
    assert detail_said("filters", {"orang": "sari"}) == ("saringan", "orang=sari")
    assert detail_said("unheard", 3) == ("unheard", "3")


def page(person: Any, name: str, *args: Any) -> str:
    answer = rows.browser(person).get(reverse(name, args=args))
    assert answer.status_code == 200
    return re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)


@pytest.fixture
def boss(db: None) -> Any:
    return factories.user("boss", is_staff=True, is_superuser=True)


def test_the_access_log_shows_words_and_keeps_what_was_written(boss: Any, menteng: Any, bu_sari: Any) -> None:
    incident = rows.placed(menteng).incident
    look = original_seen(bu_sari, incident)
    look_at(bu_sari)
    listed = page(boss, "admin:reports_accessentry_changelist")
    assert f"rekaman {look.clip_id}" in listed and f"clip {look.clip_id}" not in listed
    entry = AccessEntry.objects.get(subject=f"clip {look.clip_id}")
    assert f"rekaman {look.clip_id}" in page(boss, "admin:reports_accessentry_change", entry.pk)


def test_clips_tell_why_in_words_in_the_list_its_filter_and_on_the_page(boss: Any) -> None:
    camera = factories.camera("CAM-9")
    clip = factories.clip(camera, state="FAILED", reason_code="footage_failed")
    factories.clip(camera, start_at=factories.NOON.replace(hour=1), state="FAILED", reason_code="source_denied")
    listed = page(boss, "admin:cameras_footageclip_changelist")
    assert listed.count("perekam tidak dapat dibaca") >= 2, "in its row, and among the choices"
    shown = page(boss, "admin:cameras_footageclip_change", clip.pk)
    assert "perekam tidak dapat dibaca" in shown
    for text in (listed, shown):
        assert "footage_failed" not in text and "source_denied" not in text
    only = rows.browser(boss).get(reverse("admin:cameras_footageclip_changelist"), {"reason_code": "source_denied"})
    assert list(only.context["cl"].result_list) == [FootageClip.objects.get(reason_code="source_denied")]


def test_analyses_and_looks_name_check_verdict_and_stage(boss: Any, menteng: Any) -> None:
    incident = rows.placed(menteng).incident
    rows.looked_at(incident)
    Verification.objects.update(outcome_code="no_camera", check_slug="stopped_vehicle")
    AnalysisRun.objects.update(check_slug="stopped_vehicle")
    for name in ("admin:analytics_analysisrun_changelist", "admin:reports_verification_changelist"):
        listed = page(boss, name)
        assert "Kendaraan berhenti" in listed and "Terlihat kamera" in listed, name
        assert "stopped_vehicle" not in listed and "SUPPORTED" not in listed, name
    assert "tidak ada kamera yang melihat titik ini" in page(boss, "admin:reports_verification_changelist")
    changes = page(boss, "admin:reports_statuschange_changelist")
    assert "verification " not in changes
