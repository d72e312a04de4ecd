import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import type { ErrorSums } from "../weights/error-sums.ts";
import { widenBfloats, widenHalves } from "../weights/half.ts";
import { type FloatType, notFinite, type RowRange, storedFloats, type WeightMatrix } from "../weights/weight-matrix.ts";
import { openWorkspace } from "./open-workspace.ts";
import { type BlockRows, type BlockShape, blockShape, type BlockSpec, groupSize } from "./matmulnbits.ts";

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
interface StreamOptions extends Partial<StreamLimits> {
  /** All of them unless given. */
  readonly range?: RowRange | undefined;
}
type Stream = StreamLimits & { readonly range: RowRange };
const LIMITS: StreamLimits = { slabBytes: 1 << 20, tileBytes: 32 << 20 };
/** Fewer columns of a KN matrix are not read on their own. */
const LEAST_COLUMNS = 32;

/**
 * Quantizes a weight of any size, or some of its output features, in bounded memory.
 * @throws LabError MODEL_CORRUPT where a weight is NaN or infinite
 */
export function* quantizeMatrix(
  matrix: WeightMatrix,
  spec: BlockSpec,
  scaleType: FloatType,
  names: BlockTensorNames,
  options: StreamOptions = {},
): Generator<TensorPiece> {
  const shape = blockShape(matrix.K, spec);
  const { range = { first: 0, count: matrix.N } } = options;
  const stream = { ...LIMITS, ...options, range };
  using reader = matrix.open();
  const tiles = matrix.layout === "NK" ? rowTiles : columnTiles;
  for (const { firstRow, rows, out, sums } of tiles(matrix, reader, spec, shape, stream)) {
    const { codes, scales, zeroPoints } = out;
    const rowBytes = shape.blocks * shape.blobBytes;
    yield {
      tensor: names.codes,
      offset: firstRow * rowBytes,
      bytes: codes.subarray(0, rows * rowBytes),
      report: { weight: matrix.name, bits: spec.bits, part: firstRow, sums },
    };
    const stored = storedFloats(scales.subarray(0, rows * shape.blocks), scaleType);
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
  readonly sums: ErrorSums;
}

/** [N, K]: the rows are output features already. */
function* rowTiles(
  matrix: WeightMatrix,
  reader: TensorReader,
  spec: BlockSpec,
  shape: BlockShape,
  { slabBytes, range }: Stream,
): Generator<Tile> {
  const { K } = matrix;
  const tileRows = Math.min(range.count, Math.max(1, Math.floor(slabBytes / (K * 4))));
  using workspace = openWorkspace({ floats: tileRows * K, rows: tileRows }, spec, shape);
  const load = loader(matrix, reader, workspace.floats);
  const end = range.first + range.count;
  for (let firstRow = range.first; firstRow < end; firstRow += tileRows) {
    const rows = Math.min(tileRows, end - firstRow);
    load(0, firstRow * K, rows * K);
    if (!workspace.rows({ rows, stride: K, length: K, start: 0 })) throw notFinite(matrix);
    yield { firstRow, rows, out: workspace.out, sums: workspace.takeErrors() };
  }
}

/** [K, N]: columns are output features. Slabs of whole blocks are read row by row, or at once where they have all columns. */
function* columnTiles(
  matrix: WeightMatrix,
  reader: TensorReader,
  spec: BlockSpec,
  shape: BlockShape,
  { slabBytes, tileBytes, range }: Stream,
): Generator<Tile> {
  const { K, N } = matrix;
  const group = groupSize(spec);
  const fitting = Math.max(LEAST_COLUMNS, Math.floor(tileBytes / (shape.blocks * shape.blobBytes)));
  const tileColumns = Math.min(range.count, fitting);
  const slabRows = Math.min(
    Math.ceil(K / group) * group,
    group * Math.max(1, Math.floor(slabBytes / (tileColumns * 4 * group))),
  );
  using workspace = openWorkspace({ floats: slabRows * tileColumns, rows: tileColumns }, spec, shape);
  const load = loader(matrix, reader, workspace.floats);

  const end = range.first + range.count;
  for (let first = range.first; first < end; first += tileColumns) {
    const columns = Math.min(tileColumns, end - first);
    for (let start = 0; start < K; start += slabRows) {
      const length = Math.min(slabRows, K - start);
      if (columns === N) load(0, start * N, length * N);
      else for (let row = 0; row < length; row++) load(row * columns, (start + row) * N + first, columns);
      if (!workspace.columns({ columns, stride: columns, length, start })) throw notFinite(matrix);
    }
    yield { firstRow: first, rows: columns, out: workspace.out, sums: workspace.takeErrors() };
  }
}

/** Reads elements of the matrix as float32 into `floats`, from its element `to` on. */
function loader({ dataType }: WeightMatrix, reader: TensorReader, floats: Float32Array) {
  const { buffer, byteOffset } = floats;
  const halves = new Uint16Array(dataType === FLOAT ? 0 : floats.length);
  return (to: number, element: number, count: number): void => {
    if (dataType === FLOAT) {
      reader.read(new Uint8Array(buffer, byteOffset + to * 4, count * 4), element * 4);
      return;
    }
    const read = halves.subarray(0, count);
    reader.read(new Uint8Array(halves.buffer, 0, count * 2), element * 2);
    if (dataType === FLOAT16) widenHalves(read, floats.subarray(to, to + count));
    else widenBfloats(read, new Int32Array(buffer, byteOffset + to * 4, count));
  };
}
