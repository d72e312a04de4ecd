import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgram, runProgram } from "../../src/cli/program.ts";
import { scratchDir } from "../helpers/lab.ts";

let out = "";
let err = "";

beforeEach(() => {
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = async (...args: string[]): Promise<number> =>
  runProgram(await createProgram(args), ["node", "quantscope", ...args]);

describe("createProgram", () => {
  it("loads the named command only, and every command for a name that is none", async () => {
    const commands = async (...words: string[]): Promise<string[]> =>
      (await createProgram(words)).commands.map((command) => command.name());
    expect(await commands("--home", "x", "runs", "list")).toEqual(["runs"]);
    expect(await commands("nonsense")).toHaveLength(9);
  });

  it("has the commands that this version keeps", async () => {
    const names = (await createProgram()).commands.map((command) => command.name());
    expect(names).toEqual(
      expect.arrayContaining(["demo", "run", "runs", "export", "models", "quantize", "providers", "serve"]),
    );
  });
});

describe("runProgram", () => {
  it("prints version and help to stdout and ends with 0", async () => {
    expect(await run("--version")).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await run("run", "--help")).toBe(0);
    expect(out).toContain("--cells <list>");
    expect(err).toBe("");
  });

  it.each([
    ["before the command", (home: string) => ["--home", home, "runs", "list"]],
    ["after it", (home: string) => ["runs", "--home", home, "list"]],
    ["at the end", (home: string) => ["runs", "list", "--home", home]],
  ])("takes --home %s", async (_, args) => {
    const home = join(scratchDir(), "data");
    expect(await run(...args(home))).toBe(0);
    expect(existsSync(join(home, "quantscope.db"))).toBe(true);
  });

  it("prints one JSON document with --json", async () => {
    expect(await run("--home", scratchDir(), "runs", "list", "--json")).toBe(0);
    expect(JSON.parse(out)).toEqual({ total: 0, runs: [] });
  });

  it.each([
    [["fly"], /unknown command 'fly'/],
    [["runs", "list", "--fast"], /unknown option '--fast'/],
    [["runs", "show"], /missing required argument 'run'/],
    [["runs", "list", "--limit", "all"], /--limit: "all" is not a whole number/],
    [["run"], /Name a spec file, or --model DIR with --cells/],
    [["run", "spec.json", "--cells", "int4"], /--cells cannot be given beside a spec file/],
    [["run", "--resume", "r", "--seed", "1"], /--seed cannot be given beside --resume/],
    [["run", "spec.json", "--resume", "r"], /--resume goes without a spec file/],
    [["export", "r", "--format", "pdf", "--out", "x"], /--format/],
  ])("ends with 1 for %j, and says why on stderr", async (args, message) => {
    expect(await run("--home", join(scratchDir(), "home"), ...args)).toBe(1);
    expect(err).toMatch(message);
    expect(out).toBe("");
  });

  it("ends with 1 before anything is measured when --out cannot be a folder", async () => {
    const dir = scratchDir();
    const file = join(dir, "file");
    writeFileSync(file, "");
    const home = join(dir, "home");
    expect(await run("--home", home, "demo", "--out", join(file, "results"))).toBe(1);
    expect(err).toContain("[OUTPUT_UNWRITABLE]");
    expect(existsSync(home)).toBe(false);
  });

  it("ends with 1 for a run that is not stored", async () => {
    expect(await run("--home", scratchDir(), "runs", "show", "nothing")).toBe(1);
    expect(err).toContain("[RUN_NOT_FOUND]");
  });

  it("ends with 4 when the store cannot be used", async () => {
    const home = scratchDir();
    mkdirSync(join(home, "quantscope.db"));
    expect(await run("--home", home, "runs", "list")).toBe(4);
    expect(err).toContain("[STORE_UNUSABLE]");
  });
});
