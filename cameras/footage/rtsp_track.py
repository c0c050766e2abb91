"""What the relay learns from the RTP and RTCP that pass through it: arrivals, losses, the device's own clock."""

from __future__ import annotations

import struct
import threading
from collections import deque
from dataclasses import dataclass, field

ARRIVALS_MAX = 4096
"""Pictures whose arrival is remembered: minutes at any camera's rate, and far more than libav holds back."""

NTP_TO_UNIX_S = 2_208_988_800
RTP_HEAD = 12
SENDER_REPORT, BYE = 200, 203

_RTP = struct.Struct(">BBHII")
_REPORT = struct.Struct(">IIII")


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The device says which time its clock (``ntp_s``, Unix seconds) showed at RTP time ``rtp``; it came at
    ``arrived_s`` (monotonic)."""

    ntp_s: float
    rtp: int
    arrived_s: float


@dataclass(slots=True)
class Track:
    """One video track. Written by the relay's thread, read by the one that reads the stream.

    ``arrivals``: RTP time -> monotonic seconds of its first packet, in the order they came. ``torn``: RTP times of
    pictures that miss a packet. ``lost``: packets missing by their numbers.
    """

    channel: int = -1
    arrivals: dict[int, float] = field(default_factory=dict)
    torn: set[int] = field(default_factory=set)
    reports: deque[SenderReport] = field(default_factory=lambda: deque(maxlen=256))
    lost: int = 0
    packets: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _number: int | None = None
    _rtp: int | None = None
    _ended: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether the last packet that came ended its picture."""
        return self._ended

    def rtp_came(self, payload: memoryview, now_s: float) -> None:
        if len(payload) < RTP_HEAD:
            return
        _, kind, number, rtp, _ = _RTP.unpack_from(payload)
        self.packets += 1
        if self._number is not None and number != (self._number + 1) & 0xFFFF:
            self._note_gap(number, rtp)
        if rtp != self._rtp:
            with self._lock:
                self.arrivals.setdefault(rtp, now_s)
                self._forget()
        self._number, self._rtp, self._ended = number, rtp, bool(kind & 0x80)

    def _note_gap(self, number: int, rtp: int) -> None:
        assert self._number is not None
        self.lost += min((number - self._number - 1) & 0xFFFF, 1000)
        self.torn.add(rtp)
        if not self._ended and self._rtp is not None:
            self.torn.add(self._rtp)

    def _forget(self) -> None:
        if len(self.arrivals) > ARRIVALS_MAX:
            for rtp in list(self.arrivals)[: ARRIVALS_MAX // 4]:
                del self.arrivals[rtp]
                self.torn.discard(rtp)

    def waiting(self) -> list[int]:
        """RTP times of pictures that were not taken yet, in the order they came."""
        with self._lock:
            return list(self.arrivals)

    def take(self, rtp: int) -> float | None:
        """When the picture arrived; those that came before it are passed over. None for an unknown one."""
        with self._lock:
            if rtp not in self.arrivals:
                return None
            for older in list(self.arrivals):
                arrived_s = self.arrivals.pop(older)
                if older == rtp:
                    return arrived_s
                self.torn.discard(older)
        return None

    def rtcp_came(self, payload: memoryview, now_s: float) -> bool:
        """True when the device says that the track is over."""
        over, at = False, 0
        while at + 8 <= len(payload) and payload[at] >> 6 == 2:
            kind, size = payload[at + 1], 4 * (int.from_bytes(payload[at + 2 : at + 4], "big") + 1)
            if kind == SENDER_REPORT and at + 24 <= len(payload):
                high, low, rtp, _ = _REPORT.unpack_from(payload, at + 8)
                self.reports.append(SenderReport(high - NTP_TO_UNIX_S + low / (1 << 32), rtp, now_s))
            over = over or kind == BYE
            at += size
        return over
