/** What the answers of several candidates say together: the one rule behind every verdict (docs/measurement.md, "The verdict"). */
import {
  type AnswerChange,
  estimateOf,
  highOf,
  lowOf,
  pOfLoss,
  pOfNoLoss,
  spreadOf,
} from "../metrics/answer-change.ts";
import type { Comparison } from "../results.ts";
import { holm } from "../stats/holm.ts";
import { levelOfLook, ONE_SIDED_LEVEL } from "../stats/look-level.ts";
import { type QuestionsToDecide, questionsToDecide } from "../stats/questions-to-decide.ts";
import { studentTQuantile } from "../stats/student-t.ts";

/** Points of accuracy; a loss is negative. */
export interface Decision {
  readonly estimate: number;
  /** The interval that decides: adjusted for the candidates and for the look. */
  readonly low: number;
  readonly high: number;
  /** How sure the interval is, 0 to 1: at least 0.95. */
  readonly confidence: number;
  /** Judged together. */
  readonly candidates: number;
  /** How often these questions were looked at with growing numbers, this time included. */
  readonly look: number;
  /** The loss is below the margin: `low` is above it. */
  readonly ruledOut: boolean;
  /** There is a loss: `high` is below 0. */
  readonly shown: boolean;
  /** There would be a loss if this were the only candidate and the first look. */
  readonly likely: boolean;
  /** More questions that would decide; null where it is decided, and where no number would. */
  readonly more: QuestionsToDecide | null;
}

/** The score's hypotheses end below a loss of everything. */
const LARGEST_MARGIN = 1 - 1e-9;

/**
 * @param changes one a candidate; null where nothing was answered by both
 * @param look at growing numbers of the same questions, from 1
 * @returns in the same order
 */
export function decide(
  changes: readonly (AnswerChange | null)[],
  marginPoints: number,
  look: number,
): (Decision | null)[] {
  const known = changes.filter((change) => change !== null);
  const margin = Math.min(marginPoints / 100, LARGEST_MARGIN);
  const level = levelOfLook(look);
  const ruled = holm(
    known.map((change) => pOfLoss(change, margin)),
    level,
  );
  const shown = holm(known.map(pOfNoLoss), level);
  const decisions = known.map((change, index): Decision => {
    const [toLoss, toGain] = [ruled[index]!, shown[index]!];
    const decided = toLoss.rejected || toGain.rejected;
    return {
      estimate: 100 * estimateOf(change),
      low: 100 * lowOf(change, toLoss.level),
      high: 100 * highOf(change, toGain.level),
      confidence: 1 - toLoss.level - toGain.level,
      candidates: known.length,
      look,
      ruledOut: toLoss.rejected,
      shown: toGain.rejected,
      likely: pOfNoLoss(change) < ONE_SIDED_LEVEL,
      more: decided ? null : moreQuestions(change, margin, look, known.length),
    };
  });
  return changes.map((change) => (change === null ? null : decisions[known.indexOf(change)]!));
}

/** Both ways of answering, each a family of its own: what decides, and the generated answers beside it. */
export function decideBoth(
  comparisons: readonly Pick<Comparison, "answerChange" | "generated">[],
  marginPoints: number,
  look: number,
): { readonly decision: Decision | null; readonly generated: Decision | null }[] {
  const of = (changes: readonly (AnswerChange | null)[]): (Decision | null)[] => decide(changes, marginPoints, look);
  const decisions = of(comparisons.map(({ answerChange }) => answerChange));
  const generated = of(comparisons.map((comparison) => comparison.generated?.answerChange ?? null));
  return comparisons.map((_, index) => ({ decision: decisions[index]!, generated: generated[index]! }));
}

/** Judged at the next look, and as strictly as if no other candidate were decided. */
function moreQuestions(
  change: AnswerChange,
  margin: number,
  look: number,
  candidates: number,
): QuestionsToDecide | null {
  const level = levelOfLook(look + 1) / candidates;
  const critical = (levels: number): number => studentTQuantile(1 - levels * level, change.degreesOfFreedom);
  const { low, high } = spreadOf(change);
  const plans = low.map((each) =>
    questionsToDecide({
      asked: change.n,
      low: { ...each, critical: critical(each.levels) },
      high: { ...high, critical: critical(high.levels) },
      margin,
    }),
  );
  if (plans.includes(null)) return null;
  const most = (of: keyof QuestionsToDecide): number => Math.max(...plans.map((plan) => plan![of]));
  return { asSeen: most("asSeen"), whatever: most("whatever") };
}
