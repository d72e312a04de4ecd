import type { TensorProto } from "#core/onnx/proto/onnx.ts";
import { elementCount } from "#core/onnx/tensor.ts";
import type { GraphIndex } from "./graph-index.ts";

/** What builds a causal mask with padding out of positions and attention_mask. */
const OPERATORS = new Set(
  (
    "Add And Cast Concat Constant ConstantOfShape Equal Expand Flatten Gather Greater GreaterOrEqual Identity Less LessOrEqual Mul " +
    "Neg Not Or Range Reshape ScatterND Shape Slice Squeeze Sub Tile Transpose Trilu Unsqueeze Where"
  ).split(" "),
);
/** Axes, offsets by one and the ends of slices; a window, a chunk or a table's size is larger and smaller than the ends. */
const SMALL = 4;
const END = 2 ** 31 - 1;
/** float16's lowest number and all below stand for "hidden". */
const HIDDEN = -1e4;

/**
 * Checks that masks hide what is later and what is padding, nothing else: a window would not show in a proof with few
 * tokens, but its size stands in the graph as a number. Alibi and learned biases are made with other operators.
 * @returns the reason why they may do more; null where they do not
 */
export function checkMasks(index: GraphIndex, masks: readonly string[]): string | null {
  const seen = new Set<string>();
  const waiting = [...masks];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || seen.has(name)) continue;
    seen.add(name);
    const initializer = index.initializer(name);
    const node = index.producer(name);
    if (initializer && elementCount(initializer) > SMALL * SMALL) return `its mask is read from "${name}"`;
    if (initializer || node?.opType === "Constant") {
      const odd = index.constant(name)?.values.find((value) => !isMaskNumber(value));
      if (odd !== undefined) return `its mask is made with the number ${odd}, perhaps a window`;
      continue;
    }
    // An input of the graph.
    if (!node) continue;
    if (!OPERATORS.has(node.opType)) return `its mask is made with ${node.opType}`;
    const filled = node.opType === "ConstantOfShape" ? node.attribute[0]?.t : undefined;
    if (filled && !isMaskFill(filled)) return `its mask is filled with an unknown number`;
    // A shape is numbers of tokens whatever the tensor holds.
    if (node.opType !== "Shape") waiting.push(...node.input);
  }
  return null;
}

function isMaskNumber(value: number): boolean {
  return Math.abs(value) <= SMALL || Math.abs(value) >= END || value <= HIDDEN;
}

/** float32, float16, int64 and bool fills alike: ones, zeros, or the lowest number. */
function isMaskFill({ dataType, rawData }: TensorProto): boolean {
  const bytes = rawData.slice();
  if (bytes.length === 4 && dataType === 1) return isMaskNumber(new Float32Array(bytes.buffer)[0]!);
  if (bytes.length === 8 && dataType === 7) return isMaskNumber(Number(new BigInt64Array(bytes.buffer)[0]!));
  return bytes.length <= 2;
}
