/** Which questions two runs share: by the set's hash, else by their words. */
import type { ComparedSide } from "./comparability.ts";

export interface AskedQuestion {
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

type Side = Pick<ComparedSide, "cell" | "questionSet" | "questions">;

/** Ids of `b` -> ids of `a`, of questions that both cells have anything for. */
export function sharedQuestions(a: Side, b: Side): Map<string, string> {
  const ours = askedIds(a);
  const theirs = askedIds(b);
  if (a.questionSet === null || b.questionSet === null) return new Map();
  if (a.questionSet.sha256 === b.questionSet.sha256) {
    return new Map([...theirs].filter((id) => ours.has(id)).map((id) => [id, id]));
  }
  // Another file may hold the same questions: another tool's, or one with rows left out.
  const byWords = new Map<string, string>();
  for (const id of ours) {
    const key = wordsOf(a.questions.get(id));
    if (key !== null && !byWords.has(key)) byWords.set(key, id);
  }
  const taken = new Set<string>();
  return new Map(
    [...theirs].flatMap((id) => {
      const key = wordsOf(b.questions.get(id));
      const own = key === null ? undefined : byWords.get(key);
      if (own === undefined || taken.has(own)) return [];
      taken.add(own);
      return [[id, own] as const];
    }),
  );
}

function askedIds({ cell }: Side): Set<string> {
  const answered = cell.benchmark.flatMap(({ answers }) => answers.map(({ questionId }) => questionId));
  return new Set([...cell.tokens.map(({ questionId }) => questionId), ...answered]);
}

/** Question, choices in order and the right one; spaces do not make another question. */
function wordsOf(question: AskedQuestion | undefined): string | null {
  if (!question) return null;
  const plain = (text: string): string => text.trim().replaceAll(/\s+/g, " ");
  return JSON.stringify([plain(question.question), question.choices.map(plain), question.answer]);
}
