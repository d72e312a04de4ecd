import type { ErrorSums } from "./error-sums.ts";
import { WASM_BASE64 } from "./wasm-binary.ts";

/** The exports of tools/wasm; places are bytes in its memory. */
export interface WasmLoops {
  readonly memory: WebAssembly.Memory;
  configure(
    bits: number,
    blockSize: number,
    symmetric: number,
    halfScales: number,
    blocks: number,
    zeroPointRowBytes: number,
    codes: number,
    scales: number,
    zeroPoints: number,
  ): void;
  quantizeRows(
    floats: number,
    rows: number,
    stride: number,
    count: number,
    firstBlock: number,
    firstRow: number,
  ): number;
  quantizeColumns(
    floats: number,
    columns: number,
    stride: number,
    count: number,
    firstBlock: number,
    firstRow: number,
  ): number;
  halvesOf(from: number, to: number, count: number, tiny: number, huge: number): number;
  thresholdsAt(): number;
  valuesAt(): number;
  errorSumsAt(): number;
  errorsOfRow(from: number, count: number, scale: number, low: number, high: number): void;
  bnb4Blocks(from: number, blocks: number, blockSize: number, isNormal: number, codes: number, absmax: number): number;
  turn(from: number, height: number, width: number, to: number, stride: number): void;
  allFinite(from: number, count: number): number;
  widen(from: number, count: number, low: number, high: number): void;
  searchBlocks(
    algorithm: number,
    floats: number,
    rows: number,
    stride: number,
    count: number,
    rowBlocks: number,
    bits: number,
    blockSize: number,
    symmetric: number,
    codes: number,
    scales: number,
    zeros: number,
    halfScales: number,
  ): void;
  widenColumns(from: number, rows: number, width: number, low: number, high: number): void;
  codesOfColumns(
    from: number,
    rows: number,
    width: number,
    scales: number,
    zeros: number,
    lowest: number,
    to: number,
  ): void;
  errorsOfColumns(from: number, rows: number, width: number, scales: number, zeros: number, lowest: number): void;
  codesOf8(from: number, count: number, scale: number, zeroPoint: number, lowest: number, to: number): void;
}

/** An instance with memory for what was asked; nobody else uses it until it is given back. */
export interface WasmInstance {
  readonly memory: WebAssembly.Memory;
  readonly loops: WasmLoops;
  /** Where each of the parts begins. */
  readonly places: readonly number[];
  giveBack(): void;
}

const PAGE_BYTES = 65_536;
/** The instance's own data lies below. */
const HEAP_START = PAGE_BYTES;
const ALIGNMENT_BYTES = 64;

/** Tests turn it off to run the plain loops, which are the reference. */
export const wasm = { enabled: true };

let compiled: WebAssembly.Module | null | undefined;
/** Memory cannot shrink, so one that is idle is kept and no more: a thread does one task at a time. */
let idle: WasmLoops | null = null;

/**
 * An instance whose memory has room for parts of these sizes, with undefined content.
 * @returns null where this machine cannot run it
 */
export function acquireInstance(...bytes: readonly number[]): WasmInstance | null {
  const loops = wasm.enabled ? (idle ?? instantiate()) : null;
  if (!loops) return null;
  idle = null;
  const places: number[] = [];
  let end = HEAP_START;
  for (const size of bytes) {
    places.push(end);
    end = Math.ceil((end + size) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  }
  const missing = Math.ceil((end - loops.memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) {
    try {
      loops.memory.grow(missing);
    } catch {
      return null; // No such stretch of address space: the plain loops do.
    }
  }
  // Drops the sums that an abandoned task left.
  takeErrors(loops, 0);
  return {
    memory: loops.memory,
    loops,
    places,
    giveBack: () => {
      idle = loops;
    },
  };
}

function instantiate(): WasmLoops | null {
  compiled ??= compile();
  return compiled ? (new WebAssembly.Instance(compiled).exports as unknown as WasmLoops) : null;
}

function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Buffer.from(WASM_BASE64, "base64"));
  } catch {
    return null; // No relaxed SIMD here.
  }
}

/** The errors that the loops have summed since the last call, of `count` weights. */
export function takeErrors(loops: WasmLoops, count: number): ErrorSums {
  const sums = new Float64Array(loops.memory.buffer, loops.errorSumsAt(), 4);
  const [sumSquares, sumSquaredError, clipped, maxError] = sums as unknown as [number, number, number, number];
  sums.fill(0);
  return { count, sumSquares, sumSquaredError, maxError, clipped };
}

/** Memory in parts, and the loops that can work on it; null where it is ordinary memory. */
export interface Borrowed extends Disposable {
  readonly parts: readonly Uint8Array[];
  readonly loops: WasmLoops | null;
}

/** Parts of these sizes, each aligned for every element type, in an instance's memory where there is one. */
export function borrowMemory(...bytes: readonly number[]): Borrowed {
  const instance = acquireInstance(...bytes);
  if (!instance) {
    return { parts: bytes.map((size) => new Uint8Array(size)), loops: null, [Symbol.dispose]: () => undefined };
  }
  return {
    parts: bytes.map((size, index) => new Uint8Array(instance.memory.buffer, instance.places[index], size)),
    loops: instance.loops,
    [Symbol.dispose]: () => {
      instance.giveBack();
    },
  };
}

/** The elements of a part. */
export function floatsOf({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return new Float32Array(buffer, byteOffset, byteLength >> 2);
}

/** Where an array of an instance's memory begins, for its loops. */
export function placeOf({ byteOffset }: ArrayBufferView, element = 0): number {
  return byteOffset + element * 4;
}
