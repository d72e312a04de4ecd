import { ESLint, Linter, type Rule } from "eslint";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** What the rule's file exports: plain JavaScript, since ESLint loads it as it is. */
interface ImportTable {
  readonly forbidden: (importer: string, specifier: string) => string | null;
  readonly importTableRule: Rule.RuleModule;
  readonly IMPORT_TABLE: Readonly<Record<string, unknown>>;
  readonly ROOM_TABLE: Readonly<Record<string, readonly string[]>>;
  readonly SOLE_IMPORTERS: Readonly<Record<string, string | readonly string[]>>;
}

const RULE_FILE = new URL("../../scripts/lint/import-table.ts", import.meta.url);
const { forbidden, IMPORT_TABLE, importTableRule, ROOM_TABLE, SOLE_IMPORTERS } = (await import(
  RULE_FILE.href
)) as ImportTable;

const ROOT = join(import.meta.dirname, "..", "..");
const SRC = join(ROOT, "src");

/** Importer, what it may import, what it may not. */
const EXAMPLES: [importer: string, allowed: string[], refused: string[]][] = [
  [
    "shared/spec.ts",
    ["./errors.ts", "#shared/errors.ts", "zod"],
    ["node:fs", "fs", "#core/store/blobs.ts", "../core/x.ts", "electron", "commander"],
  ],
  [
    "core/runs/execute.ts",
    ["#shared/spec.ts", "../store/blobs.ts", "node:fs", "systeminformation"],
    ["electron", "#worker/index.ts", "../../main/index.ts", "../../renderer/main.ts", "svelte", "onnxruntime-node"],
  ],
  [
    "core/engine/ort.ts",
    ["onnxruntime-node", "@huggingface/tokenizers", "@huggingface/jinja"],
    ["better-sqlite3", "@bufbuild/protobuf"],
  ],
  ["core/store/database.ts", ["better-sqlite3"], ["onnxruntime-node"]],
  ["core/onnx/messages.ts", ["#shared/errors.ts"], ["better-sqlite3", "@bufbuild/protobuf"]],
  [
    "worker/index.ts",
    ["#core/measure/cell.ts", "./parent-port.ts", "node:process", "#shared/errors.ts"],
    [
      "#core/store/database.ts",
      "../core/store/blobs.ts",
      "../main/index.ts",
      "../renderer/main.ts",
      "electron",
      "onnxruntime-node",
    ],
  ],
  [
    "main/index.ts",
    ["electron", "#core/app/handlers.ts", "node:path", "#shared/api.ts"],
    ["../renderer/main.ts", "../cli/exit.ts", "../host/server.ts", "onnxruntime-node", "better-sqlite3"],
  ],
  [
    "host/server.ts",
    ["ws", "node:http", "#core/app/handlers.ts"],
    ["electron", "../main/ipc.ts", "../cli/exit.ts", "../renderer/main.ts", "better-sqlite3"],
  ],
  [
    "cli/commands/run.ts",
    ["commander", "../exit.ts", "#core/runs/execute.ts"],
    ["electron", "../../main/ipc.ts", "../../host/server.ts", "onnxruntime-node"],
  ],
  [
    "preload/index.ts",
    ["electron", "#shared/api.ts"],
    ["node:fs", "fs/promises", "#core/app/handlers.ts", "../main/ipc.ts"],
  ],
  [
    "renderer/stores/runs.svelte.ts",
    ["svelte", "svelte/reactivity", "#shared/api.ts", "./bridge.ts"],
    ["electron", "node:fs", "#core/app/handlers.ts", "uplot", "ws"],
  ],
  ["renderer/components/Menu.svelte", ["bits-ui", "@lucide/svelte/icons/x"], ["@floating-ui/dom", "zod"]],
  ["renderer/charts/Line.svelte", ["uplot", "uplot/dist/uPlot.min.css"], ["electron"]],
];

