import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../helpers/host-process.ts";
import { importsOf, reachedFrom } from "../../helpers/import-graph.ts";

const SOURCE = join(ROOT, "src");
const THREAD = join(SOURCE, "core", "quantize", "thread.ts");
const PARQUET = join(SOURCE, "core", "benchmarks", "parquet-thread.ts");

describe("threads, which are terminated", () => {
  it.each([
    // The reader of Parquet files has no native part, and its whole work is to be stoppable.
    { name: "the reader of Parquet files", thread: PARQUET, least: 2, packages: ["hyparquet"] },
    { name: "the quantizer's", thread: THREAD, least: 10, packages: [] },
  ])(
    "can load no native module: $name imports nothing but our own files, Node's and $packages",
    ({ thread, least, packages }) => {
      const { files, others } = reachedFrom(thread, true);
      expect(files.size).toBeGreaterThan(least);
      expect([...others].filter((name) => !name.startsWith("node:"))).toEqual(packages);
      for (const name of packages) {
        const content = readdirSync(join("node_modules", name), { recursive: true, encoding: "utf8" });
        expect(content.filter((file) => /\.(node|gyp|wasm)$/.test(file))).toEqual([]);
      }
      for (const file of files)
        expect(readFileSync(file, "utf8"), file).not.toMatch(/createRequire|dlopen|\brequire\(/);
    },
  );

  it("are these and no others", () => {
    const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(ts|svelte)$/.test(name),
    );
    const threaded = sources.filter((name) => {
      const text = readFileSync(join(SOURCE, name), "utf8");
      return importsOf(text, true).includes("node:worker_threads") || text.includes('getBuiltinModule("node:worker');
    });
    expect(threaded.map((name) => name.replaceAll("\\", "/")).sort()).toEqual([
      "core/benchmarks/parquet-thread.ts",
      "core/benchmarks/read-parquet.ts",
      // Ends with its process, never before.
      "core/files/memory-limit.ts",
      "core/quantize/thread-pool.ts",
      "core/quantize/thread.ts",
    ]);
  });
});
