import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelFolder } from "../../src/cli/model-argument.ts";
import { createProgram, runProgram } from "../../src/cli/program.ts";
import { scratchDir } from "../helpers/lab.ts";
import { FIXTURES } from "../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama");

let out = "";
let err = "";
let home = "";

beforeEach(() => {
  [out, err, home] = ["", "", scratchDir()];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = async (...args: string[]): Promise<number> => {
  const words = ["--home", home, "models", ...args];
  return runProgram(await createProgram(words), ["node", "quantscope", ...words]);
};

describe("models add, list and remove", () => {
  it("keep a folder under a name, list it, and forget it", async () => {
    expect(await run("add", LLAMA, "--name", "small", "--json")).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: "small", folder: LLAMA, bundled: false });
    out = "";
    expect(await run("list", "--json")).toBe(0);
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual(["demo", "small"]);
    out = "";
    expect(await run("list")).toBe(0);
    expect(out).toMatch(/small +fp32 .*llama/);
    expect(await run("remove", "small")).toBe(0);
    expect(await run("remove", "small")).toBe(1);
    expect(err).toContain("[MODEL_NOT_FOUND]");
  });

  it("say what is wrong with a folder, and keep nothing of it", async () => {
    expect(await run("add", scratchDir())).toBe(1);
    expect(err).toContain("[MODEL_NOT_FOUND]");
    await run("list", "--json");
    expect(JSON.parse(out)).toHaveLength(1);
  });

  it("give names that other commands take", async () => {
    await run("add", LLAMA, "--name", "small");
    out = "";
    expect(await run("show", "small")).toBe(0);
    expect(out).toContain("LlamaForCausalLM");
  });
});

describe("modelFolder", () => {
  it("takes a folder as it is, without a library", async () => {
    expect(await modelFolder(LLAMA, "/nowhere/that/could/be/made")).toBe(LLAMA);
    expect(await modelFolder("./not/there", "/nowhere")).toBe("./not/there");
  });

  it("refuses a name that there is not, with those that there are", async () => {
    await expect(modelFolder("nobody", home)).rejects.toThrow(/there are: demo/);
  });
});
