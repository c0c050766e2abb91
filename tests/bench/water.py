"""The water model picture by picture: ``python -m tests.bench.water`` (photographs with ``JSC_TESTDATA``).

Prints the share of water and the cover of rubbish against the truth, for drawn scenes of fresh seeds and for the
shared photographs, each also mirrored, dimmed, shrunk and compressed. Odd and even photographs are summed up apart:
choices were made on the even ones, the odd ones tell whether they hold.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from analytics.detections import Detections
from analytics.floating import FloatingRules, Scene, afloat
from analytics.water import water_alone, waters
from analytics.zones import whole_picture
from cameras.footage.frame import Picture
from tests.waterscenes.scene import drawn

FRESH = range(700_000, 700_040)
RIVER, ROAD = whole_picture("river"), whole_picture("road")


def _recompressed(picture: Picture) -> Picture:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 1)


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "as it is": lambda picture: picture,
    "mirrored": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "dimmed": lambda picture: (picture * 0.6).astype(np.uint8),
    "brightened": lambda picture: np.clip(picture * 1.3 + 10, 0, 255).astype(np.uint8),
    "half size": lambda picture: cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "JPEG 30": _recompressed,
    "cropped": lambda picture: picture,
}


def share_of(picture: Picture) -> float:
    return float((water_alone(picture).water > 0.5).mean())


def cover_percent(picture: Picture) -> float:
    return 100 * afloat(Scene(picture, waters(picture), Detections.none()), RIVER, FloatingRules()).cover


def flood_photos(folder: Path) -> Iterator[tuple[str, Picture, np.ndarray]]:
    """Name, picture, and where water is."""
    for path in sorted((folder / "images").glob("*.jpg"), key=lambda path: int(path.stem)):
        picture = cv2.imread(str(path))
        mask = cv2.imread(str(folder / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)
        yield path.stem, picture, cv2.resize(mask, picture.shape[1::-1]) > 127


def trimmed(picture: np.ndarray) -> np.ndarray:
    """Without a sixth of the width on the left and of the height above."""
    return np.ascontiguousarray(picture[picture.shape[0] // 6 :, picture.shape[1] // 6 :])


def errors_of(found: list[float], true: list[float]) -> str:
    pairs = np.array([found, true])
    return f"mean error {np.abs(pairs[0] - pairs[1]).mean():.3f}, correlation {np.corrcoef(pairs)[0, 1]:.2f}"


def floods(folder: Path) -> None:
    photos = list(flood_photos(folder))
    print(f"{'photo':>6} {'true':>6} {'found':>6}  off")
    found, true = [], [float(mask.mean()) for _, _, mask in photos]
    for (name, picture, _), share in zip(photos, true, strict=True):
        found.append(share_of(picture))
        print(f"{name:>6} {share:6.3f} {found[-1]:6.3f} {found[-1] - share:+.3f}")
    print("all  ", errors_of(found, true))
    print("even ", errors_of(found[::2], true[::2]))
    print("odd  ", errors_of(found[1::2], true[1::2]))
    for name, change in CHANGES.items():
        crops = name == "cropped"
        pictures = [trimmed(picture) if crops else change(picture) for _, picture, _ in photos]
        truth = [float(trimmed(mask).mean()) for _, _, mask in photos] if crops else true
        print(f"{name:>12}", errors_of([share_of(picture) for picture in pictures], truth))


def rivers(folder: Path) -> None:
    with (folder / "labels.csv").open() as file:
        rows = [(row["label"], row["file"]) for row in csv.DictReader(file)]
    for label, name in sorted(rows):
        picture = cv2.imread(str(folder / name))
        covers = [cover_percent(change(picture)) for change in CHANGES.values()]
        print(
            f"{label:>16} {name:26} {covers[0]:6.2f} %   changed: " + " ".join(f"{cover:.2f}" for cover in covers[1:-1])
        )


def scenes() -> None:
    found, true, covers, pieces, dry = [], [], [], [], []
    for seed in FRESH:
        scene = drawn(seed)
        found.append(share_of(scene.picture))
        true.append(float(scene.water.mean()))
        covers.append(cover_percent(scene.picture))
        pieces.append(100 * float(scene.pieces.mean()))
        if not scene.water.any():
            dry.append(found[-1])
    print(f"{len(found)} drawn scenes: water {errors_of(found, true)}; rubbish {errors_of(covers, pieces)} (per cent)")
    print(f"{len(dry)} of them without water: median {np.median(dry):.3f}, largest {max(dry):.3f}")


def main() -> None:
    scenes()
    started = time.process_time()
    share_of(np.zeros((1080, 1920, 3), np.uint8))
    print(f"one look at 1080p: {time.process_time() - started:.2f} core-seconds")
    if folder := os.environ.get("JSC_TESTDATA"):
        floods(Path(folder) / "flood")
        rivers(Path(folder) / "river_trash")


if __name__ == "__main__":
    main()
