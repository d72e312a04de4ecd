/** Arrays of numbers as little-endian blobs. Every platform that the native modules ship for is little-endian. */
export function packFloat64(values: ArrayLike<number>): Buffer {
  return Buffer.from(Float64Array.from(values).buffer);
}

export function packFloat32(values: ArrayLike<number>): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

export function packInt32(values: ArrayLike<number>): Buffer {
  return Buffer.from(Int32Array.from(values).buffer);
}

export function unpackFloat64(blob: Buffer): number[] {
  return Array.from(new Float64Array(aligned(blob)));
}

export function unpackFloat32(blob: Buffer): number[] {
  return Array.from(new Float32Array(aligned(blob)));
}

export function unpackInt32(blob: Buffer): number[] {
  return Array.from(new Int32Array(aligned(blob)));
}

/** A Buffer may start anywhere in a shared pool; a typed array may not. */
function aligned(blob: Buffer): ArrayBuffer {
  return blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength) as ArrayBuffer;
}
