import { describe, expect, it } from "vitest";
import { maskTensor } from "#core/engine/tensors.ts";

describe("maskTensor", () => {
  it("is 1 everywhere, in the element type that the graph asks for", () => {
    expect(maskTensor("int64", 1, 2)).toMatchObject({ type: "int64", dims: [1, 2], data: BigInt64Array.of(1n, 1n) });
    expect(maskTensor("bool", 1, 1).data).toEqual(Uint8Array.of(1));
    expect(maskTensor("float32", 1, 1).data).toEqual(Float32Array.of(1));
    // 1 in half precision.
    expect(maskTensor("float16", 1, 1).data).toEqual(Uint16Array.of(0x3c00));
  });

  it("hides the same slots of every row", () => {
    expect(maskTensor("int64", 2, 4, [1, 3]).data).toEqual(BigInt64Array.of(1n, 0n, 0n, 1n, 1n, 0n, 0n, 1n));
    expect(maskTensor("float32", 1, 3, [0, 3]).data).toEqual(Float32Array.of(0, 0, 0));
    expect(maskTensor("int32", 1, 2, [2, 2]).data).toEqual(Int32Array.of(1, 1));
  });

  it("refuses a type that cannot be fed", () => {
    expect(() => maskTensor("string", 1, 1)).toThrow("cannot be fed");
  });
});
