import { parseSpec } from "#shared/spec.ts";
import type { CellJob, QuestionJob } from "#core/runs/protocol.ts";

const forward = parseSpec({
  schemaVersion: 1,
  name: "n",
  model: "m",
  cells: [{ format: "fp32" }],
  passes: { forward: { batchSizes: [1, 2], sequenceLength: 16 } },
}).passes.forward!;

export const questionJob = (count: number): QuestionJob => ({
  setIndex: 0,
  setName: "set",
  questions: Array.from({ length: count }, (_, index) => ({
    id: `q${index + 1}`,
    subject: null,
    question: "What?",
    choices: ["a", "b"],
    answer: 0,
  })),
  shots: [],
  promptTemplate: "mmlu",
  subject: undefined,
  chatTemplate: false,
  tokens: true,
  benchmark: { modes: ["loglikelihood"], temperature: 0, topP: 1, maxNewTokens: 1 },
});

/** A cell with a forward pass and questions; nothing of it exists. */
export function cellJob(extra: Partial<CellJob> = {}): CellJob {
  return {
    kind: "timing",
    launch: 1,
    graph: "exported",
    decode: null,
    texts: null,
    referenceRows: null,
    modelDir: "model",
    file: "model.onnx",
    provider: "cpu",
    threads: 1,
    seed: 0,
    forward,
    questionJobs: [questionJob(20)],
    generate: null,
    replay: null,
    ...extra,
  };
}
