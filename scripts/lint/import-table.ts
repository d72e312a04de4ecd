/**
 * The architecture's import table as one ESLint rule: which of our folders a folder may import, and which packages.
 * docs/architecture.md shows the same table in words. A folder is matched by its longest prefix, so a row for
 * `core/store` overrides the row for `core`.
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
  // The same plot in the window and, without one, in reports; shared describes it and takes the types only.
  uplot: ["renderer/charts", "core/reports", "shared/charts/plot"],
  "@napi-rs/canvas": "core/reports",
  fflate: "core/bundles",
};

const NODE_SIDE = ["ws", "zod", "commander", "env-paths", "hyparquet", "systeminformation"];

interface Row {
  readonly folders: readonly string[];
  readonly notFolders?: readonly string[];
  readonly node: boolean;
  readonly packages: readonly string[];
}

export const IMPORT_TABLE: Readonly<Record<string, Row>> = {
  shared: { folders: ["shared"], node: false, packages: ["zod"] },
  core: { folders: ["core", "shared"], node: true, packages: NODE_SIDE },
  worker: { folders: ["worker", "core", "shared"], notFolders: ["core/store"], node: true, packages: NODE_SIDE },
  main: { folders: ["main", "core", "shared"], node: true, packages: [...NODE_SIDE, "electron"] },
  host: { folders: ["host", "core", "shared"], node: true, packages: NODE_SIDE },
  cli: { folders: ["cli", "core", "shared"], node: true, packages: NODE_SIDE },
  preload: { folders: ["preload", "shared"], node: false, packages: ["electron"] },
  renderer: { folders: ["renderer", "shared"], node: false, packages: ["svelte", "bits-ui", "@lucide/svelte"] },
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
    if (allowed && !denied) return null;
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
