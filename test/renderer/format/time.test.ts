import { describe, expect, it } from "vitest";
import { formatDuration, formatExactly, formatStarted } from "../../../src/renderer/format/time.ts";

describe("formatDuration", () => {
  it.each([
    [0, "0.0 s"],
    [4200, "4.2 s"],
    [9949, "9.9 s"],
    [9950, "10 s"],
    [59_499, "59 s"],
    [59_500, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [3_599_400, "59 min 59 s"],
    [3_599_500, "1 h 00 min"],
    [3_840_000, "1 h 04 min"],
    [86_399_000, "1 d 00 h"],
    [190_000_000, "2 d 05 h"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([NaN, -1, Infinity])("shows %d as none", (ms) => {
    expect(formatDuration(ms)).toBe("—");
  });
});

describe("formatStarted", () => {
  const now = new Date(2026, 2, 1, 12, 0).getTime();
  it.each([
    [new Date(2026, 2, 1, 0, 3), "Today 00:03"],
    [new Date(2026, 1, 28, 23, 59), "Yesterday 23:59"],
    [new Date(2026, 1, 27, 9, 5), "2026-02-27 09:05"],
    [new Date(2025, 2, 1, 12, 0), "2025-03-01 12:00"],
  ])("shows %s as %s", (date, text) => {
    expect(formatStarted(date.toISOString(), now)).toBe(text);
  });

  it("shows what is no time as it is", () => {
    expect(formatStarted("soon", now)).toBe("soon");
  });
});

describe("formatExactly", () => {
  it("gives seconds and the offset", () => {
    expect(formatExactly(new Date(2026, 1, 3, 4, 5, 6).toISOString())).toMatch(
      /^2026-02-03 04:05:06 UTC[+−]\d\d:\d\d$/,
    );
  });

  it("shows what is no time as it is", () => {
    expect(formatExactly("soon")).toBe("soon");
  });
});
