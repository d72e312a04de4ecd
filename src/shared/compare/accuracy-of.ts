import { accuracy, type Accuracy } from "../metrics/accuracy.ts";
import { type Answer, isValidAnswer } from "../results.ts";

/** Null for an answer that does not count. */
export function rightness(answer: Answer): boolean | null {
  return isValidAnswer(answer) ? answer.correct : null;
}

export function accuracyOf(answers: readonly Answer[]): Accuracy {
  return accuracy(answers.map(rightness));
}
