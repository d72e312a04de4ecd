import { LETTERS } from "./check-question.ts";
import { type Question, subjectFromName } from "./question-set.ts";

/**
 * MMLU's 0-shot prompt (Hendrycks et al. 2021, as lm-evaluation-harness writes it): header with the subject, question, lettered
 * choices, "Answer:". The answer is scored as the letter behind a space. White space around the question is left out, as the
 * harness does; choices stay as they are.
 */
export function mmluPrompt(question: Question, subject: string): string {
  const choices = question.choices.map((choice, index) => `${LETTERS[index]}. ${choice}`);
  return [
    `The following are multiple choice questions (with answers) about ${subject}.`,
    "",
    question.question.trim(),
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

// Emphasis and brackets around the parts: "**Answer: B**", "(B)", "[B]".
const MARKS = String.raw`[\s([*_"'\x60]*`;
const LEAD = String.raw`(?:(?:the\s+)?(?:(?:correct|final|right|best)\s+)?answer(?:\s+is)?|option|choice)\b\s*:?`;
// Not part of a word: "Because", "A's", "B-cells", "Bär".
const ALONE = String.raw`(?!-?[\p{L}\p{N}]|['\u2019]\p{L})`;
const ANSWER = new RegExp(`^${MARKS}(?<lead>(?:${LEAD}${MARKS})*)(?<letter>[A-Z])${ALONE}(?<rest>.*)`, "isu");

/**
 * The choice that a generated text names: a lone capital letter at its start, in the ways models write it (" B", "B.", "(B)",
 * "**B**", "Answer: B", "The answer is B because"). "A" and "I" before a small word are English ("A dog", "I think"), unless
 * "answer" led to them or "is" follows. Null is a format failure, not a wrong answer: what is doubtful is not guessed.
 */
export function parseLetter(text: string, choices: number): number | null {
  const { lead, letter, rest = "" } = ANSWER.exec(text)?.groups ?? {};
  const index = letter === undefined ? -1 : LETTERS.indexOf(letter);
  // A small letter (-1) is more often a word ("a dog") than an answer.
  if (index < 0 || index >= choices) return null;
  const isWord = letter === "A" || letter === "I";
  if (isWord && lead === "" && /^[^\S\n]+(?!is\b)\p{Ll}/u.test(rest)) return null;
  return index;
}
