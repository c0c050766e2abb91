"""Getting playlists: the master's variants, then the media playlist of the one that fits."""

from __future__ import annotations

from datetime import tzinfo

from cameras.footage.fetch import Fetcher, Reply
from cameras.footage.hls.playlist import PLAYLIST_BYTES_MAX, MediaPlaylist, Variant, chosen, parsed
from cameras.footage.source import ChannelMissing, FootageUnreadable

VARIANTS_TRIED = 3


class PlaylistReader:
    """The media playlist behind one address; the way through the master is found once and kept.

    ``offset_s``: the server's Date header minus our clock at the last answer, or None. It is the server's clock; what
    dates the pictures may be another.
    """

    def __init__(self, http: Fetcher, address: str, *, quality: str, zone: tzinfo) -> None:
        self._http = http
        self._address = address
        self._quality = quality
        self._zone = zone
        self._media_address: str | None = None
        self.offset_s: float | None = None

    def read(self) -> MediaPlaylist:
        """The playlist as it is now.

        Raises:
            FootageUnreadable: what came is no playlist, or a master that names masters.
            FootageError: it could not be had.
        """
        if self._media_address is not None:
            try:
                return self._media(self._media_address)
            except ChannelMissing:
                self._media_address = None  # sessions end; the master names the next one
        found = self._get(self._address)
        if isinstance(found, MediaPlaylist):
            return found
        return self._of_variant(chosen(found, self._quality))

    def _of_variant(self, variants: list[Variant]) -> MediaPlaylist:
        missing: ChannelMissing | None = None
        for variant in variants[:VARIANTS_TRIED]:
            try:
                playlist = self._media(variant.address)
            except ChannelMissing as error:
                missing = missing or error
                continue
            self._media_address = variant.address
            return playlist
        if missing is not None:
            raise missing
        raise FootageUnreadable("the playlist names no quality", reason="bad_playlist")

    def _media(self, address: str) -> MediaPlaylist:
        found = self._get(address)
        if isinstance(found, MediaPlaylist):
            return found
        raise FootageUnreadable("a master playlist that names another", reason="nested_playlist")

    def _get(self, address: str) -> MediaPlaylist | tuple[Variant, ...]:
        reply = self._http.get(address, max_bytes=PLAYLIST_BYTES_MAX)
        self.offset_s = reply.offset_s
        _check_type(reply)
        return parsed(reply.text, str(self._http.url(address).copy_with(raw_path=reply.path.encode())), self._zone)


def _check_type(reply: Reply) -> None:
    """Playlists are sent as half a dozen types, some wrong; a page for people is none of them."""
    if reply.content_type in ("text/html", "application/json") and not reply.content.startswith(b"#EXTM3U"):
        raise FootageUnreadable(f"it sends {reply.content_type} instead", reason="wrong_content_type")
