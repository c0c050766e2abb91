"""Web, workers and beat as supervised processes, without demo data."""

from __future__ import annotations

import shlex
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jsc_project.supervisor import AlreadyRunning, Supervisor, service_commands


class Command(BaseCommand):
    help = "Run web, workers and beat as supervised processes until interrupted."
    # The checks are run below and shown, but a finding must not take a city's intake down with it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--print", action="store_true", help="print the command lines and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        commands = service_commands(options["host"], options["port"], settings.VAR_DIR)
        if options["print"]:
            for name, command in commands.items():
                self.stdout.write(f"{name}: {shlex.join(command)}")
            return
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_fixtures", stdout=self.stderr)
        self._tell_checks()
        self._run(Supervisor(commands, settings.VAR_DIR, cwd=settings.BASE_DIR), options)

    def _tell_checks(self) -> None:
        from django.core import checks

        for finding in checks.run_checks(include_deployment_checks=True, databases=["default"]):
            # Django's own deployment advice is for `check --deploy`; here it would bury what stops the service's work.
            if str(finding.id).startswith("jsc."):
                self.stderr.write(f"{'!!' if finding.is_serious() else '! '} {finding}")

    def _run(self, supervisor: Supervisor, options: dict[str, Any]) -> None:
        stopping = threading.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: stopping.set())
        try:
            supervisor.start()
        except AlreadyRunning as exc:
            raise CommandError(exc.detail) from exc
        self.stderr.write(f"http://{options['host']}:{options['port']}/admin/  logs: {settings.VAR_DIR / 'logs'}")
        try:
            while not stopping.wait(0.5):
                for name in supervisor.poll():
                    self.stderr.write(f"{name} had ended and was started again")
        finally:
            supervisor.stop()
