import { describe, expect, it } from "vitest";
import { gemmParts } from "#core/quantize/graph/gemm-to-matmul.ts";
import { int, node } from "../../onnx/build-model.ts";

describe("gemmParts", () => {
  it("takes a Gemm apart into product and bias", () => {
    const gemm = node("Gemm", ["x", "w", "b"], ["y"], [int("transB", 1)]);
    expect(gemmParts(gemm)).toEqual({ input: "x", weight: "w", transposed: true, bias: "b" });
    expect(gemmParts(node("Gemm", ["x", "w"], ["y"]))).toMatchObject({ transposed: false, bias: null });
    expect(gemmParts(node("Gemm", ["x", "w", ""], ["y"]))).toMatchObject({ bias: null });
  });

  it("says why it cannot", () => {
    const scaled = Object.assign(int("alpha", 0), { f: 0.5 });
    expect(gemmParts(node("Gemm", ["x", "w"], ["y"], [scaled]))).toMatch(/scales by 0.5 and 1/);
    expect(gemmParts(node("Gemm", ["x", "w"], ["y"], [int("transA", 1)]))).toMatch(/transposes its input/);
  });
});
