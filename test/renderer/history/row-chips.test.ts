import { describe, expect, it } from "vitest";
import { chipsThatFit } from "../../../src/renderer/views/history/row-chips.ts";

const LONG = "a name that is much longer than any column of any table of this window";

describe("chipsThatFit", () => {
  it("shows all where there is room, whole ones alone where there is not", () => {
    const tags = ["night", "driver 581", "release"];
    expect(chipsThatFit(600, "night 1", tags)).toBe(3);
    expect(chipsThatFit(200, "night 1", tags)).toBe(1);
    expect(chipsThatFit(80, "night 1", tags)).toBe(0);
    expect(chipsThatFit(600, "night 1", [])).toBe(0);
  });

  it("needs no room for a count where nothing is left to count", () => {
    const room = 1 + 7 * 7.6 + 26 + 5 * 6.4;
    expect(chipsThatFit(room, "night 1", ["night"])).toBe(1);
    expect(chipsThatFit(room, "night 1", ["night", "x"])).toBe(0);
  });

  it("leaves a long name its room, and gives a long tag no more than its own", () => {
    expect(chipsThatFit(210, LONG, ["night"])).toBe(0);
    expect(chipsThatFit(280, LONG, [LONG])).toBe(1);
    expect(chipsThatFit(280, LONG, [LONG, "x"])).toBe(0);
  });
});
