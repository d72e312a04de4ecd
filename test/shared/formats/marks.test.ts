import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMAT_IDS } from "#shared/formats/formats.ts";
import { FORMAT_MARKS, MARKER_OUTLINES, markerPath, MARKERS } from "#shared/formats/marks.ts";

type Triple = readonly [number, number, number];

const TOKENS = readFileSync(join(import.meta.dirname, "../../../src/renderer/styles/tokens.css"), "utf8");
const THEMES = ["light", "dark"] as const;
/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const SIGHTS: Record<string, readonly Triple[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const times = (matrix: readonly Triple[], [x, y, z]: Triple): Triple =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Triple;
const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** Ottosson (2020). */
function oklab(rgb: Triple): Triple {
  const cone = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map((value) => Math.cbrt(Math.max(0, value))) as unknown as Triple;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cone,
  );
}

function token(name: string, theme: (typeof THEMES)[number]): string {
  const pair = new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(TOKENS)!;
  return pair[theme === "light" ? 1 : 2]!;
}

describe("FORMAT_MARKS", () => {
  it("gives every format a marker and a dash of its own", () => {
    const marks = FORMAT_IDS.map((id) => FORMAT_MARKS[id]);
    expect(new Set(marks.map(({ marker }) => marker)).size).toBe(FORMAT_IDS.length);
    expect(new Set(marks.map(({ dash }) => dash.join())).size).toBe(FORMAT_IDS.length);
  });

  it.each(FORMAT_IDS)("has the colours of %s that the style sheet has", (id) => {
    const { cssVar, light, dark } = FORMAT_MARKS[id];
    expect([token(cssVar, "light"), token(cssVar, "dark")]).toEqual([light, dark]);
  });

  it.each(THEMES)("stands out from the surface by 3:1 in %s", (theme) => {
    const ground = luminance(linear(token("--surface", theme)));
    for (const id of FORMAT_IDS) {
      const own = luminance(linear(FORMAT_MARKS[id][theme]));
      const ratio = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
      expect(ratio, id).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(THEMES.flatMap((theme) => Object.keys(SIGHTS).map((sight) => ({ theme, sight }))))(
    "keeps any two colours apart in $theme for $sight sight",
    ({ theme, sight }) => {
      const seen = FORMAT_IDS.map((id) => oklab(times(SIGHTS[sight]!, linear(FORMAT_MARKS[id][theme]))));
      const distances = seen.flatMap((a, index) =>
        seen.slice(0, index).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
      );
      // Just noticeable is about 0.02.
      expect(Math.min(...distances)).toBeGreaterThan(0.08);
    },
  );
});

describe("markerPath", () => {
  it("draws closed around its centre", () => {
    expect(markerPath("hourglass", 10, 20, 10)).toBe("M1.50 10.00L18.50 10.00L1.50 30.00L18.50 30.00Z");
  });

  it.each(MARKERS)("keeps %s near a circle of its radius", (marker) => {
    const reach = Math.max(...MARKER_OUTLINES[marker].map(([x, y]) => Math.hypot(x, y)));
    expect(reach).toBeGreaterThan(0.85);
    expect(reach).toBeLessThan(1.35);
  });
});
