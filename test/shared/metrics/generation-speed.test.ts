import { describe, expect, it } from "vitest";
import {
  decodeTokensPerSecond,
  type GenerationTimes,
  prefillTokensPerSecond,
} from "#shared/metrics/generation-speed.ts";

// The worked example: 128 prompt tokens, the first of 64 tokens at 64 ms and the last at 564 ms.
const example: GenerationTimes = {
  batchSize: 1,
  promptTokens: 128,
  timeToFirstTokenMs: [64],
  interTokenMs: Array<number>(63).fill(500 / 63),
};

describe("prefillTokensPerSecond", () => {
  it("is the worked example's 2,000", () => {
    expect(prefillTokensPerSecond(example)).toBeCloseTo(2000, 10);
  });

  it("divides all prompts by all their time, and counts every sequence of a batch", () => {
    expect(prefillTokensPerSecond({ ...example, batchSize: 4, timeToFirstTokenMs: [64, 192] })).toBeCloseTo(4000, 10);
  });

  it("is null where no generation was timed", () => {
    expect(prefillTokensPerSecond({ ...example, timeToFirstTokenMs: [] })).toBeNull();
  });
});

describe("decodeTokensPerSecond", () => {
  it("is the worked example's 126", () => {
    expect(decodeTokensPerSecond(example)).toBeCloseTo(126, 10);
  });

  it("divides all tokens by all their time, and counts every sequence of a batch", () => {
    expect(decodeTokensPerSecond({ ...example, interTokenMs: [10, 30] })).toBe(50);
    expect(decodeTokensPerSecond({ ...example, batchSize: 4, interTokenMs: [10, 30] })).toBe(200);
  });

  it("is null for a single token, which has no decoding step", () => {
    expect(decodeTokensPerSecond({ ...example, interTokenMs: [] })).toBeNull();
  });
});
