"""What every source's parser gives: a report without the source's spelling, or the list of what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jsc_project.lib.errors import JscError
from jsc_project.lib.geo import LatLon


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a payload: where (RFC 6901 pointer, "" is the whole), a stable code, one sentence."""

    pointer: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


class PayloadInvalid(JscError, ValueError):
    """The sender's to fix: sending the same again gets the same answer. Never holds values, only places."""

    code = "invalid_payload"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the payload cannot be accepted as it is")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class ReportContent:
    """One citizen's report in our words. Texts are cleaned, absent ones are empty; ``happened_at`` is UTC."""

    source: str
    external_id: int
    happened_at: datetime
    point: LatLon
    title: str = ""
    text: str = ""
    image_url: str = ""
    qlue_city: str = ""
    category: str = ""
    disaster_type: str = ""
    reporter: str = ""
    """The name as sent. Only its keyed hash may leave the service that receives it."""

    def comparable(self) -> dict[str, Any]:
        """What makes two deliveries of one external id the same report, as plain JSON values.

        The reporter's name and keys we do not know are left out: a new display name is no
        news about the street.
        """
        return {
            "title": self.title,
            "text": self.text,
            "image_url": self.image_url,
            "qlue_city": self.qlue_city,
            "category": self.category,
            "disaster_type": self.disaster_type,
            "lat": self.point.lat,
            "lng": self.point.lon,
            "happened_at": self.happened_at.isoformat(),
        }

    def sha256(self) -> str:
        """Over ``comparable()``; equal for spellings of one content (key order, offsets, "0012" for 12)."""
        text = json.dumps(self.comparable(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()
