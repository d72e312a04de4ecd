import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Decoder } from "#core/engine/decoder.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import {
  FIXTURES,
  greedyIds,
  largestDifference,
  logitsStepByStep,
  openModel,
  readReference,
} from "../helpers/reference.ts";

const FOLDERS = ["zoo", "architectures"].flatMap((group) =>
  readdirSync(join(FIXTURES, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, dir: join(FIXTURES, group, name) })),
);

describe.each(FOLDERS)("the engine on $name, against torch", ({ name, dir }) => {
  const references = readReference(dir);
  // float16 arithmetic on the CPU is float32 with rounded weights and caches; torch rounds in between too.
  const tolerance = name.endsWith("fp16") ? 2e-2 : 1e-4;
  let decoder: Decoder;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    ({ decoder, tokenizer } = await openModel(dir));
  });

  it("encodes the prompts to the same ids", () => {
    for (const { prompt, inputIds } of references) expect(tokenizer.encode(prompt)).toEqual(inputIds);
  });

  it("gives the same 20 next tokens, log-probabilities included", async () => {
    for (const { inputIds, topIds, topLogprobs } of references) {
      const { logits } = await decoder.prefill(inputIds);
      expect(topK(logits, 20)).toEqual(topIds);
      expect(largestDifference(logSoftmaxAt(logits, topIds)!, topLogprobs)).toBeLessThan(tolerance);
    }
  });

  it("goes on greedily to the same text", async () => {
    for (const { inputIds, greedyIds: expected, greedyText } of references) {
      const options = { maxNewTokens: expected.length, endIds: new Set<number>(), vocabularySize: Infinity };
      const ids = await greedyIds(decoder, inputIds, options);
      expect(ids).toEqual(expected);
      expect(tokenizer.decode(ids)).toBe(greedyText);
    }
  });

  it("gives a right-padded batch of 8 the logits of each row alone", async () => {
    const rows = Array.from({ length: 8 }, (_, index) => {
      const { inputIds } = references[index % references.length]!;
      return inputIds.slice(0, inputIds.length - index);
    });
    const batch = await decoder.forward(rows);
    for (const [index, row] of rows.entries()) {
      const alone = await decoder.forward([row]);
      const last = row.length - 1;
      expect(largestDifference(batch.row(index, last), alone.row(0, last))).toBeLessThan(tolerance);
    }
  });

  it("decodes with its cache what a full forward pass gives", async () => {
    const { inputIds } = references.at(-1)!;
    const full = await decoder.forward([inputIds]);
    const stepped = await logitsStepByStep(decoder, inputIds, 5);
    expect(largestDifference(stepped, full.row(0, inputIds.length - 1))).toBeLessThan(tolerance);
  });
});
