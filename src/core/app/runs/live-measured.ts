/** What pages are told of something that was measured: as little of it as a chart or a table needs. */
import type { Measured } from "#shared/api.ts";
import { assertNever } from "#shared/assert-never.ts";
import { isValidAnswer } from "#shared/results.ts";
import { median } from "#shared/stats/quantile.ts";
import type { QuestionResult, WorkerMessage } from "#core/runs/protocol.ts";
import type { Agreement } from "./live-agreement.ts";

export type QuestionCounts = Extract<Measured, { kind: "questions" }>;

/** Null where there is no number for a page. Questions are sums: see addQuestions. */
export function measuredOf(message: Exclude<WorkerMessage, { type: "questions" }>): Measured | null {
  switch (message.type) {
    case "loaded": {
      const { loadMs, memory } = message.result;
      return {
        kind: "load",
        loadMs,
        steadyBytes: memory?.steadyBytes ?? null,
        peakBytes: memory?.loadPeakBytes ?? null,
      };
    }
    case "forward": {
      const { launch, batchSize, latencyMs, peakMemoryBytes, deviceMemoryBytes, skipped } = message.result;
      const medianMs = median(latencyMs);
      const runs = latencyMs.length;
      return { kind: "forward", launch, batchSize, medianMs, runs, peakMemoryBytes, deviceMemoryBytes, skipped };
    }
    case "decode": {
      const { launch, way, batchSize, depth, timeToFirstTokenMs, interTokenMs, skipped } = message.result;
      const stepMs = median(interTokenMs);
      return {
        kind: "decode",
        launch,
        way,
        batchSize,
        depth,
        medianFirstTokenMs: median(timeToFirstTokenMs),
        tokensPerSecond: stepMs === null || stepMs === 0 ? null : (1000 * batchSize) / stepMs,
        skipped,
      };
    }
    case "generation":
      return { kind: "generation", promptId: message.result.promptId, text: message.result.text };
    case "selfTests":
    case "texts":
    case "replay":
    case "samples":
    case "progress":
    case "done":
    case "failed":
      return null;
    default:
      return assertNever(message);
  }
}

/** The sums of a cell with some more questions in them. */
export function addQuestions(
  before: QuestionCounts | undefined,
  { results, asked }: { readonly results: readonly QuestionResult[]; readonly asked: number },
  { sameTop1, compared }: Agreement,
): QuestionCounts {
  const correct = (mode: "loglikelihood" | "generate", sum: number | null): number | null => {
    const answers = results.flatMap((result) => result[mode] ?? []);
    if (answers.length === 0) return sum;
    return (sum ?? 0) + answers.filter((answer) => isValidAnswer(answer) && answer.correct).length;
  };
  return {
    kind: "questions",
    asked: (before?.asked ?? 0) + asked,
    loglikelihoodCorrect: correct("loglikelihood", before?.loglikelihoodCorrect ?? null),
    generateCorrect: correct("generate", before?.generateCorrect ?? null),
    sameTop1: (before?.sameTop1 ?? 0) + sameTop1,
    compared: (before?.compared ?? 0) + compared,
  };
}
