import { bonettPrice } from "../stats/bonett-price.ts";
import { LEAST_CLUSTERS } from "../stats/bounded-mean.ts";
import { type Interval, Z_95 } from "../stats/interval.ts";
import { student95 } from "../stats/student-95.ts";
import { describeMetric } from "./descriptor.ts";

export const accuracyDeltaBySubjectMetric = describeMetric({
  id: "accuracyDeltaBySubject",
  label: "Accuracy change, subjects resampled",
  unit: "shareDifference",
  direction: "higher",
  aggregation:
    "candidate minus reference over all questions answered by both; Student's t over subjects, never narrower than Bonett-Price",
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
export function accuracyDeltaBySubject(questions: readonly SubjectQuestion[]): AccuracyDeltaBySubject | null {
  const valid = questions.filter(({ reference, candidate }) => reference !== null && candidate !== null);
  const groups = [...Map.groupBy(valid, ({ subject }) => subject)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (valid.length === 0) return null;
  const subjects = groups.map(([subject, members]) => subjectDelta(subject, members));
  const { plain: delta } = pairedDelta(valid);
  const interval = groups.length < LEAST_CLUSTERS ? null : overSubjects(valid, subjects);
  return { delta, interval, n: valid.length, invalid: questions.length - valid.length, subjects };
}

/**
 * Around Bonett-Price's centre, by the larger of two variances: that between subjects (a ratio of sums, linearized) and that of
 * questions drawn one by one. Of ten subjects the first alone may come out near 0 by chance.
 */
function overSubjects(questions: readonly SubjectQuestion[], subjects: readonly SubjectDelta[]): Interval {
  const { delta: centre, plain, low, high } = pairedDelta(questions);
  const total = questions.length;
  const squares = subjects.reduce((sum, { n, delta }) => sum + (n * (delta - plain)) ** 2, 0);
  const between = Math.sqrt((subjects.length / (subjects.length - 1)) * squares) / total;
  const half = student95(subjects.length - 1) * Math.max(between, (high - low) / 2 / Z_95);
  return { low: Math.max(-1, centre - half), high: Math.min(1, centre + half) };
}

function pairedDelta(questions: readonly SubjectQuestion[]): NonNullable<ReturnType<typeof bonettPrice>> {
  const b = questions.filter(({ reference, candidate }) => reference && !candidate).length;
  const c = questions.filter(({ reference, candidate }) => candidate && !reference).length;
  return bonettPrice({ n: questions.length, b, c })!;
}

function subjectDelta(subject: string, questions: readonly SubjectQuestion[]): SubjectDelta {
  const n = questions.length;
  const count = (test: (question: SubjectQuestion) => boolean | null): number => questions.filter(test).length;
  const { low, high, plain } = pairedDelta(questions);
  const referenceShare = count(({ reference }) => reference) / n;
  const candidateShare = count(({ candidate }) => candidate) / n;
  return { subject, n, referenceShare, candidateShare, delta: plain, interval: { low, high } };
}
