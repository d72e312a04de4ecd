/** What a user may decide about a format, in words; core's format makers refuse everything else by name. */
import { FORMAT_IDS, type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { ACCURACY_LEVELS, ALGORITHMS, BLOCK_SIZES, type Recipe, type RecipeOption } from "#shared/recipe.ts";

/** `choice`: one of `values`. `switch`: yes or no. `patterns`: names of layers. `layers`: pattern = format, one a line. */
interface OptionWords {
  readonly kind: "choice" | "switch" | "patterns" | "layers";
  readonly label: string;
  readonly hint: string;
  readonly values?: readonly { readonly value: string | number; readonly label: string }[];
}

const ACCURACY_WORDS: Readonly<Record<(typeof ACCURACY_LEVELS)[number], string>> = Object.freeze({
  0: "0: the kernel decides (float32)",
  1: "1: float32",
  2: "2: float16",
  3: "3: bfloat16",
  4: "4: int8, the fastest on the CPU",
});
const ALGORITHM_WORDS: Readonly<Record<(typeof ALGORITHMS)[number], string>> = Object.freeze({
  default: "ONNX Runtime's default",
  rtn: "Round to nearest",
  k_quant: "k-quant search (slower, more exact)",
});

export const OPTION_WORDS: Readonly<Record<RecipeOption, OptionWords>> = Object.freeze({
  blockSize: {
    kind: "choice",
    label: "Block size",
    hint: "Weights that share a scale: smaller is more exact and larger in bytes.",
    values: BLOCK_SIZES.map((value) => ({ value, label: String(value) })),
  },
  accuracyLevel: {
    kind: "choice",
    label: "Accuracy level",
    hint: "What activations are computed in.",
    values: ACCURACY_LEVELS.map((value) => ({ value, label: ACCURACY_WORDS[value] })),
  },
  algorithm: {
    kind: "choice",
    label: "Rounding",
    hint: "How the code of each weight is chosen.",
    values: ALGORITHMS.map((value) => ({ value, label: ALGORITHM_WORDS[value] })),
  },
  clamp: {
    kind: "choice",
    label: "Values beyond float16",
    hint: "Whose rule for weights that float16 cannot hold.",
    values: [
      { value: "onnxruntime", label: "As ONNX Runtime" },
      { value: "transformers.js", label: "As transformers.js" },
    ],
  },
  symmetric: { kind: "switch", label: "Symmetric", hint: "No zero points: smaller and faster, a little less exact." },
  perChannel: { kind: "switch", label: "Per channel", hint: "A scale for each output feature, not one a matrix." },
  reduceRange: {
    kind: "switch",
    label: "7-bit weights",
    hint: "For x86 processors without VNNI, whose sums saturate.",
  },
  doubleQuant: {
    kind: "switch",
    label: "Double quantization",
    hint: "Round block maxima as bitsandbytes stores them.",
  },
  embeddings: { kind: "switch", label: "Embeddings too", hint: "Also the token table; a tied head shares its bytes." },
  tiedHead: { kind: "switch", label: "Tied head", hint: "Also a head that is the embedding transposed." },
  gemm: { kind: "switch", label: "Gemm layers", hint: "Also those of GPT-2 and OPT." },
  exclude: {
    kind: "patterns",
    label: "Leave as they are",
    hint: "Names of nodes or weights, separated by commas; * stands for any characters.",
  },
  layers: {
    kind: "layers",
    label: "Formats by layer",
    hint: "One a line: pattern = int4, w8, nf4, fp4 or fp32. The first that fits decides; the rest become int4. Empty: the sensitive layers get 8 bits.",
  },
});

const BLOCKS: readonly RecipeOption[] = [
  ...(["blockSize", "accuracyLevel", "algorithm", "symmetric"] as const),
  ...(["embeddings", "tiedHead", "gemm", "exclude"] as const),
];
const BNB4: readonly RecipeOption[] = ["blockSize", "doubleQuant", "tiedHead", "gemm", "exclude"];
const DYNAMIC8: readonly RecipeOption[] = ["perChannel", "reduceRange", "tiedHead", "exclude"];

/** The options that a format has, in the order in which they are shown; a format that cannot be made has none. */
export const FORMAT_OPTIONS: Readonly<Record<FormatId, readonly RecipeOption[]>> = Object.freeze({
  fp32: [],
  fp16: ["clamp", "exclude"],
  w8: BLOCKS,
  int8: DYNAMIC8,
  uint8: DYNAMIC8,
  mixed: ["blockSize", "accuracyLevel", "algorithm", "symmetric", "tiedHead", "gemm", "layers", "exclude"],
  int4: BLOCKS,
  int4f16: [...BLOCKS.slice(0, 4), "clamp", ...BLOCKS.slice(4)],
  nf4: BNB4,
  fp4: BNB4,
  ...{ fp8: [], int2: [], int2f16: [], int1: [], int1f16: [] },
});

type Settings = Omit<Recipe, "format">;
const BLOCK_DEFAULTS: Settings = {
  ...({ blockSize: 32, symmetric: true, accuracyLevel: 0, algorithm: "default" } as const),
  ...{ embeddings: false, tiedHead: true, gemm: true },
};
const BNB4_DEFAULTS = { blockSize: 64, doubleQuant: false, tiedHead: true, gemm: true } as const;
const DYNAMIC8_DEFAULTS = { perChannel: false, reduceRange: false, tiedHead: true } as const;

/** What a format decides where its recipe says nothing: the same as its maker in core, a test compares them. */
export const OPTION_DEFAULTS: Readonly<Record<FormatId, Readonly<Settings>>> = Object.freeze({
  fp32: {},
  fp16: { clamp: "onnxruntime" },
  w8: { ...BLOCK_DEFAULTS, accuracyLevel: 4 },
  int8: DYNAMIC8_DEFAULTS,
  uint8: DYNAMIC8_DEFAULTS,
  // Of each layer's own format.
  mixed: { blockSize: 32, symmetric: true, algorithm: "default", tiedHead: true, gemm: true },
  int4: BLOCK_DEFAULTS,
  int4f16: { ...BLOCK_DEFAULTS, clamp: "onnxruntime" },
  nf4: BNB4_DEFAULTS,
  fp4: BNB4_DEFAULTS,
  ...{ fp8: {}, int2: {}, int2f16: {}, int1: {}, int1f16: {} },
});

/** The formats that can be made, the highest precision first. */
export const MADE_FORMATS: readonly FormatId[] = FORMAT_IDS.filter((id) => FORMATS[id].makes).toSorted(
  (a, b) => FORMATS[b].precisionRank - FORMATS[a].precisionRank,
);

/** What is done about an option, asked for or not. */
export function settingOf(recipe: Recipe, option: RecipeOption): Settings[RecipeOption] {
  // k-quant searches for a scale and a minimum, so that it always has zero points.
  if (option === "symmetric" && recipe.algorithm === "k_quant") return false;
  return recipe[option] ?? OPTION_DEFAULTS[recipe.format][option];
}

/** The same of an option that is chosen from a list, as text; empty where each layer's format decides. */
export function choiceOf(recipe: Recipe, option: RecipeOption): string {
  const value = settingOf(recipe, option);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A recipe with an option set; what the format would decide anyway is left out, so that the recipe says what is special. */
export function withSetting(recipe: Recipe, option: RecipeOption, value: Settings[RecipeOption]): Recipe {
  const rest = Object.fromEntries(Object.entries(recipe).filter(([key]) => key !== option)) as Recipe;
  const next = value === OPTION_DEFAULTS[recipe.format][option] ? rest : { ...rest, [option]: value };
  if (next.algorithm !== "k_quant") return next;
  return Object.fromEntries(Object.entries(next).filter(([key]) => key !== "symmetric")) as Recipe;
}

/** `*lm_head*, model.layers.0.*` -> patterns; undefined for none. */
export function parsePatterns(text: string): string[] | undefined {
  const patterns = text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  return patterns.length === 0 ? undefined : patterns;
}

/** `*lm_head* = w8`, one a line. `error` names the first line that is none. */
export function parseLayers(text: string): { layers: Recipe["layers"]; error: string | null } {
  const lines = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ line: line.trim(), index }]));
  const layers: NonNullable<Recipe["layers"]> = {};
  for (const { line, index } of lines) {
    const [, pattern = "", format = ""] = /^(.*?)\s*=\s*(\S*)$/.exec(line) ?? [];
    if (pattern === "" || !LAYER_FORMATS.some((id) => id === format)) {
      return { layers: undefined, error: `Line ${index + 1} is not "pattern = ${LAYER_FORMATS.join(" | ")}".` };
    }
    layers[pattern] = { format: format as FormatId };
  }
  return { layers: lines.length === 0 ? undefined : layers, error: null };
}
const LAYER_FORMATS = ["int4", "w8", "nf4", "fp4", "fp32"] as const;

export function layersText(layers: Recipe["layers"]): string {
  return Object.entries(layers ?? {})
    .map(([pattern, { format }]) => `${pattern} = ${format}`)
    .join("\n");
}

/** What differs from the format's own way, in words: `block size 128, symmetric off`; null where nothing does. */
export function recipeWords(recipe: Recipe): string | null {
  const words = FORMAT_OPTIONS[recipe.format].flatMap((option) => {
    const value = recipe[option];
    if (value === undefined || value === OPTION_DEFAULTS[recipe.format][option]) return [];
    const label = OPTION_WORDS[option].label.toLowerCase();
    if (typeof value === "boolean") return [`${label} ${value ? "on" : "off"}`];
    if (Array.isArray(value)) return [`${label} ${value.join(", ")}`];
    if (typeof value === "object") return [`${label} ${layersText(value).replaceAll("\n", ", ")}`];
    return [`${label} ${value}`];
  });
  return words.length === 0 ? null : words.join(", ");
}
