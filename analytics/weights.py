"""Weights files: found, identified, and made fast for a CPU. Imports no model library but OpenVINO.

A CPU worker runs OpenVINO whatever the weights came as: on the same core an ONNX
file takes 1.2 to 3 times as long in ONNX Runtime, and one whose activations are
quantised at run time (``DynamicQuantizeLinear``) takes four times as long (104 ms against
26 ms a picture, YOLOv8n at 320 pixels, one EPYC core). So an ONNX file is translated once,
kept under the var folder by its hash, and used from there.
"""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jsc_project.lib.errors import JscError

logger = logging.getLogger(__name__)

OFFICIAL_NAME = re.compile(r"^yolo[a-z0-9]+\.pt$")
"""What ultralytics itself knows how to fetch: "yolo26n.pt", "yolo11s.pt" ..."""

TRANSLATION_VERSION = "2"
"""Part of the cache key: raise it when the translation below changes."""

Kind = Literal["onnx", "openvino", "pickle"]


class WeightsError(JscError, ValueError):
    """The weights cannot be used; ``data["hint"]`` says what to do about it."""

    code = "weights_unusable"


class WeightsMissing(WeightsError):
    code = "weights_missing"


class WeightsRefused(WeightsError):
    """Usable, but a rule of this installation forbids it (a pickle, a download, another hash)."""

    code = "weights_refused"


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file (or OpenVINO folder) on this disk and what it is."""

    path: Path
    kind: Kind
    sha256: str

    @property
    def name(self) -> str:
        return self.path.name


def weights_identify(path: Path) -> Weights:
    """What lies at ``path``.

    Raises:
        WeightsMissing: nothing does.
        WeightsError: something this service cannot read as weights.
    """
    if not path.exists():
        raise WeightsMissing(
            f"no weights at {path}",
            hint="set JSC_WEIGHTS (or --weights) to an .onnx file, an OpenVINO folder or an ultralytics model name",
        )
    if path.is_dir():
        xml = _single_xml(path)
        return Weights(path, "openvino", sha256_of((xml, xml.with_suffix(".bin"))))
    kinds: dict[str, Kind] = {".onnx": "onnx", ".pt": "pickle"}
    if path.suffix.lower() not in kinds:
        raise WeightsError(f"{path.name} is no weights file", hint="known are .onnx, .pt and OpenVINO folders")
    return Weights(path, kinds[path.suffix.lower()], sha256_of([path]))


def _single_xml(folder: Path) -> Path:
    xmls = sorted(folder.glob("*.xml"))
    if len(xmls) != 1 or not xmls[0].with_suffix(".bin").exists():
        raise WeightsError(
            f"{folder.name} is no OpenVINO model folder", hint="it must hold one .xml, its .bin and metadata.yaml"
        )
    return xmls[0]


def sha256_of(paths: Iterable[Path]) -> str:
    """Hash of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def onnx_metadata(path: Path) -> dict[str, str]:
    """The key-value properties of an ONNX file (ultralytics writes names, imgsz, task ... there).

    Raises:
        WeightsError: no ONNX file, or a broken one.
    """
    return {prop.key: prop.value for prop in _onnx_loaded(path).metadata_props}


def _onnx_loaded(path: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path))
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError, OSError, ValueError) as error:
        raise WeightsError(
            f"{path.name} is no usable ONNX file: {str(error)[:200]}",
            hint="fetch the file again and compare its sha256",
        ) from error
    return model


def openvino_folder(weights: Weights, var_dir: Path) -> Path:
    """The OpenVINO translation of an ONNX file, made on first use.

    Two workers may translate at once: the first rename wins, the other's work is thrown away.

    Raises:
        WeightsError: OpenVINO cannot read the model.
    """
    folder = var_dir / "models" / f"{weights.sha256[:16]}-v{TRANSLATION_VERSION}_openvino_model"
    if (folder / "metadata.yaml").exists():
        return folder
    with folder_made_once(folder) as draft:
        _translate(weights, draft)
        logger.info("translated %s (sha256 %s) to OpenVINO", weights.name, weights.sha256)
    return folder


