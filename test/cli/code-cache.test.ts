import { existsSync, mkdirSync } from "node:fs";
import { constants, enableCompileCache } from "node:module";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cacheCode } from "../../src/cli/code-cache.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const enable = vi.fn<typeof enableCompileCache>(() => ({ status: constants.compileCacheStatus.ENABLED }));
vi.spyOn(process.getBuiltinModule("node:module"), "enableCompileCache").mockImplementation(enable);

afterEach(() => {
  enable.mockClear();
  vi.unstubAllEnvs();
});

describe("cacheCode", () => {
  it("keeps the cache in the data folder that the command names", () => {
    const home = temporaryFolder();
    cacheCode(["runs", "list", "--home", home, "--json"]);
    expect(enable).toHaveBeenCalledExactlyOnceWith(join(home, "code-cache"));
  });

  it("takes the environment's folder where the command names none", () => {
    const home = join(temporaryFolder(), "lab");
    mkdirSync(home);
    vi.stubEnv("QUANTSCOPE_HOME", home);
    cacheCode(["--help"]);
    expect(enable).toHaveBeenCalledExactlyOnceWith(join(home, "code-cache"));
  });

  it("makes no data folder for its own sake", () => {
    const home = join(temporaryFolder(), "new");
    cacheCode(["--home", home, "--version"]);
    expect(enable).not.toHaveBeenCalled();
    expect(existsSync(home)).toBe(false);
  });
});
