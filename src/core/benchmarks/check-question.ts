import { LabError } from "#shared/errors.ts";
import type { RawQuestion } from "#core/benchmarks/question.ts";

export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const FEWEST_CHOICES = 2;

/** Where a row stands, for its errors: `file: line 3`. */
export interface RowPlace {
  readonly file: string;
  readonly row: string;
}

/**
 * Checks one question's parts as they come from a file.
 * @param answer index (number or digits) or letter of the right choice
 * @throws LabError QUESTIONS_INVALID naming file, row and reason
 */
export function checkQuestion(
  place: RowPlace,
  parts: { question: unknown; choices: unknown; answer: unknown; subject?: unknown },
): RawQuestion {
  const { question } = parts;
  if (typeof question !== "string" || question.trim() === "") throw rowError(place, "the question is empty");
  const list = choiceList(parts.choices);
  if (!list) throw rowError(place, "choices is not a list");
  const count = list.length;
  if (count < FEWEST_CHOICES || count > LETTERS.length) {
    throw rowError(place, `it has ${count} choices; ${FEWEST_CHOICES} to ${LETTERS.length} are allowed`);
  }
  const choices = list.map((choice, index) => {
    const text = textOf(choice);
    if (text === null) throw rowError(place, `choice ${LETTERS[index]} is not a text`);
    if (text.trim() === "") throw rowError(place, `choice ${LETTERS[index]} is empty`);
    return text;
  });
  return {
    subject: subjectOf(place, parts.subject),
    question,
    choices,
    answer: answerIndex(place, labelled(parts), choices.length),
  };
}

/** The answer, where choices have labels of their own (ARC): the place of the label that it names, which may be "1" for the first. */
function labelled({ choices, answer }: { choices: unknown; answer: unknown }): unknown {
  const { label } = (choices ?? {}) as { label?: unknown };
  if (!Array.isArray(label)) return answer;
  const place = label.findIndex((each) => String(each) === String(answer));
  return place < 0 ? `${String(answer)}, which no label of its choices says` : place;
}

/** Choices as datasets have them: a list, `{text: [..]}` beside their labels, or one key a letter in any order. */
function choiceList(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value !== "object" || value === null) return null;
  const { text } = value as { text?: unknown };
  if (Array.isArray(text)) return text as unknown[];
  const letters = Object.entries(value).sort(([a], [b]) => a.localeCompare(b, "en"));
  const inOrder = letters.length > 0 && letters.every(([key], index) => key.toUpperCase() === LETTERS[index]);
  return inOrder ? letters.map(([, text]) => text as unknown) : null;
}

/** A number is the class of a dataset whose names are kept elsewhere. */
function subjectOf(place: RowPlace, value: unknown): string | null {
  const text = textOf(value ?? "")?.trim();
  if (text === undefined) throw rowError(place, "the subject is not a text; write one text, or leave it out");
  return text === "" ? null : text;
}

/** Null for what is no text, number or truth value. Parquet's whole numbers are bigints. */
function textOf(value: unknown): string | null {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) ? String(value) : null;
}

function answerIndex(place: RowPlace, answer: unknown, choices: number): number {
  const text = typeof answer === "bigint" || typeof answer === "number" ? String(answer) : answer;
  if (typeof text !== "string" || text.trim() === "") throw rowError(place, "the answer is missing");
  const trimmed = text.trim();
  const index = /^\d+$/.test(trimmed)
    ? Number(trimmed)
    : trimmed.length === 1
      ? LETTERS.indexOf(trimmed.toUpperCase())
      : -1;
  if (index < 0 || index >= choices) {
    const last = `${LETTERS[choices - 1]} or ${choices - 1}`;
    throw rowError(place, `the answer "${trimmed}" is none of the ${choices} choices (A or 0 to ${last})`);
  }
  return index;
}

/** Bad rows whose reasons are told; the others are counted. */
const TOLD_ROWS = 3;

/**
 * Reads each row. Where several are bad, one error counts them and tells of the first few.
 * @throws LabError QUESTIONS_INVALID
 */
export function collectRows<Row>(
  rows: readonly Row[],
  file: string,
  read: (row: Row, index: number) => RawQuestion,
): RawQuestion[] {
  const questions: RawQuestion[] = [];
  const errors: LabError[] = [];
  for (const [index, row] of rows.entries()) {
    try {
      questions.push(read(row, index));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length === 0) return questions;
  if (errors.length === 1) throw errors[0]!;
  const told = errors.slice(0, TOLD_ROWS).map(({ details }) => `${String(details.row)}: ${String(details.reason)}`);
  const more = errors.length > told.length ? "; and others" : "";
  throw new LabError(
    "QUESTIONS_INVALID",
    `${file}: ${errors.length.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} rows cannot be read: ${told.join("; ")}${more}. Nothing was read from the file.`,
    { file, row: errors[0]!.details.row, reason: errors[0]!.details.reason, rows: errors.length },
  );
}

export function rowError(place: RowPlace, reason: string): LabError {
  return new LabError("QUESTIONS_INVALID", `${place.file}: ${place.row}: ${reason}. Nothing was read from the file.`, {
    file: place.file,
    row: place.row,
    reason,
  });
}
