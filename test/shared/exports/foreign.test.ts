import { describe, expect, it } from "vitest";
import { parse } from "csv-parse/sync";
import { llamaBenchCsv } from "#shared/exports/llama-bench.ts";
import { type LlamaBenchRow, readLlamaBench } from "#shared/exports/llama-bench-read.ts";
import { lmEvalFiles } from "#shared/exports/lm-eval.ts";
import { readLmEvalSamples } from "#shared/exports/lm-eval-read.ts";
import { sampleQuestions, sampleResults } from "./sample.ts";

const results = sampleResults();
const rowsOf = (csv: string): LlamaBenchRow[] => parse(csv, { columns: true });

describe("readLmEvalSamples", () => {
  it("reads back what lmEvalFiles writes", () => {
    const [, int4] = results.cells;
    const files = lmEvalFiles(results, int4!, sampleQuestions, () => "h")!;
    const task = readLmEvalSamples(files.samples[0]!.text, files.samples[0]!.name);
    expect(task).toMatchObject({ name: "set", mode: "loglikelihood" });
    expect(task.questions).toEqual([...sampleQuestions.values()]);
    const written = int4!.benchmark[0]!.answers;
    expect(
      task.answers.map(({ questionId, correct, choiceLogprobs }) => [questionId, correct, choiceLogprobs]),
    ).toEqual(written.map(({ questionId, correct, choiceLogprobs }) => [questionId, correct, choiceLogprobs]));
  });

  const sample = (extra: object): string =>
    JSON.stringify({
      doc_id: 0,
      doc: { question: "q", choices: ["a", "b"], answer: 1 },
      target: "1",
      arguments: { gen_args_0: { arg_0: "q", arg_1: " A" } },
      resps: [[["-2.5", "False"]], [["-0.5", "True"]]],
      filtered_resps: [
        ["-2.5", "False"],
        ["-0.5", "True"],
      ],
      filter: "none",
      acc: 1,
      ...extra,
    });

  it("takes numbers as numbers or texts, the harness's names of tasks, and documents in their order", () => {
    const text = [
      sample({
        doc_id: 7,
        filtered_resps: [
          [-1, true],
          [-2, false],
        ],
        acc: 0,
      }),
      sample({}),
    ].join("\n");
    const task = readLmEvalSamples(text, "out/samples_mmlu_virology_2026-08-01T12-00-00.123456.jsonl", {
      start: 10,
    });
    expect(task.name).toBe("mmlu_virology");
    expect(task.questions.map(({ id, subject }) => [id, subject])).toEqual([
      ["q11", "virology"],
      ["q12", "virology"],
    ]);
    expect(task.answers.map(({ predicted, correct }) => [predicted, correct])).toEqual([
      [1, true],
      [0, false],
    ]);
  });

  it("counts a text without a choice as a format failure", () => {
    const said = (filtered: string, match: number, doc_id = 0): string =>
      sample({ doc_id, resps: [["x"]], filtered_resps: [filtered], exact_match: match, acc: undefined });
    const { mode, answers } = readLmEvalSamples(
      [said("B", 1), said("(A)", 0, 1), said("[invalid]", 0, 2)].join("\n"),
      "s.jsonl",
    );
    expect(mode).toBe("generate");
    expect(answers.map(({ predicted, formatFailure }) => [predicted, formatFailure])).toEqual([
      [1, false],
      [0, false],
      [null, true],
    ]);
  });

  it.each([
    ["", /holds no samples/],
    ["{", /line 1 is not valid JSON/],
    [`${sample({})}\n{"doc_id": "x"}`, /line 2: doc_id/],
    [sample({ target: "9", doc: { question: "q", choices: ["a", "b"] } }), /line 1: neither target nor doc.answer/],
  ])("names file, line and field of %j", (text, message) => {
    expect(() => readLmEvalSamples(text, "samples.jsonl")).toThrow(message);
  });
});

describe("readLlamaBench", () => {
  it("reads back what llamaBenchCsv writes", () => {
    const file = readLlamaBench(rowsOf(llamaBenchCsv(results)), "b.csv");
    expect(file).toMatchObject({
      cpu: "Xeon® Ünit",
      gpu: "H200",
      startedAt: "2026-11-21T07:00:00.000Z",
      meansOnly: true,
    });
    expect(file.cells.map(({ format, provider, bytes }) => [format, provider, bytes])).toEqual(
      results.cells.map(({ format, provider, bytes }) => [format, provider, bytes]),
    );
    const [first] = file.cells;
    const latencies = results.cells[0]!.forward[0]!.latencyMs;
    const mean = latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length;
    expect(first!.forward[0]!.latencyMs[0]).toBeCloseTo(mean, 5);
    expect(first!.decode[0]!.interTokenMs).toEqual([8.5, 8.5]);
  });

  const row = {
    model_filename: "m-Q4_0.gguf",
    model_type: "llama 1B Q4_0",
    backends: "CUDA",
    n_threads: 8,
    test_time: "2026-08-01T10:00:00Z",
    n_prompt: 512,
    n_gen: 0,
    avg_ns: 2e9,
  };

  it("takes llama.cpp's own rows, its samples where the JSON has them", () => {
    const { cells, meansOnly } = readLlamaBench(
      [
        { ...row, samples_ns: [1e9, 3e9] },
        { ...row, n_prompt: 0, n_gen: 2, avg_ns: 1e8 },
      ],
      "b.json",
    );
    expect(meansOnly).toBe(false);
    expect(cells).toMatchObject([{ format: "int4", provider: "cuda", threads: 8 }]);
    expect(cells[0]!.forward[0]!.latencyMs).toEqual([1000, 3000]);
    expect(cells[0]!.decode[0]!.interTokenMs).toEqual([50, 50]);
  });

  it("does not guess a format that is not here", () => {
    const { cells } = readLlamaBench([{ ...row, model_type: "llama 1B Q4_K - Medium", backends: "Vulkan" }], "b.json");
    expect(cells).toMatchObject([{ format: null, provider: null }]);
  });

  it.each([
    [[], /holds no rows/],
    [[{ ...row, n_prompt: "x" }], /row 1: n_prompt is not a whole number/],
    [[row, { ...row, avg_ns: 0 }], /row 2: avg_ns is no time/],
    [[{ ...row, n_gen: 4 }], /n_prompt and n_gen together/],
    [[row, { ...row, n_prompt: 128 }], /b\.csv: row 2: a second prompt speed of the same model/],
    [
      [row, { ...row, n_prompt: 0, n_gen: 2 }, { ...row, n_prompt: 0, n_gen: 4 }],
      /row 3: a second generation speed at depth 0/,
    ],
    [[{ ...row, test_time: "" }], /no row has a test_time/],
  ])("names row and column of %j", (rows, message) => {
    expect(() => readLlamaBench(rows, "b.csv")).toThrow(message);
  });
});
