"""Web, workers and beat as supervised processes, without demo data."""

from __future__ import annotations

import shlex
import signal
import socket
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jsc_project.supervisor import AlreadyRunning, Supervisor, service_commands, service_environment
from reports.watchdog import Watchdog

PORT_FREE_WITHIN_S = 10.0
"""What is left of a killed service lets go of its port within seconds."""


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
        supervisor = Supervisor(commands, settings.VAR_DIR, service_environment(settings.BASE_DIR))
        try:
            supervisor.hold()
        except AlreadyRunning as exc:
            raise CommandError(exc.detail) from exc
        _wait_for_port(options["host"], options["port"])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_fixtures", stdout=self.stderr)
        self._tell_checks()
        self._run(supervisor, options)

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
        supervisor.start()
        self.stderr.write(f"http://{options['host']}:{options['port']}/admin/  logs: {settings.VAR_DIR / 'logs'}")
        watchdog = Watchdog(supervisor.restart_queue)
        try:
            while not stopping.wait(0.5):
                for queue in watchdog.look():
                    self.stderr.write(f"work waits in {queue} and nobody takes it: its worker is started again")
                for name in supervisor.poll():
                    self.stderr.write(f"{name} had ended and was started again")
        finally:
            supervisor.stop()


def _wait_for_port(host: str, port: int) -> None:
    """Raises:
    CommandError: something else listens there. Told at once, because the web process would die of it for ever.
    """
    deadline = time.monotonic() + PORT_FREE_WITHIN_S
    while True:
        try:
            family, kind, number, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, number) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                # The address holds the port cut to 16 bits.
                probe.bind((address[0], port, *address[2:]))
            return
        except (OSError, OverflowError) as exc:
            if time.monotonic() > deadline:
                raise CommandError(f"cannot listen on {host}:{port}: {exc}; give another --port") from exc
        time.sleep(0.5)
