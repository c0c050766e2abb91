"""A playlist, and what dates it: its own dates, the settings, the time that was asked for, or nothing yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cameras.footage.hls.dating import AGREE_WHOLE_S, agreement_s, estimated
from cameras.footage.hls.live import about
from cameras.footage.hls.playlist import Entry, MediaPlaylist
from cameras.footage.source import FootageUndated
from cameras.footage.window import TimeWindow

PLAYLIST, SETTINGS, ASKED, NOTHING = "playlist", "start_at", "asked", "none"


@dataclass(frozen=True, slots=True)
class Opened:
    """``how``: what dates it. ``is_final``: it will never hold more of what was asked than it does now.
    ``server_offset_s``: the Date header of who sent it minus our clock."""

    playlist: MediaPlaylist
    how: str
    is_final: bool
    server_offset_s: float | None = None

    def clock(self, offset_s: float) -> dict[str, Any]:
        """For the notes. ``padding_s``: how far off the dates may be."""
        whole = self.how == PLAYLIST and agreement_s(self.playlist.entries) == AGREE_WHOLE_S
        padding_s = self.playlist.target_s if self.how == ASKED else float(whole)
        told: dict[str, Any] = {"how": self.how, "offset_s": offset_s, "padding_s": padding_s}
        if self.server_offset_s is not None:
            told["server_offset_s"] = round(self.server_offset_s, 1)
        return told

    def holds_all_of(self, by_device: TimeWindow, device_now: datetime) -> bool:
        """Whether nothing of the window is still to come."""
        if self.is_final or not self.playlist.entries:
            return self.is_final
        begins = about(self.playlist, device_now)
        if not self.playlist.is_dated:
            # What slid out of the playlist is gone; the rest is dated by the next arrival.
            return begins[0] is not None and by_device.end < begins[0]
        ends = [
            at + timedelta(seconds=one.said_s)
            for at, one in zip(begins, self.playlist.entries, strict=True)
            if at is not None
        ]
        return max(ends) >= by_device.end

    def begins(self, entry: Entry) -> datetime | None:
        """By the stream's clock and the playlist's lengths."""
        for one, at in zip(self.playlist.entries, estimated(self.playlist.entries, {}), strict=True):
            if one.sequence == entry.sequence:
                return at
        return None


def live_or_vod(playlist: MediaPlaylist, start_at: datetime | None, server_offset_s: float | None) -> Opened:
    """The camera's own playlist.

    Raises:
        FootageUndated: it has ended, and neither it nor the settings tell a date.
    """
    if playlist.is_dated or not playlist.entries:
        return Opened(playlist, PLAYLIST, playlist.ended, server_offset_s)
    if start_at is not None:
        return Opened(begun_at(playlist, start_at), SETTINGS, playlist.ended, server_offset_s)
    if playlist.ended:
        raise FootageUndated("the playlist has ended and tells no date; the setting start_at may tell its start")
    return Opened(playlist, NOTHING, is_final=False, server_offset_s=server_offset_s)


def archived(
    playlist: MediaPlaylist, asked_from: datetime, server_offset_s: float | None, *, trusts_asked: bool
) -> Opened:
    """An archive's answer about a window.

    Raises:
        FootageUndated: it tells no date, and what was asked for is not to be taken for one.
    """
    if playlist.is_dated or not playlist.entries:
        return Opened(playlist, PLAYLIST, True, server_offset_s)
    if not trusts_asked:
        raise FootageUndated("the archive's playlist tells no date")
    return Opened(begun_at(playlist, asked_from), ASKED, True, server_offset_s)


def begun_at(playlist: MediaPlaylist, start: datetime) -> MediaPlaylist:
    first = replace(playlist.entries[0], told_at=start)
    return replace(playlist, entries=(first, *playlist.entries[1:]))
