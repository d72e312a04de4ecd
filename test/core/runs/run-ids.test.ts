import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newRunId, removeScratch, scratchFolder } from "#core/runs/run-ids.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

describe("scratchFolder", () => {
  it("is the run's own, below the given one", () => {
    const id = newRunId();
    expect(scratchFolder("/home/scratch", id)).toBe(join("/home/scratch", id));
  });

  it.each(["", ".", "..", "../x", "a/b", "/etc", "a\\b", "..\\x", ".hidden", "a\0"])("refuses %j", (id) => {
    expect(() => scratchFolder("/home/scratch", id)).toThrow(expect.objectContaining({ code: "PATH_REFUSED" }));
  });
});

describe("removeScratch", () => {
  it("removes the run's folder with everything in it, and nothing where the id leads elsewhere", () => {
    const scratch = join(temporaryFolder(), "scratch");
    for (const id of ["run", "other"]) mkdirSync(join(scratch, id, "rows"), { recursive: true });
    removeScratch(scratch, "run");
    removeScratch(scratch, "..");
    removeScratch(scratch, "none");
    expect(["run", "other"].map((id) => existsSync(join(scratch, id)))).toEqual([false, true]);
  });
});
