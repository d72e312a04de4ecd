/** One real measuring process of each kind, on the bundled model: what it sends, in which order. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  decodeLaunchSchema,
  forwardLaunchSchema,
  type LaunchKind,
  replayLaunchSchema,
  selfTestsSchema,
} from "#shared/results.ts";
import { decodePassSchema, forwardPassSchema, generatePassSchema } from "#shared/spec.ts";
import { demoResources } from "#core/app/files/resources.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { CellJob, QuestionJob, WorkerMessage } from "#core/runs/protocol.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { scratchDir, WORKER } from "../helpers/lab.ts";

const { model } = demoResources();

function job(kind: LaunchKind, extra: Partial<CellJob> = {}): CellJob {
  return {
    kind,
    launch: 3,
    modelDir: model,
    file: join(model, "onnx", "model.onnx"),
    provider: "cpu",
    threads: 2,
    graph: "exported",
    seed: 7,
    forward: null,
    decode: null,
    questionJobs: [],
    texts: null,
    referenceRows: null,
    generate: null,
    replay: null,
    ...extra,
  };
}

/** All that the child said until its last word. */
function launch(asked: CellJob): Promise<WorkerMessage[]> {
  const messages: WorkerMessage[] = [];
  const child = forkSpawner(WORKER).start(asked);
  return new Promise((resolve, reject) => {
    child.onMessage((message) => messages.push(message));
    child.onExit(({ code, stderr }) => {
      const { type } = messages.at(-1) ?? { type: "nothing" };
      if (type === "done" || type === "failed") resolve(messages);
      else reject(new Error(`the child ended with ${code} behind "${type}": ${stderr}`));
    });
  });
}

function all<Type extends WorkerMessage["type"]>(
  messages: readonly WorkerMessage[],
  type: Type,
): Extract<WorkerMessage, { type: Type }>[] {
  return messages.filter((message) => message.type === type) as Extract<WorkerMessage, { type: Type }>[];
}

const forward = forwardPassSchema.parse({
  batchSizes: [1, 2],
  sequenceLength: 32,
  minIterations: 4,
  maxIterations: 6,
  minSeconds: 0.1,
});
const questions: Question[] = Array.from({ length: 3 }, (_, index) => ({
  id: `q${index}`,
  subject: "numbers",
  question: `What comes after ${index}?`,
  choices: [`${index + 1}`, `${index + 3}`, `${index + 5}`, "9"],
  answer: 0,
}));
const questionJob: QuestionJob = {
  setIndex: 0,
  setName: "numbers",
  questions,
  shots: questions.map(() => []),
  promptTemplate: "mmlu",
  subject: undefined,
  chatTemplate: false,
  tokens: true,
  benchmark: { modes: ["loglikelihood", "generate"], temperature: 0, topP: 1, maxNewTokens: 3 },
};
const decode = decodePassSchema.parse({ promptTokens: 16, newTokens: 5, depths: [0, 40, 2000] });

describe("a timing launch", () => {
  it("loads, times forward passes and decoding the user's way, and samples memory and speed", async () => {
    const messages = await launch(job("timing", { forward, decode }));
    const [loaded] = all(messages, "loaded");
    expect(loaded!.result).toMatchObject({ cacheSelfTest: { cacheUsed: true } });
    expect(loaded!.result.memory!.loadPeakBytes).toBeGreaterThan(20e6);
    expect(loaded!.result.placement.CPUExecutionProvider).toBeGreaterThan(100);

    const passes = all(messages, "forward").map(({ result }) => forwardLaunchSchema.parse(result));
    expect(passes.map(({ batchSize }) => batchSize)).toEqual([1, 2]);
    for (const pass of passes) {
      expect(pass).toMatchObject({ launch: 3, kind: "timing", sequenceLength: 32, skipped: null });
      expect(pass.latencyMs.length).toBeGreaterThanOrEqual(4);
      expect(pass.computeMs).toHaveLength(pass.latencyMs.length);
      expect(pass.warmupMs.length).toBeGreaterThanOrEqual(6);
      expect(pass.peakMemoryBytes).toBeGreaterThanOrEqual(loaded!.result.memory!.loadPeakBytes);
    }

    const depths = all(messages, "decode").map(({ result }) => decodeLaunchSchema.parse(result));
    expect(depths.map(({ depth }) => depth)).toEqual([0, 40, 2000]);
    for (const depth of depths.slice(0, 2)) {
      expect(depth).toMatchObject({ launch: 3, way: "user", method: "plain", graph: "exported", skipped: null });
      expect(depth.timeToFirstTokenMs).toHaveLength(2);
      expect(depth.interTokenMs).toHaveLength(2 * 4);
    }
    expect(depths[2]!.skipped).toBe(
      "not run: 2016 tokens and 5 new ones are more than the 1024 positions of the model",
    );

    const samples = all(messages, "samples").map((message) => message.samples);
    const atMs = samples.flatMap((part) => part.atMs);
    expect(atMs.length).toBeGreaterThan(3);
    expect(atMs).toEqual([...atMs].sort((a, b) => a - b));
    expect(Math.max(...samples.flatMap((part) => part.tokensPerSecond))).toBeGreaterThan(100);
    expect(Math.min(...samples.flatMap((part) => part.residentBytes))).toBeGreaterThan(40e6);

    const last = messages.at(-1)!;
    expect(last.type === "done" && typeof last.canaryDrift).toBe("number");
  });

  it("reports how far each pass is, to its end", async () => {
    const messages = await launch(job("timing", { forward, decode: { ...decode, depths: [0] } }));
    const progress = all(messages, "progress").map(({ pass, done, total }) => `${pass} ${done}/${total}`);
    expect(progress.join()).toBe("load 0/1,load 1/1,forward 0/2,forward 1/2,forward 2/2,decode 0/1,decode 1/1");
  });

  it("ends when it needs more memory than the spec allows, and what was measured is sent", async () => {
    const messages = await launch(job("timing", { forward, memoryLimitBytes: 2e6 }));
    expect(all(messages, "loaded")).toHaveLength(1);
    expect(all(messages, "forward")).toEqual([]);
    expect(messages.at(-1)).toMatchObject({ type: "failed", error: { code: "OUT_OF_MEMORY" } });
  });

  it("says why a file cannot be loaded", async () => {
    const messages = await launch(job("timing", { file: join(model, "onnx", "missing.onnx") }));
    expect(messages.at(-1)).toMatchObject({ type: "failed" });
    expect(JSON.stringify(messages.at(-1))).toContain("missing.onnx");
  });
});

