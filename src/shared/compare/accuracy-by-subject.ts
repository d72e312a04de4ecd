import { accuracyDeltaBySubject } from "../metrics/accuracy-by-subject.ts";
import type { Answer, Comparison } from "../results.ts";
import { rightness } from "./accuracy-of.ts";
import type { CompareOptions } from "./compare-cells.ts";

/** The interval of an accuracy change as if other subjects had been asked; null where that cannot be said. */
export function accuracyBySubjectOf(
  pairs: readonly (readonly [Answer, Answer])[],
  { subjects = {} }: CompareOptions,
): NonNullable<Comparison["accuracyDelta"]>["bySubject"] {
  const questions = pairs.flatMap(([answer, other]) => {
    const subject = subjects[answer.questionId];
    return subject === undefined ? [] : [{ subject, reference: rightness(answer), candidate: rightness(other) }];
  });
  // Some questions without a subject: the interval would be of other questions than the change.
  if (questions.length < pairs.length) return null;
  const result = accuracyDeltaBySubject(questions);
  if (!result?.interval) return null;
  const { low, high } = result.interval;
  return { low: low * 100, high: high * 100, subjects: result.subjects.length };
}
