/** Compares one cell with the reference, from raw samples only: any two stored cells can be compared later. */
import { accuracyDelta } from "../metrics/accuracy-delta.ts";
import { countFlips } from "../metrics/flips.ts";
import { jaccardAtK } from "../metrics/jaccard.ts";
import { klLowerBound } from "../metrics/kl-lower-bound.ts";
import { top1Agreement } from "../metrics/top1-agreement.ts";
import { hashSeed } from "../random.ts";
import { type Answer, type CellResult, type Comparison, isValidAnswer } from "../results.ts";
import { BENCHMARK_MODES, type BenchmarkMode } from "../spec.ts";
import { bootstrapMean } from "../stats/bootstrap.ts";
import { medianInterval } from "../stats/median-interval.ts";

/** Everything of a comparison but the verdict, which also weighs the user's margins. */
export type Differences = Omit<Comparison, "verdict">;

export function compareCells(
  reference: CellResult,
  candidate: CellResult,
  topK: readonly number[],
  seed: number,
): Differences {
  const pairs = pairTokens(reference, candidate);
  const { counts, delta } = compareAnswers(reference, candidate);
  return {
    reference: reference.label,
    candidate: candidate.label,
    jaccard: Object.fromEntries(
      topK.flatMap((k) => {
        const entry = meanJaccard(pairs, k, hashSeed("jaccard", seed, k));
        return entry ? [[String(k), entry]] : [];
      }),
    ),
    top1Agreement: top1Agreement(
      pairs.map((pair) => ({
        reference: pair.reference.topIds[0] ?? null,
        candidate: pair.candidate.topIds[0] ?? null,
      })),
    ).share,
    klDivergence: mean(pairs.map((pair) => klLowerBound(pair.reference, pair.candidate))),
    flips: counts,
    accuracyDelta: delta,
    latencyRatio: latencyRatios(reference, candidate),
    memoryRatio: memoryRatios(reference, candidate),
  };
}

type TokenPair = Record<"reference" | "candidate", CellResult["tokens"][number]>;

/** Questions that both cells answered with a valid row of logits. */
function pairTokens(reference: CellResult, candidate: CellResult): TokenPair[] {
  const byId = new Map(candidate.tokens.map((row) => [row.questionId, row]));
  return reference.tokens.flatMap((row) => {
    const other = byId.get(row.questionId);
    return other && row.topIds.length > 0 && other.topIds.length > 0 ? [{ reference: row, candidate: other }] : [];
  });
}

/** Mean over questions with a 95 % bootstrap interval over questions. */
function meanJaccard(pairs: readonly TokenPair[], k: number, seed: number): Comparison["jaccard"][string] | null {
  const values = pairs.flatMap((pair) => jaccardAtK(pair.reference.topIds, pair.candidate.topIds, k) ?? []);
  const estimate = bootstrapMean(
    values.map((value) => [value]),
    { seed },
  );
  if (!estimate) return null;
  return { mean: estimate.estimate, low: estimate.interval?.low ?? null, high: estimate.interval?.high ?? null };
}

export interface ComparedAnswers {
  readonly mode: BenchmarkMode;
  /** Reference and candidate, question by question. */
  readonly pairs: readonly (readonly [Answer, Answer])[];
}

/** The answers that decide: the log-likelihoods', or the generated ones where only those are in both; null without either. */
export function comparedAnswers(reference: CellResult, candidate: CellResult): ComparedAnswers | null {
  const answersOf = (cell: CellResult, mode: BenchmarkMode): readonly Answer[] =>
    cell.benchmark.find((result) => result.mode === mode)?.answers ?? [];
  for (const mode of BENCHMARK_MODES) {
    const byId = new Map(answersOf(candidate, mode).map((answer) => [answer.questionId, answer]));
    const pairs = answersOf(reference, mode).flatMap((answer) => {
      const other = byId.get(answer.questionId);
      return other ? [[answer, other] as const] : [];
    });
    if (pairs.length > 0) return { mode, pairs };
  }
  return null;
}

function compareAnswers(
  reference: CellResult,
  candidate: CellResult,
): { counts: Comparison["flips"]; delta: Comparison["accuracyDelta"] } {
  const compared = comparedAnswers(reference, candidate);
  if (!compared) return { counts: null, delta: null };
  const { pairs } = compared;

  // The gold answer is known here only as right or wrong, which is all that flips need.
  const gold = pairs.map(() => "right");
  const outcome = (answer: Answer): string | null => {
    if (!isValidAnswer(answer)) return null;
    return answer.correct ? "right" : `wrong ${answer.predicted ?? "(no choice named)"}`;
  };
  const flips = countFlips(
    gold,
    pairs.map(([answer]) => outcome(answer)),
    pairs.map(([, other]) => outcome(other)),
  );
  const delta = accuracyDelta(flips);
  return {
    counts: {
      rightToWrong: flips.correctToWrong,
      wrongToRight: flips.wrongToCorrect,
      wrongToOtherWrong: flips.wrongToOtherWrong,
      questions: flips.n,
    },
    delta: delta && {
      points: delta.delta * 100,
      low: delta.interval.low * 100,
      high: delta.interval.high * 100,
      mcnemarP: delta.exactP,
    },
  };
}

/**
 * Reference over candidate: above 1 the candidate is faster. The interval joins the two medians' order-statistic intervals
 * (conservative); it speaks of the runs of one launch, not of other launches. Null below six runs.
 */
function latencyRatios(reference: CellResult, candidate: CellResult): Comparison["latencyRatio"] {
  return pairBatches(reference, candidate).flatMap(([ours, theirs]) => {
    const a = medianInterval(ours.latencyMs);
    const b = medianInterval(theirs.latencyMs);
    if (!a || !b) return [];
    const real = a.kind === "order-statistics" && b.kind === "order-statistics";
    const interval = real ? { low: a.low / b.high, high: a.high / b.low } : { low: null, high: null };
    return [{ batchSize: ours.batchSize, ratio: a.median / b.median, ...interval }];
  });
}

/** Reference over candidate: above 1 the candidate needs less memory. */
function memoryRatios(reference: CellResult, candidate: CellResult): Comparison["memoryRatio"] {
  return pairBatches(reference, candidate).flatMap(([ours, theirs]) =>
    ours.peakMemoryBytes && theirs.peakMemoryBytes
      ? [{ batchSize: ours.batchSize, ratio: ours.peakMemoryBytes / theirs.peakMemoryBytes }]
      : [],
  );
}

function pairBatches(
  reference: CellResult,
  candidate: CellResult,
): [CellResult["forward"][number], CellResult["forward"][number]][] {
  return reference.forward.flatMap((ours) => {
    const theirs = candidate.forward.find(
      ({ batchSize, sequenceLength }) => batchSize === ours.batchSize && sequenceLength === ours.sequenceLength,
    );
    return theirs ? [[ours, theirs] as [typeof ours, typeof theirs]] : [];
  });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
