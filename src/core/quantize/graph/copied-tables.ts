/**
 * Heads that are a copy of the embedding: some exporters write a tied table twice instead of sharing it. Found by shape
 * alone; whether the bytes are the same is known once they are read.
 */
import type { GraphProto, NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { elementCount, openTensor, tensorBytes, tensorSource } from "#core/onnx/tensor.ts";
import { megabytes } from "#shared/format-numbers.ts";
import { type Constant, Scope } from "./constants.ts";

/** A table of rows and a matrix of as many outputs as the table has rows, both stored. */
interface TablePair {
  readonly table: Constant;
  readonly head: Constant;
  readonly headNode: string;
  /** The head's bytes are the table's transpose: [width, entries] beside [entries, width]. */
  readonly turned: boolean;
  readonly bytes: number;
}

/** A table that is smaller is not worth a word. */
const LEAST_ELEMENTS = 4096;
/** Bytes of the table that are held at once; the first look is at fewer. */
const TILE_BYTES = 16 << 20;
const FIRST_ROWS = 16;

/** Pairs in the main graph by shape and type; none is read. */
export function tablePairs(graph: GraphProto): TablePair[] {
  if (!hasTwoAlike(graph)) return [];
  const scope = new Scope(graph, null);
  const tables = new Map<string, Constant>();
  for (const node of graph.node) {
    const table = node.opType === "Gather" ? scope.constant(node.input[0] ?? "") : null;
    if (!table || table.transposed || table.tensor.dims.length !== 2) continue;
    if (elementCount(table.tensor) >= LEAST_ELEMENTS) tables.set(keyOf(table, false), table);
  }
  const pairs = new Map<Constant["tensor"], TablePair>();
  for (const node of tables.size === 0 ? [] : graph.node) {
    const head = node.opType === "MatMul" || node.opType === "Gemm" ? scope.constant(node.input[1] ?? "") : null;
    if (head?.tensor.dims.length !== 2) continue;
    const turned = !(head.transposed !== turnsWeight(node));
    const table = tables.get(keyOf(head, turned));
    if (!table || table.tensor === head.tensor || pairs.has(head.tensor)) continue;
    const bytes = tensorBytes(head.tensor);
    pairs.set(head.tensor, { table, head, headNode: node.name, turned, bytes });
  }
  return [...pairs.values()];
}

/** Operators through which a table is looked up, or which stand before that (constants.ts). */
const TABLE_READERS = new Set(["Gather", "Identity", "Cast", "Transpose"]);

/**
 * Whether a matrix that may be a table has as many elements as another one. Nearly always none has: that is found out
 * without a map of all names.
 */
function hasTwoAlike(graph: GraphProto): boolean {
  const sizes = new Map<string, string>();
  const note = (name: string, tensor: TensorProto | undefined): void => {
    if (tensor?.dims.length !== 2) return;
    const elements = elementCount(tensor);
    if (elements >= LEAST_ELEMENTS) sizes.set(name, `${tensor.dataType} ${elements}`);
  };
  for (const tensor of graph.initializer) note(tensor.name, tensor);
  for (const { opType, output, attribute } of graph.node) {
    if (opType === "Constant") note(output[0] ?? "", attribute[0]?.t);
  }
  const alike = new Map<string, number>();
  for (const size of sizes.values()) alike.set(size, (alike.get(size) ?? 0) + 1);
  return graph.node.some(({ opType, input }) => {
    const size = TABLE_READERS.has(opType) ? sizes.get(input[0] ?? "") : undefined;
    return size !== undefined && alike.get(size)! > 1;
  });
}

/**
 * Whether the head holds the table's bytes. Reads both as far as they agree, a few megabytes at a time.
 * @returns false also where they are one and the same place in a file: that is sharing
 */
export function isCopy(modelPath: string, { table, head, turned }: TablePair): boolean {
  const [a, b] = [tensorSource(modelPath, table.tensor), tensorSource(modelPath, head.tensor)];
  if ("file" in a.data && "file" in b.data && a.data.file === b.data.file && a.data.offset === b.data.offset)
    return false;
  const [entries, width] = table.tensor.dims.map(Number) as [number, number];
  const size = tensorBytes(table.tensor) / (entries * width);
  using tableReader = openTensor(modelPath, table.tensor);
  using headReader = openTensor(modelPath, head.tensor);
  const most = Math.max(FIRST_ROWS, Math.floor(TILE_BYTES / (width * size)));
  for (let first = 0, rows = FIRST_ROWS; first < entries; first += rows, rows = most) {
    rows = Math.min(rows, entries - first);
    const expected = new Uint8Array(rows * width * size);
    tableReader.read(expected, first * width * size);
    const found = new Uint8Array(expected.length);
    if (!turned) headReader.read(found, first * width * size);
    else {
      for (let k = 0; k < width; k++) {
        headReader.read(found.subarray(k * rows * size, (k + 1) * rows * size), (k * entries + first) * size);
      }
    }
    if (!(turned ? equalTurned(expected, found, rows, width, size) : Buffer.from(expected.buffer).equals(found))) {
      return false;
    }
  }
  return true;
}

/** Describes a pair whose bytes were not compared. */
export function pairNote({ table, head, bytes }: TablePair): string {
  return `"${head.name}" has the shape of the embedding "${table.name}" and ${megabytes(bytes)} MB of its own; in a model with tied embeddings it is a copy (quantize compares the bytes)`;
}

/** Describes a pair whose bytes are equal. */
export function copyWarning({ table, head, headNode, bytes }: TablePair): string {
  return `"${head.name}" (${headNode}) is a copy of the embedding "${table.name}": the source stores ${megabytes(bytes)} MB twice, and the two are quantized as if they were different`;
}

function turnsWeight(node: NodeProto): boolean {
  return node.opType === "Gemm" && node.attribute.some(({ name, i }) => name === "transB" && i === 1n);
}

/** By the shape of the table that would fit. */
function keyOf({ tensor }: Constant, turned: boolean): string {
  const dims = turned ? tensor.dims.toReversed() : tensor.dims;
  return `${tensor.dataType} ${dims.join(" x ")}`;
}

/** [rows, width] against [width, rows]. */
function equalTurned(table: Uint8Array, head: Uint8Array, rows: number, width: number, size: number): boolean {
  const [a, b] =
    size === 4 ? [words32(table), words32(head)] : size === 2 ? [words16(table), words16(head)] : [table, head];
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) if (a[row * width + k] !== b[k * rows + row]) return false;
  }
  return true;
}

const words32 = ({ buffer }: Uint8Array): Uint32Array => new Uint32Array(buffer);
const words16 = ({ buffer }: Uint8Array): Uint16Array => new Uint16Array(buffer);
