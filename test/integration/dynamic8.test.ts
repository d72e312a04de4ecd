/**
 * int8 and uint8 in ONNX Runtime: every file loads with graph optimizations on and off, its integer products are those of
 * the codes that it stores, and its logits are those of the file that ONNX Runtime's own tool makes.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Decoder } from "#core/engine/decoder.ts";
import { type Feeds, InferenceSession, Tensor } from "#core/engine/ort.ts";
import { sessionOptions } from "#core/engine/session.ts";
import { type DecoderSignature, emptyCacheDims, readSignature } from "#core/models/decoder-signature.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { writeModel } from "#core/onnx/write-model.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import type { Recipe } from "#shared/recipe.ts";
import { temporaryFolder } from "../core/onnx/build-model.ts";
import { REFERENCE, sourceOf } from "../core/quantize/dynamic8/dynamic8-reference.ts";
import { tensorValue } from "../helpers/onnx-builder.ts";
import { computesLikeReference } from "../helpers/processor.ts";
import { FIXTURES, largestDifference, readReference } from "../helpers/reference.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const FOLDERS = ["zoo", "architectures"].flatMap((group) =>
  readdirSync(join(FIXTURES, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, dir: join(FIXTURES, group, name) })),
);
const RECIPES: readonly Recipe[] = [
  { format: "int8" },
  { format: "int8", tiedHead: false },
  { format: "uint8", perChannel: true },
  // Seven bits: no x86 kernel saturates, so that the products are exact everywhere.
  { format: "int8", perChannel: true, reduceRange: true },
];
/** x86 without VNNI adds two products of uint8 and int8 in 16 bits. */
const exactEverywhere = ({ format, reduceRange }: Recipe): boolean => format === "uint8" || reduceRange === true;

type Level = "all" | "disabled";
const options = (level: Level) => ({
  ...sessionOptions({ provider: "cpu", threads: 1 }),
  graphOptimizationLevel: level,
});

/** The signature is the file's own: a float16 model has a float32 cache now. */
async function load(file: string, level: Level, headCount: number | null): Promise<Decoder> {
  return new Decoder(await InferenceSession.create(file, options(level)), readSignature(readModel(file), headCount));
}

function headCountOf(dir: string): number | null {
  if (!existsSync(join(dir, "config.json"))) return null;
  const config = JSON.parse(readFileSync(join(dir, "config.json"), "utf8")) as Record<string, number | undefined>;
  return config.num_attention_heads ?? config.n_head ?? null;
}

const label = (recipe: Recipe): string => JSON.stringify(recipe).replaceAll('"', "");
const made = new Map<string, Promise<string>>();
function make(source: string, name: string, recipe: Recipe): Promise<string> {
  const key = `${name} ${label(recipe)}`;
  const target = folder.file(`${made.size}.onnx`);
  const file = made.get(key) ?? quantizeModel({ source, target, recipe }).then(({ path }) => path);
  made.set(key, file);
  return file;
}

/** The values that a MatMulInteger reads and makes, as outputs of a copy of the model. */
async function productsOf(file: string, headCount: number | null): Promise<Product[]> {
  const model = readModel(file);
  const nodes = model.graph.node.filter(({ opType }) => opType === "MatMulInteger");
  const signed = new Map(model.graph.initializer.map(({ name, dataType }) => [name, dataType === 3]));
  const wanted = new Map<string, "uint8" | "int8" | "int32">();
  for (const { input, output } of nodes) {
    const [a = "", b = "", aZero = "", bZero = ""] = input;
    for (const name of [a, aZero]) wanted.set(name, "uint8");
    for (const name of [b, bZero]) wanted.set(name, signed.get(bZero) ? "int8" : "uint8");
    wanted.set(output[0]!, "int32");
  }
  for (const [name, type] of wanted) model.graph.output.push(tensorValue(name, type, []));
  // Their ranks are for ONNX Runtime to find.
  for (const { type } of model.graph.output.slice(-wanted.size)) {
    if (type?.value.case === "tensorType") type.value.value.shape = undefined;
  }
  const probe = folder.file("probe.onnx");
  await writeModel({ proto: model.proto, sourcePath: file, target: probe });
  const session = await InferenceSession.create(probe, options("disabled"));
  const results = await session.run(prefillFeeds(session, readSignature(readModel(file), headCount)), [
    ...wanted.keys(),
  ]);
  await session.release();
  return nodes.map(({ name, input, output }) => {
    const [a, b, aZero, bZero] = input.map((entry) => results[entry]!);
    return { name, a: a!, b: b!, aZero: aZero!, bZero: bZero!, y: results[output[0]!]! };
  });
}

