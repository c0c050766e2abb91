"""``replay_reports FILE --url URL --rate N``: real or recorded reports through a running webhook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput
from reports.intake.bodies import bodies_in
from reports.replay import Refusal, Replay, webhook_url
from reports.signature import key_of

SHOWN = 20


class Command(JscCommand):
    help = "Send the reports of a JSONL or GeoJSON file, signed, to a running webhook."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help=".jsonl: one webhook body a line; .geojson: one report a feature")
        parser.add_argument("--url", required=True, help="the service's base address, or the webhook's own")
        parser.add_argument("--rate", type=float, default=10.0, help="bodies per second at most")
        parser.add_argument("--first-id", type=int, default=1, help="post_id of the first GeoJSON feature")

    def run(self, **options: Any) -> dict[str, Any]:
        if not options["rate"] > 0:
            raise UnreadableInput(f"--rate must be above 0, got {options['rate']:g}")
        _check_url(options["url"])
        bodies = bodies_in(options["file"], first_id=options["first_id"])
        replay = Replay(options["url"], secret=_secret(), rate=options["rate"])
        with _progress(len(bodies)) as advance:
            result = replay.run(bodies, after_each=advance)
        self._tell_refusals(result.refusals)
        return result.as_json()

    def _tell_refusals(self, refusals: list[Refusal]) -> None:
        for refusal in refusals[:SHOWN]:
            self.stderr.write(f"{refusal.place}: {refusal.status or '-'} {refusal.reason}")
        if len(refusals) > SHOWN:
            self.stderr.write(f"... and {len(refusals) - SHOWN} more")


def _check_url(url: str) -> None:
    try:
        address = httpx.URL(webhook_url(url))
        usable = address.scheme in ("http", "https") and bool(address.host)
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        raise UnreadableInput("--url must be an http:// or https:// address")


def _secret() -> str:
    """The first of ``JSC_WEBHOOK_SECRETS``: the newest in a rotation."""
    try:
        secret: str = settings.JSC_WEBHOOK_SECRETS[0]
        key_of(secret)
    except (IndexError, ValueError):
        raise UnreadableInput("JSC_WEBHOOK_SECRETS holds no usable secret to sign with") from None
    return secret


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar where somebody looks, nothing in a log."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("mengirim laporan"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