@contextmanager
def folder_made_once(folder: Path) -> Iterator[Path]:
    """A draft folder that becomes ``folder`` in one step when the block ends well."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)
        try:
            draft.replace(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _translate(weights: Weights, draft: Path) -> None:
    import onnx
    import openvino

    model = _onnx_loaded(weights.path)
    unquantised = activations_unquantised(model)
    source = draft / "source.onnx"
    onnx.save(model, str(source))
    try:
        openvino.save_model(openvino.Core().read_model(str(source)), str(draft / "model.xml"), compress_to_fp16=False)
    except RuntimeError as error:
        raise WeightsError(
            f"OpenVINO cannot read {weights.name}: {str(error)[:200]}", hint="export the model again with ultralytics"
        ) from error
    finally:
        source.unlink(missing_ok=True)
    notes = {prop.key: prop.value for prop in model.metadata_props}
    notes["source_sha256"], notes["convolutions_unquantised"] = weights.sha256, str(unquantised)
    (draft / "metadata.yaml").write_text(metadata_yaml(notes), encoding="utf-8")


def metadata_yaml(properties: Mapping[str, str]) -> str:
    """The properties as YAML, Python literals in them unfolded (JSON is YAML)."""
    return "".join(f"{json.dumps(key)}: {json.dumps(_unfolded(value))}\n" for key, value in properties.items())


def _unfolded(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def activations_unquantised(model: Any) -> int:
    """Replace each DynamicQuantizeLinear + ConvInteger group of an ONNX model by one float Conv; how many.

    The weights keep the values they were rounded to; only the rounding of every
    picture's activations goes, which costs time here and precision everywhere.
    """
    import onnx

    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    maker = {output: node for node in graph.node for output in node.output}
    users: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    replaced: dict[str, Any] = {}
    gone: set[str] = set()
    for node in graph.node:
        if node.op_type == "ConvInteger" and (group := _quantised_group(node, maker, users)) is not None:
            weight = onnx.numpy_helper.from_array(_float_weight(node, group, tensors), f"{node.input[1]}_float")
            graph.initializer.append(weight)
            replaced[node.output[0]] = _float_conv(node, group, weight.name)
            gone |= {group.cast.output[0], group.scale.output[0], group.product.output[0]}
    kept = [replaced.get(node.output[0], node) for node in graph.node if node.output[0] not in gone]
    _keep_used(graph, kept)
    return len(replaced)


@dataclass(frozen=True, slots=True)
class _Group:
    """The nodes around one ConvInteger: quantise -> conv -> cast -> product with (scale of x * scale of w)."""

    quantise: Any
    cast: Any
    product: Any
    scale: Any
    weight_scale: str


def _quantised_group(conv: Any, maker: Mapping[str, Any], users: Mapping[str, list[Any]]) -> _Group | None:
    quantise = maker.get(conv.input[0])
    cast = users.get(conv.output[0], [None])[0]
    product = users.get(cast.output[0], [None])[0] if cast is not None else None
    if quantise is None or product is None or quantise.op_type != "DynamicQuantizeLinear":
        return None
    for name in product.input:
        scale = maker.get(name)
        if scale is not None and scale.op_type == "Mul" and quantise.output[1] in scale.input:
            weight_scale = next(other for other in scale.input if other != quantise.output[1])
            return _Group(quantise, cast, product, scale, weight_scale)
    return None


def _float_weight(conv: Any, group: _Group, tensors: Mapping[str, Any]) -> Any:
    import numpy as np
    import onnx

    def array(name: str) -> Any:
        values = onnx.numpy_helper.to_array(tensors[name]).astype(np.float32)
        return values.reshape(-1, 1, 1, 1) if values.size > 1 and values.ndim == 1 else values

    zero = array(conv.input[3]) if len(conv.input) > 3 else np.float32(0)
    return ((array(conv.input[1]) - zero) * array(group.weight_scale)).astype(np.float32)


def _float_conv(conv: Any, group: _Group, weight: str) -> Any:
    import onnx

    node = onnx.helper.make_node(
        "Conv", [group.quantise.input[0], weight], [group.product.output[0]], name=f"{conv.name}_float"
    )
    node.attribute.extend(conv.attribute)
    return node


def _keep_used(graph: Any, nodes: list[Any]) -> None:
    """Put ``nodes`` into the graph without those (and the tensors) that nothing reads any more."""
    read = {name for node in nodes for name in node.input} | {output.name for output in graph.output}
    nodes = [node for node in nodes if set(node.output) & read]
    read = {name for node in nodes for name in node.input}
    tensors = [tensor for tensor in graph.initializer if tensor.name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
