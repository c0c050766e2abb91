"""A short part of a clip as an MP4 that every browser plays; runs in the decoding child.

Copied as it is where browsers can play it and a keyframe stands near the wished start; otherwise encoded anew to
H.264. The clip is one file on true time already, so times here are its own presentation times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cameras.footage import demux, join
from cameras.footage.join import Chosen, Piece

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

PLAYABLE_FORMATS = frozenset({"yuv420p", "yuvj420p"})
"""Browsers decode 8 bit 4:2:0 and nothing else in H.264."""


def cut_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Write ``destination``; answers the facts of the written file, read back from it.

    ``from_s``, ``to_s``: presentation times in ``path``. ``early_s``: how much sooner a copy may begin to start at
    a keyframe; it then ends as much sooner if it would last longer than ``longest_s``. Answers also ``first_s``,
    presentation time of the first written picture, and ``transcoded``: why it was encoded anew, or None.

    Raises:
        demux.Refused: the clip cannot be opened, or shows nothing in this range.
    """
    limits, destination = request["limits"], request["destination"]
    whole = Piece(request["path"], 0.0, 0.0, 0.0, cut=True)
    found = join.surveyed(whole, limits, reporter)
    offset_s = _first_s(request["path"], limits, found)
    from_s, to_s = max(0.0, request["from_s"] - offset_s), request["to_s"] - offset_s
    if not any(from_s - join.EDGE_S <= at < to_s for at in found.times_s):
        raise demux.Refused("no_frames", "no picture lies in this range")
    key_s = max((key for key in found.keys_s if key <= from_s + join.EDGE_S), default=None)
    why = _why_encoded(request, limits, None if key_s is None else from_s - key_s)
    if why is None and key_s is not None:
        piece = replace(whole, from_s=key_s, to_s=min(to_s, key_s + request["longest_s"]))
        some = join.chosen_packets(piece, limits, reporter)
        written, first = join.copied([(piece, some)], destination, limits, reporter), min(some.ticks)
    else:
        piece = replace(whole, from_s=from_s, to_s=to_s)
        written, first = join.encoded([(piece, _blank(piece, limits, found))], destination, limits, reporter)
    first_s = offset_s + first / join.TICKS
    return {
        **join.read_back(destination, limits, reporter),
        "first_s": first_s,
        "transcoded": why,
        "written": written,
    }


def _first_s(path: str, limits: Mapping[str, Any], found: demux.Survey) -> float:
    opened = demux.open_video(path, limits)
    opened.container.close()
    return found.first_pts * opened.seconds


def _why_encoded(request: Mapping[str, Any], limits: Mapping[str, Any], to_key_s: float | None) -> str | None:
    opened = demux.open_video(request["path"], limits)
    try:
        context = opened.stream.codec_context
        if context.name != "h264":
            return f"codec_not_for_browsers: {context.name}"
        if context.pix_fmt not in PLAYABLE_FORMATS:
            return f"format_not_for_browsers: {context.pix_fmt}"
    finally:
        opened.container.close()
    return "no_keyframe_near" if to_key_s is None or to_key_s > request["early_s"] else None


def _blank(piece: Piece, limits: Mapping[str, Any], found: demux.Survey) -> Chosen:
    """What the encoder needs to know of a piece whose packets nobody chose."""
    opened = demux.open_video(piece.path, limits)
    try:
        return Chosen([], [], join.parameters_of(opened), opened.stream.codec_context.name, found)
    finally:
        opened.container.close()
