import { LabError } from "#shared/errors.ts";
import { checkQuestion, rowError } from "./check-question.ts";
import { decodeText } from "./decode-text.ts";
import type { RawQuestion } from "./question-set.ts";

/** A JSON list of `{question, choices, answer, subject?}`. Errors name the item, from 1: JSON has no lines. */
export function readJsonQuestions(bytes: Buffer, file: string): RawQuestion[] {
  const value = parseJson(decodeText(bytes, file, "QUESTIONS_INVALID"), file, "the file");
  if (!Array.isArray(value)) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} holds no list of questions. It must be [{"question", "choices", "answer"}, ...].`,
      { file },
    );
  }
  return value.map((item, index) => fromObject(item, file, `item ${index + 1}`));
}

/** One `{question, choices, answer, subject?}` a line; empty lines are skipped. */
export function readJsonlQuestions(bytes: Buffer, file: string): RawQuestion[] {
  return decodeText(bytes, file, "QUESTIONS_INVALID")
    .split("\n")
    .flatMap((line, index) => {
      if (line.trim() === "") return [];
      const row = `line ${index + 1}`;
      return [fromObject(parseJson(line, file, row), file, row)];
    });
}

function fromObject(item: unknown, file: string, row: string): RawQuestion {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    throw rowError({ file, row }, "it is no object");
  const { question, choices, answer, subject } = item as Record<string, unknown>;
  return checkQuestion({ file, row }, { question, choices, answer, subject });
}

function parseJson(text: string, file: string, row: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw rowError({ file, row }, `it is not valid JSON (${(error as Error).message})`);
  }
}
