import { describe, expect, it } from "vitest";
import { generationSpeed } from "#shared/metrics/generation-speed.ts";
import { wordsPerMinute } from "#shared/metrics/words-per-minute.ts";

describe("generationSpeed", () => {
  it("of 128 prompt tokens, the first of 64 at 64 ms and the last at 564 ms, is the worked example's", () => {
    const tokenMs = Array.from({ length: 64 }, (_, i) => 64 + (500 * i) / 63);
    const speed = generationSpeed(128, tokenMs)!;
    expect(speed.timeToFirstTokenMs).toBe(64);
    expect(speed.prefillTokensPerSecond).toBeCloseTo(2000, 10);
    expect(speed.decodeTokensPerSecond).toBeCloseTo(126, 10);
    expect(speed.endToEndTokensPerSecond).toBeCloseTo(113.48, 2);
    expect(speed.interTokenMs!.p50).toBeCloseTo(500 / 63, 10);
    expect(wordsPerMinute(48, tokenMs.at(-1)!)).toBeCloseTo(5106.4, 1);
  });

  it("has quantiles of the time between tokens", () => {
    // numpy: gaps 6, 10, 1, 14, 469.
    const { interTokenMs } = generationSpeed(1, [64, 70, 80, 81, 95, 564])!;
    expect(interTokenMs!.p50).toBe(10);
    expect(interTokenMs!.p95).toBeCloseTo(378, 10);
  });

  it("has no decoding speed from one token", () => {
    const speed = generationSpeed(10, [50]);
    expect(speed).toMatchObject({ decodeTokensPerSecond: null, interTokenMs: null, endToEndTokensPerSecond: 20 });
  });

  it("is null without tokens", () => {
    expect(generationSpeed(10, [])).toBeNull();
  });

  it("refuses times that do not ascend from above 0, and no prompt", () => {
    expect(() => generationSpeed(10, [50, 40])).toThrow("must ascend");
    expect(() => generationSpeed(10, [0, 40])).toThrow("must ascend");
    expect(() => generationSpeed(10, [1, Number.NaN])).toThrow(RangeError);
    expect(() => generationSpeed(0, [1])).toThrow(RangeError);
  });
});
