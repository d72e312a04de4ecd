import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decisionPictures, reportCharts } from "#shared/charts/report-charts.ts";
import { escapeHtml } from "#shared/escape-html.ts";
import { reportHtml } from "#shared/exports/html.ts";
import { PALETTES } from "#shared/charts/palette.ts";
import type { Results } from "#shared/results.ts";
import { HOSTILE, sampleResults } from "./sample.ts";

const results = sampleResults();
const html = reportHtml(results);

describe("reportHtml", () => {
  it("runs nothing that a name says", () => {
    expect(html).not.toContain("<img");
    expect(html).toContain(escapeHtml(HOSTILE));
    expect(html).not.toMatch(/<script|javascript:|<[^>]*\son\w+=/i);
  });

  it("names nothing outside itself", () => {
    expect(html).not.toMatch(/(src|href|url)\s*[=(]\s*["']?(https?:|\/\/|file:)/i);
    expect(html).toContain("default-src 'none'");
  });

  it("shows a verdict for every candidate, every table and every chart, in both themes", () => {
    for (const { verdict } of results.comparisons) expect(html).toContain(escapeHtml(verdict.sentence));
    expect(html.match(/<svg /g)).toHaveLength(decisionPictures(results).length + reportCharts(results).length);
    expect(html).toContain("prefers-color-scheme:dark");
    for (const text of ["Environment", "Method", "Xeon® Ünit", "1.30.0"]) expect(html).toContain(text);
  });

  it("is below 2 MB with 20 cells and long texts", () => {
    const [cell] = results.cells;
    const text = "word ".repeat(20_000);
    const generations = Array.from({ length: 40 }, (_, index) => ({
      ...cell!.generations[0]!,
      promptId: `p${index}`,
      text,
    }));
    const cells = Array.from({ length: 20 }, (_, index) => ({
      ...cell!,
      id: String(index),
      label: `fp32@cpu#${index}`,
      generations,
    }));
    const large: Results = { ...results, cells, comparisons: [] };
    expect(Buffer.byteLength(reportHtml(large))).toBeLessThan(2e6);
  });

  it("is light on paper, cuts no table and no chart, and repeats a table's head", () => {
    const print = /@media print\{([\s\S]*?)\n\}/.exec(html)?.[1] ?? "";
    expect(print).toContain(`--surface:${PALETTES.light.surface}`);
    expect(print).toContain("figure,.verdict,tr,svg{break-inside:avoid}");
    expect(print).toContain("thead{display:table-header-group}");
    // Behind the dark colours, or a dark system would print them.
    expect(html.indexOf("@media print")).toBeGreaterThan(html.indexOf("prefers-color-scheme:dark"));
  });

  it("holds everything but its heading in one main, for who jumps there", () => {
    expect(html.match(/<main>/g)).toHaveLength(1);
    expect(html.slice(html.indexOf("<main>"), html.indexOf("</main>")).match(/<section>/g)).toEqual(
      html.match(/<section>/g),
    );
  });

  it("says so where there is nothing to compare", () => {
    const alone = reportHtml({ ...results, cells: results.cells.slice(0, 1), comparisons: [] });
    expect(alone).toContain("nothing to compare");
  });
});

describe("PALETTES", () => {
  it("are the window's colours", () => {
    const css = readFileSync(join(import.meta.dirname, "../../../src/renderer/styles/tokens.css"), "utf8");
    const names = {
      surface: "surface",
      text: "text",
      muted: "text-muted",
      grid: "grid",
      line: "line-control",
      accent: "accent",
    } as const;
    for (const [key, name] of Object.entries(names)) {
      const own = key as keyof typeof names;
      expect(css).toContain(`--${name}: light-dark(${PALETTES.light[own]}, ${PALETTES.dark[own]});`);
    }
  });
});
