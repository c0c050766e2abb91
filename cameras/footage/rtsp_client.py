"""Captures from one RTSP server, in the killable child: addresses are checked here, errors get their names here.

    captured = RtspClient(context).capture(url, folder, "take-1", plan, wall_s=40)
    captured.pieces, captured.ending, captured.error

Credentials go to the child over its standard input: they stand in no argument, no environment, no URL that libav sees.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cameras.footage import source
from cameras.footage.child import Child
from cameras.footage.context import SourceContext
from cameras.footage.guard import InNetworks, checked_address
from cameras.footage.limits import DecodeFailed, DecodeLimits
from cameras.footage.source import FootageError, FootageTimedOut, FootageUnreadable, SourceMisconfigured
from cameras.footage.wire import Kind

PORTS = {"rtsp": 554, "rtsps": 322}
ANSWERS = 5
"""OPTIONS, DESCRIBE, SETUP, PLAY, and the first picture: each may take the whole of the allowed silence."""

START_UP_S = 15.0
MEMORY_MB = 1024

_ERRORS: Mapping[str, type[FootageError]] = {
    error.code: error
    for error in vars(source).values()
    if isinstance(error, type) and issubclass(error, FootageError) and error is not FootageError
}


@dataclass(slots=True)
class Captured:
    """``pieces``: facts of each (fields of ``capture_pieces.Piece``), ascending; the last one may be unfinished when
    the child was killed. ``ending``: fields of ``capture.Ending``, empty then. ``error``: why it ended, None when as
    planned or as the device announced."""

    pieces: list[dict[str, Any]] = field(default_factory=list)
    ending: dict[str, Any] = field(default_factory=dict)
    error: FootageError | None = None

    @property
    def done(self) -> bool:
        return bool(self.ending.get("done"))


def error_of(trouble: Mapping[str, Any]) -> FootageError:
    """The FootageError that a trouble stands for."""
    data = {name: trouble[name] for name in ("what", "reason", "status") if trouble.get(name)}
    return _ERRORS.get(trouble["code"], FootageError)(trouble["detail"], **data)


class RtspClient:
    """One server, with a camera's credentials and limits."""

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def target(self, url: str, play: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
        """Fields of ``rtsp_target.Target``; the host is looked up and its address checked.

        Raises:
            SourceMisconfigured: no rtsp or rtsps address. SourceForbidden, SourceUnreachable, FootageTimedOut: see
            ``guard.checked_address``.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise SourceMisconfigured("the address must begin with rtsp:// or rtsps:// and name a host")
        context, port = self._context, parts.port or PORTS[parts.scheme]
        return {
            "url": url,
            "address": checked_address(parts.hostname, port, InNetworks(context.networks), context.limits.connect_s),
            "port": port,
            "username": context.secrets.get("username", ""),
            "password": context.secrets.get("password", ""),
            "verify_tls": context.settings.get("verify_tls") is not False,
            "play": [list(pair) for pair in play],
        }

    def capture(
        self,
        target: Mapping[str, Any],
        files: Path,
        plan: Mapping[str, Any],
        *,
        wall_s: float,
        came: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> Captured:
        """Never raises for what the camera does.

        ``files``: folder and beginning of the pieces' names. ``plan``: fields of ``capture.Plan``. ``came`` is called
        with a piece's facts as they grow.
        """
        limits, captured = self._context.limits, Captured()
        request = {
            "target": dict(target),
            "patience": {
                "connect_s": limits.connect_s,
                "silence_s": limits.silence_s,
                "max_bytes": limits.max_bytes,
            },
            "folder": str(files.parent.absolute()),
            "stem": files.name,
            "plan": dict(plan),
        }
        try:
            for facts in _events(request, self._limits(wall_s), captured):
                _keep(captured.pieces, facts)
                came(facts)
        except FootageError as error:
            captured.error = _renamed(error)
        trouble = captured.ending.get("trouble")
        if trouble is not None:
            captured.error = error_of(trouble)
        return captured

    def _limits(self, wall_s: float) -> DecodeLimits:
        """Behind the relay's own limits: for a child that hangs in libav's hands."""
        limits = self._context.limits
        silence_s = limits.silence_s + START_UP_S
        open_s = limits.connect_s + ANSWERS * limits.silence_s + START_UP_S
        return DecodeLimits(wall_s=max(1.0, wall_s), open_s=open_s, read_s=silence_s, memory_mb=MEMORY_MB)


def _events(request: Mapping[str, Any], limits: DecodeLimits, captured: Captured) -> Iterator[dict[str, Any]]:
    """Facts of pieces; the ending is put into ``captured``."""
    with contextlib.closing(Child("capture", request, limits)) as child:
        while (message := child.message()).kind is Kind.INFO:
            yield message.body
        captured.ending = message.body
        child.close(reap_s=1.0)


def _keep(pieces: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    if pieces and pieces[-1]["number"] == facts["number"]:
        pieces[-1] = facts
    else:
        pieces.append(facts)


def _renamed(error: FootageError) -> FootageError:
    """What the child's own end says about the camera: the wall time is over, or libav could not read what came."""
    if isinstance(error, FootageTimedOut):
        return FootageTimedOut("the time for this pull is used up", what="wall")
    if isinstance(error, DecodeFailed):
        return FootageUnreadable("the stream cannot be read", reason=error.data.get("reason", "damaged"))
    return error
