import { describe, expect, it } from "vitest";
import { packFloat32, packFloat64, packInt32, unpackFloat32, unpackFloat64, unpackInt32 } from "#core/store/blobs.ts";

describe("packed numbers", () => {
  it("come back bit by bit, NaN, infinities and -0 too", () => {
    const values = [0, -0, 1 / 3, Number.MAX_VALUE, -Infinity, Infinity, NaN];
    expect(unpackFloat64(packFloat64(values))).toEqual(values);
    expect(unpackFloat32(packFloat32([0.5, -Infinity]))).toEqual([0.5, -Infinity]);
    expect(unpackInt32(packInt32([-(2 ** 31), 0, 2 ** 31 - 1]))).toEqual([-(2 ** 31), 0, 2 ** 31 - 1]);
  });

  it("are little-endian and nothing else", () => {
    expect([...packInt32([1, 256])]).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
    expect([...packFloat32([1])]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it("are read from any place in a larger buffer", () => {
    const pool = Buffer.concat([Buffer.from([7]), packFloat64([1.5, -2.5])]);
    expect(unpackFloat64(pool.subarray(1))).toEqual([1.5, -2.5]);
  });

  it("may be none", () => {
    expect(packFloat64([]).byteLength).toBe(0);
    expect(unpackFloat32(packFloat32([]))).toEqual([]);
  });

  it("are refused when the blob was cut off", () => {
    expect(() => unpackFloat64(packFloat64([1, 2]).subarray(0, 12))).toThrow(RangeError);
  });
});
