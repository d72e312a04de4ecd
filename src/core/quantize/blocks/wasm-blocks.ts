import { type BlockWorkspace, plainLoops, type WorkspaceSize } from "./block-workspace.ts";
import type { BlockShape, BlockSpec } from "./matmulnbits.ts";
import { acquireInstance, takeErrors } from "../weights/wasm-instance.ts";
import { addSums, noSums } from "../weights/weight-error.ts";

/**
 * A workspace whose loops are WebAssembly (tools/wasm/blocks.ts). Blocks at the end of K that are not whole go through the
 * plain loops, on the same memory.
 * @returns null where there is no such loop, or no WebAssembly with relaxed SIMD
 */
export function wasmWorkspace(size: WorkspaceSize, spec: BlockSpec, shape: BlockShape): BlockWorkspace | null {
  const { bits, blockSize, symmetric, halfScales } = spec;
  if (bits === 2 || blockSize > 256) return null;
  const codeBytes = size.rows * shape.blocks * shape.blobBytes;
  const zeroPointBytes = symmetric ? 0 : size.rows * shape.zeroPointRowBytes;
  const instance = acquireInstance(size.floats * 4, codeBytes, size.rows * shape.blocks * 4, zeroPointBytes);
  if (!instance) return null;

  const { buffer } = instance.memory;
  const [floatsAt, codesAt, scalesAt, zeroPointsAt] = instance.places as [number, number, number, number];
  const floats = new Float32Array(buffer, floatsAt, size.floats);
  const out = {
    codes: new Uint8Array(buffer, codesAt, codeBytes),
    scales: new Float32Array(buffer, scalesAt, size.rows * shape.blocks),
    zeroPoints: symmetric ? null : new Uint8Array(buffer, zeroPointsAt, zeroPointBytes),
  };
  const { loops } = instance;
  let errors = noSums();
  let weights = 0;
  loops.configure(
    bits,
    blockSize,
    Number(symmetric),
    Number(halfScales),
    shape.blocks,
    shape.zeroPointRowBytes,
    codesAt,
    scalesAt,
    zeroPointsAt,
  );
  return {
    floats,
    out,
    rows: ({ rows, stride, length, start }) => {
      const whole = Math.floor(length / blockSize);
      const done = whole * blockSize;
      weights += rows * done;
      if (!loops.quantizeRows(floatsAt, rows, stride, whole, start / blockSize, 0)) return false;
      if (done === length) return true;
      const rest = plainLoops(floats.subarray(done), spec, shape, out, errors);
      return rest.rows({ rows, stride, length: length - done, start: start + done });
    },
    columns: ({ columns, stride, length, start }) => {
      const whole = Math.floor(length / blockSize);
      const done = whole * blockSize;
      weights += columns * done;
      if (!loops.quantizeColumns(floatsAt, columns, stride, whole, start / blockSize, 0)) return false;
      if (done === length) return true;
      const rest = plainLoops(floats.subarray(done * stride), spec, shape, out, errors);
      return rest.columns({ columns, stride, length: length - done, start: start + done });
    },
    takeErrors: () => {
      const taken = errors;
      addSums(taken, takeErrors(loops, weights));
      errors = noSums();
      weights = 0;
      return taken;
    },
    [Symbol.dispose]: () => {
      instance.giveBack();
    },
  };
}
