/**
 * The weights of a model: every constant that a node multiplies with what depends on the input, or takes rows of, whatever
 * the operator. None is read.
 */
import { LabError } from "#shared/errors.ts";
import type { NodeProto } from "./proto/onnx.ts";
import type { OnnxModel } from "./read-model.ts";
import { followWeights, holdsCodes, isStandard, type Origin, type Reader, type WeightFlow } from "./weight-flow.ts";
import { type Held, isFloatType, plainWeight, QUANTIZED_OPERATORS } from "./weight-storage.ts";

/** A matrix or table, and a node that uses it. */
export interface Weight extends Held {
  readonly reader: Reader;
  readonly origin: Origin;
  /** The node takes rows of it. */
  readonly lookup: boolean;
  readonly parameters: number;
  /** Scales and zero points included. */
  readonly bytes: number;
}

export interface StoredWeights {
  /** One for each use, in the order of the nodes. */
  readonly uses: readonly Weight[];
  /** Floats that are no matrices of their own: norms, biases, and what is only added or chosen from. */
  readonly vectors: readonly Origin[];
  /** Each counted once. A 4-bit weight is one parameter. */
  readonly parameters: number;
  readonly quantizedParameters: number;
  /** Scales and zero points included. */
  readonly bytes: number;
  /** Element type -> parameters, of floats. */
  readonly floats: ReadonlyMap<number, number>;
}

/** Smaller tensors (axes, shapes, a norm's epsilon) are not weights. */
const WEIGHT_MIN_ELEMENTS = 64;
/** Integers that an unknown operator takes are weights from here on. */
const UNKNOWN_MIN_ELEMENTS = 1024;

/** Places of tables that are computed from the architecture: cosines and sines of the positions. */
const COMPUTED: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    GroupQueryAttention: [7, 8],
    SparseAttention: [9, 10],
    PagedAttention: [7, 8],
    RotaryEmbedding: [1, 2, 3],
    MRotaryEmbedding: [1, 2, 3],
  }),
);
/** Places of what is added: biases and masks. */
const ADDED: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    Gemm: [2],
    FusedGemm: [2],
    GemmFloat8: [2],
    MoE: [3, 5, 7],
    QMoE: [4, 7, 10],
    LSTM: [3, 5, 6, 7],
    GRU: [3, 5],
    RNN: [3, 5],
    DynamicQuantizeLSTM: [3, 5, 6, 7],
    "com.microsoft.Attention": [2, 3, 5],
    ".Attention": [3],
    MultiHeadAttention: [3, 4, 5],
    GroupQueryAttention: [10, 11],
    GridSample: [1],
  }),
);
/** ONNX's operators that multiply with nothing: what they add, choose or put side by side is no weight. */
const NO_PRODUCT = new Set(
  (
    "Add Sub Where Max Min Sum Mean Mod Pow Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Concat Slice Split Expand " +
    "Reshape Clip Pad Tile Range Scatter ScatterElements ScatterND OneHot SequenceInsert SequenceConstruct ConcatFromSequence"
  ).split(" "),
);
/** Element by element: a vector with axes of length 1 is a norm or a scale. */
const ELEMENTWISE = new Set(["Mul", "Div", "PRelu"]);
const LOOKUP = /^Gather|^ATen$|Embed/;

/** @throws LabError MODEL_CORRUPT for a tensor of an impossible shape or unknown type */
export function storedWeights(model: OnnxModel): StoredWeights {
  const flow = followWeights(model);
  const scales = new Map<object, number>(flow.scales.map(({ key, bytes }) => [key, bytes]));
  const uses = [...flow.readers.flatMap((reader) => usesOf(reader, scales)), ...tablesOf(flow, scales)];
  const computed = new Set<object>();
  const vectors = new Map<object, Origin>();
  const listed = new Map(uses.map((use) => [use.origin.key, use]));
  for (const reader of flow.readers) {
    for (const [place, input] of reader.inputs.entries()) {
      for (const origin of input?.values() ?? []) {
        if (placesOf(COMPUTED, reader.node).includes(place)) computed.add(origin.key);
        const counts = isFloatType(origin.type) && origin.elements >= WEIGHT_MIN_ELEMENTS;
        if (counts && !listed.has(origin.key) && !scales.has(origin.key)) vectors.set(origin.key, origin);
      }
    }
  }
  for (const key of computed) vectors.delete(key);
  return { uses, vectors: [...vectors.values()], ...sums(listed.values(), vectors.values(), scales) };
}

