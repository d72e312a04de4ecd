import { bonettPrice } from "../stats/bonett-price.ts";
import { type BootstrapOptions, bootstrapMeanDifference } from "../stats/bootstrap.ts";
import type { Interval } from "../stats/interval.ts";
import { describeMetric } from "./descriptor.ts";

export const accuracyDeltaBySubjectMetric = describeMetric({
  id: "accuracyDeltaBySubject",
  label: "Accuracy change, subjects resampled",
  unit: "shareDifference",
  direction: "higher",
  aggregation: "candidate minus reference over all questions answered by both; paired cluster bootstrap over subjects",
});

export interface SubjectQuestion {
  readonly subject: string;
  /** Whether each side is right; null where it has no valid answer. */
  readonly reference: boolean | null;
  readonly candidate: boolean | null;
}

/** All shares 0 to 1, differences candidate minus reference, -1 to 1; times 100 gives points. */
interface SubjectDelta {
  readonly subject: string;
  readonly n: number;
  readonly referenceShare: number;
  readonly candidateShare: number;
  readonly delta: number;
  /** Bonett-Price 95 % of this subject alone. */
  readonly interval: Interval;
}

interface AccuracyDeltaBySubject {
  /** Over all questions (a ratio of sums), so that large subjects weigh more: the same number as without subjects. */
  readonly delta: number;
  /** 95 % as if other subjects had been asked; null with fewer than 10 of them, where Bonett-Price speaks of questions. */
  readonly interval: Interval | null;
  readonly n: number;
  /** Questions left out because either side has no valid answer. */
  readonly invalid: number;
  /** By name. */
  readonly subjects: readonly SubjectDelta[];
}

/**
 * Change of accuracy with whole subjects drawn, the same for both sides: questions of one subject share what a format
 * breaks, so that drawing questions one by one is too sure (Miller 2024, clustered errors for evals). Order changes nothing.
 * @returns null when no question was answered by both
 */
export function accuracyDeltaBySubject(
  questions: readonly SubjectQuestion[],
  options: BootstrapOptions,
): AccuracyDeltaBySubject | null {
  const valid = questions.filter(({ reference, candidate }) => reference !== null && candidate !== null);
  const groups = [...Map.groupBy(valid, ({ subject }) => subject)].sort(([a], [b]) => (a < b ? -1 : 1));
  const difference = bootstrapMeanDifference(
    groups.map(([, members]) => members.map(({ reference }) => Number(reference))),
    groups.map(([, members]) => members.map(({ candidate }) => Number(candidate))),
    options,
  );
  if (difference === null) return null;
  const { estimate, interval } = difference;
  const subjects = groups.map(([subject, members]) => subjectDelta(subject, members));
  return { delta: estimate, interval, n: valid.length, invalid: questions.length - valid.length, subjects };
}

function subjectDelta(subject: string, questions: readonly SubjectQuestion[]): SubjectDelta {
  const n = questions.length;
  const count = (test: (question: SubjectQuestion) => boolean | null): number => questions.filter(test).length;
  const b = count(({ reference, candidate }) => reference && !candidate);
  const c = count(({ reference, candidate }) => candidate && !reference);
  const { low, high, plain } = bonettPrice({ n, b, c })!;
  const referenceShare = count(({ reference }) => reference) / n;
  const candidateShare = count(({ candidate }) => candidate) / n;
  return { subject, n, referenceShare, candidateShare, delta: plain, interval: { low, high } };
}
