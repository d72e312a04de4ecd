"""Quantizes the shipped model with onnxruntime's own tools, for the numbers of the README.

The product has quantizers of its own; these files are what they can be compared with.
"""

import logging
import shutil
from collections import Counter
from pathlib import Path

import onnx
from onnxruntime.quantization import (
    QuantType,
    matmul_bnb4_quantizer,
    matmul_nbits_quantizer,
    quantize_dynamic,
)
from onnxruntime.transformers.float16 import convert_float_to_float16

KINDS = ["fp32", "fp16", "w8", "int8", "int4", "int4asym", "nf4"]

_BLOCK = 32
_NF4_TYPE, _NF4_BLOCK = 1, 64


def variant_path(folder: Path, kind: str) -> Path:
    """Where the variant lies."""
    return folder / f"model_{kind}.onnx"


def write_variants(model_folder: Path, folder: Path) -> None:
    """Writes all kinds and prints their sizes and operators."""
    logging.disable(logging.INFO)
    folder.mkdir(parents=True, exist_ok=True)
    source = model_folder / "onnx" / "model.onnx"
    shutil.copy(source, variant_path(folder, "fp32"))
    half = convert_float_to_float16(onnx.load(source), keep_io_types=True, disable_shape_infer=True)
    onnx.save_model(half, variant_path(folder, "fp16"))
    for kind in ("int4", "int4asym", "w8"):
        _write_blocks(source, variant_path(folder, kind), kind)
    nf4 = matmul_bnb4_quantizer.MatMulBnb4Quantizer(onnx.load(source), _NF4_TYPE, _NF4_BLOCK)
    nf4.process()
    onnx.save_model(nf4.model.model, variant_path(folder, "nf4"))
    quantize_dynamic(
        source,
        variant_path(folder, "int8"),
        weight_type=QuantType.QInt8,
        per_channel=False,
        reduce_range=False,
        extra_options={"MatMulConstBOnly": True},
    )
    for kind in KINDS:
        _describe(kind, variant_path(folder, kind))


def _write_blocks(source: Path, target: Path, kind: str) -> None:
    config = matmul_nbits_quantizer.DefaultWeightOnlyQuantConfig(
        block_size=_BLOCK,
        is_symmetric=kind != "int4asym",
        accuracy_level=None,
        bits=8 if kind == "w8" else 4,
    )
    quantizer = matmul_nbits_quantizer.MatMulNBitsQuantizer(onnx.load(source), algo_config=config)
    quantizer.process()
    onnx.save_model(quantizer.model.model, target)


def _describe(kind: str, path: Path) -> None:
    operators = Counter(node.op_type for node in onnx.load(path).graph.node)
    shown = {
        name: count
        for name, count in operators.items()
        if "MatMul" in name or "Quant" in name or name == "Gather"
    }
    print(kind, round(path.stat().st_size / 1e6, 2), "MB", shown)
