/**
 * Small graphs of random shapes and hard weights, written in every block format: ONNX Runtime loads the whole file, and each
 * output is what the stored weights, decoded by the operator's specification, say. The graphs are the same in every run.
 */
import { existsSync, readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { InferenceSession, Tensor } from "#core/engine/ort.ts";
import type { NodeProto, TensorProto, ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { createRandom, type Random } from "#shared/random.ts";
import { BLOCK_SIZES, type Recipe } from "#shared/recipe.ts";
import { floats, int, model, node, save, temporaryFolder } from "../core/onnx/build-model.ts";
import { tensorValue } from "../helpers/onnx-builder.ts";
import { quantizedOperators } from "../helpers/quantized-operators.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const GRAPHS = 40;
/** What a subnormal result may be off: its last bit, for each product. */
const SUBNORMAL_STEP = 2 ** -149;

interface Layer {
  readonly output: string;
  readonly K: number;
  readonly N: number;
  readonly input: Float32Array;
  readonly bias: Float32Array | null;
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random.nextInt(list.length)]!;

/** Stretches of one kind each: ordinary, ties, zeros of both signs, subnormal, huge, of one sign, all the same. */
function hardWeights(random: Random, count: number): number[] {
  const kinds = [
    () => (random.nextFloat() - 0.5) * 0.2,
    () => (random.nextInt(33) - 16) / 16,
    () => (random.nextFloat() < 0.5 ? 0 : -0),
    () => (random.nextFloat() - 0.5) * 1e-39,
    () => (random.nextFloat() - 0.5) * 1e30,
    () => 1 + random.nextFloat(),
    () => -1e-3 - random.nextFloat(),
    () => 0.25,
  ];
  // A huge weight beside ordinary ones leaves nothing of them: most graphs have one kind or two.
  const used = [pick(random, kinds), pick(random, kinds)];
  let kind = used[0]!;
  let left = 0;
  return Array.from({ length: count }, () => {
    if (left-- === 0) {
      kind = pick(random, used);
      left = random.nextInt(120);
    }
    return kind();
  });
}

/** Three MatMuls or Gemms side by side, each with an input of its own. */
function randomGraph(seed: number): { path: string; layers: Layer[]; recipe: Recipe } {
  const random = createRandom(seed);
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const layers: Layer[] = [];
  for (let index = 0; index < 3; index++) {
    const K = pick(random, [1, 2, 16, 31, 33, 64, 100, 1 + random.nextInt(300)]);
    const N = pick(random, [1, 2, 15, 16, 17, 40, 1 + random.nextInt(70)]);
    const [x, w, b, output] = ["x", "w", "b", "y"].map((name) => `${name}${index}`) as [string, string, string, string];
    const gemm = random.nextFloat() < 0.5;
    const turned = gemm && random.nextFloat() < 0.5;
    const bias = gemm && random.nextFloat() < 0.5 ? Float32Array.from({ length: N }, () => random.nextFloat()) : null;
    initializers.push(floats(w, turned ? [N, K] : [K, N], hardWeights(random, K * N)));
    if (bias) initializers.push(floats(b, [N], [...bias]));
    const attributes = turned ? [int("transB", 1)] : [];
    nodes.push(node(gemm ? "Gemm" : "MatMul", bias ? [x, w, b] : [x, w], [output], attributes));
    inputs.push(tensorValue(x, "float32", ["rows", K]));
    layers.push({ output, K, N, bias, input: Float32Array.from({ length: K }, () => random.nextFloat() * 2 - 1) });
  }
  const outputs = layers.map(({ output }) => tensorValue(output, "float32", ["rows", ""]));
  const path = save(model({ nodes, initializers, inputs, outputs }), folder.file(`random-${seed}.onnx`));
  return { path, layers, recipe: randomRecipe(random) };
}

/** Accuracy level 0: activations stay float32, so that results can be compared. */
function randomRecipe(random: Random): Recipe {
  const format = pick(random, ["int4", "int4", "w8", "w8", "nf4", "fp4"] as const);
  const blockSize = pick(random, BLOCK_SIZES);
  if (format === "nf4" || format === "fp4") return { format, blockSize };
  const algorithm = pick(random, ["default", "default", "rtn", "k_quant"] as const);
  const symmetric = algorithm === "k_quant" ? false : random.nextFloat() < 0.5;
  return { format, blockSize, algorithm, symmetric, accuracyLevel: 0 };
}

describe("random graphs", () => {
  it.each(Array.from({ length: GRAPHS }, (_, seed) => seed))("give what their stored weights say: %i", async (seed) => {
    const { path, layers, recipe } = randomGraph(seed);
    const target = folder.file(`made-${seed}.onnx`);
    const { quantizedTensors } = await quantizeModel({ source: path, target, recipe });
    const operators = quantizedOperators(target);
    expect(operators).toHaveLength(layers.length);
    expect(quantizedTensors).toHaveLength(layers.length);

    const session = await InferenceSession.create(target, { executionProviders: ["cpu"], intraOpNumThreads: 1 });
    try {
      const feeds = layers.map(({ K, input }, i) => [`x${i}`, new Tensor("float32", input, [1, K])] as const);
      const results = await session.run(Object.fromEntries(feeds));
      for (const { output, K, N, input, bias } of layers) {
        const { weights } = operators.find(({ name }) => name.startsWith(`/${output}`))!;
        expect(weights).toMatchObject({ count: N, width: K });
        let squaredError = 0;
        let squaredSize = 0;
        for (let n = 0; n < N; n++) {
          let sum = bias?.[n] ?? 0;
          let size = Math.abs(sum);
          for (let k = 0; k < K; k++) {
            const product = weights.at(n, k) * input[k]!;
            sum += product;
            size += Math.abs(product);
          }
          squaredError += (Number(results[output]!.data[n]) - sum) ** 2;
          squaredSize += size ** 2;
        }
        const most = 1e-6 * Math.sqrt(squaredSize) + K * Math.sqrt(N) * SUBNORMAL_STEP;
        expect(Math.sqrt(squaredError), `${JSON.stringify(recipe)} ${output} ${K} x ${N}`).toBeLessThanOrEqual(most);
      }
    } finally {
      await session.release();
    }
  });

  it.each([
    ...(["int4", "w8", "nf4", "fp4", "int8", "uint8", "fp16"] as const).map((format) => ({ format })),
    { format: "int4", algorithm: "rtn" } as const,
    { format: "int4", algorithm: "k_quant" } as const,
    { format: "int8", perChannel: true } as const,
  ] satisfies Recipe[])("with NaN or infinity are refused with the tensor's name: %o", async (recipe) => {
    const random = createRandom(7);
    for (const bad of [NaN, Infinity, -Infinity]) {
      const [K, N] = [1 + random.nextInt(150), 1 + random.nextInt(60)];
      const values = Array.from({ length: K * N }, () => random.nextFloat() - 0.5);
      values[random.nextInt(values.length)] = bad;
      const proto = model({
        nodes: [node("MatMul", ["x", "fine"], ["h"]), node("MatMul", ["h", "damaged"], ["y"])],
        initializers: [floats("fine", [8, K]), floats("damaged", [K, N], values)],
        inputs: [tensorValue("x", "float32", ["rows", 8])],
        outputs: [tensorValue("y", "float32", ["rows", N])],
      });
      const source = save(proto, folder.file("damaged.onnx"));
      const target = folder.file("refused.onnx");
      await expect(quantizeModel({ source, target, recipe })).rejects.toMatchObject({
        code: "MODEL_CORRUPT",
        message: expect.stringContaining('tensor "damaged"') as string,
      });
      expect(existsSync(target)).toBe(false);
      expect(readdirSync(folder.path).filter((name) => name.startsWith("refused"))).toEqual([]);
    }
  });
});
