import { requireSameLength } from "../stats/require.ts";

/**
 * Questions (by position) that every variant answered. An invalid answer of one variant takes the question out for all,
 * so that all are compared on the same questions. Empty without variants; RangeError for unequal lengths.
 */
export function pairedQuestions(answersByVariant: readonly (readonly unknown[])[]): number[] {
  const [first] = answersByVariant;
  if (first === undefined) return [];
  for (const answers of answersByVariant) requireSameLength(first, answers, "Answers of the variants");
  return [...first.keys()].filter((question) =>
    answersByVariant.every((answers) => answers[question] !== null && answers[question] !== undefined),
  );
}
