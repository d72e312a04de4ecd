/**
 * Every format and option, written for the zoo, and some for the larger demo model: ONNX Runtime loads the file with graph optimizations on
 * and off, and each quantized operator computes what its weights, decoded by its specification, say. A new format is a
 * recipe in RECIPES, and where its operator is new a decoder in test/helpers/quantized-operators.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InferenceSession, Tensor } from "#core/engine/ort.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { type Operator, quantizedOperators } from "../helpers/quantized-operators.ts";
import { FIXTURES } from "../helpers/reference.ts";

const ZOO = ["gpt2", "llama", "opt", "phi3", "qwen2"] as const;
const MODELS: Readonly<Record<string, string>> = {
  demo: join(FIXTURES, "..", "..", "resources", "models", "demo", "onnx", "model.onnx"),
  ...Object.fromEntries(ZOO.map((name) => [name, join(FIXTURES, "zoo", name, "onnx", "model.onnx")])),
};

/** Accuracy level 0: float32 throughout, so that results can be compared. */
const w8 = { format: "w8", accuracyLevel: 0 } as const;
const RECIPES: readonly Recipe[] = [
  { format: "int4" },
  { format: "int4", symmetric: false, blockSize: 16 },
  { format: "int4", algorithm: "rtn" },
  { format: "int4", algorithm: "rtn", symmetric: false, blockSize: 64 },
  { format: "int4", algorithm: "k_quant" },
  { format: "int4", algorithm: "k_quant", blockSize: 128 },
  { format: "int4", embeddings: true },
  { format: "int4", embeddings: true, symmetric: false, blockSize: 64 },
  { format: "int4", embeddings: true, blockSize: 256 },
  { format: "int4", embeddings: true, symmetric: false, tiedHead: false },
  { format: "int4", embeddings: true, algorithm: "k_quant", blockSize: 16 },
  w8,
  { ...w8, symmetric: false },
  { ...w8, algorithm: "rtn", symmetric: false, blockSize: 128 },
  { ...w8, algorithm: "k_quant" },
  { ...w8, embeddings: true },
  { ...w8, embeddings: true, symmetric: false, tiedHead: false, blockSize: 256 },
  { format: "nf4" },
  { format: "nf4", doubleQuant: true, blockSize: 32 },
  { format: "nf4", tiedHead: false },
  { format: "fp4", blockSize: 256 },
];
/** All linear layers of this one are Gemm: only the tied head is a MatMul. */
const fits = (name: string, { tiedHead, embeddings }: Recipe): boolean =>
  name !== "gpt2" || tiedHead !== false || embeddings === true;

const folder = mkdtempSync(join(tmpdir(), "quantscope-operators-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function load(model: string | Uint8Array, graphOptimizationLevel: "disabled" | "all"): Promise<InferenceSession> {
  const options = { graphOptimizationLevel, executionProviders: ["cpu"], intraOpNumThreads: 1 };
  return typeof model === "string" ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}

/** The layers of a model are alike. */
function oneOfAShape(operators: readonly Operator[]): Iterable<Operator> {
  const byShape = operators.map((operator) => {
    const { count, width } = operator.weights;
    return [`${operator.opType} ${count} ${width}`, operator] as const;
  });
  return new Map(byShape).values();
}

/** Relative distance of what the operator gives from what its weights say. */
async function deviation({ bytes, kind, weights: { count, width, at } }: Operator): Promise<number> {
  const session = await load(bytes, "all");
  try {
    const vector = Float32Array.from({ length: width }, (_, i) => Math.sin(i * i + 1));
    const indices = [0, 1, count >> 1, count - 1];
    const x =
      kind === "gather"
        ? new Tensor("int64", BigInt64Array.from(indices, BigInt), [1, indices.length])
        : new Tensor("float32", vector, [1, width]);
    const { y } = await session.run({ x });
    const got = y!.data as Float32Array;
    const want: number[] = [];
    for (const row of kind === "gather" ? indices : Array(count).keys()) {
      let sum = 0;
      for (let column = 0; column < width; column++) {
        if (kind === "gather") want.push(at(row, column));
        else sum += at(row, column) * vector[column]!;
      }
      if (kind === "multiply") want.push(sum);
    }
    expect(got).toHaveLength(want.length);
    const norm = (values: readonly number[]): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return norm(want.map((value, i) => value - got[i]!)) / norm(want);
  } finally {
    await session.release();
  }
}

/** The demo model's layers are no others, only larger. */
const recipesFor = (name: string): readonly Recipe[] =>
  name === "demo" ? RECIPES.filter((_, index) => index % 3 === 0) : RECIPES.filter((recipe) => fits(name, recipe));

describe.each(Object.entries(MODELS))("%s", (name, source) => {
  it.each(recipesFor(name).map((recipe) => [JSON.stringify(recipe), recipe] as const))("%s", async (_, recipe) => {
    const target = join(folder, `${name}.onnx`);
    const { quantizedTensors } = await quantizeModel({ source, target, recipe });
    for (const level of ["all", "disabled"] as const) await (await load(target, level)).release();

    const operators = quantizedOperators(target);
    expect(operators.length).toBeGreaterThanOrEqual(quantizedTensors.length);
    const deviations = [];
    for (const operator of oneOfAShape(operators)) {
      deviations.push({ operator: `${operator.opType} ${operator.name}`, deviation: await deviation(operator) });
    }
    expect(deviations.filter((entry) => !(entry.deviation <= 1e-6))).toEqual([]);
    if (recipe.embeddings) expect(operators.some(({ kind }) => kind === "gather")).toBe(true);
  });
});
