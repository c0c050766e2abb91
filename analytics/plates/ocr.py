"""The text models that come inside the rapidocr package, run by OpenVINO: nothing is fetched, ever.

Not through ``rapidocr.RapidOCR``: that answers with the best text only, and what decides here is how likely
the *other* characters were. The two networks are the same (PP-OCRv6 small, Apache 2.0).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from analytics.openvino_memory import BOUNDED
from analytics.plates.reading import ALPHABET, Emission, FloatArray
from cameras.footage.frame import Picture
from jsc_project.lib.errors import JscError

FIND_MODEL = "PP-OCRv6_det_small.onnx"
READ_MODEL = "PP-OCRv6_rec_small.onnx"

STRIP_HEIGHT = 48
"""What the reading network was trained on; a strip is scaled to it."""

STRIP_WIDTHS = (240, 320, 480, 720)
"""Few widths, because the runtime prepares itself anew for each one it meets."""

SLASHED = "Øø∅"
LOOKALIKES = {
    "A": "aΑАΔΛ", "B": "bΒВβ", "C": "cСс", "E": "eΕЕ", "H": "hΗН", "I": "ΙІⅠ", "J": "jЈ", "K": "kΚК",
    "M": "mΜМ", "N": "nΝ", "O": "oΟОоＯ", "P": "pΡР", "S": "sЅѕ", "T": "tΤТ", "U": "uū", "V": "v", "W": "w",
    "X": "xΧХ", "Y": "yΥУ", "Z": "zΖ", "D": "d", "F": "f", "G": "g", "L": "l", "Q": "qα", "R": "r",
    "0": "０〇○", "1": "１",
}  # fmt: skip
"""The reader knows 18,000 characters and spreads its doubt over twins that no plate holds."""


class TextModelsMissing(JscError, FileNotFoundError):
    """The rapidocr package is not installed, or came without its models."""

    code = "text_models_missing"


class OcrReader:
    """``TextReader`` with rapidocr's networks.

    ``threads``: for one picture. Make it after a worker has forked: a runtime's threads do not survive a fork.

    Raises:
        TextModelsMissing: see above.
    """

    def __init__(self, threads: int = 2) -> None:
        import openvino

        folder = models_folder()
        core = openvino.Core()
        config = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", **BOUNDED}
        reading = core.read_model(folder / READ_MODEL)
        self._columns, self._slashed = _columns(_characters(reading))
        self._reader = core.compile_model(reading, "CPU", config)
        self._finder = core.compile_model(core.read_model(folder / FIND_MODEL), "CPU", config)

    def text_map(self, picture: Picture) -> FloatArray:
        """Probability of text, ``(H, W)``, sides rounded to multiples of 32."""
        height, width = (max(32, round(side / 32) * 32) for side in picture.shape[:2])
        batch = _normalised(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))[None]
        return np.asarray(self._finder(batch)[0][0, 0], np.float32)

    def read(self, strips: Sequence[Picture]) -> list[Emission]:
        """One ``Emission`` per strip; strips are read together with others of about their width."""
        answers: dict[int, Emission] = {}
        for width, numbers in _by_width(strips).items():
            batch = np.zeros((len(numbers), 3, STRIP_HEIGHT, width), np.float32)
            used = [_fill(batch[row], strips[number]) for row, number in enumerate(numbers)]
            for number, share, probability in zip(numbers, used, self._reader(batch)[0], strict=True):
                answers[number] = self._emission(probability, share)
        return [answers[number] for number in range(len(strips))]

    def _emission(self, probability: npt.NDArray[Any], share: float) -> Emission:
        steps = max(1, int(np.ceil(len(probability) * share)))
        kept = probability[:steps]
        characters = np.stack([kept[:, columns].sum(axis=1) for columns in self._columns], axis=1)
        return Emission(characters.astype(np.float32), kept[:, self._slashed].sum(axis=1).astype(np.float32))


def models_folder() -> Path:
    """Where the installed rapidocr keeps its models; the package itself is not imported (it would open a log)."""
    found = importlib.util.find_spec("rapidocr")
    folder = Path(found.origin).parent / "models" if found and found.origin else None
    if folder is None or not all((folder / name).is_file() for name in (FIND_MODEL, READ_MODEL)):
        raise TextModelsMissing(f"rapidocr's {FIND_MODEL} and {READ_MODEL} are not installed", hint="make setup")
    return folder


def _characters(model: Any) -> list[str]:
    """The network's outputs in order: blank, the list in the model's own notes, space."""
    listed = model.get_rt_info()["framework"]["character"]
    return ["", *str(getattr(listed, "value", listed)).splitlines(), " "]


def _columns(characters: Sequence[str]) -> tuple[list[list[int]], list[int]]:
    where = {character: number for number, character in enumerate(characters)}
    twins = [[where[c] for c in letter + LOOKALIKES.get(letter, letter.lower()) if c in where] for letter in ALPHABET]
    return [sorted(set(columns)) for columns in twins], [where[c] for c in SLASHED if c in where]


def _by_width(strips: Sequence[Picture]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for number, strip in enumerate(strips):
        wanted = STRIP_HEIGHT * strip.shape[1] / strip.shape[0]
        fitting = next((width for width in STRIP_WIDTHS if wanted <= width), STRIP_WIDTHS[-1])
        groups.setdefault(fitting, []).append(number)
    return groups


def _fill(row: FloatArray, strip: Picture) -> float:
    """Put a strip at the left of its row of the batch; the share of the row it takes."""
    width = min(row.shape[2], max(8, round(STRIP_HEIGHT * strip.shape[1] / strip.shape[0])))
    row[:, :, :width] = _normalised(cv2.resize(strip, (width, STRIP_HEIGHT), interpolation=cv2.INTER_LINEAR))
    share: float = width / row.shape[2]
    return share


def _normalised(picture: npt.NDArray[Any]) -> FloatArray:
    return np.asarray((picture.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1), np.float32)
