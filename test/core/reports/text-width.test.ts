import { createCanvas } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { textWidth, wrapped } from "#shared/charts/drawing/text-width.ts";
import { openCanvasLibrary, PICTURE_FONT } from "#core/reports/canvas-library.ts";

describe("textWidth", () => {
  it("is the bundled font's, or a little more", async () => {
    await openCanvasLibrary();
    const context = createCanvas(1, 1).getContext("2d");
    const texts = [
      "int4f16@cuda#2 (reference)",
      "Peak memory (MiB)",
      "−1,234.5",
      "times faster, batch 16",
      "95 % interval",
    ];
    for (const text of texts) {
      context.font = `12px "${PICTURE_FONT}"`;
      const real = context.measureText(text).width;
      expect(textWidth(text, 12) / real).toBeGreaterThan(1);
      expect(textWidth(text, 12) / real).toBeLessThan(1.2);
    }
  });

  it("takes letters of wide scripts as wide as they are high", () => {
    expect(textWidth("模型", 10)).toBeGreaterThanOrEqual(20);
  });
});

describe("wrapped", () => {
  it("breaks lines between words where they are full", () => {
    const lines = wrapped("one two three four five six", 11, 60);
    expect(lines.join(" ")).toBe("one two three four five six");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(60);
  });

  it("leaves a word whole that is longer than a line, and nothing of nothing", () => {
    expect(wrapped("incomprehensibilities", 11, 20)).toEqual(["incomprehensibilities"]);
    expect(wrapped("", 11, 20)).toEqual([]);
  });
});