describe("a memory launch", () => {
  it("measures the peak of one batch size with few runs and no times", async () => {
    const messages = await launch(job("memory", { forward: { ...forward, batchSizes: [2] } }));
    expect(all(messages, "loaded")[0]!.result).toMatchObject({ cacheSelfTest: null });
    const [pass] = all(messages, "forward").map(({ result }) => forwardLaunchSchema.parse(result));
    expect(pass).toMatchObject({ launch: 3, kind: "memory", batchSize: 2, latencyMs: [], computeMs: [], warmupMs: [] });
    expect(pass!.peakMemoryBytes).toBeGreaterThan(20e6);
    expect(messages.at(-1)).toEqual({ type: "done", canaryDrift: null });
  });
});

describe("a stepping launch", () => {
  it.each(["exported", "fused"] as const)("decodes the %s graph without copying its cache", async (graph) => {
    const messages = await launch(job("stepping", { graph, decode: { ...decode, depths: [0] } }));
    expect(all(messages, "loaded")[0]!.result).toMatchObject({ memory: null, placement: {}, cacheSelfTest: null });
    const [depth] = all(messages, "decode").map(({ result }) => decodeLaunchSchema.parse(result));
    expect(depth).toMatchObject({ way: "compute", graph, skipped: null });
    expect(depth!.method).not.toBe("plain");
    expect(depth!.interTokenMs).toHaveLength(2 * 4);
    expect(messages.at(-1)!.type).toBe("done");
  });

  it("writes again what the cell wrote, texts and answers", async () => {
    const generate = {
      spec: generatePassSchema.parse({ prompts: ["a"], maxNewTokens: 6 }),
      prompts: [
        { id: "p1", text: "The meaning of a name" },
        { id: "p2", text: "never written" },
      ],
    };
    const written = { answers: { q0: [70, 71], q2: [] }, texts: { p1: [300, 301, 302, 303] } };
    const replay = { questions: questionJob, generate, written, repeatDisturbed: false };
    const messages = await launch(job("stepping", { replay }));
    const replays = all(messages, "replay").map(({ result }) => replayLaunchSchema.parse(result));
    expect(
      replays.map(({ launch: number, of, items }) => [number, of, items.map(({ id, tokens }) => [id, tokens])]),
    ).toEqual([
      [3, "texts", [["p1", 4]]],
      [
        3,
        "answers",
        [
          ["q0", 2],
          ["q2", 0],
        ],
      ],
    ]);
    for (const { method, items } of replays) {
      expect(method).not.toBe("plain");
      for (const { tokens, promptTokens, promptMs, stepMs } of items) {
        expect(promptTokens).toBeGreaterThan(3);
        expect(Math.min(...promptMs)).toBeGreaterThan(0);
        expect(stepMs).toHaveLength(promptMs.length * Math.max(0, tokens - 1));
      }
    }
    const progress = all(messages, "progress").map(({ pass, done, total }) => `${pass} ${done}/${total}`);
    expect(progress.slice(2)).toEqual(["replay 0/2", "replay 1/2", "replay 2/2"]);
    expect(messages.at(-1)!.type).toBe("done");
  });
});

