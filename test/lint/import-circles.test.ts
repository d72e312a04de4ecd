import { ESLint, Linter, type Rule } from "eslint";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

type Graph = ReadonlyMap<string, readonly string[]>;

/** What the rule's file exports: plain JavaScript, since ESLint loads it as it is. */
interface ImportCircles {
  readonly KNOWN_CIRCLES: readonly (readonly [string, string])[];
  readonly importedFile: (importer: string, specifier: string) => string | null;
  readonly isKnown: (importer: string, imported: string) => boolean;
  readonly readImportGraph: (src: string) => Graph;
  readonly waysTo: (
    target: string,
    graph: Graph,
    skip?: (importer: string, imported: string) => boolean,
  ) => ReadonlyMap<string, string>;
  readonly circleThrough: (importer: string, imported: string, ways: ReadonlyMap<string, string>) => string[] | null;
  readonly importCirclesRule: Rule.RuleModule;
}

const RULE_FILE = new URL("../../scripts/lint/import-circles.ts", import.meta.url);
const { KNOWN_CIRCLES, importedFile, isKnown, readImportGraph, waysTo, circleThrough, importCirclesRule } =
  (await import(RULE_FILE.href)) as ImportCircles;

const ROOT = join(import.meta.dirname, "..", "..");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project of these files below src/. */
function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "quantscope-circles-"));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, "src", name)), { recursive: true });
    writeFileSync(join(root, "src", name), text);
  }
  return root;
}

function lint(files: Readonly<Record<string, string>>, file: string): string[] {
  const cwd = project(files);
  const linter = new Linter({ cwd });
  const config = {
    files: ["**/*.js"],
    plugins: { lab: { rules: { "import-circles": importCirclesRule } } },
    rules: { "lab/import-circles": "error" as const },
  };
  return linter.verify(files[file]!, config, { filename: join(cwd, "src", file) }).map(({ message }) => message);
}

describe("importedFile", () => {
  it("resolves relative specifiers and those of our own names", () => {
    expect(importedFile("core/onnx/walk.ts", "./proto/onnx.ts")).toBe("core/onnx/proto/onnx.ts");
    expect(importedFile("core/onnx/walk.ts", "../system/x.ts")).toBe("core/system/x.ts");
    expect(importedFile("core/onnx/walk.ts", "#shared/errors.ts")).toBe("shared/errors.ts");
  });

  it("leaves packages and what lies outside of src", () => {
    expect(importedFile("core/onnx/walk.ts", "node:fs")).toBeNull();
    expect(importedFile("core/onnx/walk.ts", "../../../package.json")).toBeNull();
  });
});

describe("readImportGraph", () => {
  it("finds imports over several lines, of types, of other files' exports, in pages, and no import()", () => {
    const root = project({
      "a.ts":
        'import {\n  b,\n  type B,\n} from "./b.ts";\nimport type { C } from "#c/c.ts";\nexport * from "./d.ts";\nimport "./e.ts";\nawait import("./f.ts");\n',
      "Page.svelte": '<script lang="ts">\n  import { a } from "./a.ts";\n</script>\n',
    });
    expect(Object.fromEntries(readImportGraph(join(root, "src")))).toEqual({
      "a.ts": ["b.ts", "c/c.ts", "d.ts", "e.ts"],
      "Page.svelte": ["a.ts"],
    });
  });
});

describe("circleThrough", () => {
  const graph = new Map([
    ["a", ["b", "x"]],
    ["b", ["c"]],
    ["c", ["a"]],
    ["x", []],
  ]);

  it("names every file of a circle", () => {
    expect(circleThrough("a", "b", waysTo("a", graph))).toEqual(["a", "b", "c", "a"]);
  });

  it("finds none where nothing leads back, or only by an import that does not count", () => {
    expect(circleThrough("a", "x", waysTo("a", graph))).toBeNull();
    expect(
      circleThrough(
        "a",
        "b",
        waysTo("a", graph, (from, to) => from === "c" && to === "a"),
      ),
    ).toBeNull();
  });

  it("takes a file that imports itself for a circle", () => {
    expect(circleThrough("a", "a", new Map())).toEqual(["a", "a"]);
  });
});

describe("importCirclesRule", () => {
  it("reports the import that closes a circle, with the way", () => {
    const circle = { "x/a.js": 'import { b } from "./b.ts";', "x/b.ts": 'import type { A } from "./a.js";' };
    expect(lint(circle, "x/a.js")).toEqual([
      "A circle of imports: x/a.js -> x/b.ts -> x/a.js. Move what both need into a file that imports neither.",
    ]);
  });

  it("reports exports of other files too", () => {
    expect(lint({ "a.js": 'export * from "./b.ts";', "b.ts": 'import "./a.js";' }, "a.js")).toHaveLength(1);
  });

  it("says nothing of files without a circle, of import() and of files outside of src", () => {
    expect(lint({ "a.js": 'import "./b.ts";', "b.ts": 'await import("./a.js");' }, "a.js")).toEqual([]);
    expect(lint({ "../c.js": 'import "./d.js";', "a.ts": "" }, "../c.js")).toEqual([]);
  });

  it("is on in the repository's configuration", async () => {
    const file = join(ROOT, "src", "core", "onnx", "walk.ts");
    const config = (await new ESLint({ cwd: ROOT }).calculateConfigForFile(file)) as Linter.Config;
    expect(config.rules?.["lab/import-circles"]).toEqual([2]);
  });
});

describe("the sources", () => {
  const graph = readImportGraph(join(ROOT, "src"));
  const edges = [...graph].flatMap(([importer, files]) => files.map((imported) => [importer, imported] as const));

  it("have no circle that is not known", () => {
    const circles = [...graph.keys()].flatMap((file) => {
      const ways = waysTo(file, graph);
      return graph.get(file)!.flatMap((imported) => {
        const circle = isKnown(file, imported) ? null : circleThrough(file, imported, ways);
        return circle ? [circle.join(" -> ")] : [];
      });
    });
    expect(graph.size).toBeGreaterThan(500);
    expect(circles).toEqual([]);
  });

  it.each(KNOWN_CIRCLES)("still have the known one of %s and %s: else the row goes", (from, to) => {
    const inside = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);
    const closing = edges.filter(([importer, imported]) => inside(importer, from) && inside(imported, to));
    const closes = ([importer, imported]: readonly [string, string]): boolean =>
      circleThrough(
        importer,
        imported,
        waysTo(importer, graph, () => false),
      ) !== null;
    expect(closing.some(closes)).toBe(true);
  });
});
