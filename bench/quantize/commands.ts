import type { Recipe } from "#shared/recipe.ts";

/** One format as both programs make it, with settings under which they do the same work. */
export interface Task {
  readonly name: string;
  readonly recipe: Recipe;
  /** Python source: reads the model sys.argv[1], writes sys.argv[2]. */
  readonly python: string;
}

const nbits = (options: string, end = "q.model.save_model_to_file(sys.argv[2], False)"): string => `
import sys, onnx
from onnxruntime.quantization.matmul_nbits_quantizer import (
    MatMulNBitsQuantizer, RTNWeightOnlyQuantConfig, KQuantWeightOnlyQuantConfig)
from onnxruntime.quantization.quant_utils import QuantFormat
q = MatMulNBitsQuantizer(onnx.load(sys.argv[1]), ${options})
q.process()
${end}`;

const bnb4 = (type: 0 | 1): string => `
import sys, onnx
from onnxruntime.quantization.matmul_bnb4_quantizer import MatMulBnb4Quantizer
q = MatMulBnb4Quantizer(onnx.load(sys.argv[1]), ${type}, 64)
q.process()
q.model.save_model_to_file(sys.argv[2], False)`;

const dynamic = (type: string): string => `
import sys
from onnxruntime.quantization import QuantType, quantize_dynamic
quantize_dynamic(sys.argv[1], sys.argv[2], weight_type=QuantType.${type})`;

const toHalf = (model: string): string => `
from onnxruntime.transformers.float16 import convert_float_to_float16
onnx.save(convert_float_to_float16(${model}, keep_io_types=True), sys.argv[2])`;

// The Python tools leave a head that is a transposed embedding in float, so here ours does, too.
export const TASKS: readonly Task[] = [
  {
    name: "int4",
    recipe: { format: "int4", blockSize: 32, symmetric: true, tiedHead: false },
    python: nbits("bits=4, block_size=32, is_symmetric=True"),
  },
  {
    name: "int4 asymmetric",
    recipe: { format: "int4", blockSize: 32, symmetric: false, tiedHead: false },
    python: nbits("bits=4, block_size=32, is_symmetric=False"),
  },
  {
    name: "w8",
    recipe: { format: "w8", blockSize: 32, symmetric: true, accuracyLevel: 4, tiedHead: false },
    python: nbits("bits=8, block_size=32, is_symmetric=True, accuracy_level=4"),
  },
  {
    name: "int4 rtn",
    recipe: { format: "int4", blockSize: 32, symmetric: false, algorithm: "rtn", tiedHead: false },
    python: nbits("block_size=32, is_symmetric=False, algo_config=RTNWeightOnlyQuantConfig()"),
  },
  {
    name: "int4 k_quant",
    recipe: { format: "int4", blockSize: 32, symmetric: false, algorithm: "k_quant", tiedHead: false },
    python: nbits("block_size=32, is_symmetric=False, algo_config=KQuantWeightOnlyQuantConfig()"),
  },
  { name: "nf4", recipe: { format: "nf4", blockSize: 64, tiedHead: false }, python: bnb4(1) },
  { name: "fp4", recipe: { format: "fp4", blockSize: 64, tiedHead: false }, python: bnb4(0) },
  { name: "int8", recipe: { format: "int8", tiedHead: false }, python: dynamic("QInt8") },
  { name: "uint8", recipe: { format: "uint8", tiedHead: false }, python: dynamic("QUInt8") },
  {
    name: "fp16",
    recipe: { format: "fp16", clamp: "onnxruntime" },
    python: `import sys, onnx${toHalf("onnx.load(sys.argv[1])")}`,
  },
  {
    name: "int4f16",
    recipe: { format: "int4f16", blockSize: 32, symmetric: true, clamp: "onnxruntime", tiedHead: false },
    python: nbits("bits=4, block_size=32, is_symmetric=True", toHalf("q.model.model")),
  },
];

/** Ends with an error where something that is needed is missing. */
export const PYTHON_CHECK =
  "import onnx, onnxruntime, sympy; assert onnxruntime.__version__.startswith('1.30.'), onnxruntime.__version__";
