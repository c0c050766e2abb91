"""The only importer of ultralytics: weights in, ``Detections`` out.

Import and load happen in ``YoloDetector(...)``, so after the worker has forked: the
threads of a model do not survive a fork. Nothing here touches the network unless
an official model name is given and downloads are allowed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analytics import weights as weight_files
from analytics.detections import Detections, DetectorIdentity, detections_merged
from analytics.tiles import Tile, tiles_for
from analytics.weights import OFFICIAL_NAME, Weights, WeightsError, WeightsMissing, WeightsRefused
from cameras.footage.frame import Picture

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class YoloOptions:
    """How to load and run weights.

    ``var_dir``: where translations, downloads and ultralytics' own settings go. ``min_confidence``:
    the floor of what is reported; checks ask for more. ``tile``: also look at overlapping squares of
    a picture that is much wider than the model's input. ``threads`` for one picture: one, because two
    halve the wait and double the work. ``sha256``: refuse other weights than these.
    """

    var_dir: Path = Path("var")
    allow_pickle: bool = False
    allow_download: bool = False
    sha256: str | None = None
    min_confidence: float = 0.15
    nms_iou: float = 0.6
    tile: bool = True
    threads: int = 1


class YoloDetector:
    """A YOLO model of ultralytics as a ``Detector``.

    Raises:
        WeightsError: missing, broken or refused weights, with a hint in ``data["hint"]``.
    """

    def __init__(self, weights: str | Path, options: YoloOptions = YoloOptions()) -> None:
        began = time.perf_counter()
        self._options = options
        _quiet_environment(options)
        found = self._found(str(weights))
        if options.sha256 and options.sha256 != found.sha256:
            raise WeightsRefused(
                f"{found.name} has sha256 {found.sha256}, expected {options.sha256}",
                hint="the file is not the one this installation trusts; fetch it again",
            )
        self._model = _model_loaded(self._runnable(found), options)
        self._identity = DetectorIdentity(found.name, found.sha256)
        self._warm_up(found)
        self.load_s = time.perf_counter() - began
        logger.info("detector %s sha256 %s loaded in %.1f s", found.name, found.sha256, self.load_s)

    @property
    def identity(self) -> DetectorIdentity:
        return self._identity

    @property
    def input_px(self) -> int:
        """Longer side of what the model looks at."""
        return max(self._model.input_hw)

    @property
    def class_names(self) -> frozenset[str]:
        return frozenset(self._model.names.values())

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        """One ``Detections`` per BGR picture, in order."""
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Picture) -> Detections:
        height, width = picture.shape[:2]
        tiles = tiles_for(width, height, self.input_px) if self._options.tile else [Tile(0, 0, width, height)]
        seen = [self._in_tile(picture, tile) for tile in tiles]
        return seen[0] if len(seen) == 1 else detections_merged(seen, self._options.nms_iou)

    def _in_tile(self, picture: Picture, tile: Tile) -> Detections:
        xyxy, confidence, classes = self._model.predict(tile.cut(picture))
        names = tuple(self._model.names[int(number)] for number in classes)
        height, width = picture.shape[:2]
        boxes = (xyxy + np.array([tile.x, tile.y, tile.x, tile.y], np.float32)) / np.array(
            [width, height, width, height], np.float32
        )
        found = Detections(boxes.astype(np.float32).reshape(-1, 4), confidence.astype(np.float32), names)
        return found.only(tile.whole_objects(xyxy, width, height))

    def _found(self, weights: str) -> Weights:
        path = Path(weights).expanduser()
        if not path.exists() and OFFICIAL_NAME.match(weights):
            path = _official(weights, self._options)
            return weight_files.weights_identify(path)
        found = weight_files.weights_identify(path)
        if found.kind == "pickle" and not self._options.allow_pickle:
            raise WeightsRefused(
                f"{found.name} is a pickle, which can run any code when it is loaded",
                hint="export it to ONNX, or set JSC_ALLOW_PICKLED_WEIGHTS=1 if you trust where it came from",
            )
        return found

    def _runnable(self, found: Weights) -> Path:
        if found.kind == "pickle":
            if _has_gpu():
                return found.path
            found = _exported(found, self._options)
        if found.kind == "onnx":
            return weight_files.openvino_folder(found, self._options.var_dir)
        return found.path

    def _warm_up(self, found: Weights) -> None:
        blank = np.full((self.input_px, self.input_px, 3), 114, np.uint8)
        try:
            self.detect([blank])
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise WeightsError(
                f"{found.name} loads but cannot look at a picture: {str(error)[:200]}",
                hint="is it a detection model exported by ultralytics?",
            ) from error


class _Ultralytics:
    """The loaded model: a BGR array in, pixel boxes out."""

    def __init__(self, path: Path, options: YoloOptions) -> None:
        from ultralytics import YOLO

        self._yolo = YOLO(str(path), task="detect")
        self._device = "0" if path.suffix == ".pt" and _has_gpu() else "cpu"
        self._options = options
        self._path = path
        self.input_hw = _input_hw(path)
        self.names: dict[int, str] = dict(self._yolo.names)

    def predict(self, picture: Picture) -> tuple[Any, Any, Any]:
        """``(N, 4)`` xyxy in pixels, ``(N,)`` confidence, ``(N,)`` class numbers."""
        [result] = self._yolo.predict(
            picture,
            imgsz=list(self.input_hw),
            conf=self._options.min_confidence,
            iou=self._options.nms_iou,
            device=self._device,
            verbose=False,
            save=False,
        )
        boxes = result.boxes
        return boxes.xyxy.cpu().numpy(), boxes.conf.cpu().numpy(), boxes.cls.cpu().numpy()

    def limit_threads(self, threads: int) -> None:
        """Compile an OpenVINO model again with the threads we pay for: ultralytics offers no setting for it."""
        backend = getattr(getattr(getattr(self._yolo, "predictor", None), "model", None), "backend", None)
        compile_model = getattr(backend, "compile_model", None)
        compiled = getattr(backend, "ov_compiled_model", None)
        if backend is None or compile_model is None or compiled is None:
            return
        config = dict(compile_model.keywords.get("config", {}), INFERENCE_NUM_THREADS=threads)
        runtime = _openvino_read(self._path)
        if runtime is not None:
            backend.ov_compiled_model = compile_model(runtime, config=config)


def _openvino_read(folder: Path) -> Any:
    import openvino

    xmls = sorted(folder.glob("*.xml")) if folder.is_dir() else []
    return openvino.Core().read_model(str(xmls[0])) if xmls else None


def _model_loaded(path: Path, options: YoloOptions) -> _Ultralytics:
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(max(1, options.threads))
    try:
        model = _Ultralytics(path, options)
        model.predict(np.full((64, 64, 3), 114, np.uint8))
        model.limit_threads(options.threads)
    except (RuntimeError, ValueError, TypeError, KeyError, StopIteration, OSError, SyntaxError) as error:
        raise WeightsError(
            f"{path.name} cannot be loaded: {str(error)[:200]}", hint="fetch the weights again and compare their sha256"
        ) from error
    return model


def _input_hw(path: Path) -> tuple[int, int]:
    """The fixed input (height, width) that the export's metadata names, 640 x 640 where it names none."""
    import yaml

    notes = path / "metadata.yaml"
    if not path.is_dir() or not notes.exists():
        return 640, 640
    size = (yaml.safe_load(notes.read_text(encoding="utf-8")) or {}).get("imgsz", 640)
    sides = list(size) if isinstance(size, list | tuple) else [size]
    return int(sides[0]), int(sides[-1])


