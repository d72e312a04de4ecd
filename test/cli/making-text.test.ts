import { describe, expect, it } from "vitest";
import { makingText } from "../../src/cli/making-text.ts";

const progress = { bytesDone: 50e6, bytesTotal: 200e6, tensorsDone: 34, tensorsTotal: 1212 };

describe("makingText", () => {
  it("says bytes and tensors done, the rate and the time left", () => {
    expect(makingText(progress, 1000)).toBe(": 50.0 of 200 MB, 34 of 1,212 tensors, 50.0 MB/s, about 3 s left");
  });

  it("gives no rate before it means anything", () => {
    expect(makingText(progress, 100)).toBe(": 50.0 of 200 MB, 34 of 1,212 tensors");
    expect(makingText({ ...progress, bytesDone: 0 }, 5000)).toBe(": 0 of 200 MB, 34 of 1,212 tensors");
  });

  it("says nothing before there is anything to say", () => {
    expect(makingText(null, 1000)).toBe("");
    expect(makingText({ ...progress, bytesTotal: 0 }, 1000)).toBe("");
  });
});
