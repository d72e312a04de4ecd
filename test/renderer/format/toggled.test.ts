import { describe, expect, it } from "vitest";
import { toggled } from "../../../src/renderer/format/toggled.ts";

describe("toggled", () => {
  it("takes out or puts in, and leaves the set that it was given alone", () => {
    const set: ReadonlySet<string> = new Set(["a"]);
    expect([...toggled(set, "a")]).toEqual([]);
    expect([...toggled(set, "b")]).toEqual(["a", "b"]);
    expect([...set]).toEqual(["a"]);
  });
});
