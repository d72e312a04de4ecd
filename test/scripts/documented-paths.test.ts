import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "bench/README.md",
  "src/renderer/README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** Paths of the repository that a page names, whole and with an ending or as a folder. Names with a placeholder are left out. */
function pathsOn(text: string): string[] {
  const found = text.match(/(?<![\w./-])(?:src|test|scripts|docs|bench|tools)\/[\w./-]+/g) ?? [];
  const whole = found.map((path) => path.replace(/[./]+$/, ""));
  return [...new Set(whole)].filter((path) => !/000N|NAME/.test(path));
}

/** Links inside the repository: file and anchor, either may be empty. */
function linksOn(text: string): { file: string; anchor: string }[] {
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, file, anchor]) => ({
    file: file ?? "",
    anchor: anchor ?? "",
  }));
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe.each(PAGES)("%s", (page) => {
  it("names paths that exist", () => {
    expect(pathsOn(read(page)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("links to files and headings that exist", () => {
    const broken = linksOn(read(page)).filter(({ file, anchor }) => {
      const target = file === "" ? page : join(page, "..", file);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== "" && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe("pathsOn and anchorsOf", () => {
  it("find the paths and headings of a page", () => {
    expect(
      pathsOn("see `src/core/gone.ts` (docs/security.md). Not out/src/x.ts, nor src/core/store/000N-name.ts"),
    ).toEqual(["src/core/gone.ts", "docs/security.md"]);
    expect(anchorsOf("# ONNX Runtime's telemetry\n## How to add ...\n")).toEqual([
      "onnx-runtimes-telemetry",
      "how-to-add-",
    ]);
  });
});
