/**
 * Refuses files that import each other in a circle: none of them can be read, tested or moved without the others. Imports of types
 * count too. `import()` does not: it waits until somebody asks, as pages do.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Rule } from "eslint";

/** Files below src/ with the files that each imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Imports on circles that are still to be opened: importer and imported, files or folders. No row may be added. */
export const KNOWN_CIRCLES: readonly (readonly [importer: string, imported: string])[] = [
  ["core/app/handlers", "core/app/app.ts"],
  ["core/app/handlers.ts", "core/app/app.ts"],
  ["shared/charts/time-ticks.ts", "shared/charts/ticks.ts"],
  ["shared/compare/accuracy-by-subject.ts", "shared/compare/compare-cells.ts"],
  ["shared/compare/compare-answers.ts", "shared/compare/compare-cells.ts"],
  ["shared/compare/cross-run/quality.ts", "shared/compare/cross-run/comparability.ts"],
  ["shared/compare/cross-run/questions.ts", "shared/compare/cross-run/comparability.ts"],
  ["shared/compare/cross-run/speed.ts", "shared/compare/cross-run/comparability.ts"],
  ["shared/metrics", "shared/tables/metric-grid.ts"],
  ["shared/verdict/verdict-words.ts", "shared/verdict/verdict.ts"],
];

/** `import x from "y"`, `export { x } from "y"`, `import "y"`, over several lines too. */
const STATIC_IMPORT = /^[ \t]*(?:import|export)\s(?:[^"';]*?\sfrom\s*)?"([.#][^"]+)"/gm;

/** The file below src/ that a specifier of an importer names; null for packages and for what lies outside. */
export function importedFile(importer: string, specifier: string): string | null {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (!specifier.startsWith(".")) return null;
  const file = path.posix.join(path.posix.dirname(importer), specifier);
  return file.startsWith("..") ? null : file;
}

const inside = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

export function isKnown(importer: string, imported: string): boolean {
  return KNOWN_CIRCLES.some(([from, to]) => inside(importer, from) && inside(imported, to));
}

/** Reads what every file below a folder imports. */
export function readImportGraph(src: string): ImportGraph {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /\.(ts|svelte)$/.test(file));
  return new Map(
    files.map((name) => {
      const file = name.split(path.sep).join("/");
      const specifiers = [...readFileSync(path.join(src, name), "utf8").matchAll(STATIC_IMPORT)].map(([, to]) => to!);
      return [file, specifiers.flatMap((specifier) => importedFile(file, specifier) ?? [])];
    }),
  );
}

/**
 * Finds the files from which `target` is reached, each with the next file on a shortest way there.
 * @param skip imports that do not count
 */
export function waysTo(
  target: string,
  graph: ImportGraph,
  skip: (importer: string, imported: string) => boolean = isKnown,
): ReadonlyMap<string, string> {
  const next = new Map<string, string>();
  const importersOf = importers(graph);
  for (const queue = [target]; queue.length > 0;) {
    const imported = queue.shift()!;
    for (const importer of importersOf.get(imported) ?? []) {
      if (next.has(importer) || skip(importer, imported)) continue;
      next.set(importer, imported);
      queue.push(importer);
    }
  }
  return next;
}

/** The way from `importer` through `imported` back to `importer`; null where there is none. */
export function circleThrough(importer: string, imported: string, ways: ReadonlyMap<string, string>): string[] | null {
  if (imported !== importer && !ways.has(imported)) return null;
  const circle = [importer, imported];
  while (circle.at(-1) !== importer) circle.push(ways.get(circle.at(-1)!)!);
  return circle;
}

const reversed = new WeakMap<ImportGraph, ReadonlyMap<string, readonly string[]>>();

function importers(graph: ImportGraph): ReadonlyMap<string, readonly string[]> {
  const known = reversed.get(graph);
  if (known) return known;
  const made = new Map<string, string[]>();
  for (const [importer, files] of graph) {
    for (const file of files) {
      const list = made.get(file) ?? [];
      made.set(file, list);
      list.push(importer);
    }
  }
  reversed.set(graph, made);
  return made;
}

/** Read once a process: an editor's server sees other files as they were, and the file that is edited as it is. */
const graphs = new Map<string, ImportGraph>();

export const importCirclesRule: Rule.RuleModule = {
  meta: {
    type: "problem",
    schema: [],
    messages: { circle: "A circle of imports: {{circle}}. Move what both need into a file that imports neither." },
  },
  create(context) {
    const src = path.join(context.cwd, "src");
    if (!context.filename.startsWith(src + path.sep) || !existsSync(src)) return {};
    const importer = path.relative(src, context.filename).split(path.sep).join("/");
    const graph = graphs.get(src) ?? readImportGraph(src);
    graphs.set(src, graph);
    let ways: ReadonlyMap<string, string> | null = null;
    const check = (node: { source?: unknown }): void => {
      const source = node.source as ({ value?: unknown } & Rule.Node) | null | undefined;
      const imported = typeof source?.value === "string" ? importedFile(importer, source.value) : null;
      if (!source || imported === null || isKnown(importer, imported)) return;
      const circle = circleThrough(importer, imported, (ways ??= waysTo(importer, graph)));
      if (circle) context.report({ node: source, messageId: "circle", data: { circle: circle.join(" -> ") } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};
