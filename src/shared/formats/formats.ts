/**
 * The one table of formats: how the weights of a variant are stored and computed (docs/file-formats.md). The suffix only
 * finds a file; what it really is comes from its graph. Sources: the file names of Hugging Face's ONNX repositories.
 */
export const FORMAT_IDS = [
  ...(["fp32", "fp16", "int8", "uint8", "w8", "int4", "int4f16", "nf4", "fp4", "mixed"] as const),
  ...(["fp8", "int2", "int2f16", "int1", "int1f16"] as const),
] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

interface Format {
  readonly id: FormatId;
  readonly label: string;
  /** How the weights are stored, and what the activations are: one line for people. */
  readonly weights: string;
  readonly activations: string;
  /** File name suffixes that are read, the one that is written first: `model` + suffix + `.onnx`. */
  readonly suffixes: readonly string[];
  /** Rank by nominal precision: the highest one present is the default reference. */
  readonly precisionRank: number;
  /** Whether this version can make it from a float variant. */
  readonly makes: boolean;
}

/** Accuracy level 4 of MatMulNBits, which w8 is made with unless the recipe says otherwise. */
const ROUNDED = "float32, rounded to 8 bits block by block (accuracy level 4)";

const row = (
  id: FormatId,
  precisionRank: number,
  weights: string,
  activations: string,
  suffixes: readonly string[],
  makes = false,
): Format => Object.freeze({ id, label: id, precisionRank, weights, activations, suffixes, makes });

export const FORMATS: Readonly<Record<FormatId, Format>> = Object.freeze({
  fp32: row("fp32", 100, "float32", "float32", [""]),
  fp16: row("fp16", 90, "float16", "float16, inputs and outputs float32", ["_fp16"], true),
  w8: row("w8", 80, "8-bit block", ROUNDED, ["_w8"], true),
  int8: row("int8", 70, "int8", "uint8, quantized at run time", ["_int8", "_quantized", "_q8"], true),
  uint8: row("uint8", 65, "uint8", "uint8, quantized at run time", ["_uint8"], true),
  mixed: row("mixed", 60, "per layer", "per layer", ["_mixed"], true),
  int4: row("int4", 50, "4-bit block", "float32", ["_q4"], true),
  int4f16: row("int4f16", 45, "4-bit block", "float16", ["_q4f16"], true),
  nf4: row("nf4", 40, "NormalFloat 4 block", "float32", ["_bnb4"], true),
  fp4: row("fp4", 30, "float 4 block", "float32", ["_fp4"], true),
  fp8: row("fp8", 75, "float 8", "float32 or float16", ["_fp8"]),
  int2: row("int2", 20, "2-bit block", "float32", ["_q2"]),
  int2f16: row("int2f16", 18, "2-bit block", "float16", ["_q2f16"]),
  int1: row("int1", 10, "1-bit block", "float32", ["_q1"]),
  int1f16: row("int1f16", 8, "1-bit block", "float16", ["_q1f16"]),
});

/** What a format's activations are where its accuracy level is known; null where none is set. */
export function activationsOf(format: FormatId, accuracyLevel: number | null): string {
  if (accuracyLevel === 4) return ROUNDED;
  return format === "w8" ? "float32" : FORMATS[format].activations;
}

/** `8-bit block weights, float32 activations`. */
export function formatWords(format: FormatId): string {
  const { weights, activations } = FORMATS[format];
  return `${weights} weights, activations in ${activations}`;
}

export function isFormatId(text: string): text is FormatId {
  return (FORMAT_IDS as readonly string[]).includes(text);
}

/** Suffix -> format, longest suffix first so that `_q4f16` is not taken for `_q4`. */
export const SUFFIX_TABLE: readonly { suffix: string; format: FormatId }[] = Object.freeze(
  FORMAT_IDS.flatMap((format) => FORMATS[format].suffixes.map((suffix) => ({ suffix, format }))).sort(
    (a, b) => b.suffix.length - a.suffix.length,
  ),
);
