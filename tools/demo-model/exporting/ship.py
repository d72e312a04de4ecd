"""Makes the folder that ships, without traces of the machine that exported it."""

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import onnx

_COPIED = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "config.json",
    "generation_config.json",
)
# Node names such as /model/layers.0/... stay; names of folders and source files do not.
_TRACES = (b"/home/", b"/tmp/", b"/root/", b"/usr/", b".py")
_LARGE_TENSOR = 500_000


def ship(model_folder: Path, exported: Path, out: Path) -> None:
    """Copies config and tokenizer and writes onnx/model.onnx without comments and metadata."""
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    if model_folder.resolve() != out.resolve():
        for name in _COPIED:
            shutil.copy(model_folder / name, out)
    _forget_origin(out / "config.json")
    model = onnx.load(exported / "model.onnx")
    _strip(model)
    onnx.checker.check_model(model)
    path = out / "onnx" / "model.onnx"
    onnx.save_model(model, path)
    _refuse_traces(path)
    _describe(model, path)


def _forget_origin(config_file: Path) -> None:
    config = json.loads(config_file.read_text())
    config.pop("_name_or_path", None)
    config_file.write_text(json.dumps(config, indent=2))


def _strip(model: onnx.ModelProto) -> None:
    graph = model.graph
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*graph.value_info, *graph.initializer]:
        value.doc_string = ""
    del model.metadata_props[:]
    model.doc_string = ""
    graph.doc_string = ""


def _refuse_traces(path: Path) -> None:
    """Raises ValueError if a name in the graph points into a file system; weights are ignored."""
    bare = onnx.load(path)
    del bare.graph.initializer[:]
    serialized = bare.SerializeToString()
    for trace in _TRACES:
        if trace in serialized:
            raise ValueError(f"the graph in {path.name} still holds {trace!r}")


def _describe(model: onnx.ModelProto, path: Path) -> None:
    graph = model.graph
    opsets = [(opset.domain, opset.version) for opset in model.opset_import]
    print(path.stat().st_size / 1e6, "MB; producer", model.producer_name, model.producer_version)
    print("opset", opsets, Counter(node.op_type for node in graph.node))
    inputs = [
        (value.name, [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim])
        for value in graph.input
    ]
    print("inputs", inputs[:5])
    large = [
        (tensor.name, list(tensor.dims))
        for tensor in graph.initializer
        if np.prod(list(tensor.dims)) > _LARGE_TENSOR
    ]
    print("initializers", large)
