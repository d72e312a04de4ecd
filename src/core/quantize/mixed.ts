import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { EXCLUDED, findMatMulTargets, type SkippedMatMul } from "./graph/matmul-targets.ts";
import { NamePatterns } from "./graph/name-patterns.ts";
import type { FormatMaker, QuantizePlan } from "./format-maker.ts";
import { PLAIN_FORMATS } from "./plain-formats.ts";
import { splitGemms } from "./graph/split-gemm.ts";

/** The formats that a layer may have: each replaces single MatMuls. `fp32` keeps a layer as it is. */
const LAYER_MAKERS: Readonly<Partial<Record<FormatId, FormatMaker>>> = Object.freeze({
  int4: PLAIN_FORMATS.int4,
  w8: PLAIN_FORMATS.w8,
  nf4: PLAIN_FORMATS.nf4,
  fp4: PLAIN_FORMATS.fp4,
});
const KEEP: FormatId = "fp32";

/**
 * A format for each layer: `layers` maps name patterns to recipes, the first that fits decides, the rest become int4. Without
 * `layers` the sensitive ones get 8 bits: see `sensitiveLayers`.
 */
export const mixed: FormatMaker = {
  format: "mixed",
  options: ["blockSize", "symmetric", "accuracyLevel", "algorithm", "tiedHead", "gemm", "exclude", "layers"],
  plan: planMixed,
};

function planMixed(model: OnnxModel, recipe: Recipe): QuantizePlan {
  const { layers: given, exclude, ...common } = recipe;
  const patterns = new NamePatterns(exclude ?? []);
  const gemms = common.gemm === false ? [] : splitGemms(model.graph, patterns);
  const { targets, skipped } = findMatMulTargets(model.graph, patterns, recipe);
  const names = targets.map(({ node, weight }) => node.name || weight.name);
  const layers = given ?? Object.fromEntries(sensitiveLayers(names).map((name) => [name, { format: "w8" as const }]));
  const groups = assign(
    names,
    targets.map(({ weight }) => weight.name),
    layers,
  );

  const left = new Set(names);
  const kept: SkippedMatMul[] = [];
  const plans: QuantizePlan[] = [];
  for (const [key, group] of groups) {
    const layer = key === REST ? { format: "int4" as const } : layers[key]!;
    if (layer.format === KEEP) {
      const own = targets.filter(({ node, weight }) => group.includes(node.name || weight.name));
      kept.push(...own.map(({ node, weight }) => ({ node: node.name, weight: weight.name, reason: EXCLUDED })));
      continue;
    }
    const maker = layerMaker(key, layer.format);
    const others = [...left].filter((name) => !group.includes(name));
    // Layers of later groups are excluded here; those of earlier groups are no MatMuls any more.
    const spared = [...others, ...[...gemms, ...skipped].map(({ node, weight }) => node || weight)];
    plans.push(maker.plan(model, { ...optionsFor(maker, common), ...layer, exclude: [...new Set(spared)] }));
    for (const name of group) left.delete(name);
  }
  return {
    recipe: { ...recipe, layers },
    quantized: plans.flatMap(({ quantized }) => quantized),
    skipped: [...gemms, ...skipped, ...kept],
    jobs: plans.flatMap(({ jobs }) => jobs),
  };
}

const REST = "";

/** Pattern -> names of the MatMuls that it decides, in the order of the patterns; "" holds the rest. */
function assign(
  names: readonly string[],
  weights: readonly string[],
  layers: NonNullable<Recipe["layers"]>,
): [string, string[]][] {
  const patterns = Object.keys(layers).map((key) => ({ key, pattern: new NamePatterns([key]) }));
  const groups = new Map<string, string[]>(patterns.map(({ key }) => [key, []]));
  groups.set(REST, []);
  names.forEach((name, index) => {
    const found = patterns.find(({ pattern }) => pattern.matches(name, weights[index]!));
    groups.get(found?.key ?? REST)!.push(name);
  });
  for (const [key, group] of groups) {
    if (group.length > 0 || key === REST) continue;
    throw new LabError(
      "SPEC_INVALID",
      `recipe.layers: "${key}" is the name of no MatMul that is left for it. Names are, for example, ${names.slice(0, 3).join(", ")}.`,
      { field: "recipe.layers", pattern: key },
    );
  }
  return [...groups].filter(([, group]) => group.length > 0);
}

function layerMaker(key: string, format: FormatId): FormatMaker {
  const maker = LAYER_MAKERS[format];
  if (maker) return maker;
  const allowed = [...Object.keys(LAYER_MAKERS), KEEP];
  throw new LabError(
    "SPEC_INVALID",
    `recipe.layers.${key}: a layer cannot be ${format}; it can be ${allowed.join(", ")}.`,
    {
      field: `recipe.layers.${key}`,
      allowed,
    },
  );
}

/** The recipe's own options, as far as the layer's format knows them. */
function optionsFor(maker: FormatMaker, common: Omit<Recipe, "layers" | "exclude">): Partial<Recipe> {
  return Object.fromEntries(
    Object.entries(common).filter(([key]) => (maker.options as readonly string[]).includes(key)),
  );
}

/**
 * The layers that llama.cpp's mixed types and onnxruntime-genai's "mixed" keep at 8 bits: the head; value (or fused) and
 * down projections in the first and last eighth of the layers and in every third between.
 */
export function sensitiveLayers(names: readonly string[]): string[] {
  const indexOf = (name: string): number => Number(/(?:layers?|h|blocks?)[._/](\d+)[._/]/.exec(name)?.[1] ?? -1);
  const count = Math.max(-1, ...names.map(indexOf)) + 1;
  const eighth = count / 8;
  return names.filter((name) => {
    const index = indexOf(name);
    if (index < 0) return /lm_head|embed_out|output/.test(name);
    if (!/qkv|query_key_value|c_attn|v_proj|down_proj|fc2|c_proj|dense_4h_to_h/.test(name)) return false;
    return index < eighth || index >= 7 * eighth || (index - Math.round(eighth)) % 3 === 2;
  });
}
