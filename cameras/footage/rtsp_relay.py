"""The only way from libav to a camera: a relay on loopback that knows RTSP.

libav connects by itself wherever a URL, a redirect or a name leads it, and tells neither a refusal from a broken
cable nor a camera that went silent from one that ended. So it is given ``rtsp://127.0.0.1:<port>/<token>`` and nothing
else; this relay, in the same killable process, connects to the one address that was checked before, and

- writes the camera's own address into every request, and answers its challenges: libav never sees a credential;
- takes every track but the first video track out of the description, so that sound is never asked for;
- lets no transport but the interleaved one pass, no redirect, no description that is none;
- holds the clock: ``connect_s``, ``silence_s`` without a whole answer or a whole video packet, ``max_bytes``;
- remembers what libav forgets: when each picture arrived, which ones miss packets, what the device's clock says.

    with Relay(target, patience) as relay:      # connects; raises RelayFailed
        container = av.open(relay.url, format="rtsp", options=LIBAV_OPTIONS)
        ...
    relay.trouble                               # why it ended, None after an end that the device announced

``ffmpeg`` reads it as well as PyAV does. Threads: one per relay, which ends with ``close`` or with the trouble.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from types import TracebackType

from cameras.footage.rtsp_answers import channel_of, described, redirected, refusal
from cameras.footage.rtsp_auth import Authorizer
from cameras.footage.rtsp_target import Patience, RelayFailed, Target, Trouble, connected, timed_out, unreadable
from cameras.footage.rtsp_track import Track
from cameras.footage.rtsp_wire import Frame, NotRtsp, Said, Splitter, TooLarge

LIBAV_OPTIONS = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "tcp,rtp,rtsp",
    "allowed_media_types": "video",
}

BLOCK = 1 << 16
TICK_S = 0.5
LIBAV_CONNECTS_S = 15.0
"""libav connects to loopback at once; a starved machine may need a while."""

LIBAV_READS_S = 60.0
"""libav takes nothing for so long: whoever should read it is gone."""

USER_AGENT = "jsc-verify"
DECIDES = frozenset({"DESCRIBE", "SETUP", "PLAY"})
"""What these are answered is the truth about the stream; OPTIONS and keep-alives may fail without harm."""

_END_OF_STREAM = re.compile(r"\b21(?:01|03|04)\b")


class _Over(Exception):
    """The device announced the end."""


@dataclass(slots=True)
class _Asked:
    """A request that waits for its answer. ``number``: libav's own."""

    request: Said
    number: str
    sent_s: float
    answers: int = 0


