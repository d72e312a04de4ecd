/**
 * The architecture's import table as one ESLint rule: which of our folders a folder may import, and which packages.
 * docs/architecture.md shows the same tables in words.
 */
import { builtinModules } from "node:module";
import path from "node:path";
import type { Rule } from "eslint";

/** Packages that only one folder may import, so that replacing one touches one place. */
export const SOLE_IMPORTERS: Readonly<Record<string, string | readonly string[]>> = {
  "onnxruntime-node": "core/engine",
  "@huggingface/tokenizers": "core/engine",
  "@huggingface/jinja": "core/engine",
  "better-sqlite3": "core/store",
  uplot: "renderer/charts",
  "@napi-rs/canvas": "core/reports",
  fflate: "core/bundles",
};

const NODE_SIDE = ["ws", "zod", "commander", "env-paths", "hyparquet", "systeminformation"];

/** What the files of one folder may import. */
interface ImportRule {
  readonly folders: readonly string[];
  readonly notFolders?: readonly string[];
  readonly node: boolean;
  readonly packages: readonly string[];
}

export const IMPORT_TABLE: Readonly<Record<string, ImportRule>> = {
  shared: { folders: ["shared"], node: false, packages: ["zod"] },
  core: { folders: ["core", "shared"], node: true, packages: NODE_SIDE },
  worker: { folders: ["worker", "core", "shared"], notFolders: ["core/store"], node: true, packages: NODE_SIDE },
  main: { folders: ["main", "core", "shared"], node: true, packages: [...NODE_SIDE, "electron"] },
  host: { folders: ["host", "core", "shared"], node: true, packages: NODE_SIDE },
  cli: { folders: ["cli", "core", "shared"], node: true, packages: NODE_SIDE },
  preload: { folders: ["preload", "shared"], node: false, packages: ["electron"] },
  renderer: { folders: ["renderer", "shared"], node: false, packages: ["svelte", "bits-ui", "@lucide/svelte"] },
};

/**
 * Inside core: what a room, or one file of it, may import of core besides itself. The longest path that fits decides. Every room
 * has a row; `app` stands above all others.
 */
export const ROOM_TABLE: Readonly<Record<string, readonly string[]>> = {
  "core/system": [],
  // Probing a provider makes a model, quantizes it and runs it in a child.
  "core/system/probe-children.ts": ["core/system", "core/runs/protocol.ts", "core/runs/spawner.ts"],
  "core/system/probe-formats.ts": ["core/system", "core/engine", "core/models"],
  "core/system/probe-model.ts": ["core/system", "core/onnx"],
  "core/system/provider-probe.ts": ["core/system", "core/quantize", "core/runs/spawner.ts"],

  "core/onnx": ["core/system"],
  "core/models": ["core/onnx", "core/system"],
  "core/engine": ["core/models", "core/onnx", "core/system", "core/files/reading.ts"],
  "core/benchmarks": ["core/engine", "core/system", "core/files/reading.ts"],
  "core/files": [
    ...["core/benchmarks", "core/engine", "core/system"],
    ...["core/runs/cause-of-death.ts", "core/runs/protocol.ts", "core/runs/spawner.ts"],
  ],
  "core/measure": [
    "core/benchmarks",
    "core/engine",
    "core/models",
    "core/onnx",
    "core/system",
    "core/runs/protocol.ts",
  ],
  "core/store": [
    ...["core/benchmarks", "core/engine", "core/onnx", "core/system"],
    ...["core/runs/protocol.ts", "core/reports/part-of.ts"],
  ],
  "core/runs": [
    ...["core/benchmarks", "core/files", "core/models", "core/onnx", "core/quantize", "core/store", "core/system"],
  ],
  "core/reports": ["core/system", "core/app/files/resources.ts"],
  "core/bundles": ["core/benchmarks", "core/reports", "core/store", "core/system"],
  "core/app": ["core"],

  // The quantizer's wings: weights below, then graphs, then one wing for each way to store a weight; threads run their loops.
  "core/quantize": ["core/onnx", "core/system"],
  "core/quantize/weights": ["core/onnx", "core/system"],
  "core/quantize/graph": ["core/onnx", "core/quantize/weights"],
  "core/quantize/threads": [
    ...["core/onnx", "core/system", "core/quantize/weights"],
    ...["core/quantize/blocks", "core/quantize/bnb4", "core/quantize/dynamic8", "core/quantize/float16"],
  ],
  "core/quantize/blocks": [
    ...["core/onnx", "core/quantize/format-maker.ts"],
    ...["core/quantize/graph", "core/quantize/threads", "core/quantize/weights"],
  ],
  "core/quantize/bnb4": [
    ...["core/onnx", "core/quantize/format-maker.ts"],
    ...["core/quantize/graph", "core/quantize/threads", "core/quantize/weights"],
  ],
  "core/quantize/dynamic8": [
    ...["core/onnx", "core/quantize/format-maker.ts"],
    ...["core/quantize/graph", "core/quantize/threads", "core/quantize/weights"],
  ],
  "core/quantize/float16": [...["core/onnx", "core/quantize/graph", "core/quantize/threads", "core/quantize/weights"]],
};

