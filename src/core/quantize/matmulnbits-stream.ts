import { LabError } from "#shared/errors.ts";
import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import type { TensorPiece } from "#core/onnx/write-model.ts";
import { toBfloat, toHalf, widenBfloats, widenHalves } from "./half.ts";
import {
  type BlockRows,
  type BlockShape,
  blockShape,
  type BlockSpec,
  groupSize,
  quantizeBlocks,
} from "./matmulnbits.ts";

export type FloatType = typeof FLOAT | typeof FLOAT16 | typeof BFLOAT16;

/** A constant weight matrix of K input features and N output features. */
export interface WeightMatrix {
  readonly name: string;
  readonly K: number;
  readonly N: number;
  /** How it is stored, row-major: `KN` is MatMul's own operand, `NK` its transpose (a tied embedding table). */
  readonly layout: "KN" | "NK";
  readonly dataType: FloatType;
  readonly open: () => TensorReader;
}

/** Names of the tensors that a weight becomes. */
export interface BlockTensorNames {
  readonly codes: string;
  readonly scales: string;
  readonly zeroPoints: string | null;
}

/** How much is held at once. */
export interface StreamLimits {
  /** Weights as float32, read together; small enough for the second-level cache. */
  readonly slabBytes: number;
  /** Codes of as many columns of a KN matrix as fit: fewer columns mean shorter reads. */
  readonly tileBytes: number;
}
const LIMITS: StreamLimits = { slabBytes: 1 << 20, tileBytes: 32 << 20 };
/** Columns that are turned into rows together, in the first-level cache. */
const TURN_COLUMNS = 32;

/**
 * Quantizes a weight of any size in bounded memory.
 * @throws LabError MODEL_CORRUPT where a weight is NaN or infinite
 */
export function* quantizeMatrix(
  matrix: WeightMatrix,
  spec: BlockSpec,
  scaleType: FloatType,
  names: BlockTensorNames,
  limits = LIMITS,
): Generator<TensorPiece> {
  const shape = blockShape(matrix.K, spec);
  using reader = matrix.open();
  const tiles = matrix.layout === "NK" ? rowTiles : columnTiles;
  for (const { firstRow, rows, out } of tiles(matrix, reader, spec, shape, limits)) {
    const { codes, scales, zeroPoints } = out;
    const rowBytes = shape.blocks * shape.blobBytes;
    yield { tensor: names.codes, offset: firstRow * rowBytes, bytes: codes.subarray(0, rows * rowBytes) };
    const stored = storedScales(scales.subarray(0, rows * shape.blocks), scaleType);
    yield { tensor: names.scales, offset: (firstRow * stored.length) / rows, bytes: stored };
    if (zeroPoints && names.zeroPoints !== null) {
      const bytes = zeroPoints.subarray(0, rows * shape.zeroPointRowBytes);
      yield { tensor: names.zeroPoints, offset: firstRow * shape.zeroPointRowBytes, bytes };
    }
  }
}

/** Finished rows of the result; `out` is used again for the next. */
interface Tile {
  readonly firstRow: number;
  readonly rows: number;
  readonly out: BlockRows;
}

/** [N, K]: the rows are output features already. */
function* rowTiles(
  matrix: WeightMatrix,
  reader: TensorReader,
  spec: BlockSpec,
  shape: BlockShape,
  { slabBytes }: StreamLimits,
): Generator<Tile> {
  const { K, N } = matrix;
  const tileRows = Math.min(N, Math.max(1, Math.floor(slabBytes / (K * 4))));
  const load = loader(matrix, reader, tileRows * K);
  const out = blockRows(tileRows, shape, spec);
  for (let firstRow = 0; firstRow < N; firstRow += tileRows) {
    const rows = Math.min(tileRows, N - firstRow);
    load.read(0, firstRow * K, rows * K);
    const slab = { floats: load.floats, words: load.words, rows, stride: K, length: K, start: 0 };
    if (!quantizeBlocks(slab, spec, shape, out, 0)) throw notFinite(matrix);
    yield { firstRow, rows, out };
  }
}

