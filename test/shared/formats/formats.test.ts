import { describe, expect, it } from "vitest";
import { activationsOf, formatWords, FORMAT_IDS, FORMATS, isFormatId, SUFFIX_TABLE } from "#shared/formats/formats.ts";

describe("FORMATS", () => {
  it("has a frozen row for each id, under its own id", () => {
    for (const id of FORMAT_IDS) {
      expect(FORMATS[id].id).toBe(id);
      expect(Object.isFrozen(FORMATS[id])).toBe(true);
    }
  });

  it("writes the suffixes of the contract", () => {
    expect(FORMAT_IDS.map((id) => [id, FORMATS[id].suffixes[0]])).toEqual([
      ["fp32", ""],
      ["fp16", "_fp16"],
      ["int8", "_int8"],
      ["uint8", "_uint8"],
      ["w8", "_w8"],
      ["int4", "_q4"],
      ["int4f16", "_q4f16"],
      ["nf4", "_bnb4"],
      ["fp4", "_fp4"],
      ["mixed", "_mixed"],
      ["fp8", "_fp8"],
      ["int2", "_q2"],
      ["int2f16", "_q2f16"],
      ["int1", "_q1"],
      ["int1f16", "_q1f16"],
    ]);
  });

  it("ranks no two formats alike, fp32 first", () => {
    const ranks = FORMAT_IDS.map((id) => FORMATS[id].precisionRank);
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(Math.max(...ranks)).toBe(FORMATS.fp32.precisionRank);
  });
});

describe("SUFFIX_TABLE", () => {
  const formatOf = (name: string) => SUFFIX_TABLE.find(({ suffix }) => name.endsWith(suffix))!.format;

  it("finds the longest suffix", () => {
    expect(["model_q4f16", "model_q4", "model_quantized", "model_q8", "model_q2f16", "model"].map(formatOf)).toEqual([
      "int4f16",
      "int4",
      "int8",
      "int8",
      "int2f16",
      "fp32",
    ]);
  });

  it("has no suffix twice", () => {
    expect(new Set(SUFFIX_TABLE.map(({ suffix }) => suffix)).size).toBe(SUFFIX_TABLE.length);
  });
});

describe("isFormatId", () => {
  it("knows the ids", () => {
    expect(FORMAT_IDS.every(isFormatId)).toBe(true);
  });

  it.each(["", "FP32", "int3", "toString"])("does not know %j", (text) => {
    expect(isFormatId(text)).toBe(false);
  });
});

describe("activationsOf", () => {
  it.each([
    ["w8", 4, "float32, rounded to 8 bits block by block (accuracy level 4)"],
    ["w8", 0, "float32"],
    ["int4", 4, "float32, rounded to 8 bits block by block (accuracy level 4)"],
    ["int4", 0, "float32"],
    ["int4f16", null, "float16"],
  ] as const)("says of %s at accuracy level %s what is computed", (format, level, words) => {
    expect(activationsOf(format, level)).toBe(words);
  });

  it("takes w8 for what it is made as by default", () => {
    expect(formatWords("w8")).toContain("rounded to 8 bits");
    expect(formatWords("int4")).toBe("4-bit block weights, activations in float32");
  });
});
