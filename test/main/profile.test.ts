import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { useProfileIn } from "../../src/main/profile.ts";
import { recorded } from "../helpers/fake-electron.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

beforeEach(() => {
  recorded.paths.clear();
});

describe("useProfileIn", () => {
  it("makes and uses a folder of the data folder", () => {
    const home = temporaryFolder();
    useProfileIn(join(home, "new"));
    expect(recorded.paths.get("userData")).toBe(join(home, "new", "window"));
    expect(existsSync(join(home, "new", "window"))).toBe(true);
  });

  it("leaves a data folder that cannot be used to whoever opens it", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    useProfileIn(file);
    expect(recorded.paths.has("userData")).toBe(false);
  });
});
