import type { PromptTemplate } from "#shared/spec.ts";
import { LETTERS } from "./check-question.ts";
import { subjectFromName } from "./question-set.ts";
import type { Question } from "#core/benchmarks/question.ts";

/** How one template writes a question down. */
interface TemplateWriter {
  /** Once, in front of all questions. */
  readonly header: (subject: string) => string;
  /** The question up to where the answer begins. */
  readonly ask: (question: Question) => string;
  /** What follows for choice `index`. */
  readonly continuation: (question: Question, index: number) => string;
}

const WRITERS: Readonly<Record<PromptTemplate, TemplateWriter>> = Object.freeze({
  // Hendrycks et al. 2021, as lm-evaluation-harness writes it: it strips the question, and leaves choices as they are.
  mmlu: {
    header: (subject) => `The following are multiple choice questions (with answers) about ${subject}.\n\n`,
    ask: ({ question, choices }) =>
      [question.trim(), ...choices.map((choice, index) => `${LETTERS[index]}. ${choice}`), "Answer:"].join("\n"),
    continuation: (_, index) => ` ${LETTERS[index]}`,
  },
  // ARC (Clark et al. 2018) in lm-evaluation-harness: nothing is stripped, and choices are scored by their own texts.
  "question-answer": {
    header: () => "",
    ask: ({ question }) => `Question: ${question}\nAnswer:`,
    continuation: ({ choices }, index) => ` ${choices[index]}`,
  },
});

/**
 * The prompt of a question in the template's words: header, `shots` with their answers, the question; blank lines between.
 * Its answer is scored as one of `continuations`.
 */
export function writePrompt(
  template: PromptTemplate,
  question: Question,
  shots: readonly Question[],
  subject: string,
): string {
  const { header, ask, continuation } = WRITERS[template];
  const solved = shots.map((shot) => ask(shot) + continuation(shot, shot.answer));
  return header(subject) + [...solved, ask(question)].join("\n\n");
}

/** What follows the prompt for each choice: a letter or the choice's text, after a space. */
export function continuations(template: PromptTemplate, question: Question): string[] {
  return question.choices.map((_, index) => WRITERS[template].continuation(question, index));
}

/**
 * What divides a choice's log-likelihood for acc_norm: the characters (code points) of its text without the leading space, as
 * lm-evaluation-harness counts them. Null where choices are letters, which are all of one length.
 */
export function choiceCharacters(template: PromptTemplate, question: Question): number[] | null {
  return choicesAreLetters(template) ? null : question.choices.map((choice) => Array.from(choice).length);
}

/** Whether a choice is scored as its letter, not as its text. */
export function choicesAreLetters(template: PromptTemplate): boolean {
  return template === "mmlu";
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
