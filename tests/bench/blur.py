"""What blurring hides, and what it costs.

    python -m tests.bench.blur [--score 0.5] [--quick]

Needs ``JSC_TESTDATA``. Hidden is what YuNet, a network that has no part in the blurring, finds over ``--score`` and
over 16 pixels before and not after: on the photos (faces alone, without persons' boxes, and as stills with them), on
faces pasted into them at 16 to 120 pixels, and in every frame of two rendered films (faces that bend their way across
a street; the photos wandered across, with cuts). The target is at most 3 % found again.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from analytics.blur import Finders, blurred
from analytics.clip_blur import BlurTask, Eyes, clip_blur
from analytics.detections import Detections
from analytics.faces import CenterFace
from analytics.plates.hide import plate_finder
from analytics.yolo import YoloDetector, YoloOptions
from cameras.footage.frame import Picture
from tests.analytics.faces_again import (
    NO_FACES,
    SIZE,
    YuNet,
    cutouts,
    film,
    frames_of,
    moving,
    panned,
    pasted,
    photos,
)

TARGET = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--score", type=float, default=0.5, help="of YuNet, from which something is a face")
    parser.add_argument("--quick", action="store_true", help="shorter films, one round of pasting")
    options = parser.parse_args()
    data = Path(os.environ["JSC_TESTDATA"])
    with tempfile.TemporaryDirectory() as folder:
        detector = YoloDetector(data / "weights" / "yolov8n_int8.onnx", YoloOptions(var_dir=Path(folder)))
        eyes, net = Eyes(detector, Finders(CenterFace(), plate_finder())), YuNet(data, options.score)
        cost(eyes, data)
        stills(eyes, net, data, rounds=1 if options.quick else 4)
        films(eyes, net, data, Path(folder), seconds=3 if options.quick else 20)


def told(what: str, faces: int, again: int) -> None:
    share = again / max(1, faces)
    print(f"  {what:44} {again:4} of {faces:5} found again, {100 * share:5.2f} % {'' if share <= TARGET else '  OVER'}")


# -- Stills ---------------------------------------------------------------------------------


def stills(eyes: Eyes, net: YuNet, data: Path, rounds: int) -> None:
    print("stills:")
    shown = list(photos(data))
    alone = lambda picture: blurred(picture, Detections.none(), finders=eyes.finders).picture  # noqa: E731
    whole = lambda picture: blurred(picture, eyes.detector.detect([picture])[0], finders=eyes.finders).picture  # noqa: E731
    counted("photos, faces alone", shown, net, alone)
    counted("photos, with persons' boxes", shown, net, whole)
    random, cuts = np.random.default_rng(1), cutouts(data)
    made = [(name, pasted(picture, cuts, random, 8)) for _ in range(rounds) for name, picture in shown]
    counted("pasted at 16-120 px, faces alone", made, net, alone)


def counted(what: str, shown: Iterable[tuple[str, Picture]], net: YuNet, hide: Callable[[Picture], Picture]) -> None:
    faces = again = 0
    left_names = []
    for name, before in shown:
        targets = [face for face in net.targets(before) if (name, round(face.score, 2)) not in NO_FACES]
        after = net.faces(hide(before)) if targets else []
        left = [face for face in targets if any(face.overlap(one) > 0.3 for one in after)]
        faces, again = faces + len(targets), again + len(left)
        left_names += [f"{name} ({face.size_px:.0f} px, {face.score:.2f})" for face in left]
    told(what, faces, again)
    for name in left_names:
        print(f"    {name}")


# -- Films ----------------------------------------------------------------------------------


def films(eyes: Eyes, net: YuNet, data: Path, folder: Path, seconds: float) -> None:
    print(f"films, {SIZE[0]} x {SIZE[1]}:")
    each = 0.5 if seconds < 10 else 1.5
    for fps in (10.0, 25.0):
        filmed(f"moving, {fps:.0f}/s", film(folder / "moving.mp4", moving(data, seconds, fps), fps), eyes, net)
        filmed(f"panned, with cuts, {fps:.0f}/s", film(folder / "panned.mp4", panned(data, fps, each), fps), eyes, net)


def filmed(what: str, source: Path, eyes: Eyes, net: YuNet) -> None:
    destination = source.with_name("blurred.mp4")
    cpu, before_mb, most = time.process_time(), _resident_mb(), [0.0]
    watched = lambda _share: most.append(max(most[-1], _resident_mb()))  # noqa: E731
    report = clip_blur(BlurTask(source, destination, (0, 60), told=watched), eyes)
    cpu, memory_mb = time.process_time() - cpu, most[-1] - before_mb
    faces = again = 0
    for before, after in zip(frames_of(source), frames_of(destination), strict=True):
        found, left = net.again(before, after)
        faces, again = faces + found, again + left
    told(what, faces, again)
    each_ms = 1000 * cpu / report.frames
    print(
        f"    {report.frames} frames, {report.looks} looked at, {report.whole} blurred whole; {report.seconds:.1f} s, "
        f"{cpu:.1f} core-seconds without decoding ({each_ms:.0f} ms a frame), at most {memory_mb:.0f} MB more memory"
    )


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / (1 << 20)


# -- Cost -----------------------------------------------------------------------------------


def cost(eyes: Eyes, data: Path) -> None:
    """Of one picture, on one core, as a worker has it."""
    street = cv2.imread(str(data / "photos" / "street.png"))
    print("cost, core-seconds (median of 7):")
    for width, height in ((640, 360), (1280, 720), (1920, 1080), (3840, 2160)):
        picture = np.asarray(cv2.resize(street, (width, height)), np.uint8)
        near, fine = (_median_s(look, picture) for look in (eyes.finders.faces.near, eyes.finders.faces.fine))
        objects = _median_s(lambda shown: eyes.detector.detect([shown]), picture)
        found = eyes.detector.detect([picture])[0]
        plates = _median_s(partial(eyes.finders.plates.plates, found=found), picture)
        print(
            f"  {width:4} x {height:4}: faces {near:.3f}, closer {fine:.3f}, objects {objects:.3f}, plates {plates:.3f}"
        )


def _median_s(look: Callable[[Picture], object], picture: Picture) -> float:
    look(picture)
    took = []
    for _ in range(7):
        began = time.process_time()
        look(picture)
        took.append(time.process_time() - began)
    return float(np.median(took))


if __name__ == "__main__":
    main()
