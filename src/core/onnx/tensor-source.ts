import { closeSync, fstatSync, openSync, statSync } from "node:fs";
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

let keepers = 0;
const kept = new Map<string, { readonly fd: number; readonly size: number }>();

/**
 * Until what it returns is disposed of, files that tensors are read from stay open, and are the files that they were:
 * hundreds of tensors share one.
 */
export function keepSourcesOpen(): Disposable {
  keepers++;
  return {
    [Symbol.dispose]: () => {
      if (--keepers > 0) return;
      for (const { fd } of kept.values()) closeSync(fd);
      kept.clear();
    },
  };
}

/** A file to read from. */
export function openSourceFile(file: string): Disposable & { readonly fd: number; readonly size: number } {
  const shared = keepers > 0;
  const source = kept.get(file) ?? openWithSize(file);
  if (shared) kept.set(file, source);
  return {
    ...source,
    [Symbol.dispose]: () => {
      if (!shared) closeSync(source.fd);
    },
  };
}

/** In bytes. */
export function sourceSize(file: string): number {
  if (keepers === 0) return statSync(file).size;
  using source = openSourceFile(file);
  return source.size;
}

function openWithSize(file: string): { readonly fd: number; readonly size: number } {
  const fd = openSync(file, "r");
  return { fd, size: fstatSync(fd).size };
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
  const source = openSourceFile(data.file);
  return {
    byteLength: data.length,
    read: (target, offset) => {
      expectInside(name, target, offset, data.length);
      const start = performance.now();
      readFully(source.fd, target, data.offset + offset);
      reading.ms += performance.now() - start;
    },
    [Symbol.dispose]: () => {
      source[Symbol.dispose]();
    },
  };
}

/** Behind a tensor's end lies the next one: reading on would give wrong weights, not an error. */
function expectInside(name: string, target: Uint8Array, offset: number, byteLength: number): void {
  if (offset >= 0 && offset + target.length <= byteLength) return;
  throw new RangeError(`bytes ${offset} to ${offset + target.length} of "${name}", which has ${byteLength}`);
}