describe("forbidden", () => {
  it("has an example for every row of the table", () => {
    const rows = new Set(EXAMPLES.map(([importer]) => importer.split("/")[0]));
    expect([...rows].sort()).toEqual(Object.keys(IMPORT_TABLE).sort());
  });

  it.each(EXAMPLES.flatMap(([importer, allowed]) => allowed.map((specifier) => [importer, specifier] as const)))(
    "lets %s import %s",
    (importer, specifier) => {
      expect(forbidden(importer, specifier)).toBeNull();
    },
  );

  it.each(EXAMPLES.flatMap(([importer, , refused]) => refused.map((specifier) => [importer, specifier] as const)))(
    "does not let %s import %s",
    (importer, specifier) => {
      expect(forbidden(importer, specifier)).toMatch(/may (not|be)|may import/);
    },
  );

  it.each(Object.entries(SOLE_IMPORTERS))("keeps %s to %s", (name, owners) => {
    for (const owner of [owners].flat()) expect(forbidden(`${owner}/any.ts`, name)).toBeNull();
    for (const folder of Object.keys(IMPORT_TABLE)) expect(forbidden(`${folder}/any.ts`, name)).not.toBeNull();
  });

  it("does not take a folder for another that begins alike", () => {
    expect(forbidden("worker/index.ts", "#core/storey.ts")).toBeNull();
    expect(forbidden("core/engineering/x.ts", "onnxruntime-node")).not.toBeNull();
  });

  it("asks for a row for a folder that has none", () => {
    expect(forbidden("plugins/x.ts", "./y.ts")).toContain("add a row to scripts/lint/import-table.ts");
  });

  it("has a row for every folder of src", () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) expect(Object.keys(IMPORT_TABLE)).toContain(name);
  });
});

