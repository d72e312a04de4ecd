import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { describe, expect, it } from "vitest";
import { isInside, PathGuard } from "#core/app/files/path-guard.ts";
import { scratchDir } from "../../../helpers/lab.ts";

function places(): { home: string; outside: string; guard: PathGuard } {
  const dir = scratchDir();
  const [home, outside] = [join(dir, "home"), join(dir, "home-of-another")];
  for (const folder of [join(home, "models"), outside]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(outside, "secret.csv"), "");
  return { home, outside, guard: new PathGuard(() => [home]) };
}

describe("PathGuard", () => {
  it("takes what lies below a root, there already or not", () => {
    const { home, guard } = places();
    expect(guard.check(home)).toBe(home);
    expect(guard.check(join(home, "models", "..", "models"))).toBe(join(home, "models"));
    expect(guard.check(join(home, "new", "file.csv"))).toBe(join(home, "new", "file.csv"));
  });

  it.each([
    ["a folder whose name begins alike", (home: string) => `${home}-of-another`],
    ["dots that lead out", (home: string) => `${home}/models/../../home-of-another/secret.csv`],
    ["the file system's root", (home: string) => parse(home).root],
    ["a relative path", () => "models"],
    ["a path with a NUL", (home: string) => `${home}/models\0.csv`],
    ["nothing", () => ""],
  ])("refuses %s", (_what, path) => {
    const { home, guard } = places();
    expect(() => guard.check(path(home))).toThrow(expect.objectContaining({ code: "PATH_REFUSED" }));
    expect(guard.allows(path(home))).toBe(false);
  });

  it.skipIf(process.platform === "win32")("judges a link by where it leads, also for what is not there yet", () => {
    const { home, outside, guard } = places();
    symlinkSync(outside, join(home, "link"));
    for (const name of ["", "secret.csv", "new.csv"]) {
      expect(() => guard.check(join(home, "link", name))).toThrow(expect.objectContaining({ code: "PATH_REFUSED" }));
    }
    symlinkSync(join(home, "models"), join(outside, "back"));
    expect(guard.check(join(outside, "back"))).toBe(join(home, "models"));
  });

  it("takes what was granted, and nothing beside it", () => {
    const { outside, guard } = places();
    guard.grant(join(outside, "secret.csv"));
    expect(guard.check(join(outside, "secret.csv"))).toBe(join(outside, "secret.csv"));
    expect(guard.allows(outside)).toBe(false);
  });
});

describe("isInside", () => {
  it("goes by path parts and not by letters", () => {
    expect(isInside("/a/b", "/a")).toBe(true);
    expect(isInside("/a", "/a")).toBe(true);
    expect(isInside("/a/..b", "/a")).toBe(true);
    expect(isInside("/ab", "/a")).toBe(false);
    expect(isInside("/", "/a")).toBe(false);
  });
});