/** [K, N]: columns are output features. Slabs of whole blocks are read row by row and turned a few columns at a time. */
function* columnTiles(
  matrix: WeightMatrix,
  reader: TensorReader,
  spec: BlockSpec,
  shape: BlockShape,
  { slabBytes, tileBytes }: StreamLimits,
): Generator<Tile> {
  const { K, N } = matrix;
  const group = groupSize(spec);
  const tileColumns = Math.min(N, Math.max(TURN_COLUMNS, Math.floor(tileBytes / (shape.blocks * shape.blobBytes))));
  const slabRows = Math.min(
    Math.ceil(K / group) * group,
    group * Math.max(1, Math.floor(slabBytes / (tileColumns * 4 * group))),
  );
  const load = loader(matrix, reader, slabRows * tileColumns);
  const out = blockRows(tileColumns, shape, spec);
  const floats = new Float32Array(TURN_COLUMNS * group);
  const turned = { floats, words: new Int32Array(floats.buffer), stride: group };

  for (let first = 0; first < N; first += tileColumns) {
    const columns = Math.min(tileColumns, N - first);
    for (let slab = 0; slab < K; slab += slabRows) {
      const rows = Math.min(slabRows, K - slab);
      if (columns === N) load.read(0, slab * N, rows * N);
      else for (let row = 0; row < rows; row++) load.read(row * columns, (slab + row) * N + first, columns);
      for (let top = 0; top < rows; top += group) {
        const length = Math.min(group, rows - top);
        for (let left = 0; left < columns; left += TURN_COLUMNS) {
          const width = Math.min(TURN_COLUMNS, columns - left);
          turn(load.floats, top * columns + left, columns, length, width, turned.floats, group);
          const part = { ...turned, rows: width, length, start: slab + top };
          if (!quantizeBlocks(part, spec, shape, out, left)) throw notFinite(matrix);
        }
      }
    }
    yield { firstRow: first, rows: columns, out };
  }
}

/** Copies [height, width] at `from` (rows `stride` apart) to [width, height] (rows `turnedStride` apart). */
function turn(
  source: Float32Array,
  from: number,
  stride: number,
  height: number,
  width: number,
  turned: Float32Array,
  turnedStride: number,
): void {
  for (let row = 0; row < height; row++) {
    const line = from + row * stride;
    for (let column = 0, to = row; column < width; column++, to += turnedStride) turned[to] = source[line + column]!;
  }
}

/** Reads elements of the matrix as float32 into one buffer. */
function loader({ dataType }: WeightMatrix, reader: TensorReader, capacity: number) {
  const floats = new Float32Array(capacity);
  const words = new Int32Array(floats.buffer);
  const halves = new Uint16Array(dataType === FLOAT ? 0 : capacity);
  return {
    floats,
    words,
    read(to: number, element: number, count: number): void {
      if (dataType === FLOAT) {
        reader.read(new Uint8Array(floats.buffer, to * 4, count * 4), element * 4);
        return;
      }
      reader.read(new Uint8Array(halves.buffer, 0, count * 2), element * 2);
      const read = halves.subarray(0, count);
      if (dataType === FLOAT16) widenHalves(read, floats.subarray(to, to + count));
      else widenBfloats(read, words.subarray(to, to + count));
    },
  };
}

function blockRows(rows: number, shape: BlockShape, spec: BlockSpec): BlockRows {
  return {
    codes: new Uint8Array(rows * shape.blocks * shape.blobBytes),
    scales: new Float32Array(rows * shape.blocks),
    zeroPoints: spec.symmetric ? null : new Uint8Array(rows * shape.zeroPointRowBytes),
  };
}

function storedScales(scales: Float32Array, type: FloatType): Uint8Array {
  if (type === FLOAT) return new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength);
  return new Uint8Array(Uint16Array.from(scales, type === FLOAT16 ? toHalf : toBfloat).buffer);
}

function notFinite({ name }: WeightMatrix): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `tensor "${name}" holds NaN or infinite weights, which cannot be quantized. Export the model again.`,
    { tensor: name },
  );
}