describe("a quality launch", () => {
  const text = Array.from({ length: 200 }, (_, index) => `The number ${index} comes before ${index + 1}.`).join(" ");

  it("asks a rounding format once a prompt, with the scores of the exported graph to the bit", async () => {
    const file = join(scratchDir(), "w8.onnx");
    await quantizeModel({ source: join(model, "onnx", "model.onnx"), target: file, recipe: { format: "w8" } });
    const generate = {
      spec: generatePassSchema.parse({ prompts: ["a"], maxNewTokens: 3 }),
      prompts: [{ id: "p1", text: "A" }],
    };
    const texts: QuestionJob = { ...questionJob, setIndex: 1, promptTemplate: "question-answer" };
    const silent: QuestionJob = {
      ...questionJob,
      setIndex: 2,
      benchmark: { ...questionJob.benchmark!, modes: ["loglikelihood"] },
    };
    // Two sessions whose threads spin would end it: nothing is timed then (engine/open-sessions.ts).
    const messages = await launch(job("quality", { file, questionJobs: [questionJob, texts, silent], generate }));
    expect(messages.at(-1)).toMatchObject({ type: "done" });
    expect(all(messages, "selfTests")[0]!.result.stepping).toMatchObject({ readsAlike: true });
    const kinds = messages.flatMap((message) => {
      if (message.type === "questions") return [`questions ${message.setIndex}`];
      return ["selfTests", "generation"].includes(message.type) ? [message.type] : [];
    });
    // Choices' texts and questions without an answer to write are scored by the exported graph, while it is alone.
    expect(kinds).toEqual(["questions 1", "questions 2", "selfTests", "questions 0", "questions 1", "generation"]);
    const [scored, exported, once, answered] = all(messages, "questions");
    expect(scored!.results.every(({ tokens, loglikelihood, generate: none }) => tokens && loglikelihood && !none)).toBe(
      true,
    );
    for (const [index, { tokens, loglikelihood, generate: answer }] of once!.results.entries()) {
      const other = exported!.results[index]!;
      expect(tokens).toEqual(other.tokens);
      expect(loglikelihood!.choiceLogprobs).toEqual(other.loglikelihood!.choiceLogprobs);
      expect(answer!.tokenIds).toHaveLength(answer!.generatedTokens);
    }
    expect(
      answered!.results.every(({ tokens, loglikelihood, generate: answer }) => !tokens && !loglikelihood && answer),
    ).toBe(true);
    expect([scored, exported, once, answered].map((message) => message!.asked)).toEqual([3, 3, 3, 0]);
  });

  it("tests batching and stepping, then asks questions, reads texts and generates", async () => {
    const dir = scratchDir();
    const messages = await launch(
      job("quality", {
        questionJobs: [questionJob],
        texts: { text, chunks: 2, chunkTokens: 64, positionsPerChunk: 4 },
        referenceRows: { role: "write", dir },
        generate: {
          spec: generatePassSchema.parse({ prompts: ["a"], maxNewTokens: 6, temperature: 0 }),
          prompts: [{ id: "p1", text: "The meaning of a name" }],
        },
      }),
    );
    expect(messages.at(-1)).toMatchObject({ type: "done" });
    expect(all(messages, "loaded")[0]!.result).toMatchObject({ memory: null, cacheSelfTest: null });
    expect(all(messages, "loaded")[0]!.result.placement.CPUExecutionProvider).toBeGreaterThan(100);

    const [tests] = all(messages, "selfTests").map(({ result }) => selfTestsSchema.parse(result));
    expect(tests).toMatchObject({ padding: { passed: true, prompts: 8, limit: 1e-3 }, questionBatch: 1 });
    expect(tests!.repeat).toMatchObject({ maxLogprobDifference: 0, meanKl: 0, top1Changes: 0 });
    expect(tests!.stepping.method).not.toBe("plain");

    const answers = all(messages, "questions").flatMap(({ results }) => results);
    expect(answers.map(({ loglikelihood }) => loglikelihood!.questionId)).toEqual(["q0", "q1", "q2"]);
    expect(answers.every(({ tokens, generate }) => tokens!.topIds.length > 0 && generate!.text !== null)).toBe(true);
    const chunks = all(messages, "texts").flatMap(({ results }) => results);
    expect(chunks.map(({ chunk }) => chunk)).toEqual([0, 1]);

    const [generation] = all(messages, "generation");
    const { tokenIds, tokenMs, margins } = generation!.result;
    expect(tokenIds.length).toBeGreaterThan(0);
    expect(tokenMs).toHaveLength(tokenIds.length);
    expect(margins).toHaveLength(tokenIds.length);
    expect(margins.every((margin) => margin !== null && margin > 0 && margin <= 1)).toBe(true);
    // What the other cells are compared with is on disk.
    expect(readdirSync(dir).length).toBeGreaterThan(0);
  });
});