describe("forbidden inside core", () => {
  it.each([
    ["core/onnx/skeleton.ts", "../models/model-folder.ts"],
    ["core/onnx/skeleton.ts", "#core/quantize/formats.ts"],
    ["core/engine/session.ts", "#core/runs/execute.ts"],
    ["core/engine/text-facts.ts", "#core/files/file-jobs.ts"],
    ["core/store/database.ts", "../app/app.ts"],
    ["core/store/write-run.ts", "#core/runs/execute.ts"],
    ["core/system/environment.ts", "#core/runs/protocol.ts"],
    ["core/measure/cell.ts", "#core/store/database.ts"],
    ["core/runs/execute.ts", "#core/app/jobs.ts"],
    ["core/quantize/weights/weight-rows.ts", "../blocks/matmulnbits.ts"],
    ["core/quantize/graph/constants.ts", "../threads/thread-pool.ts"],
    ["core/quantize/blocks/rtn.ts", "../bnb4/bnb4.ts"],
    ["core/quantize/threads/thread-tasks.ts", "../graph/constants.ts"],
    ["core/quantize/formats.ts", "#core/store/database.ts"],
  ])("does not let %s import %s", (importer, specifier) => {
    expect(forbidden(importer, specifier)).toMatch(/^core\/.* may import core\/.*; not core\//);
  });

  it.each([
    ["core/onnx/skeleton.ts", "./layout.ts"],
    ["core/engine/text-facts.ts", "#core/files/reading.ts"],
    ["core/store/write-run.ts", "#core/runs/protocol.ts"],
    ["core/system/provider-probe.ts", "#core/quantize/quantize-model.ts"],
    ["core/runs/execute.ts", "#core/store/write-run.ts"],
    ["core/app/jobs.ts", "#core/quantize/quantize-model.ts"],
    ["core/quantize/blocks/rtn.ts", "../weights/half.ts"],
    ["core/quantize/threads/thread-tasks.ts", "../blocks/block-table.ts"],
    ["core/quantize/formats.ts", "./blocks/block-format.ts"],
    ["cli/commands/quantize.ts", "#core/quantize/quantize-model.ts"],
  ])("lets %s import %s", (importer, specifier) => {
    expect(forbidden(importer, specifier)).toBeNull();
  });

  it("asks for a row for a room that has none", () => {
    expect(forbidden("core/plugins/x.ts", "#core/onnx/walk.ts")).toContain("add a row to ROOM_TABLE");
  });

  it("has a row for every room, and a room or file for every path of the table", () => {
    const rooms = readdirSync(join(SRC, "core"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of rooms) expect(Object.keys(ROOM_TABLE)).toContain(`core/${name}`);
    const wings = readdirSync(join(SRC, "core", "quantize"), { withFileTypes: true });
    for (const wing of wings.filter((entry) => entry.isDirectory())) {
      expect(Object.keys(ROOM_TABLE)).toContain(`core/quantize/${wing.name}`);
    }
    for (const path of Object.entries(ROOM_TABLE).flat(2)) expect(existsSync(join(SRC, path)), path).toBe(true);
  });
});

describe("importTableRule", () => {
  const lint = (file: string, code: string): string[] => {
    const linter = new Linter({ cwd: ROOT });
    const config = {
      plugins: { lab: { rules: { "import-table": importTableRule } } },
      rules: { "lab/import-table": "error" as const },
    };
    return linter.verify(code, config, { filename: join(SRC, file) }).map(({ message }) => message);
  };

  it.each([
    'import fs from "node:fs";',
    'import "node:fs";',
    'export { readFileSync } from "node:fs";',
    'export * from "node:fs";',
    'await import("node:fs");',
  ])("reports %s", (code) => {
    expect(lint("shared/x.js", code)).toEqual(["shared may not use Node (node:fs)."]);
  });

  it("reports each import by itself and leaves the others", () => {
    const code = 'import "zod"; import "electron"; import "./errors.ts"; import "../core/x.ts"; export const a = 1;';
    expect(lint("shared/x.js", code)).toHaveLength(2);
  });

  it("says nothing of files outside src", () => {
    expect(lint("../scripts/x.js", 'import "electron";')).toEqual([]);
  });
});

describe("ESLint with the repository's configuration", () => {
  // The whole configuration would read the types of every file first; what the rule does is tested above.
  it.each(["shared/errors.ts", "renderer/App.svelte", "worker/index.ts"])(
    "fails a forbidden import in %s",
    async (file) => {
      const config = (await new ESLint({ cwd: ROOT }).calculateConfigForFile(join(SRC, file))) as Linter.Config;
      expect(config.rules?.["lab/import-table"]).toEqual([2]);
      expect(config.plugins?.lab?.rules?.["import-table"]?.meta).toEqual(importTableRule.meta);
    },
  );
});

describe("the measuring child", () => {
  /** Files that `entry` loads, through imports of values; types leave no trace at run time. */
  function loads(entry: string): Set<string> {
    const seen = new Set<string>();
    const follow = (file: string, specifier: string): void => {
      if (!/^[.#]/.test(specifier)) return;
      visit(specifier.startsWith("#") ? join(SRC, specifier.slice(1)) : resolve(dirname(file), specifier));
    };
    const visit = (file: string): void => {
      if (seen.has(file) || !existsSync(file)) return;
      seen.add(file);
      const text = readFileSync(file, "utf8");
      for (const [, clause, specifier] of text.matchAll(
        /^(?:import|export)\s+([^"';]*?)\s*(?:from\s+)?"([^"]+)";/gms,
      )) {
        if (!clause!.startsWith("type ")) follow(file, specifier!);
      }
      for (const [, specifier] of text.matchAll(/\bimport\("([^"]+)"\)/g)) follow(file, specifier!);
    };
    visit(entry);
    return seen;
  }

  it("never loads the store, not even by a detour", () => {
    const files = [...loads(join(SRC, "worker", "index.ts"))].map((file) => relative(SRC, file).split(sep).join("/"));
    expect(files).toContain("core/measure/cell.ts");
    expect(files.filter((file) => file.startsWith("core/store/"))).toEqual([]);
  });
});
