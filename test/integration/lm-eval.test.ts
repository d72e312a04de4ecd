import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSpec, type PromptTemplate } from "#shared/spec.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { continuations, subjectOf, writePrompt } from "#core/benchmarks/prompt-template.ts";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";
import { planQuestions } from "#core/runs/plan-questions.ts";
import type { QuestionJob, QuestionResult } from "#core/runs/protocol.ts";
import { askAll, askWhole, qualityContext } from "../helpers/quality.ts";
import { FIXTURES } from "../helpers/reference.ts";

interface Item {
  readonly id: string;
  readonly prompt: string | null;
  readonly promptSha256: string;
  readonly continuationsSha256: string;
  readonly logprobs: number[];
  readonly acc: number;
  readonly accNorm: number | null;
}

interface Run {
  readonly template: PromptTemplate;
  readonly shots: number;
  readonly items: Item[];
}

const { runs } = JSON.parse(readFileSync(join(FIXTURES, "lm-eval", "demo.json"), "utf8")) as { runs: Run[] };
const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The questions that the harness was asked, with the shots that we would put before them. */
async function jobOf({ template, shots, items }: Run): Promise<QuestionJob> {
  const { model } = demoResources();
  const questions = join(FIXTURES, "questions", "training-480.csv");
  const benchmark = { questions, modes: ["loglikelihood" as const], promptTemplate: template, shots };
  const cells = [{ format: "fp32" as const }];
  const spec = parseSpec({ schemaVersion: 1, name: "n", model, cells, passes: { benchmark } });
  const { jobs } = await planQuestions(spec, loadQuestionSet);
  const job = jobs[0]!;
  const places = items.map(({ id }) => job.questions.findIndex((question) => question.id === id));
  return {
    ...job,
    questions: places.map((place) => job.questions[place]!),
    shots: places.map((place) => job.shots[place]!),
  };
}

function expectTheSame(results: readonly QuestionResult[], { items }: Run): void {
  expect(results.map(({ loglikelihood }) => loglikelihood!.questionId)).toEqual(items.map(({ id }) => id));
  for (const [index, item] of items.entries()) {
    const { choiceLogprobs, correct, normalized } = results[index]!.loglikelihood!;
    const largest = Math.max(...item.logprobs.map((logprob, choice) => Math.abs(logprob - choiceLogprobs[choice]!)));
    expect(largest, item.id).toBeLessThan(1e-3);
    expect([correct, normalized?.correct ?? null], item.id).toEqual([
      item.acc === 1,
      item.accNorm === null ? null : item.accNorm === 1,
    ]);
  }
}

describe("questions as lm-evaluation-harness asks them (test/fixtures/make/lm_eval_demo.py)", () => {
  describe.each(runs)("$template, $shots shots", (run) => {
    it("has the same prompts and continuations", async () => {
      const { questions, shots, setName, promptTemplate } = await jobOf(run);
      expect(run.items).toHaveLength(104);
      for (const [index, item] of run.items.entries()) {
        const question = questions[index]!;
        const subject = subjectOf(question, setName, undefined);
        const prompt = writePrompt(promptTemplate, question, shots[index]!, subject);
        if (item.prompt !== null) expect(prompt).toBe(item.prompt);
        expect(digest(prompt), item.id).toBe(item.promptSha256);
        expect(digest(continuations(promptTemplate, question).join("\n")), item.id).toBe(item.continuationsSha256);
      }
    });

    it.each([
      ["step by step from the prompt's cache", 2, {}, askAll],
      ["as whole sequences", 8, {}, askWhole],
      ["in batches of 8", 8, { questionBatch: 8 }, askWhole],
    ])(
      "has the same log-likelihoods, acc and acc_norm %s, of every question in %d",
      async (_, step, extra, ask) => {
        const part = { ...run, items: run.items.filter((_item, index) => index % step === 0) };
        const context = await qualityContext(demoResources().model, extra);
        expectTheSame(await ask([await jobOf(part)], context), part);
      },
      120_000,
    );
  });
});
