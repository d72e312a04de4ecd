import { LETTERS } from "./check-question.ts";
import { type Question, subjectFromName } from "./question-set.ts";

/**
 * MMLU's 0-shot prompt (Hendrycks et al. 2021, as lm-evaluation-harness writes it): header with the subject, question, lettered
 * choices, "Answer:". The answer is scored as the letter behind a space.
 */
export function mmluPrompt(question: Question, subject: string): string {
  const choices = question.choices.map((choice, index) => `${LETTERS[index]}. ${choice}`);
  return [
    `The following are multiple choice questions (with answers) about ${subject}.`,
    "",
    question.question,
    ...choices,
    "Answer:",
  ].join("\n");
}

/** What follows the prompt for choice `index`. */
export function mmluContinuation(index: number): string {
  return ` ${LETTERS[index]}`;
}

/** Subject of a question: the spec's, else its own, else the one that the set's name tells. */
export function subjectOf(question: Question, setName: string, specSubject: string | undefined): string {
  return (specSubject ?? question.subject ?? subjectFromName(setName)).replaceAll("_", " ");
}

/**
 * The choice that a generated text names: a lone letter at its start, in the ways models write it (" B", "B.", "(B)",
 * "**B**", "Answer: B"). Null is a format failure, not a wrong answer.
 */
export function parseLetter(text: string, choices: number): number | null {
  const match = /^\s*(?:(?:the\s+)?(?:correct\s+)?answer(?:\s+is)?\s*:?\s*)?[([*"'`]*([A-Za-z])(?![A-Za-z0-9'])/i.exec(
    text,
  );
  const letter = match?.[1];
  if (letter === undefined) return null;
  // A small letter at the start is more often a word ("a dog") than an answer.
  if (letter !== letter.toUpperCase()) return null;
  const index = LETTERS.indexOf(letter);
  return index >= 0 && index < choices ? index : null;
}
