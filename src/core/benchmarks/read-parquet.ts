import { type FileMetaData, parquetMetadata, parquetReadObjects } from "hyparquet";
import { LabError } from "#shared/errors.ts";
import { checkQuestion, collectRows } from "./check-question.ts";
import { tooMuch } from "./parquet-limits.ts";
import type { RawQuestion } from "#core/benchmarks/question.ts";

/** Columns of a question set, as Hugging Face's `cais/mmlu` has them. */
const NEEDED = ["question", "choices", "answer"];
const OPTIONAL = ["subject"];

/**
 * Reads Parquet with the columns of Hugging Face's `cais/mmlu`: question, subject, choices (list), answer (index). The library
 * leaves promises of damaged files to nobody, and some files hang: call it in a file job (core/files), which owns both.
 * @throws LabError QUESTIONS_INVALID naming the row, from 1
 */
export async function readParquetQuestions(bytes: Buffer, file: string): Promise<RawQuestion[]> {
  const metadata = await readable(file, () => parquetMetadata(arrayBufferOf(bytes)));
  const present = await readable(file, () => columnsOf(metadata));
  const missing = NEEDED.filter((name) => !present.includes(name));
  if (missing.length > 0) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${file} has no column ${missing.join(", ")}. It needs ${NEEDED.join(", ")}; it has ${present.join(", ")}.`,
      { file },
    );
  }
  const columns = [...NEEDED, ...OPTIONAL].filter((name) => present.includes(name));
  const bomb = await readable(file, () => tooMuch(metadata, columns));
  if (bomb !== null) throw unreadable(file, bomb);
  const rows = await readable(file, () => parquetReadObjects({ file: arrayBufferOf(bytes), metadata, columns }));
  return collectRows(rows, file, ({ question, choices, answer: right, subject }, index) =>
    checkQuestion({ file, row: `row ${index + 1}` }, { question, choices, answer: right, subject }),
  );
}

/** A part of the library's work, whose failure is the file's. */
async function readable<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The library's own errors are plain; others come from values that it did not check.
    const isOwn = error instanceof Error && error.constructor === Error;
    throw unreadable(file, isOwn ? error.message : "it is damaged", error);
  }
}

function unreadable(file: string, reason: string, cause?: unknown): LabError {
  const message = `${file} cannot be read as Parquet: ${reason}. Uncompressed and Snappy files are read.`;
  return new LabError("QUESTIONS_INVALID", message, { file }, { cause });
}

function arrayBufferOf(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

function columnsOf({ schema }: FileMetaData): string[] {
  // The root, then its children, each with its own after it.
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0;
    for (let child = 0; child < children; child++) skip();
  };
  while (at < schema.length) {
    names.push(schema[at]!.name);
    skip();
  }
  return names;
}
