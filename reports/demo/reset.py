"""Forgets an earlier demo."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from jsc_project.lib.errors import JscError
from reports import guards
from reports.demo.sender import demo_bodies
from reports.models import Report
from reports.services.access_log import anchors_file


class ResetRefused(JscError, RuntimeError):
    code = "reset_refused"


def demo_reset() -> None:
    """Empty database, broker and media of this var folder.

    Raises:
        ResetRefused: the database holds reports that the demo did not send.
    """
    own = {int(body["post_id"]) for body in demo_bodies()}
    others = Report.objects.exclude(source="qlue", external_id__in=own).count()
    if others:
        raise ResetRefused(f"{others} reports here are not the demo's; give the demo a JSC_VAR_DIR of its own")
    with guards.lowered():
        call_command("flush", interactive=False, verbosity=0)
    if anchors_file().is_relative_to(settings.VAR_DIR):
        anchors_file().unlink(missing_ok=True)
    for folder in (settings.VAR_DIR / "broker", Path(settings.MEDIA_ROOT), settings.VAR_DIR / "cache"):
        if folder.is_relative_to(settings.VAR_DIR):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