function sums(
  weights: Iterable<Weight>,
  vectors: Iterable<Origin>,
  scales: ReadonlyMap<object, number>,
): Pick<StoredWeights, "parameters" | "quantizedParameters" | "bytes" | "floats"> {
  const floats = new Map<number, number>();
  let [parameters, quantizedParameters, bytes] = [0, 0, 0];
  const count = (origin: Origin, elements: number, float: boolean): void => {
    parameters += elements;
    bytes += origin.bytes;
    if (float) floats.set(origin.type, (floats.get(origin.type) ?? 0) + elements);
    else quantizedParameters += elements;
  };
  for (const { origin, parameters: own, storage } of weights) count(origin, own, storage.format === "float");
  for (const origin of vectors) count(origin, origin.elements, true);
  for (const size of scales.values()) bytes += size;
  return { parameters, quantizedParameters, bytes, floats };
}

/** @param scales gets what belongs to the weights */
function usesOf(reader: Reader, scales: Map<object, number>): Weight[] {
  const { node, inputs } = reader;
  const operator = QUANTIZED_OPERATORS.get(node.opType);
  if (operator) {
    return Object.entries(operator.weights).flatMap(([at, scalePlaces]): Weight[] => {
      const place = Number(at);
      const own = scalePlaces.flatMap((each) => [...(inputs[each]?.values() ?? [])]);
      return [...(inputs[place]?.values() ?? [])].slice(0, 1).flatMap((origin) => {
        // Bytes of a normal float are a weight that this operator takes as it is.
        if (isFloatType(origin.type)) return plainUse(reader, origin, place, scales);
        return weight(reader, origin, own, operator.holds(node, origin, own, place), LOOKUP.test(node.opType), scales);
      });
    });
  }
  return inputs.flatMap((input, place) => {
    const origins = [...(input?.values() ?? [])];
    // A vector that a matrix was combined with is a scale or a bias of it.
    const matrices = origins.length > 1 ? origins.filter(isMatrix) : origins;
    return matrices.flatMap((origin) => plainUse(reader, origin, place, scales));
  });
}

function plainUse(reader: Reader, origin: Origin, place: number, scales: Map<object, number>): Weight[] {
  const { node } = reader;
  const standard = isStandard(node);
  if (origin.elements < WEIGHT_MIN_ELEMENTS || origin.dims.length < 2) return [];
  if ((standard && NO_PRODUCT.has(node.opType)) || placesOf(ADDED, node).includes(place)) return [];
  if (placesOf(COMPUTED, node).includes(place)) return [];
  const lookup = LOOKUP.test(node.opType);
  if (lookup && node.opType.startsWith("Gather") && place > 0) return [];
  if (standard && ELEMENTWISE.has(node.opType) && !isMatrix(origin)) return [];
  if (!isFloatType(origin.type)) {
    const known = origin.unpacked !== null || (origin.cast && holdsCodes(origin.type));
    const unknown = !standard && holdsCodes(origin.type) && origin.elements >= UNKNOWN_MIN_ELEMENTS;
    if (!known && !unknown) return [];
  }
  const own = origin.unpacked?.scales ?? [];
  return weight(reader, origin, own, plainWeight(node, origin, place), lookup, scales);
}

function isMatrix({ dims }: Origin): boolean {
  return dims.filter((dim) => dim > 1).length >= 2;
}

/** Tables of integers whose rows become floats after they were looked up. */
function tablesOf({ tables }: WeightFlow, scales: Map<object, number>): Weight[] {
  return tables.flatMap(({ table, reader, scales: own }) =>
    table.elements < WEIGHT_MIN_ELEMENTS
      ? []
      : weight(reader, table, own, plainWeight(reader.node, table, 0), true, scales),
  );
}

function weight(
  reader: Reader,
  origin: Origin,
  own: readonly Origin[],
  held: Held,
  lookup: boolean,
  scales: Map<object, number>,
): Weight[] {
  const parameters = held.shape.reduce((product, dim) => product * dim, 1) || origin.elements;
  if (!Number.isSafeInteger(parameters) || parameters < 0) throw impossible(reader.node, origin);
  for (const { key, bytes } of own) scales.set(key, bytes);
  const bytes =
    origin.bytes + [...new Map(own.map((each) => [each.key, each.bytes])).values()].reduce((a, b) => a + b, 0);
  return parameters < WEIGHT_MIN_ELEMENTS ? [] : [{ ...held, reader, origin, lookup, parameters, bytes }];
}

function placesOf(table: ReadonlyMap<string, readonly number[]>, node: NodeProto): readonly number[] {
  const domain = isStandard(node) ? "" : node.domain;
  return table.get(`${domain}.${node.opType}`) ?? table.get(node.opType) ?? [];
}

function impossible({ name, opType }: NodeProto, origin: Origin): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `node "${name}" (${opType}) gives its weight "${origin.name}" an impossible shape. Download or export the model again.`,
    { node: name, tensor: origin.name },
  );
}