const builtins = new Set(builtinModules);

/** `@scope/name/deep` -> `@scope/name`, `name/deep` -> `name`. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

const inside = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

/** Why `importer` (a path below src/, with slashes) may not import `specifier`; null when it may. */
export function forbidden(importer: string, specifier: string): string | null {
  const top = importer.split("/")[0]!;
  const row = IMPORT_TABLE[top];
  if (!row) return `src/${top} is not a folder of the architecture: add a row to scripts/lint/import-table.ts.`;

  if (specifier.startsWith(".") || specifier.startsWith("#")) {
    const target = specifier.startsWith("#")
      ? specifier.slice(1)
      : path.posix.normalize(path.posix.join(path.posix.dirname(importer), specifier));
    if (target.startsWith("..")) return null; // package.json and resources are data, not code of another folder
    const allowed = row.folders.some((folder) => inside(target, folder));
    const denied = (row.notFolders ?? []).find((folder) => inside(target, folder));
    if (allowed && !denied) return inside(target, "core") ? forbiddenInCore(importer, target) : null;
    return `${top} may import ${row.folders.join(", ")}${row.notFolders ? ` without ${row.notFolders.join(", ")}` : ""}; not ${target}.`;
  }

  const bare = specifier.replace(/^node:/, "");
  if (specifier.startsWith("node:") || builtins.has(packageName(bare))) {
    return row.node ? null : `${top} may not use Node (${specifier}).`;
  }
  const name = packageName(specifier);
  const owners = SOLE_IMPORTERS[name];
  if (owners) {
    const allowed = [owners].flat();
    if (allowed.some((owner) => inside(importer, owner))) return null;
    return `${name} may be imported by ${allowed.join(" and ")} only.`;
  }
  if (row.packages.includes(name)) return null;
  return `${top} may import the packages ${row.packages.join(", ")}; not ${name}.`;
}

/** Why a file of core may not import another file of core; null when it may. Other folders may import any room. */
function forbiddenInCore(importer: string, target: string): string | null {
  if (!inside(importer, "core")) return null;
  const room = Object.keys(ROOM_TABLE)
    .filter((path) => inside(importer, path))
    .sort((a, b) => b.length - a.length)[0];
  if (room === undefined) {
    return `src/${importer} is in no room of core: add a row to ROOM_TABLE of scripts/lint/import-table.ts.`;
  }
  const allowed = [room, ...ROOM_TABLE[room]!];
  if (allowed.some((folder) => inside(target, folder))) return null;
  return `${room} may import ${allowed.join(", ")}; not ${target}.`;
}

export const importTableRule: Rule.RuleModule = {
  meta: { type: "problem", schema: [], messages: { forbidden: "{{reason}}" } },
  create(context) {
    const src = path.join(context.cwd, "src") + path.sep;
    if (!context.filename.startsWith(src)) return {};
    const importer = context.filename.slice(src.length).split(path.sep).join("/");
    const check = (node: { source?: unknown }): void => {
      const source = node.source as ({ value?: unknown } & Rule.Node) | null | undefined;
      if (!source || typeof source.value !== "string") return;
      const reason = forbidden(importer, source.value);
      if (reason) context.report({ node: source, messageId: "forbidden", data: { reason } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
