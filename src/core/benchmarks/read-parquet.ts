import { parquetReadObjects } from "hyparquet";
import { LabError } from "#shared/errors.ts";
import { checkQuestion } from "./check-question.ts";
import type { RawQuestion } from "./question-set.ts";

const NEEDED = ["question", "choices", "answer"];

/** Parquet with the columns of Hugging Face's `cais/mmlu`: question, subject, choices (list), answer (index). Errors name the row, from 1. */
export async function readParquetQuestions(bytes: Buffer, file: string): Promise<RawQuestion[]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  let rows: Record<string, unknown>[];
  try {
    rows = await parquetReadObjects({ file: buffer });
  } catch (error) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} cannot be read as Parquet: ${(error as Error).message}. Uncompressed and Snappy files are read.`,
      { file },
    );
  }
  const columns = Object.keys(rows[0] ?? {});
  const missing = rows.length > 0 ? NEEDED.filter((name) => !columns.includes(name)) : [];
  if (missing.length > 0) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} has no column ${missing.join(", ")}. It needs ${NEEDED.join(", ")}; it has ${columns.join(", ")}.`,
      { file },
    );
  }
  return rows.map(({ question, choices, answer, subject }, index) =>
    checkQuestion({ file, row: `row ${index + 1}` }, { question, choices, answer, subject }),
  );
}
