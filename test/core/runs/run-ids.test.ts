import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newRunId, scratchFolder } from "#core/runs/run-ids.ts";

describe("scratchFolder", () => {
  it("is the run's own, below the given one", () => {
    const id = newRunId();
    expect(scratchFolder("/home/scratch", id)).toBe(join("/home/scratch", id));
  });

  it.each(["", ".", "..", "../x", "a/b", "/etc", "a\\b", "..\\x", ".hidden", "a\0"])("refuses %j", (id) => {
    expect(() => scratchFolder("/home/scratch", id)).toThrow(expect.objectContaining({ code: "PATH_REFUSED" }));
  });
});
