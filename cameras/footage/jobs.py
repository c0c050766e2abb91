"""The jobs of the decoding child: read packets, decode frames, join segments, take the newest picture.

Each takes the request and a reporter, and answers the body of the RESULT message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import av.error
import av.video.frame

from cameras.footage import cut, demux, holes, join, newest, sampling, still, still_film, wire
from cameras.footage.decoding import Decoding, Deliver

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

Result = dict[str, Any]


def probe_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """One INFO message per path, in order: facts, or ``reason`` and ``detail``."""
    for path in request["paths"]:
        try:
            facts = _probed(path, request["limits"], reporter)
        except demux.Refused as refused:
            facts = {"reason": refused.reason, "detail": refused.detail}
        reporter.message(wire.Kind.INFO, facts)
    return {}


def _probed(path: str, limits: Mapping[str, Any], reporter: Reporter) -> Result:
    if still.is_still(path):
        height, width = still.load(path, limits["max_pixels"]).shape[:2]
        return still.facts(path, width, height)
    opened = demux.open_video(path, limits)
    try:
        return demux.facts(opened, demux.survey(opened, reporter.progress))
    finally:
        opened.container.close()


def frames_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """INFO with the facts and the mode, then the frames."""
    if still.is_still(request["path"]):
        return still.send(request, reporter)
    opened = demux.open_video(request["path"], request["limits"])
    found = demux.survey(opened, reporter.progress)
    told = demux.facts(opened, found)
    opened.container.close()
    plan = request["plan"]
    mode = sampling.resolve_mode(plan["mode"], told["keyframe_gap_max_s"], found.flags_trusted)
    reporter.message(wire.Kind.INFO, {**told, "mode": mode})
    run = Decoding(request, found, _sender(reporter, plan["long_side"]), reporter.progress)
    if mode == "keyframes":
        run.keyframes()
    if mode == "rate" or (run.sent == 0 and run.tried):
        mode = "rate"  # keyframes that do not decode alone (intra refresh) need what comes before them
        run.rate()
    if run.sent == 0 and run.failed:
        raise demux.Refused("nothing_decodable", f"none of {run.failed} packets could be decoded")
    return {"truncated": run.truncated, "decoded": run.decoded, "mode": mode, "failed": run.failed}


def newest_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """Per path, in order: its newest whole picture, or an INFO message with ``reason`` and ``detail``."""
    for path in request["paths"]:
        try:
            _send_newest(path, request, reporter)
        except demux.Refused as refused:
            reporter.message(wire.Kind.INFO, {"reason": refused.reason, "detail": refused.detail})
        except (av.error.FFmpegError, OSError) as error:
            reporter.message(wire.Kind.INFO, {"reason": "damaged", "detail": str(error)})
    return {}


def _send_newest(path: str, request: Mapping[str, Any], reporter: Reporter) -> None:
    if still.is_still(path):
        still.send_fitted(path, request["limits"]["max_pixels"], request["long_side"], reporter)
    else:
        send_frame(reporter, newest.newest_frame(path, request["limits"], reporter.progress), 0.0, request["long_side"])


def _sender(reporter: Reporter, long_side: int | None) -> Deliver:
    return lambda frame, t_s: send_frame(reporter, frame, t_s, long_side)


def send_frame(reporter: Reporter, frame: av.video.frame.VideoFrame, t_s: float, long_side: int | None) -> None:
    """Scale and convert in one step of libswscale, then write the rows without their padding."""
    width, height = fitted(frame.width, frame.height, long_side)
    shrinks = width < frame.width
    scaled = frame.reformat(width, height, "bgr24", interpolation="AREA" if shrinks else "BILINEAR", threads=1)
    plane = scaled.planes[0]
    row = width * 3
    data = memoryview(plane)
    rows = (
        data[: row * height]
        if plane.line_size == row
        else b"".join(data[at : at + row] for at in range(0, plane.line_size * height, plane.line_size))
    )
    turns = round(frame.rotation / 90) % 4
    flags = (wire.FLAG_KEY if frame.key_frame else 0) | turns << wire.TURNS_SHIFT
    reporter.picture(t_s, flags, (width, height), rows)


def fitted(width: int, height: int, long_side: int | None) -> tuple[int, int]:
    """Never larger than it is, never under one pixel."""
    if long_side is None or max(width, height) <= long_side:
        return width, height
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def capture_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """Record an RTSP stream; see ``capture``. TLS and sockets are imported here: they would slow every other job."""
    from cameras.footage import capture

    return capture.capture_job(request, reporter)


def photo_job(request: Mapping[str, Any], reporter: Reporter) -> Result:
    """A stranger's photo; see ``cameras.photos.job``."""
    from cameras.photos import job

    return job.photo_job(request, reporter)


JOBS: dict[str, Callable[[Mapping[str, Any], Reporter], Result]] = {
    "probe": probe_job,
    "frames": frames_job,
    "join": join.join_job,
    "index": holes.index_job,
    "extract": holes.extract_job,
    "stills": still_film.stills_job,
    "capture": capture_job,
    "cut": cut.cut_job,
    "newest": newest_job,
    "photo": photo_job,
}
