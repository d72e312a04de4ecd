import { describe, expect, it } from "vitest";
import { float32Literal } from "./float32-literal.ts";

describe("float32Literal", () => {
  it.each([
    ["0", 0],
    ["-0.0f", -0],
    ["1", 1],
    ["0.1f", Math.fround(0.1)],
    ["5.208333333e-03f", Math.fround(0.005208333333)],
    ["16777217", 16_777_216],
    ["16777219", 16_777_220],
    ["1e-46", 0],
    ["7.006492321624085354618e-46", 0],
    ["7.006492321624085354619e-46", 2 ** -149],
    ["1.1754942e-38", 2 ** -126 - 2 ** -149],
    ["3.4028235e38f", (2 - 2 ** -23) * 2 ** 127],
    ["3.4028235677973366163e38", (2 - 2 ** -23) * 2 ** 127],
    ["3.4028235677973366164e38", Infinity],
    ["-1e39", -Infinity],
  ])("%s", (text, value) => {
    expect(float32Literal(text)).toBe(value);
  });

  it("rounds once where Math.fround rounds twice", () => {
    // Nearer to the float32 above than to the tie, which is where float64 ends.
    expect(float32Literal("16777217.0000000000001")).toBe(16_777_218);
    expect(Math.fround(16777217.0000000000001)).toBe(16_777_216);
  });

  it("gives every float32 back from its decimal", () => {
    const word = new Uint32Array(1);
    const float = new Float32Array(word.buffer);
    for (let bits = 1; bits < 0x7f800000; bits += 6_543_211) {
      word[0] = bits;
      expect(float32Literal(String(float[0]))).toBe(float[0]);
      expect(float32Literal(`-${float[0]!.toPrecision(9)}`)).toBe(-float[0]!);
    }
  });
});
