import { type CsvError, parse } from "csv-parse/sync";
import { checkQuestion, LETTERS, type RowPlace, rowError } from "./check-question.ts";
import { decodeText } from "./decode-text.ts";
import type { RawQuestion } from "./question-set.ts";

interface CsvRow {
  readonly cells: readonly string[];
  /** Line of the file on which the row starts, from 1. */
  readonly line: number;
}

/**
 * CSV with a header (`question`, then `choice0..` or `A..`, `answer`, perhaps `subject`), or MMLU's own files without one
 * (question, A, B, C, D, letter). Quoted fields may hold commas, quotes and line breaks; a UTF-8 mark is skipped.
 * Errors name the line on which a row starts.
 */
export function readCsvQuestions(bytes: Buffer, file: string): RawQuestion[] {
  const [first, ...rest] = parseCsv(decodeText(bytes, file, "QUESTIONS_INVALID"), file);
  if (!first) return [];
  const header = first.cells.map((cell) => cell.trim().toLowerCase());
  if (!header.includes("question")) return [first, ...rest].map((row) => fromMmlu(row, file));
  const columns = readHeader(header, { file, row: `line ${first.line}` });
  return rest.map((row) => fromHeader(row, columns, file));
}

function parseCsv(text: string, file: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const bytes = Buffer.from(text);
  // csv-parse counts a CRLF inside a field as two lines, and only knows where a row ends: lines are counted here.
  let at = 0;
  let line = 1;
  const skipBlank = (): void => {
    while (at < bytes.length && isBreak(bytes, at)) line += lineBreaks(bytes, at, ++at);
  };
  try {
    parse(bytes, {
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: string[], { bytes: end }) => {
        skipBlank();
        rows.push({ cells, line });
        line += lineBreaks(bytes, at, end);
        at = end;
        return null;
      },
    });
  } catch (error) {
    skipBlank();
    throw rowError({ file, row: `line ${line}` }, `it is not valid CSV (${(error as CsvError).message})`);
  }
  return rows;
}

const LF = 0x0a;
const CR = 0x0d;

function isBreak(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === LF || bytes[at] === CR;
}

/** Line ends of any kind that are complete between two offsets; CRLF is one and counts with its LF. */
function lineBreaks(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) count++;
  return count;
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
    throw rowError(place, `it has ${cells.length} fields where the header names ${columns.width}`);
  }
  const choices = columns.choices.map((index) => cells[index] ?? "");
  // Sets with different numbers of choices leave the last columns empty.
  while (choices.length > 2 && choices.at(-1)?.trim() === "") choices.pop();
  return checkQuestion(place, {
    question: cells[columns.question],
    choices,
    answer: cells[columns.answer],
    subject: cells[columns.subject],
  });
}

function fromMmlu({ cells, line }: CsvRow, file: string): RawQuestion {
  const place = { file, row: `line ${line}` };
  if (cells.length < 4) {
    throw rowError(place, `it has ${cells.length} fields; without a header a row is question, choices, letter`);
  }
  return checkQuestion(place, { question: cells[0], choices: cells.slice(1, -1), answer: cells.at(-1) });
}
