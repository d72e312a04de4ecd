import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../helpers/host-process.ts";
import { importsOf, reachedFrom } from "../../../helpers/import-graph.ts";

const SOURCE = join(ROOT, "src");
const THREAD = join(SOURCE, "core", "quantize", "threads", "thread.ts");

describe("threads, which are terminated", () => {
  it("can load no native module: the quantizer's imports nothing but our own files and Node's", () => {
    const { files, others } = reachedFrom(THREAD, true);
    expect(files.size).toBeGreaterThan(10);
    expect([...others].filter((name) => !name.startsWith("node:"))).toEqual([]);
    for (const file of files) expect(readFileSync(file, "utf8"), file).not.toMatch(/createRequire|dlopen|\brequire\(/);
  });

  it("are these and no others", () => {
    const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(ts|svelte)$/.test(name),
    );
    const threaded = sources.filter((name) => {
      const text = readFileSync(join(SOURCE, name), "utf8");
      return importsOf(text, true).includes("node:worker_threads") || text.includes('getBuiltinModule("node:worker');
    });
    expect(threaded.map((name) => name.replaceAll("\\", "/")).sort()).toEqual([
      // Ends with its process, never before.
      "core/files/memory-limit.ts",
      "core/quantize/threads/thread-pool.ts",
      "core/quantize/threads/thread.ts",
    ]);
  });
});
