import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import { widenBfloats, widenHalves } from "./half.ts";
import type { FloatType, RowRange, WeightMatrix } from "./weight-matrix.ts";
import { type Borrowed, borrowMemory, floatsOf, placeOf, type WasmLoops } from "./wasm-instance.ts";

/** How much is held at once, and which rows are done. */
export interface RowLimits {
  /** Whole rows as float32. Of a KN matrix fewer rows mean shorter reads. */
  readonly tileBytes?: number | undefined;
  /** Lines of a KN matrix that are read before they are turned. */
  readonly slabBytes?: number | undefined;
  /** All of them unless given. */
  readonly range?: RowRange | undefined;
}
const TILE_BYTES = 8 << 20;
const SLAB_BYTES = 1 << 20;
/** Columns that are turned into rows together: more would fight for the same lines of the first-level cache. */
const TURN_COLUMNS = 8;

/**
 * Reads a weight as whole rows of [N, K] (one row per output feature), as float32, in either layout and in bounded memory.
 * For kernels that need a row, or the flat order of rows; the MatMulNBits kernel gets by with slabs of K.
 */
export class RowReader {
  /** Rows to ask for at once; an even number unless the matrix has fewer, so that nibbles of a tile fill whole bytes. */
  readonly tileRows: number;
  readonly range: RowRange;
  readonly #matrix: WeightMatrix;
  readonly #floats: ElementReader;
  readonly #slabBytes: number;
  #slab: Float32Array = new Float32Array(0);
  #loops: WasmLoops | null = null;

  constructor(matrix: WeightMatrix, reader: TensorReader, limits: RowLimits = {}) {
    const { slabBytes = SLAB_BYTES, range = { first: 0, count: matrix.N } } = limits;
    // Rows of an NK matrix lie together: more of them at once would only leave the processor's cache.
    const { tileBytes = matrix.layout === "NK" ? slabBytes : TILE_BYTES } = limits;
    const rows = Math.floor(tileBytes / (matrix.K * 4));
    this.tileRows = Math.min(range.count, Math.max(2, rows - (rows % 2)));
    this.range = range;
    this.#matrix = matrix;
    this.#floats = new ElementReader(matrix.dataType, reader);
    this.#slabBytes = slabBytes;
  }

  /**
   * Memory for rows and for what is made of them, with the loops that can work on it.
   * @param floats weights that `read` is to put there
   * @param bytes sizes of further parts
   */
  borrow(floats: number, ...bytes: readonly number[]): Borrowed & { readonly floats: Float32Array } {
    const slabBytes = this.#matrix.layout === "NK" ? 0 : Math.max(this.#slabBytes, this.tileRows * 4);
    const memory = borrowMemory(slabBytes, floats * 4, ...bytes);
    const [slab, rows, ...parts] = memory.parts as [Uint8Array, Uint8Array, ...Uint8Array[]];
    this.#slab = floatsOf(slab);
    this.#loops = memory.loops;
    return { ...memory, parts, floats: floatsOf(rows) };
  }

  /** The tiles of the range, in order. */
  *tiles(): Generator<{ firstRow: number; rows: number }> {
    const end = this.range.first + this.range.count;
    for (let firstRow = this.range.first; firstRow < end; firstRow += this.tileRows) {
      yield { firstRow, rows: Math.min(this.tileRows, end - firstRow) };
    }
  }

  /** Puts `rows` rows from `firstRow` on into `to`, which was borrowed, one after the other from element `at` on. */
  read(firstRow: number, rows: number, to: Float32Array, at: number): void {
    const { K, N, layout } = this.#matrix;
    if (layout === "NK") {
      this.#floats.read(to, at, firstRow * K, rows * K);
      return;
    }
    const slabLines = Math.min(K, Math.max(1, Math.floor(this.#slabBytes / (rows * 4))));
    for (let first = 0; first < K; first += slabLines) {
      const lines = Math.min(slabLines, K - first);
      if (rows === N) this.#floats.read(this.#slab, 0, first * N, lines * N);
      else {
        for (let line = 0; line < lines; line++) {
          this.#floats.read(this.#slab, line * rows, (first + line) * N + firstRow, rows);
        }
      }
      if (this.#loops) this.#loops.turn(placeOf(this.#slab), lines, rows, placeOf(to, at + first), K);
      else turn(this.#slab, lines, rows, to, at + first, K);
    }
  }
}

/** Copies [height, width] to [width, height] at `at`, in rows that are `stride` apart. */
function turn(source: Float32Array, height: number, width: number, to: Float32Array, at: number, stride: number): void {
  for (let left = 0; left < width; left += TURN_COLUMNS) {
    const right = Math.min(width, left + TURN_COLUMNS);
    for (let row = 0; row < height; row++) {
      for (let column = left, from = row * width + left; column < right; column++) {
        to[at + column * stride + row] = source[from++]!;
      }
    }
  }
}

/** Reads elements of a tensor as float32, whatever float type they are stored in. */
class ElementReader {
  readonly #type: FloatType;
  readonly #reader: TensorReader;
  #halves = new Uint16Array(0);

  constructor(type: FloatType, reader: TensorReader) {
    this.#type = type;
    this.#reader = reader;
  }

  /** Elements from `element` on, into `to` from `at` on. */
  read(to: Float32Array, at: number, element: number, count: number): void {
    const place = to.byteOffset + at * 4;
    if (this.#type === FLOAT) {
      this.#reader.read(new Uint8Array(to.buffer, place, count * 4), element * 4);
      return;
    }
    if (this.#halves.length < count) this.#halves = new Uint16Array(count);
    const halves = this.#halves.subarray(0, count);
    this.#reader.read(new Uint8Array(halves.buffer, 0, count * 2), element * 2);
    if (this.#type === FLOAT16) widenHalves(halves, to.subarray(at, at + count));
    else widenBfloats(halves, new Int32Array(to.buffer, place, count));
  }
}

/** Elements of this type take so many bytes. */
export function floatBytes(type: FloatType): 2 | 4 {
  return type === FLOAT16 || type === BFLOAT16 ? 2 : 4;
}