class Relay:
    """See the module. Facts: ``track``, ``bytes``, ``trouble``, ``played`` (headers that PLAY was answered with)."""

    def __init__(self, target: Target, patience: Patience) -> None:
        """Connects to the camera. Raises RelayFailed when there is no connection."""
        self.track = Track()
        self.trouble: Trouble | None = None
        self.bytes = 0
        self.played: dict[str, str] = {}
        self._target = target
        self._patience = patience
        self._auth = Authorizer(target.username, target.password)
        self._camera = connected(target, patience.connect_s)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1)
        self.url = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/{secrets.token_hex(16)}"
        self._libav: socket.socket | None = None
        self._waiting: dict[int, _Asked] = {}
        self._number = 0
        self._playing = False
        self._moved_s = time.monotonic()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="rtsp-relay", daemon=True)
        self._thread.start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End both connections and the thread; libav reads an end of file. Harmless twice."""
        self._closing = True
        self._hang_up()
        self._thread.join(LIBAV_CONNECTS_S)

    def _hang_up(self) -> None:
        for one in (self._listener, self._camera, self._libav):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    # -- The thread -------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._libav = self._accepted()
            self._pass_on()
        except _Over:
            pass
        except RelayFailed as failure:
            self._note(failure.trouble)
        except OSError:
            self._note(Trouble("source_unreachable", "the connection broke"))
        finally:
            self._hang_up()
            for one in (self._listener, self._camera, self._libav):
                if one is not None:
                    one.close()

    def _note(self, trouble: Trouble) -> None:
        if not self._closing and self.trouble is None:
            self.trouble = trouble

    def _accepted(self) -> socket.socket:
        self._listener.settimeout(LIBAV_CONNECTS_S)
        libav, _ = self._listener.accept()
        self._listener.close()
        libav.settimeout(LIBAV_READS_S)
        libav.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return libav

    def _pass_on(self) -> None:
        """Until one side hangs up, or a limit is reached."""
        camera, libav = self._camera, self._libav
        assert libav is not None
        from_camera, from_libav = Splitter(), Splitter()
        self._moved_s = time.monotonic()
        while not self._closing:
            ready, _, _ = select.select([camera, libav], [], [], TICK_S)
            if libav in ready:
                data = libav.recv(BLOCK)
                if not data:
                    return
                for item in from_libav.feed(data):
                    self._from_libav(item)
            if camera in ready:
                self._take(camera, from_camera)
            self._check_time(from_camera.held)

    def _take(self, camera: socket.socket, splitter: Splitter) -> None:
        while True:
            try:
                data = camera.recv(BLOCK)
            except TimeoutError:  # in the middle of a TLS record
                return
            if not data:
                raise RelayFailed(Trouble("source_unreachable", "it closed the connection"))
            self.bytes += len(data)
            if self.bytes > self._patience.max_bytes:
                raise RelayFailed(unreadable("too_large", f"over {self._patience.max_bytes} bytes came"))
            self._pass_on_parts(splitter, data)
            if not (isinstance(camera, ssl.SSLSocket) and camera.pending()):
                return

    def _pass_on_parts(self, splitter: Splitter, data: bytes) -> None:
        out = bytearray()
        try:
            for item in splitter.feed(data):
                out += item.raw if isinstance(item, Frame) else b""
                if isinstance(item, Frame):
                    self._frame_came(item)
                else:
                    self._give(out)
                    self._from_camera(item)
        except TooLarge as error:
            raise RelayFailed(unreadable("too_large", f"it sends {error}")) from error
        except NotRtsp as error:
            raise RelayFailed(Trouble("source_error", f"it does not speak RTSP: {error}")) from error
        finally:
            self._give(out)

    def _give(self, out: bytearray) -> None:
        """To libav; what it has not read yet may make us wait, and the camera with us."""
        if out and self._libav is not None:
            try:
                self._libav.sendall(out)
            except TimeoutError as error:
                raise RelayFailed(Trouble("footage_failed", "nobody reads the stream")) from error
            out.clear()

    def _check_time(self, held: int) -> None:
        now = time.monotonic()
        silence_s = self._patience.silence_s
        asked_s = min((asked.sent_s for asked in self._waiting.values()), default=now)
        late = now - asked_s > silence_s and not self._playing
        if not late and not (self._playing and now - self._moved_s > silence_s):
            return
        if held:
            raise RelayFailed(timed_out("trickle", f"nothing whole within {silence_s:.0f} s, only crumbs"))
        missed = "video" if self._playing else "answer"
        raise RelayFailed(timed_out("silence", f"no {missed} within {silence_s:.0f} s"))

    # -- From the camera --------------------------------------------------------------

    def _frame_came(self, frame: Frame) -> None:
        now = time.monotonic()
        if frame.channel == self.track.channel:
            self._moved_s = now
            self.track.rtp_came(frame.payload, now)
        elif frame.channel == self.track.channel + 1 and self.track.rtcp_came(frame.payload, now):
            raise _Over

    def _from_camera(self, said: Said) -> None:
        if said.method:
            self._asked_by_camera(said)
            return
        number = said.get("cseq")
        asked = self._waiting.pop(int(number), None) if number.isdecimal() else None
        if asked is None:
            return
        status = said.status or 0
        if status == 401 and self._tries_again(asked, said):
            return
        self._judge(asked.request.method, said, status)
        said.put("CSeq", asked.number)
        said.drop("WWW-Authenticate", "Location")
        self._give(bytearray(said.encoded()))

    def _asked_by_camera(self, said: Said) -> None:
        if said.method == "REDIRECT":
            raise RelayFailed(redirected())
        if said.method == "ANNOUNCE" and _END_OF_STREAM.search(said.get("x-notice") or said.get("notice")):
            raise _Over
        said.body = b""
        self._give(bytearray(said.encoded()))

    def _tries_again(self, asked: _Asked, said: Said) -> bool:
        """Answer a challenge once, and once more where only the nonce was too old."""
        challenges = said.all("www-authenticate")
        stale = any(re.search(r"\bstale\s*=\s*\"?true", text, re.IGNORECASE) for text in challenges)
        if asked.answers >= (2 if stale else 1) or not self._auth.learn(challenges):
            return False
        asked.answers += 1
        self._ask(asked)
        return True

    def _judge(self, method: str, said: Said, status: int) -> None:
        """Raises RelayFailed for an answer that ends it; puts right what libav need not see."""
        if 300 <= status < 400:
            raise RelayFailed(redirected(status))
        if 200 <= status < 300:
            self._learn(method, said)
        elif method in DECIDES or status in (401, 403):
            raise RelayFailed(refusal(status))
        elif method == "OPTIONS":
            said.first = "RTSP/1.0 200 OK"

    def _learn(self, method: str, said: Said) -> None:
        if method == "DESCRIBE":
            said.body = described(said)
        elif method == "SETUP":
            self.track.channel = channel_of(said.get("transport"))
        elif method == "PLAY":
            self._playing, self._moved_s = True, time.monotonic()
            self.played = {name.lower(): value[:500] for name, value in said.headers[:40]}

    # -- From libav -------------------------------------------------------------------

    def _from_libav(self, item: Said | Frame) -> None:
        if isinstance(item, Frame):
            self._camera.sendall(item.raw)
        elif item.method:
            self._forward(item)
        else:
            self._camera.sendall(item.encoded())

    def _forward(self, request: Said) -> None:
        method, uri = request.method, request.uri
        if uri.startswith(self.url):
            uri = self._target.url + uri[len(self.url) :]
        elif not self._number:
            raise RelayFailed(Trouble("footage_failed", "somebody else connected to the relay"))
        if method == "SETUP" and "interleaved" not in request.get("transport"):
            raise RelayFailed(Trouble("source_forbidden", "only the interleaved transport is used"))
        request.first = f"{method} {uri} RTSP/1.0"
        number = request.get("cseq")
        request.put("User-Agent", USER_AGENT)
        request.drop("CSeq", "Authorization")
        for name, value in self._target.play if method == "PLAY" else ():
            request.put(name, value)
        self._ask(_Asked(request, number, 0.0))

    def _ask(self, asked: _Asked) -> None:
        self._number += 1
        request = asked.request
        request.put("CSeq", str(self._number))
        told = self._auth.header(request.method, request.uri)
        if told is not None:
            request.put("Authorization", told)
        asked.sent_s = time.monotonic()
        self._waiting[self._number] = asked
        self._camera.sendall(request.encoded())
