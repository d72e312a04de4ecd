import { LabError } from "#shared/errors.ts";
import type { DataTypeName } from "#core/onnx/data-types.ts";
import { Tensor, type TensorType } from "./ort.ts";

/** Element types of decoder inputs that this engine can feed, with the array that holds them. */
const ARRAYS = {
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
} as const;
type FeedType = keyof typeof ARRAYS;

const ONE_AS_FLOAT16 = 0x3c00;

/** A tensor of whole numbers in the element type that the graph asks for. float16 takes 0 and 1 only (masks). */
export function numberTensor(type: DataTypeName, values: ArrayLike<number>, dims: readonly number[]): Tensor {
  switch (type) {
    case "int64":
      return new Tensor("int64", BigInt64Array.from(values as ArrayLike<number> & Iterable<number>, BigInt), dims);
    case "int32":
      return new Tensor("int32", Int32Array.from(values), dims);
    case "bool":
      return new Tensor("bool", Uint8Array.from(values), dims);
    case "float32":
      return new Tensor("float32", Float32Array.from(values), dims);
    case "float16":
      return new Tensor(
        "float16",
        Uint16Array.from(values, (value) => (value ? ONE_AS_FLOAT16 : 0)),
        dims,
      );
    default:
      throw unfeedable(type);
  }
}

/** A tensor of zeros; with a zero among the dimensions it is the empty cache. */
export function zeroTensor(type: DataTypeName, dims: readonly number[]): Tensor {
  if (!(type in ARRAYS)) throw unfeedable(type);
  const length = dims.reduce((product, dim) => product * dim, 1);
  return new Tensor(type as TensorType, new ARRAYS[type as FeedType](length) as never, dims);
}

/**
 * An attention mask [rows, width] of the graph's element type: 1 where a token stands, 0 in the hidden slots.
 * @param hidden slots from the first to before the second hold nothing, the same in every row
 */
export function maskTensor(
  type: DataTypeName,
  rows: number,
  width: number,
  hidden?: readonly [number, number],
): Tensor {
  const mask = zeroTensor(type, [rows, width]);
  const data = mask.data as Uint8Array | BigInt64Array;
  const one = type === "int64" ? 1n : type === "float16" ? ONE_AS_FLOAT16 : 1;
  data.fill(one as never);
  if (hidden) {
    const none = (type === "int64" ? 0n : 0) as never;
    for (let row = 0; row < rows; row++) data.fill(none, row * width + hidden[0], row * width + hidden[1]);
  }
  return mask;
}

function unfeedable(type: DataTypeName): LabError {
  return new LabError(
    "MODEL_UNSUPPORTED",
    `The model has an input of type ${type}, which onnxruntime-node cannot be fed. Export it with float32 or float16 inputs.`,
  );
}

/** IEEE half precision to float32, by table: 65,536 entries, made at the first use. */
export function float16ToFloat32(half: Uint16Array): Float32Array {
  halfTable ??= makeHalfTable();
  const out = new Float32Array(half.length);
  for (let i = 0; i < half.length; i++) out[i] = halfTable[half[i]!]!;
  return out;
}

let halfTable: Float32Array | null = null;

function makeHalfTable(): Float32Array {
  const table = new Float32Array(1 << 16);
  for (let bits = 0; bits < table.length; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 0x1f) table[bits] = fraction ? NaN : sign * Infinity;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}
