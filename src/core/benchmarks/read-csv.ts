import { collectRows, checkQuestion, LETTERS, type RowPlace, rowError } from "./check-question.ts";
import { type CsvRow, csvRows, UnclosedQuote } from "./csv-rows.ts";
import { decodeText } from "./decode-text.ts";
import type { RawQuestion } from "#core/benchmarks/question.ts";

/**
 * CSV with a header (`question`, then `choice0..` or `A..`, `answer`, perhaps `subject`), or MMLU's own files without one
 * (question, A, B, C, D, letter; all of one width, with or without an index in front). Read as Python reads it (csv-rows.ts).
 * Errors name the line on which a row starts.
 */
export function readCsvQuestions(bytes: Buffer, file: string): RawQuestion[] {
  const rows = parseRows(decodeText(bytes, file, "QUESTIONS_INVALID"), file);
  const [first, ...rest] = rows;
  if (!first) return [];
  const header = first.cells.map((cell) => cell.trim().toLowerCase());
  if (header.includes("question")) {
    const columns = readHeader(header, { file, row: `line ${first.line}` });
    return collectRows(rest, file, (row) => fromHeader(row, columns, file));
  }
  if (header.includes("answer") || isOtherHeader(first)) {
    throw rowError({ file, row: `line ${first.line}` }, `the header names no "question" (${header.join(", ")})`);
  }
  const width = commonWidth(rows);
  const bare = withoutIndex(rows, file);
  return collectRows(bare, file, (row, index) => {
    const found = rows[index]!.cells.length;
    if (found !== width) {
      const place = { file, row: `line ${row.line}` };
      throw rowError(
        place,
        `it has ${fields(rows[index]!.cells)} where most rows have ${width}; put quotes around texts with commas, or name the columns in a header`,
      );
    }
    return fromMmlu(row, file);
  });
}

function parseRows(text: string, file: string): CsvRow[] {
  const start = text.trimStart()[0];
  if (start === "{" || start === "[") {
    throw rowError(
      { file, row: "line 1" },
      "it is JSON, not CSV: name the file .json, or .jsonl for one object a line",
    );
  }
  try {
    return csvRows(text);
  } catch (error) {
    if (!(error instanceof UnclosedQuote)) throw error;
    throw rowError({ file, row: `line ${error.line}` }, `it is not valid CSV (${error.message})`);
  }
}

/** Fields of most rows; of equally many, of those that come first. */
function commonWidth(rows: readonly CsvRow[]): number {
  const counts = [...Map.groupBy(rows, ({ cells }) => cells.length)].map(
    ([width, same]) => [width, same.length] as const,
  );
  return counts.sort(([, most], [, other]) => other - most)[0]![0];
}

/** A whole number, as an index column has them. */
const NUMBER = /^\s*\d+\s*$/;

/**
 * Rows without the index that pandas writes in front: numbers that count on from row to row.
 * @throws LabError where all questions are numbers that do not count: it may be an index, and it may be sums
 */
function withoutIndex(rows: readonly CsvRow[], file: string): readonly CsvRow[] {
  if (!rows.every(({ cells }) => cells.length > 4 && NUMBER.test(cells[0]!))) return rows;
  const first = Number(rows[0]!.cells[0]);
  const counts = rows.every(({ cells }, index) => Number(cells[0]) === first + index);
  if (rows.length > 1 && counts) return rows.map(({ cells, line }) => ({ cells: cells.slice(1), line }));
  throw rowError(
    { file, row: `line ${rows[0]!.line}` },
    `every row begins with a number (${rows[0]!.cells[0]!.trim()}), which looks like an index and no question; leave that column out, or name the columns in a header`,
  );
}

interface Columns {
  readonly width: number;
  readonly question: number;
  readonly choices: readonly number[];
  readonly answer: number;
  /** -1 where there is none. */
  readonly subject: number;
}

/** Finds the columns; a header that could be understood in two ways is refused (choices from 1, a letter left out). */
function readHeader(header: readonly string[], place: RowPlace): Columns {
  const twice = header.find((name, index) => name !== "" && header.indexOf(name) !== index);
  if (twice !== undefined) throw rowError(place, `the header names "${twice}" twice`);
  const answer = header.indexOf("answer");
  if (answer < 0) throw rowError(place, `the header names no "answer" (${header.join(", ")})`);

  const numbered = header.filter((name) => /^choice\d+$/.test(name)).length;
  const lettered = header.filter((name) => /^[a-z]$/.test(name)).length;
  const nameOf = (index: number): string => (numbered > 0 ? `choice${index}` : (LETTERS[index] ?? "").toLowerCase());
  const choices = Array.from({ length: numbered || lettered }, (_, index) => header.indexOf(nameOf(index)));
  const missing = choices.indexOf(-1);
  if (missing >= 0) {
    throw rowError(
      place,
      `the header names ${choices.length} choices but no "${nameOf(missing)}"; the first is choice0 or A`,
    );
  }
  if (choices.length === 0) throw rowError(place, `the header names no choices (choice0, choice1.. or A, B..)`);
  return {
    width: header.length,
    question: header.indexOf("question"),
    choices,
    answer,
    subject: header.indexOf("subject"),
  };
}

function fromHeader({ cells, line }: CsvRow, columns: Columns, file: string): RawQuestion {
  const place = { file, row: `line ${line}` };
  if (cells.length !== columns.width) {
    throw rowError(place, `it has ${fields(cells)} where the header names ${columns.width}`);
  }
  const choices = withoutEmptyEnd(columns.choices.map((index) => cells[index] ?? ""));
  return checkQuestion(place, {
    question: cells[columns.question],
    choices,
    answer: cells[columns.answer],
    subject: cells[columns.subject],
  });
}

/** Sets with different numbers of choices leave the last columns empty. */
function withoutEmptyEnd(choices: string[]): string[] {
  while (choices.length > 2 && choices.at(-1)?.trim() === "") choices.pop();
  return choices;
}

/** Names of other columns (`goal,sol1,sol2,label`): no row of MMLU ends with a word. */
function isOtherHeader({ cells }: CsvRow): boolean {
  return cells.length > 2 && cells.every((cell) => /^[a-z_][a-z0-9_]+$/i.test(cell.trim()));
}

function fields({ length }: readonly string[]): string {
  return length === 1 ? "1 field" : `${length} fields`;
}

/** A hint where a row is one field with another sign in the commas' place. */
function separator([only, ...others]: readonly string[]): string {
  const sign = others.length === 0 && [";", "\t", "|"].find((each) => only!.split(each).length > 3);
  return sign ? `. Its fields are divided by ${sign === "\t" ? "tabs" : `"${sign}"`}: save it with commas` : "";
}

function fromMmlu({ cells, line }: CsvRow, file: string): RawQuestion {
  const place = { file, row: `line ${line}` };
  if (cells.length < 4) {
    throw rowError(
      place,
      `it has ${fields(cells)}; without a header a row is question, choices, letter${separator(cells)}`,
    );
  }
  const choices = withoutEmptyEnd(cells.slice(1, -1));
  return checkQuestion(place, { question: cells[0], choices, answer: cells.at(-1) });
}
