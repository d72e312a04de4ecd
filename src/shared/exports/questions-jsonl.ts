/** One line a question: its words, the right answer, and what every cell made of it. */
import type { Answer, CellResult, Results } from "../results.ts";
import { BENCHMARK_MODES } from "../spec.ts";

/** A question as the store keeps it; `answer` is an index into `choices`. */
export interface ExportedQuestion {
  readonly id: string;
  readonly subject: string | null;
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

/**
 * @param questions by id, of the run's question set; one that is not there is written without its words
 * @returns lines in the order asked, each with its newline: `{run, questionSet, questionId, subject, question, choices, gold, cells:
 * {label: {tokens, loglikelihood, generate}}}`; empty for a run that asked nothing
 */
export function* questionLines(
  { run, questionSet, cells }: Pick<Results, "run" | "questionSet" | "cells">,
  questions: ReadonlyMap<string, ExportedQuestion>,
): Iterable<string> {
  const indexed = cells.map(indexCell);
  for (const id of new Set(indexed.flatMap(({ ids: own }) => own))) {
    const known = questions.get(id);
    const line = {
      run: run.id,
      questionSet: questionSet?.sha256 ?? null,
      questionId: id,
      subject: known?.subject ?? questionSet?.subjects[id] ?? null,
      question: known?.question ?? null,
      choices: known?.choices ?? null,
      gold: known?.answer ?? null,
      cells: Object.fromEntries(indexed.map(({ label, of }) => [label, of(id)])),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}

interface IndexedCell {
  readonly label: string;
  readonly ids: readonly string[];
  readonly of: (id: string) => Readonly<Record<string, unknown>>;
}

function indexCell({ label, tokens, benchmark }: CellResult): IndexedCell {
  const rows = new Map(tokens.map((row) => [row.questionId, row]));
  const modes = BENCHMARK_MODES.flatMap((mode) => {
    const answers = benchmark.find((each) => each.mode === mode)?.answers ?? [];
    return [{ mode, byId: new Map(answers.map((each) => [each.questionId, each])) }];
  });
  return {
    label,
    ids: [...new Set([...rows.keys(), ...modes.flatMap(({ byId }) => [...byId.keys()])])],
    of: (id) => {
      const row = rows.get(id);
      return {
        tokens: row ? withoutId(row) : null,
        ...Object.fromEntries(modes.map(({ mode, byId }) => [mode, answerOf(byId.get(id))])),
      };
    },
  };
}

function answerOf(answer: Answer | undefined): unknown {
  return answer ? withoutId(answer) : null;
}

function withoutId(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== "questionId"));
}
