"""What a camera's answers mean: refusals by their name, descriptions and transports that can be used."""

from __future__ import annotations

import re

from cameras.footage.rtsp_target import RelayFailed, Trouble, unreadable
from cameras.footage.rtsp_wire import Said, only_video


def described(said: Said) -> bytes:
    """The description with its video track alone."""
    told = said.get("content-type").partition(";")[0].strip().lower()
    if told != "application/sdp":
        raise RelayFailed(unreadable("wrong_content_type", f"it describes its stream as {told[:60] or 'nothing'}"))
    video = only_video(said.body.decode("utf-8", "replace"))
    if video is None:
        raise RelayFailed(unreadable("no_video", "the stream has no video track"))
    return video.encode()


def channel_of(transport: str) -> int:
    found = re.search(r"interleaved=(\d{1,3})", transport)
    if "tcp" not in transport.lower() or found is None:
        raise RelayFailed(unreadable("transport_refused", "it does not send video over the same connection"))
    return int(found[1])


def refusal(status: int) -> Trouble:
    """What a refusing answer means."""
    if status in (401, 403):
        words = "it does not take the user name and password" if status == 401 else "this user may not do that"
        return Trouble("source_denied", words, status=status)
    if status in (404, 410):
        return Trouble("channel_missing", "it knows no stream at this address", status=status)
    if status == 457:  # Invalid Range
        return Trouble("footage_missing", "it has nothing at that time", status=status)
    if status in (406, 415, 461):
        return Trouble(
            "footage_unreadable", f"it cannot send what we read ({status})", reason="transport_refused", status=status
        )
    return Trouble("source_error", f"it answers {status}", status=status)


def redirected(status: int = 0) -> Trouble:
    return Trouble("source_forbidden", "it redirects to another address", what="redirect", status=status)
