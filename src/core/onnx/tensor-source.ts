import { closeSync, openSync } from "node:fs";
import type { ByteRange } from "./external-data.ts";
import { readFully } from "./file-window.ts";

/** Random access to a tensor's little-endian bytes, wherever they are kept. Close it after use. */
export interface TensorReader extends Disposable {
  readonly byteLength: number;
  /** Fills `target` from byte `offset` of the tensor on; RangeError where the tensor ends before. */
  read(target: Uint8Array, offset: number): void;
}

/** Where a tensor's bytes are, as plain data: it can be sent to another thread. */
export interface TensorSource {
  readonly name: string;
  readonly data: ByteRange | Uint8Array;
}

/** Milliseconds that this thread has spent in reading tensors, for those who ask where the time went. */
export const reading = { ms: 0 };

/** Opens a tensor for reading in slabs. */
export function openSource({ name, data }: TensorSource): TensorReader {
  if (data instanceof Uint8Array) {
    return {
      byteLength: data.length,
      read: (target, offset) => {
        expectInside(name, target, offset, data.length);
        target.set(data.subarray(offset, offset + target.length));
      },
      [Symbol.dispose]: () => undefined,
    };
  }
  const fd = openSync(data.file, "r");
  return {
    byteLength: data.length,
    read: (target, offset) => {
      expectInside(name, target, offset, data.length);
      const start = performance.now();
      readFully(fd, target, data.offset + offset);
      reading.ms += performance.now() - start;
    },
    [Symbol.dispose]: () => {
      closeSync(fd);
    },
  };
}

/** After a tensor's end lies the next one: reading on would give wrong weights, not an error. */
function expectInside(name: string, target: Uint8Array, offset: number, byteLength: number): void {
  if (offset >= 0 && offset + target.length <= byteLength) return;
  throw new RangeError(`bytes ${offset} to ${offset + target.length} of "${name}", which has ${byteLength}`);
}
