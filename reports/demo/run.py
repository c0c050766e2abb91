"""One run of the demo: start the processes, send the reports, wait for the verdicts, tell."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from jsc_project.lib.errors import JscError
from jsc_project.supervisor import Supervisor, service_commands, service_environment
from reports.demo.people import Login, demo_password, people_seed
from reports.demo.reset import demo_reset
from reports.demo.sender import Sender, demo_bodies
from reports.models import Kelurahan
from reports.selectors.demo import demo_progress, demo_summary
from reports.selectors.pipeline import accounting
from reports.watchdog import Watchdog

HOST = "127.0.0.1"
READY_WITHIN_S = 90
NOT_IN_DEMO = ("patrol", "recorder")
"""The demo shows one morning in November: nothing is to be recorded, and a look at today would find dead cameras."""


class DemoGaveUp(JscError, TimeoutError):
    code = "demo_gave_up"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    once: bool
    reset: bool
    port: int
    timeout_s: int


def demo_run(options: DemoOptions, err: OutputWrapper) -> dict[str, Any]:
    """The job; returns the summary of DESIGN section 6.

    Raises:
        DemoGaveUp: the service did not become ready, or reports were still on their way at the limit.
        AlreadyRunning: another supervisor holds the var folder.
    """
    started = time.monotonic()
    # Without a terminal rich assumes 80 columns, which breaks every cell of the table.
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 160)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    port = _free_port(options.port)
    commands = service_commands(HOST, port, settings.VAR_DIR)
    for name in NOT_IN_DEMO:
        del commands[name]
    supervisor = Supervisor(commands, settings.VAR_DIR, service_environment(settings.BASE_DIR))
    # Before anything is forgotten: another demo may be running on this folder.
    supervisor.hold()
    try:
        _prepare(options, console)
        supervisor.start()
        base = f"http://{HOST}:{port}"
        _wait_ready(base, supervisor)
        bodies = demo_bodies()
        acknowledged = _send(Sender(base, supervisor), bodies, console)
        ids = [int(body["post_id"]) for body in bodies]
        _wait_settled(ids, supervisor, console, started + options.timeout_s)
        summary = {**demo_summary(ids, acknowledged), "doubled": accounting().doubled}
        summary["seconds"] = round(time.monotonic() - started, 1)
        logins = people_seed(list(Kelurahan.objects.filter(incidents__isnull=False).distinct()))
        _tell(summary, base, logins, console)
        if options.once:
            _say_ended(port, console)
        else:
            _stay(supervisor, console)
    finally:
        supervisor.stop()
    return summary


def _prepare(options: DemoOptions, console: Console) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    if options.reset:
        demo_reset()
    with (settings.VAR_DIR / "logs" / "load_fixtures.log").open("w", encoding="utf-8") as log:
        call_command("load_fixtures", demo=True, stdout=log)
    console.print(f"data: {settings.VAR_DIR}   weights: {Path(settings.JSC_WEIGHTS).name}")


def _free_port(wanted: int) -> int:
    """``wanted``, or one the system picks when that is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise DemoGaveUp("no free port on this machine")


def _wait_ready(base: str, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        supervisor.poll()
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{base}/healthz", timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.3)
    raise DemoGaveUp(f"the web process did not answer within {READY_WITHIN_S} s; see {settings.VAR_DIR / 'logs'}")


@contextlib.contextmanager
def _bar(console: Console, title: str, total: int) -> Iterator[Any]:
    """A progress bar on a terminal; silence elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)


def _send(sender: Sender, bodies: list[dict[str, Any]], console: Console) -> set[int]:
    acknowledged: set[int] = set()
    with _bar(console, "laporan dikirim", len(bodies)) as show:
        for n, body in enumerate(bodies, start=1):
            if sender.send(body):
                acknowledged.add(int(body["post_id"]))
            show(n)
    return acknowledged


def _wait_settled(ids: list[int], supervisor: Supervisor, console: Console, deadline: float) -> None:
    watchdog = Watchdog(supervisor.restart_queue)
    with _bar(console, "laporan selesai diperiksa", len(ids)) as show:
        while True:
            watchdog.look()
            supervisor.poll()
            progress = demo_progress(ids)
            show(progress.settled)
            if not progress.unsettled:
                return
            if time.monotonic() > deadline:
                raise DemoGaveUp(f"still on their way: {progress.unsettled}; see {settings.VAR_DIR / 'logs'}")
            time.sleep(0.5)


def _tell(summary: dict[str, Any], base: str, logins: list[Login], console: Console) -> None:
    table = Table(title="Laporan dan putusan kamera")
    for heading in ("Kode lacak", "Kategori", "Kelurahan", "Kamera", "Putusan", "Alasan", "Lain"):
        table.add_column(heading, overflow="fold")
    for row in summary["rows"]:
        cameras = ", ".join(row["cameras"]) or "-"
        cells = (row["tracking_code"], row["category"], row["kelurahan"] or "-", cameras)
        table.add_row(*cells, row["verdict"] or "-", row["reason"], str(row["others"]))
    console.print(table)
    console.print({key: value for key, value in summary.items() if key != "rows"})
    first = next((row["tracking_code"] for row in summary["rows"] if row["verdict"]), "")
    console.print(f"admin:  {base}/admin/\nwarga:  {base}/lacak/{first}/\nAPI:    {base}/api/v1/reports/{first}/")
    console.print(f"masuk dengan kata sandi {demo_password()}:")
    for login in logins:
        console.print(f"  {login.username}  ({login.role})")


def _say_ended(port: int, console: Console) -> None:
    """Addresses are told above; nobody must try them and think that the demo is broken."""
    console.print(
        "Demo selesai dan layanannya dihentikan: alamat di atas tidak menjawab lagi. Untuk membukanya, nyalakan lagi "
        "(data yang sama, tanpa --once):"
    )
    console.print(f"  {sys.executable} manage.py demo --port {port}", soft_wrap=True, highlight=False)
    console.print(
        "[en] The demo has ended and its service is stopped; start it again with the line above.", markup=False
    )


def _stay(supervisor: Supervisor, console: Console) -> None:
    console.print("Ctrl-C untuk berhenti.")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            for name in supervisor.poll():
                console.print(f"{name} had ended and was started again")
            time.sleep(0.5)
