import { describe, expect, it } from "vitest";
import { createRandom, hashSeed, randomFromState } from "#shared/random.ts";

const take = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

describe("randomFromState", () => {
  it("gives the outputs of the reference implementation of xoshiro128**", () => {
    const random = randomFromState([1, 2, 3, 4]);
    expect(take(10, random.nextUint32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it("fills an array with the same stream as single draws", () => {
    const [single, many] = [createRandom(9), createRandom(9)];
    const target = new Uint32Array(5);
    many.fill(target);
    expect([...target, many.nextUint32()]).toEqual(take(6, single.nextUint32));
  });

  it("refuses the all-zero state, which would stay zero for ever", () => {
    expect(() => randomFromState([0, 0, 0, 0])).toThrow(RangeError);
  });
});

describe("createRandom", () => {
  it("keeps the stream that stored seeds stand for", () => {
    expect(take(4, createRandom(0).nextUint32)).toEqual([1789933344, 44971166, 2521387044, 3848737593]);
  });

  it("repeats with one seed and differs with another", () => {
    const stream = (seed: number): number[] => take(8, createRandom(seed).nextUint32);
    expect(stream(7)).toEqual(stream(7));
    expect(stream(7)).not.toEqual(stream(8));
  });

  it("draws floats in [0, 1) with mean 1/2 and variance 1/12", () => {
    const random = createRandom(1);
    const floats = take(20_000, random.nextFloat);
    const mean = floats.reduce((a, b) => a + b, 0) / floats.length;
    const variance = floats.reduce((sum, x) => sum + (x - mean) ** 2, 0) / floats.length;
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...floats)).toBeLessThan(1);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it("draws each integer below n about equally often", () => {
    const random = createRandom(2);
    const counts = new Array<number>(6).fill(0);
    for (let draw = 0; draw < 60_000; draw += 1) counts[random.nextInt(6)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it("reaches both ends: 0 for n = 1, the upper half for n = 2^32", () => {
    const random = createRandom(3);
    expect(take(20, () => random.nextInt(1))).toEqual(new Array<number>(20).fill(0));
    expect(Math.max(...take(100, () => random.nextInt(2 ** 32)))).toBeGreaterThan(2 ** 31);
  });

  it("refuses a seed that is no integer", () => {
    expect(() => createRandom(0.5)).toThrow(RangeError);
    expect(() => createRandom(Number.NaN)).toThrow(RangeError);
  });

  it("refuses a range that is empty, broken or beyond 32 bits", () => {
    const random = createRandom(4);
    for (const n of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) expect(() => random.nextInt(n)).toThrow(RangeError);
  });
});

describe("hashSeed", () => {
  it("keeps the values that stored runs stand for", () => {
    expect(hashSeed(0, "q1")).toBe(2054656690);
    expect(hashSeed("q1")).toBe(3295138572);
    expect(hashSeed()).toBe(2872998923);
  });

  it("tells apart types, orders and where one part ends", () => {
    const seeds = [
      hashSeed("a", "bc"),
      hashSeed("ab", "c"),
      hashSeed("abc"),
      hashSeed("bc", "a"),
      hashSeed(1),
      hashSeed("1"),
      hashSeed("abc", ""),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it("gives 10,000 questions almost no seed in common", () => {
    const seeds = Array.from({ length: 10_000 }, (_, question) => hashSeed(42, `question-${question}`));
    expect(new Set(seeds).size).toBeGreaterThan(9_995);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  });

  it("refuses NaN and infinity", () => {
    expect(() => hashSeed(Number.NaN)).toThrow(RangeError);
    expect(() => hashSeed("q", Infinity)).toThrow(RangeError);
  });
});
