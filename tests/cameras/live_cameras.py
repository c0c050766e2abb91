"""Live cameras that speak RTSP: GStreamer's server, run by the system's Python (it has ``gi``; ours has not).

    /usr/bin/python3 live_cameras.py FOLDER USER PASSWORD PORT COUNT

Prints its port. Camera n is ``/live/<n>``; what it shows stands in ``FOLDER/<n>.json``, read anew at each connection:

    {"film": "a.film",          # pictures, see ``ring_world.write_film``
     "since": 1790000000.0,     # Unix time at which the film's second 0 is live
     "loops": false,            # the film begins anew at its end
     "stamps": "true",          # or "frozen", "fast" (a fifth too fast), "leap" (by 1000 s at second "at"), "back"
     "at": 0,
     "silence": [0, 0],         # seconds of the film in which nothing is sent
     "then": ""}                # the film that follows on at second "at": another size, another coding

A connection is given the running group of pictures at once, as cameras do.
"""

import json
import struct
import sys
import threading
import time
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
HEAD = struct.Struct(">dBI")
FOLDER = Path(sys.argv[1])
LEAD_S = 1.0
_films = {}


def load(name):
    """[(seconds, is_key, bytes)] in decode order."""
    if name not in _films:
        data, at, out = (FOLDER / name).read_bytes(), 0, []
        while at < len(data):
            t_s, key, size = HEAD.unpack_from(data, at)
            at += HEAD.size
            out.append((t_s, bool(key), data[at : at + size]))
            at += size
        _films[name] = out
    return _films[name]


def pictures(spec):
    """From the last keyframe before now on, for ever or to the film's end."""
    film = load(spec["film"])
    if spec["then"]:
        following = [one for one in load(spec["then"]) if one[0] >= spec["at"]]
        film = [one for one in film if one[0] < spec["at"]] + following
    length_s = film[-1][0] + film[1][0] - film[0][0] if spec["loops"] else 0.0
    now_s = time.time() - spec["since"]
    turn_s = length_s * (now_s // length_s) if length_s else 0.0
    keys = [i for i, one in enumerate(film) if one[1] and one[0] + turn_s <= now_s]
    at = keys[-1] if keys else 0
    while True:
        for t_s, _, data in film[at:]:
            yield t_s + turn_s, data
        if not length_s:
            return
        at, turn_s = 0, turn_s + length_s


def stamp(spec, t_s):
    if spec["stamps"] == "frozen":
        return 0.0
    if spec["stamps"] == "fast":
        return t_s * 1.2
    if spec["stamps"] == "leap" and t_s >= spec["at"]:
        return t_s + 1000.0
    return t_s


class Feeder(threading.Thread):
    def __init__(self, source, spec):
        super().__init__(daemon=True)
        self.source, self.spec, self.gone = source, spec, threading.Event()

    def run(self):
        spec, first_s = self.spec, None
        quiet_from, quiet_to = spec["silence"]
        for t_s, data in pictures(spec):
            first_s = stamp(spec, t_s) if first_s is None else first_s
            if self.gone.wait(max(0.0, spec["since"] + t_s - time.time())):
                return
            if quiet_from <= t_s < quiet_to:
                continue
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = round((stamp(spec, t_s) - first_s + LEAD_S) * Gst.SECOND)
            if self.source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
        self.source.emit("end-of-stream")


class Factory(GstRtspServer.RTSPMediaFactory):
    def do_create_element(self, url):
        told = FOLDER / (url.abspath.rsplit("/", 1)[1] + ".json")
        if not told.exists():
            return None
        spec = json.loads(told.read_text())
        bin_ = Gst.parse_launch(
            "( appsrc name=src is-live=true format=time max-bytes=100000000"
            " caps=video/x-h264,stream-format=byte-stream,alignment=au"
            " ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )"
        )
        bin_.feeder = Feeder(bin_.get_by_name("src"), spec)
        return bin_

    def do_configure(self, media):
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)
        media.set_suspend_mode(GstRtspServer.RTSPSuspendMode.NONE)
        feeder = media.get_element().feeder
        media.connect("new-state", self.moved)
        media.connect("unprepared", lambda _: feeder.gone.set())
        feeder.start()

    def moved(self, media, _state):
        """Pictures go out when they are pushed, not when a pipeline's clock says so."""
        every = media.get_element().get_parent().iterate_recurse()
        every.foreach(lambda one: one.set_property("sync", False) if one.find_property("sync") else None)


def main():
    user, password, port, count = sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    mounts = server.get_mount_points()
    for number in range(1, count + 1):
        factory = Factory()
        factory.add_role_from_structure(
            Gst.Structure.new_from_string(
                "user, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
            )
        )
        mounts.add_factory(f"/live/{number}", factory)
    if not server.attach(None):
        sys.exit("the port is taken")
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    loop.run()


main()
