"""The embedded doorbell: kombu's filesystem transport with whole messages and a fixed routing table.

kombu 5.7 writes a message into the file that readers already see, moves it through
the system's temporary folder, and keeps its routing in files that are written while
others read them. A reader in another process then finds half a message or half a
table and the worker dies of a parse error. Here a message appears by ``rename``, is
taken by ``rename`` within the same folder, and every exchange leads to the queue of
its own name.
"""

from __future__ import annotations

import json
import logging
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Messages are files ``<order>_<id>.<queue>.msg``; the oldest name is read first."""

    def get_table(self, exchange: str) -> list[Any]:
        return [filesystem.exchange_queue_t(exchange, "", exchange)]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Nothing to write: the table is fixed."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        half = folder / f"{name}.half"
        half.write_text(json.dumps(payload), encoding="utf-8")
        half.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        folder = Path(self.data_folder_in)
        for path in sorted(folder.glob(f"*.{queue}.msg")):
            taken = path.with_suffix(f".{uuid.uuid4().hex}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker was faster
            try:
                return dict(json.loads(taken.read_text(encoding="utf-8")))
            except ValueError:
                # A torn file (power cut) is a lost ring; the sweep rings again.
                log.warning("unreadable doorbell message %s dropped", path.name)
            finally:
                taken.unlink(missing_ok=True)
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel


def register() -> None:
    """Make ``filesystem://`` mean this transport, in every process that loads the Celery application."""
    TRANSPORT_ALIASES["filesystem"] = "jsc_project.broker:Transport"
