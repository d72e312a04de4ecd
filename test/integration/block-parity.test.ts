import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { demoResources } from "#core/app/files/resources.ts";
import { Decoder } from "#core/engine/decoder.ts";
import { InferenceSession } from "#core/engine/ort.ts";
import { sessionOptions } from "#core/engine/session.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { presetRecipe } from "#core/quantize/presets.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { scratchDir } from "../helpers/lab.ts";
import { computesLikeReference } from "../helpers/processor.ts";
import { FIXTURES, largestDifference } from "../helpers/reference.ts";

interface Row {
  readonly topIds: number[];
  readonly topLogprobs: number[];
}
const { prompts } = JSON.parse(readFileSync(join(FIXTURES, "quantization", "blocks-demo.json"), "utf8")) as {
  prompts: ({ inputIds: number[] } & Record<"int4" | "nf4", Row>)[];
};

// Another processor sums in another order.
const tolerance = computesLikeReference() ? 1e-5 : 1e-3;

describe.each([
  ["int4", "transformers.js q4"],
  ["nf4", "transformers.js bnb4"],
] as const)("the demo model as %s (%s), against the file that ONNX Runtime's Python tool makes", (format, preset) => {
  it("gives the same log-probabilities over 50 prompts", async () => {
    const variant = openModelFolder(demoResources().model).variants[0]!;
    const target = join(scratchDir(), `${format}.onnx`);
    await quantizeModel({ source: variant.file, target, recipe: presetRecipe(preset) });
    const session = await InferenceSession.create(target, sessionOptions({ provider: "cpu", threads: 1 }));
    const decoder = new Decoder(session, variant.signature);
    expect(prompts).toHaveLength(50);
    for (const { inputIds, [format]: expected } of prompts) {
      const { logits } = await decoder.prefill(inputIds);
      expect(largestDifference(logSoftmaxAt(logits, expected.topIds)!, expected.topLogprobs)).toBeLessThan(tolerance);
    }
  });
});

describe("two quantizers on the same model", () => {
  it("both finish, and leave one whole file each way they are pointed", async () => {
    const { file } = openModelFolder(join(FIXTURES, "zoo", "llama")).variants[0]!;
    const dir = scratchDir();
    const make = (name: string): Promise<{ path: string }> =>
      quantizeModel({ source: file, target: join(dir, name), recipe: { format: "int4" } });
    // Two into one name, one into another, at once.
    const made = await Promise.all([make("same.onnx"), make("same.onnx"), make("other.onnx")]);
    const bytes = made.map(({ path }) => readFileSync(path));
    expect(bytes[0]!.equals(bytes[2]!)).toBe(true);
    expect(bytes[1]!.equals(bytes[2]!)).toBe(true);
  });
});
