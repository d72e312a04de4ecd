import { LabError } from "#shared/errors.ts";
import type { RawQuestion } from "./question-set.ts";

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
  const { question, subject } = parts;
  if (typeof question !== "string" || question.trim() === "") throw rowError(place, "the question is empty");
  if (!Array.isArray(parts.choices)) throw rowError(place, "choices is not a list");
  const count = parts.choices.length;
  if (count < FEWEST_CHOICES || count > LETTERS.length) {
    throw rowError(place, `it has ${count} choices; ${FEWEST_CHOICES} to ${LETTERS.length} are allowed`);
  }
  const choices = (parts.choices as unknown[]).map((choice, index) => {
    // Parquet's whole numbers are bigints.
    if (typeof choice !== "string" && typeof choice !== "number" && typeof choice !== "bigint")
      throw rowError(place, `choice ${LETTERS[index]} is not a text`);
    const text = String(choice);
    if (text.trim() === "") throw rowError(place, `choice ${LETTERS[index]} is empty`);
    return text;
  });
  return {
    subject: typeof subject === "string" && subject.trim() !== "" ? subject.trim() : null,
    question,
    choices,
    answer: answerIndex(place, parts.answer, choices.length),
  };
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

export function rowError(place: RowPlace, reason: string): LabError {
  return new LabError("QUESTIONS_INVALID", `${place.file}: ${place.row}: ${reason}. Nothing was read from the file.`, {
    file: place.file,
    row: place.row,
    reason,
  });
}
