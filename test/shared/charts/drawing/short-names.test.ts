import { describe, expect, it } from "vitest";
import { shortNames } from "#shared/charts/drawing/short-names.ts";

describe("shortNames", () => {
  it("leaves what fits", () => {
    expect(shortNames(["int4@cpu", "w8@cpu"], 8)).toEqual(["int4@cpu", "w8@cpu"]);
  });

  it("cuts in the middle, to the length", () => {
    expect(shortNames(["abcdefghijklmnop"], 9)).toEqual(["abcd…mnop"]);
  });

  it("keeps what tells names apart that are alike at both ends", () => {
    const [a, b] = shortNames(
      ["model-of-somebody-recipe-A-calibrated-int4", "model-of-somebody-recipe-B-calibrated-int4"],
      14,
    );
    expect(a).toBe("model-…A…-int4");
    expect(b).toBe("model-…B…-int4");
  });

  it("keeps names apart whatever they are", () => {
    const head = "x".repeat(40);
    const names = ["", "1", "2", "12", "21", head, `${head}y`].map((middle) => `${head}${middle}${"z".repeat(40)}`);
    const short = shortNames(names, 12);
    expect(new Set(short).size).toBe(names.length);
    const numbered = Array.from({ length: 30 }, (_, index) => `${head}-${index}-${index % 3}${head}`);
    expect(new Set(shortNames(numbered, 12)).size).toBe(30);
  });

  it("gives one name one form", () => {
    expect(new Set(shortNames(["a".repeat(30), "a".repeat(30)], 10)).size).toBe(1);
  });

  it("never cuts through what a reader sees as one character", () => {
    const family = "👨‍👩‍👧";
    expect(shortNames([family.repeat(20)], 7)).toEqual([`${family.repeat(3)}…${family.repeat(3)}`]);
  });
});
