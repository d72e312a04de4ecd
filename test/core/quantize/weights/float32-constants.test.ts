/**
 * The constants that are float literals of C++ in the reference tool: all are MatMulBnb4's, in onnxruntime 1.30's
 * blockwise_quant_block_bnb4.h. What comes from Python (the limits of halves, k-quant's factors, the map of nested
 * quantization) is a float64 there too and is rounded from it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BNB4_THRESHOLDS, BNB4_VALUES } from "#core/quantize/bnb4/bnb4.ts";
import { float32Literal } from "./float32-literal.ts";

const NF4_THRESHOLDS = `-0.8480964004993439f -0.6106329262256622f -0.4599952697753906f -0.33967943489551544f
  -0.23460740596055984f -0.13791173323988914f -0.045525018125772476f 0.03979014977812767f 0.1202552504837513f
  0.2035212516784668f 0.2920137718319893f 0.3893125355243683f 0.5016634166240692f 0.6427869200706482f 0.8614784181118011f`;
const NF4_VALUES = `-1.0f -0.6961928009986877f -0.5250730514526367f -0.39491748809814453f -0.28444138169288635f
  -0.18477343022823334f -0.09105003625154495f 0.0f 0.07958029955625534f 0.16093020141124725f 0.24611230194568634f
  0.33791524171829224f 0.44070982933044434f 0.5626170039176941f 0.7229568362236023f 1.0f`;
const FP4_THRESHOLDS = `0.00260417f 0.0859375f 0.20833333f 0.29166667f 0.4166667f 0.583333f 0.8333333f`;
const FP4_VALUES = `0.00000000f 5.208333333e-03f 0.66666667f 1.00000000f 0.33333333f 0.50000000f 0.16666667f 0.25000000f
  -0.00000000f -5.208333333e-03f -0.66666667f -1.00000000f -0.33333333f -0.50000000f -0.16666667f -0.25000000f`;

const words = (literals: string): string[] => literals.split(/\s+/);

describe.each([
  ["thresholds of nf4", BNB4_THRESHOLDS.nf4, NF4_THRESHOLDS],
  ["thresholds of fp4", BNB4_THRESHOLDS.fp4, FP4_THRESHOLDS],
  ["values of nf4", BNB4_VALUES.nf4, NF4_VALUES],
  ["values of fp4", BNB4_VALUES.fp4, FP4_VALUES],
] as const)("the %s", (_, constants, literals) => {
  it("are the float32 of the tool's literals", () => {
    expect([...Float32Array.from(constants)]).toEqual(words(literals).map(float32Literal));
  });
});

it("differ for four thresholds from what Math.fround makes of the literals", () => {
  const twice = (literal: string): boolean => Math.fround(parseFloat(literal)) !== float32Literal(literal);
  expect(words(NF4_THRESHOLDS).filter(twice)).toEqual([
    "-0.8480964004993439f",
    "0.1202552504837513f",
    "0.5016634166240692f",
    "0.8614784181118011f",
  ]);
  expect(words([NF4_VALUES, FP4_THRESHOLDS, FP4_VALUES].join(" ")).filter(twice)).toEqual([]);
});

it("are all: no number in the quantizers has more digits than a float32 needs, which would be rounded twice", () => {
  const sources = ["src/core/quantize", "tools/wasm"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(`${folder}/${name}`, "utf8")),
  );
  const digits = (literal: string): number => literal.replace(/^[0.]+|\.|e.*$/g, "").length;
  const numbers = sources.flatMap((text) => text.match(/(?<![\w.])\d+\.\d+(e[+-]?\d+)?/g) ?? []);
  expect(numbers).toContain("0.120255254");
  expect(numbers.filter((literal) => digits(literal) > 9)).toEqual([]);
});
