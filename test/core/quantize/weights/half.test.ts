import { describe, expect, it } from "vitest";
import { fromHalf, toBfloat, toHalf, widenBfloats, widenHalves } from "#core/quantize/weights/half.ts";

const isNumber = (bits: number): boolean => (bits & 0x7c00) !== 0x7c00;

describe("toHalf", () => {
  it("returns every half to itself", () => {
    const changed = Array.from({ length: 65_536 }, (_, bits) => bits).filter(
      (bits) => isNumber(bits) && toHalf(fromHalf(bits)) !== bits,
    );
    expect(changed).toEqual([]);
  });

  it("rounds the middle between two halves to the even one", () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = (fromHalf(bits) + fromHalf(bits + 1)) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (toHalf(middle) !== even || toHalf(-middle) !== (even | 0x8000)) expect.fail(`half ${bits}`);
    }
  });

  it("keeps signed zeros, overflows to infinity from 65520 on, and keeps NaN", () => {
    expect([0, -0, 65_504, 65_519.99, 65_520, -1e9, Infinity, NaN].map(toHalf)).toEqual([
      0, 0x8000, 0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x7c00, 0x7e00,
    ]);
  });
});

describe("toBfloat", () => {
  it("rounds to nearest, ties to even", () => {
    expect([1, -1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 0.1].map(toBfloat)).toEqual([0x3f80, 0xbf80, 0x3f80, 0x3f82, 0x3dcd]);
  });
});

describe("widenHalves", () => {
  it("agrees with fromHalf", () => {
    const to = new Float32Array(4);
    widenHalves(Uint16Array.of(0x3c00, 0x8001, 0x7bff, 0xfc00), to);
    expect([...to]).toEqual([1, -(2 ** -24), 65_504, -Infinity]);
  });
});

describe("widenBfloats", () => {
  it("puts the bits into the upper half", () => {
    const to = new Float32Array(2);
    widenBfloats(Uint16Array.of(0x3f80, 0xc000), new Int32Array(to.buffer));
    expect([...to]).toEqual([1, -2]);
  });
});
