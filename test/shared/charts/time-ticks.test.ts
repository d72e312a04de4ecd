import { describe, expect, it } from "vitest";
import { timeText, timeTicks } from "#shared/charts/time-ticks.ts";

const at = (year: number, month: number, day = 1, hour = 0, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime();
const texts = (low: number, high: number, most = 6): string[] => timeTicks(low, high, most).map(({ text }) => text);

describe("timeTicks", () => {
  it("labels years, months, days, hours and minutes, as the range needs", () => {
    expect(texts(at(2020, 5), at(2026, 2))).toEqual(["2021", "2022", "2023", "2024", "2025", "2026"]);
    expect(texts(at(2026, 1, 20), at(2026, 6, 3))).toEqual(["2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]);
    expect(texts(at(2026, 11, 2), at(2026, 11, 6))).toEqual([
      "2026-11-02",
      "2026-11-03",
      "2026-11-04",
      "2026-11-05",
      "2026-11-06",
    ]);
    expect(texts(at(2026, 11, 2, 22), at(2026, 11, 3, 3))).toEqual([
      "22:00",
      "23:00",
      "2026-11-03",
      "01:00",
      "02:00",
      "03:00",
    ]);
    expect(texts(at(2026, 11, 2, 9, 1), at(2026, 11, 2, 9, 21))).toEqual(["09:05", "09:10", "09:15", "09:20"]);
    expect(texts(at(2026, 11, 2, 9, 31), at(2026, 11, 2, 9, 39))).toEqual(["09:32", "09:34", "09:36", "09:38"]);
  });

  it("begins weeks anew with each month, and never stands on itself at its turn", () => {
    expect(texts(at(2026, 10, 25), at(2026, 11, 20))).toEqual(["2026-11-01", "2026-11-08", "2026-11-15"]);
  });

  it("keeps every tick inside, in order, and near the number that there is room for", () => {
    for (let days = 1; days < 4000; days = Math.ceil(days * 1.3)) {
      const [low, high] = [at(2024, 2, 27, 5, 17), at(2024, 2, 27, 5, 17) + days * 86_400_000];
      const values = timeTicks(low, high, 6).map(({ value }) => value);
      expect(values.every((value) => value >= low && value <= high)).toBe(true);
      expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
      expect(values.length).toBeGreaterThanOrEqual(2);
      expect(values.length).toBeLessThanOrEqual(9);
    }
  });

  it("labels a single moment with all of it", () => {
    expect(timeTicks(at(2026, 11, 2, 9, 5), at(2026, 11, 2, 9, 5), 5)).toEqual([
      { value: at(2026, 11, 2, 9, 5), text: "2026-11-02 09:05" },
    ]);
  });
});

describe("timeText", () => {
  it("is a date and a time where the reader is", () => {
    expect(timeText(at(2026, 1, 3, 4, 5))).toBe("2026-01-03 04:05");
  });
});
