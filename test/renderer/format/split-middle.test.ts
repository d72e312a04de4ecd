import { describe, expect, it } from "vitest";
import { splitMiddle } from "../../../src/renderer/format/split-middle.ts";

describe("splitMiddle", () => {
  it("keeps the end whole", () => {
    expect(splitMiddle("HuggingFaceTB/SmolLM2-135M-Instruct", 8)).toEqual({
      head: "HuggingFaceTB/SmolLM2-135M-",
      tail: "Instruct",
    });
  });

  it("leaves a text alone that is short enough, or empty", () => {
    expect(splitMiddle("demo")).toEqual({ head: "demo", tail: "" });
    expect(splitMiddle("")).toEqual({ head: "", tail: "" });
  });

  it("never cuts a character that a reader sees as one", () => {
    const family = "👨‍👩‍👧";
    expect(splitMiddle(family.repeat(5), 2)).toEqual({ head: family.repeat(3), tail: family.repeat(2) });
  });
});
