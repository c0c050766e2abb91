"""A recorder or camera that speaks RTSP: GStreamer's server, run by the system's Python, which has ``gi``.

    /usr/bin/python3 rtsp_device.py FOLDER USER PASSWORD DIGEST|BASIC

Prints its port. What a channel shows stands in ``FOLDER/<channel>.json``, read anew at each connection:

    {"codec": "h264", "films": ["a.film"],      # pictures, see ``rtsp_server.write_film``
     "speed": 1,                                # media seconds a second
     "live_since": 1790000000.0,                # Unix time at which second 0 is live; null for a recording
     "zero": "2026-11-02T07:00:00",             # what the device's clock shows at second 0
     "zero_utc": "2026-11-02T00:00:00",         # the same in UTC: what times with a Z mean where z_is_utc
     "z_is_utc": true, "starts": "keyframe",    # or "exact": in the middle of a group of pictures
     "holes": "leap",                           # or "close": pictures after a hole are dated as if there were none
     "stops_at_end": false}

Addresses as recorders have them: ``/Streaming/tracks/<channel>01?starttime=..&endtime=..``,
``/cam/playback?channel=..&starttime=..``, ``/vod?id=..&from=<unix>``, and for live ``/Streaming/Channels/<channel>01``.
"""

import json
import re
import struct
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
HEAD = struct.Struct(">dBI")
FOLDER = Path()
LEAD_S = 1.0
CHANNELS = 120
PARSERS = {"h264": ("h264parse", "rtph264pay"), "hevc": ("h265parse", "rtph265pay")}
CAPS = {"h264": "video/x-h264", "hevc": "video/x-h265"}


def load(path):
    """[(seconds, is_key, bytes)] in decode order."""
    data, at, out = path.read_bytes(), 0, []
    while at < len(data):
        t_s, key, size = HEAD.unpack_from(data, at)
        at += HEAD.size
        out.append((t_s, bool(key), data[at : at + size]))
        at += size
    return out


def asked_for(path, query):
    """Channel, start and end as the device's own digits, and whether they carry a Z."""
    given = dict(parse_qsl(query or ""))
    track = re.search(r"/(?:tracks|Channels)/(\d+)\d\d", path)
    if "from" in given:
        start, end = (datetime.fromtimestamp(float(given[k]), UTC).replace(tzinfo=None) for k in ("from", "to"))
        return given["id"], start, end, True
    channel = track[1] if track else given.get("channel", "1")
    found = []
    for name in ("starttime", "endtime"):
        digits = re.sub(r"\D", "", given.get(name, ""))
        found.append(datetime.strptime(digits, "%Y%m%d%H%M%S") if digits else None)
    return channel, found[0], found[1], given.get("starttime", "").endswith("Z")


def chosen(spec, start_s):
    """Pictures from ``start_s`` on; with a start in a hole, from the next picture."""
    pictures = [picture for name in spec["films"] for picture in load(FOLDER / name)]
    if spec["starts"] == "exact":
        return [picture for picture in pictures if picture[0] >= start_s - 0.001]
    keys = [i for i, picture in enumerate(pictures) if picture[1]]
    before = [i for i in keys if pictures[i][0] <= start_s + 0.001]
    if not before:
        return pictures
    group = before[-1]
    following = next((i for i in keys if i > group), len(pictures))
    ended = max(picture[0] for picture in pictures[group:following]) + 0.15 < start_s
    return pictures[following if ended else group :]


def with_parameters(pictures):
    """A stream that begins in the middle of a group of pictures is announced with its parameter sets all the same."""
    first_s, is_key, data = pictures[0]
    keys = [picture[2] for picture in pictures if picture[1]]
    if is_key or not keys:
        return pictures
    units = [unit for unit in keys[0].split(b"\0\0\1") if unit]
    sets = [unit for unit in units if unit[0] & 0x1F in (7, 8) or unit[0] >> 1 & 0x3F in (32, 33, 34)]
    return [(first_s, False, b"".join(b"\0\0\0\1" + unit.rstrip(b"\0") for unit in sets) + data), *pictures[1:]]


