import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Decoder } from "#core/engine/decoder.ts";
import { InferenceSession } from "#core/engine/ort.ts";
import { sessionOptions } from "#core/engine/session.ts";
import { openModelFolder, type Variant } from "#core/models/model-folder.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { computesLikeReference } from "../helpers/processor.ts";
import { FIXTURES, largestDifference, readReference } from "../helpers/reference.ts";
import { temporaryFolder } from "../core/onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const FOLDERS = ["zoo", "architectures"].flatMap((group) =>
  readdirSync(join(FIXTURES, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "llama-fp16")
    .map(({ name }) => ({ name, dir: join(FIXTURES, group, name) })),
);
const DEMO = "resources/models/demo";

async function make({ file }: Variant, format: Recipe["format"], name: string): Promise<string> {
  const target = folder.file(`${format}-${name}.onnx`);
  return (await quantizeModel({ source: file, target, recipe: { format } })).path;
}

async function load(file: string, { signature }: Variant, level: "all" | "disabled" = "all"): Promise<Decoder> {
  const options = { ...sessionOptions({ provider: "cpu", threads: 2 }), graphOptimizationLevel: level };
  return new Decoder(await InferenceSession.create(file, options), signature);
}

describe.each(FOLDERS)("float16 of $name", ({ name, dir }) => {
  const variant = openModelFolder(dir).variants[0]!;
  const references = readReference(dir);

  it.each(["disabled", "all"] as const)("is close to float32, optimizations %s", async (level) => {
    const decoder = await load(await make(variant, "fp16", name), variant, level);
    for (const { inputIds, topIds, topLogprobs } of references) {
      const { logits } = await decoder.prefill(inputIds);
      expect(logits.every(Number.isFinite)).toBe(true);
      expect(largestDifference(logSoftmaxAt(logits, topIds)!, topLogprobs)).toBeLessThan(5e-2);
    }
  });

  it.each(["disabled", "all"] as const)("is close to int4 under int4f16, optimizations %s", async (level) => {
    const int4 = await load(await make(variant, "int4", name), variant);
    const both = await load(await make(variant, "int4f16", name), variant, level);
    for (const { inputIds, topIds } of references) {
      const [a, b] = [await int4.prefill(inputIds), await both.prefill(inputIds)];
      expect(b.logits.every(Number.isFinite)).toBe(true);
      expect(largestDifference(logSoftmaxAt(a.logits, topIds)!, logSoftmaxAt(b.logits, topIds)!)).toBeLessThan(0.1);
    }
  });
});

describe(`float16 of ${basename(DEMO)}, against the file that ONNX Runtime's converter makes`, () => {
  interface Reference {
    readonly prompts: { inputIds: number[]; topIds: number[]; topLogprobs: number[] }[];
  }
  const path = "test/fixtures/quantization/float16/demo.json";
  const { prompts } = JSON.parse(readFileSync(path, "utf8")) as Reference;
  // Another processor sums in another order, and rounding to half in between makes much of the last digit.
  const tolerance = computesLikeReference() ? 1e-5 : 1e-2;

  it("gives the same log-probabilities over 50 prompts", async () => {
    const variant = openModelFolder(DEMO).variants[0]!;
    const decoder = await load(await make(variant, "fp16", "demo"), variant);
    expect(prompts).toHaveLength(50);
    for (const { inputIds, topIds, topLogprobs } of prompts) {
      const { logits } = await decoder.prefill(inputIds);
      expect(largestDifference(logSoftmaxAt(logits, topIds)!, topLogprobs)).toBeLessThanOrEqual(tolerance);
    }
  });
});
