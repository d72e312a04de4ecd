import { parse } from "csv-parse/sync";
import { LabError } from "#shared/errors.ts";
import { checkQuestion, LETTERS, rowError } from "./check-question.ts";
import type { RawQuestion } from "./question-set.ts";

interface CsvRow {
  readonly cells: string[];
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
}

/**
 * CSV with a header (`question`, then `choice0..` or `A..`, `answer`, perhaps `subject`), or MMLU's own files without one
 * (question, A, B, C, D, letter). Quoted fields may hold commas, quotes and line breaks; a UTF-8 mark is skipped.
 */
export function readCsvQuestions(bytes: Buffer, file: string): RawQuestion[] {
  const [first, ...rest] = parseCsv(bytes, file);
  if (!first) return [];
  const header = first.cells.map((cell) => cell.trim().toLowerCase());
  if (header.includes("question") && header.includes("answer")) return rest.map((row) => fromHeader(row, header, file));
  return [first, ...rest].map((row) => fromMmlu(row, file));
}

function parseCsv(bytes: Buffer, file: string): CsvRow[] {
  try {
    const records = parse(bytes, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    const { message, lines } = error as Error & { lines?: number };
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file}: line ${lines ?? "?"}: ${message}. Nothing was read from the file.`,
      {
        file,
      },
    );
  }
}

function fromHeader(row: CsvRow, header: readonly string[], file: string): RawQuestion {
  const place = { file, row: `line ${row.line}` };
  if (row.cells.length !== header.length) {
    throw rowError(place, `it has ${row.cells.length} fields where the header names ${header.length}`);
  }
  const column = (name: string): string | undefined => row.cells[header.indexOf(name)];
  const choiceColumns = [...LETTERS].map((letter, index) => [`choice${index}`, letter.toLowerCase()]);
  const choices = choiceColumns.flatMap((names) => {
    const name = names.find((candidate) => header.includes(candidate));
    return name === undefined ? [] : [column(name) ?? ""];
  });
  // Sets with different numbers of choices leave the last columns empty.
  while (choices.length > 2 && choices.at(-1)?.trim() === "") choices.pop();
  return checkQuestion(place, {
    question: column("question"),
    choices,
    answer: column("answer"),
    subject: column("subject"),
  });
}

function fromMmlu(row: CsvRow, file: string): RawQuestion {
  const place = { file, row: `line ${row.line}` };
  if (row.cells.length < 4) {
    throw rowError(place, `it has ${row.cells.length} fields; without a header a row is question, choices, letter`);
  }
  return checkQuestion(place, { question: row.cells[0], choices: row.cells.slice(1, -1), answer: row.cells.at(-1) });
}