interface Product {
  readonly name: string;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly aZero: Tensor;
  readonly bZero: Tensor;
  readonly y: Tensor;
}

function prefillFeeds(session: InferenceSession, { cache }: DecoderSignature): Feeds {
  const ids = [5, 42, 79, 116, 153];
  const row = (values: number[]) => new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
  const all: Feeds = {
    input_ids: row(ids),
    position_ids: row(ids.map((_, index) => index)),
    attention_mask: row(ids.map(() => 1)),
  };
  for (const entry of cache)
    all[entry.past.name] = new Tensor("float32", new Float32Array(0), emptyCacheDims(entry, 1));
  return Object.fromEntries(session.inputNames.map((name) => [name, all[name]!]));
}

/** The last row of A times B, zero points taken off, in exact integers. */
function lastRow({ a, b, aZero, bZero }: Product): number[] {
  const [K, N] = b.dims.slice(-2) as [number, number];
  const [left, right] = [a.data as Uint8Array, b.data as Int8Array];
  const [zero] = aZero.data as Uint8Array;
  const zeros = bZero.data as Int8Array;
  return Array.from({ length: N }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < K; k++) {
      sum += (left[left.length - K + k]! - zero!) * (right[k * N + n]! - (zeros[n % zeros.length] ?? 0));
    }
    return sum;
  });
}

describe.each(FOLDERS)("dynamic 8-bit of $name", ({ name, dir }) => {
  const variant = openModelFolder(dir).variants[0]!;
  const references = readReference(dir);
  const headCount = headCountOf(dir);
  // Quantized activations of a model of random weights: what matters is that nothing is wrong by more than rounding.
  const tolerance = 1;

  it.each(RECIPES.map((recipe) => [label(recipe), recipe] as const))(
    "loads and is close to float32, optimizations on and off: %s",
    async (_, recipe) => {
      const file = await make(variant.file, name, recipe);
      const [on, off] = [await load(file, "all", headCount), await load(file, "disabled", headCount)];
      for (const { inputIds, topIds, topLogprobs } of references) {
        const [fused, plain] = [await on.prefill(inputIds), await off.prefill(inputIds)];
        expect(largestDifference(logSoftmaxAt(plain.logits, topIds)!, topLogprobs)).toBeLessThan(tolerance);
        expect(largestDifference(logSoftmaxAt(fused.logits, topIds)!, topLogprobs)).toBeLessThan(tolerance);
      }
    },
  );

  // A merged decoder has its products in branches, where they cannot be made outputs.
  it
    .skipIf(name.endsWith("-merged"))
    .each(RECIPES.filter(exactEverywhere).map((recipe) => [label(recipe), recipe] as const))(
    "multiplies the codes that it stores: %s",
    async (_, recipe) => {
      const products = await productsOf(await make(variant.file, name, recipe), headCount);
      expect(products.length).toBeGreaterThan(0);
      for (const product of products) {
        const expected = lastRow(product);
        expect([...(product.y.data as Int32Array)].slice(-expected.length), product.name).toEqual(expected);
      }
    },
  );
});

describe("dynamic 8-bit of the demo model, against the file of ONNX Runtime's tool", () => {
  // The tool's tensors and nodes are ours (dynamic8-format.test.ts). The logits were computed on a processor with VNNI: others round
  // sums of int8 products, and sums of floats in other orders flip codes of activations.
  const tolerance = computesLikeReference() ? 1e-5 : 1;

  it.each(["int8", "uint8"] as const)("%s: the same log-probabilities for 50 prompts", async (format) => {
    const file = await make(sourceOf("demo"), "demo", { format, tiedHead: false });
    const decoder = await load(file, "all", null);
    expect(REFERENCE.prompts).toHaveLength(50);
    for (const [index, ids] of REFERENCE.prompts.entries()) {
      const { topIds, topLogprobs } = REFERENCE.logits[format][index]!;
      const { logits } = await decoder.prefill(ids);
      const difference = largestDifference(logSoftmaxAt(logits, topIds)!, topLogprobs);
      expect(difference).toBeLessThan(tolerance);
    }
  });
});
