import { LabError } from "#shared/errors.ts";
import { checkQuestion, collectRows, rowError, type RowPlace } from "./check-question.ts";
import { decodeText } from "./decode-text.ts";
import type { RawQuestion } from "#core/benchmarks/question.ts";

/** A JSON list of `{question, choices, answer, subject?}`. Errors name the item, from 1: JSON has no lines. */
export function readJsonQuestions(bytes: Buffer, file: string): RawQuestion[] {
  const value = parseJson(decodeText(bytes, file, "QUESTIONS_INVALID"), { file, row: "the file" });
  if (!Array.isArray(value)) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} holds no list of questions. It must be [{"question", "choices", "answer"}, ...].`,
      { file },
    );
  }
  return collectRows(value as unknown[], file, (item, index) => fromObject(item, { file, row: `item ${index + 1}` }));
}

/** One `{question, choices, answer, subject?}` a line; empty lines are skipped. */
export function readJsonlQuestions(bytes: Buffer, file: string): RawQuestion[] {
  const lines = decodeText(bytes, file, "QUESTIONS_INVALID").split(/\r\n|\n|\r/);
  const filled = lines
    .map((text, index) => ({ text, row: `line ${index + 1}` }))
    .filter(({ text }) => text.trim() !== "");
  return collectRows(filled, file, ({ text, row }) => fromObject(parseJson(text, { file, row }), { file, row }));
}

const KEYS = ["question", "choices", "answer"] as const;

function fromObject(item: unknown, place: RowPlace): RawQuestion {
  if (typeof item !== "object" || item === null || Array.isArray(item)) throw rowError(place, "it is no object");
  const missing = KEYS.filter((key) => !(key in item));
  if (missing.length > 0) {
    const names = missing.map((key) => `"${key}"`).join(" and ");
    throw rowError(
      place,
      `it has no ${names}, which a question needs; its keys are ${Object.keys(item).join(", ") || "none"}`,
    );
  }
  const { question, choices, answer, subject } = item as Record<string, unknown>;
  return checkQuestion(place, { question, choices, answer, subject });
}

/** Numbers stay as they are written, in the places of texts: 12345678901234567890 and 1.50 are choices. */
function parseJson(text: string, place: RowPlace): unknown {
  try {
    return JSON.parse(text, (key, value: unknown, context?: { readonly source?: string }) => {
      const written = context?.source;
      return typeof value === "number" && written !== undefined && key !== "answer" && String(value) !== written
        ? written
        : value;
    });
  } catch (error) {
    if (error instanceof RangeError) throw rowError(place, "it is nested too deeply for a list of questions");
    throw rowError(place, `it is not valid JSON (${(error as Error).message})`);
  }
}
