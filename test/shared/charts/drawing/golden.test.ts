import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chartSvg } from "#shared/charts/drawing/chart-svg.ts";
import { toneVariable } from "#shared/charts/palette.ts";
import { PICTURES } from "./pictures.ts";

const golden = (name: string): string =>
  join(import.meta.dirname, "..", "..", "..", "fixtures", "charts", `${name}.svg`);
const svgOf = (name: string): string => chartSvg(PICTURES[name]!, toneVariable, "sans-serif");

/** Written anew by `npx vitest run test/shared/charts/drawing -u`; open those that changed, and judge them. */
describe("a chart as SVG", () => {
  it.each(Object.keys(PICTURES))("is what it was: %s", async (name) => {
    // A line each element, so that a change can be read.
    await expect(`${svgOf(name).replaceAll("><", ">\n<")}\n`).toMatchFileSnapshot(golden(name));
  });

  it.each(Object.keys(PICTURES))("holds numbers only, no style and no script: %s", (name) => {
    expect(svgOf(name)).not.toMatch(/NaN|Infinity|undefined|null|style=|<script/);
  });

  it("marks every point, and tells its exact numbers", () => {
    const titles = [...svgOf("scatter").matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
    expect(titles).toHaveLength(4);
    expect(titles[0]).toBe("fp32@cpu: 61 % (57 to 65)");
    expect(svgOf("forest")).toContain("<title>int4@cpu, memory: 3.6 (3.2 to 4.1), range of 2 launches</title>");
  });

  it("draws a range dotted and without caps, and names it", () => {
    const range = /<path d="([^"]*)"[^>]*stroke="var\(--format-w8\)"[^>]*stroke-dasharray/.exec(svgOf("bars"));
    expect(range?.[1]).toMatch(/^M[\d. ]+V[\d.]+$/);
    expect(svgOf("bars")).toContain(">range</text>");
    expect(svgOf("one-cell")).not.toContain(">range</text>");
  });

  it("writes a minus as wide as a digit", () => {
    expect(svgOf("dots")).toContain(">−7.5</text>");
    expect(svgOf("dots")).not.toMatch(/>-\d/);
  });

  it("says what is missing where there is nothing", () => {
    expect(svgOf("no-cells")).toContain("Enable the forward pass.");
  });

  it("has a row of its own for each of 20 names that do not fit, and nothing beyond its edges", () => {
    const texts = [...svgOf("twenty-cells").matchAll(/<text x="([\d.]+)" y="([\d.]+)" [^>]*font-size="12">/g)];
    expect(texts).toHaveLength(21);
    expect(Math.max(...texts.map(([, x]) => Number(x)))).toBeLessThan(700);
    expect(new Set(texts.map(([, , y]) => y)).size).toBeGreaterThan(2);
  });
});
