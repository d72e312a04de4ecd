/** Finds an ONNX file's real format and size from its graph and tensor headers alone: names are not trusted. */
import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { BFLOAT16, dataType, FLOAT, FLOAT16 } from "./data-types.ts";
import type { OnnxModel } from "./read-model.ts";
import { collect } from "./walk.ts";
import type { Storage } from "./weight-storage.ts";
import { type StoredWeights, storedWeights, type Weight } from "./weights.ts";

export interface GraphFacts {
  readonly format: FormatId;
  /** Operator type -> number of nodes, subgraphs included. */
  readonly operators: Readonly<Record<string, number>>;
  /** Weights as the model means them: a 4-bit weight counts as one parameter. */
  readonly parameters: number;
  /** Bytes of all weights, scales and zero points included, divided by parameters, in bits. */
  readonly bitsPerWeight: number;
  /** Share of the parameters that are stored in fewer than 16 bits. */
  readonly quantizedShare: number;
  readonly blockSize: number | null;
  readonly symmetric: boolean | null;
  readonly accuracyLevel: number | null;
  /** Dynamic quantization has one activation scale per tensor, so that rows of a batch disturb each other. */
  readonly dynamicQuantization: boolean;
  readonly opset: number | null;
}

/** @throws LabError FORMAT_UNSUPPORTED for weights in a type or storage that is no format here, MODEL_CORRUPT */
export function readGraphFacts(model: OnnxModel): GraphFacts {
  return factsOf(model, storedWeights(model));
}

/** The same, for callers that have looked for the weights already. */
export function factsOf(model: OnnxModel, weights: StoredWeights): GraphFacts {
  const { nodes } = collect(model.graph);
  const operators: Record<string, number> = {};
  for (const { opType } of nodes) operators[opType] = (operators[opType] ?? 0) + 1;
  const { parameters, quantizedParameters, bytes, floats } = weights;
  const products = decisive(weights.uses);
  const blocks = products.map(({ storage }) => storage).filter(({ accuracyLevel }) => accuracyLevel !== null);
  return {
    format: formatOf(model.path, products, floats),
    operators,
    parameters,
    bitsPerWeight: parameters === 0 ? 0 : (bytes * 8) / parameters,
    quantizedShare: parameters === 0 ? 0 : quantizedParameters / parameters,
    blockSize: same(products.filter(({ storage }) => isBlocks(storage)).map(({ storage: { blockSize } }) => blockSize)),
    symmetric: blocks.length > 0 ? blocks.every(({ symmetric }) => symmetric) : null,
    accuracyLevel: same(blocks.map(({ accuracyLevel }) => accuracyLevel)),
    dynamicQuantization: nodes.some(({ opType }) => opType.startsWith("DynamicQuantize")),
    opset:
      Number(model.proto.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0) || null,
  };
}

/**
 * The weights that give a file its name: quantized products, else, beside or without float products, quantized tables. ONNX
 * Runtime fuses DequantizeLinear and MatMul into MatMulNBits; beside quantized operators it holds what they cannot.
 */
function decisive(uses: readonly Weight[]): readonly Weight[] {
  const coded = uses.filter(({ storage }) => storage.format !== "float");
  const products = coded.filter(({ lookup }) => !lookup);
  const direct = products.filter(({ origin }) => origin.unpacked === null);
  if (direct.length > 0 || products.length > 0) return direct.length > 0 ? direct : products;
  return coded.length > 0 ? uses : [];
}

function isBlocks({ blockSize, accuracyLevel }: Storage): boolean {
  return blockSize !== null || accuracyLevel !== null;
}

function formatOf(path: string, products: readonly Weight[], floats: ReadonlyMap<number, number>): FormatId {
  const formats = new Set(products.map(({ storage }) => storage.format));
  // Half-precision exports keep islands in float32 (often the head): their blocks are the same format.
  for (const [half, full] of HALVES) if (formats.has(half)) formats.delete(full);
  const [only] = formats;
  if (formats.size > 1) return "mixed";
  if (only === undefined || only === "float") return floatFormat(path, floats);
  if (only !== "unnamed") return only;
  throw noFormat(path, `in ${products[0]!.storage.label}`);
}

const HALVES = [
  ["int4f16", "int4"],
  ["int2f16", "int2"],
  ["int1f16", "int1"],
] as const;

function floatFormat(path: string, floats: ReadonlyMap<number, number>): FormatId {
  const [most = FLOAT] = [...floats].sort((a, b) => b[1] - a[1])[0] ?? [];
  // bfloat16 is storage only: ONNX Runtime computes with it in float32, behind a Cast.
  if (most === FLOAT || most === BFLOAT16) return "fp32";
  if (most === FLOAT16) return "fp16";
  throw noFormat(path, `as ${dataType(most)?.name}`);
}

function noFormat(path: string, how: string): LabError {
  return new LabError(
    "FORMAT_UNSUPPORTED",
    `${path} stores its weights ${how}, which is none of the formats. Export the model as float32 or float16.`,
    { file: path },
  );
}

function same(values: readonly (number | null)[]): number | null {
  const first = values[0] ?? null;
  return values.every((value) => value === first) ? first : null;
}
