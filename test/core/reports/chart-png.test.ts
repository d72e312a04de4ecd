import { createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { reportCharts } from "#shared/charts/report-charts.ts";
import { PALETTES } from "#shared/charts/palette.ts";
import { FORMAT_MARKS } from "#shared/formats/marks.ts";
import { chartPng } from "#core/reports/chart-png.ts";
import { FOREST } from "../../shared/charts/drawing/pictures.ts";
import { sampleResults } from "../../shared/exports/sample.ts";

/** Colours of a picture, `#rrggbb`, with the number of pixels of each. */
async function colours(png: Buffer): Promise<{ width: number; height: number; count: Map<string, number> }> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const pixels = new Map<number, number>();
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    pixels.set(colour, (pixels.get(colour) ?? 0) + 1);
  }
  const count = new Map([...pixels].map(([colour, many]) => [`#${colour.toString(16).padStart(6, "0")}`, many]));
  return { width: image.width, height: image.height, count };
}

/** In the title's line: from the first to the last dark pixel, and how many there are. */
async function inkOfTitle(png: Buffer): Promise<{ width: number; dark: number }> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, 100).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, 92);
  const xs: number[] = [];
  for (let at = 0; at < data.length; at += 4) if (data[at]! < 128) xs.push((at / 4) % image.width);
  return { width: xs.length === 0 ? 0 : Math.max(...xs) - Math.min(...xs), dark: xs.length };
}

const charts = reportCharts(sampleResults());

describe("chartPng", () => {
  it("draws at twice the size, with every series in its colour, on either ground", async () => {
    for (const theme of ["light", "dark"] as const) {
      const { width, height, count } = await colours(await chartPng(charts[0]!, "who · where · when", theme));
      expect(width).toBe(1920);
      expect(height).toBeGreaterThan(1000);
      const most = [...count].sort((a, b) => b[1] - a[1])[0]![0];
      expect(most).toBe(PALETTES[theme].surface);
      for (const format of ["fp32", "int4"] as const)
        expect(count.get(FORMAT_MARKS[format][theme])).toBeGreaterThan(200);
      expect(count.get(PALETTES[theme].grid)).toBeGreaterThan(500);
    }
  });

  it("draws every chart of a report, and one after the other alike", async () => {
    expect(new Set(charts.map(({ kind }) => kind))).toEqual(new Set(["lines", "bars", "dots", "scatter"]));
    for (const model of charts) expect((await chartPng(model, "about")).subarray(1, 4).toString()).toBe("PNG");
    const [first, again] = [await chartPng(charts[0]!, "a"), await chartPng(charts[0]!, "a")];
    expect(first.equals(again)).toBe(true);
  });

  it("writes real letters without a font of the system: narrow ones are narrow", async () => {
    const inkOf = async (title: string): Promise<number> => {
      const { width, dark } = await inkOfTitle(await chartPng({ ...charts[0]!, title, note: "" }, ""));
      expect(dark).toBeGreaterThan(50);
      return width;
    };
    // A box in place of a letter is as wide as any other.
    expect((await inkOf("MMMMMMMM")) / (await inkOf("iiiiiiii"))).toBeGreaterThan(2.5);
  });

  it("draws a forest plot, and a chart that has nothing to show", async () => {
    for (const chart of [FOREST, { ...charts[0]!, series: [] }]) {
      const { width, height } = await colours(await chartPng(chart, "about", "dark"));
      expect([width, height > 150]).toEqual([1920, true]);
    }
  });
});