class Feeder(threading.Thread):
    """Pushes pictures into one media at their pace."""

    def __init__(self, source, pictures, spec, end_s):
        super().__init__(daemon=True)
        self.source, self.pictures, self.spec, self.end_s = source, with_parameters(pictures), spec, end_s
        self.playing, self.gone = threading.Event(), threading.Event()

    def run(self):
        spec, first_s = self.spec, self.pictures[0][0] if self.pictures else 0.0
        began, shown_s, closed_s, latest_s = None, first_s, 0.0, first_s
        for number, (t_s, _, data) in enumerate(self.pictures):
            if self.end_s is not None and spec.get("stops_at_end") and t_s >= self.end_s:
                break
            if spec["holes"] == "close" and t_s - latest_s > 2.0:
                closed_s += t_s - latest_s - 0.1
            latest_s = max(latest_s, t_s)
            shown_s = max(shown_s, t_s - closed_s)
            if number == 1:
                self.playing.wait()
            if began is None and number:
                began = time.time()
            if spec.get("live_since") is not None:
                due = spec["live_since"] + latest_s
            else:
                due = (began or 0) + (shown_s - first_s) / spec["speed"]
            if number and self.gone.wait(max(0.0, due - time.time())):
                return
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = round((t_s - closed_s - first_s + LEAD_S) * Gst.SECOND)
            if self.source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
        self.source.emit("end-of-stream")


class Shown:
    """What an address shows: its channel, its pictures (none where it shows nothing), and until when."""

    def __init__(self, url):
        self.channel, start, end, has_z = asked_for(url.abspath, url.query)
        told = FOLDER / (self.channel + ".json")
        self.pictures, self.end_s, self.spec = [], None, None
        if not told.exists():
            return
        self.spec = json.loads(told.read_text())
        start_s, self.end_s = (None if at is None else self.seconds(at, has_z) for at in (start, end))
        is_live = self.spec.get("live_since") is not None
        self.pictures = live(self.spec) if is_live else chosen(self.spec, start_s or 0.0)

    def seconds(self, at, has_z):
        zero = self.spec["zero_utc"] if has_z and self.spec["z_is_utc"] else self.spec["zero"]
        return (at - datetime.fromisoformat(zero)).total_seconds()


class Factory(GstRtspServer.RTSPMediaFactory):
    def do_create_element(self, url):
        shown = Shown(url)
        codec = shown.spec["codec"]
        parser, payloader = PARSERS[codec]
        source = "appsrc name=src format=time max-bytes=100000000"
        caps = f"{CAPS[codec]},stream-format=byte-stream,alignment=au"
        bin_ = Gst.parse_launch(f"( {source} caps={caps} ! {parser} config-interval=-1 ! {payloader} name=pay0 pt=96 )")
        (FOLDER / (shown.channel + ".began")).write_text(str(shown.pictures[0][0]))
        bin_.feeder = Feeder(bin_.get_by_name("src"), shown.pictures, shown.spec, shown.end_s)
        return bin_

    def do_configure(self, media):
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)
        media.set_rate_control(False)
        media.set_suspend_mode(GstRtspServer.RTSPSuspendMode.NONE)
        feeder = media.get_element().feeder
        media.connect("new-state", self.moved, feeder)
        media.connect("unprepared", lambda _: feeder.gone.set())
        feeder.start()

    def moved(self, media, state, feeder):
        """Pictures go out when they are pushed, not when a pipeline's clock says so."""
        every = media.get_element().get_parent().iterate_recurse()
        every.foreach(lambda one: one.set_property("sync", False) if one.find_property("sync") else None)
        if state == Gst.State.PLAYING:
            feeder.playing.set()


def live(spec):
    now_s = time.time() - spec["live_since"]
    return [picture for name in spec["films"] for picture in load(FOLDER / name) if picture[0] >= now_s]


def known(_, context):
    """Nothing recorded then, or no such channel: 404, as recorders answer."""
    codes = GstRtsp.RTSPStatusCode
    return codes.OK if Shown(context.uri).pictures else codes.NOT_FOUND


def main():
    global FOLDER
    FOLDER = Path(sys.argv[1])
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(getattr(GstRtsp.RTSPAuthMethod, sys.argv[4]))
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_digest(sys.argv[2], sys.argv[3], token)
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(sys.argv[2], sys.argv[3]), token)
    server.set_auth(auth)
    mounts = server.get_mount_points()
    tracks = [f"/Streaming/{kind}/{n}01" for kind in ("tracks", "Channels") for n in range(1, CHANNELS + 1)]
    for path in (*tracks, "/cam/playback", "/cam/realmonitor", "/vod"):
        factory = Factory()
        factory.add_role_from_structure(
            Gst.Structure.new_from_string(
                "user, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
            )
        )
        mounts.add_factory(path, factory)
    server.connect("client-connected", lambda _, client: client.connect("pre-describe-request", known))
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    loop.run()


main()
