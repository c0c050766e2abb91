"""The XML of ISAPI, read as what a stranger sends: bounded, without entities, in whatever namespace or none.

Firmwares write ``http://www.hikvision.com/ver20/XMLSchema``, ``http://www.isapi.org/ver20/XMLSchema``, other versions
of them, or nothing; so elements are known by their local names.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cameras.footage.source import FootageUnreadable, SourceBroken

MAX_BYTES = 2 << 20
ELEMENTS_MAX = 50_000
TEXT_MAX = 2000
NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"


def parsed(content: bytes, root: str) -> Element:
    """The root element, which must be ``root``.

    Raises:
        FootageUnreadable: it holds entities, or is something else: an HTML page, another document.
        SourceBroken: it is cut off or no XML; or a ResponseStatus, which says what the device is unhappy about.
    """
    if content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise FootageUnreadable("it sends a web page instead of an answer", reason="wrong_content_type")
    try:
        found: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise FootageUnreadable("its XML declares entities", reason="xml_refused") from error
    except (ParseError, ValueError, LookupError) as error:
        raise SourceBroken("its XML is cut off or broken") from error
    if local_name(found) == "ResponseStatus":
        raise SourceBroken(f"it refuses: {status_words(found)}", sub_status=child_text(found, "subStatusCode")[:60])
    if local_name(found) != root:
        raise FootageUnreadable(f"it sends <{local_name(found)[:40]}> instead of <{root}>", reason="wrong_answer")
    return found


def status_words(found: Element) -> str:
    words = child_text(found, "subStatusCode") or child_text(found, "statusString") or "no reason given"
    return re.sub(r"[^\w .-]", "?", words)[:80]


def local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def all_named(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if local_name(one) == name]


def child_text(element: Element, name: str) -> str:
    """The text of the first descendant of that name; empty when there is none."""
    for one in element.iter():
        if local_name(one) == name:
            return (one.text or "").strip()[:TEXT_MAX]
    return ""


# -- Requests ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Search:
    """One span a request: the "Basic" profile takes no more. Times as the device writes them."""

    track: int
    start: str
    end: str
    search_id: str
    position: int = 0
    most: int = 40

    @classmethod
    def of(cls, track: int, start: str, end: str, most: int = 40) -> Search:
        return cls(track, start, end, str(uuid.uuid4()).upper(), most=most)


def search_request(search: Search, *, plain: bool) -> bytes:
    """``plain``: without declaration, namespace and metadata list, and the id in braces; there are firmwares that take
    only the one, and some that take only the other. ``searchResultPostion`` is how they spell it."""
    ident = f"{{{search.search_id}}}" if plain else search.search_id
    body = (
        f"<searchID>{ident}</searchID>"
        f"<trackList><trackID>{search.track}</trackID></trackList>"
        f"<timeSpanList><timeSpan><startTime>{search.start}</startTime><endTime>{search.end}</endTime></timeSpan>"
        f"</timeSpanList><maxResults>{search.most}</maxResults>"
        f"<searchResultPostion>{search.position}</searchResultPostion>"
    )
    if plain:
        return f'<CMSearchDescription version="1.0">{body}</CMSearchDescription>'.encode()
    wanted = "<metadataList><metadataDescriptor>//recordType.meta.std-cgi.com</metadataDescriptor></metadataList>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><CMSearchDescription version="1.0" xmlns="{NAMESPACE}">'
        f"{body}{wanted}</CMSearchDescription>"
    ).encode()


def download_request(uri: str) -> bytes:
    return f'<downloadRequest version="1.0"><playbackURI>{escape(uri)}</playbackURI></downloadRequest>'.encode()


# -- Times ------------------------------------------------------------------------------

_ZONE = re.compile(r"^(?:[A-Za-z]{3,}|<[^>]{1,20}>)\s*([+-]?)(\d{1,2})(?::([0-5]\d))?(?::([0-5]\d))?(.*)$", re.DOTALL)
_WHEN = re.compile(
    r"^(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$", re.IGNORECASE | re.ASCII
)


def zone_of(text: str) -> tzinfo | None:
    """What ``CST-7:00:00`` means: seven hours *ahead* of UTC (POSIX counts the other way round).

    None where it is no such text, or has summer time in it: then only the offset in the local time tells what holds.
    """
    found = _ZONE.match(text.strip())
    if found is None or found[5].strip():
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0), seconds=int(found[4] or 0))
    if ahead > timedelta(hours=14):
        return None
    return timezone(ahead if found[1] == "-" else -ahead)


def when(text: str) -> tuple[datetime, tzinfo | None] | None:
    """A time without its zone, and the zone if one is told (``Z``: UTC, which the caller may know better)."""
    found = _WHEN.match(text.strip())
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(found[number]) for number in range(1, 7))
        return datetime(year, month, day, hour, minute, second), _offset(found[7])  # noqa: DTZ001 - the zone is beside it
    except ValueError:
        return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-ahead if text[0] == "-" else ahead) if ahead < timedelta(hours=24) else None
