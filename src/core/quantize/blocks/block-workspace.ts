import type { ErrorSums } from "../weights/error-sums.ts";
import {
  type BlockRows,
  type BlockShape,
  type BlockSpec,
  groupSize,
  quantizeBlocks,
  type Slab,
} from "./matmulnbits.ts";
import { noSums, type Sums } from "../weights/weight-error.ts";

/** Weights in a workspace's slab, from its element 0 on: rows are output features. See Slab. */
type RowSlab = Omit<Slab, "floats" | "words">;

/** Weights [length, stride] in a workspace's slab, columns of which are output features. */
interface ColumnSlab {
  /** Those that count. */
  readonly columns: number;
  readonly stride: number;
  /** Rows; `start` is the weight of the whole column that the first of them is, a multiple of groupSize. */
  readonly length: number;
  readonly start: number;
}

/** Memory for a slab of weights and for rows of results, and the loops that lead from one to the other. */
export interface BlockWorkspace extends Disposable {
  readonly floats: Float32Array;
  /** Row 0 is the first output feature of the slab. */
  readonly out: BlockRows;
  /** @returns false where a weight is NaN or infinite; so too `columns` */
  rows(slab: RowSlab): boolean;
  columns(slab: ColumnSlab): boolean;
  /** Returns the error sums of all weights since the last call. */
  takeErrors(): ErrorSums;
}

export interface WorkspaceSize {
  readonly floats: number;
  /** Rows of the result. */
  readonly rows: number;
}

/** The plain loops, which are the reference. */
export function plainWorkspace(size: WorkspaceSize, spec: BlockSpec, shape: BlockShape): BlockWorkspace {
  const floats = new Float32Array(size.floats);
  const out: BlockRows = {
    codes: new Uint8Array(size.rows * shape.blocks * shape.blobBytes),
    scales: new Float32Array(size.rows * shape.blocks),
    zeroPoints: spec.symmetric ? null : new Uint8Array(size.rows * shape.zeroPointRowBytes),
  };
  let errors = noSums();
  const loops = (): ReturnType<typeof plainLoops> => plainLoops(floats, spec, shape, out, errors);
  let current = loops();
  return {
    floats,
    out,
    rows: (slab) => current.rows(slab),
    columns: (slab) => current.columns(slab),
    takeErrors: () => {
      const taken = errors;
      errors = noSums();
      current = loops();
      return taken;
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** Columns that are turned into rows together, in the first-level cache. */
const TURN_COLUMNS = 32;

/** The reference loops over given memory. */
export function plainLoops(
  floats: Float32Array,
  spec: BlockSpec,
  shape: BlockShape,
  out: BlockRows,
  errors: Sums,
): Pick<BlockWorkspace, "rows" | "columns"> {
  const words = new Int32Array(floats.buffer, floats.byteOffset, floats.length);
  const group = groupSize(spec);
  let turned: Pick<Slab, "floats" | "words" | "stride"> | null = null;
  return {
    rows: (slab) => quantizeBlocks({ ...slab, floats, words }, spec, shape, out, 0, errors),
    columns: ({ columns, stride, length, start }) => {
      if (!turned) {
        const buffer = new Float32Array(TURN_COLUMNS * group);
        turned = { floats: buffer, words: new Int32Array(buffer.buffer), stride: group };
      }
      for (let top = 0; top < length; top += group) {
        const height = Math.min(group, length - top);
        for (let left = 0; left < columns; left += TURN_COLUMNS) {
          const width = Math.min(TURN_COLUMNS, columns - left);
          turn(floats, top * stride + left, stride, height, width, turned.floats, group);
          const part = { ...turned, rows: width, length: height, start: start + top };
          if (!quantizeBlocks(part, spec, shape, out, left, errors)) return false;
        }
      }
      return true;
    },
  };
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
