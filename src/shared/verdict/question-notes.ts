/** What a reader of an accuracy must know of the questions: how many subjects, which count twice, which were cut. */
import type { Answer, CellResult, Results } from "../results.ts";
import { grouped, plural } from "../format-numbers.ts";

type QuestionSet = Pick<NonNullable<Results["questionSet"]>, "subjects" | "duplicates">;

export interface QuestionNotesInput {
  /** The questions that are compared, each with both cells' answers. */
  readonly pairs: readonly (readonly [Answer, Answer])[];
  /** Null where nothing is known of the set. */
  readonly questionSet: QuestionSet | null;
}

/** Notes for a verdict's reasons; none where no questions were compared. */
export function questionNotes({ pairs, questionSet }: QuestionNotesInput): string[] {
  if (pairs.length === 0) return [];
  const ids = pairs.map(([{ questionId }]) => questionId);
  const subjects = subjectsText(ids, questionSet?.subjects ?? {});
  const duplicates = duplicatesAmong(ids, questionSet?.duplicates ?? {});
  const cuts = pairs.map((pair) => Math.max(...pair.map(({ cutTokens }) => cutTokens))).filter((tokens) => tokens > 0);
  return [
    ...(subjects === null ? [] : [`asked: ${plural(pairs.length, "question")} of ${subjects}`]),
    ...(duplicates > 0 ? [duplicatesNote(duplicates, pairs.length)] : []),
    ...(cuts.length > 0
      ? [
          `cut to fit the model: ${grouped(cuts.length)} of ${plural(pairs.length, "prompt")}, which lost up to ` +
            `${plural(Math.max(...cuts), "token")} at their beginning`,
        ]
      : []),
  ];
}

/** Of these questions, how many have the words of another one of them. */
export function duplicatesAmong(ids: readonly string[], duplicates: Readonly<Record<string, string>>): number {
  return ids.length - new Set(ids.map((id) => duplicates[id] ?? id)).size;
}

/** Why duplicates matter: a paired test and its interval take each question for a new one. */
export function duplicatesNote(duplicates: number, questions: number): string {
  const verb = duplicates === 1 ? "repeats" : "repeat";
  return (
    `${grouped(duplicates)} of ${plural(questions, "question")} ${verb} another one: they count twice, ` +
    "so that the interval comes out too narrow"
  );
}

/** `8 subjects, 144 to 208 each`; null where no question has a subject. */
export function subjectsText(ids: readonly string[], subjects: Readonly<Record<string, string>>): string | null {
  const bySubject = new Map<string, number>();
  for (const id of ids) {
    const subject = subjects[id];
    if (subject !== undefined) bySubject.set(subject, (bySubject.get(subject) ?? 0) + 1);
  }
  if (bySubject.size === 0) return null;
  const counts = [...bySubject.values()];
  const named = counts.reduce((sum, count) => sum + count, 0);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const each = fewest === most ? grouped(most) : `${grouped(fewest)} to ${grouped(most)}`;
  const rest = named < ids.length ? `, and ${plural(ids.length - named, "question")} of none` : "";
  return plural(bySubject.size, "subject") + (bySubject.size > 1 ? `, ${each} each` : "") + rest;
}

/** `1,600 questions of 8 subjects, 144 to 208 each`: what a run's accuracies rest on. Null without questions. */
export function askedText({ questionSet, cells }: Pick<Results, "questionSet" | "cells">): string | null {
  const ids = askedIds(cells);
  if (ids.length === 0) return null;
  const subjects = subjectsText(ids, questionSet?.subjects ?? {});
  return plural(ids.length, "question") + (subjects === null ? "" : ` of ${subjects}`);
}

/** Ids of the questions that a run asked, as far as it got; those of the benchmark where it has one. */
export function askedIds(cells: readonly Pick<CellResult, "benchmark" | "tokens">[]): string[] {
  const rows = [
    ...cells.flatMap(({ benchmark }) => benchmark.map(({ answers }) => answers)),
    ...cells.map(({ tokens }) => tokens),
  ];
  const first = rows.find(({ length }) => length > 0) ?? [];
  return first.map(({ questionId }) => questionId);
}