def _quiet_environment(options: YoloOptions) -> None:
    """Ultralytics reads these once, at import: no installs, no usage reports, its settings in our folder."""
    folder = (options.var_dir / "ultralytics").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ["YOLO_VERBOSE"] = "false"
    os.environ.setdefault("YOLO_OFFLINE", "false" if options.allow_download else "true")
    os.environ.setdefault("OPENVINO_TELEMETRY_DISABLED", "1")
    from ultralytics.utils import LOGGER, SETTINGS
    from ultralytics.utils.events import events

    LOGGER.setLevel(logging.WARNING)
    events.enabled = False
    if SETTINGS.get("sync"):
        SETTINGS.update({"sync": False})


def _official(name: str, options: YoloOptions) -> Path:
    """The official model of this name, downloaded by ultralytics once into the var folder."""
    target = options.var_dir / "models" / "official" / name
    if target.exists():
        return target
    if not options.allow_download:
        raise WeightsMissing(
            f"{name} is not on this machine and downloads are off",
            hint=f"put the file at {target}, or allow the download, or name other weights",
        )
    from ultralytics.utils.downloads import attempt_download_asset

    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _inside(target.parent):
            attempt_download_asset(name)
    except (OSError, RuntimeError) as error:
        raise WeightsMissing(f"{name} could not be downloaded: {error}", hint=f"put the file at {target}") from error
    if not target.exists():
        raise WeightsMissing(f"{name} could not be downloaded", hint=f"put the file at {target}")
    logger.info("downloaded %s sha256 %s", name, weight_files.sha256_of([target]))
    return target


@contextlib.contextmanager
def _inside(folder: Path) -> Any:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _has_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _exported(found: Weights, options: YoloOptions) -> Weights:
    """An ONNX export of a PyTorch model, made once and kept by the model's hash."""
    folder = options.var_dir / "models" / f"{found.sha256[:16]}-onnx"
    if not (folder / "model.onnx").exists():
        from ultralytics import YOLO

        with weight_files.folder_made_once(folder) as draft:
            copy = draft / found.path.name
            copy.write_bytes(found.path.read_bytes())
            made = Path(YOLO(str(copy), task="detect").export(format="onnx", imgsz=640, verbose=False))
            made.rename(draft / "model.onnx")
            copy.unlink()
    return weight_files.weights_identify(folder / "model.onnx")
