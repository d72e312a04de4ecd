import { parquetReadObjects } from "hyparquet";
import { LabError } from "#shared/errors.ts";
import { checkQuestion } from "./check-question.ts";
import type { RawQuestion } from "./question-set.ts";

/** Parquet with the columns of Hugging Face's `cais/mmlu`: question, subject, choices (list), answer (index). */
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
  return rows.map(({ question, choices, answer, subject }, index) =>
    checkQuestion({ file, row: `row ${index + 1}` }, { question, choices, answer, subject }),
  );
}
