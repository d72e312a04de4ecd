import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { abortOnInterrupt } from "../../src/cli/interrupt.ts";
import { writeFormat } from "../../src/cli/measure-and-report.ts";
import { scratchDir } from "../helpers/lab.ts";
import { fp32, stored } from "../shared/compare/cells.ts";

const results = buildResults(stored([fp32()]));

const input = { results, questions: new Map<string, never>() };
const writeResults = (_results: typeof results, dir: string): Promise<string[]> => writeFormat("json", input, dir);

describe("writeFormat", () => {
  it("makes the folder, writes the file whole and leaves nothing else", async () => {
    const dir = join(scratchDir(), "a", "b");
    const [file] = await writeResults(results, dir);
    expect(JSON.parse(readFileSync(file!, "utf8"))).toEqual(results);
    expect(readdirSync(dir)).toEqual(["results.json"]);
  });

  it("refuses a folder below a file", async () => {
    const file = join(scratchDir(), "file");
    writeFileSync(file, "");
    await expect(writeResults(results, join(file, "out"))).rejects.toThrow(
      expect.objectContaining({ code: "OUTPUT_UNWRITABLE" }),
    );
  });

  it("says how to write a stored run elsewhere when the file cannot be replaced", async () => {
    const dir = scratchDir();
    mkdirSync(join(dir, "results.json"));
    await expect(writeResults(results, dir)).rejects.toThrow(
      /quantscope export 20261121-070000-abcd --format json --out DIR/,
    );
  });
});

describe("abortOnInterrupt", () => {
  it("aborts on the first Ctrl-C and leaves the second to the system", () => {
    const before = process.listenerCount("SIGINT");
    let told = 0;
    using interrupt = abortOnInterrupt(() => told++);
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    process.emit("SIGINT");
    expect({ told, aborted: interrupt.signal.aborted }).toEqual({ told: 1, aborted: true });
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it("listens no more once it is disposed of", () => {
    const before = [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")];
    abortOnInterrupt(() => undefined)[Symbol.dispose]();
    expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual(before);
  });
});
