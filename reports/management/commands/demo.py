"""The main job, end to end, on this machine: `make demo`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jsc_project.env import kept_secret
from jsc_project.lib.errors import JscError

WEIGHTS = settings.BASE_DIR / "fixtures" / "weights" / "jsc-demo-rendered-scenes-only.onnx"


def demo_environment() -> dict[str, str]:
    """Defaults of the demo; what the environment says already always wins."""
    defaults = {
        "JSC_WEIGHTS": str(WEIGHTS),
        "JSC_FOOTAGE_ROOT": str(settings.BASE_DIR / "fixtures" / "footage"),
        "JSC_STORAGE_RESERVE_MB": "64",
        "JSC_PATROL_EVERY_MIN": "0",
    }
    if "JSC_WEBHOOK_SECRETS_FILE" not in os.environ:
        secret = kept_secret("DEMO_WEBHOOK_SECRET", settings.KEYS_DIR)
        # Fernet-shaped means url-safe base64; the webhook format wants the plain alphabet.
        defaults["JSC_WEBHOOK_SECRETS"] = "whsec_" + secret.replace("-", "+").replace("_", "/")
    given = {name: value for name, value in os.environ.items() if value}
    return {**os.environ, **{name: given.get(name, value) for name, value in defaults.items()}, "JSC_DEMO": "1"}


class Command(BaseCommand):
    help = "Signed reports in, cameras matched, footage checked, verdicts in the lurah's queue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do the job and stop")
        parser.add_argument("--json", action="store_true", help="the summary as one JSON object on the last line")
        parser.add_argument("--reset", action="store_true", help="forget an earlier demo first")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--timeout", type=int, default=1500, help="seconds until the job is given up")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.JSC_DEMO:
            # Settings are read once, at the start: the demo's defaults have to be there before.
            sys.stdout.flush()
            os.execve(sys.executable, [sys.executable, *sys.argv], demo_environment())  # noqa: S606 - ourselves
        from reports.demo.run import DemoOptions, demo_run

        chosen = DemoOptions(options["once"], options["reset"], options["port"], options["timeout"])
        try:
            summary = demo_run(chosen, self.stderr)
        except JscError as exc:
            raise CommandError(exc.detail) from exc
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
        if summary["lost"] or summary["doubled"]:
            sys.exit(1)
