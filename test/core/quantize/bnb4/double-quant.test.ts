import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dynamicMap, roundNested } from "#core/quantize/bnb4/double-quant.ts";

const floats = (name: string): Float32Array =>
  new Float32Array(new Uint8Array(readFileSync(`test/fixtures/quantization/doublequant/${name}.float32`)).buffer);

describe("dynamicMap", () => {
  it("is bitsandbytes' map to the bit", () => {
    expect([...dynamicMap()]).toEqual([...floats("map")]);
  });
});

describe("roundNested", () => {
  it("leaves what bitsandbytes reads back", () => {
    const absmax = floats("absmax");
    roundNested(absmax);
    const expected = floats("nested");
    expect(absmax).toHaveLength(610);
    // The mean is the only difference: torch adds up in float32 in an order of its own.
    absmax.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(expected[i]! * 1e-6);
    });
  });

  it("changes maxima that differ, by less than 1 % of their spread", () => {
    const absmax = Float32Array.from({ length: 1000 }, (_, i) => 1 + Math.sin(i * i) / 4);
    const rounded = absmax.slice();
    roundNested(rounded);
    expect(rounded).not.toEqual(absmax);
    rounded.forEach((value, i) => {
      expect(Math.abs(value - absmax[i]!)).toBeLessThan(0.25 * 0.015);
    });
  });

  it("keeps maxima that are all the same, zeros too", () => {
    for (const same of [0, 0.75]) {
      const absmax = new Float32Array(300).fill(same);
      roundNested(absmax);
      expect([...new Set(absmax)]).toEqual([same]);
    }
  });
});
