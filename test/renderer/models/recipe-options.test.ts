import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMAT_IDS, FORMATS } from "#shared/formats/formats.ts";
import type { Recipe, RecipeOption } from "#shared/recipe.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { FORMAT_MAKERS } from "#core/quantize/formats.ts";
import {
  choiceOf,
  FORMAT_OPTIONS,
  layersText,
  MADE_FORMATS,
  OPTION_DEFAULTS,
  parseLayers,
  parsePatterns,
  recipeWords,
  settingOf,
  withSetting,
} from "../../../src/renderer/views/models/recipe-options.ts";
import { FIXTURES } from "../../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama", "onnx", "model.onnx");

describe("FORMAT_OPTIONS", () => {
  it.each(FORMAT_IDS)("offers of %s what its maker takes, and nothing else", (format) => {
    expect([...FORMAT_OPTIONS[format]].sort()).toEqual([...(FORMAT_MAKERS[format]?.options ?? [])].sort());
  });
});

describe("MADE_FORMATS", () => {
  it("are those that core makes, by falling precision", () => {
    expect([...MADE_FORMATS].sort()).toEqual(Object.keys(FORMAT_MAKERS).sort());
    const ranks = MADE_FORMATS.map((id) => FORMATS[id].precisionRank);
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
  });
});

describe("OPTION_DEFAULTS", () => {
  it.each(MADE_FORMATS.filter((format) => format !== "mixed"))("are what the maker of %s fills in", (format) => {
    const { recipe } = FORMAT_MAKERS[format]!.plan(readModel(LLAMA), { format });
    expect({ format, ...OPTION_DEFAULTS[format] }).toEqual(recipe);
  });
});

describe("withSetting", () => {
  it("leaves out what the format would decide anyway", () => {
    const changed = withSetting({ format: "int4" }, "blockSize", 128);
    expect(changed).toEqual({ format: "int4", blockSize: 128 });
    expect(withSetting(changed, "blockSize", 32)).toEqual({ format: "int4" });
  });

  it("takes symmetric out with k-quant, which refuses it", () => {
    const recipe: Recipe = { format: "int4", symmetric: false };
    expect(withSetting(recipe, "algorithm", "k_quant")).toEqual({ format: "int4", algorithm: "k_quant" });
  });
});

describe("settingOf", () => {
  it("says that k-quant has zero points, whatever was asked before", () => {
    expect(settingOf({ format: "int4", algorithm: "k_quant" }, "symmetric")).toBe(false);
    expect(settingOf({ format: "int4" }, "symmetric")).toBe(true);
  });
});

describe("choiceOf", () => {
  it("is the value as text, and empty where each layer's format decides", () => {
    expect(choiceOf({ format: "w8" }, "accuracyLevel")).toBe("4");
    expect(choiceOf({ format: "mixed" }, "accuracyLevel")).toBe("");
  });
});

describe("parsePatterns", () => {
  it("splits at commas and drops what is empty", () => {
    expect(parsePatterns(" *lm_head* , , a.b ")).toEqual(["*lm_head*", "a.b"]);
    expect(parsePatterns(" , ")).toBeUndefined();
  });
});

describe("parseLayers", () => {
  it("reads back what layersText wrote", () => {
    const layers = { "*lm_head*": { format: "w8" as const }, "*.0.*": { format: "fp32" as const } };
    expect(parseLayers(layersText(layers))).toEqual({ layers, error: null });
    expect(parseLayers("  \n")).toEqual({ layers: undefined, error: null });
  });

  it.each(["*lm_head*", "= w8", "*lm_head* = int3", "*lm_head* = fp16"])("names the line of %j", (line) => {
    expect(parseLayers(`a = w8\n\n${line}`)).toEqual({
      layers: undefined,
      error: expect.stringContaining("Line 3") as string,
    });
  });
});

describe("recipeWords", () => {
  it("names what differs from the format's own way", () => {
    const recipe: Recipe = { format: "int4", blockSize: 128, symmetric: false, accuracyLevel: 0, exclude: ["a", "b"] };
    expect(recipeWords(recipe)).toBe("block size 128, symmetric off, leave as they are a, b");
  });

  it("is null where nothing differs", () => {
    const filledIn = { format: "w8", ...OPTION_DEFAULTS.w8 } as Recipe & Partial<Record<RecipeOption, unknown>>;
    expect(recipeWords(filledIn)).toBeNull();
  });
});
