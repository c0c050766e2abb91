"""MP4 files of which only the index is here, and then some of the pictures; runs in the decoding child.

What the index tells is read from the index alone: libav looks into a picture's bytes before it calls it a keyframe,
and where the bytes are missing there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cameras.footage import demux, join

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

PACKETS_MAX = 2_000_000
"""A day at 25 pictures a second."""


def index_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """``facts`` of the whole file, and ``packets`` in decode order: offset, bytes, seconds from the first frame,
    whether it is a keyframe.

    Raises:
        demux.Refused: it cannot be opened, or does not tell where its pictures lie.
    """
    opened = demux.open_video(request["path"], request["limits"])
    entries = opened.stream.index_entries
    if not 0 < len(entries) <= PACKETS_MAX:
        raise demux.Refused("no_index", f"its index names {len(entries)} pictures")
    keys = frozenset(entry.pos for entry in entries if entry.is_keyframe)
    found = demux.survey(opened, reporter.progress, keys)
    facts = demux.facts(opened, found)
    opened.container.close()
    return {"facts": facts, "packets": _packets(request, found, keys, reporter)}


def _packets(
    request: Mapping[str, Any], found: demux.Survey, keys: frozenset[int], reporter: Reporter
) -> list[list[Any]]:
    opened = demux.open_video(request["path"], request["limits"])
    out: list[list[Any]] = []
    for packet in demux.timed_packets(opened, _ignored):
        reporter.progress()
        if packet.pos is None or packet.pos < 0:
            raise demux.Refused("no_index", "it does not tell where its pictures lie")
        t_s = ((packet.pts or 0) - found.first_pts) * opened.seconds
        out.append([packet.pos, packet.size, t_s, packet.pos in keys])
    opened.container.close()
    return out


def extract_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Copy the packets ``numbers`` (in decode order, ascending) of ``path`` to ``destination``; answers the facts of
    the written file and ``first_s``, the time of its first frame on ``path``'s own line. ``first_pts_s``, ``frame_s``:
    from the index.

    Raises:
        demux.Refused: they cannot be copied into an MP4.
    """
    opened = demux.open_video(request["path"], request["limits"])
    codec, parameters = opened.stream.codec_context.name, join.parameters_of(opened)
    wanted, numbers, ticks = set(request["numbers"]), [], []
    for number, packet in enumerate(demux.timed_packets(opened, _ignored)):
        reporter.progress()
        if number in wanted:
            numbers.append(number)
            ticks.append(round(((packet.pts or 0) * opened.seconds - request["first_pts_s"]) * join.TICKS))
        if len(numbers) == len(wanted):
            break
    opened.container.close()
    if not ticks or codec not in join.COPIED_CODECS:
        raise demux.Refused("no_index", "its pictures cannot be copied as they are")
    survey = demux.Survey([], [], 0, request["frame_s"], True, 0, None)
    chosen = join.Chosen(numbers, ticks, parameters, codec, survey)
    piece = join.Piece(request["path"], 0.0, 0.0, 0.0, cut=True)
    join.copied([(piece, chosen)], request["destination"], request["limits"], reporter)
    return {
        **join.read_back(request["destination"], request["limits"], reporter),
        "first_s": min(ticks) / join.TICKS,
    }


def _ignored(_what: str) -> None:
    """Of missing bytes nothing else is to be expected."""
