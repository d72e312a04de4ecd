import { LabError } from "#shared/errors.ts";
import type { QuestionSet } from "./question-set.ts";
import type { Question } from "#core/benchmarks/question.ts";
import { subjectOf } from "./prompt-template.ts";

/**
 * Solved questions to put before each asked one: the first `count` of the same subject, in file order, without the question
 * itself wherever it stands. A solved question without a subject of its own goes with every other. Questions of one subject
 * share one list, unless a question stands in it.
 * @param subject the spec's, which makes all questions one subject
 * @throws LabError QUESTIONS_INVALID naming the subject that has too few
 */
export function pickShots(
  asked: readonly Question[],
  askedSet: QuestionSet,
  shotSet: QuestionSet,
  count: number,
  subject: string | undefined,
): (readonly Question[])[] {
  const bySubject = new Map<string, readonly Question[]>();
  const candidates = (name: string): readonly Question[] => {
    const fits = (shot: Question): boolean =>
      shot.subject === null || subjectOf(shot, shotSet.name, subject).toLowerCase() === name.toLowerCase();
    return shotSet.questions.filter(fits);
  };
  const shared = new Map<string, readonly Question[]>();
  return asked.map((question) => {
    if (count === 0) return NONE;
    const name = subjectOf(question, askedSet.name, subject);
    const pool = remember(bySubject, name, candidates);
    const first = remember(shared, name, () => pool.slice(0, count));
    const shots = first.some((shot) => isSame(shot, question))
      ? pool.filter((shot) => !isSame(shot, question)).slice(0, count)
      : first;
    if (shots.length < count) throw tooFew(shotSet, name, shots.length, count);
    return shots;
  });
}

const NONE: readonly Question[] = [];

function remember<Value>(known: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  const value = known.get(key) ?? make(key);
  known.set(key, value);
  return value;
}

function isSame(a: Question, b: Question): boolean {
  return a.question === b.question && a.answer === b.answer && a.choices.join("\n") === b.choices.join("\n");
}

function tooFew({ file }: QuestionSet, subject: string, found: number, count: number): LabError {
  return new LabError(
    "QUESTIONS_INVALID",
    `${file}: ${count} solved questions of the subject "${subject}" are asked for (shots), and there are ${found} beside the asked one. Set shots to ${found}, or name a file with more in shotQuestions.`,
    { file, subject, found, shots: count },
  );
}
