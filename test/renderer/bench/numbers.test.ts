import { describe, expect, it } from "vitest";
import { readNumber, readNumbers } from "../../../src/renderer/views/bench/numbers.ts";

const LIMITS = { min: 1, max: 4096 };

describe("readNumber", () => {
  it.each([
    ["8", 8],
    [" 1,024 ", 1024],
    ["4096", 4096],
  ])("reads %j", (text, value) => {
    expect(readNumber(text, LIMITS)).toBe(value);
  });

  it.each(["", " ", "0", "4097", "1.5", "-3", "many", "1e", "Infinity"])("says what it takes instead of %j", (text) => {
    expect(readNumber(text, LIMITS)).toBe("A whole number from 1 to 4,096.");
  });
});

describe("readNumbers", () => {
  it("sorts them and keeps each once, whatever stands between", () => {
    expect(readNumbers("8, 1 32;8", LIMITS)).toEqual([1, 8, 32]);
  });

  it.each(["", " , ", "1, x", "1, 0"])("refuses %j as a whole", (text) => {
    expect(readNumbers(text, LIMITS)).toMatch(/commas/);
  });
});
