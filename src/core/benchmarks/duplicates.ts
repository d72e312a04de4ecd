import type { Question } from "#core/benchmarks/question.ts";

type Words = Pick<Question, "id" | "question" | "choices">;

/**
 * Questions that repeat an earlier one of the set: the same question and the same choices, in whatever order, whoever is said
 * to be right. White space and the way accents are encoded do not count, capitals do.
 * @returns the id of each such question, and the id of the first one with its words
 */
export function findDuplicates(questions: Iterable<Words>): Record<string, string> {
  const first = new Map<string, string>();
  const duplicates: Record<string, string> = {};
  for (const { id, question, choices } of questions) {
    const key = JSON.stringify([plain(question), ...choices.map(plain).sort()]);
    const same = first.get(key);
    if (same === undefined) first.set(key, id);
    else duplicates[id] = same;
  }
  return duplicates;
}

/** How many of these questions repeat another one of them. */
export function countDuplicates(questions: Iterable<Words>): number {
  return Object.keys(findDuplicates(questions)).length;
}

/** Composed characters, and single spaces for all white space. Not NFKC, which takes 2 for the exponent in x². */
function plain(text: string): string {
  return text.normalize("NFC").trim().replaceAll(/\s+/gu, " ");
}
