import { describe, expect, it } from "vitest";
import {
  duration,
  elapsedMs,
  grouped,
  mebibytes,
  megabytes,
  percent,
  plural,
  pValue,
  signed,
  significant,
  times,
} from "#shared/format-numbers.ts";

describe("significant", () => {
  it.each([
    [0, "0"],
    [0.00005234, "0.000052"],
    [0.0523, "0.0523"],
    [0.9996, "1.00"],
    [8.494, "8.49"],
    [9.996, "10.0"],
    [29.66, "29.7"],
    [99.96, "100"],
    [1234.4, "1,234"],
    [-8.5, "−8.50"],
    [Infinity, "Infinity"],
  ])("shows %d as %s", (value, text) => {
    expect(significant(value)).toBe(text);
  });
});

describe("signed", () => {
  it.each([
    [1.66, "+1.7"],
    [-0.64, "−0.6"],
    [-0.04, "±0.0"],
    [0, "±0.0"],
  ])("shows %d as %s", (value, text) => {
    expect(signed(value, 1)).toBe(text);
  });
});

describe("times", () => {
  it.each([
    [3.14, "3.1x"],
    [1.041, "1.04x"],
    [1.094, "1.09x"],
    [1.097, "1.1x"],
    [0.95, "0.95x"],
    [0.5, "0.5x"],
    [12, "12.0x"],
  ])("shows %d as %s", (value, text) => {
    expect(times(value)).toBe(text);
  });
});

describe("pValue", () => {
  it.each([
    [0.00001, "p < 0.001"],
    [0.0036, "p = 0.004"],
    [0.049, "p = 0.049"],
    [0.109375, "p = 0.11"],
    [1, "p = 1"],
  ])("shows %d as %s", (value, text) => {
    expect(pValue(value)).toBe(text);
  });

  it("never shows a bare zero", () => {
    expect(pValue(0)).toBe("p < 0.001");
  });
});

describe("elapsedMs", () => {
  const start = "2026-11-21T08:00:00.000Z";

  it("is the time between two moments", () => {
    expect(elapsedMs(start, "2026-11-21T08:01:15.000Z")).toBe(75_000);
    expect(elapsedMs(start, start)).toBe(0);
  });

  it.each([
    ["a run that goes on", start, null],
    ["a clock that was set back", start, "2026-11-19T08:00:27.000Z"],
    ["a start that is no date", "yesterday", start],
    ["an end that is no date", start, ""],
  ])("is not known of %s", (_what, from, to) => {
    expect(elapsedMs(from, to)).toBeNull();
  });
});

describe("duration", () => {
  it.each([-172_773_000, NaN, Infinity])("is a dash for %d ms", (ms) => {
    expect(duration(ms)).toBe("–");
  });

  it.each([
    [0, "0 s"],
    [1499, "1 s"],
    [59_600, "1 min 0 s"],
    [75_000, "1 min 15 s"],
    [3_600_000, "1 h 0 min"],
    [90 * 60_000 + 59_000, "1 h 30 min"],
  ])("shows %d ms as %s", (value, text) => {
    expect(duration(value)).toBe(text);
  });
});

describe("bytes", () => {
  it("are megabytes of files and mebibytes of memory", () => {
    expect(megabytes(29_700_000)).toBe("29.7");
    expect(mebibytes(29.7 * 2 ** 20)).toBe("29.7");
    expect(mebibytes(29_700_000)).toBe("28.3");
  });
});

describe("plural, grouped and percent", () => {
  it("read aloud", () => {
    expect([plural(0, "question"), plural(1, "question"), plural(1600, "question")]).toEqual([
      "0 questions",
      "1 question",
      "1,600 questions",
    ]);
    expect([plural(1, "launch"), plural(6, "launch")]).toEqual(["1 launch", "6 launches"]);
    expect(grouped(1234567.891, 1)).toBe("1,234,567.9");
    expect(percent(0.6125)).toBe("61.3 %");
  });
});
