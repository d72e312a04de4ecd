import { WASM_BASE64 } from "./wasm-binary.ts";

/** What tools/wasm/blocks.ts exports; places are bytes in its memory. */
interface WasmLoops {
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
}

/** An instance with memory for what was asked; nobody else uses it until it is given back. */
export interface Machine {
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

let compiled: WebAssembly.Module | null | undefined;
/** Memory cannot shrink, so one that is idle is kept and no more: a thread does one task at a time. */
let idle: WasmLoops | null = null;

/**
 * An instance whose memory has room for parts of these sizes, with undefined content.
 * @returns null where this machine cannot run it
 */
export function borrowMachine(...bytes: readonly number[]): Machine | null {
  const loops = idle ?? instantiate();
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
